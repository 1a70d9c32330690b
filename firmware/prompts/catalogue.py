"""The catalogue at run time: ids, texts, and the file that is played for an id.

A clip is raw A-law, 8000 bytes a second, without a header (`<language>/<id>.alaw`).  A clip
put in by the operator (`custom` folder, same names) is played instead of the built-in one.
"""

import logging
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

LANGUAGES = ("zh_CN", "en")
SUFFIX = ".alaw"
BYTES_A_SECOND = 8000
_HERE = Path(__file__).parent
_LOGGER = logging.getLogger(__name__)


class UnknownPrompt(KeyError):
    """No clip of this id in any language."""


@dataclass(frozen=True)
class Part:
    """One run of speech in one language."""

    language: str
    text: str
    allowed: float = 0.0
    """Greatest error rate when recognised: characters (zh_CN) or words (en)."""
    say: str = ""
    """What the voice is given where it is not `text`."""
    why: str = ""
    """What differs, where `allowed` is above 0."""
    speed: float = 0.0
    """How fast it is spoken; 0 is the voice's own speed."""


@dataclass(frozen=True)
class Prompt:
    """One clip in one language; music and pauses have no parts."""

    id: str
    language: str
    parts: tuple[Part, ...] = ()
    frame: tuple[str, ...] = ("*",)
    """Ids it is recognised between, `*` being itself; empty where it is speech by itself."""

    @property
    def text(self) -> str:
        """What is said, for people."""
        return " ".join(part.text for part in self.parts)


class Catalogue:
    """All prompts, built in and replaced."""

    def __init__(self, built_in: Path = _HERE, custom: Path | None = None) -> None:
        self.built_in, self.custom = built_in, custom
        with (_HERE / "catalogue.toml").open("rb") as file:
            self.settings: Mapping[str, Any] = tomllib.load(file)
        self._prompts = {(p.id, p.language): p for p in _read(self.settings)}

    def ids(self, language: str) -> list[str]:
        """Every id that has a clip in this language, in the order of the catalogue."""
        return [name for name, spoken in self._prompts if spoken == language]

    def prompt(self, name: str, language: str) -> Prompt:
        """The entry of one clip; UnknownPrompt where the language lacks it."""
        try:
            return self._prompts[name, language]
        except KeyError:
            raise UnknownPrompt(f"{name} ({language})") from None

    def text(self, name: str, language: str) -> str:
        """What the built-in clip says."""
        return self.prompt(name, language).text

    def is_replaced(self, name: str, language: str) -> bool:
        """Whether the operator's own clip is played."""
        own = self.custom_path(name, language)
        return own is not None and own.exists()

    def custom_path(self, name: str, language: str) -> Path | None:
        """Where the operator's own clip lies or would lie; UnknownPrompt for other names."""
        known = self.prompt(name, language)
        if self.custom is None:
            return None
        return self.custom / known.language / (known.id + SUFFIX)

    def path(self, name: str, language: str) -> Path:
        """The file to play: the operator's, else ours, else (logged) the other language's."""
        for spoken in (language, *(other for other in LANGUAGES if other != language)):
            if (name, spoken) not in self._prompts:
                continue
            own = self.custom_path(name, spoken)
            for file in (own, self.built_in / spoken / (name + SUFFIX)):
                if file is not None and file.is_file():
                    if spoken != language:
                        _LOGGER.warning("prompt %s: no %s clip, playing %s", name, language, spoken)
                    return file
        raise UnknownPrompt(f"{name} ({language})")

    def seconds(self, name: str, language: str) -> float:
        """How long the clip to play is."""
        return self.path(name, language).stat().st_size / BYTES_A_SECOND


def _read(settings: Mapping[str, Any]) -> Iterator[Prompt]:
    for language in LANGUAGES:
        for name, texts in settings["phrases"].items():
            if language in texts:
                yield Prompt(name, language, _parts(texts[language], language))
        for kind in settings["words"].values():
            for name, texts in kind["clips"].items():
                if language in texts:
                    parts = _parts(texts[language], language, kind.get("speed", {}))
                    yield Prompt(name, language, parts, tuple(kind["frame"][language]))
        for name in settings["sounds"]:
            yield Prompt(name, language)


def _parts(
    entry: Any, language: str, speeds: Mapping[str, float] = MappingProxyType({})
) -> tuple[Part, ...]:
    """Text alone, a table of one part, or a list of parts that may change the language."""
    if isinstance(entry, list):
        return tuple(Part(**part) for part in entry)
    if isinstance(entry, str):
        entry = {"text": entry}
    return (Part(**{"language": language, "speed": speeds.get(language, 0.0), **entry}),)
