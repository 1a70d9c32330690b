"""RAUC (de.pengutronix.rauc.Installer), thinly: its names, its order of things, no policy.

Errors are Stopped, with RAUC's words as `detail`, and NoBus when it does not answer.
"""

import asyncio
import contextlib
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbus_fast import Message, Variant
from dbus_fast.unpack import unpack_variants

from firmware.contract.update import UpdateReason, UpdateResult
from firmware.ota.bus import Bus, CallFailed
from firmware.ota.offer import Access, NoBus, Stopped
from firmware.ota.rauc_words import reason, said_by_child

_NAME, _ROOT = "de.pengutronix.rauc", "/"
_INSTALLER, _PROPERTIES = f"{_NAME}.Installer", "org.freedesktop.DBus.Properties"
_RULES = (
    f"type='signal',sender='{_NAME}',path='{_ROOT}'",
    f"type='signal',member='NameOwnerChanged',arg0='{_NAME}'",
)
_LOOK_S = 2.0
"""While RAUC works its operation is asked for this often, should a signal be lost."""


@dataclass(frozen=True)
class Slot:
    """One bootable slot as RAUC sees it."""

    name: str  # rootfs.0
    bootname: str  # A
    booted: bool
    good: bool
    whole: bool = False  # RAUC's own papers say that an installation ended well
    version: str = ""
    installed_ms: int | None = None


