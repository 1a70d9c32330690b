"""What is there before the first step: the box in its world, its configuration, its people."""

import contextlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from board.sim.isdn_side import IsdnGone
from board.sim.span import BoardSilent
from firmware.loopback.sites import Stuck
from hil_tests.apart.world import Apart
from hil_tests.load.marks import AGENTS, CALLERS
from hil_tests.play import deeds
from hil_tests.play.asking import configure, propose
from hil_tests.play.desk import Desk
from hil_tests.play.ears import Ears
from hil_tests.play.exchange import ExchangeWatch
from hil_tests.play.journal import Journal
from hil_tests.play.judge import Cast, Judge
from hil_tests.play.observer import USER, Observer
from hil_tests.play.on_lines import OnLine
from hil_tests.play.page import RefusedError
from hil_tests.play.script import Script
from hil_tests.play.source import LONGEST, ScriptError
from hil_tests.play.stage import Stage
from hil_tests.play.studio import Studio
from hil_tests.world import World

_EARLY_S = 6.0
"""The box starts so long before the story."""
BROKEN = (Stuck, BoardSilent, IsdnGone)
"""The world does not go on."""


class Theatre:
    """`judge`, `stage`, `cast` of a script; made by `opened`."""

    def __init__(self, script: Script, world: Any) -> None:
        self.script, self.studio = script, Studio()
        self.journal = Journal(ZoneInfo(script.head.zone))
        people = script.people
        names = {
            number: name if len(person.numbers()) == 1 else f"{name} {at}"
            for name, person in people.items()
            for at, number in enumerate(person.numbers(), 1)
        }
        self.stage = Stage(world, self.journal, names, people)
        passwords = world.passwords()
        self.observer = Observer(self.stage, passwords[USER])
        self._prepare(passwords)
        self.cast = Cast(people, self._on_lines(), self._desks(passwords))
        self.exchange = ExchangeWatch(
            self.stage, {one.number: one for some in self.cast.on_lines.values() for one in some}
        )
        ears = Ears(self._marks(), self._country, self.studio)
        self.judge = Judge(self.stage, self.cast, self.observer, self.exchange, ears)
        world.also.append(self._step)

    def _step(self) -> None:
        for desk in self.cast.desks.values():
            desk.step()

    def _on_lines(self) -> dict[str, list[OnLine]]:
        marks = iter(CALLERS)
        return {
            name: [
                OnLine(
                    self.stage.names[number], person, number, next(marks), self.stage, self.studio
                )
                for number in person.numbers()
            ]
            for name, person in self.script.people.items()
            if person.kind in deeds.ON_LINES
        }

    def _desks(self, passwords: dict[str, str]) -> dict[str, Desk]:
        marks = iter(AGENTS)
        return {
            name: Desk(
                name,
                person.login,
                passwords[person.login],
                next(marks) if person.agent else 0,
                self.stage,
                self.studio,
            )
            for name, person in self.script.people.items()
            if person.kind in deeds.LOGGED_IN
        }

    def _marks(self) -> dict[int, str]:
        everybody = [one for some in self.cast.on_lines.values() for one in some]
        return {one.mark: one.name for one in [*everybody, *self.cast.desks.values()] if one.mark}

    # --- as an administrator ---

    def _prepare(self, passwords: dict[str, str]) -> None:
        """The configuration, then the log-ins that are missing.  Raises ScriptError."""
        try:
            self.stage.do(self.observer.page.log_in())
            self.stage.do(self._configure())
            self.stage.do(self._log_ins(passwords))
        except RefusedError as error:
            place = self.script.source.place(("configuration",))
            raise ScriptError([f"{place}: the box refuses it: {error.args[1]}"]) from None

    async def _configure(self) -> None:
        page, wanted = self.observer.page, self.script.head.configuration
        if wanted.file is not None:
            await propose(page, self._document(self.script.folder / wanted.file))
        if wanted.changes:
            await configure(page, wanted.changes)
        self._country = (await page.query("Config"))["document"]["site"]["country"]

    def _document(self, path: Path) -> Any:
        place = self.script.source.place(("configuration", "file"))
        try:
            if path.stat().st_size > LONGEST:
                raise ScriptError([f"{place}: {path.name} is longer than {LONGEST // 1000} kB"])
            return json.loads(path.read_text())
        except OSError as error:
            raise ScriptError([f"{place}: {path.name}: {error.strerror}"]) from None
        except (ValueError, RecursionError) as error:
            raise ScriptError([f"{place}: {path.name} is no JSON document: {error}"]) from None

    async def _log_ins(self, passwords: dict[str, str]) -> None:
        for person in self.script.people.values():
            user = person.login
            if user and user not in passwords:
                passwords[user] = secrets.token_urlsafe()
                fields = {"user": user, "user_role": person.kind, "password": passwords[user]}
                await self.observer.page.ask("SetUserPassword", **fields)

    # --- the end ---

    def close(self) -> None:
        """Everybody goes."""
        self.studio.close()
        world = self.stage.world
        with contextlib.suppress(*BROKEN):
            for desk in self.cast.desks.values():
                world.await_(desk.leave())
            world.await_(self.observer.page.close())


@contextlib.contextmanager
def opened(script: Script, seed: int = 1) -> Iterator[Theatre]:
    """The box on a simulated exchange, shortly before the story's beginning."""
    lines = script.head.lines
    epoch_ms = round((script.begins.timestamp() - _EARLY_S) * 1000)
    kind: Any = Apart if script.apart else World
    with kind(seed=seed, spans=lines.e1, lines=lines.analog, epoch_ms=epoch_ms) as world:
        theatre = Theatre(script, world)
        try:
            world.run(max(0.0, script.begins.timestamp() - world.now_ms / 1000))
            yield theatre
        finally:
            theatre.close()
