"""The set-up of a new box: open to whoever has the label's password, once."""

import asyncio
import hmac
import secrets
import zoneinfo
from functools import cache
from pathlib import Path
from typing import Any

from firmware import label
from firmware.config import Configuration
from firmware.contract import commands, setup_views
from firmware.contract.config import Site
from firmware.contract.ids import AgentId
from firmware.contract.model import Role
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.setup_plan import numbered, planned
from firmware.errors import Refused
from firmware.timers import Clock
from firmware.trunk.group import TrunkGroup
from firmware.users import FIRST_ADMINISTRATOR, LogIn, LogInFailed, Users

KEY_S = 3600.0
_THROTTLE = "setup"  # counts as a user of this name


class Setup:
    """Pending while nobody can log in as administrator; one transaction ends that."""

    def __init__(
        self, users: Users, configuration: Configuration, group: TrunkGroup, data: Path,
        clock: Clock, password: str,
    ) -> None:  # fmt: skip
        """`password` is the label's; "" where first log-ins are made otherwise."""
        self._users, self._configuration, self._group = users, configuration, group
        self._data, self._clock, self._password = data, clock, label.plain(password)
        self._keys: dict[str, float] = {}  # and when they were given
        self._finishing = asyncio.Lock()

    @property
    def pending(self) -> bool:
        """The box waits to be set up."""
        return bool(self._password) and not self._users.has_administrator

    def register(self, dispatcher: Dispatcher) -> None:
        """Carry out the commands of set-up and answer its query."""
        dispatcher.register(commands.OpenSetup, lambda command, _: self.open(command))
        dispatcher.register(commands.FinishSetup, lambda command, _: self.finish(command))
        dispatcher.register_view("Setup", lambda *_: self.view())

    async def view(self) -> setup_views.SetupView:
        """What the page needs to know; a box that is set up tells nothing."""
        if not self.pending:
            return setup_views.SetupView(pending=False)
        countries: tuple[str, ...] = Site.model_json_schema()["properties"]["country"]["enum"]
        zones = await asyncio.to_thread(_zones)
        return setup_views.SetupView(
            pending=True, countries=tuple(countries), timezones=zones, lines=self._lines()
        )

    def open(self, command: commands.OpenSetup) -> setup_views.SetupOpened:
        """A key for the right password.  Raises Refused, LogInFailed, Throttled."""
        self._prove(command.label_password, command.address)
        key = secrets.token_urlsafe(24)
        self._keys[key] = self._clock.monotonic()
        return setup_views.SetupOpened(key)

    async def finish(self, command: commands.FinishSetup) -> setup_views.SetupDone:
        """Set the box up.  Raises Refused, LogInFailed, Throttled, ConfigRejected, StoreError."""
        async with self._finishing:
            self._prove(command.label_password, command.address)
            people = {agent: label.readable() for agent in numbered(command.agents)}
            await self._write(command, people)
        await asyncio.to_thread(label.forget, self._data)
        self._keys.clear()
        agents = (
            setup_views.AgentLogIn(AgentId(agent), name, people[agent])
            for agent, name in numbered(command.agents).items()
        )
        return setup_views.SetupDone(FIRST_ADMINISTRATOR, tuple(agents))

    async def _write(self, command: commands.FinishSetup, people: dict[str, str]) -> None:
        """Log-ins and configuration in one transaction: a power cut leaves both or neither."""
        document = planned(self._configuration.document(), command)
        self._configuration.check(document)  # before the hashes, which take their time
        log_ins = [LogIn(FIRST_ADMINISTRATOR, Role.ADMINISTRATOR, command.password)]
        log_ins += [LogIn(agent, Role.AGENT, password) for agent, password in people.items()]
        drafted = await self._users.draft(log_ins)
        revision, beside = self._configuration.revision, drafted.write
        await self._configuration.propose(revision, "", document, _THROTTLE, beside)
        drafted.adopt()

    def _prove(self, given: str, address: str) -> None:
        if not self.pending:
            raise Refused("already_set_up", "the box is set up")
        if self._is_key(given):
            return
        if not self._users.prove(_THROTTLE, address, right=self._is_label(given)):
            raise LogInFailed("wrong password of the label")

    def _is_key(self, given: str) -> bool:
        since = self._clock.monotonic() - KEY_S
        self._keys = {key: at for key, at in self._keys.items() if at > since}
        return any(hmac.compare_digest(key.encode(), given.encode()) for key in self._keys)

    def _is_label(self, given: str) -> bool:
        return hmac.compare_digest(label.plain(given).encode(), self._password.encode())

    def _lines(self) -> tuple[setup_views.SetupLine, ...]:
        config = self._configuration.current
        e1 = [
            setup_views.SetupLine(
                name, trunk.name, present=self._has_board(self._group.trunks, name)
            )
            for name, trunk in config.trunks.items()
        ]
        analog = [
            setup_views.SetupLine(f"{name}.{socket}", board.name, socket, present=socket <= ports)
            for name, board in config.analog.items()
            for ports in [self._ports(name)]
            for socket in sorted({*map(int, board.lines), *range(1, ports + 1)})
        ]
        return (*e1, *analog)

    def _ports(self, trunk: str) -> int:
        return self._group.analog[trunk].ports if trunk in self._group.analog else 0

    @staticmethod
    def _has_board(trunks: dict[str, Any], name: str) -> bool:
        return name in trunks and trunks[name].board


@cache
def _zones() -> tuple[str, ...]:
    """Places only: nobody chooses Etc/GMT-8.  Blocks."""
    places = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe",
              "Indian", "Pacific")  # fmt: skip
    return tuple(sorted(z for z in zoneinfo.available_timezones() if z.startswith(places)))
