import pytest

from cython_dsp.engine import Engine
from cython_dsp.tests.engine.rig import Board


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.stop()


@pytest.fixture
def board():
    board = Board()
    yield board
    board.close()


@pytest.fixture
def second():
    board = Board()
    yield board
    board.close()
