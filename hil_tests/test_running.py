"""The box as `make run` starts it: quick, tidy, and back soon when its daemon is killed."""

import contextlib
import os
import signal
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from board.sim.speech import sentence
from cython_dsp.reference import alaw_decode
from firmware.contract.model import Cause
from hil_tests.live_agent import LiveAgent, LogIn, until_in_service
from hil_tests.running import RATE, Running, command_line, until

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]  # eight processes, real seconds
NAMES = ("exchange", "sim.board", "--side user", "firmware.app", "gunicorn", "nginx")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A box that was started once before."""
    folder = tmp_path_factory.mktemp("run")
    with Running(folder):
        pass
    return folder


def left_of(processes):
    """Those that still run (not those that wait to be collected by init)."""
    return {pid: line for pid, line in processes.items() if command_line(pid) == line != ""}


def test_a_second_start_is_quick_and_ctrl_c_leaves_nothing(folder):
    with Running(folder) as box:
        processes = box.processes()
        assert all(any(name in line for line in processes.values()) for name in NAMES), processes
        assert only_loopback_is_listened_on(processes)
        assert box.interrupt() == 0
        assert left_of(processes) == {}
    print(f"second start: {box.started_in_s:.1f} s")
    assert box.started_in_s < 30


def test_a_killed_supervisor_takes_everything_with_it(folder):
    with Running(folder) as box:
        processes = box.processes()
        box.kill()
        until(lambda: not left_of(processes), "the end of all processes")


def test_a_second_box_in_the_same_folder_is_refused(folder):
    with Running(folder), pytest.raises(AssertionError, match="already runs"), Running(folder):
        pass


def only_loopback_is_listened_on(processes):
    """TCP listeners and UDP sockets of these processes, from /proc/net of the kernel."""
    own = {inode for pid in processes for inode in sockets_of(pid)}
    addresses = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            listens = fields[3] == ("0A" if table.startswith("tcp") else "07")
            if listens and fields[9] in own:
                addresses.add(fields[1].split(":")[0])
    return addresses == {socket.inet_aton("127.0.0.1")[::-1].hex().upper()}


def sockets_of(process):
    """Inodes of a process's sockets."""
    for link in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            target = str(link.readlink())
            if target.startswith("socket:["):
                yield target[8:-1]


def frames_on_disk(recordings):
    """Frames that a player finds in the only recording of today; 0 before it is there."""
    files = list(recordings.rglob("*.wav"))
    if not files:
        return 0
    data = files[0].read_bytes()
    assert data[:4] == b"RIFF"
    assert data[20:24] == b"\x06\x00\x02\x00", "A-law, two channels"
    start = data.index(b"data") + 8
    size = int.from_bytes(data[start - 4 : start], "little")
    assert size <= len(data) - start, "the head promises more than there is"
    return size // 2


def test_a_killed_daemon_keeps_the_recording_and_is_back_soon(tmp_path):
    with Running(tmp_path) as box:
        until_in_service(box)
        with LiveAgent(tmp_path / "callboxd.sock", "8001", box.passwords()["8001"]) as agent:
            at_exchange = box.call()["number"]
            call = agent.answer()
            speech = alaw_decode(np.frombuffer(sentence("zh_CN", "agent_explanation"), np.uint8))
            agent.phone.say(speech)
            recordings = tmp_path / "data" / "recordings"
            until(lambda: frames_on_disk(recordings) > 4 * RATE, "four seconds of recording")
            killed_ms, killed = time.time() * 1000, time.monotonic()
            os.kill(box.process("firmware.app"), signal.SIGKILL)
            kept = frames_on_disk(recordings)
        back_s = back_in_service(box, killed)
        record = record_after(box, call)
        (recording,) = record["recordings"]
        missing_s = (killed_ms - recording["start_ms"]) / 1000 - kept / RATE
        print(f"recording: {kept / RATE:.2f} s, {missing_s:.2f} s missing; back in {back_s:.1f} s")
        assert -0.1 < missing_s <= 1.0
        assert recording["frames"] >= kept
        assert (record["outcome"], record["by"]) == ("box_restart", "box")
        assert record["cause"] == Cause.BOX_RESTART
        assert record["end_ms"] is not None
        ended = until(lambda: box.state_of(at_exchange)["state"] == "ended", "the old call's end")
        assert ended
        assert (box.state_of(at_exchange)["cleared_by"], back_s < 30) == ("box", True)


def back_in_service(box, killed):
    """Call until one is answered; return the seconds since the kill."""
    number = None
    while number is None or box.state_of(number)["state"] != "connected":
        if number is None or box.state_of(number)["state"] == "ended":
            number = box.call()["number"]
        assert time.monotonic() - killed < 60
        time.sleep(0.02)
    return time.monotonic() - killed


def record_after(box, call):
    """The call in the report of the box that came back."""
    socket = box.run / "callboxd.sock"
    with LogIn(socket, "admin", box.passwords()["admin"]) as administrator:
        return next(c for c in administrator.get("Calls")["calls"] if c["call"] == call)
