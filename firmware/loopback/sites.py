"""Where lines end in the box: an exchange, the board on its lines, and callbox-isdn for an E1 line.

A board is a process that can be unplugged, plugged in again, and killed; so is callbox-isdn.
"""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from board.sim import fxo_line, line
from board.sim.analog.exchange import AnalogExchange
from board.sim.board import SimulatedBoard
from board.sim.central_office import CentralOffice
from board.sim.isdn_side import BINARY
from firmware.trunk.span import Place

_START_S = 60.0
"""Real time that a process may take to start: emulated machines are slow."""


class Stuck(Exception):
    """Something that had to happen did not."""


class Cable:
    """The exchange's end of a line whose board comes and goes (`board.sim.span.LineEnd`)."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def get(self) -> socket.socket | None:
        """The board's line, None while no board is there."""
        return self._socket

    def plug(self, fresh: socket.socket) -> None:
        """A board is there."""
        self._socket = fresh

    def drop(self) -> None:
        """No board is there any more."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None


class BoardSite:
    """A board and its end of the line; `port` is a link to whatever terminal it has now."""

    board: SimulatedBoard

    def __init__(self, port: Path) -> None:
        self.port, self.cable = port, Cable()

    def plug(self) -> None:
        """The board starts, and is on the line and on the box."""
        self._fit()
        fresh = self.port.with_name(self.port.name + ".new")
        fresh.symlink_to(self.board.port)
        fresh.replace(self.port)

    def _fit(self) -> None:
        """Make `board` and put it on the line."""
        raise NotImplementedError

    def end_board(self) -> None:
        """The one that is there now."""
        self.board.close()

    def unplug(self) -> None:
        """Its power comes by the cable: it is gone for the box and for the exchange."""
        self.board.kill()
        self.board.wait()
        self.board.close()
        self.cable.drop()
        self.port.unlink(missing_ok=True)


class E1(BoardSite):
    """An E1 line: exchange, board and callbox-isdn."""

    def __init__(self, folder: Path, number: int, seed: int, keep_calls: int | None = None) -> None:
        """`folder`: of sockets and links; `number` from 0; `keep_calls`: as the exchange's."""
        super().__init__(folder / f"e1-{number}.tty")
        self._path = folder / f"isdn-{number}.sock"
        self._isdn: subprocess.Popen[bytes] | None = None
        with contextlib.ExitStack() as started:
            self.office = CentralOffice(self.cable, seed=seed, keep_calls=keep_calls)
            started.callback(self.office.close)
            self.plug()
            started.callback(self.end_board)
            started.callback(self.end_isdn)
            self.start_isdn()
            self.place = Place(self._path, str(self.port))
            self._closing = started.pop_all()

    def _fit(self) -> None:
        near, far = line.pair()
        self.board = SimulatedBoard(far, lockstep=True)
        self.cable.plug(near)

    def start_isdn(self) -> None:
        """Returns when it listens."""
        self._path.unlink(missing_ok=True)
        command = [str(BINARY), "--side", "user", "--clock", "stepped"]
        command += ["--socket", str(self._path)]
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  our own program
        self._isdn = program
        until(self._path.exists, lambda: program.poll() is None, "callbox-isdn")

    def end_isdn(self) -> None:
        """SIGKILL."""
        if self._isdn is not None:
            self._isdn.kill()
            self._isdn.wait()

    @property
    def isdn_memory_mib(self) -> float:
        """What callbox-isdn has resident, 0 while it does not run."""
        return resident_mib(self._isdn.pid) if self._isdn is not None else 0.0

    def close(self) -> None:
        """End all of it."""
        self._closing.close()


class Fxo(BoardSite):
    """Analogue lines: exchange and board."""

    def __init__(self, folder: Path, ports: int, seed: int, keep_calls: int | None = None) -> None:
        """`folder`: of the link to the board's terminal."""
        super().__init__(folder / "fxo.tty")
        self.ports = ports
        self.office = AnalogExchange(self.cable, ports=ports, seed=seed, keep_calls=keep_calls)
        self.plug()

    def _fit(self) -> None:
        near, far = fxo_line.pair()
        self.board = SimulatedBoard(far, kind="fxo", ports=self.ports, lockstep=True)
        self.cable.plug(near)

    def close(self) -> None:
        """End both."""
        self.office.close()
        self.end_board()


def resident_mib(pid: int) -> float:
    """Memory that a process has resident (VmRSS of proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kib) / 1024


def until(condition: Callable[[], bool], lives: Callable[[], bool], name: str) -> None:
    """Wait in real time until a program of ours is there.  Stuck when it is not."""
    end = time.monotonic() + _START_S
    while not condition():
        if not lives() or time.monotonic() > end:
            raise Stuck(f"{name} does not start")
        time.sleep(0.005)
