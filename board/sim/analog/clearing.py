"""What a line shows and lets hear when the far end is gone, or when nothing came of a call."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from board.sim.alaw import Samples, decode, encode
from board.sim.analog.service import Clear, Service
from board.sim.progress_tones import clip, cycle
from board.sim.speech import babble

_SPEECH_S = 7.0

# Causes of Q.850 before an answer, as the tone that stands for them on an analogue line.
CAUSE_TONES = {1: "vacant", 17: "busy", 21: "busy", 19: "busy"}


@dataclass(frozen=True)
class Sign:
    """One way of showing it."""

    tone: bytes = b""
    """A-law, repeated."""
    tone_after_s: float = 0.0
    toggles_polarity: bool = False
    drop_ms: int = 0
    howler: bool = True
    """Whether the howler comes in the end."""


def refusal(service: Service, cause: int) -> Sign:
    """Return what a caller hears whose call was not answered."""
    return Sign(cycle(CAUSE_TONES.get(cause, "congestion"), service.country))


def release(service: Service) -> Sign:
    """Return what is left of an answered call."""
    tone = _tone(service)
    return {
        Clear.BUSY_TONE: Sign(tone),
        Clear.SILENCE_THEN_TONE: Sign(tone, service.silence_s),
        Clear.TONE_IN_SPEECH: Sign(_mixed(tone)),
        Clear.POLARITY: Sign(toggles_polarity=True),
        Clear.BATTERY_DROP: Sign(drop_ms=service.drop_ms),
        Clear.NOTHING: Sign(howler=False),
    }[service.clear]


def _tone(service: Service) -> bytes:
    if service.clear_tone is not None:
        return clip(service.clear_tone, service.clear_tone_error)
    return cycle("busy", service.country, service.clear_tone_error)


@cache
def _mixed(tone: bytes) -> bytes:
    """The tone with somebody speaking over it, for some seconds of whole cycles."""
    speech = decode(babble(_SPEECH_S, 99)).astype(np.int32)
    cycles = max(1, len(speech) // len(tone))
    sound = np.tile(decode(tone).astype(np.int32), cycles)
    size = min(len(sound), len(speech))
    sound[:size] += speech[:size]
    mixed: Samples = np.clip(sound, -32768, 32767).astype(np.int16)
    return encode(mixed)
