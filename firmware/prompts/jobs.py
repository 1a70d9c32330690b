"""What there is to make: one job a file, and what a listener must understand of it."""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from firmware.prompts import alaw, finish, music, studio
from firmware.prompts.catalogue import BYTES_A_SECOND, LANGUAGES, SUFFIX, Catalogue, Part, Prompt
from firmware.prompts.studio import Voice

SPEECH = Path(__file__).parents[2] / "board" / "sim" / "speech"


@dataclass(frozen=True)
class Check:
    """What a stretch of sound must be recognised as."""

    language: str
    text: str
    allowed: float
    clip: Callable[[], bytes]


@dataclass(frozen=True)
class Job:
    """One file to make and to check; music and pauses have no checks."""

    id: str
    file: Path
    make: Callable[[], bytes]
    checks: tuple[Check, ...] = ()


def prompt_jobs(catalogue: Catalogue) -> Iterator[Job]:
    """Every clip of the catalogue."""
    for language in LANGUAGES:
        for name in catalogue.ids(language):
            prompt = catalogue.prompt(name, language)
            file = _file(catalogue, name, language)
            make = _spoken(catalogue, prompt) if prompt.parts else _sound(catalogue, name)
            yield Job(name, file, make, tuple(_checks(catalogue, prompt)))


def speech_jobs(folder: Path = SPEECH) -> Iterator[Job]:
    """Every sentence of the simulated callers and agents."""
    for name, language, part, voice, target in _sentences(folder):
        file = folder / language / (name + SUFFIX)
        yield Job(
            name,
            file,
            partial(studio.speak, (part,), {language: voice}, target),
            (Check(language, part.text, part.allowed, file.read_bytes),),
        )


def write_index(folder: Path = SPEECH) -> None:
    """index.json: what lies in the folder, for the simulated exchange and the tests."""
    with (folder / "sentences.toml").open("rb") as file:
        settings = tomllib.load(file)
    entries = []
    for sentence in settings["sentences"]:
        clip = folder / sentence["language"] / (sentence["id"] + SUFFIX)
        entry = {key: sentence[key] for key in ("id", "party", "language", "voice", "text")}
        entry["file"] = f"{sentence['language']}/{clip.name}"
        entry["seconds"] = round(clip.stat().st_size / BYTES_A_SECOND, 3)
        entries.append(entry)
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    (folder / "index.json").write_text(text + "\n", "utf-8")


def _sentences(folder: Path) -> Iterator[tuple[str, str, Part, Voice, float]]:
    with (folder / "sentences.toml").open("rb") as file:
        settings = tomllib.load(file)
    for sentence in settings["sentences"]:
        language = sentence["language"]
        part = Part(language, sentence["text"], sentence.get("allowed", 0.0))
        voice = Voice(sentence["voice"], sentence.get("speed", 1.0))
        yield sentence["id"], language, part, voice, settings["level"]


def _file(catalogue: Catalogue, name: str, language: str) -> Path:
    return catalogue.built_in / language / (name + SUFFIX)


def _spoken(catalogue: Catalogue, prompt: Prompt) -> Callable[[], bytes]:
    voices = {name: Voice(**voice) for name, voice in catalogue.settings["voices"].items()}
    target = catalogue.settings["levels"]["speech"]
    return lambda: studio.speak(prompt.parts, voices, target)


def _sound(catalogue: Catalogue, name: str) -> Callable[[], bytes]:
    if name == "music":
        target = catalogue.settings["levels"]["music"]
        return lambda: finish.clip(music.slow_water(target))
    seconds = catalogue.settings["sounds"][name]["seconds"]
    return lambda: alaw.SILENCE * round(seconds * BYTES_A_SECOND)


def _checks(catalogue: Catalogue, prompt: Prompt) -> Iterator[Check]:
    """A phrase by itself, each language of it; a word between the clips of its frame."""
    ids = [prompt.id if name == "*" else name for name in prompt.frame]
    files = [_file(catalogue, name, prompt.language) for name in ids]
    if len(ids) > 1:
        text = "".join(catalogue.text(name, prompt.language) + " " for name in ids)
        allowed = prompt.parts[0].allowed
        yield Check(prompt.language, text, allowed, partial(_in_a_row, files))
        return
    for place, part in enumerate(prompt.parts):
        clip = partial(_one_part, files[0], len(prompt.parts), place)
        yield Check(part.language, part.text, part.allowed, clip)


def _in_a_row(files: list[Path]) -> bytes:
    return b"".join(file.read_bytes() for file in files)


def _one_part(file: Path, parts: int, place: int) -> bytes:
    return studio.apart(file.read_bytes(), parts)[place]
