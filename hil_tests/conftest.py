import numpy as np
import pytest

from board.sim.speech import sentence
from cython_dsp.reference import alaw_decode
from firmware.contract.model import Language
from firmware.prompts.catalogue import Catalogue
from hil_tests.world import World


@pytest.fixture
def world():
    """A box with its exchange on virtual time; layer 2 is up."""
    with World() as world:
        yield world


@pytest.fixture
def fxo(request):
    """A box with analogue lines only, 4 or as many as the test's parameter says."""
    with World(spans=0, lines=getattr(request, "param", 4)) as world:
        yield world


@pytest.fixture
def ready(world):
    """Agent 8001 (queue sales) at the desk, telephone connected, READY."""
    return _at_desk(world)


@pytest.fixture
def at_desk(fxo):
    """The same where there are only analogue lines."""
    return _at_desk(fxo)


def _at_desk(world):
    desk = world.agent("8001")
    desk.connect_telephone()
    desk.ask("SetAgentState", state="ready")
    return desk


@pytest.fixture(scope="session")
def speech():
    """`speech(language, name)`: a recorded sentence as int16."""
    return lambda language, name: alaw_decode(np.frombuffer(sentence(language, name), np.uint8))


@pytest.fixture(scope="session")
def prompt():
    """`prompt(language, id)`: a prompt of the box as int16."""
    catalogue = Catalogue()

    def load(language, name):
        path = catalogue.path(name, Language(language))
        return alaw_decode(np.frombuffer(path.read_bytes(), np.uint8))

    return load
