"""Boards on a pseudo-terminal, stepped: audio in and out, frames up and down, faults."""

import os
import struct

import numpy as np
import pytest

from cython_dsp.engine import EngineError, FindKind, UnknownHandle
from cython_dsp.engine.kernels import seal
from cython_dsp.tests.engine.rig import SILENCE, kinds, speech


@pytest.fixture
def e1(engine, board):
    return engine.add_board(board.fd)


def test_a_bridge_passes_every_code_within_the_same_tick(engine, board, e1):
    a, b = engine.open_tdm(e1, 1), engine.open_tdm(e1, 31)
    engine.hear(a, [(b, 0)])
    engine.hear(b, [(a, 0)])
    says_a, says_b = speech(1, 50), speech(2, 50)
    for i in range(50):
        board.block({1: says_a[i], 31: says_b[i]})
        engine.step()
        heard = board.answers()[i * 40]
        assert heard[:, 31].tobytes() == says_a[i]
        assert heard[:, 1].tobytes() == says_b[i]


def test_each_block_is_answered_once_with_its_tick(engine, board, e1):
    for _ in range(6):
        board.block()
    engine.step(6)
    ticks = [struct.unpack_from("<I", frame, 4)[0] for frame in board.read()]
    assert ticks == [0, 40, 80, 120, 160, 200]
    assert (board.answers()[0] == SILENCE).all()


def test_slots_nobody_opened_stay_silent(engine, board, e1):
    port = engine.open_tdm(e1, 5)
    engine.hear(port, [(port, 0)])
    board.block({5: speech(1, 1)[0], 6: speech(2, 1)[0]})
    engine.step()
    heard = board.answers()[0]
    assert (np.delete(heard, 5, axis=1) == SILENCE).all()
    assert heard[:, 5].tobytes() == speech(1, 1)[0]


@pytest.mark.parametrize("mask", [1 << 3, 0x0000FFFE])
def test_a_board_may_carry_some_slots_only(engine, board, e1, mask):
    port = engine.open_tdm(e1, 3)
    engine.hear(port, [(port, 0)])
    board.block({3: speech(1, 1)[0]}, mask=mask)
    engine.step()
    (frame,) = board.read()
    assert struct.unpack_from("<IBB", frame, 8) == (mask, 40, 0)
    column = bin(mask & ((1 << 3) - 1)).count("1")
    slots = np.frombuffer(frame[16:], np.uint8).reshape(40, -1)
    assert slots[:, column].tobytes() == speech(1, 1)[0]


def test_blocks_of_another_size_are_made_into_ticks(engine, board, e1):
    port = engine.open_tdm(e1, 1)
    engine.hear(port, [(port, 0)])
    says = b"".join(speech(1, 10))
    for i in range(20):
        board.block({1: says[20 * i : 20 * i + 20]}, frames=20)
    engine.step(10)
    answers = board.answers()
    assert sorted(answers) == [20 * i for i in range(20)]
    assert all(len(answer) == 20 for answer in answers.values())


def test_without_its_block_a_step_times_out(engine, board, e1):
    with pytest.raises(TimeoutError):
        engine.step(timeout=0.01)
    assert engine.tick == 0


def test_other_frames_come_up_checked_and_go_down_sealed(engine, board, e1):
    board.send(0x40, b"\x01\x00D-channel", tick=7)
    board.block()
    engine.board_send(e1, struct.pack("<BBHI", 0x30, 0, 999, 0) + b"command")
    engine.step()
    (find,) = kinds(engine.finds(), FindKind.BOARD_FRAME)
    assert (find.port, find.data) == (
        e1,
        struct.pack("<BBHI", 0x40, 0, 0, 7) + b"\x01\x00D-channel",
    )
    first = board.read()[0]
    assert first == struct.pack("<BBHI", 0x30, 0, 0, 0) + b"command"


@pytest.mark.parametrize("frame", [b"", bytes(7), bytes(609), bytes((0x11,)) + bytes(7)])
def test_what_is_no_frame_is_not_sent(engine, e1, frame):
    with pytest.raises(ValueError, match="no frame"):
        engine.board_send(e1, frame)


@pytest.mark.parametrize(
    ("wire", "counter"),
    [
        (b"\x05ab\0", "bad_cobs"),
        (seal(bytes(20))[:-6] + b"\x07\0", "bad_cobs"),
        (b"\x04abc\0", "truncated"),
        (b"\x0eabcdefghijklm\0", "bad_crc"),
        (b"\x01" * 4000 + b"\0", "oversize"),
        (seal(bytes((0x04,)) + bytes(608)), "oversize"),
        (seal(bytes((0x10,)) + bytes(7)), "bad_pcm"),
        (seal(struct.pack("<BBHIIBBH", 0x10, 0, 0, 0, 0, 40, 0, 0)), "bad_pcm"),
        (seal(struct.pack("<BBHIIBBH", 0x10, 0, 0, 0, 1, 40, 0, 0) + bytes(39)), "bad_pcm"),
        (seal(struct.pack("<BBHIIBBH", 0x10, 0, 0, 0, 1, 41, 0, 0) + bytes(41)), "bad_pcm"),
        (seal(struct.pack("<BBHIIBBH", 0x10, 0, 0, 0, 1, 40, 2, 0) + bytes(40)), "bad_pcm"),
    ],
)
def test_wrong_input_is_counted_and_changes_nothing(engine, board, e1, wire, counter):
    port = engine.open_tdm(e1, 1)
    engine.hear(port, [(port, 0)])
    board.block()
    board.write(wire)
    board.block({1: speech(1, 1)[0]})
    engine.step(2)
    counters = engine.board_counters(e1)
    assert counters[counter] == 1
    assert (
        sum(counters[name] for name in ("bad_cobs", "bad_crc", "oversize", "truncated", "bad_pcm"))
        == 1
    )
    assert board.answers()[40][:, 1].tobytes() == speech(1, 1)[0]
    assert not kinds(engine.finds(), FindKind.BOARD_FRAME)


