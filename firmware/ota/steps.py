"""What is done in each state of an update: one coroutine a state, each may be begun again.

A step ends with an `Outcome`, or raises Stopped (the update ends), NoBus (tried again).
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from firmware.contract.update import Health, UpdateReason, UpdateSource
from firmware.ota import policy, sources
from firmware.ota.callboxd import Callboxd
from firmware.ota.offer import Access, Fetcher, Stopped
from firmware.ota.present import Present
from firmware.ota.proof.verdict import Verdict
from firmware.ota.rauc import Rauc, Slot
from firmware.ota.recovery import MOST_TRIES
from firmware.ota.release import Release
from firmware.ota.states import E, S
from firmware.ota.store import Store
from firmware.timers import Clock

PUT_OFF_MS = 900_000
"""Without a window a restart that was put off is tried again after this."""
_MS = 1000


@dataclass(frozen=True)
class Places:
    """Folders."""

    data: Path
    uploads: Path
    usb: Path
    run: Path  # emptied when the box starts: in memory

    @property
    def downloads(self) -> Path:
        """Nobody else writes here."""
        return self.data / "downloads"

    @property
    def reboot(self) -> Path:
        """A file that asks for the restart."""
        return self.run / "reboot"

    def boot(self) -> str:
        """A name for this run of the box; made when first asked, gone with the next start."""
        path = self.run / "boot"
        with contextlib.suppress(OSError):
            if name := path.read_text():
                return name
        name = secrets.token_hex(8)
        fresh = path.with_suffix(".new")
        fresh.write_text(name)
        fresh.replace(path)
        return name


@dataclass
class Hands:
    """What the steps work with."""

    rauc: Rauc
    callboxd: Callboxd
    places: Places
    release: Release
    clock: Clock
    prove: Callable[[tuple[str, ...]], Awaitable[Verdict]]  # given `Present.absent`
    fetcher: Fetcher | None = None
    poll_s: float = 0.5  # callboxd while draining; waiting is ten times that
    patience: float = 1.0  # factor on the proof's time, for emulated machines


@dataclass
class Live:
    """What is shown while a step lasts; not kept."""

    percent: int = 0
    done: int = 0
    size: int = 0
    calls: int = 0
    starts_ms: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a step ended, and what is to be kept of it."""

    event: E
    changes: dict[str, Any] = field(default_factory=dict)


Step = Callable[[Present], Awaitable[Outcome]]


