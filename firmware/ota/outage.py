"""How long no call could be taken: from the drain to callboxd's word that calls can come."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from firmware.contract.update import Health
from firmware.ota.store import Store
from firmware.timers import Clock

LONGEST_MS = 3_600_000
"""A box that takes no call for longer was switched off, or has another trouble."""


async def settle(
    store: Store, health: Callable[[], Awaitable[Health | None]], clock: Clock, poll_s: float
) -> None:
    """Fill in the outage of finished updates; waits until callboxd can tell.  StoreError."""
    for told in store.owing():
        began = told.drain_began_ms
        if began is None:
            continue
        possible = await _possible(began, health, clock, poll_s)
        record = told.record
        if possible is not None:
            record = replace(record, outage_ms=possible - began)
        store.settle(replace(told, record=record, drain_began_ms=None))


async def _possible(
    began_ms: int, health: Callable[[], Awaitable[Health | None]], clock: Clock, poll_s: float
) -> int | None:
    while clock.utc_ms() - began_ms < LONGEST_MS:
        try:
            seen = await health()
        except TimeoutError:
            seen = None
        if seen is not None and seen.call_possible_ms is not None:
            within = began_ms <= seen.call_possible_ms < began_ms + LONGEST_MS
            return seen.call_possible_ms if within else None
        await asyncio.sleep(poll_s)
    return None
