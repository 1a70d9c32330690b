import subprocess

import pytest

from board.tests.isdn.harness import BINARY


@pytest.fixture(scope="session", autouse=True)
def isdn_program():
    subprocess.run(["make", "-s", "-C", BINARY.parent], check=True)
