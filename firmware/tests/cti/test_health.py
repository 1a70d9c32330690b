"""Which boards were ever there, and since when a call can be taken."""

from types import SimpleNamespace

import pytest

from firmware.contract.events import CallBridged, Recorded, SpanChanged
from firmware.contract.model import LineState
from firmware.cti.health import HealthBook, Release
from firmware.reporting.projector import Projector
from firmware.store.boards import BoardsSeen
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.trunk.span import Span


def _board(firmware, wanted):
    view = SimpleNamespace(wanted=wanted)
    return SimpleNamespace(ready=False, firmware=firmware, firmware_view=lambda: view)


class Boards:
    """Two trunks whose boards come and go as the test says."""

    def __init__(self) -> None:
        self.span = Span.__new__(Span)
        self.span.board = _board("1.2.0", "1.2.1")
        lines = SimpleNamespace(board=_board("1.0.0", ""))
        self.spans, self.analog = {"e1": self.span}, {"analog": lines}
        self.e1 = SimpleNamespace(serves=False)
        self.line = SimpleNamespace(shown=LineState.OUT_OF_SERVICE)
        fxo = SimpleNamespace(lines={1: self.line})
        self.group = SimpleNamespace(trunks={"e1": self.e1}, analog={"analog": fxo})


@pytest.fixture
def start(tmp_path, clock):
    """A start of the box: its ledger, the boards of this start, and the book."""
    ledgers = []

    def make():
        ledger, boards = Ledger(open_database(tmp_path / "calls.db"), clock, Projector()), Boards()
        ledger.start()
        ledgers.append(ledger)
        site = SimpleNamespace(site=SimpleNamespace(timezone="Asia/Shanghai"))
        office = SimpleNamespace(clock=clock, settings=lambda: site)
        draining = SimpleNamespace(on=False)
        control = SimpleNamespace(office=office, calls=[], draining=draining)
        seen = BoardsSeen(ledger)
        book = HealthBook(control, boards, seen, Release("1.0.0", "0003"))
        return ledger, boards, book

    yield make
    for ledger in ledgers:
        ledger.close()


NEWS = Recorded(1, 0, SpanChanged("e1", True, True))


def test_without_any_board_before_calls_are_possible_at_once(start, clock):
    _, _, book = start()
    assert book.health().call_possible_ms == clock.utc_ms()


def test_after_a_restart_all_trunks_that_were_there_are_awaited(start, clock):
    ledger, boards, book = start()
    boards.span.board.ready = boards.analog["analog"].board.ready = True
    book.take(NEWS)
    assert [board.was_linked for board in book.health().boards] == [True, True]
    ledger.close()
    _, boards, book = start()
    told = book.health()
    assert [(b.linked, b.was_linked, b.firmware) for b in told.boards] == [(False, True, "")] * 2
    assert told.call_possible_ms is None
    boards.e1.serves = True
    book.take(NEWS)
    assert book.health().call_possible_ms is None, "the analogue lines are not there yet"
    clock.advance(3)
    boards.line.shown = LineState.IDLE
    book.take(Recorded(2, 0, CallBridged("c", ("a", "b"))))
    book.take(NEWS)
    possible = clock.utc_ms()
    clock.advance(60)
    boards.e1.serves = False
    assert book.health().call_possible_ms == possible


def test_firmware_is_told_beside_what_it_should_be(start):
    _, boards, book = start()
    boards.span.board.ready = True
    (board, *_) = book.health().boards
    assert (board.kind, board.firmware, board.wanted) == ("e1", "1.2.0", "1.2.1")
