"""`python -m board.sim.exchange --line PATH --page PORT [--fxo-line PATH --fxo-ports N] ...`."""

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from board.sim import line
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.load import LineLoad, Load
from board.sim.central_office import CentralOffice
from board.sim.exchange import directory
from board.sim.exchange.both import Exchange
from board.sim.exchange.page import Page
from board.sim.exchange.traffic import Callers, Traffic, load_script
from board.sim.isdn_side import BINARY
from board.sim.pace import Pace
from board.sim.span import ListeningLine

_LOGGER = logging.getLogger(__name__)
_LOOPBACK = "127.0.0.1"
_KEEP_AUDIO_S = 30.0
_KEEP_CALLS = 100


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m board.sim.exchange", description=__doc__)
    parser.add_argument("--line", type=Path, required=True, help="socket where the board connects")
    parser.add_argument("--page", type=int, required=True, help="port of the page on 127.0.0.1")
    parser.add_argument("--fxo-line", type=Path, help="socket where an FXO board connects")
    parser.add_argument("--fxo-ports", type=int, choices=(4, 8, 16), default=4)
    parser.add_argument(
        "--fxo-load", type=int, default=0, help="calls to keep up on the analogue lines"
    )
    parser.add_argument("--rate", type=float, default=0.0, help="random calls an hour")
    parser.add_argument("--most", type=int, default=30, help="calls at a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--called", default="01088886666", help="number of the box")
    parser.add_argument("--isdn", type=Path, default=BINARY, help="the callbox-isdn program")
    return parser.parse_args()


async def _serve(exchange: Exchange, callers: Callers, port: int) -> int:
    """Run until a signal, or until the exchange's thread fails; return the exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    pace = Pace(exchange, callers.step)
    page = Page(exchange, pace.post, callers.traffic.called)
    runner = web.AppRunner(page.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, _LOOPBACK, port).start()
    pace.start()
    _LOGGER.info("exchange: page on http://%s:%d/", _LOOPBACK, port)
    while pace.running and not stop.is_set():
        if exchange.analog is not None:
            exchange.analog.time_of_day = datetime.now(UTC).astimezone().strftime("%m%d%H%M")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.5)
    failed = pace.failure is not None or not stop.is_set()
    pace.stop()
    await runner.cleanup()
    return int(failed)


def _e1(options: argparse.Namespace, listener: socket.socket) -> CentralOffice:
    return CentralOffice(
        ListeningLine(listener),
        isdn=options.isdn,
        seed=options.seed,
        lockstep=False,
        keep_s=_KEEP_AUDIO_S,
        keep_calls=_KEEP_CALLS,
    )


def _analog(options: argparse.Namespace, listener: socket.socket) -> AnalogExchange:
    return AnalogExchange(
        ListeningLine(listener),
        ports=options.fxo_ports,
        seed=options.seed,
        lockstep=False,
        keep_s=_KEEP_AUDIO_S,
        keep_calls=_KEEP_CALLS,
    )


def _load(options: argparse.Namespace) -> LineLoad | None:
    if not options.fxo_load:
        return None
    load = Load(most=options.fxo_load)
    return LineLoad(load, load_script, seed=options.seed, keep_calls=_KEEP_CALLS)


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    listener = line.listen(str(path))
    try:
        yield listener
    finally:
        listener.close()
        path.unlink(missing_ok=True)


def main() -> int:
    """Run the exchange; 0 after a signal, 1 when it failed."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    options = _arguments()
    with contextlib.ExitStack() as stack:
        # The E1 socket comes last: who waits for it finds the other one, too.
        analog = None
        if options.fxo_line is not None:
            analog = _analog(options, stack.enter_context(_listening(options.fxo_line)))
            directory.install(analog)
        office = _e1(options, stack.enter_context(_listening(options.line)))
        directory.install(office)
        exchange = Exchange(office, analog)
        stack.callback(exchange.close)
        traffic = Traffic(options.called, options.rate, options.most)
        return asyncio.run(_serve(exchange, Callers(traffic, _load(options)), options.page))


if __name__ == "__main__":
    sys.exit(main())
