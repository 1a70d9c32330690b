"""What late ticks do without, in its order; what people hear stays as it is."""

import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cython_dsp.engine import Engine, RtpParams
from cython_dsp.tests.engine.rig import pcm, speech

ORDER = ("gauges_left_out", "levels_left_out", "concealment_left_out")
CALM = 200


def late(engine, *ticks):
    """The thread found these ticks late, or in time."""
    for one in ticks:
        engine._core.told(one)


def left_out(engine):
    """What one more tick does without."""
    before = engine.statistics()
    engine.step()
    after = engine.statistics()
    return [name for name in ORDER if after[name] > before[name]]


@pytest.mark.parametrize("count", range(5))
def test_each_late_tick_drops_the_next_detail(engine, count):
    late(engine, *[True] * count)
    assert left_out(engine) == list(ORDER[:count])


def test_they_come_back_one_by_one_the_last_first(engine):
    late(engine, True, True, True)
    for kept in (3, 2, 1, 0):
        assert left_out(engine) == list(ORDER[:kept])
        late(engine, *[False] * CALM)


def test_one_late_tick_among_many_keeps_them_away(engine):
    late(engine, True, True)
    for _ in range(5):
        late(engine, *[False] * (CALM - 1), True)
    assert left_out(engine) == list(ORDER)


@given(st.lists(st.booleans(), max_size=600))
def test_what_is_left_out_is_always_the_beginning_of_the_order(ticks):
    engine = Engine()
    late(engine, *ticks)
    out = left_out(engine)
    engine.stop()
    assert out == list(ORDER[: len(out)])


def conversation(*, hurried, lose=()):
    """Blocks that a slot hears of a leg, and the other way round."""
    engine = Engine()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
    ):
        box.bind(("127.0.0.1", 0))
        peer.bind(("127.0.0.1", 0))
        engine.open_socket(box.fileno())
        leg, other = (engine.open_rtp(RtpParams(i, peer.getsockname())) for i in (1, 2))
        engine.hear(other, [(leg, 0)])
        late(engine, *[hurried] * 3)
        said, heard = speech(7, 400), b""
        peer.settimeout(2)
        for i in range(0, 400, 4):
            head = struct.pack("!BBHII", 0x80, 8, i // 4, i * 40, 0xCAFE)
            if i // 4 not in lose:
                peer.sendto(head + b"".join(said[i : i + 4]), box.getsockname())
            engine.step(4)
            heard += peer.recv(2048)[12:]
        levels = engine.level(leg)
    engine.stop()
    return heard, levels


def test_nobody_hears_that_details_are_left_out():
    (calm, calm_levels), (hurried, levels) = (conversation(hurried=on) for on in (False, True))
    assert calm == hurried
    assert calm_levels[0] > -40
    assert levels == (-90, -90)


def test_what_was_lost_is_made_up_in_a_hurry_too():
    lost = range(40, 45, 2)
    (calm, _), (hurried, _) = (conversation(hurried=on, lose=lost) for on in (False, True))
    assert calm != hurried
    first = next(i for i, (a, b) in enumerate(zip(calm, hurried, strict=True)) if a != b)
    gap = slice(first, first + 480)
    powers = [np.mean(pcm(one[gap]).astype(float) ** 2) for one in (calm, hurried)]
    assert 0.2 < powers[1] / powers[0] < 5
    assert calm[first + 2400 :] == hurried[first + 2400 :]
