from dataclasses import replace

import numpy as np
import pytest

from board.sim.adsi import AdsiReceiver
from board.sim.analog.caller_id import NONE, CallerIdStyle, Kind, Presentation, Where
from board.sim.analog.ringing import RINGS, Ringing, ring
from board.sim.analog.states import LineState as S
from board.sim.script import WaitConnect
from board.sim.spandsp import DtmfReceiver

BLOCK_S = 0.005


def bursts(end):
    """(begin, length) of each burst of ringing in seconds from the first FEED."""
    found, since = [], None
    for at, feed in enumerate([*end.seen, replace(end.seen[-1], ring_v=0)]):
        if feed.ring_v and since is None:
            since = at
        if not feed.ring_v and since is not None:
            found.append((round(since * BLOCK_S, 3), round((at - since) * BLOCK_S, 3)))
            since = None
    return found


def messages(end):
    receiver = AdsiReceiver()
    receiver.feed(end.heard.heard().samples)
    receiver.close()
    return receiver.messages


def ring_for(office, line, seconds, style, caller_id=NONE):
    line.service.ring, line.service.caller_id = style, caller_id
    call = office.place_call(line, "13800138000", [WaitConnect()])
    office.run(seconds)
    return call


def pattern(style, seconds):
    """Bursts of a style alone: (begin, length) in seconds, block by block."""
    ringing = Ringing(style, Presentation(np.zeros(0, np.int16), 0), 800)
    on = [ringing.rings(800 + tick) for tick in range(0, int(seconds * 8000), 40)]
    edges = np.flatnonzero(np.diff([False, *on, False])) * BLOCK_S
    return [(begin, end - begin) for begin, end in edges.reshape(-1, 2).tolist()]


@pytest.mark.parametrize(
    ("style", "bursts_s"),
    [
        (RINGS["CN"], [(0, 1), (5, 1)]),
        (RINGS["GB"], [(0, 0.4), (0.6, 0.4), (3, 0.4), (3.6, 0.4), (6, 0.4), (6.6, 0.4)]),
        (RINGS["FR"], [(0, 1.5), (5, 1.5)]),
        (RINGS["JP"], [(0, 1), (3, 1), (6, 1)]),
        (ring(first_s=0.2), [(0, 0.2), (5, 1)]),
        (ring(missing=frozenset({0})), [(5, 1)]),
        (ring(splash_s=0.25), [(0, 0.25), (1.25, 1), (6.25, 1)]),
        (ring(cut_s=5.5), [(0, 1), (5, 0.5)]),
    ],
)
def test_ringing_has_its_cadence_and_its_defects(style, bursts_s):
    assert pattern(style, 9) == [pytest.approx(one, abs=1e-6) for one in bursts_s]


def test_a_cut_ring_is_still_a_call(office, box, line, end):
    ring_for(office, line, 2, ring(cut_s=0.5))
    assert (bursts(end), line.state) == ([pytest.approx((0, 0.5))], S.RINGING)


@pytest.mark.parametrize(("hertz", "volts"), [(15.3, 20), (68, 110)])
def test_ringing_has_any_frequency_voltage_and_offset(office, box, line, end, hertz, volts):
    ring_for(office, line, 0.1, ring(hertz=hertz, volts=volts, offset_volts=-20.0))
    feed = end.seen[-1]
    assert (feed.ring_hz, feed.ring_v) == (hertz, volts)
    assert abs(feed.volts) == 20


def test_caller_id_comes_between_the_rings(office, box, line, end):
    ring_for(office, line, 5, RINGS["CN"], CallerIdStyle())
    (message,) = messages(end)
    assert b"13800138000" in message
    loud = abs(end.heard.heard().samples.astype(int)) > 1000
    assert (loud.argmax() / 8000, (len(loud) - loud[::-1].argmax()) / 8000) == (
        pytest.approx(1.6, abs=0.05),
        pytest.approx(2.4, abs=0.3),
    )


def test_caller_id_by_dtmf_comes_before_the_first_ring(office, box, line, end):
    style = CallerIdStyle(Kind.DTMF, Where.REVERSAL)
    ring_for(office, line, 4, RINGS["CN"], style)
    receiver = DtmfReceiver()
    assert receiver.feed(end.heard.heard().samples) == "D13800138000C"
    receiver.close()
    begin = bursts(end)[0][0]
    assert begin == pytest.approx(0.2 + 13 * 0.14 + 0.3, abs=0.05)
    signs = {feed.volts > 0 for feed in end.seen[: int(begin / BLOCK_S) - 1]}
    assert (signs, end.seen[-1].volts > 0) == ({True}, False)


def test_caller_id_is_cut_by_the_answer(office, box, line, end):
    ring_for(office, line, 1.8, RINGS["CN"], CallerIdStyle())
    end.off_hook = True
    office.run(2)
    assert messages(end) == []
    assert line.state is S.INCOMING


def test_nothing_is_heard_without_monitor(office, box, line, end):
    end.monitor = False
    ring_for(office, line, 5, RINGS["CN"], CallerIdStyle())
    assert abs(end.heard.heard().samples.astype(int)).max() <= 8
