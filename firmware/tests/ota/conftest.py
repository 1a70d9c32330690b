"""Boxes for the tests of updates: real RAUC, no machine."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from firmware.tests.ota.box import Box
from firmware.tests.ota.bundles import Workshop
from firmware.tests.ota.rauc_box import Bus, RaucBox


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    if os.geteuid() != 0:
        pytest.skip("RAUC mounts bundles: only root may")
    bus = Bus(tmp_path_factory.mktemp("bus"))
    bus.start()
    yield bus
    bus.stop()


@pytest.fixture
def disk() -> Iterator[Path]:
    """In memory where there is such a folder: what is tested is the order of the writes."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest_asyncio.fixture
async def box(
    disk: Path, bus: Bus, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Box]:
    """Version 1.0.0 runs in slot A; nothing is in slot B.  It restarts when nobody talks."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    box = Box(disk, RaucBox(disk, bus, workshop.ca), workshop)
    await box.power_on()
    box.settings(restart="idle")
    yield box
    await box.power_off()
