"""callboxd as a process on stepped time: it dies in a call, boards go, the disk fails."""

import pytest

from hil_tests.apart import Apart
from hil_tests.apart.clerk import Away, Refused
from hil_tests.apart.world import BACK_S

pytestmark = pytest.mark.timeout(600)
NUMBER = "01088886666"
E1_S, ANALOG_S, LINK_S = 1.0, 4.0, 5.0


@pytest.fixture
def world(tmp_path):
    with Apart(tmp_path, lines=4) as apart:
        yield apart


def calls(world):
    world.run(0.5)  # the ledger is written each 200 ms
    return {call["calling"]: call for call in world.ask(world.clerk.read("Calls"))["calls"]}


def answered(world, calling, seconds=E1_S):
    call = world.office.place_call(NUMBER, calling)
    return world.run(seconds, lambda: call.times.connect is not None)


def test_a_call_in_which_callboxd_is_killed_ends_once_and_the_next_is_answered(world):
    e1 = world.office.place_call(NUMBER, "13800000001")
    analog = world.analog.place_call(world.analog.line(1), "13800000002")
    world.run(5.0)
    assert e1.times.connect
    assert analog.times.connect
    died_ms = world.now_ms
    world.kill("callboxd")
    assert not world.up
    with pytest.raises(Away):
        world.ask(world.clerk.read("Calls"))
    assert world.run(BACK_S["callboxd"] + 5.0, lambda: e1.ended and analog.ended)
    assert answered(world, "13800000003")
    kept = calls(world)
    for number in ("13800000001", "13800000002"):
        assert (kept[number]["outcome"], kept[number]["cause"]) == ("box_restart", 128)
        assert died_ms - 1200 <= kept[number]["end_ms"] <= died_ms
    assert kept["13800000003"]["answer_ms"]


def test_killed_signalling_is_back_and_the_others_go_on(world):
    e1 = world.office.place_call(NUMBER, "13800000001")
    analog = world.analog.place_call(world.analog.line(1), "13800000002")
    world.run(5.0)
    world.kill("callbox-isdn")
    assert world.run(2.0, lambda: e1.ended)
    assert answered(world, "13800000003")
    assert not analog.over


def test_an_unplugged_board_ends_its_calls_only_and_comes_back(world):
    e1 = world.office.place_call(NUMBER, "13800000001")
    analog = world.analog.place_call(world.analog.line(1), "13800000002")
    world.run(5.0)
    world.unplug("e1")
    world.run(4.0)
    assert [span["board"] for span in world.snapshot["spans"]] == [False]
    world.plug("e1")
    assert world.run(LINK_S, lambda: e1.ended)
    # DISCONNECT says 38; RESTART, if layer 2 was begun anew meanwhile and lost that, 41.
    assert e1.cause in (38, 41)
    assert answered(world, "13800000003")
    assert not analog.over


def test_after_a_power_cut_no_call_is_left_anywhere(world):
    e1 = world.office.place_call(NUMBER, "13800000001")
    world.run(3.0)
    world.cut_power()
    world.run(1.0)
    world.power_on()
    assert world.run(8.0, lambda: e1.ended)
    assert world.run(LINK_S, world.in_service)
    assert calls(world)["13800000001"]["outcome"] == "box_restart"
    assert answered(world, "13800000003")


def test_a_clock_that_jumps_bends_no_duration(world):
    e1 = world.office.place_call(NUMBER, "13800000001")
    world.run(2.0)
    world.jump(-3600)
    world.run(2.0)
    e1.hang_up(world.office.tick)
    world.run(1.0)
    record = calls(world)["13800000001"]
    assert 3900 <= record["end_ms"] - record["start_ms"] <= 4100


def test_a_full_and_a_blocked_disk_stop_no_call_and_lose_no_record(world):
    world.disk(full=True)
    assert answered(world, "13800000001")
    world.run(2.0)
    world.disk(full=False)
    world.disk(stall_s=5.0)
    assert answered(world, "13800000002")
    world.run(8.0)
    assert set(calls(world)) == {"13800000001", "13800000002"}


def test_configuration_is_changed_by_command(world):
    world.configure(lambda document: document["site"].update(name="Apart"))
    assert world.ask(world.clerk.read("Config"))["document"]["site"]["name"] == "Apart"
    with pytest.raises(Refused):
        world.configure(lambda document: document["site"].update(timezone="Nowhere"))


def test_what_is_not_there_cannot_be_unplugged(world):
    with pytest.raises(ValueError, match="no board e1-7"):
        world.unplug("e1-7")
