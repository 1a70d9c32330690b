"""Sets of firmware: the same content gives the same bytes, and nothing damaged is taken."""

import subprocess
import sys
from pathlib import Path

import pytest

from board import wire, wire_update
from board.host import firmware_set as fs

FILES = [("board/b.py", b"b = 2\n"), ("board/a.py", b"a = 1\n")]


def test_the_version_names_the_content_whatever_the_order_and_release():
    one = fs.make("e1", fs.PLAIN, "1.2.3", FILES)
    other = fs.make("e1", fs.PLAIN, "10.20.30-rc1+x", FILES[::-1])
    assert one.content == other.content
    assert fs.same_firmware(one.version, other.version)
    assert one.version.startswith("1.2.3+")
    assert max(len(one.version), len(other.version)) <= 16
    changed = fs.make("e1", fs.PLAIN, "1.2.3", [*FILES[:1], ("board/a.py", b"a = 2\n")])
    assert not fs.same_firmware(one.version, changed.version)
    assert not fs.same_firmware(one.version, fs.make("fxo", fs.PLAIN, "1.2.3", FILES).version)


@pytest.mark.parametrize(("one", "other"), [("", ""), ("1.0", "1.0"), ("1+", "2+"), ("a+1", "1")])
def test_a_version_without_a_hash_is_no_others(one, other):
    assert not fs.same_firmware(one, other)


def test_a_stream_is_read_as_it_was_made():
    made = fs.make("fxo", fs.RP2350, "1.0", [*FILES, ("board/empty.py", b"")])
    assert fs.read(made.stream) == made
    assert dict(made.files()) == {**dict(FILES), "board/empty.py": b""}


def test_every_damaged_byte_of_a_stream_is_noticed():
    stream = fs.make("e1", fs.PLAIN, "1.0", FILES).stream
    name = stream.index(b"1.0+")  # the version is only a name: its hash is on the wire
    for at in range(len(stream)):
        if at in range(name, name + 12):
            continue
        broken = bytearray(stream)
        broken[at] ^= 0x01
        try:
            found = fs.read(bytes(broken))
        except fs.BadSet:
            continue
        assert found.digest != fs.read(stream).digest
        assert found.content == fs.read(stream).content
    for wrong in (b"", stream[:-1], stream + b"x", stream[:40]):
        with pytest.raises(fs.BadSet):
            fs.read(wrong)


@pytest.mark.timeout(60)  # 80 runs of the compiler, and those of a process of its own
def test_what_a_release_ships_is_compiled_the_same_each_time(tmp_path):
    command = ["-m", "board.host.firmware_set", "--out", str(tmp_path), "--version", "1.2.3"]
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, *command], check=True, cwd=root, capture_output=True)
    for kind in ("e1", "fxo"):
        assert (tmp_path / f"{kind}.set").read_bytes() == fs.compiled(kind, "1.2.3").stream
    e1 = fs.Sets(tmp_path).of(wire.BOARD_E1, wire_update.CAN_UPDATE)
    assert (e1.kind, e1.target) == ("e1", fs.RP2350)
    names = [name for name, _ in e1.files()]
    assert "board/mcu/main.mpy" in names
    assert "board/mcu/hal/rp2_e1.mpy" in names
    assert not any("sim" in name or "fxo/" in name for name in names)


def test_a_board_gets_the_set_of_its_kind_or_none(tmp_path):
    sets = fs.Sets(tmp_path)
    plain = wire_update.CAN_UPDATE | wire_update.CAN_UPDATE_PLAIN
    assert sets.of(wire.BOARD_FXO, plain).version == fs.plain("fxo").version
    assert sets.of(wire.BOARD_FXO, wire_update.CAN_UPDATE) is None  # none was built
    assert sets.of(wire.BOARD_FXO, 0) is None
    assert sets.of(99, plain) is None
    (tmp_path / "e1.set").write_bytes(b"rubbish")
    assert fs.Sets(tmp_path).of(wire.BOARD_E1, wire_update.CAN_UPDATE) is None
