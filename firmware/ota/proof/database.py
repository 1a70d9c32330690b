"""calls.db is open, and of the schema that this release brings."""

from firmware.ota.proof import health
from firmware.ota.proof.context import Context
from firmware.store.database import head_revision


async def check(context: Context) -> str:
    """Good when callboxd has opened and migrated it."""
    found, wanted = (await health.ask(context)).database, head_revision()
    return "" if found == wanted else f"calls.db is of schema {found!r}, not {wanted!r}"
