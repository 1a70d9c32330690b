import pytest

from board.sim import fxo_line
from board.sim.analog.exchange import AnalogExchange
from board.tests.sim.analog.line_box import LineBox


@pytest.fixture
def sockets():
    return fxo_line.pair()


@pytest.fixture
def office(sockets):
    office = AnalogExchange(sockets[0])
    yield office
    office.close()


@pytest.fixture
def box(sockets, office):
    box = LineBox(sockets[1])
    yield box
    office.close()
    box.close()


@pytest.fixture
def line(office):
    return office.line(1)


@pytest.fixture
def end(box):
    """The box's end of line 1."""
    return box.line(1)
