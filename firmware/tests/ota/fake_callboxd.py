"""callboxd as callbox-ota sees it: two Unix sockets, and whatever the test says."""

import dataclasses
from pathlib import Path

from aiohttp import web

from firmware.contract.update import Health
from firmware.timers import Clock

ADMINISTRATOR, AGENT = "token-of-an-administrator", "token-of-an-agent"
_ROLES = {ADMINISTRATOR: "administrator", AGENT: "agent"}


class FakeCallboxd:
    """Starts without calls."""

    def __init__(self, folder: Path) -> None:
        self.service, self.door = folder / "service.sock", folder / "callboxd.sock"
        self.health = Health("1.0.0", 0, 0, False, (), "0002", "Asia/Shanghai", 1.0)
        self.asked: list[bool] = []
        """Each change of the drain, in order."""
        self._runners: list[web.AppRunner] = []

    async def start(self) -> None:
        """Listen; calls are possible from now on."""
        now = Clock().utc_ms()
        self.say(draining=False, call_possible_ms=now)
        service, door = web.Application(), web.Application()
        service.router.add_get("/health", self._health)
        service.router.add_post("/drain", self._drain)
        door.router.add_get("/api/v1/Session", self._session)
        for application, path in ((service, self.service), (door, self.door)):
            runner = web.AppRunner(application, shutdown_timeout=0.1)
            await runner.setup()
            await web.UnixSite(runner, str(path)).start()
            self._runners.append(runner)

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()
        for path in (self.service, self.door):
            path.unlink(missing_ok=True)

    def say(self, **changes: object) -> None:
        """Change its health."""
        self.health = dataclasses.replace(self.health, **changes)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response(dataclasses.asdict(self.health))

    async def _drain(self, request: web.Request) -> web.Response:
        on = (await request.json())["on"]
        if on != self.health.draining:
            self.asked.append(on)
        self.say(draining=on)
        return web.json_response(None)

    async def _session(self, request: web.Request) -> web.Response:
        role = _ROLES.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if role is None:
            return web.json_response({"code": "no_session"}, status=401)
        session = {"token": "", "user": "someone", "role": role, "language": "en"}
        return web.json_response(session)
