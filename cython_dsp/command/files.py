"""The files of a command line, one after the other, and what is told of each.

WrongUsage  the command line cannot be meant so; nothing has been done.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any

from cython_dsp import sound
from cython_dsp.sound import Sound, SoundError
from cython_dsp.wav import Coding

Facts = dict[str, Any]


class WrongUsage(Exception):
    """The command line is refused."""


def each(arguments: Namespace, do: Callable[[str, Sound], str]) -> int:
    """Read each file and print what `do` says of it; returns the exit status.

    A file that cannot be read is told of, and the others are done nevertheless.
    """
    status = 0
    for name in arguments.files:
        try:
            text = do(name, sound.read(name, Coding(arguments.law), arguments.rate))
        except (OSError, SoundError, MemoryError) as e:
            sys.stderr.write(f"{name}: {_reason(e)}\n")
            status = 1
        else:
            sys.stdout.write(text)
    return status


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "There is not enough memory for it."
    strerror = getattr(error, "strerror", None)
    return f"{strerror}." if strerror else str(error)


def json_argument(parser: ArgumentParser) -> None:
    """Add the option of verbs that use `report`."""
    parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")


def report(
    arguments: Namespace, facts: Callable[[Sound], list[Facts]], words: Callable[[Facts], str]
) -> int:
    """Print facts of each channel of each file, as lines of words or as JSON."""
    all_facts: list[Facts] = []

    def tell(name: str, heard: Sound) -> str:
        channels = facts(heard)
        if arguments.json:
            numbered = enumerate(channels, 1)
            all_facts.extend({"file": name, "channel": number} | one for number, one in numbered)
            return ""
        names = [name] if len(channels) == 1 else [f"{name}:{n + 1}" for n in range(len(channels))]
        lines = zip(names, channels, strict=True)
        return "".join(f"{channel}\t{words(one)}\n" for channel, one in lines)

    status = each(arguments, tell)
    if arguments.json:
        sys.stdout.write(json.dumps(all_facts, indent=2) + "\n")
    return status
