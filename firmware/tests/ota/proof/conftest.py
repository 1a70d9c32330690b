"""A box to prove: callboxd's service socket and systemd, both played by the test."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from aiohttp import web
from pydantic_core import to_jsonable_python

from firmware.contract.update import BoardHealth, Health
from firmware.ota.proof import Context
from firmware.store.database import head_revision

GOOD = Health(
    version="1.1.0", calls=0, emergency_calls=0, draining=False,
    boards=(
        BoardHealth("e1", "e1", linked=True, firmware="1.2.0", was_linked=True, wanted="1.2.0"),
        BoardHealth("analog", "fxo", linked=False, firmware="", was_linked=False),
    ),
    database=head_revision(), timezone="Asia/Shanghai", up_s=5.0,
)  # fmt: skip


class Callboxd:
    """Tells `health`; `late` is how often it does not yet answer."""

    def __init__(self) -> None:
        self.health, self.late, self.asked = GOOD, 0, 0

    async def tell(self, _request: web.Request) -> web.Response:
        self.asked += 1
        if self.asked <= self.late:
            return web.Response(status=503)
        return web.json_response(to_jsonable_python(self.health))


@pytest.fixture
async def callboxd(tmp_path):
    """callboxd on `tmp_path/service.sock`."""
    played = Callboxd()
    application = web.Application()
    application.router.add_get("/health", played.tell)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "service.sock")).start()
    yield played
    await runner.cleanup()


@pytest.fixture
def context(tmp_path):
    """Where there is neither systemd nor nginx, and no loop-back call is made."""
    release = tmp_path / "callbox-release"
    release.write_text("VERSION=1.1.0\nBUILD=20260101T000000Z\nCOMPATIBLE=callbox-x86_64\n")
    return Context(tmp_path / "service.sock", release, units=(), origin="", loopback=())


_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


@pytest.fixture
async def bus(tmp_path, monkeypatch):
    """A private system bus."""
    socket, file = tmp_path / "bus", tmp_path / "bus.conf"
    file.write_text(_CONFIGURATION.format(socket=socket))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={socket}")
    daemon = await asyncio.create_subprocess_exec(
        "dbus-daemon", f"--config-file={file}", "--nofork", "--nopidfile", "--nosyslog"
    )
    await _until(socket)
    yield socket
    with contextlib.suppress(ProcessLookupError):
        daemon.terminate()
    await daemon.wait()


async def _until(path: Path) -> None:
    async with asyncio.timeout(20):
        while not path.exists():  # noqa: ASYNC110, ASYNC240  made by another process
            await asyncio.sleep(0.02)
