"""Updates on the real RAUC, from the bundle to the new slot, and back."""

from firmware.contract.update import UpdateReason, UpdateResult, UpdateState
from firmware.ota.proof import Verdict

S = UpdateState


async def test_an_upload_is_installed_proved_and_committed(box):
    await box.upload("1.1.0")
    await box.restarted()
    view = await box.until_state(S.COMMITTED)
    assert view.version == "1.1.0"
    assert box.rauc.slot == "B"
    assert box.last().result is UpdateResult.COMMITTED


async def test_a_failed_proof_falls_back_and_says_why(box):
    box.verdicts = [Verdict(UpdateReason.LOOPBACK, "no sound")]
    await box.upload("1.1.0")
    await box.restarted()
    await box.restarted()
    view = await box.until_state(S.FELL_BACK)
    assert (view.version, box.rauc.slot) == ("1.0.0", "A")
    assert (box.last().reason, box.last().detail) == (UpdateReason.LOOPBACK, "no sound")
