"""Wrong or failing hardware of an analogue line: named on the page, and gone when repaired."""

import pytest

from board.sim.analog.pair import Fault
from board.sim.script import HangUp, Say, Wait, WaitConnect, answers
from board.sim.speech import sentence
from hil_tests.story import CALLER

pytestmark = pytest.mark.timeout(240)
PATIENT = [WaitConnect(20), Wait(2), HangUp()]


def named(world, fault, line=1, seconds=10):
    return world.run(seconds, lambda: fault in world.line(line)["faults"])


def well(world, line=1):
    """In service again, and a caller gets through."""
    world.run(2)  # the exchange waits 0.8 s before it takes an open loop as the end
    assert world.run(15, lambda: world.line(line)["state"] == "idle"), world.line(line)
    call = world.analog.place_call(world.analog.line(line), CALLER, PATIENT)
    assert world.run(20, lambda: call.ended)
    return call.times.connect is not None


def break_wire(line):
    line.pair.fault = Fault.OPEN


def short_wires(line):
    line.pair.fault = Fault.SHORT


def swap_wires(line):
    line.pair.reversed = True


def lift_telephone(line):
    line.pair.parallel_off_hook = True


def silence_chip(line):
    line.chip.silent = True


def cut_isolation(line):
    line.chip.isolation_down = True


def repair(line):
    line.pair.fault = Fault.NONE
    line.pair.reversed = line.pair.parallel_off_hook = False
    line.chip.silent = line.chip.isolation_down = False


def _watches_polarity(document):
    for line in document["analog"]["analog"]["lines"].values():
        line["answer_polarity"] = True


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (break_wire, "no_battery"),
        (short_wires, "short"),
        (swap_wires, "reversed"),
        (lift_telephone, "in_use"),
        (silence_chip, "chip_silent"),
        (cut_isolation, "isolation"),
    ],
)
def test_a_fault_has_its_name_until_it_is_repaired(fxo, harm, fault):
    fxo.configure(_watches_polarity)
    line = fxo.analog.line(1)
    harm(line)
    assert named(fxo, fault), fxo.line(1)
    assert fxo.line(2)["faults"] == [], "the others are well"
    repair(line)
    assert fxo.run(15, lambda: fxo.line(1)["faults"] == []), fxo.line(1)
    assert well(fxo)


def test_a_chip_that_loses_its_registers_is_set_up_again_and_the_page_says_so(fxo):
    fxo.analog.line(1).chip.reset()
    assert named(fxo, "chip_reset")
    assert well(fxo)


def test_a_call_on_a_line_that_breaks_ends(fxo):
    line = fxo.analog.line(1)
    call = fxo.analog.place_call(line, CALLER, [WaitConnect(20), Wait(60), HangUp()])
    assert fxo.run(20, lambda: call.times.connect is not None)
    fxo.run(2)
    cut_isolation(line)
    assert fxo.run(5, lambda: fxo.snapshot["calls"] == [])
    assert named(fxo, "isolation")


@pytest.mark.parametrize("after_ms", [0, 60, 250])
def test_who_calls_while_the_line_is_seized_is_connected(fxo, at_desk, after_ms):
    """Glare: the caller gets through, the agent's call leaves on another line, never both."""
    at_desk.ask("SetAgentState", state="not_ready", reason="lunch")
    fxo.analog.answer_rule("*", answers(2.0, [Wait(30), HangUp()]))
    hello = [WaitConnect(20), Say(sentence("zh_CN", "caller_problem")), Wait(20), HangUp()]
    line = fxo.analog.line(1)
    caller = fxo.analog.place_call(line, CALLER, hello, glare_ms=after_ms)
    at_desk.ask("MakeCall", number="13912345678")
    assert fxo.run(25, lambda: caller.times.connect is not None)
    assert fxo.run(25, lambda: any(call.incoming for call in fxo.analog.calls))
    fxo.run(3)
    views = fxo.snapshot["calls"]
    assert sorted(view["direction"] for view in views) == ["inbound", "outbound"], views
    lines = [leg["channel"] for view in views for leg in view["legs"] if leg["channel"]]
    assert len(lines) == len(set(lines)) == 2
    assert not caller.over
    assert line.call is caller
