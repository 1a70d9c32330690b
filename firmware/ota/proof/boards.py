"""Every board that was there before is there again, and runs this release's firmware."""

from firmware.ota import policy
from firmware.ota.proof import health
from firmware.ota.proof.context import Context


async def check(context: Context) -> str:
    """Good when each board that was linked before the restart is linked now.

    One that is broken or was taken out before must not stand in the way of the next version.
    """
    gone = policy.absent(await health.ask(context))
    missing = [trunk for trunk in gone if trunk not in context.absent]
    return f"not linked: {', '.join(missing)}" if missing else ""


async def check_firmware(context: Context) -> str:
    """Good when each linked board runs the version that this release wants it to."""
    other = [
        f"{board.trunk} has {board.firmware or 'none'}, not {board.wanted}"
        for board in (await health.ask(context)).boards
        if board.linked and board.wanted and board.firmware != board.wanted
    ]
    return "; ".join(other)
