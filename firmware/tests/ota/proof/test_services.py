"""systemd as the proof asks it, played on a private bus."""

import dataclasses

import pytest
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from firmware.ota.proof import services
from firmware.ota.proof.context import UNITS

pytestmark = pytest.mark.timeout(60)
NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit"
ASKED = {
    ("org.freedesktop.systemd1.Manager", "GetUnit"),
    ("org.freedesktop.DBus.Properties", "Get"),
}


def answers(states):
    """What systemd with these units answers."""
    paths = {f"/org/freedesktop/systemd1/unit/u{n}": name for n, name in enumerate(states)}

    def handle(message):
        if (message.interface, message.member) not in ASKED:
            return None
        if message.member == "GetUnit":
            (name,) = message.body
            path = next((path for path, unit in paths.items() if unit == name), None)
            if path is None:
                return Message.new_error(message, NO_SUCH_UNIT, f"Unit {name} not loaded.")
            return Message.new_method_return(message, "o", [path])
        assert message.body == ["org.freedesktop.systemd1.Unit", "ActiveState"]
        assert message.message_type is MessageType.METHOD_CALL
        return Message.new_method_return(message, "v", [Variant("s", states[paths[message.path]])])

    return handle


@pytest.fixture
async def systemd(bus):
    """`await systemd(states)`: systemd with these units."""
    buses = []

    async def play(states):
        own = await MessageBus(bus_type=BusType.SYSTEM).connect()
        buses.append(own)
        own.add_message_handler(answers(states))
        await own.request_name("org.freedesktop.systemd1")

    yield play
    for own in buses:
        own.disconnect()
        await own.wait_for_disconnect()


@pytest.fixture
def context(context):
    return dataclasses.replace(context, units=UNITS)


async def test_all_services_are_active(systemd, callboxd, context):
    await systemd(dict.fromkeys(UNITS, "active"))
    assert await services.check(context) == ""


async def test_the_one_that_is_not_is_named(systemd, callboxd, context):
    await systemd(dict.fromkeys(UNITS, "active") | {"callbox-web.service": "failed"})
    assert await services.check(context) == "callbox-web.service is failed"


async def test_a_unit_that_is_missing_is_not_loaded(systemd, callboxd, context):
    await systemd(dict.fromkeys(UNITS[:-1], "active"))
    assert await services.check(context) == f"{UNITS[-1]} is not loaded"


async def test_an_active_callboxd_that_does_not_answer_is_no_service(systemd, context):
    await systemd(dict.fromkeys(UNITS, "active"))
    with pytest.raises(OSError, match="does not answer"):
        await services.check(context)


async def test_without_systemd_nothing_is_active(bus, callboxd, context):
    told = await services.check(context)
    assert told.startswith("callboxd.service is not loaded")


async def test_without_a_bus_it_is_an_error(callboxd, context, monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    with pytest.raises(OSError, match="No such file"):
        await services.check(context)
