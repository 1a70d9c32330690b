"""A simulated board (E1 or FXO): board/mcu in a process of its own, behind a pty and a line socket.

It runs under MicroPython where the wheel exists (x86-64), else under CPython with the shim; the
environment variable MICROPYTHON names another interpreter, and "cpython" chooses the shim.
`python -m board.sim.board --port-link PATH --line PATH` is the command for a running system.
"""

import argparse
import logging
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import time
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from board.host import firmware_set
from board.sim import line

_LOGGER = logging.getLogger(__name__)
_ROOT = Path(__file__).parent.parent.parent
_MAINS = {"e1": "main_sim.py", "fxo": "main_sim_fxo.py"}
_SERIALS = {"e1": "SIM-E1-0001", "fxo": "SIM-FXO-0001"}
_FXO_PORTS = (4, 8, 16)
_HEAP = "heapsize=448k"  # about what an RP2350 leaves; objects are larger here, so it is strict
_LAG = 2  # blocks of playout (10 ms) in real time; lockstep needs one


def interpreter() -> list[str]:
    """Return the command that runs a firmware file."""
    chosen = os.environ.get("MICROPYTHON", "")
    wheel = Path(sys.executable).parent / "micropython"
    if not chosen and platform.machine() == "x86_64" and wheel.exists():
        chosen = str(wheel)
    if not chosen or chosen == "cpython":
        return [sys.executable]
    return [chosen, "-X", _HEAP]


class SimulatedBoard:
    """One board: started when made, ended by close() or by leaving the `with`.

    `line_socket` is this board's end of a line (board.sim.line for `kind` "e1", board.sim.fxo_line
    for "fxo"); it belongs to the board from then on.  `ports` (4, 8 or 16) are the lines of an FXO
    board.  `port` is the path of the pty by which the host reaches it.
    """

    def __init__(
        self,
        line_socket: socket.socket,
        *,
        kind: str = "e1",
        ports: int = 4,
        serial: str | None = None,
        lockstep: bool = False,
        flash: Path | None = None,
    ) -> None:
        """Raises ValueError for a board that does not exist.  `serial` None: one of the kind.

        `flash`: folder of its two sets of firmware, so that it takes updates; when it is empty,
        it gets this tree's.  Without it the tree itself is run.
        """
        if kind not in _MAINS or ports not in _FXO_PORTS:
            raise ValueError(f"no board {kind} with {ports} ports")
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            self.port = os.ttyname(slave)
        finally:
            os.close(slave)  # nobody has the port open until the host does: an unplugged cable
        os.set_blocking(master, False)
        os.set_blocking(line_socket.fileno(), False)
        descriptors = (master, line_socket.fileno())
        lag = 1 if lockstep else _LAG
        head: list[int | str] = [ports] if kind == "fxo" else []
        head.append(_SERIALS[kind] if serial is None else serial)
        arguments = [*head, *descriptors, lag, int(lockstep), secrets.randbits(32)]
        command, environment = _program(kind, flash)
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and file
            [*interpreter(), *command, *map(str, arguments)],
            pass_fds=descriptors,
            cwd=flash or _ROOT,
            env={**os.environ, **environment},
            process_group=0,  # Ctrl-C is for us; we end the board in order
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # MicroPython prints its traceback there
            stderr=subprocess.STDOUT,
        )
        os.close(master)
        line_socket.close()

    @property
    def running(self) -> bool:
        """Whether the firmware runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the firmware as a power cut would."""
        self._process.kill()

    def close(self) -> None:
        """End the board; what the firmware said when it failed is logged.  Blocks up to 2 s."""
        self._process.terminate()
        try:
            said, _ = self._process.communicate(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            said, _ = self._process.communicate()
        if said:
            _LOGGER.error("board: %s", said.decode(errors="replace").strip())

    def wait(self) -> int:
        """Wait until the firmware ends; return its exit code.  Blocks."""
        return self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def _program(kind: str, flash: Path | None) -> tuple[list[str], dict[str, str]]:
    """What runs, and its environment: the tree, or nothing but what is in the flash."""
    mcu, own = _ROOT / "board" / "mcu", firmware_set.plain(kind)
    if flash is None:
        path = {"MICROPYPATH": f"{_ROOT}:.frozen", "PYTHONPATH": str(_ROOT)}
        return [str(mcu / _MAINS[kind]), own.version], path
    if not (flash / "a").exists():
        firmware_set.lay_out(flash, own)
    path = {"MICROPYPATH": ".frozen", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    return [str(mcu / "update" / "power_on_sim.py"), str(flash.resolve())], path


def _link(port_link: Path, port: str) -> None:
    # Replaced in one step, so a host that looks finds the old or the new board, never none.
    fresh = port_link.with_name(port_link.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(port)
    fresh.replace(port_link)


def _connect(path: str, patience: float) -> socket.socket:
    # The exchange may start after us.
    until = time.monotonic() + patience
    while True:
        try:
            return line.connect(path)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def main() -> int:
    """Run one simulated board until it or the exchange ends."""
    parser = argparse.ArgumentParser(description="A simulated board.")
    parser.add_argument("--kind", choices=sorted(_MAINS), default="e1", help="which board")
    parser.add_argument(
        "--ports", type=int, choices=_FXO_PORTS, default=4, help="lines of an FXO board"
    )
    parser.add_argument("--port-link", type=Path, required=True, help="symbolic link to the pty")
    parser.add_argument("--line", required=True, help="the exchange's line socket")
    parser.add_argument("--serial", help="the board's serial number")
    parser.add_argument("--flash", type=Path, help="folder of its firmware: it takes updates")
    parser.add_argument("--lockstep", action="store_true", help="wait for the host each block")
    parser.add_argument(
        "--patience", type=float, default=30, help="seconds to wait for the exchange"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    try:
        line_socket = _connect(options.line, options.patience)
    except OSError as error:
        _LOGGER.error("no exchange at %s: %s", options.line, error)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with SimulatedBoard(
        line_socket,
        kind=options.kind,
        ports=options.ports,
        serial=options.serial,
        lockstep=options.lockstep,
        flash=options.flash,
    ) as board:
        _link(options.port_link, board.port)
        try:
            return board.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            options.port_link.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
