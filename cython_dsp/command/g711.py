"""Write each file anew at 8 kHz: as raw A-law or mu-law, or as a WAV file of 16-bit PCM.

The new file stands beside the old one, or in another folder, and has the old one's name with the
suffix .alaw, .ulaw or .wav.  No file is overwritten.  What comes from standard input goes to
standard output.
"""

import errno
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from cython_dsp import g711, wav
from cython_dsp.command import files
from cython_dsp.command.files import WrongUsage
from cython_dsp.resample import RATE
from cython_dsp.sound import Sound, SoundError

HELP = "files written anew as A-law, mu-law or WAV"
_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "alaw": g711.alaw_encode,
    "ulaw": g711.ulaw_encode,
    "wav": bytes,
}
_BLOCK = 1 << 20  # frames


def arguments(parser: ArgumentParser) -> None:
    """Add those of this verb."""
    parser.add_argument("--to", required=True, choices=_ENCODERS, help="what to write")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a folder for the new files")


def run(given: Namespace) -> int:
    """Write the files; returns the exit status, WrongUsage where a name is taken."""
    _check([_target(name, given) for name in given.files if name != "-"], given.out)

    def recode(name: str, sound: Sound) -> str:
        if len(sound.samples) > 1 and given.to != "wav":
            raise SoundError("It is stereo, which needs --to wav.")
        if name == "-":
            sys.stdout.buffer.writelines(_encoded(sound, given.to))
        else:
            _write(_target(name, given), _encoded(sound, given.to))
        return ""

    return files.each(given, recode)


def _target(name: str, given: Namespace) -> Path:
    path = Path(name)
    folder: Path = given.out or path.parent
    return folder / f"{path.stem}.{given.to}"


def _check(targets: list[Path], out: Path | None) -> None:
    if out and not out.is_dir():
        raise WrongUsage(f"{out} is no folder")
    for target in targets:
        if os.path.lexists(target):
            raise WrongUsage(f"{target} is there already, nothing is overwritten")
        if targets.count(target) > 1:
            raise WrongUsage(f"two files would become {target}")


def _encoded(sound: Sound, to: str) -> Iterator[bytes]:
    channels, frames = sound.samples.shape
    if to == "wav":
        yield wav.header(channels, frames, RATE)
    for at in range(0, frames, _BLOCK):
        yield _ENCODERS[to](sound.samples[:, at : at + _BLOCK].T.astype("<i2").tobytes())


def _write(target: Path, parts: Iterator[bytes]) -> None:
    """Whole or not at all, also when the power goes."""
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with new.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        if os.path.lexists(target):  # since the command began
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        new.rename(target)
    except OSError as e:
        raise SoundError(f"{target} cannot be written: {e.strerror}.") from e
    finally:
        new.unlink(missing_ok=True)