def test_a_lost_block_becomes_silence_of_its_length(engine, board, e1):
    port = engine.open_tdm(e1, 1)
    engine.hear(port, [(port, 0)])
    says = speech(1, 4)
    board.block({1: says[0]})
    board.tick += 40  # lost on the way
    board.block({1: says[2]})
    engine.step(3)
    assert engine.board_counters(e1)["tick_gaps"] == 1
    answers = board.answers()
    assert sorted(answers) == [0, 80]
    assert answers[80][:, 1].tobytes() == says[2]


def test_a_block_that_comes_twice_is_played_once(engine, board, e1):
    board.block()
    board.tick = 0
    board.block()
    board.block()
    engine.step(2)
    assert sorted(board.answers()) == [0, 40]
    assert engine.board_counters(e1)["duplicates"] == 1


def test_the_tick_of_a_board_may_wrap(engine, board, e1):
    board.tick = 0xFFFFFFFF - 39
    board.block()
    board.tick = 0
    board.block()
    engine.step(2)
    assert sorted(board.answers()) == [0, 0xFFFFFFFF - 39]
    assert engine.board_counters(e1)["tick_gaps"] == 0


def test_an_unplugged_board_is_told_and_steps_go_on(engine, board, e1, second):
    port = engine.open_tdm(e1, 1)
    engine.hear(port, [(port, 0)])
    board.block({1: speech(1, 1)[0]})
    engine.step()
    board.unplug()
    engine.step()
    assert kinds(engine.finds(), FindKind.BOARD_LOST)[0].port == e1
    engine.step(3)
    engine.reopen_board(e1, second.fd)
    second.block({1: speech(2, 1)[0]})
    engine.step()
    assert kinds(engine.finds(), FindKind.BOARD_BACK)[0].port == e1
    assert second.answers()[0][:, 1].tobytes() == speech(2, 1)[0]


def test_a_board_that_was_opened_again_is_soon_up_to_date(engine, board, e1, second):
    # It speaks before anybody listens to it: answers would be late for ever.
    board.block()
    engine.step()
    board.unplug()
    engine.step()
    engine.reopen_board(e1, second.fd)
    engine.step()
    for _ in range(5):
        second.block()
    engine.step(20)
    second.block()
    engine.step()
    assert list(second.answers()) == [4 * 40, 5 * 40]


def test_a_board_that_comes_back_on_the_same_descriptor_is_heard_again(engine, board):
    # The engine holds the master here: no slave open is an unplugged board (EIO).
    name = os.ttyname(board.fd)
    os.close(board.fd)
    board.fd = -1
    e1 = engine.add_board(board.end)
    engine.step()
    assert kinds(engine.finds(), FindKind.BOARD_LOST)
    slave = os.open(name, os.O_RDWR | os.O_NOCTTY)
    os.write(slave, seal(struct.pack("<BBHI", 0x01, 0, 0, 0)))
    engine.step(20)
    assert [find.kind for find in engine.finds()] == [FindKind.BOARD_BACK, FindKind.BOARD_FRAME]
    os.close(slave)
    assert engine.board_counters(e1)["lost"] == 1


def test_a_board_that_does_not_read_gets_whole_frames_or_none(engine, board, e1):
    for _ in range(60):
        board.block()
        engine.step()
    dropped = engine.board_counters(e1)["tx_dropped"]
    assert dropped > 0
    before = len(board.read())
    for _ in range(3):
        board.block()
        engine.step()
    assert all(isinstance(frame, bytes) for frame in board.read())
    assert len(board.read()) >= before + 3
    assert engine.board_counters(e1)["tx_dropped"] == dropped


def test_two_boards_are_bridged(engine, board, e1, second):
    fxo = engine.add_board(second.fd, slots=4)
    a, b = engine.open_tdm(e1, 1), engine.open_tdm(fxo, 2)
    engine.hear(b, [(a, 0)])
    engine.hear(a, [(b, 0)])
    says = speech(1, 2)
    for i in range(2):
        board.block({1: says[i]})
        second.block({2: says[1 - i]}, mask=0xF)
        engine.step()
    heard = np.frombuffer(second.read()[1][16:], np.uint8).reshape(40, 4)
    assert heard[:, 2].tobytes() == says[1]
    assert board.answers()[40][:, 1].tobytes() == says[0]


def test_the_ports_of_a_board_that_was_removed_are_silent(engine, board, e1, second):
    e2 = engine.add_board(second.fd)
    talker, listener = engine.open_tdm(e1, 3), engine.open_tdm(e2, 5)
    engine.hear(listener, [(talker, 0)])
    board.block({3: speech(1, 1)[0]})
    second.block()
    engine.step()
    engine.remove_board(e1)
    second.block()
    engine.step()
    first, after = second.answers().values()
    assert first[:, 5].tobytes() == speech(1, 1)[0]
    assert (after == SILENCE).all()


def test_an_open_slot_is_not_opened_twice(engine, e1):
    port = engine.open_tdm(e1, 1)
    with pytest.raises(EngineError, match="is open"):
        engine.open_tdm(e1, 1)
    engine.close(port)
    assert engine.open_tdm(e1, 1) != port
    with pytest.raises(UnknownHandle):
        engine.close(port)


def test_what_was_never_opened_is_unknown(engine, e1):
    with pytest.raises(UnknownHandle):
        engine.open_tdm(e1 + 1, 1)
    with pytest.raises(ValueError, match="no slot"):
        engine.open_tdm(e1, 32)
    with pytest.raises(UnknownHandle):
        engine.hear(77, [])
