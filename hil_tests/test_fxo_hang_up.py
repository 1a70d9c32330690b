"""The far end hangs up: tones of 12 countries, polarity, battery, silence; and who talks on."""

import numpy as np
import pytest

from board.sim.analog.ringing import RINGS
from board.sim.analog.service import Clear
from board.sim.progress_tones import tone
from board.sim.script import HangUp, Press, Say, Wait, WaitConnect
from board.sim.speech import babble
from hil_tests.story import CALLER

pytestmark = pytest.mark.timeout(300)
COUNTRIES = ("CN", "US", "GB", "TW", "HK", "SG", "MY", "DE", "FR", "JP", "AU", "IN")
TO_SALES = (WaitConnect(20), Wait(0.5), Press("2"), Wait(1.0), Press("1"))
CYCLES, NOTICED_S, AT_ONCE_S = 4, 0.5, 1.0


def cycle_s(country):
    return sum(on + off for on, off in tone("busy", country).cadence) / 1000


def hang_up_on(world, lines, talk_s):
    """Callers on all these lines who hang up one after another; their calls."""
    calls = [
        world.analog.place_call(line, CALLER, [WaitConnect(20), Wait(talk_s + 0.13 * n), HangUp()])
        for n, line in enumerate(lines)
    ]
    answered = world.run(20, lambda: all(call.times.connect for call in calls))
    assert answered, [
        (line.state, world.line(line.index), call.cause)
        for line, call in zip(lines, calls, strict=True)
    ]
    assert world.run(30, lambda: all(not line.off_hook for line in lines)), "a line hangs"
    return calls


def late_s(line, call):
    """Seconds from the caller's end to the box's."""
    tick, off_hook = line.hook_edges[-1]
    assert not off_hook
    return (tick - call.times.disconnect) / 8000


def ends_on_tones(world):
    """(country, seconds late, seconds allowed) of 9 calls on the busy tone of each country."""
    seed = np.random.default_rng(5)
    ends = []
    for country in COUNTRIES:
        world.configure(lambda document, country=country: document["site"].update(country=country))
        lines = world.analog.lines[:9]
        for line in lines:
            line.service.country, line.service.clear = country, Clear.BUSY_TONE
            line.service.ring = RINGS[country]
            line.service.clear_tone_error = seed.uniform(-0.02, 0.02)
            line.pair.loss_db, line.pair.noise_dbm0 = seed.uniform(0, 12), seed.uniform(-65, -45)
        calls = hang_up_on(world, lines, 2.0)
        limit = CYCLES * cycle_s(country) + NOTICED_S
        ends += [(country, late_s(*pair), limit) for pair in zip(lines, calls, strict=True)]
        world.run(3)
    print({c: max(round(late, 2) for a, late, _ in ends if a == c) for c in COUNTRIES})
    assert len(ends) == 108
    return ends


def _listens(document):
    """Callers reach somebody who says nothing: two keys are awaited for half a minute each."""
    keys = {"kind": "menu", "prompts": [], "keys": {"1": "bye"}, "wait_s": 30, "tries": 2}
    nodes = {"wait": {**keys, "otherwise": "bye"}, "bye": {"kind": "hangup"}}
    document["flows"]["quiet"] = {"start": "wait", "nodes": nodes}
    for route in document["routes"]:
        route["flow"] = "quiet"


@pytest.mark.parametrize("fxo", [16], indirect=True)
def test_busy_tones_of_12_countries_end_calls_100_times_of_100(fxo):
    fxo.configure(_listens)
    over = [(country, late) for country, late, limit in ends_on_tones(fxo) if late > limit]
    assert over == []


@pytest.mark.parametrize("fxo", [16], indirect=True)
def test_the_same_while_the_box_speaks(fxo):
    """What is left of the echo of its own prompt costs a cycle now and then, never the end."""
    ends = ends_on_tones(fxo)
    over = [(country, late) for country, late, limit in ends if late > limit]
    print(f"{len(over)} of {len(ends)} later than the fourth cycle: {over}")
    assert len(over) <= 3
    assert all(late <= limit + cycle_s(country) for country, late, limit in ends)


@pytest.mark.parametrize(
    ("clear", "drop_ms"),
    [(Clear.POLARITY, 0), (Clear.BATTERY_DROP, 100), (Clear.BATTERY_DROP, 800)],
)
def test_polarity_and_battery_end_a_call_within_a_second(fxo, clear, drop_ms):
    for line in fxo.analog.lines:
        line.service.clear, line.service.drop_ms = clear, drop_ms or 400
    calls = hang_up_on(fxo, fxo.analog.lines, 3.0)
    late = [late_s(*pair) for pair in zip(fxo.analog.lines, calls, strict=True)]
    print(clear, drop_ms, late)
    assert max(late) <= AT_ONCE_S


def test_a_line_that_tells_nothing_is_freed_by_silence(fxo, at_desk):
    """In a talk: who waits for an agent, with music in his ear, may well be silent."""
    fxo.configure(_silence)
    line = fxo.analog.line(1)
    line.service.clear = Clear.NOTHING
    call = fxo.analog.place_call(line, CALLER, [*TO_SALES, Wait(10), HangUp()])
    assert fxo.run(30, lambda: at_desk.me["state"] == "reserved")
    at_desk.ask("AnswerCall", call=at_desk.me["call"])
    assert fxo.run(60, lambda: not line.off_hook), "the line hangs"
    assert 10 <= late_s(line, call) < 25  # what the box says meanwhile is no silence
    (told,) = at_desk.told("FarEndCleared")
    assert told["sign"] == "silence"


def _silence(document):
    document["analog"]["analog"]["lines"]["1"]["hang_up"] = {"silence_s": 10}


def test_who_talks_is_not_cut_off(fxo):
    words = [WaitConnect(20), Say(babble(60.0, 3)), Wait(60), HangUp()]
    calls = [fxo.analog.place_call(line, CALLER, words) for line in fxo.analog.lines]
    assert fxo.run(20, lambda: all(call.times.connect for call in calls))
    fxo.run(50)
    assert [call.over for call in calls] == [False] * 4
