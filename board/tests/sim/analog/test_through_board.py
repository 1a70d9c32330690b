"""The exchange and the firmware of the FXO board, between them a model of the chip."""

import numpy as np
import pytest

from board import wire_fxo
from board.sim import script, spandsp
from board.sim.adsi import AdsiReceiver
from board.sim.alaw import decode, encode, level_dbm0
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.pair import Fault
from board.sim.analog.service import Clear
from board.sim.analog.states import LineState as S
from board.sim.call import CallState
from board.sim.script import HangUp, Say, Wait, WaitConnect
from board.sim.speech import babble
from board.tests.sim.analog.board_box import BoardBox

LINE = 1  # on the wire
CHINA = (LINE, wire_fxo.COUNTRY_CHINA, 0, 0)


@pytest.fixture
def office(sockets):
    office = AnalogExchange(sockets[0])
    yield office
    office.close()


@pytest.fixture
def box(sockets, office):
    box = BoardBox(sockets[1])
    box.order(wire_fxo.OP_LINE, *CHINA)
    # The box has a thread of its own, which a busy machine lets wait: much virtual time may pass.
    assert office.run(60, lambda: len(box.seen(wire_fxo.EVT_BATTERY)) == 4)
    box.events.clear()
    yield box
    office.close()
    box.close()


@pytest.fixture
def line(office):
    return office.line(LINE + 1)


def correlation(heard, clip):
    """How well a clip is found in a recording, 1.0: as it was said."""
    wanted = decode(clip).astype(float)
    found = np.correlate(heard.samples.astype(float), wanted, "valid")
    return np.abs(found).max() / np.sum(wanted**2)


def test_a_call_rings_shows_its_caller_is_answered_and_cleared(office, box, line):
    line.service.clear = Clear.POLARITY
    greeting, answer = babble(1.0, 1), babble(1.0, 2)
    steps = [WaitConnect(), Wait(0.5), Say(greeting), Wait(1.5), HangUp()]
    call = office.place_call(line, "13800138000", steps)
    assert office.run(4, lambda: len(line.rings) == 1 and office.tick - line.rings[0] > 24000)
    receiver = AdsiReceiver()
    receiver.feed(box.heard[LINE].heard().samples)
    receiver.close()
    assert b"13800138000" in receiver.messages[0]
    assert box.seen(wire_fxo.EVT_RING)[0][:2] == (LINE, 1)
    box.order(wire_fxo.OP_HOOK, LINE, 1)
    assert office.run(1, lambda: call.state is CallState.CONNECTED)
    office.run(2)
    box.mouths[LINE].say(answer)
    assert office.run(4, lambda: line.state is S.CLEARED)
    assert correlation(box.heard[LINE].heard(), greeting) > 0.9
    assert correlation(call.heard(), answer) > 0.9
    office.run(0.5)
    assert box.seen(wire_fxo.EVT_POLARITY) == [(LINE, 1)]
    box.order(wire_fxo.OP_HOOK, LINE, 0)
    assert office.run(2, lambda: call.ended)


def test_the_board_dials_by_tones_and_hears_itself_little(office, box, line):
    office.answer_rule("110", script.answers(5.0))
    box.order(wire_fxo.OP_HOOK, LINE, 1)
    assert office.run(2, lambda: line.state is S.DIAL_TONE)
    office.run(0.3)
    assert level_dbm0(box.heard[LINE].heard().samples[-1600:]) == pytest.approx(-10, abs=1)
    box.mouths[LINE].say(encode(spandsp.dtmf("110", 80, 80, -8)))
    assert office.run(3, lambda: bool(office.calls))
    assert office.calls[0].called == "110"
    office.run(0.2)
    assert [one.length_ms for one in line.digits] == [pytest.approx(80, abs=4)] * 3
    assert line.draw.acim == 10
    echo = box.heard[LINE].heard().between(line.digits[1].tick + 160, line.digits[2].tick)
    assert level_dbm0(echo) < -8 - 10


def test_the_board_dials_by_pulses_and_flashes(office, box, line):
    office.answer_rule("*", script.answers(0.1))
    box.order(wire_fxo.OP_HOOK, LINE, 1)
    assert office.run(2, lambda: line.state is S.DIAL_TONE)
    box.order(wire_fxo.OP_PULSE, LINE, 60, 40, 70, b"119")
    assert office.run(6, lambda: any(c.state is CallState.CONNECTED for c in office.calls))
    assert [(one.digit, one.method) for one in line.digits] == [
        ("1", "pulse"),
        ("1", "pulse"),
        ("9", "pulse"),
    ]
    assert line.digits[2].length_ms == pytest.approx(860, abs=15)
    box.order(wire_fxo.OP_FLASH, LINE, 300)
    office.run(0.6)
    ((_, length),) = line.flashes
    assert (length, line.state) == (pytest.approx(300, abs=10), S.OUTGOING)


def test_the_board_sees_faults_of_the_pair(office, box, line):
    line.pair.parallel_off_hook = True
    office.run(0.5)
    line.pair.parallel_off_hook = False
    office.run(1.5)
    line.pair.fault = Fault.OPEN
    office.run(1.5)
    assert box.seen(wire_fxo.EVT_IN_USE)[:2] == [(LINE, 1), (LINE, 0)]
    assert box.seen(wire_fxo.EVT_BATTERY) == [(LINE, 0)]


def test_the_board_sees_faults_of_its_chip(office, box, line):
    line.chip.reset()
    office.run(1.0)
    line.chip.silent = True
    office.run(0.5)
    kinds = [values[1] for values in box.seen(wire_fxo.EVT_LINE_CHIP) if values[0] == LINE]
    assert wire_fxo.CHIP_RESET in kinds
    assert kinds[-1] == wire_fxo.CHIP_SILENT
