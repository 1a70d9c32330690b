import errno
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time

import pytest

from cython_dsp.engine import FindKind, UnknownHandle
from cython_dsp.tests.engine.rig import SILENCE, kinds, read_wav, speech


@pytest.fixture
def call(engine, board):
    """Two ports and a way to let them speak for a tick."""
    e1 = engine.add_board(board.fd)
    ports = engine.open_tdm(e1, 1), engine.open_tdm(e1, 2)

    def say(left, right):
        board.block({1: left, 2: right})
        engine.step()
        board.read()

    return (*ports, say)


def test_left_and_right_are_what_the_ports_say(engine, call, tmp_path):
    left, right, say = call
    recorder = engine.record(tmp_path / "a.wav", left, right, 60)
    says = speech(1, 100), speech(2, 100)
    for pair in zip(*says, strict=True):
        say(*pair)
    engine.stop_record(recorder)
    say(says[0][0], says[1][0])
    engine.stop()
    assert read_wav(tmp_path / "a.wav") == (b"".join(says[0]), b"".join(says[1]))
    (done,) = kinds(engine.finds(), FindKind.RECORD_DONE)
    assert (done.port, done.value) == (recorder, 4000)


def test_a_pause_is_silence_between_two_cue_points(engine, call, tmp_path):
    left, right, say = call
    recorder = engine.record(tmp_path / "a.wav", left, right, 60)
    loud = b"\x2a" * 40
    for paused, ticks in ((False, 3), (True, 5), (False, 2)):
        engine.pause_record(recorder, paused)
        for _ in range(ticks):
            say(loud, loud)
    engine.stop()
    silence = bytes([SILENCE]) * 40
    wanted = loud * 3 + silence * 5 + loud * 2
    assert read_wav(tmp_path / "a.wav") == (wanted, wanted)
    data = (tmp_path / "a.wav").read_bytes()
    cues = data[58 + 800 :]
    assert struct.unpack_from("<4sII", cues) == (b"cue ", 52, 2)
    assert [struct.unpack_from("<II", cues, 12 + 24 * i) for i in range(2)] == [(1, 120), (2, 320)]
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8


def test_a_recording_ends_by_itself_at_its_limit(engine, call, tmp_path):
    left, right, say = call
    engine.record(tmp_path / "a.wav", left, right, 0.0125)
    for _ in range(80):
        say(b"\x2a" * 40, b"\xaa" * 40)
    assert read_wav(tmp_path / "a.wav") == (b"\x2a" * 100, b"\xaa" * 100)
    assert kinds(engine.finds(), FindKind.RECORD_DONE)[0].value == 100


def test_a_pause_that_comes_after_the_end_does_not_pause_the_next_recording(engine, call, tmp_path):
    left, right, say = call
    loud = b"\x2a" * 40
    ended = engine.record(tmp_path / "a.wav", left, right, 0.005)
    for _ in range(80):
        say(loud, loud)
    engine.pause_record(ended, True)
    assert kinds(engine.finds(), FindKind.RECORD_DONE)
    assert engine.record(tmp_path / "b.wav", left, right, 60) == ended
    say(loud, loud)
    engine.stop()
    assert read_wav(tmp_path / "b.wav") == (loud, loud)


def test_a_recording_goes_on_with_other_ports(engine, call, tmp_path):
    left, right, say = call
    recorder = engine.record(tmp_path / "a.wav", left, 0, 60)
    say(b"\x2a" * 40, b"\xaa" * 40)
    engine.retap_record(recorder, left, right)
    say(b"\x2a" * 40, b"\xaa" * 40)
    engine.close(left)
    say(b"\x2a" * 40, b"\xaa" * 40)
    engine.stop()
    silence = bytes([SILENCE]) * 40
    assert read_wav(tmp_path / "a.wav") == (b"\x2a" * 80 + silence, silence + b"\xaa" * 80)


