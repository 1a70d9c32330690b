"""The host's side of an update of a board's firmware, against the board's own code."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "mcu"))
from update_rig import NEW, OLD, Bench, CutFiles, PowerCut, folder, lay_out

from board import wire, wire_update
from board.host import firmware_set
from board.host import port_events as ev
from board.host.flash import FlashProblem, FlashState, Updater
from board.mcu.update.slots import Files, Slots

OLD_SET = firmware_set.make("e1", firmware_set.PLAIN, "0.1", OLD)
NEW_SET = firmware_set.make("e1", firmware_set.PLAIN, "0.2", NEW)
PLAIN = wire_update.CAN_UPDATE | wire_update.CAN_UPDATE_PLAIN


class Sets:
    def __init__(self, found):
        self.found = found

    def of(self, _board, capabilities):
        return self.found if capabilities & wire_update.CAN_UPDATE else None


class World:
    """A host and a board with its flash; frames of either are put into `fate` before they arrive.

    `fate(payload)` returns the payloads that arrive, each with a delay in blocks.
    """

    def __init__(self, found=NEW_SET, files=None):
        self.root = folder()
        self.files = files or Files(self.root)
        if files is not None:
            files._root = self.root
        lay_out(Files(self.root), "a", OLD_SET.manifest, OLD)
        self.now, self.calls, self.major = 1000.0, 0, wire.VERSION_MAJOR
        self.fate = lambda payload: [(payload, 0)]
        self.air = []  # (block, to the board?, kind, payload)
        self.block = 0
        self.states = []
        self.updater = Updater(
            "t", Sets(found), self.to_board, lambda: not self.calls, self.changed
        )
        self.silent = self.crashes = False
        self.plug()

    def changed(self):
        self.states.append(self.updater.state)

    def plug(self):
        try:
            self.bench = Bench(self.files)
        except PowerCut:  # while it starts
            self.files.left = 1 << 20
            self.bench = Bench(self.files)
        self.air = []
        if self.crashes and self.bench.trial:
            self.plug()
            return
        if not self.silent:
            self.hello()

    def hello(self):
        board = self.bench
        if self.major != wire.VERSION_MAJOR and not board.trial and board.place == "a":
            refused = ev.VersionRefused(self.major, 0, board.version, wire.BOARD_E1, PLAIN, "S")
            self.updater.refused(refused, self.now)
        else:
            hello = ev.Hello(wire.BOARD_E1, 1, 1, 32, PLAIN, "S", board.version, new_session=True)
            self.updater.hello(hello, self.now)

    def to_board(self, kind, payload):
        self._send(True, kind, payload)

    def _send(self, down, kind, payload):
        self.air += [(self.block + delay, down, kind, p) for p, delay in self.fate(payload)]

    def step(self):
        self.block += 1
        self.now += 0.005
        here = [frame for frame in self.air if frame[0] <= self.block]
        self.air = [frame for frame in self.air if frame[0] > self.block]
        for _, down, kind, payload in here:
            if down:
                self.bench.update.take(kind, bytearray(8) + payload, len(payload))
            else:
                self.updater.heard(ev.UpdateStatus(*payload), self.now)
        try:
            self.bench.blocks()
        except PowerCut:
            self.files.left = 1 << 20
            self.updater.lost(self.now)
            self.plug()
            return
        for said in self.bench.sender.said:
            self._send(False, wire_update.UPDATE_STATUS, said)
        self.bench.sender.said = []
        if self.bench.hal.restarts:
            self.updater.lost(self.now)
            self.plug()
        self.updater.poll(self.now)

    def run(self, seconds, *until):
        for _ in range(round(seconds / 0.005)):
            if self.updater.state in until:
                break
            self.step()
        return self.updater.state

    def close(self):
        if self.bench.update._staging is not None:
            self.bench.update._staging.stop()
        shutil.rmtree(self.root)


@pytest.fixture
def make_world():
    made = []

    def make(*arguments, **named):
        made.append(World(*arguments, **named))
        return made[-1]

    yield make
    for world in made:
        world.close()


def test_a_board_with_another_set_is_written_tried_proven_and_kept(make_world):
    world = make_world()
    assert world.updater.wanted == NEW_SET.version
    assert world.run(60, FlashState.CURRENT) == FlashState.CURRENT
    kept = list(dict.fromkeys(world.states))
    order = [FlashState.WRITING, FlashState.RESTARTING, FlashState.PROVING, FlashState.CURRENT]
    assert kept == order
    assert Slots(world.files).choose() == ("b", False)
    assert world.updater.version == world.updater.wanted == NEW_SET.version
    assert world.now < 1010


def test_the_same_content_of_another_release_is_not_written(make_world):
    world = make_world(firmware_set.make("e1", firmware_set.PLAIN, "7.7.7", OLD))
    assert world.run(5, FlashState.CURRENT) == FlashState.CURRENT
    assert world.updater.wanted == world.updater.version == OLD_SET.version
    assert FlashState.WRITING not in world.states


def test_a_board_in_a_call_is_left_alone_and_a_call_stops_the_writing(make_world):
    world = make_world()
    world.calls = 1
    assert world.run(5) == FlashState.WAITING
    assert world.bench.status()[0] == wire_update.STATE_IDLE
    world.calls = 0
    while world.bench.update._staging is None or world.bench.update._staging.written < 600:
        world.step()
    world.calls = 1
    world.run(1)
    written = world.bench.update._staging.written
    assert world.run(10) == FlashState.WAITING
    assert world.bench.update._staging.written == written
    world.calls = 0
    assert world.run(60, FlashState.CURRENT) == FlashState.CURRENT
    assert world.updater.failures == 0


def test_a_board_that_takes_no_update_is_told_so(make_world):
    world = make_world(None)
    assert world.updater.state == FlashState.UNABLE
    assert world.updater.wanted == ""
    assert world.updater.next_deadline() is None


def test_a_set_that_does_not_start_is_tried_three_times_and_given_up(make_world):
    world = make_world()
    world.crashes = True
    assert world.run(300, FlashState.FAILED) == FlashState.FAILED
    assert (world.updater.problem, world.updater.failures) == (FlashProblem.FELL_BACK, 3)
    assert world.bench.version == OLD_SET.version
    world.plug()  # unplugged and plugged in again: still the same board
    assert world.run(20) == FlashState.FAILED
    assert world.updater.next_deadline() is None


def test_a_board_that_stays_silent_after_its_restart_goes_back_by_itself(make_world):
    world = make_world()
    assert world.run(60, FlashState.RESTARTING) == FlashState.RESTARTING
    world.silent = True
    world.run(0.1)
    assert world.run(31) != FlashState.RESTARTING
    assert world.updater.problem == FlashProblem.NOT_BACK
    world.run(120)
    world.silent = False
    world.plug()
    assert world.bench.version == OLD_SET.version
    assert world.run(60, FlashState.CURRENT) == FlashState.CURRENT


def test_a_set_that_arrives_damaged_is_not_started(make_world):
    broken = NEW_SET.content[:-1] + b"?"
    wrong = firmware_set.FirmwareSet("e1", "plain", NEW_SET.version, NEW_SET.manifest, broken)
    world = make_world(wrong)
    assert world.run(100, FlashState.FAILED) == FlashState.FAILED
    assert world.updater.problem == FlashProblem.DAMAGED
    assert Slots(world.files).choose() == ("a", False)


def test_a_board_of_another_major_version_is_updated_all_the_same(make_world):
    world = make_world()
    world.major = 9
    world.plug()
    assert world.run(60, FlashState.CURRENT) == FlashState.CURRENT


def test_a_host_that_starts_anew_in_the_middle_goes_on(make_world):
    world = make_world()
    world.run(60, FlashState.PROVING)
    world.updater = Updater("t", Sets(NEW_SET), world.to_board, lambda: True)
    world.hello()
    assert world.run(10, FlashState.CURRENT) == FlashState.CURRENT
    assert Slots(world.files).read() == ("b", "", 0)


def test_power_cut_at_every_operation_ends_with_the_new_set(make_world):
    clean = make_world(files=CutFiles(""))
    clean.run(60, FlashState.CURRENT)
    assert clean.files.done > 25
    for cut in range(clean.files.done):
        world = make_world(files=CutFiles("", cut))
        assert world.run(120, FlashState.CURRENT) == FlashState.CURRENT, cut
        assert world.bench.version == NEW_SET.version
        assert world.files.left > 1 << 19  # the power went


def faults(draws):
    """What becomes of each frame: lost, double, late, or with a byte changed."""

    def fate(payload):
        what = next(draws, 0)
        if what == 1:
            return []
        if what == 2:
            return [(payload, 0), (payload, 3)]
        if what == 3:
            return [(payload, 90)]  # after it was sent again
        if what == 4 and isinstance(payload, bytes):
            return [(bytes((payload[0],)) + bytes(b ^ 0x10 for b in payload[1:]), 0)]
        return [(payload, 0)]

    return fate


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 4), max_size=60))
def test_frames_lost_double_late_or_changed_only_cost_time(draws):
    world = World()
    world.fate = faults(iter(draws))
    world.updater.lost(world.now)
    world.hello()
    try:
        assert world.run(200, FlashState.CURRENT) == FlashState.CURRENT
        assert world.bench.version == NEW_SET.version
        assert world.run(2) == FlashState.CURRENT
    finally:
        world.close()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(
    SimpleNamespace, number=st.integers(0, 5), state=st.integers(0, 6), error=st.integers(0, 5),
    flags=st.integers(0, 255), starts=st.integers(0, 255), size=st.integers(0, 600000),
    digest=st.sampled_from([NEW_SET.digest, wire_update.NO_HASH, b"\x01" * 32]),
    written=st.integers(0, 600000),
), max_size=30))  # fmt: skip
def test_whatever_a_board_answers_the_host_stays_in_its_bounds(answers):
    sent = []
    updater = Updater("t", Sets(NEW_SET), lambda *frame: sent.append(frame), lambda: True)
    hello = ev.Hello(wire.BOARD_E1, 1, 1, 32, PLAIN, "S", OLD_SET.version, new_session=True)
    updater.hello(hello, 0.0)
    for at, answer in enumerate(answers, 1):
        updater.heard(answer, float(at))
        updater.poll(float(at))
    assert len(sent) <= 2 * len(answers) + 1
    assert all(len(payload) <= wire_update.REQUEST_MAX for _, payload in sent)
    assert updater.state in FlashState
