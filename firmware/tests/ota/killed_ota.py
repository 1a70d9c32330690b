"""callbox-ota that kills itself: at its n-th commit or call on the bus, by SIGKILL.

Every such point is written to a file first, so that the count goes on in the next process.
"""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbus_fast.aio import MessageBus
from sqlalchemy import event

from firmware.contract.update import UpdateReason
from firmware.ota.__main__ import Options, Ota
from firmware.ota.proof import Verdict


@dataclass(frozen=True)
class Plan:
    """What a process does besides its work."""

    points: Path
    kill_at: int  # 0: never
    proof: UpdateReason


class _Points:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._count = len(plan.points.read_text().splitlines()) if plan.points.exists() else 0

    def reach(self, label: str) -> None:
        self._count += 1
        with self._plan.points.open("a") as file:
            file.write(f"{label}\n")
        if 0 < self._plan.kill_at <= self._count:  # past it: the box was switched off right there
            os.kill(os.getpid(), signal.SIGKILL)


def _watch(points: _Points) -> None:
    call = MessageBus.call

    async def watched(bus: MessageBus, message: Any) -> Any:
        points.reach(f"before {message.member}")
        reply = await call(bus, message)
        points.reach(f"after {message.member}")
        return reply

    MessageBus.call = watched
    event.listen(sa.Engine, "before_cursor_execute", lambda *a: _statement(points, a[2]))
    event.listen(sa.Engine, "commit", lambda _connection: points.reach("before a commit"))


def _statement(points: _Points, statement: str) -> None:
    if statement.startswith(("INSERT", "UPDATE")):
        points.reach("in a transaction")


async def _run(asked: Options, plan: Plan) -> None:
    async def prove(_absent: tuple[str, ...]) -> Verdict:
        return Verdict(plan.proof, "as planned" if plan.proof else "")

    ota = Ota(asked, prove, streams=False)
    await ota.start()
    await asyncio.Event().wait()


def main(address: str, asked: Options, plan: Plan) -> None:
    """Until it is killed."""
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
    _watch(_Points(plan))
    asyncio.run(_run(asked, plan))
