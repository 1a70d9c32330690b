"""What is in the sound that somebody heard: people by their marks, prompts, tones, texts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import decode, level_dbm0
from cython_dsp.progress import packed, zone_patterns
from cython_dsp.progress_rx import Listener as ToneListener
from firmware.prompts.catalogue import LANGUAGES, Catalogue, UnknownPrompt
from hil_tests.listening import likeness
from hil_tests.load.marks import WINDOW_MS
from hil_tests.load.tracks import Track
from hil_tests.play.expectations import Sound
from hil_tests.play.on_lines import stored
from hil_tests.play.stage import StepError
from hil_tests.play.studio import Studio

Samples = NDArray[np.int16]
ALIKE = 0.8
_MUSIC = "music"
"""It goes round and round: a caller may come at any moment of it."""
_CUT, _LONG = 400, 12_000  # samples: the network connects a little late; 1.5 s are enough
_TONE = 1
_SILENT_DBM0 = -50.0
_PAUSE_MS = 2300.0
"""Whose turn it is changes each 2 s."""


@dataclass(frozen=True)
class Ears:
    """`names` of people by mark; `country`: whose tones."""

    names: Mapping[int, str]
    country: str
    studio: Studio

    def finds(self, sound: Sound, samples: Samples) -> tuple[bool, str]:
        """Whether it is there, and what is there instead."""
        if sound.text is not None:
            rate, text = self.studio.error_rate(samples, sound.text, sound.language)
            return rate <= sound.errors, f"“{text}” (error rate {rate:.2f})"
        if sound.tone is not None:
            tones = self.tones(samples)
            return sound.tone in tones, self.describes(samples)
        if sound.prompt == _MUSIC:
            found = max(_within(clip, samples) for clip in _prompts(_MUSIC))
        else:
            found = max(_alike(clip, samples) for clip in _clips(sound))
        return found >= ALIKE, f"{self.describes(samples)} (likeness {found:.2f})"

    def seconds_of(self, mark: int, samples: Samples) -> float:
        """For how long somebody spoke."""
        return Track.of(0, samples).marks.count(mark) * WINDOW_MS / 1000

    def tones(self, samples: Samples) -> list[str]:
        """Call-progress tones, in the order in which they were found."""
        patterns = zone_patterns(self.country)
        listener = ToneListener()
        listener.watch(packed(list(patterns.values())))
        whole = np.ascontiguousarray(samples[: len(samples) // 40 * 40])
        names = list(patterns)
        return [names[value] for _, kind, value, *_ in listener.take(whole) if kind == _TONE]

    def describes(self, samples: Samples) -> str:
        """For a person who wonders what was to be heard."""
        windows = Counter(Track.of(0, samples).marks)
        spoken = [
            f"{name} ({windows[mark] * WINDOW_MS / 1000:.1f} s)"
            for mark, name in self.names.items()
            if windows[mark]
        ]
        tones = [f"{name} tone" for name in dict.fromkeys(self.tones(samples))]
        if spoken or tones:
            return ", ".join([*spoken, *tones])
        level = level_dbm0(samples) if len(samples) else _SILENT_DBM0
        if level <= _SILENT_DBM0:
            return "nothing"
        return f"nobody by name, only something of {level:.0f} dBm0"

    def stretches(self, start_ms: float, samples: Samples) -> list[tuple[float, str, float]]:
        """(when, who, for how long) of all who spoke; the pauses of turns are no end."""
        found: list[list[float]] = []
        for mark, begin, end in Track.of(start_ms, samples).stretches({*self.names}):
            before = next((one for one in reversed(found) if one[0] == mark), None)
            if before is not None and begin - before[2] <= _PAUSE_MS:
                before[2] = end
            else:
                found.append([mark, begin, end])
        return [(begin, self.names[int(mark)], (end - begin) / 1000) for mark, begin, end in found]


def _alike(clip: Samples, heard: Samples) -> float:
    return likeness(clip, heard).correlation if len(heard) >= len(clip) else 0.0


def _within(clip: Samples, heard: Samples) -> float:
    """Whether a stretch of what was heard lately is somewhere in a clip."""
    lately = heard[-_LONG:-_CUT]
    loud = len(lately) == _LONG - _CUT and level_dbm0(lately) > _SILENT_DBM0
    return _alike(lately, np.concatenate([clip, clip[:_LONG]])) if loud else 0.0


def _clips(sound: Sound) -> list[Samples]:
    """What to look for: a sentence whole, of a prompt its beginning in either language."""
    if sound.sentence is not None:
        return [decode(stored(sound.sentence))]
    assert sound.prompt is not None
    return [clip[_CUT : _CUT + _LONG] for clip in _prompts(sound.prompt)]


@cache
def _prompts(name: str) -> list[Samples]:
    catalogue = Catalogue()
    try:
        return [decode(catalogue.path(name, language).read_bytes()) for language in LANGUAGES]
    except UnknownPrompt:
        raise StepError(f"the box has no prompt '{name}'") from None
