"""Every board that was there before is there again, and runs this release's firmware."""

from firmware.ota.proof import health
from firmware.ota.proof.context import Context


async def check(context: Context) -> str:
    """Good when each board that was ever linked is linked now."""
    boards = (await health.ask(context)).boards
    missing = [board.trunk for board in boards if board.was_linked and not board.linked]
    return f"not linked: {', '.join(missing)}" if missing else ""


async def check_firmware(context: Context) -> str:
    """Good when each linked board runs the version that this release wants it to."""
    other = [
        f"{board.trunk} has {board.firmware or 'none'}, not {board.wanted}"
        for board in (await health.ask(context)).boards
        if board.linked and board.wanted and board.firmware != board.wanted
    ]
    return "; ".join(other)
