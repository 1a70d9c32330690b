"""What an update server's client asks of the updater, and how an update is shown."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from firmware.contract.update import SlotView, UpdateSettings, UpdateSource, UpdateView
from firmware.ota.ddi.memory import Memory
from firmware.ota.offer import Ended, Offer
from firmware.ota.present import Present
from firmware.ota.rauc import Slot
from firmware.ota.states import RESTING, S
from firmware.ota.updater import Updater


class Question(Protocol):
    """The server's client: what it wants confirmed before it offers it."""

    @property
    def awaits(self) -> str:
        """A version, "" when nothing is asked."""

    async def confirm(self, *, yes: bool) -> bool:
        """A person's word; False when nothing was asked."""


class UpdateDesk:
    """The `Desk` of the server's client."""

    def __init__(self, updater: Updater, memory: Memory) -> None:
        self._updater, self._store, self._memory = updater, updater.store, memory
        self.question: Question | None = None
        self.found: tuple[str, ...] = ()
        """Bundles on USB sticks, as last seen."""

    @property
    def changed(self) -> asyncio.Condition:
        """See `Desk`."""
        return self._updater.changed

    def offered(self, offer: Offer) -> None:
        """See `Desk`."""
        ended = {one.action for one in self.unreported()}
        if offer.action and offer.action in {self.action, *ended}:
            return
        self._updater.begin(
            Present(
                source=UpdateSource.SERVER,
                offer=offer,
                target=offer.version,
                notes=offer.notes,
                confirmed=offer.confirmed or offer.at_once,
                hurry=offer.at_once,
            )
        )

    def cancel(self) -> None:
        """See `Desk`."""
        self._updater.cancel()

    @property
    def action(self) -> str:
        """See `Desk`."""
        present = self._updater.present
        return present.offer.action if present.offer and present.state not in RESTING else ""

    def settings(self) -> UpdateSettings:
        """See `Desk`."""
        return self._store.settings()

    def unreported(self) -> list[Ended]:
        """See `Desk`."""
        return [Ended(told.action, told.record) for told in self._store.owing() if told.action]

    def reported(self, action: str) -> None:
        """See `Desk`."""
        for told in self._store.owing():
            if told.action == action:
                self._store.settle(replace(told, action=""))

    def attributes(self) -> Mapping[str, str]:
        """See `Desk`."""
        release, slots = self._updater.hands.release, self._updater.slots
        booted = next((slot.bootname for slot in slots if slot.booted), "")
        return {"compatible": release.compatible, "version": release.version, "slot": booted}

    def view(self) -> UpdateView:
        """See `Desk`."""
        updater, present, live = self._updater, self._updater.present, self._updater.live
        resting = present.state in RESTING
        asks = self.question.awaits if self.question and resting else ""
        waits = present.state is S.WAITING and updater.steps.needs_confirmation(present)
        back = self.behind()
        return UpdateView(
            version=updater.hands.release.version,
            state=present.state,
            slots=tuple(self._slot(slot) for slot in updater.slots),
            target=present.target or asks,
            source=present.source,
            percent=live.percent,
            bytes_done=live.done,
            bytes_all=live.size,
            notes=present.notes,
            calls=live.calls,
            starts_ms=live.starts_ms,
            needs_confirmation=waits or bool(asks),
            reason=present.reason,
            detail=present.detail,
            can_roll_back=resting and back is not None,
            rolls_back_to=self.version(back) if back and resting else "",
            found=self.found,
            own_name=self._memory.own_name,
        )

    def behind(self) -> Slot | None:
        """The other slot, where its version ran here once and nothing was written over it."""
        other = self._updater.other()
        ran = other is not None and other.bootname in self._store.slots().versions
        return other if other is not None and other.good and ran else None

    def version(self, slot: Slot) -> str:
        """Of what is in a slot; "" when nobody knows."""
        if slot.booted:
            return self._updater.hands.release.version
        return self._store.slots().versions.get(slot.bootname, slot.version)

    def _slot(self, slot: Slot) -> SlotView:
        return SlotView(
            name=slot.bootname,
            version=self.version(slot),
            booted=slot.booted,
            first=slot.name == self._updater.first,
            good=slot.good,
            installed_ms=slot.installed_ms,
        )
