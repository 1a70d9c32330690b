import subprocess

import pytest

from board.tests.isdn.harness import BINARY, Isdn, Pair, RawNetwork


@pytest.fixture(scope="session", autouse=True)
def build():
    subprocess.run(["make", "-s", "-C", BINARY.parent], check=True)


@pytest.fixture
def pair(build):
    pair = Pair("--timer", "T309=20000")
    pair.bring_up()
    yield pair
    assert pair.close() == (0, 0)


@pytest.fixture
def raw(build):
    network = RawNetwork(Isdn("user"))
    network.run()
    network.run()
    assert network.isdn.take("LINK") == [{"state": "up"}]
    yield network
    assert network.isdn.close() == 0
