import os
import pty
import tty
from types import SimpleNamespace

import pytest

from board.host import discovery
from board.host.discovery import BoardPlace, BoardUnavailable, OpenBoard, Opener, find_boards


@pytest.fixture
def terminal():
    board, host = pty.openpty()
    tty.setraw(host)
    os.set_blocking(board, False)
    path = os.ttyname(host)
    os.close(host)
    yield board, path
    os.close(board)


def usb(device, vid, pid, number):
    return SimpleNamespace(device=device, vid=vid, pid=pid, serial_number=number)


def test_boards_are_known_by_their_usb_identity():
    ports = [
        usb("/dev/ttyACM1", 0x1209, 0xCB02, "B"),
        usb("/dev/ttyACM0", 0x1209, 0xCB01, "C"),
        usb("/dev/ttyUSB0", 0x0403, 0x6001, "A"),
        usb("/dev/ttyS0", None, None, None),
    ]
    assert find_boards(ports) == [
        BoardPlace("/dev/ttyACM1", "fxo", "B"),
        BoardPlace("/dev/ttyACM0", "e1", "C"),
    ]


def test_an_open_board_is_raw_and_does_not_block(terminal):
    board, path = terminal
    opened = OpenBoard(BoardPlace(path, "e1"))
    with pytest.raises(BlockingIOError):
        os.read(opened.fd, 10)
    everything = bytes(range(256))
    os.write(board, everything)
    assert os.read(opened.fd, 1000) == everything
    os.write(opened.fd, everything)
    assert os.read(board, 1000) == everything
    opened.close()


def test_stale_bytes_are_dropped_at_opening(terminal):
    board, path = terminal
    os.write(board, b"old audio")
    opened = OpenBoard(BoardPlace(path, "e1"))
    with pytest.raises(BlockingIOError):
        os.read(opened.fd, 10)
    opened.close()


def test_a_port_in_use_is_refused(terminal):
    place = BoardPlace(terminal[1], "e1")
    first = OpenBoard(place)
    with pytest.raises(BoardUnavailable):
        OpenBoard(place)
    first.close()
    OpenBoard(place).close()


def test_a_board_that_is_away_is_asked_for_less_and_less_often(tmp_path):
    opener = Opener(path=str(tmp_path / "board"))
    waits, now = [], 0.0
    for _ in range(7):
        assert opener.open(now) is None
        waits.append(round(opener.not_before - now, 3))
        assert opener.open(now + waits[-1] / 2) is None  # too early: nothing is tried
        now = opener.not_before
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_it_opens_again_when_the_board_is_back(tmp_path, terminal):
    link = tmp_path / "board"
    opener = Opener(path=str(link))
    assert opener.open(0.0) is None
    link.symlink_to(terminal[1])
    opened = opener.open(1.0)
    opened.close()
    assert opener.open(1.0) is not None


def test_a_board_is_chosen_by_its_serial_number(monkeypatch):
    ports = [usb("/dev/a", 0x1209, 0xCB01, "A"), usb("/dev/b", 0x1209, 0xCB01, "B")]
    monkeypatch.setattr(discovery.list_ports, "comports", lambda: ports)
    assert Opener(serial_number="B").locate() == BoardPlace("/dev/b", "e1", "B")
    assert Opener().locate() == BoardPlace("/dev/a", "e1", "A")
    assert Opener(kind="fxo").locate() is None


def test_more_identities_can_be_named(monkeypatch):
    ports = [usb("/dev/ttyUSB0", 0x0403, 0x6001, "A"), usb("/dev/ttyACM0", 0x1209, 0xCB01, "B")]
    monkeypatch.setattr(discovery.list_ports, "comports", lambda: ports)
    known = {**discovery.USB_IDS, **discovery.identities("0403:6001=fxo")}
    assert Opener(kind="fxo", known=known).locate() == BoardPlace("/dev/ttyUSB0", "fxo", "A")
    assert Opener(kind="fxo").locate() is None