class Steps:
    """`keep(**changes)` puts changes of the present update on the disk, at once."""

    def __init__(
        self,
        hands: Hands,
        store: Store,
        keep: Callable[..., None],
        told: Callable[[Live], None],
    ) -> None:
        self._hands, self._store, self._keep, self._told = hands, store, keep, told
        self.of: dict[S, Step] = {
            S.CHECKING: self._check,
            S.FETCHING: self._fetch,
            S.INSTALLING: self._install,
            S.WAITING: self._wait,
            S.DRAINING: self._drain,
            S.REBOOTING: self._reboot,
            S.PROVING: self._prove,
        }

    async def health(self) -> Health | None:
        """Of callboxd, None when it is absent; TimeoutError when it cannot say."""
        health = await self._hands.callboxd.health()
        known = self._store.slots()
        if health is not None and health.timezone not in ("", known.timezone):
            self._store.keep_slots(replace(known, timezone=health.timezone))
        return health

    async def _check(self, present: Present) -> Outcome:
        """Signature, kind of box and version, before anything is written."""
        rauc, running = self._hands.rauc, self._hands.release.version
        offer = present.offer
        if offer is not None:
            policy.check_offer(offer.version, running)
        fetched = await asyncio.to_thread(self._target(present).exists)
        if not fetched and not (offer and offer.stream):
            return Outcome(E.FETCH)
        source = self._source(present, fetched=fetched)
        bundle = await rauc.inspect(source, self._access(present))
        notes = policy.notes(bundle)
        self._keep(target=bundle.version[:64])
        policy.check_bundle(bundle, await rauc.compatible(), running)
        other = next((slot for slot in await rauc.slots() if not slot.booted), None)
        if other is None:
            raise Stopped(UpdateReason.NOT_WRITTEN, "this box has no other slot")
        changes = {
            "target": bundle.version,
            "manifest": bundle.manifest,
            "notes": notes if notes.en or notes.zh_CN else present.notes,
            "slot_target": other.bootname,
            "install_began_ms": self._hands.clock.utc_ms(),
        }
        return Outcome(E.INSTALL, changes)

    async def _fetch(self, present: Present) -> Outcome:
        """Into our own folder, whole and on the disk."""
        target, offer = self._target(present), present.offer
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        if offer is None:
            await sources.copy(Path(present.bundle), target, self._bytes)
        elif self._hands.fetcher is None:
            raise Stopped(UpdateReason.NOT_FETCHED, "there is no update server")
        else:
            size = offer.size
            await self._hands.fetcher.fetch(offer, target, lambda done: self._bytes(done, size))
        return Outcome(E.FETCHED)

    async def _install(self, present: Present) -> Outcome:
        """RAUC writes; one that it has written already, or is writing, is not begun again."""
        rauc = self._hands.rauc
        await rauc.join(self._percent)
        if not await self.written(present):
            source = self._source(present, fetched=not (present.offer and present.offer.stream))
            await rauc.install(source, self._access(present), self._percent)
        await self._keep_first(present)
        return Outcome(E.INSTALLED)

    async def _keep_first(self, present: Present) -> None:
        """The new slot is started when its time has come, not by the next power cut."""
        if await self._hands.rauc.primary() == await self._slot(present.slot_target):
            await self._hands.rauc.mark("active", "booted")

    async def written(self, present: Present) -> bool:
        """RAUC's papers: the target slot is whole, and of this update."""
        for slot in await self._hands.rauc.slots():
            if slot.bootname == present.slot_target:
                # RAUC's stamps are whole seconds.
                since = present.install_began_ms // _MS * _MS
                fresh = slot.installed_ms is not None and slot.installed_ms >= since
                return slot.whole and fresh and slot.version == present.target
        return False

    async def _wait(self, present: Present) -> Outcome:
        """For the window, the end of all calls, or a person."""
        await self._hands.callboxd.drain(on=False)
        while True:
            with contextlib.suppress(TimeoutError):
                await self.health()  # the site's time zone, for the window
            begins = self.restart_from(present)
            self._told(Live(percent=100, starts_ms=begins))
            if begins is not None and begins <= self._hands.clock.utc_ms():
                settings = self._store.settings()
                if present.hurry or settings.restart != "idle" or await self._quiet():
                    return Outcome(E.DRAIN)
            await asyncio.sleep(10 * self._hands.poll_s)

    def restart_from(self, present: Present) -> int | None:
        """UTC ms; None while a person has to say so."""
        settings, now = self._store.settings(), self._hands.clock.utc_ms()
        if present.hurry:
            return max(now, present.not_before_ms)
        if self.needs_confirmation(present):
            return None
        return policy.restart_from(
            settings, self._store.slots().timezone, now, present.not_before_ms
        )

    def needs_confirmation(self, present: Present) -> bool:
        """Whether an installed update waits for a person's word."""
        asked = present.source is UpdateSource.SERVER and self._store.settings().confirm
        return asked and not present.confirmed

    def put_off_until(self) -> int:
        """UTC ms: the next window, or a while."""
        now = self._hands.clock.utc_ms()
        settings = self._store.settings()
        if settings.restart != "window":
            return now + PUT_OFF_MS
        return policy.window_ends(settings, self._store.slots().timezone, now) or now

    async def _drain(self, _present: Present) -> Outcome:
        """New calls are refused; the last ones end."""
        began: int | None = None
        while True:
            if not await self._hands.callboxd.drain(on=True):
                began = None  # nobody to refuse calls, or to take them
            elif began is None:
                began = self._hands.clock.utc_ms()
            if await self._quiet():
                began = self._hands.clock.utc_ms() if began is None else began
                changes = {"drain_began_ms": began, "tries": 0, "armed": False}
                return Outcome(E.DRAINED, {**changes, "absent": await self._absent()})
            await asyncio.sleep(self._hands.poll_s)

    async def _absent(self) -> tuple[str, ...]:
        try:
            return policy.absent(await self.health())
        except TimeoutError:
            return ()

    async def _quiet(self) -> bool:
        try:
            health = await self.health()
        except TimeoutError:
            return False  # too busy to say so is not quiet
        self._told(Live(calls=health.calls if health else 0))
        return policy.quiet(health)

    async def _reboot(self, present: Present) -> Outcome:
        """Tell the boot loader, then ask for the restart; the state's timer tries again."""
        if present.reason:
            await self._hands.rauc.mark("bad", "booted")
            await self._let_calls_end(present)
        else:
            if present.tries > MOST_TRIES:
                raise Stopped(UpdateReason.NOT_WRITTEN, "the box does not restart")
            await self._hands.rauc.mark("active", await self._slot(present.slot_target))
            self._keep(armed=True)
            if not await self._quiet():
                return Outcome(E.CALL_CAME)
        await asyncio.to_thread(self._hands.places.reboot.touch)
        forever: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        return await forever

    async def _let_calls_end(self, present: Present) -> None:
        """On the way back: calls have until the timer, emergency calls as long as they last."""
        while True:
            await self._hands.callboxd.drain(on=True)
            try:
                health = await self.health()
            except TimeoutError:
                health = None
            emergency = health is not None and health.emergency_calls > 0
            if policy.quiet(health) or (present.tries > 0 and not emergency):
                return
            await asyncio.sleep(self._hands.poll_s)

    async def _prove(self, present: Present) -> Outcome:
        """This is the new slot: may it stay?"""
        if present.tries >= MOST_TRIES:
            detail = f"the proof was begun {present.tries} times and never ended"
            return _unproved(Verdict(UpdateReason.PROOF_LATE, detail))
        self._keep(tries=present.tries + 1)
        verdict = await self._hands.prove(present.absent)
        if not verdict.good:
            return _unproved(verdict)
        await self._hands.rauc.mark("good", "booted")
        return Outcome(E.PROVED)

    async def _slot(self, bootname: str) -> str:
        slots: tuple[Slot, ...] = await self._hands.rauc.slots()
        return next(slot.name for slot in slots if slot.bootname == bootname)

    def _target(self, present: Present) -> Path:
        name = present.offer.action if present.offer else f"local-{present.began_ms}"
        safe = "".join(c if c.isalnum() else "-" for c in name)[:64] or "server"
        return self._hands.places.downloads / f"{safe}{sources.SUFFIX}"

    def _source(self, present: Present, *, fetched: bool) -> str:
        if fetched or present.offer is None:
            return str(self._target(present))
        return present.offer.url

    def _access(self, present: Present) -> Access | None:
        offer, fetcher = present.offer, self._hands.fetcher
        return fetcher.access(offer) if offer and offer.stream and fetcher else None

    def _bytes(self, done: int, size: int) -> None:
        self._told(Live(percent=100 * done // max(1, size), done=done, size=size))

    def _percent(self, percent: int) -> None:
        self._told(Live(percent=max(0, min(100, percent))))


def _unproved(verdict: Verdict) -> Outcome:
    changes = {"reason": verdict.reason, "detail": verdict.detail, "tries": 0}
    return Outcome(E.UNPROVED, changes)
