"""An updater that does what the test says."""

import asyncio
from dataclasses import replace

from firmware.contract.update import (
    UpdateReason,
    UpdateRecord,
    UpdateResult,
    UpdateSettings,
    UpdateSource,
    UpdateState,
    UpdateView,
)
from firmware.errors import Refused
from firmware.fsm import EventRefused
from firmware.ota.offer import Ended, Offer


class FakeDesk:
    """`firmware.ota.offer.Desk`."""

    def __init__(self, settings: UpdateSettings) -> None:
        self.changed = asyncio.Condition()
        self._settings = settings
        self._view = UpdateView(version="1.0.0", state=UpdateState.IDLE)
        self.offers: list[Offer] = []
        self.action = ""
        self.refuses: Refused | None = None
        self.too_late = False
        self.ended: list[Ended] = []
        self.version = "1.0.0"

    def offered(self, offer: Offer) -> None:
        if self.refuses:
            raise self.refuses
        self.offers.append(offer)
        self.action = offer.action

    def cancel(self) -> None:
        if self.too_late:
            raise EventRefused("give_up in rebooting")
        self.end(UpdateResult.CANCELLED)

    def view(self) -> UpdateView:
        return self._view

    def settings(self) -> UpdateSettings:
        return self._settings

    def unreported(self) -> list[Ended]:
        return list(self.ended)

    def reported(self, action: str) -> None:
        self.ended = [ended for ended in self.ended if ended.action != action]

    def attributes(self) -> dict[str, str]:
        return {"compatible": "callbox-x86_64", "version": self.version, "slot": "A"}

    # --- the test's ---

    async def shows(self, state: UpdateState, percent: int = 0) -> None:
        self._view = replace(self._view, state=state, percent=percent)
        await self.notify()

    async def changes(self, settings: UpdateSettings) -> None:
        self._settings = settings
        await self.notify()

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def end(
        self, result: UpdateResult, reason: UpdateReason = UpdateReason.NONE, detail: str = ""
    ) -> None:
        record = UpdateRecord(
            number=1,
            began_ms=0,
            ended_ms=1,
            source=UpdateSource.SERVER,
            before="1.0.0",
            after="1.1.0",
            result=result,
            reason=reason,
            detail=detail,
            outage_ms=21000 if result == UpdateResult.COMMITTED else None,
        )
        self.ended.append(Ended(self.action, record))
        self.action = ""
