"""Where clips are spoken and listened to: texts to 8 kHz samples, and samples to text again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cython_dsp.resample import RATE, resample
from firmware.prompts import alaw, finish, level
from firmware.prompts.alaw import Samples
from firmware.prompts.catalogue import Part
from firmware.prompts.voices import recognition, synthesis


@dataclass(frozen=True)
class Voice:
    """A voice of the model and how fast it speaks."""

    voice: str
    speed: float = 1.0


_SENTENCE = re.compile(r"[^。！？.!?]+[。！？.!?]*\s*")
_BETWEEN_SENTENCES = 0.35  # s
_BETWEEN_LANGUAGES = alaw.SILENCE * int(0.6 * RATE)
_AROUND = 0.5  # s of silence that the recogniser is given before and after


def speak(parts: tuple[Part, ...], voices: Mapping[str, Voice], target: float) -> bytes:
    """The clip of one prompt: each part in its language's voice, at one level."""
    spoken = [finish.clip(_part(part, voices[part.language], target)) for part in parts]
    return _BETWEEN_LANGUAGES.join(spoken)


def apart(clip: bytes, parts: int) -> list[bytes]:
    """The parts of a clip of several languages again; ValueError where the pauses are not there."""
    pieces = clip.split(_BETWEEN_LANGUAGES)
    if len(pieces) != parts:
        raise ValueError(f"{len(pieces)} parts of sound where {parts} are expected")
    return pieces


def _part(part: Part, voice: Voice, target: float) -> Samples:
    """Sentence by sentence, so that each has its own melody and a pause after it."""
    said = part.say or part.text
    voice = replace(voice, speed=part.speed or voice.speed)
    sentences = [_sentence(text, part.language, voice) for text in _SENTENCE.findall(said)]
    samples = _joined(sentences, _BETWEEN_SENTENCES)
    return finish.levelled(samples, target - level.active_speech(samples))


def _sentence(text: str, language: str, voice: Voice) -> Samples:
    full_band = synthesis.synthesise(text, language, voice.voice, voice.speed) * 32768.0
    narrow = resample(full_band.astype(np.float64), synthesis.RATE)
    return finish.trimmed(finish.band_limited(narrow))


def listen(clip: bytes, language: str) -> str:
    """What the recogniser hears on the telephone: the A-law bytes, nothing better."""
    silence = np.zeros(int(_AROUND * RATE))
    samples = np.concatenate((silence, alaw.decode(clip) / 32768.0, silence))
    wide = resample(samples, RATE, recognition.RATE)
    return recognition.transcribe(wide.astype(np.float32), language)


def _joined(pieces: list[Samples], pause: float) -> Samples:
    silence = np.zeros(int(pause * RATE))
    return np.concatenate([part for piece in pieces for part in (silence, piece)][1:])
