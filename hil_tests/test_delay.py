"""How much later the other E1 channel has what one channel said, in real time."""

import os
import select
import time

import numpy as np
import pytest

from board.sim import line
from board.sim.board import SimulatedBoard
from cython_dsp.engine import Engine

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(60)]
BLOCK_S, FRAMES, SILENCE = 0.005, 40, 0xD5
BLOCKS = 600


@pytest.fixture
def bridge():
    """The exchange's end of a line whose channels 1 and 2 are bridged by the running engine."""
    near, far = line.pair()
    engine = Engine()
    with SimulatedBoard(far) as board:
        descriptor = os.open(board.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        number = engine.add_board(descriptor, slots=32)
        one, two = engine.open_tdm(number, 1), engine.open_tdm(number, 2)
        engine.hear(two, [(one, 0.0)])
        engine.start()
        yield near
        engine.stop()
        os.close(descriptor)
    near.close()


def test_audio_crosses_the_box_within_30_ms(bridge):
    said = np.random.default_rng(5).integers(0, 256, BLOCKS * FRAMES, dtype=np.uint8)
    heard = np.concatenate([exchange_block(bridge, n, said) for n in paced(BLOCKS)])
    delays = [delay_ms(said, heard, n) for n in range(100, BLOCKS - 20)]
    found = np.array([delay for delay in delays if delay is not None])
    print(f"E1 to E1 in real time: median {np.median(found):.2f} ms, worst {found.max():.2f} ms,")
    print(f"{len(found)} of {len(delays)} blocks found whole")
    assert np.median(found) <= 30
    assert len(found) > len(delays) / 2


def paced(count):
    """Numbers of blocks, one each 5 ms by absolute deadlines."""
    start = time.monotonic()
    for n in range(count):
        time.sleep(max(0.0, start + n * BLOCK_S - time.monotonic()))
        yield n


def exchange_block(near, n, said):
    """Send block n with audio in channel 1; return what channel 2 brought."""
    block = np.full((FRAMES, 32), SILENCE, np.uint8)
    block[:, 1] = said[n * FRAMES : (n + 1) * FRAMES]
    near.send(line.block(n * FRAMES, 0, block.tobytes()))
    while select.select([near], [], [], 2.0)[0]:
        kind, _, _, payload = line.parse(near.recv(line.SIZE))
        if kind == line.BLOCK:
            return np.frombuffer(payload, np.uint8).reshape(FRAMES, 32)[:, 2]
    raise AssertionError("the board does not answer")


def delay_ms(said, heard, n):
    """Where block n came out, later by so many ms (None: it was cut or lost)."""
    wanted = said[n * FRAMES : (n + 1) * FRAMES].tobytes()
    at = heard[n * FRAMES : (n + 20) * FRAMES].tobytes().find(wanted)
    return None if at < 0 else at / 8
