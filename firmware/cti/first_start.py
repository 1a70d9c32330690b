"""What a new box begins with: it waits for its set-up, or has first log-ins made for it."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from firmware import label
from firmware.config import Configuration
from firmware.contract.model import Role
from firmware.cti.setup import Setup
from firmware.timers import Clock
from firmware.trunk.group import TrunkGroup
from firmware.users import FIRST_ADMINISTRATOR, Users

_PASSWORD_BYTES = 6


@dataclass(frozen=True)
class FirstStart:
    """Belongs to a start of callboxd; `credentials` is systemd's folder, where there is one."""

    users: Users
    configuration: Configuration
    data: Path
    credentials: Path | None

    async def setup(self, group: TrunkGroup, clock: Clock, *, wanted: bool) -> Setup:
        """The set-up, pending on a new box; unless it is `wanted`, log-ins are made at once."""
        password = ""
        if not wanted:
            await self._first_log_ins()
        elif self.users.has_administrator:  # the power may have failed just before this
            await asyncio.to_thread(label.forget, self.data)
        else:
            password = await asyncio.to_thread(label.password, self.data, self.credentials)
        return Setup(self.users, self.configuration, group, self.data, clock, password)

    async def _first_log_ins(self) -> None:
        """On a new box: log-ins for the administrator and the agents, told in one file."""
        password = await asyncio.to_thread(self.users.first_administrator)
        if password is None:
            return
        lines = [f"{FIRST_ADMINISTRATOR:9} {password}"]
        for agent in self.configuration.current.agents:
            own = os.urandom(_PASSWORD_BYTES).hex()
            await self.users.set_password(agent, Role.AGENT, own)
            lines.append(f"{agent:9} {own}")
        await asyncio.to_thread(label.write, self.data / label.FILE, "\n".join(lines) + "\n")