@dataclass(frozen=True)
class Bundle:
    """What the signed manifest says."""

    compatible: str
    version: str
    description: str = ""
    manifest: str = ""  # hash; "" with versions of RAUC that do not tell
    meta: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Rauc:
    """One for the program; connects when it is used, and again when the bus was gone."""

    def __init__(self, conf: Path | None = None) -> None:
        self._conf = conf
        self._bus: Bus | None = None
        self._told: Callable[[int], None] = lambda _percent: None
        self._ended: asyncio.Future[int] | None = None

    async def slots(self) -> tuple[Slot, ...]:
        """Those that can be booted, by boot name."""
        (found,) = await self._call("GetSlotStatus")
        slots = [_slot(name, unpack_variants(status)) for name, status in found]
        return tuple(sorted((s for s in slots if s.bootname), key=lambda s: s.bootname))

    async def primary(self) -> str:
        """Name of the slot (rootfs.0) that is started next; "" while none is marked good."""
        try:
            return str((await self._call("GetPrimary"))[0])
        except CallFailed:
            return ""

    async def compatible(self) -> str:
        """Of this box."""
        return str(await self._property("Compatible"))

    async def busy(self) -> bool:
        """Whether RAUC is installing."""
        return bool(await self._property("Operation") != "idle")

    async def mark(self, state: str, slot: str) -> None:
        """`state` is good, bad or active; `slot` is booted, other, or a slot's name."""
        try:
            await self._call("Mark", "ss", state, slot)
        except CallFailed as error:
            raise Stopped(UpdateReason.NOT_WRITTEN, f"mark {state} {slot}: {error}") from error

    async def inspect(self, source: str, access: Access | None = None) -> Bundle:
        """Check the signature of a file or address, and read its manifest.  Stopped (REFUSED)."""
        try:
            (info,) = await self._call("InspectBundle", "sa{sv}", source, _arguments(access))
            return _bundle(unpack_variants(info))
        except CallFailed as error:
            # 1.8 does not know this method, later ones do not always say what was wrong.
            if source.startswith("/") and reason(str(error)) is UpdateReason.NOT_WRITTEN:
                return await self._inspect_by_child(source)
            raise _refused(str(error)) from error

    async def install(
        self, source: str, access: Access | None, told: Callable[[int], None]
    ) -> None:
        """Write the other slot; returns when it is whole.  `told` takes the percentage."""
        bus = await self._connected()
        self._ended = asyncio.get_running_loop().create_future()  # before it can end
        try:
            await self._call("InstallBundle", "sa{sv}", source, _arguments(access))
            await self._end(bus, told)
        except CallFailed as error:
            raise Stopped(reason(str(error)), str(error)) from error

    async def join(self, told: Callable[[int], None]) -> None:
        """Wait for an installation that an earlier process of ours began."""
        bus = await self._connected()
        self._ended = asyncio.get_running_loop().create_future()
        if await self.busy():
            await self._end(bus, told)

    def close(self) -> None:
        """Hang up."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    async def _end(self, bus: Bus, told: Callable[[int], None]) -> None:
        ended = self._ended
        assert ended is not None  # noqa: S101 - both callers set it
        self._told = told
        try:
            while not ended.done():
                waits: set[asyncio.Future[Any]] = {ended, bus.gone}
                await asyncio.wait(waits, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                if bus.gone.done() and not ended.done():
                    raise NoBus("the bus went away during the installation")
                if not ended.done() and not await self.busy():
                    break  # the signal came before this process
        finally:
            self._told, self._ended = lambda _percent: None, None
        code = ended.result() if ended.done() else 0
        words = await self._error()
        if code != 0 or words:
            raise Stopped(reason(words), words or f"RAUC ended with {code}")

    async def _error(self) -> str:
        return str(await self._property("LastError"))

    async def _property(self, name: str) -> Any:
        bus = await self._connected()
        body = await bus.call(_NAME, _ROOT, f"{_PROPERTIES}.Get", "ss", _INSTALLER, name)
        return unpack_variants(body[0])

    async def _call(self, method: str, signature: str = "", *body: Any) -> list[Any]:
        bus = await self._connected()
        try:
            return await bus.call(_NAME, _ROOT, f"{_INSTALLER}.{method}", signature, *body)
        except CallFailed as error:
            if "already processing" in str(error):
                raise NoBus("RAUC is busy") from error
            raise

    async def _connected(self) -> Bus:
        if self._bus is not None and not self._bus.gone.done():
            return self._bus
        self._bus = await Bus.connect()
        await self._bus.listen(self._heard, *_RULES)
        return self._bus

    def _heard(self, message: Message) -> None:
        """Signals: the end of an installation, its progress, the end of RAUC itself."""
        ended = self._ended
        waiting = ended is not None and not ended.done()
        if message.member == "Completed" and message.interface == _INSTALLER:
            if waiting and ended is not None:
                ended.set_result(int(message.body[0]))
        elif message.member == "PropertiesChanged" and message.body[0] == _INSTALLER:
            progress = message.body[1].get("Progress")
            if progress is not None:
                self._told(int(progress.value[0]))
        elif message.member == "NameOwnerChanged" and waiting and ended is not None:
            ended.set_exception(Stopped(UpdateReason.NOT_WRITTEN, "RAUC died"))

    async def _inspect_by_child(self, source: str) -> Bundle:
        """`rauc info`, for versions without InspectBundle."""
        conf = () if self._conf is None else (f"--conf={self._conf}",)
        child = await asyncio.create_subprocess_exec(
            *("rauc", *conf, "info", "--output-format=json", source),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            stdout, stderr = await child.communicate()
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        if child.returncode != 0:
            raise _refused(said_by_child(stderr.decode(errors="replace")))
        update = json.loads(stdout)
        return _bundle({"update": update})


def _refused(words: str) -> Stopped:
    return Stopped(reason(words), words, UpdateResult.REFUSED)


def _arguments(access: Access | None) -> dict[str, Variant]:
    if access is None:
        return {}
    files = {"tls-ca": access.ca, "tls-cert": access.certificate, "tls-key": access.key}
    arguments = {name: Variant("s", str(path)) for name, path in files.items() if path}
    if access.headers:
        arguments["http-headers"] = Variant("as", list(access.headers))
    return arguments


def _slot(name: str, status: Mapping[str, Any]) -> Slot:
    stamp, whole = status.get("installed.timestamp"), status.get("status") == "ok"
    return Slot(
        name=name,
        bootname=str(status.get("bootname", "")),
        booted=status.get("state") == "booted",
        good=status.get("boot-status") == "good",
        whole=whole,
        version=str(status.get("bundle.version", "")) if whole else "",
        installed_ms=_ms(stamp) if whole and stamp else None,
    )


def _ms(stamp: str) -> int | None:
    """Of RAUC's ISO 8601 stamp, whole seconds."""
    try:
        return int(datetime.datetime.fromisoformat(stamp).timestamp() * 1000)
    except ValueError:
        return None


def _bundle(info: Mapping[str, Any]) -> Bundle:
    update = info.get("update", {})
    return Bundle(
        compatible=str(update.get("compatible") or ""),
        version=str(update.get("version") or ""),
        description=str(update.get("description") or ""),
        manifest=str(info.get("manifest-hash") or ""),
        meta=info.get("meta") or {},
    )
