"""What one call said and heard, as a WAV file for a person or a test."""

import asyncio
import io
import wave
from collections.abc import Callable, Sequence

import numpy as np
from aiohttp import web

from board.sim.alaw import RATE
from board.sim.call import Heard, Party
from board.sim.exchange.both import Exchange
from board.sim.exchange.forms import Post


def two_channels(call: Party) -> tuple[int, bytes]:
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


async def fetch(calls: Callable[[], Sequence[Party]], number: int, post: Post) -> web.Response:
    """Answer with the audio of a call; X-Tick is the tick of its begin.  Raises HTTPNotFound."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[tuple[int, bytes] | None] = loop.create_future()

    def make(_exchange: Exchange) -> None:
        call = next((one for one in reversed(calls()) if one.number == number), None)
        wav = None if call is None else two_channels(call)
        loop.call_soon_threadsafe(made.set_result, wav)

    post(make)  # its audio grows in the exchange's thread
    found = await made
    if found is None:
        raise web.HTTPNotFound(text="没有这个呼叫 / no such call")
    tick, content = found
    headers = {"X-Tick": str(tick), "Cache-Control": "no-store"}
    return web.Response(body=content, content_type="audio/wav", headers=headers)


def _place(column: "np.ndarray[tuple[int], np.dtype[np.int16]]", side: Heard, start: int) -> None:
    column[side.tick - start : side.end - start] = side.samples if side.samples.size else 0
