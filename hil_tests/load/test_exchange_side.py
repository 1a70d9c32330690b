"""Ticks are of 8 kHz; an edge of the hook is (tick, off hook)."""

from types import SimpleNamespace

import pytest

from board.sim.call import CallState, Times
from hil_tests.load.exchange_side import Placed, seen

ANSWERED, BEFORE = (8_000, True), [(100, True), (4_000, False)]


def placed(edges, cleared_by, connect=8_800, kind="analog"):
    """A call that the exchange took for over at tick 80,000."""
    nothing = SimpleNamespace(tick=0, samples=b"")
    call = SimpleNamespace(
        calling="1", called="2", cause=16, cleared_by=cleared_by, state=CallState.ENDED,
        times=Times(setup=5_000, connect=connect, disconnect=80_000, released=80_100),
        said=lambda: nothing, heard=lambda: nothing,
    )  # fmt: skip
    line = SimpleNamespace(hook_edges=edges) if kind == "analog" else None
    return Placed(call, 1, kind, line)


@pytest.mark.parametrize(
    ("edges", "cleared_by", "connect", "end"),
    [
        pytest.param([*BEFORE, ANSWERED], "network", 8_800, 80_000, id="the caller hangs up"),
        pytest.param(
            [*BEFORE, ANSWERED, (73_600, False)], "box", 8_800, 73_600, id="the box, believed"
        ),
        pytest.param(
            [*BEFORE, ANSWERED, (75_000, False)], "network", 8_800, 75_000, id="the box was first"
        ),
        pytest.param(BEFORE, "network", None, 80_000, id="given up before the answer"),
        pytest.param(
            [*BEFORE, ANSWERED, (80_400, False)], "network", 8_800, 80_000, id="the box was later"
        ),
    ],
)
def test_who_hung_up_first_ended_the_call(edges, cleared_by, connect, end):
    call = seen(placed(edges, cleared_by, connect), lambda tick: tick / 8).call
    assert call.end_ms == end / 8


def test_on_e1_the_disconnect_is_the_end():
    assert seen(placed([], "network", kind="e1"), lambda tick: tick / 8).call.end_ms == 10_000