def test_a_file_that_exists_is_never_touched(engine, tmp_path):
    (tmp_path / "a.wav").write_text("kept")
    with pytest.raises(FileExistsError):
        engine.record(tmp_path / "a.wav", 0, 0, 60)
    assert (tmp_path / "a.wav").read_text() == "kept"
    assert engine.statistics()["recorders"] == 0


def test_a_number_is_free_again_when_its_recording_is_done(engine, tmp_path):
    recorder = engine.record(tmp_path / "a.wav", 0, 0, 60)
    engine.stop()
    engine.step()
    engine.stop()
    engine.finds()
    with pytest.raises(UnknownHandle):
        engine.stop_record(recorder)


def test_recordings_one_after_the_other_use_the_memory_of_one(engine, tmp_path):
    used = set()
    for number in range(20):
        recorder = engine.record(tmp_path / f"{number}.wav", 0, 0, 60)
        engine.step(3)
        engine.stop_record(recorder)
        engine.step(150)  # the writer looks after 0.5 s
        assert kinds(engine.finds(), FindKind.RECORD_DONE)
        used.add(recorder)
    assert len(used) == 1


def test_what_the_disk_refuses_is_lost_and_told(engine, call, tmp_path):
    left, right, say = call
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    recorder = engine.record(tmp_path / "a.wav", left, right, 60)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (58 + 80 * 50, hard))
        for _ in range(80):
            say(b"\x2a" * 40, b"\xaa" * 40)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    say(b"\x2a" * 40, b"\xaa" * 40)
    (lost,) = kinds(engine.finds(), FindKind.RECORD_LOST)
    assert (lost.port, lost.value, lost.data) == (recorder, 1200, struct.pack("=i", errno.EFBIG))
    for _ in range(39):
        say(b"\x2a" * 40, b"\xaa" * 40)
    engine.stop()
    # What came while there was no room is silence of the same length.
    left_codes, _ = read_wav(tmp_path / "a.wav")
    assert left_codes == b"\x2a" * 2000 + bytes([SILENCE]) * 1200 + b"\x2a" * 1600


def test_a_disk_that_does_not_answer_costs_audio_but_no_time(engine, tmp_path):
    player = engine.open_player()
    engine.play(player, [engine.load_clip(b"\x2a" * 40)], loop=True)
    engine.record(tmp_path / "a.wav", player, 0, 60)
    engine._core.hold_writer(True)
    engine.step(2000)  # 10 s: more than the ring holds
    engine._core.hold_writer(False)
    engine.step(400)
    engine.stop()
    found = engine.finds()
    lost = kinds(found, FindKind.RECORD_LOST)[-1].value
    assert 8_000 < lost < 40_000
    assert engine.statistics()["record_frames_lost"] == lost
    left, _ = read_wav(tmp_path / "a.wav")
    assert len(left) == kinds(found, FindKind.RECORD_DONE)[0].value == 2400 * 40
    assert left.count(bytes([SILENCE])) == lost
    assert set(left[-14_000:]) == {0x2A}


CHILD = """
import sys, time
from cython_dsp.engine import Engine
engine = Engine()
player = engine.open_player()
engine.play(player, [engine.load_clip(bytes(range(1, 251)) * 4)], loop=True)
engine.start()
engine.record(sys.argv[1], player, player, 60)
sys.stdout.write("recording\\n")
sys.stdout.flush()
time.sleep(30)
"""


@pytest.mark.realtime
def test_after_kill_9_the_recording_can_be_played(tmp_path):
    path = tmp_path / "a.wav"
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE) as child:
        assert select.select([child.stdout], [], [], 8)[0]
        os.read(child.stdout.fileno(), 100)
        started = time.monotonic()
        while not path.exists() or path.stat().st_size < 58 + 2 * 8000:
            assert time.monotonic() - began < 9
            time.sleep(0.05)
        child.kill()
        lived = time.monotonic() - started
    left, right = read_wav(path)
    assert left == right
    assert len(left) >= (lived - 1) * 8000
    cycle = bytes(range(1, 251))
    start = cycle.index(left[400])
    assert left[400:] == (cycle * (len(left) // 250 + 2))[start : start + len(left) - 400]
