"""The engine's own thread: who paces it, and what happens when that one is silent."""

import os
import select
import struct
import time

import pytest

from cython_dsp.engine import EngineBusy, FindKind
from cython_dsp.engine.kernels import seal
from cython_dsp.tests.engine.rig import SILENCE, kinds, speech

pytestmark = pytest.mark.realtime


def until(condition, *, each=lambda: None, seconds=8):
    """Look again each 5 ms, the pace of everything here, until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        each()
        assert time.monotonic() < end, "did not come to pass"
        select.select([], [], [], 0.005)


def test_without_a_board_a_timer_paces(engine):
    engine.start()
    until(lambda: engine.tick >= 20)
    assert engine.statistics()["timer_ticks"] >= 16


def test_a_thread_is_not_stepped_nor_started_twice(engine):
    engine.start()
    with pytest.raises(EngineBusy):
        engine.step()
    with pytest.raises(EngineBusy):
        engine.start()


def test_a_stopped_engine_may_be_stepped_and_started_again(engine):
    engine.start()
    engine.stop()
    before = engine.tick
    engine.step()
    assert engine.tick == before + 1
    engine.start()
    until(lambda: engine.tick > before + 3)


def test_a_regular_board_becomes_the_pacer_and_is_answered(engine, board):
    port = engine.open_tdm(engine.add_board(board.fd), 1)
    engine.hear(port, [(port, 0)])
    engine.start()
    says = speech(1, 1)[0]

    def echoed():
        return any(a[:, 1].tobytes() == says for a in board.answers().values())

    until(echoed, each=lambda: board.block({1: says}))
    until(lambda: engine.statistics()["takeovers"] >= 1, each=board.block)


def test_each_block_is_answered_at_most_once(engine, board):
    engine.add_board(board.fd)
    engine.start()
    until(lambda: len(board.answers()) >= 50, each=board.block)
    ticks = [struct.unpack_from("<I", frame, 4)[0] for frame in board.read()]
    assert len(ticks) == len(set(ticks))
    assert all(tick % 40 == 0 for tick in ticks)


def test_a_silent_pacer_is_replaced_and_comes_back(engine, board):
    e1 = engine.add_board(board.fd)
    port = engine.open_tdm(e1, 1)
    engine.hear(port, [(port, 0)])
    engine.start()
    until(lambda: engine.statistics()["takeovers"] >= 1, each=board.block)
    timed = engine.statistics()["timer_ticks"]
    until(lambda: engine.statistics()["timer_ticks"] > timed + 10)
    takeovers = engine.statistics()["takeovers"]
    until(lambda: engine.statistics()["takeovers"] > takeovers, each=board.block)


def test_the_next_board_takes_over(engine, board, second):
    engine.add_board(board.fd)
    port = engine.open_tdm(engine.add_board(second.fd), 2)
    engine.hear(port, [(port, 0)])
    engine.start()

    def both():
        board.block()
        second.block({2: speech(1, 1)[0]})

    until(lambda: len(board.answers()) > 20, each=both)
    before = len(second.answers())
    until(lambda: len(second.answers()) > before + 50, each=second.block)


def test_a_burst_after_a_stall_leaves_no_delay(engine, board):
    e1 = engine.add_board(board.fd)
    port = engine.open_tdm(e1, 1)
    engine.hear(port, [(port, 0)])
    engine.start()
    until(lambda: len(board.answers()) > 10, each=board.block)
    for _ in range(10):
        board.block()
    until(lambda: len(board.answers()) > 30, each=board.block)
    # Whatever was dropped: a block is now echoed in its own answer or in the next.
    says = speech(3, 1)[0]
    found = {}

    def echoed():
        found.update({t: a for t, a in board.answers().items() if a[0, 1] != SILENCE})
        return found

    sent = board.tick
    board.block({1: says})
    until(echoed, each=board.block)
    assert min(found) - sent <= 120


def test_the_loop_is_woken_by_finds(engine, board):
    e1 = engine.add_board(board.fd)
    engine.start()
    board.write(seal(struct.pack("<BBHI", 0x40, 0, 0, 0) + b"frame"))
    found = []
    while not kinds(found, FindKind.BOARD_FRAME):
        assert select.select([engine.fileno()], [], [], 8)[0]
        found += engine.finds()
    assert kinds(found, FindKind.BOARD_FRAME)[0].port == e1


def test_an_unplugged_board_is_told_by_the_thread(engine, board):
    e1 = engine.add_board(board.fd)
    engine.start()
    until(lambda: len(board.answers()) > 5, each=board.block)
    board.unplug()
    found = []
    until(lambda: kinds(found, FindKind.BOARD_LOST), each=lambda: found.extend(engine.finds()))
    assert kinds(found, FindKind.BOARD_LOST)[0].port == e1
    ticks = engine.tick
    until(lambda: engine.tick > ticks + 10)


def test_a_recording_of_a_running_engine_is_finished_by_stop(engine, tmp_path):
    engine.start()
    engine.record(tmp_path / "a.wav", 0, 0, 60)
    ticks = engine.tick
    until(lambda: engine.tick > ticks + 20)
    engine.stop()
    (done,) = kinds(engine.finds(), FindKind.RECORD_DONE)
    assert done.value == ((tmp_path / "a.wav").stat().st_size - 58) / 2 > 0


def test_a_pacer_that_is_closed_while_blocks_wait_stops_nothing(engine, board):
    e1 = engine.add_board(board.fd)
    engine.start()
    until(lambda: engine.statistics()["takeovers"] >= 1, each=board.block)
    waiting = []
    board.write = waiting.append
    for _ in range(3):
        board.block(mask=2)
    engine.remove_board(e1)  # done in the tick of the first of these blocks
    os.write(board.end, b"".join(waiting))
    until(lambda: engine.statistics()["boards"] == 0)
    ticks = engine.tick
    until(lambda: engine.tick >= ticks + 20)
    assert engine.tick < ticks + 200, "the thread runs away"
    engine.stop()
