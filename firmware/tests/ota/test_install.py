"""Updates on the real RAUC, from the bundle to the new slot, and back."""

import asyncio

import pytest

from firmware.contract.update import (
    BoardHealth,
    CancelUpdate,
    InstallUpdate,
    Notes,
    RestartNow,
    RollBack,
    Update,
    UpdateReason,
    UpdateResult,
    UpdateSource,
    UpdateState,
)
from firmware.errors import Refused
from firmware.fsm import EventRefused
from firmware.ota.proof import Verdict
from firmware.tests.ota.bundles import image

pytestmark = pytest.mark.timeout(180)  # the real RAUC, and a machine that may be busy

S, R = UpdateState, UpdateReason


async def test_an_upload_is_installed_proved_and_committed(box):
    await box.upload("1.1.0")
    await box.restarted()
    view = await box.until_state(S.COMMITTED)
    assert (view.version, box.rauc.slot, box.proofs) == ("1.1.0", "B", 1)
    assert box.rauc.content("B") == image("1.1.0")
    record = await box.record(UpdateResult.COMMITTED, R.NONE)
    assert (record.before, record.after, record.source) == ("1.0.0", "1.1.0", UpdateSource.UPLOAD)
    assert record.notes == Notes(en="What is new.")


async def test_a_board_that_was_gone_before_is_not_asked_of_the_new_version(box):
    box.callboxd.say(
        boards=(
            BoardHealth("e1", "e1", linked=True, firmware="1.0.0", was_linked=True),
            BoardHealth("old", "fxo", linked=False, firmware="", was_linked=True),
            BoardHealth("empty", "fxo", linked=False, firmware="", was_linked=False),
        )
    )
    await box.upload("1.1.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)
    assert box.absent == ("old",)


async def test_the_outage_is_counted_from_the_drain_to_the_first_call_again(box):
    await box.upload("1.1.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)
    await box.until(lambda _view: box.last().outage_ms is not None)
    assert 0 < box.last().outage_ms < 60_000


async def test_a_committed_slot_starts_again_and_again(box):
    await box.upload("1.1.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)
    for _start in range(4):  # more than the boot loader's tries
        await box.power_off()
        await box.power_on()
        assert box.rauc.slot == "B"


async def test_a_committed_slot_that_dies_later_is_told_and_left(box):
    await box.upload("1.1.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)
    box.rauc.loader.dead = {"B"}
    await box.power_off()
    await box.power_on()
    view = await box.until_state(S.FELL_BACK)
    record = await box.record(UpdateResult.FELL_BACK, R.STARTS_NO_MORE)
    assert (record.source, record.before, record.after) == (UpdateSource.BOOT, "1.0.0", "1.1.0")
    assert (view.version, view.can_roll_back, len(box.history())) == ("1.0.0", False, 2)
    await box.power_off()
    await box.power_on()
    assert len(box.history()) == 2  # told once


async def test_two_updates_use_both_slots(box):
    for version, slot in (("1.1.0", "B"), ("1.2.0", "A")):
        await box.upload(version)
        await box.restarted()
        view = await box.until_state(S.COMMITTED)
        assert (view.version, box.rauc.slot) == (version, slot)
    assert [r.after for r in box.history()] == ["1.2.0", "1.1.0"]


async def test_a_stick_is_listed_and_installed_without_touching_it(box):
    stick = box.folder / "usb" / "sda1"
    stick.mkdir()
    bundle = stick / "new.raucb"
    bundle.write_bytes(box.workshop.path("1.1.0").read_bytes())
    bundle.chmod(0o444)
    view = await box.ask(Update())
    assert view.found == ("sda1/new.raucb",)
    await box.ask(InstallUpdate("usb", "sda1/new.raucb"))
    await box.restarted()
    await box.until_state(S.COMMITTED)
    assert bundle.stat().st_mode & 0o777 == 0o444


async def test_a_failed_proof_falls_back_and_says_why(box):
    box.verdicts = [Verdict(R.LOOPBACK, "no sound")]
    await box.upload("1.1.0")
    await box.restarted()
    await box.restarted()
    view = await box.until_state(S.FELL_BACK)
    assert (view.version, view.reason, box.rauc.slot) == ("1.0.0", R.LOOPBACK, "A")
    assert (await box.record(UpdateResult.FELL_BACK, R.LOOPBACK)).detail == "no sound"


async def test_a_version_that_does_not_start_is_left_after_its_tries(box):
    box.rauc.loader.dead = {"B"}
    await box.upload("1.1.0")
    await box.restarted()
    view = await box.until_state(S.FELL_BACK)
    assert (view.version, box.proofs) == ("1.0.0", 0)
    await box.record(UpdateResult.FELL_BACK, R.DID_NOT_START)


async def test_after_falling_back_the_next_update_works(box):
    box.verdicts = [Verdict(R.WEB, "no page")]
    await box.upload("1.1.0")
    await box.restarted()
    await box.restarted()
    await box.until_state(S.FELL_BACK)
    view = await box.ask(Update())
    assert not view.can_roll_back
    await box.upload("1.2.0")
    await box.restarted()
    assert (await box.until_state(S.COMMITTED)).version == "1.2.0"


async def test_going_back_by_hand_is_proved_like_an_update(box):
    await box.upload("1.1.0")
    await box.restarted()
    await box.until_state(S.COMMITTED)
    view = await box.until(lambda view: view.can_roll_back)
    assert view.rolls_back_to == "1.0.0"
    await box.ask(RollBack("the old one was nicer"))
    await box.restarted()
    view = await box.until_state(S.COMMITTED)
    assert (view.version, box.proofs) == ("1.0.0", 2)
    record = await box.record(UpdateResult.COMMITTED, R.NONE)
    assert (record.source, record.detail) == (UpdateSource.HAND, "the old one was nicer")


async def test_there_is_nothing_to_go_back_to_on_a_new_box(box):
    with pytest.raises(Refused, match="no version"):
        await box.ask(RollBack())


async def test_a_power_cut_does_not_start_what_waits_for_a_person(box):
    box.settings(restart="by_hand")
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    await box.power_off()
    await box.power_on()
    view = await box.until_state(S.WAITING)
    assert (view.version, view.target, box.rauc.slot) == ("1.0.0", "1.1.0", "A")
    await box.ask(RestartNow())
    await box.restarted()
    assert (await box.until_state(S.COMMITTED)).version == "1.1.0"


async def test_a_power_cut_while_rauc_writes_ends_the_update(box):
    hold = box.hold("B")
    await box.upload("1.1.0")
    await box.until_state(S.INSTALLING)
    await box.power_off()
    hold.unlink()
    await box.power_on()
    view = await box.until_state(S.IDLE)
    assert (view.version, box.rauc.slot) == ("1.0.0", "A")
    await box.record(UpdateResult.FAILED, R.POWER_CUT)


async def test_a_restart_of_this_program_alone_loses_no_installation(box):
    hold = box.hold("B")
    await box.upload("1.1.0")
    await box.until(lambda view: view.state is S.INSTALLING and view.percent > 0)
    await box.ota.close()
    hold.unlink()
    await box.start_ota()
    await box.restarted()
    await box.until_state(S.COMMITTED)
    assert len(box.history()) == 1


async def test_a_proof_that_is_interrupted_is_begun_again_and_not_for_ever(box):
    box.proof_ends = asyncio.Event()
    await box.upload("1.1.0")
    await box.restarted()
    for _start in range(3):
        await box.until(lambda _view: box.proofs > 0)
        box.proofs = 0
        await box.ota.close()
        await box.start_ota()
    await box.restarted()
    await box.until_state(S.FELL_BACK)
    await box.record(UpdateResult.FELL_BACK, R.PROOF_LATE)


async def test_what_was_installed_and_cancelled_is_never_started(box):
    box.settings(restart="by_hand")
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    await box.ask(CancelUpdate())
    await box.record(UpdateResult.CANCELLED, R.NONE)
    await box.until(lambda view: not view.can_roll_back)
    await box.power_off()
    await box.power_on()
    assert (box.rauc.slot, box.view().state) == ("A", S.IDLE)


async def test_a_cancel_while_rauc_writes_counts_when_it_is_done(box):
    hold = box.hold("B")
    await box.upload("1.1.0")
    await box.until_state(S.INSTALLING)
    await box.ask(CancelUpdate())
    hold.unlink()
    await box.record(UpdateResult.CANCELLED, R.NONE)


async def test_nothing_to_cancel_is_refused(box):
    with pytest.raises(EventRefused):
        await box.ask(CancelUpdate())
    with pytest.raises(EventRefused):
        await box.ask(RestartNow())
