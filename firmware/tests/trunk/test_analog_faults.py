"""What is wrong with a line or its board is named, its call ends, and it comes back."""

import pytest

from board.host import line_events as lv
from firmware.contract.analog import AnalogTrunk
from firmware.contract.model import Cause, LineState
from firmware.tests.trunk.analog_bench import Bench, report
from firmware.trunk.line_states import S


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


@pytest.mark.parametrize(("shows", "fault"), [
    ({"battery": False, "volts": 0}, "no_battery"),
    ({"battery": False, "volts": 2}, "short"),
    ({"battery": False, "volts": -1}, "short"),
    ({"in_use": True, "volts": -11}, "in_use"),
])  # fmt: skip
def test_faults_at_rest_take_the_line_out_of_service(bench, shows, fault):
    bench.tell(**shows)
    assert bench.state() is S.IDLE
    bench.run(0.5)
    assert bench.shown().faults == (fault,)
    assert bench.shown().state is LineState.OUT_OF_SERVICE
    bench.tell(battery=True, volts=-48)
    assert bench.shown().faults == ()
    assert bench.state() is S.IDLE


def test_reversed_wires_are_named_where_polarity_counts(bench):
    bench.tell(turned=True, volts=48)
    bench.run(0.5)
    assert bench.faults() == ["reversed"]
    assert bench.state() is S.IDLE
    plain = Bench(hang_up={"polarity": False})
    plain.tell(turned=True, volts=48)
    plain.run(0.5)
    assert plain.faults() == []
    plain.close()


@pytest.mark.parametrize(("chip", "fault"), [
    (lv.Chip.SILENT, "chip_silent"), (lv.Chip.ISOLATION, "isolation"),
])  # fmt: skip
def test_failing_chip_ends_the_call_and_is_named(bench, chip, fault):
    user = bench.answered_call()
    bench.hear(lv.LineChipChanged(1, chip, 11, 0, bench.now))
    assert user.told == [Cause.DESTINATION_OUT_OF_ORDER.value]
    assert bench.shown().faults == (fault,)
    assert bench.state() is S.OUT_OF_SERVICE
    bench.hear(lv.LineChipChanged(1, lv.Chip.WELL, 11, 0, bench.now))
    assert bench.state() is S.IDLE


def test_chip_that_lost_its_registers_is_named_until_the_line_worked(bench):
    bench.hear(lv.LineChipChanged(1, lv.Chip.RESET, 26, 0, bench.now))
    assert bench.faults() == ["chip_reset"]
    bench.tell()
    assert bench.faults() == ["chip_reset"]
    bench.answered_call()
    bench.run(1)
    assert bench.faults() == []


def test_chip_that_lost_its_registers_in_a_call_stays_named_after_it(bench):
    user = bench.answered_call()
    bench.hear(lv.LineChipChanged(1, lv.Chip.RESET, 26, 0, bench.now))
    bench.run(2)
    assert bench.faults() == ["chip_reset"]
    user.line.disconnect(Cause.NORMAL_CLEARING)
    bench.run(3)
    bench.answered_call()
    bench.run(1)
    assert bench.faults() == []


def test_one_report_without_current_is_no_fault(bench):
    bench.answered_call()
    bench.reports[1] = report(1, battery=False, volts=0)
    bench.tell()
    assert bench.faults() == []
    bench.tell()
    assert bench.faults() == ["no_current"]


def test_chip_that_hung_up_by_itself_ends_the_call(bench):
    user = bench.answered_call()
    bench.tell(off_hook=False)
    assert user.told == [Cause.TEMPORARY_FAILURE.value]
    assert bench.state() is S.CLEARING


def test_too_much_current_ends_the_call(bench):
    user = bench.answered_call()
    bench.tell(current=lv.Current.OVERLOAD)
    assert user.told == [Cause.DESTINATION_OUT_OF_ORDER.value]
    assert "overload" in bench.faults()
    assert not bench.board.off_hook[1]


def test_board_that_goes_ends_calls_and_is_named(bench):
    user = bench.answered_call()
    bench.trunk.board_gone()
    assert user.told == [Cause.DESTINATION_OUT_OF_ORDER.value]
    assert bench.shown().faults == ("board",)
    assert bench.shown(2).state is LineState.OUT_OF_SERVICE
    assert bench.sound.caller_id == {1: True, 2: True}
    assert not bench.sound.echo_on[1]
    bench.trunk.board_up(4, new_session=True)
    bench.tell()
    assert bench.state() is S.IDLE
    assert bench.shown().faults == ()


def test_board_that_began_anew_has_no_calls(bench):
    user = bench.answered_call()
    bench.board.configured.clear()
    bench.trunk.board_up(4, new_session=True)
    assert user.told == [Cause.TEMPORARY_FAILURE.value]
    assert set(bench.board.configured) == {1, 2}
    bench.tell()
    assert bench.state() is S.IDLE


def test_line_found_off_hook_is_hung_up_before_it_is_used(bench):
    bench.trunk.board_gone()
    bench.trunk.board_up(4, new_session=False)
    bench.loop.advance(1.5)
    bench.board.off_hook.clear()
    bench.tell(off_hook=True, volts=-9)
    assert bench.state() is S.CLEARING
    assert bench.board.off_hook == {1: False}
    bench.tell(off_hook=False, volts=-48)
    bench.run(2)
    assert bench.state() is S.IDLE


def test_line_left_off_hook_by_a_daemon_that_died_is_not_used_before_it_is_free(bench):
    bench.trunk.board_gone()
    bench.trunk.board_up(4, new_session=True)
    bench.tell(off_hook=True, volts=-9)  # the order to hang up is on its way
    assert bench.state() is S.CLEARING
    bench.tell(off_hook=False, volts=-48)
    assert bench.dial().line.channel == 2
    bench.run(2)
    assert bench.state() is S.IDLE


def test_hook_that_the_board_did_not_reach_is_ordered_again(bench):
    user = bench.answered_call()
    user.line.disconnect(Cause.NORMAL_CLEARING)
    bench.loop.advance(1.2)
    bench.board.off_hook[1] = True
    bench.tell(off_hook=True)
    assert bench.board.off_hook[1] is False


def test_lines_beyond_the_board_stay_out_of_service():
    bench = Bench(lines=6)
    bench.run(1)
    assert bench.state(5) is S.OUT_OF_SERVICE
    assert bench.faults(5) == ["board"]
    bench.close()


def test_settings_count_at_once_when_the_line_is_idle(bench):
    user = bench.answered_call()
    lines = {key: line | {"receive_gain_db": 3.0} for key, line in bench.settings.items()}
    bench.trunk.configure(AnalogTrunk(lines=lines))
    assert bench.board.configured[1][1] == 0.0
    assert bench.board.configured[2][1] == 3.0
    user.line.disconnect(Cause.NORMAL_CLEARING)
    bench.run(2)
    assert bench.board.configured[1][1] == 3.0


def test_lines_are_switched_off_added_and_taken_away(bench):
    lines = {"1": {"enabled": False}, "3": {"impedance": "uk"}}
    bench.trunk.configure(AnalogTrunk(lines=lines))
    bench.reports[3] = bench.reports[2].__class__(**{**bench.reports[2].__dict__, "line": 3})
    bench.run(0.5)
    assert bench.state(1) is S.OUT_OF_SERVICE
    assert bench.shown(1).faults == ()
    assert bench.state(3) is S.IDLE
    assert bench.board.configured[3][0] == 3
    assert set(bench.trunk.lines) == {1, 3}
