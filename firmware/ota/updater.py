"""The driver of an update: the table, the disk, and the steps, in this order.

A change of state is written before the step of the new state begins, so that after a power cut
or a kill `recovery.resume` finds where it was.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from firmware.contract.update import UpdateReason, UpdateRecord, UpdateResult, UpdateSource
from firmware.errors import Refused, StoreError
from firmware.fsm import EventRefused, Machine, Timers
from firmware.ota import outage, recovery, sources
from firmware.ota.offer import OtaError, Stopped
from firmware.ota.present import Present, Told
from firmware.ota.rauc import Slot
from firmware.ota.states import CANCELLABLE, RESTING, TABLE, TIMEOUTS, E, S
from firmware.ota.steps import Hands, Live, Outcome, Steps
from firmware.ota.store import Store
from firmware.timers import TIMERS

RETRY_POLLS = 4
"""What failed is tried again after so many polls of callboxd: 2 s."""
_LOGGER = logging.getLogger(__name__)
_LATE = {
    S.CHECKING: UpdateReason.NOT_WRITTEN,
    S.FETCHING: UpdateReason.NOT_FETCHED,
    S.INSTALLING: UpdateReason.NOT_WRITTEN,
}


class Updater:
    """One for the program.  Belongs to the loop."""

    def __init__(self, store: Store, hands: Hands, timers: Timers) -> None:
        self.store, self.hands = store, hands
        self.live, self.slots, self.first = Live(), tuple[Slot, ...](), ""
        self.changed = asyncio.Condition()
        self.present = store.present()
        self.steps = Steps(hands, store, self._keep, self._tell)
        self._boot = hands.places.boot()
        self._machine = Machine(
            "update", self.present.state, TABLE, TIMEOUTS, timers, self._on_change
        )
        self._machine.seconds["T_prove"] = TIMERS["T_prove"].seconds * hands.patience
        self._next, self._stopped = self.present, Stopped(UpdateReason.NONE)
        self._unsaved: Callable[[], object] | None = None
        self.ready = False
        self._step: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Go on where the last run of this program ended; in the background."""
        self._step = asyncio.create_task(self._tried(self._resume))

    async def close(self) -> None:
        """Stop, wherever it is; the disk knows."""
        self._machine.stop()
        tasks = [task for task in (self._step, *self._others) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.hands.rauc.close()

    def begin(self, present: Present, event: E = E.BEGIN) -> None:
        """A new update.  Refused: busy, starting."""
        if not self.ready:
            raise Refused("starting", "callbox-ota has just started; RAUC does not answer yet")
        if not self._machine.accepts(event):
            raise Refused("busy", f"an update is {self.present.state}")
        fresh = replace(
            present,
            before=self.hands.release.version,
            slot_before=self._booted(),
            began_ms=self.hands.clock.utc_ms(),
        )
        self._step_on(event, fresh)

    def cancel(self) -> None:
        """End it before the restart.  EventRefused when it is too late."""
        if self.present.state is S.INSTALLING:
            self._keep(cancelled=True)  # RAUC cannot be stopped; nothing is started after it
            self._notify()
        elif self.present.state in CANCELLABLE:
            self._give_up(Stopped(UpdateReason.NONE, "", UpdateResult.CANCELLED))
        else:
            raise EventRefused(f"update{{{self.present.state}}}: cancel not permitted")

    def restart(self) -> None:
        """A person says: drain and restart now.  EventRefused where nothing waits for it."""
        self._fire(E.DRAIN, confirmed=True, hurry=True, not_before_ms=0)

    async def refresh(self) -> None:
        """Look at RAUC's slots again, and at the calls.  While RAUC writes it does not say."""
        try:
            await self._look()
        except OtaError as error:
            _LOGGER.debug("slots: %s", error)

    def wake(self) -> None:
        """The settings are others: a waiting update looks at them at once."""
        if self.present.state is S.WAITING:
            self._begin_step(self._work)
        self._notify()

    def other(self) -> Slot | None:
        """The slot that does not run."""
        return next((slot for slot in self.slots if not slot.booted), None)

    async def _look(self) -> None:
        self.slots = await self.hands.rauc.slots()
        self.first = await self.hands.rauc.primary()

    def _booted(self) -> str:
        return next((slot.bootname for slot in self.slots if slot.booted), "")

    def _fire(self, event: E, **changes: Any) -> None:
        self._step_on(event, replace(self.present, **changes))

    def _step_on(self, event: E, present: Present) -> None:
        """`event` happens to `present`.  EventRefused."""
        longest = self.store.settings().longest_drain_s
        self._machine.seconds["T_drain"] = max(longest, 20 * self.hands.poll_s)
        try:
            self._next = present
            self._machine.fire(event)
        finally:
            self._next = self.present  # a timer that ends goes on from what is on the disk

    def _on_change(self, old: S, event: E, new: S) -> None:
        """The one place where the present update changes its state."""
        changes = self._late(old) if event is E.LATE else {}
        if event is E.LATE and new is S.WAITING:
            changes |= self._put_off()
        if event is E.AGAIN or (event is E.LATE and new is S.REBOOTING and not changes):
            changes["tries"] = self._next.tries + (new is S.REBOOTING)
        present = replace(self._next, state=new, boot=self._boot, **changes)
        _LOGGER.info("update{%s}: %s -> %s %s", old, event, new, present.target)
        self.present = present
        if new in RESTING:
            self._end(old, event, new)
        else:
            self._save(lambda: self.store.keep(present))
        if new is S.INSTALLING:
            self._forget(present.slot_target)
        self.live = Live()
        self._begin_step(self._rest if new in RESTING else self._work)
        self._notify()

    def _late(self, old: S) -> dict[str, Any]:
        """A state's timer is over."""
        if old is S.PROVING:
            detail = "the proof did not end in its time"
            return {"reason": UpdateReason.PROOF_LATE, "detail": detail, "tries": 0}
        if old in _LATE:
            self._stopped = Stopped(_LATE[old], f"{old} took too long")
        return {}

    def _put_off(self) -> dict[str, Any]:
        forced = self._next.offer is not None and self._next.offer.at_once
        return {"not_before_ms": self.steps.put_off_until(), "hurry": forced}

    def _end(self, old: S, event: E, new: S) -> None:
        """Into the history, and to rest."""
        was, stopped = self.present, self._stopped
        restarted = new is not S.IDLE
        result = UpdateResult(new.value) if restarted else stopped.result
        reason = was.reason if restarted else stopped.reason
        detail = was.detail if restarted else stopped.detail
        now = self.hands.clock.utc_ms()
        record = UpdateRecord(
            number=0,
            began_ms=was.began_ms or now,
            ended_ms=now,
            source=was.source or UpdateSource.HAND,
            before=was.before or self.hands.release.version,
            after=was.target or (was.offer.version if was.offer else ""),
            result=result,
            reason=reason,
            detail=detail[:1000],
            notes=was.notes,
        )
        action = was.offer.action if was.offer else ""
        told = Told(record, action, was.drain_began_ms if restarted else None)
        present = Present(
            state=new, slot_before=self._booted(), boot=self._boot,
            reason=reason, detail=record.detail,
        )  # fmt: skip
        self.present = present
        self._save(lambda: self.store.end(present, told))
        _LOGGER.info("update: %s -> %s: %s %s", record.before, record.after, result, reason)

    def _give_up(self, stopped: Stopped) -> None:
        self._stopped = stopped
        self._fire(E.GIVE_UP)

    def _keep(self, **changes: Any) -> None:
        self.present = self._next = replace(self.present, **changes)
        self.store.keep(self.present)

    def _save(self, write: Callable[[], object]) -> None:
        """At once; a disk that cannot is tried again before the step begins."""
        try:
            write()
            self._unsaved = None
        except StoreError as error:
            _LOGGER.error("update: %s", error)
            self._unsaved = write

    def _begin_step(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._step is not None and self._step is not asyncio.current_task():
            self._step.cancel()
        self._step = asyncio.create_task(self._tried(work))

    async def _tried(self, work: Callable[[], Awaitable[None]]) -> None:
        """The supervisor of all steps: what fails is tried again, until the state's timer."""
        while True:
            try:
                if self._unsaved is not None:
                    self._unsaved()
                    self._unsaved = None
                await work()
                return
            except Stopped as stopped:
                if self._machine.accepts(E.GIVE_UP):
                    self._give_up(stopped)
                    return
                _LOGGER.error("update{%s}: %s", self.present.state, stopped)
            except (OtaError, StoreError) as error:
                _LOGGER.warning("update{%s}: %s", self.present.state, error)
            except Exception:  # a mistake in a step must not end what judges it
                _LOGGER.exception("update{%s}", self.present.state)
            await asyncio.sleep(RETRY_POLLS * self.hands.poll_s)

    async def _work(self) -> None:
        outcome: Outcome = await self.steps.of[self.present.state](self.present)
        if self.present.cancelled and self._machine.accepts(E.GIVE_UP):
            self._give_up(Stopped(UpdateReason.NONE, "", UpdateResult.CANCELLED))
        else:
            self._fire(outcome.event, **outcome.changes)

    async def _resume(self) -> None:
        """What became of it while this program was not there."""
        rauc = self.hands.rauc
        await rauc.join(lambda _percent: None) if self.present.state not in RESTING else None
        await self._look()
        present, booted = self.present, self._booted()
        if booted != present.slot_target or present.state in RESTING:
            await rauc.mark("good", "booted")  # else its boot counter runs out
            await self._look()
        self._remember(booted)
        self.ready = True
        self._notify()
        same = present.boot == self._boot
        written = present.state is S.INSTALLING and await self.steps.written(present)
        facts = recovery.Facts(booted, same, written, self.store.slots().versions)
        way = recovery.resume(present, facts)
        if way.event is None:
            self._begin_step(self._rest)
        elif way.failed:
            self._give_up(Stopped(way.failed, f"the box stopped while {present.state}"))
        else:
            self._fire(way.event, **way.changes)

    def _remember(self, booted: str) -> None:
        """Which version ran in which slot: RAUC does not know it of the first one."""
        known = self.store.slots()
        versions = known.versions | {booted: self.hands.release.version}
        if versions != known.versions:
            self.store.keep_slots(replace(known, versions=versions))

    def _forget(self, bootname: str) -> None:
        """That slot is overwritten."""
        known = self.store.slots()
        versions = {slot: version for slot, version in known.versions.items() if slot != bootname}
        if versions != known.versions:
            self._save(lambda: self.store.keep_slots(replace(known, versions=versions)))

    async def _rest(self) -> None:
        """Nothing is being done: leave everything so that the box starts again as it is."""
        rauc, places = self.hands.rauc, self.hands.places
        sources.clear(places.downloads)  # in the loop: a thread might remove the next one's
        await asyncio.to_thread(places.reboot.unlink, missing_ok=True)
        await self.hands.callboxd.drain(on=False)
        await self._look()
        other = self.other()
        if self.present.state is S.FELL_BACK and other is not None and other.good:
            await rauc.mark("bad", "other")
        booted = next((slot.name for slot in self.slots if slot.booted), "")
        if booted and self.first != booted:
            await rauc.mark("active", "booted")
        await self._look()
        self._notify()
        await outage.settle(self.store, self.steps.health, self.hands.clock, self.hands.poll_s)
        self._notify()

    def _tell(self, live: Live) -> None:
        if live != self.live:
            self.live = live
            self._notify()

    def _notify(self) -> None:
        async def notify() -> None:
            async with self.changed:
                self.changed.notify_all()

        task = asyncio.create_task(notify())
        self._others.add(task)
        task.add_done_callback(self._others.discard)
