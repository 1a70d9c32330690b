"""What callboxd does about a board's firmware: begun after a greeting, told, and shown."""

import pytest

from board import wire, wire_update
from board.host import firmware_set
from firmware.contract.events import BoardFirmwareChanged
from firmware.contract.model import FirmwareProblem, FirmwareState
from firmware.contract.views import FirmwareView
from firmware.tests.trunk.test_span_board import Bench

NEW = firmware_set.make("e1", firmware_set.PLAIN, "0.2", [("board/mcu/main.py", b"new = 1\n")])
PLAIN = wire_update.CAN_UPDATE | wire_update.CAN_UPDATE_PLAIN


class Sets:
    def of(self, _board, capabilities):
        return NEW if capabilities & wire_update.CAN_UPDATE else None


class Board(Bench):
    """The bench of an E1 board, whose firmware is kept."""

    def __init__(self):
        super().__init__()
        self.calls, self.ledger = 0, []
        self.board.keep_current(Sets(), lambda: not self.calls, self.ledger.append)

    def greet(self, firmware, capabilities=PLAIN, major=wire.VERSION_MAJOR):
        fields = dict.fromkeys(wire.HELLO_NAMES, 0) | {"serial": "S1", "firmware": firmware}
        fields |= {"major": major, "board": wire.BOARD_E1, "capabilities": capabilities}
        self.hear(wire.HELLO, wire.pack_hello(fields))

    def asked(self):
        """(kind, number) of the latest request of the update."""
        frames = (wire.split(frame) for frame in self.engine.sent)
        kind, _, _, payload = [f for f in frames if f[0] >= wire_update.UPDATE_BEGIN][-1]
        return kind, int.from_bytes(payload[:2], "little")

    def answer(self, state, error=0, digest=wire_update.NO_HASH, written=0, size=0):
        number = self.asked()[1]
        status = wire_update.pack_status(number, state, error, 0, 0, digest, written, size)
        self.hear(wire_update.UPDATE_STATUS, status)

    def states(self):
        return [(event.state, event.problem) for event in self.ledger]


@pytest.fixture
def board():
    board = Board()
    yield board
    board.close()


def test_a_board_with_the_releases_firmware_is_left_alone_and_not_told(board):
    board.greet(NEW.version)
    board.answer(wire_update.STATE_IDLE)
    view = board.board.firmware_view()
    assert view == FirmwareView(NEW.version, NEW.version, FirmwareState.CURRENT)
    assert board.ledger == []


def test_an_older_board_is_written_when_its_call_is_over(board):
    board.calls = 1
    board.greet("0.1+00000001")
    board.answer(wire_update.STATE_IDLE)
    waiting = BoardFirmwareChanged("e1", FirmwareState.WAITING, "0.1+00000001", NEW.version)
    assert board.ledger == [waiting]
    board.calls = 0
    board.loop.advance(0.6)
    board.answer(wire_update.STATE_IDLE)
    assert board.asked()[0] == wire_update.UPDATE_BEGIN
    board.answer(wire_update.STATE_RECEIVING, 0, NEW.digest, 0, len(NEW.stream))
    assert board.asked()[0] == wire_update.UPDATE_DATA
    half = len(NEW.stream) // 2
    board.answer(wire_update.STATE_RECEIVING, 0, NEW.digest, half, len(NEW.stream))
    assert 40 < board.board.firmware_view().percent < 60
    board.loop.call_soon(board.board.lost)
    board.loop.settle()
    assert board.states()[-1] == (FirmwareState.UNKNOWN, FirmwareProblem.NONE)


def test_a_request_without_an_answer_is_sent_again(board):
    board.greet("0.1+00000001")
    sent = len(board.engine.sent)
    board.loop.advance(0.6)
    again = board.engine.sent[sent:]
    assert [wire.split(frame)[0] for frame in again].count(wire_update.UPDATE_ASK) == 2


def test_a_board_of_another_major_version_is_updated_but_not_used(board):
    board.greet("9.0+00000009", major=9)
    assert not board.board.ready
    assert board.told[-1] == (False, frozenset())
    board.answer(wire_update.STATE_IDLE)
    assert board.asked()[0] == wire_update.UPDATE_BEGIN


def test_why_a_board_refuses_is_told(board):
    board.greet("0.1+00000001")
    board.answer(wire_update.STATE_IDLE)
    board.answer(wire_update.STATE_FAILED, wire_update.ERROR_FLASH)
    assert board.states()[-1] == (FirmwareState.WAITING, FirmwareProblem.FLASH)


def test_a_board_that_takes_no_update_is_shown_with_its_version(board):
    board.greet("0.1+00000001", capabilities=0)
    assert board.board.firmware_view() == FirmwareView("0.1+00000001", "", FirmwareState.UNABLE)
    assert board.ledger == []


def test_nonsense_of_a_board_is_counted_and_changes_nothing(board):
    board.greet("0.1+00000001")
    board.hear(wire_update.UPDATE_STATUS, b"\x01\x02")
    board.hear(wire_update.UPDATE_STATUS, b"\xff" * 50)
    assert board.board._port.bad_contents == 2
    assert board.asked()[0] == wire_update.UPDATE_ASK
