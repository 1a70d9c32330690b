"""Line test and learning on the box with its board and its exchange, on virtual time."""

import pytest

from board.sim.analog.service import Clear
from board.sim.progress_tones import Tone
from board.sim.script import HangUp, Wait, WaitConnect
from firmware.contract.model import ClearSign
from firmware.contract.queries import LineJob
from hil_tests import story

pytestmark = pytest.mark.timeout(240)
TEST_CALL = [WaitConnect(), Wait(8), HangUp()]


@pytest.fixture
def admin(fxo):
    return fxo.agent("admin")


def job(fxo, line=1):
    return fxo.box.line_jobs.job(LineJob("analog", line), None)


def finished(fxo, seconds=90):
    """The job of line 1 when it is done and all lines are idle again."""
    assert fxo.run(seconds, lambda: job(fxo).done), job(fxo)
    assert fxo.run(10, lambda: all(fxo.line(n)["state"] == "idle" for n in range(1, 5)))
    assert not any(line.hook_edges[-1][1] for line in fxo.analog.lines if line.hook_edges)
    return job(fxo)


def verdicts(done):
    return {check.name: (check.verdict.value, check.detail) for check in done.checks}


def signs(fxo):
    return fxo.box.config.analog["analog"].lines["1"].hang_up


def learn(fxo, admin, script=TEST_CALL, **fields):
    admin.ask("LearnLine", trunk="analog", line=1, **fields)
    if not fields:
        fxo.analog.place_call(fxo.analog.line(1), story.CALLER, script)
    return finished(fxo)


def test_a_line_in_order(fxo, admin):
    admin.ask("TestLine", trunk="analog", line=1, from_line=2)
    done = finished(fxo)
    assert done.problem == ""
    assert {verdict for verdict, _ in verdicts(done).values()} == {"good"}
    found = {check.name: check for check in done.checks}
    assert found["dial_tone"].value == pytest.approx(450, abs=1)
    assert found["echo"].value > 12
    assert found["own_number"].number == fxo.analog.line(2).number
    assert "".join(one.digit for one in fxo.analog.line(2).digits) == fxo.analog.line(1).number


def test_a_line_with_faults(fxo, admin):
    line = fxo.analog.line(1)
    line.pair.feed_v, line.pair.hum_dbm0, line.pair.noise_dbm0 = 30.0, -35.0, -47.0
    line.number = "01088880000"  # the settings have another
    fxo.run(2)
    admin.ask("TestLine", trunk="analog", line=1)
    found = verdicts(finished(fxo))
    assert {name: detail for name, (_, detail) in found.items() if detail} == {
        "battery": "low", "noise": "hum", "own_number": "no_ring",
    }  # fmt: skip


def test_a_caller_in_a_test_gets_the_line(fxo, admin):
    admin.ask("TestLine", trunk="analog", line=1)
    call = fxo.analog.place_call(fxo.analog.line(1), story.CALLER, TEST_CALL)
    assert fxo.run(30, lambda: call.times.connect is not None)
    assert (job(fxo).done, job(fxo).problem) == (True, "caller")


def test_a_tone_is_learnt_and_ends_the_next_call(fxo, admin):
    line = fxo.analog.line(1)
    line.service.clear_tone = Tone((450,), ((250, 250),))
    assert learn(fxo, admin).problem == ""
    (tone,) = signs(fxo).tones
    assert tone.frequencies == pytest.approx((450,), abs=2)
    assert (tone.on_s, tone.off_s) == pytest.approx((0.25, 0.25), abs=0.01)
    call = fxo.analog.place_call(line, story.CALLER, TEST_CALL)
    assert fxo.run(60, lambda: admin.told("FarEndCleared") != [])
    assert admin.told("FarEndCleared")[0]["sign"] == ClearSign.TONE
    after_s = (fxo.analog.tick - call.times.disconnect) / 8000
    assert 1.7 <= after_s <= 2.5, "four cycles of 0.5 s, and half a second"


def test_a_reversal_is_learnt(fxo, admin):
    fxo.analog.line(1).service.clear = Clear.POLARITY
    done = learn(fxo, admin)
    assert (done.problem, list(verdicts(done))) == ("", ["polarity_drop"])


def test_the_box_learns_by_itself(fxo, admin):
    fxo.analog.line(1).service.clear = Clear.BATTERY_DROP
    done = learn(fxo, admin, from_line=3)
    assert (done.problem, list(verdicts(done))) == ("", ["battery_drop"])
