"""An operator's own recording in place of a built-in clip: checked, converted, put in place.

PromptRejected(problem)  the file is refused and nothing has changed; `problem` is the key of
                         a text for people (TEXTS).
"""

import os
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from cython_dsp import wav
from cython_dsp.resample import resample
from firmware.errors import Refused
from firmware.prompts import finish, level
from firmware.prompts.catalogue import Catalogue

MAX_SECONDS = 300
MAX_BYTES = MAX_SECONDS * 48000 * 2 * 2 + (1 << 16)
"""Longer than any file that could be accepted; a web form may refuse at this size already."""
MIN_SECONDS = 0.1
_SILENT_DBM0 = -50.0
_CLIPPED_SHARE = 0.005
_GROUP_READS = 0o640  # the pages play it, as another user of the group


class Problem(StrEnum):
    """Why a file is refused; the first four are those of `wav`."""

    NOT_AUDIO = "prompt.not_audio"
    UNSUPPORTED = "prompt.unsupported"
    INCOMPLETE = "prompt.incomplete"
    EMPTY = "prompt.empty"
    TOO_LONG = "prompt.too_long"
    SILENT = "prompt.silent"
    CLIPPED = "prompt.clipped"


TEXTS: dict[Problem, dict[str, str]] = {
    Problem.NOT_AUDIO: {
        "zh_CN": "这不是 WAV 音频文件。",
        "en": "This is not a WAV audio file.",
    },
    Problem.UNSUPPORTED: {
        "zh_CN": "只支持 8 至 48 kHz、单声道或立体声的 WAV 文件：16 位 PCM、A 律或 μ 律。",
        "en": "Only WAV files of 8 to 48 kHz, mono or stereo, as 16-bit PCM, A-law or mu-law.",
    },
    Problem.INCOMPLETE: {
        "zh_CN": "文件不完整，请重新上传。",
        "en": "The file is incomplete; please upload it again.",
    },
    Problem.EMPTY: {"zh_CN": "文件中没有声音数据。", "en": "There is no sound in the file."},
    Problem.TOO_LONG: {"zh_CN": "录音超过 5 分钟。", "en": "The recording is over 5 minutes."},
    Problem.SILENT: {
        "zh_CN": "录音几乎没有声音，请检查麦克风后重录。",
        "en": "The recording is almost silent; check the microphone and record it again.",
    },
    Problem.CLIPPED: {
        "zh_CN": "录音音量过大，声音已失真，请降低音量后重录。",
        "en": "The recording is too loud and distorted; record it again at a lower level.",
    },
}


class PromptRejected(Refused):
    """The uploaded file cannot be used; nothing has changed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value, TEXTS[problem]["en"])
        self.problem = problem


@dataclass(frozen=True)
class Replacement:
    """What will be played."""

    clip: bytes
    seconds: float
    level_dbm0: float


def replace(catalogue: Catalogue, name: str, language: str, data: bytes) -> Replacement:
    """Play this WAV file for the id from now on (blocks: worker thread).

    PromptRejected leaves everything as it was, UnknownPrompt where there is no such clip,
    ValueError where the catalogue has no folder for own clips.
    """
    target = catalogue.custom_path(name, language)
    if target is None:
        raise ValueError("no folder for own prompts is set")
    music = not catalogue.prompt(name, language).parts
    replacement = convert(data, catalogue.settings["levels"], music=music)
    _write(target, replacement.clip)
    return replacement


def restore(catalogue: Catalogue, name: str, language: str) -> None:
    """Play the built-in clip again."""
    target = catalogue.custom_path(name, language)
    if target is not None:
        target.unlink(missing_ok=True)


def convert(data: bytes, levels: dict[str, float], *, music: bool = False) -> Replacement:
    """A WAV file to a clip at the level of the others; PromptRejected(problem) otherwise."""
    try:
        wave = wav.read(data)
    except wav.WavError as e:
        raise PromptRejected(Problem(f"prompt.{e.problem}")) from e
    if wave.seconds < MIN_SECONDS:
        raise PromptRejected(Problem.EMPTY)
    if wave.seconds > MAX_SECONDS:
        raise PromptRejected(Problem.TOO_LONG)
    samples = wave.samples().astype(np.float64)
    if level.clipped_share(samples) > _CLIPPED_SHARE:
        raise PromptRejected(Problem.CLIPPED)
    mono = samples.mean(axis=1)
    narrow = finish.band_limited(resample(mono - mono.mean(), wave.rate))  # no offset, no click
    if level.active_speech(narrow) < _SILENT_DBM0:
        raise PromptRejected(Problem.SILENT)
    if music:
        loud = finish.levelled(narrow, levels["music"] - level.rms(narrow))
    else:
        narrow = finish.trimmed(narrow)
        loud = finish.levelled(narrow, levels["speech"] - level.active_speech(narrow))
    measure = level.rms if music else level.active_speech
    return Replacement(finish.clip(loud), loud.size / level.RATE, measure(loud))


def _write(target: Path, clip: bytes) -> None:
    """Whole or not at all, also when the power goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        try:
            file.write(clip)
            file.flush()
            os.fchmod(file.fileno(), _GROUP_READS)
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
