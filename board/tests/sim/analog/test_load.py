from collections import Counter
from itertools import pairwise

import pytest

from board.sim import fxo_line
from board.sim.alaw import RATE
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.load import CLEARS, LineLoad, Load, talker
from board.sim.analog.states import LineState
from board.sim.script import HangUp, Say, Wait
from board.tests.sim.analog.line_box import LineBox

PORTS = 16


@pytest.fixture
def office():
    ours, theirs = fxo_line.pair()
    office = AnalogExchange(ours, PORTS, seed=2, keep_s=0.5)
    office.box = LineBox(theirs, PORTS)
    yield office
    office.close()
    office.box.close()


def drive(office, load, seconds, until=lambda: False):
    """A box that answers the first ring and hangs up when the far end is gone."""
    stop = office.tick + int(seconds * RATE)
    while office.tick < stop and not until():
        load.step(office)
        office.step()
        for at in range(1, PORTS + 1):
            state, end = office.line(at).state, office.box.line(at)
            if state is LineState.RINGING and end.seen[-1].ring_v:
                end.off_hook = True
            elif state is LineState.CLEARED:
                end.off_hook = False
    return until()


@pytest.mark.timeout(60)
def test_sixteen_calls_are_up_at_once_and_none_is_lost(office):
    load = LineLoad(Load(shortest_s=8, mean_s=11, rest_s=1.0), seed=5)
    assert drive(office, load, 25, lambda: load.up == PORTS)
    begun = [call.times.setup for call in load.calls]
    assert begun[PORTS - 1] - begun[0] < 14 * RATE  # a peak of 2 a second
    drive(office, load, 3)
    ended = [call for call in load.calls if call.ended]
    assert len(ended) >= 4
    assert load.lost == []
    assert {call.cleared_by for call in ended} == {"network"}
    held = [call.times.disconnect - call.times.connect for call in ended]
    assert min(held) >= 7.9 * RATE
    assert max(held) - min(held) > 1 * RATE


def test_a_line_has_one_call_at_a_time_and_a_rest_between_them(office):
    load = LineLoad(Load(shortest_s=1, mean_s=1.5, rest_s=2.0, calls_per_s=8), seed=1)
    drive(office, load, 8)
    assert len(load.calls) > PORTS
    for index in range(1, PORTS + 1):
        mine = [call for call in load.calls if call.channel == index]
        for first, second in pairwise(mine):
            assert second.times.setup - first.times.released >= 2 * RATE


def test_lines_are_cleared_in_all_ways_and_the_same_seed_is_the_same_load(office):
    def placed(seed):
        load = LineLoad(Load(shortest_s=30), seed=seed)
        begin = len(office.calls)
        while len(load.calls) < 8:
            load.step(office)
            office.step()
        clears = [office.line(call.channel).service.clear for call in load.calls]
        for call in office.calls[begin:]:
            call.hang_up(office.tick)
        office.run(1.0)
        begun = [call.times.setup - load.calls[0].times.setup for call in load.calls]
        return [(c.calling, c.channel) for c in load.calls], clears, begun

    first, again, other = placed(3), placed(3), placed(4)
    assert first == again
    assert first != other
    assert set(Counter(first[1])) | set(Counter(other[1])) == set(CLEARS)


def test_a_load_that_runs_for_weeks_keeps_the_latest_calls_only(office):
    load = LineLoad(Load(shortest_s=1, mean_s=1.2, calls_per_s=8), seed=1, keep_calls=4)
    placed = []
    office.on_call = placed.append
    drive(office, load, 4)
    ended = [call for call in placed if call.ended]
    assert len(ended) > 8
    assert [call for call in load.calls if call.ended] == ended[-4:]


def test_no_more_than_most_at_a_time(office):
    load = LineLoad(Load(most=3, calls_per_s=10, shortest_s=30), seed=1)
    drive(office, load, 3)
    assert len(load.calls) == 3


def test_a_caller_that_is_not_answered_counts_as_lost(office):
    load = LineLoad(Load(most=1), lambda _hold, _seed: [Wait(0.5), HangUp()])
    while not (load.calls and load.calls[0].ended):
        load.step(office)
        office.step()
    assert load.lost == load.calls[:1]


@pytest.mark.parametrize("hold_s", [2.0, 10.0, 61.5])
def test_a_talker_speaks_half_of_the_time_it_holds(hold_s):
    script = talker(hold_s, 1)
    spoken = sum(len(step.codes) for step in script if isinstance(step, Say)) / RATE
    waited = sum(step.seconds for step in script if isinstance(step, Wait))
    assert spoken + waited == pytest.approx(hold_s)
    assert spoken == pytest.approx(hold_s / 2, abs=3.0)
    assert isinstance(script[-1], HangUp)
