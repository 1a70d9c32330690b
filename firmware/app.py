"""The composition root of callboxd: `python -m firmware.app --data DIR --socket PATH ...`.

`Box` puts everything together; a test gives it a loop with its own clock and steps the engine.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cython_dsp import learning
from cython_dsp.engine import Engine
from cython_dsp.progress import zone_patterns
from firmware import notify
from firmware.addresses import own_hosts
from firmware.config import Configuration, default_document
from firmware.config_checks import prompt_problems, timezone_problems
from firmware.contract import commands
from firmware.contract.config import Config
from firmware.contract.events import BoxStarted, DatabaseReturned
from firmware.contract.model import Language
from firmware.cti import lines, standard
from firmware.cti.control import CallControl
from firmware.cti.desk import LiveViews
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.first_start import FirstStart
from firmware.cti.health import HealthBook, Release
from firmware.cti.levels import levels
from firmware.cti.live import Hub
from firmware.cti.replace_prompt import PromptReplacer
from firmware.cti.server import Server
from firmware.cti.service import ServiceDoor
from firmware.cti.session import AgentSession
from firmware.cti.setup_plan import empty
from firmware.heartbeat import Heartbeat
from firmware.media.addresses import all_hosts, candidates, one_host
from firmware.media.clips import Clips
from firmware.media.engine import EngineMedia
from firmware.media.telephone import BrowserTelephones
from firmware.prompts.catalogue import Catalogue
from firmware.recording.recordings import Recordings
from firmware.recording.stored import left_over
from firmware.reporting.figures import QueuesToday, Visit, midnight_ms
from firmware.reporting.projector import Projector
from firmware.sessions import Identity
from firmware.store import snapshots
from firmware.store.boards import BoardsSeen
from firmware.store.database import head_revision, open_database
from firmware.store.ledger import Ledger
from firmware.store.read import ReadModels
from firmware.switching.call import Office
from firmware.switching.spans import Spans
from firmware.timers import Clock, LoopTimers
from firmware.trunk.board_firmware import Sets
from firmware.trunk.span import Place
from firmware.trunk.usb_ids import Identities, usb_identities
from firmware.users import Users

_LOGGER = logging.getLogger(__name__)
_HEARING = lines.Hearing(learning.measure, learning.find_cadence, zone_patterns)
QUIET_S = 1.0
"""How long the trunks may take to tell the network of cleared calls at the end."""


@dataclass(frozen=True)
class Options:
    """What differs between boxes; the rest is configuration."""

    data: Path
    socket: Path
    places: tuple[Place, ...] = ()
    """One for each trunk, in the order of the configuration."""
    fxo_ports: tuple[tuple[str, str], ...] = ()
    """Trunk of analogue lines and port of its board; others are found by USB."""
    media_port: int = 0
    """UDP port of the browsers' audio; 0 takes any free one."""
    hosts: tuple[str, ...] = ()
    """Addresses of the box to tell browsers; empty: all it has.  Just one: listens there."""
    setup: bool = False
    """A new box waits to be set up with the label's password; else log-ins are made for it."""
    credentials: Path | None = None
    """Folder of systemd's credentials."""
    uploads: Path | None = None
    """Where the web puts files for us; default: below `data`."""
    usb_ids: Identities = field(default_factory=lambda: usb_identities(None))
    """By which boards are found."""
    service: Path | None = None
    """Unix socket for callbox-ota."""
    update_boards: bool = True
    """Bring the boards' firmware to this release's."""
    default: Callable[[], dict[str, Any]] = default_document
    """The configuration of a new box."""


class Store:
    """What is kept: ledger, configuration, users, read models."""

    def __init__(
        self, data: Path, clock: Clock, checks: Sequence[Any], default: dict[str, Any]
    ) -> None:
        """Open, migrate and read; blocks.  `default` is the configuration of a new box."""
        database = open_database(data / "calls.db")
        self.ledger = Ledger(database, clock, Projector())
        self.ledger.start(asyncio.get_running_loop())
        self.closed_calls = self.ledger.close_open_calls()
        self._tell_of_a_return(data / "calls.db")
        self.configuration = Configuration(self.ledger, clock, checks)
        self.configuration.load(default)
        self.users = Users(self.ledger, clock, lambda: self.configuration.current.site.language)
        self.boards = BoardsSeen(self.ledger)
        self.reads = ReadModels(data / "calls.db")

    def _tell_of_a_return(self, path: Path) -> None:
        """An older version got its own file back; told once it is in the ledger for good."""
        returned = snapshots.told(path)
        if returned is not None:
            _LOGGER.warning("store: %s is back, the newer file is %s", path.name, returned.kept)
            self.ledger.append(DatabaseReturned(**asdict(returned)))
            self.ledger.flush()
            snapshots.tell(path)

    def close(self) -> None:
        """Write the rest; blocks."""
        self.ledger.close()
        self.reads.close()


