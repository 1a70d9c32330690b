from pathlib import Path

import pytest

from firmware.contract.config import Trunk
from firmware.trunk.span import Place, _opener


@pytest.mark.parametrize(("board", "named", "path", "serial"), [
    ("", "/dev/pts/3", "/dev/pts/3", ""),
    ("S-17", "/dev/pts/3", "/dev/pts/3", ""),
    ("/dev/ttyACM0", "auto", "/dev/ttyACM0", ""),
    ("S-17", "auto", "", "S-17"),
    ("", "auto", "", ""),
])  # fmt: skip
def test_which_board_is_opened(board, named, path, serial):
    opener = _opener(Trunk(board=board), Place(Path("isdn"), named), {})
    assert (opener._path, opener._serial_number) == (path, serial)
