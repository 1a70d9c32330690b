"""Agents who only dial out, and hang up after a while whatever became of it."""

import asyncio
import secrets
from random import Random

from firmware.contract.model import Role
from hil_tests.load.agents import RACES, RefusedError, Robot
from hil_tests.load.marks import AGENTS
from hil_tests.world import World

FIRST = 8001
MANY = 100_000
"""Calls and minutes an hour that are allowed."""


class Dialler(Robot):
    """At his telephone, not ready for callers."""

    refused = 0
    """Attempts for which no channel was free."""
    _task: asyncio.Task[None] | None = None

    @property
    def free(self) -> bool:
        """Whether he can dial."""
        return self.state == "not_ready" and (self._task is None or self._task.done())

    def dial(self, loop: asyncio.AbstractEventLoop, number: str, seconds: float) -> None:
        """Begin a call, end it after `seconds`."""
        self._task = loop.create_task(self._try(self._call(seconds), number))

    def _call(self, seconds: float):
        async def deed(number: str) -> None:
            try:
                call = (await self._ask("MakeCall", number=number))["call"]
            except RefusedError as error:
                if error.args[1] != "no_channel":
                    raise
                self.refused += 1
                return
            await asyncio.sleep(seconds)
            try:
                await self._ask("ClearConnection", call=call)
            except RefusedError as error:
                if error.args[1] not in RACES:
                    raise
            await asyncio.sleep(0.05)
            await self._ask("SetAgentState", state="not_ready", reason="lunch")

        return deed


def staff(world: World, count: int, dice: Random) -> list[Dialler]:
    """So many, their telephones connected."""
    names = [str(FIRST + number) for number in range(count)]
    password = secrets.token_urlsafe()
    world.configure(lambda document: _allow(document, names))
    diallers = []
    for name, mark in zip(names, AGENTS, strict=False):
        world.await_(world.box.store.users.set_password(name, Role.AGENT, password))
        own = Random(dice.random())
        dialler = Dialler(name, mark, own, (), lambda: world.now_ms, lambda: world.office.tick, 60)
        world.await_(dialler.come(str(world.options.socket), password))
        diallers.append(dialler)
    phones = [dialler.phone for dialler in diallers]

    def step() -> None:
        for phone in phones:
            phone.step()

    world.also.append(step)
    world.run(20, lambda: all(phone.connected for phone in phones))
    world.also.remove(step)
    return diallers


def _allow(document, names):
    document["agents"] = {name: {"name": name, "queues": ["sales"]} for name in names}
    document["outbound"] |= {"calls_per_hour": MANY, "minutes_per_hour": MANY}
