"""Prompts and music in the engine's locked memory, loaded once."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from cython_dsp.engine import EngineError
from firmware.contract.model import Language
from firmware.errors import MediaError
from firmware.prompts.catalogue import Catalogue, UnknownPrompt

_LOGGER = logging.getLogger(__name__)
CLIP_MAX_BYTES = 8000 * 600
"""Ten minutes."""


class ClipStore(Protocol):
    """The engine's side."""

    def load_clip(self, alaw: bytes) -> int:
        """A new clip."""

    def unload_clip(self, clip: int) -> None:
        """Forget a clip when no player plays it any more."""


class Clips:
    """Clip numbers by prompt and language.  `load_all` may block; the rest does not."""

    def __init__(self, store: ClipStore, catalogue: Catalogue) -> None:
        self._store, self.catalogue = store, catalogue
        self._clips: dict[tuple[str, Language], int] = {}
        self._by_path: dict[Path, int] = {}
        self._missing: set[tuple[str, Language]] = set()

    def load_all(self) -> int:
        """Load every prompt of every language; returns how many.  Reads files: at the start."""
        for language in Language:
            for name in self.catalogue.ids(language):
                self._load(name, language)
        return len(self._by_path)

    def find(self, prompts: Iterable[str], language: Language) -> Sequence[int]:
        """The clips of these prompts, without those that there are not."""
        found = (self._find(name, language) for name in prompts)
        return [clip for clip in found if clip is not None]

    def replace(self, name: str, language: Language) -> None:
        """The file to play for this prompt is another one now.  Reads it."""
        old = self._clips.pop((name, language), None)
        for path, clip in list(self._by_path.items()):
            if clip == old:
                del self._by_path[path]
        self._missing.discard((name, language))
        self._load(name, language)
        if old is not None and old not in self._clips.values():
            self._store.unload_clip(old)

    def _find(self, name: str, language: Language) -> int | None:
        key = (name, language)
        if key not in self._clips and key not in self._missing:
            self._load(name, language)
        return self._clips.get(key)

    def _load(self, name: str, language: Language) -> None:
        try:
            path = self.catalogue.path(name, language)
            if path not in self._by_path:
                self._by_path[path] = self._store.load_clip(_read(path))
        except (UnknownPrompt, MediaError, EngineError, OSError, ValueError) as error:
            self._missing.add((name, language))
            _LOGGER.warning("prompt %s (%s) cannot be played: %s", name, language, error)
        else:
            self._clips[name, language] = self._by_path[path]


def _read(path: Path) -> bytes:
    content = path.read_bytes()
    if not 0 < len(content) <= CLIP_MAX_BYTES:
        raise MediaError(f"{path.name} has {len(content)} bytes")
    return content
