import copy
import hashlib

import pytest

from firmware.contract.events import AlarmChanged, RecordingStarted, RecordingStopped
from firmware.contract.ids import AgentId
from firmware.errors import MediaError
from firmware.recording.recordings import Recordings
from firmware.tests.fakes import DOCUMENT, World


def world_in(folder, document=None):
    return World(document, lambda w: Recordings(folder, w.media, w.timers, w.events.append))


@pytest.fixture
def world(tmp_path):
    world = world_in(tmp_path)
    yield world
    world.close()


def talk(world):
    agent = world.ready("8001")
    line = world.in_queue()
    world.do(agent.duty.answer)
    return agent, line


def test_conversation_is_a_file_by_day_with_its_digest(world, tmp_path):
    agent, line = talk(world)
    started = world.last(RecordingStarted)
    assert started.path == f"2026/11/19/{started.recording}.wav"
    assert started.recording == f"{started.call}-1"
    recorder = next(iter(world.media.recordings.values()))
    assert recorder[1:3] == (world.port(line), agent.port)
    world.do(agent.duty.hang_up)
    stopped = world.last(RecordingStopped)
    assert stopped.frames == 8000
    content = (tmp_path / started.path).read_bytes()
    assert stopped.sha256 == hashlib.sha256(content).hexdigest()


def test_each_agent_of_a_call_has_a_file_of_his_own(world):
    first, _ = talk(world)
    world.ready("8003")
    world.do(lambda: first.duty.transfer_to_agent("8003"))
    names = [event.recording[-2:] for event in world.of(RecordingStarted)]
    assert names == ["-1", "-2"]
    assert [event.agent for event in world.of(RecordingStarted)] == ["8001", "8003"]
    assert len(world.of(RecordingStopped)) == 1


@pytest.mark.parametrize(("place", "key"), [("queues", "record"), ("outbound", "agents_record")])
def test_rule_of_queue_and_of_outbound_calls(tmp_path, place, key):
    document = copy.deepcopy(DOCUMENT)
    if place == "queues":
        document["queues"]["sales"][key] = False
    else:
        document["outbound"] = {key: False}
    world = world_in(tmp_path, document)
    agent, _ = talk(world)
    assert bool(world.of(RecordingStarted)) is (place == "outbound")
    world.do(agent.duty.hang_up)
    before = len(world.of(RecordingStarted))
    world.do(lambda: world.control.make_call(AgentId("8001"), "13900000000"))
    world.do(world.lines.dialled[-1].network_answers)
    assert len(world.of(RecordingStarted)) - before == (place == "queues")
    world.close()


def test_disk_that_cannot_be_written_never_stops_a_call(world):
    good = world.media.record

    def full(*_):
        raise MediaError("no space left")

    world.media.record = full
    agent, line = talk(world)
    assert world.hears(agent.port) == {world.port(line)}
    assert world.last(AlarmChanged) == AlarmChanged("recording", True, "no space left")
    world.do(agent.duty.hang_up)
    agent.finish_wrap_up()
    world.media.record = good
    world.in_queue()
    world.do(agent.duty.answer)
    assert world.last(AlarmChanged) == AlarmChanged("recording", False)


@pytest.mark.parametrize(("length", "frames"), [(16, 8), (7, 3), (0, 0)])
def test_recorder_that_never_reports_is_measured_from_its_file(world, tmp_path, length, frames):
    agent, _ = talk(world)
    recorder, (path, *_) = next(iter(world.media.recordings.items()))
    world.media.stop_record = lambda _recorder: None
    world.do(agent.duty.hang_up)
    path.write_bytes(b"RIFF\0\0\0\0WAVEdata\x10\0\0\0" + bytes(length))  # the head may promise more
    world.advance(5)
    assert world.last(RecordingStopped).frames == frames
    world.media.open.discard(recorder)


def test_lost_desktop_that_comes_back_is_recorded_on_its_new_port(world):
    agent, _ = talk(world)
    world.do(agent.lose_telephone)
    world.do(lambda: agent.connect_telephone(world.media.open_telephone()))
    assert next(iter(world.media.recordings.values()))[2] != 0
    world.do(agent.duty.hang_up)
    assert len(world.of(RecordingStopped)) == 1


def test_recording_that_could_not_be_begun_is_tried_again_each_second(world, caplog):
    good, tries = world.media.record, []

    def full(*_):
        tries.append(1)
        raise MediaError("no space left")

    world.media.record = full
    agent, _ = talk(world)
    assert not agent.duty.call.recording
    world.advance(3.5)
    assert len(tries) == 4
    assert caplog.text.count("not recorded") == 1
    world.media.record = good
    world.advance(1)
    assert world.last(AlarmChanged) == AlarmChanged("recording", False)
    assert world.last(RecordingStarted).agent == "8001"
    assert agent.duty.call.recording
    world.do(agent.duty.hang_up)
    assert len(world.of(RecordingStopped)) == 1


def test_call_that_ends_first_is_not_tried_again(world):
    def full(*_):
        raise MediaError("no space left")

    world.media.record = full
    agent, _ = talk(world)
    world.do(agent.duty.hang_up)
    assert not [name for name, _ in world.timers.running() if name == "T_record_again"]
