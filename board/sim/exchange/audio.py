"""What one call said and heard, as a WAV file for a person or a test."""

import io
import wave

import numpy as np

from board.sim.alaw import RATE
from board.sim.call import Call, Heard


def two_channels(call: Call) -> tuple[int, bytes]:
    """Return the tick of the first sample and a WAV: left what the call said, right what it heard.

    16 bits, 8 kHz, both on the exchange's time line.  Only in the exchange's thread.
    """
    sides = [side for side in (call.said(), call.heard()) if side.samples.size]
    start = min((side.tick for side in sides), default=0)
    end = max((side.end for side in sides), default=0)
    pcm = np.zeros((end - start, 2), "<i2")
    for column, side in enumerate((call.said(), call.heard())):
        _place(pcm[:, column], side, start)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(pcm.tobytes())
    return start, file.getvalue()


def _place(column: "np.ndarray[tuple[int], np.dtype[np.int16]]", side: Heard, start: int) -> None:
    column[side.tick - start : side.end - start] = side.samples if side.samples.size else 0
