"""RAUC and the bus may die and come back: an update ends truthfully, the next one works."""

import signal

import pytest

from firmware.contract.update import Update, UpdateReason, UpdateResult, UpdateState

pytestmark = pytest.mark.timeout(180)  # the real RAUC, and a machine that may be busy

S = UpdateState


async def test_rauc_dies_while_it_writes(box):
    hold = box.hold("B")
    await box.upload("1.1.0")
    await box.until(lambda view: view.state is S.INSTALLING and view.percent > 0)
    box.rauc.stop_rauc(signal.SIGKILL)
    hold.unlink()
    record = await box.record(UpdateResult.FAILED, UpdateReason.NOT_WRITTEN)
    assert record.detail == "RAUC died"
    box.rauc.start_rauc()
    await box.upload("1.2.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)


async def test_the_bus_goes_and_comes_back(box):
    box.rauc.stop_rauc()
    box.rauc.bus.stop()
    await box.upload("1.1.0")
    await box.until_state(S.CHECKING)
    assert (await box.ask(Update())).version == "1.0.0"
    box.rauc.bus.start()
    box.rauc.start_rauc()
    await box.restarted()
    await box.until_state(S.COMMITTED)


async def test_without_rauc_the_program_starts_and_waits_for_it(box):
    box.rauc.stop_rauc()
    await box.ota.close()
    await box.start_ota(waits=False)
    assert box.view().version == "1.0.0"
    box.rauc.start_rauc()
    await box.until(lambda _view: box.ota.updater.ready)
    await box.upload("1.1.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)
