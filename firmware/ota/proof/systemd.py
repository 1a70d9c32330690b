"""ActiveState of units, asked of systemd on the system bus (org.freedesktop.systemd1)."""

from collections.abc import Sequence

from dbus_fast import BusType, DBusError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

_NAME, _ROOT = "org.freedesktop.systemd1", "/org/freedesktop/systemd1"


async def active_states(units: Sequence[str]) -> dict[str, str]:
    """The state of each unit, "not loaded" for one that is not there.  Raises OSError."""
    try:
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    except (DBusError, ValueError) as error:
        raise OSError(f"no system bus: {error}") from error
    try:
        return {unit: await _active_state(bus, unit) for unit in units}
    finally:
        bus.disconnect()


async def _active_state(bus: MessageBus, unit: str) -> str:
    found = await _call(bus, _ROOT, f"{_NAME}.Manager", "GetUnit", "s", [unit])
    if found is None:
        return "not loaded"
    arguments = [f"{_NAME}.Unit", "ActiveState"]
    state = await _call(bus, str(found), "org.freedesktop.DBus.Properties", "Get", "ss", arguments)
    return str(state.value) if isinstance(state, Variant) else "unknown"


async def _call(
    bus: MessageBus, path: str, interface: str, member: str, signature: str, body: list[str]
) -> str | Variant | None:
    reply = await bus.call(
        Message(
            destination=_NAME,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body,
        )
    )
    if reply is None or reply.message_type is not MessageType.METHOD_RETURN or not reply.body:
        return None
    answer: str | Variant = reply.body[0]
    return answer
