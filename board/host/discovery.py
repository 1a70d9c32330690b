"""Find boards and open them: by USB identity, or at a path (a pty of the simulated board).

pyserial finds, opens and configures; the engine then reads the descriptor itself.  A board that
goes away shows as an error of the engine on that descriptor; the owner closes it and calls
`Opener.open` again until the board is back (it waits a little longer each time).
"""

import contextlib
import logging
import os
import re
import termios
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import serial
from serial.tools import list_ports

_LOGGER = logging.getLogger(__name__)
Identities = Mapping[tuple[int, int], str]
"""USB vendor and product -> kind of board."""
USB_IDS: Identities = {(0x1209, 0xCB01): "e1", (0x1209, 0xCB02): "fxo"}
_IDENTITY = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})=(e1|fxo)")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 2.0


class BoardUnavailable(Exception):
    """The port is not there, is in use by another process, or cannot be set up."""


class _UsbPort(Protocol):
    """What is used of pyserial's ListPortInfo."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True)
class BoardPlace:
    """Where a board is: `serial` is the USB serial number, empty for a path given by hand."""

    path: str
    kind: str
    serial: str = ""


def identities(text: str) -> Identities:
    """Read "VVVV:PPPP=kind", comma-separated, kind e1 or fxo.  Raises ValueError."""
    found: dict[tuple[int, int], str] = {}
    for part in text.split(","):
        match = _IDENTITY.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{part.strip()[:40]!r} is not VVVV:PPPP=e1 or VVVV:PPPP=fxo")
        found[int(match[1], 16), int(match[2], 16)] = match[3]
    return found


def find_boards(
    ports: Iterable[_UsbPort] | None = None, known: Identities = USB_IDS
) -> list[BoardPlace]:
    """Return the boards on USB, in the order of their serial numbers."""
    found = [
        BoardPlace(port.device, known[port.vid, port.pid], port.serial_number or "")
        for port in (list_ports.comports() if ports is None else ports)
        if port.vid is not None and port.pid is not None and (port.vid, port.pid) in known
    ]
    return sorted(found, key=lambda place: (place.serial, place.path))


class OpenBoard:
    """An open board; `fd` is raw, non-blocking and ours alone until `close`."""

    def __init__(self, place: BoardPlace) -> None:
        """Open and configure.  Raises BoardUnavailable.  Blocks for some milliseconds."""
        self.place = place
        try:
            self._serial = serial.Serial(place.path, timeout=0, write_timeout=0, exclusive=True)
        except (serial.SerialException, OSError, ValueError) as error:
            raise BoardUnavailable(f"{place.path}: {error}") from error
        self.fd: int = self._serial.fileno()
        os.set_blocking(self.fd, False)
        # pyserial's VMIN 0 would make "nothing there" look like the end of the file.
        attributes = termios.tcgetattr(self.fd)
        attributes[6][termios.VMIN] = 1
        termios.tcsetattr(self.fd, termios.TCSANOW, attributes)
        # A pty has no modem lines and no latency timer: ENOTTY, ValueError.  A real port has.
        with contextlib.suppress(OSError, ValueError, NotImplementedError):
            self._serial.dtr = True
        with contextlib.suppress(OSError, ValueError, NotImplementedError):
            self._serial.set_low_latency_mode(True)
        # What a pty or driver kept from before is stale audio (up to 72 ms of it).
        self._serial.reset_input_buffer()
        self._serial.reset_output_buffer()

    def close(self) -> None:
        """Close the descriptor; the engine must have let go of it."""
        with contextlib.suppress(OSError):
            self._serial.close()


class Opener:
    """Opens one board, and again after it went away; asked at any time, it waits in between."""

    def __init__(
        self,
        path: str = "",
        serial_number: str = "",
        kind: str = "e1",
        known: Identities = USB_IDS,
    ) -> None:
        """A path, or the USB serial number, or neither: the first board of the kind."""
        self._path, self._serial_number, self._kind = path, serial_number, kind
        self._known = known
        self._wait = _FIRST_WAIT_S
        self._not_before = 0.0

    @property
    def not_before(self) -> float:
        """The time before which `open` does nothing."""
        return self._not_before

    def locate(self) -> BoardPlace | None:
        """Return where the board is now, or None."""
        if self._path:
            return BoardPlace(self._path, self._kind)
        for place in find_boards(known=self._known):
            if place.kind == self._kind and self._serial_number in ("", place.serial):
                return place
        return None

    def open(self, now: float) -> OpenBoard | None:
        """Return the board when it is there and could be opened.  Blocks for milliseconds."""
        if now < self._not_before:
            return None
        place = self.locate()
        try:
            if place is None:
                raise BoardUnavailable("no such board")
            board = OpenBoard(place)
        except BoardUnavailable as error:
            _LOGGER.debug("board: %s", error)
            self._not_before = now + self._wait
            self._wait = min(2 * self._wait, _LONGEST_WAIT_S)
            return None
        self._wait = _FIRST_WAIT_S
        return board
