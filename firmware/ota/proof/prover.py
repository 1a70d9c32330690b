"""One check after the other, each repeated until it is good or its limit is over."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from firmware.contract.update import UpdateReason
from firmware.ota.proof import boards, clock, database, loopback, services, web
from firmware.ota.proof.context import Context
from firmware.ota.proof.verdict import Verdict

_LOGGER = logging.getLogger(__name__)
Examine = Callable[[Context], Awaitable[str]]
REPEAT_S = 1.0
OVERALL_S = 900.0
"""For all of them; a proof that is not over then is no proof."""


@dataclass(frozen=True)
class Check:
    """What is missing when `examine` says anything but ""."""

    reason: UpdateReason
    examine: Examine
    limit_s: float
    """How long it is repeated; 0: tried once."""
    once_s: float = 20.0
    """How long one try may take."""


CHECKS = (
    Check(UpdateReason.CLOCK, clock.check, 60.0),
    Check(UpdateReason.SERVICES, services.check, 120.0),
    Check(UpdateReason.DATABASE, database.check, 30.0),
    Check(UpdateReason.BOARDS, boards.check, 120.0),
    Check(UpdateReason.BOARD_FIRMWARE, boards.check_firmware, 300.0),
    Check(UpdateReason.WEB, web.check, 60.0),
    Check(UpdateReason.LOOPBACK, loopback.check, 0.0, once_s=loopback.LIMIT_S),
)
"""The loop-back call comes last: it takes the machine's time from the others."""


async def prove(context: Context, checks: tuple[Check, ...] = CHECKS) -> Verdict:
    """Run all checks; the first that stays bad ends it.  Never raises but for cancellation."""
    try:
        async with asyncio.timeout(OVERALL_S * context.patience):
            return await _in_order(context, checks)
    except TimeoutError:
        return Verdict(UpdateReason.PROOF_LATE, "the proof is not over in its time")


async def _in_order(context: Context, checks: tuple[Check, ...]) -> Verdict:
    for check in checks:
        began = time.monotonic()
        missing = await _until_good(context, check)
        if missing:
            _LOGGER.error("proof(%s): %s", check.reason, missing)
            return Verdict(check.reason, missing)
        _LOGGER.info("proof(%s): good after %.1f s", check.reason, time.monotonic() - began)
    return Verdict()


async def _until_good(context: Context, check: Check) -> str:
    end = time.monotonic() + check.limit_s * context.patience
    while True:
        missing = await _once(context, check)
        if not missing or time.monotonic() + REPEAT_S >= end:
            return missing
        await asyncio.sleep(REPEAT_S)


async def _once(context: Context, check: Check) -> str:
    try:
        async with asyncio.timeout(check.once_s * context.patience):
            return await check.examine(context)
    except TimeoutError:
        return "no answer in its time"
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