class Box:
    """callboxd.  `start` and `stop` in the loop; without `threaded` the owner steps the engine."""

    def __init__(
        self, options: Options, engine: Engine | None = None, clock: Clock | None = None,
        *, threaded: bool = True,
    ) -> None:  # fmt: skip
        """`clock` is that of the loop in which the box runs."""
        self.options, self.threaded = options, threaded
        self.clock = clock or Clock()
        self.engine = engine or Engine()
        self._udp: socket.socket | None = None

    async def start(self) -> None:
        """Bring everything up; calls are taken when this returns."""
        options, loop = self.options, asyncio.get_running_loop()
        loop.set_exception_handler(_report)
        self.timers = LoopTimers(loop, self.clock)
        catalogue = Catalogue(custom=options.data / "prompts")
        prompts = {name for language in Language for name in catalogue.ids(language)}
        checks = (timezone_problems, prompt_problems(prompts))
        default = empty(options.default()) if options.setup else options.default()
        self.store = Store(options.data, self.clock, checks, default)
        self.clips = Clips(self.engine, catalogue)
        _LOGGER.info("%d prompts loaded", self.clips.load_all())
        self.media = EngineMedia(self.engine, self.clips, lambda: self.config.site.country)
        self.media.finds.start(loop)
        if self.threaded:
            self.engine.start()
        self._build_control(loop)
        start = FirstStart(
            self.store.users, self.store.configuration, options.data, options.credentials
        )
        self.setup = await start.setup(self.spans.group, self.clock, wanted=options.setup)
        await self._open_door()
        self.store.ledger.append(BoxStarted(_version(), len(self.store.closed_calls)))
        self.recordings.recover(*self.store.ledger.run(left_over))
        self.spans.start(
            self.config, self.control.offered, await self._firmware_sets(),
            forgotten=bool(self.store.closed_calls),
        )  # fmt: skip
        await self._open_service()

    async def _firmware_sets(self) -> Sets | None:
        if not self.options.update_boards:
            return None
        sets = Sets()
        await asyncio.to_thread(sets.load)
        return sets

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.store.configuration.current

    async def stop(self) -> None:
        """Clear all calls, tell the network and the browsers, write everything."""
        await self.server.close()
        await self.service.close()
        self.line_jobs.shut()
        self.control.shut()
        await self._until_quiet()
        await self.recordings.settle()
        self.telephones.shut()
        await self.spans.stop()
        if self.threaded:
            await asyncio.to_thread(self.engine.stop)
        self.media.finds.stop()
        if self._udp is not None:
            self._udp.close()
        await asyncio.to_thread(self.store.close)

    def _build_control(self, loop: asyncio.AbstractEventLoop) -> None:
        options, emit = self.options, self.store.ledger.append
        self.recordings = Recordings(options.data / "recordings", self.media, self.timers, emit)
        self.spans = Spans(
            self.media, self.timers, self.clock, emit, options.places, dict(options.fxo_ports),
            options.usb_ids,
        )  # fmt: skip
        office = Office(
            emit, self.media, self.timers, self.clock, lambda: self.config, self.recordings
        )
        self.control = CallControl(office, self.spans.group, loop.call_soon)
        self.control.configure(self.config)
        self.telephones = BrowserTelephones(self.media, self.clock, self.control)
        self._open_udp()
        self.session = AgentSession(self.control, self.telephones)
        jobs = lines.makers(office, self.store.configuration, _HEARING)
        self.line_jobs = lines.LineJobs(self.spans.group.analog, lambda: self.config, jobs)
        own = self.store.configuration.own
        own({"agents"}, lambda _old, new: self.control.configure(new))
        own({"trunks", "analog", "site"}, lambda _old, new: self.spans.configure(new))

    def _open_udp(self) -> None:
        hosts, port = self.options.hosts, self.options.media_port
        self._udp = udp = one_host(hosts[0], port) if len(hosts) == 1 else all_hosts(port)
        port = udp.getsockname()[1]
        # Asked at each offer: the network may give an address after the start, or another one.
        self.telephones.open(udp.fileno(), lambda: candidates(port, hosts or own_hosts()))

    async def _open_door(self) -> None:
        store, ledger = self.store, self.store.ledger
        now_ms, zone = self.clock.utc_ms(), self.config.site.timezone
        rows = await asyncio.to_thread(store.reads.visits, midnight_ms(now_ms, zone))
        self.today = QueuesToday(
            (row.seq, Visit(row.queue, row.start_ms, row.waited_ms, row.outcome)) for row in rows
        )
        ledger.subscribe(self.today.take)
        self.views = LiveViews(
            self.control, self.spans.group, store.configuration, self.today,
            lambda: ledger.seq,
        )  # fmt: skip
        snapshot, sessions = self.views.snapshot, store.users.sessions
        hub = Hub(
            ledger, self.timers, snapshot, sessions.lives, self.session.presence,
            lambda: levels(self.control, self.media.speech),
        )  # fmt: skip
        self.dispatcher = self._dispatcher()
        self.server = Server(self.dispatcher, hub, sessions)
        await self.server.start(self.options.socket)

    async def _open_service(self) -> None:
        release = Release(_version(), head_revision())
        self.health = HealthBook(self.control, self.spans, self.store.boards, release)
        self.store.ledger.subscribe(self.health.take)
        self.health.look()
        drain = self.control.draining
        self.service = ServiceDoor(self.health.health, lambda wish: drain.set(on=wish.on))
        if self.options.service is not None:
            await self.service.start(self.options.service)

    def _dispatcher(self) -> Dispatcher:
        dispatcher, store = Dispatcher(), self.store
        standard.register_users(dispatcher, store.users)
        standard.register_configuration(dispatcher, store.configuration, store.reads)
        standard.register_records(dispatcher, store.reads)
        standard.register_live(dispatcher, self.views.snapshot)
        self.session.register(dispatcher)
        dispatcher.register(commands.LogOut, self._log_out)
        prompts = PromptReplacer(self.clips, self.options.uploads or self.options.data / "uploads")
        dispatcher.register(commands.ReplacePrompt, prompts.replace)
        self.line_jobs.register(dispatcher)
        self.setup.register(dispatcher)
        if missing := dispatcher.missing():
            raise NotImplementedError(f"nobody carries out {sorted(missing)}")
        return dispatcher

    def _log_out(self, _command: commands.LogOut, who: Identity) -> None:
        self.session.log_off(who)
        self.store.users.log_out(who)

    async def _until_quiet(self) -> None:
        """Until every channel is free, so that the network hears why; bounded."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(QUIET_S):
                while not self.spans.quiet:  # noqa: ASYNC110  channels have no common event
                    await asyncio.sleep(0.02)


def _version() -> str:
    try:
        return version("callbox")
    except PackageNotFoundError:  # run from the source tree
        return "0"


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A mistake of ours in one turn of the loop: told in full, the others go on."""
    _LOGGER.error("loop: %s", context.get("message"), exc_info=context.get("exception"))


