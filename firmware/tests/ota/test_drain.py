"""No call is cut: when the restart begins, and when it does not."""

import datetime

import pytest

from firmware.contract.update import (
    CancelUpdate,
    RestartNow,
    UpdateReason,
    UpdateResult,
    UpdateState,
)
from firmware.ota.proof import Verdict
from firmware.timers import Clock

pytestmark = pytest.mark.timeout(180)  # the real RAUC, and a machine that may be busy

S = UpdateState
UTC = "UTC"


async def test_new_calls_are_refused_and_the_last_one_ends_by_itself(box):
    box.settings(restart="by_hand")
    box.callboxd.say(calls=2)
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    await box.ask(RestartNow())
    view = await box.until(lambda view: view.calls == 2)
    assert view.state is S.DRAINING
    assert box.callboxd.asked == [True]
    box.callboxd.say(calls=0)
    await box.restarted()
    await box.until_state(S.COMMITTED)


async def test_an_emergency_call_holds_the_restart(box):
    box.settings(restart="by_hand", longest_drain_s=1)
    box.callboxd.say(emergency_calls=1)
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    await box.ask(RestartNow())
    await box.until_state(S.DRAINING)
    await box.until_state(S.WAITING)
    await box.until(lambda _view: not box.callboxd.health.draining)
    assert not box.asks_for_restart


async def test_an_idle_box_restarts_when_the_last_call_has_ended(box):
    box.callboxd.say(calls=1)
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    assert box.callboxd.asked == []
    box.callboxd.say(calls=0)
    await box.restarted()
    await box.until_state(S.COMMITTED)


async def test_a_drain_that_lasts_too_long_is_put_off_to_the_next_window(box):
    box.callboxd.say(calls=1, timezone=UTC)
    box.settings(restart="window", longest_drain_s=0, **around_now())
    await box.upload("1.1.0")
    await box.until_state(S.DRAINING)
    await box.until_state(S.WAITING)
    await box.until(lambda _view: box.callboxd.asked == [True, False])
    view = await box.until(lambda view: view.starts_ms is not None)
    assert view.starts_ms > Clock().utc_ms() + 20 * 3_600_000


async def test_an_update_waits_for_its_window(box):
    box.callboxd.say(timezone=UTC)
    box.settings(restart="window", **around_now(hours=6))
    await box.upload("1.1.0")
    view = await box.until(lambda view: view.starts_ms is not None)
    assert view.state is S.WAITING
    assert 4 < (view.starts_ms - Clock().utc_ms()) / 3_600_000 < 6
    box.settings(restart="window", **around_now())
    await box.restarted()
    await box.until_state(S.COMMITTED)


async def test_a_drain_can_be_cancelled(box):
    box.callboxd.say(calls=1)
    box.settings(restart="by_hand")
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    await box.ask(RestartNow())
    await box.until(lambda _view: box.callboxd.health.draining)
    await box.ask(CancelUpdate())
    await box.record(UpdateResult.CANCELLED)
    await box.until(lambda _view: not box.callboxd.health.draining)


async def test_without_callboxd_there_are_no_calls_to_wait_for(box):
    box.settings(restart="by_hand")
    await box.upload("1.1.0")
    await box.until_state(S.WAITING)
    await box.callboxd.stop()
    await box.ask(RestartNow())
    await box.restarted()
    await box.until_state(S.COMMITTED)


async def test_a_failed_proof_lets_an_emergency_call_end_first(box):
    box.verdicts = [Verdict(UpdateReason.WEB, "no page")]
    await box.upload("1.1.0")
    await box.until_file(box.folder / "run" / "reboot")
    box.callboxd.say(emergency_calls=1)
    await box.power_off()
    await box.power_on()
    await box.until(lambda view: view.state is S.REBOOTING and box.callboxd.health.draining)
    assert not box.asks_for_restart
    box.callboxd.say(emergency_calls=0)
    await box.restarted()
    await box.until_state(S.FELL_BACK)


def around_now(hours=0):
    """A window of two hours, UTC, about an hour before now or so many hours later."""
    now = datetime.datetime.now(datetime.UTC)
    ends = (now + datetime.timedelta(hours=hours - 1), now + datetime.timedelta(hours=hours + 1))
    return dict(zip(("window_begins", "window_ends"), (f"{t:%H:%M}" for t in ends), strict=True))
