"""systemd has every service active, and callboxd answers."""

from firmware.ota.proof import health
from firmware.ota.proof.context import Context
from firmware.ota.proof.systemd import active_states


async def check(context: Context) -> str:
    """Good when all units are active and callboxd says how it is."""
    states = await active_states(context.units) if context.units else {}
    other = [f"{unit} is {state}" for unit, state in states.items() if state != "active"]
    if other:
        return ", ".join(other)
    await health.ask(context)
    return ""