def options(arguments: Sequence[str] | None = None) -> Options:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of everything kept")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket of the API")
    parser.add_argument("--isdn-socket", type=Path, action="append", default=[],
                        help="socket of callbox-isdn, once for each trunk")  # fmt: skip
    parser.add_argument("--board-port", action="append", default=[],
                        help="port of the board, or auto; once for each trunk")  # fmt: skip
    parser.add_argument("--fxo-port", action="append", default=[], metavar="TRUNK=PORT",
                        type=_fxo_port,
                        help="port of a board of analogue lines; default: by USB")  # fmt: skip
    parser.add_argument("--media-port", type=int, default=10000, help="UDP port of the audio")
    parser.add_argument("--host", action="append", default=[],
                        help="the only address for browsers; default: all")  # fmt: skip
    parser.add_argument("--uploads", type=Path, help="where the web puts files for us")
    parser.add_argument("--service-socket", type=Path, help="Unix socket for callbox-ota")
    parser.add_argument("--no-board-update", action="store_true",
                        help="leave the boards' firmware as it is")  # fmt: skip
    parser.add_argument("--setup", action="store_true",
                        help="a new box waits for its set-up page")  # fmt: skip
    chosen = parser.parse_args(arguments)
    if len(chosen.isdn_socket) != len(chosen.board_port):
        parser.error("as many --isdn-socket as --board-port")
    places = map(Place, chosen.isdn_socket, chosen.board_port)
    credentials = _credentials()
    return Options(
        chosen.data, chosen.socket, tuple(places), tuple(chosen.fxo_port), chosen.media_port,
        tuple(chosen.host), chosen.setup, credentials, chosen.uploads,
        usb_identities(credentials), chosen.service_socket, not chosen.no_board_update,
    )  # fmt: skip


def _credentials() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


def _fxo_port(text: str) -> tuple[str, str]:
    trunk, equals, port = text.partition("=")
    if not (trunk and equals and port):
        raise argparse.ArgumentTypeError("TRUNK=PORT, as analog=/dev/ttyACM1")
    return trunk, port


async def run(chosen: Options, until: Callable[[asyncio.Event], None]) -> None:
    """Run a box until the event that `until` was given is set."""
    stop = asyncio.Event()
    until(stop)
    box = Box(chosen)
    await box.start()
    _LOGGER.info("callboxd is up")
    notify.ready()
    heart = Heartbeat(lambda: box.engine.tick, notify.watchdog_s())
    heart.start()
    try:
        await stop.wait()
    finally:
        notify.stopping()
        heart.stop()
        await box.stop()


def main() -> None:
    """Parse the command line and run until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)

    def on_signal(stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop.set)

    asyncio.run(run(options(), on_signal))


if __name__ == "__main__":
    main()
