"""callbox-ota: `python -m firmware.ota --data DIR --uploads DIR --socket PATH ...`."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from firmware import notify
from firmware.ota import release
from firmware.ota.callboxd import Callboxd
from firmware.ota.commands import Commands
from firmware.ota.ddi.client import Client
from firmware.ota.ddi.download import Downloads
from firmware.ota.ddi.memory import Memory
from firmware.ota.ddi.streaming import rauc_streams
from firmware.ota.desk import UpdateDesk
from firmware.ota.proof import Context, Verdict, prove
from firmware.ota.rauc import Rauc
from firmware.ota.server import Server
from firmware.ota.steps import Hands, Places
from firmware.ota.store import open_store
from firmware.ota.updater import Updater
from firmware.timers import Clock, LoopTimers

CLIENT_AGAIN_S = 60.0
_LOGGER = logging.getLogger("callbox-ota")


@dataclass(frozen=True)
class Options:
    """The command line."""

    data: Path
    uploads: Path
    socket: Path
    callboxd: Path
    service: Path
    run: Path
    usb: Path
    release: Path
    rauc_conf: Path | None
    patience: float
    poll: float


def options(arguments: Sequence[str] | None = None) -> Options:
    """Of the command line, or of `arguments`."""
    parser = argparse.ArgumentParser(prog="callbox-ota", description="Updates of a Callbox.")
    parser.add_argument("--data", type=Path, required=True, help="ota.db and downloads")
    parser.add_argument("--uploads", type=Path, required=True, help="bundles from the pages")
    parser.add_argument("--socket", type=Path, required=True, help="to listen on")
    parser.add_argument("--callboxd", type=Path, required=True, help="callboxd's socket")
    parser.add_argument("--service", type=Path, required=True, help="callboxd's service socket")
    parser.add_argument("--run", type=Path, required=True, help="folder that a restart empties")
    parser.add_argument("--usb", type=Path, default=Path("/run/media/usb"), help="mounted sticks")
    parser.add_argument("--release", type=Path, default=release.PATH, help="what runs")
    parser.add_argument("--rauc-conf", type=Path, help="for `rauc info`, where D-Bus lacks it")
    parser.add_argument("--patience", type=float, default=1.0, help="factor on the proof's times")
    parser.add_argument("--poll", type=float, default=0.5, help="seconds between looks at calls")
    return Options(**vars(parser.parse_args(arguments)))


Proof = Callable[[tuple[str, ...]], Awaitable[Verdict]]


class Ota:
    """Everything put together; a test gives its own proof."""

    def __init__(self, asked: Options, proof: Proof, *, streams: bool) -> None:
        clock, store = Clock(), open_store(asked.data)
        memory = Memory(asked.data / "server.json")
        hands = Hands(
            rauc=Rauc(asked.rauc_conf),
            callboxd=Callboxd(asked.service, asked.callboxd),
            places=Places(asked.data, asked.uploads, asked.usb, asked.run),
            release=release.read(asked.release),
            clock=clock,
            prove=proof,
            fetcher=Downloads(store.settings, memory.controller, asked.run),
            poll_s=asked.poll,
            patience=asked.patience,
        )
        self.updater = Updater(store, hands, LoopTimers(asyncio.get_running_loop(), clock))
        self.desk = UpdateDesk(self.updater, memory)
        self.desk.question = self._client = Client(self.desk, memory, streams=streams)
        self._server = Server(Commands(self.updater, self.desk), hands.callboxd)
        self._socket = asked.socket
        self._talk: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and go on with what was under way."""
        await self._server.start(self._socket)
        self.updater.start()
        self._talk = asyncio.create_task(self._follow_server())

    async def close(self) -> None:
        """End; whatever was under way goes on at the next start."""
        await self._server.close()
        if self._talk is not None:
            self._talk.cancel()
            await asyncio.gather(self._talk, return_exceptions=True)
        await self.updater.close()
        self.updater.store.close()

    async def _follow_server(self) -> None:
        while True:
            try:
                await self._client.run()
            except Exception:  # what a server says must not end updates by hand
                _LOGGER.exception("update server")
            await asyncio.sleep(CLIENT_AGAIN_S)


async def run(asked: Options) -> None:
    """Until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    context = Context(service=asked.service, release=asked.release, patience=asked.patience)

    async def proof(absent: tuple[str, ...]) -> Verdict:
        return await prove(replace(context, absent=absent))

    ota = Ota(asked, proof, streams=await rauc_streams())
    await ota.start()
    notify.ready()
    beat = asyncio.create_task(_beat(notify.watchdog_s()))
    await stop.wait()
    notify.stopping()
    beat.cancel()
    await ota.close()


async def _beat(watchdog_s: float | None) -> None:
    """This loop lives; what it waits for has limits of its own."""
    while watchdog_s is not None:
        notify.alive()
        await asyncio.sleep(watchdog_s / 3)


def main() -> None:
    """Parse the command line and run."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    asyncio.run(run(options()))


if __name__ == "__main__":
    main()
