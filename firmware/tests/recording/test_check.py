"""Recordings sealed by the box, changed behind its back, and what the check says."""

import os
import sqlite3

import pytest

from firmware.contract.events import RecordingStarted, RecordingStopped
from firmware.recording.__main__ import main
from firmware.recording.recordings import Recordings
from firmware.recording.stored import left_over
from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.tests.fakes import World


class Box:
    """Call control with fakes, ledger and files real; `data` is as on a box."""

    def __init__(self, data, clock):
        self.ledger = Ledger(open_database(data / "calls.db"), clock, Projector())
        self.ledger.start()
        self.world = World(
            None, lambda w: Recordings(data / "recordings", w.media, w.timers, self._emit)
        )
        left, head = self.ledger.run(left_over)
        self.world.do(lambda: self.world.tap.recover(left, head))
        self.agent = self.world.ready("8001")

    def _emit(self, event):
        self.world.events.append(event)
        self.ledger.append(event)

    def record(self):
        """A conversation; the path of its file."""
        self.world.in_queue()
        self.world.do(self.agent.duty.answer)
        self.world.do(self.agent.duty.hang_up)
        self.agent.finish_wrap_up()
        return self.world.last(RecordingStarted).path

    def close(self):
        self.world.close()
        self.ledger.close()


def name(path):
    return path.rpartition("/")[2].removesuffix(".wav")


@pytest.fixture
def start(tmp_path, clock):
    return lambda: Box(tmp_path, clock)


@pytest.fixture
def recorded(start, tmp_path):
    """Paths of three recordings, the last of them after a restart."""
    box = start()
    paths = [box.record(), box.record()]
    box.close()
    box = start()
    paths.append(box.record())
    box.close()
    return paths


@pytest.fixture
def check(tmp_path, capsys):
    def look(*more):
        code = main(["--data", str(tmp_path), *more])
        return code, capsys.readouterr().out.splitlines()

    return look


@pytest.fixture
def change(tmp_path):
    def run(statement, *values):
        with sqlite3.connect(tmp_path / "calls.db") as database:
            database.execute(statement, values)
        database.close()

    return run


def test_three_over_a_restart_are_as_they_were_sealed(recorded, check):
    code, said = check()
    assert (code, said[0]) == (0, "3 recordings, all as they were sealed.")
    assert check("--head", said[1].split()[-1])[0] == 0
    assert check("--language", "zh_CN")[1][0] == "3 个录音，全部与封存时一致。"


def test_changed_file_is_named(recorded, check, tmp_path):
    path = tmp_path / "recordings" / recorded[1]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert check() == (1, [f"{recorded[1]}: the file was changed", *check()[1][1:]])
    path.unlink()
    assert check("--language", "zh_CN")[1][0] == f"{recorded[1]}：文件已不存在"


def test_file_that_cannot_be_read_is_named(recorded, check, tmp_path):
    path = tmp_path / "recordings" / recorded[1]
    path.unlink()
    path.mkdir()
    assert f"{recorded[1]}: the file cannot be read" in check()[1]


def test_file_that_was_put_there_is_named(recorded, check, tmp_path):
    strange = tmp_path / "recordings" / "2026" / "other.wav"
    strange.write_bytes(b"RIFF")
    assert check()[0] == 0  # may be one that is written to
    os.utime(strange, (0, 0))
    assert check()[1][0] == "2026/other.wav: the box did not record this file"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE recordings SET agent = '8002'", "the entry was changed after it was sealed"),
        ("UPDATE recordings SET path = '../../x.wav'", "the entry was changed after it was sealed"),
        ("UPDATE recordings SET frames = 1", "the pages show something else"),
        ("DELETE FROM recordings", "was sealed, but the pages do not know it"),
    ],
)
def test_changed_row_is_named(recorded, check, change, statement, said):
    change(f"{statement} WHERE path = ?", recorded[1])
    code, lines = check()
    assert code == 1
    assert lines[0].startswith(f"{name(recorded[1])}: {said}")
    assert lines[1] == "3 recordings; flaws: 1."


def test_entry_that_is_gone_changed_or_unreadable_is_named(recorded, check, change):
    names = [name(path) for path in recorded]
    second = f"kind = 'RecordingStopped' AND body LIKE '%{names[1]}\"%'"
    change(f"UPDATE events SET body = replace(body, '8000', '8001') WHERE {second}")
    assert check()[1][0] == f"{names[1]}: the entry was changed after it was sealed"
    change(f"UPDATE events SET body = 'x' || body WHERE {second}")
    assert check()[1][1].startswith(f"{names[2]}: entries before this one are gone")
    change(f"DELETE FROM events WHERE {second}")
    assert check()[1][0].startswith(f"{names[2]}: entries before this one are gone")


def test_end_that_was_cut_off_shows_to_who_noted_the_seal(recorded, check, change):
    head = check()[1][1].split()[-1]
    last = name(recorded[2])
    change("DELETE FROM events WHERE kind LIKE 'Recording%' AND body LIKE ?", f"%{last}%")
    change("DELETE FROM recordings WHERE recording = ?", last)
    assert not any(line.startswith(last) for line in check()[1])
    assert any(
        line.startswith(f"{head}: the seal that was written") for line in check("--head", head)[1]
    )


def test_box_with_a_broken_entry_starts_and_goes_on_from_the_one_before(recorded, change, start):
    change("UPDATE events SET body = '{' WHERE kind = 'RecordingStopped' AND body LIKE ?",
           f"%{recorded[2].rpartition('/')[2].removesuffix('.wav')}%")  # fmt: skip
    box = start()
    box.record()
    assert box.world.last(RecordingStopped).before != ""
    box.close()


def test_folder_without_data_is_told(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "none")]) == 2
    assert "no calls.db there" in capsys.readouterr().err
