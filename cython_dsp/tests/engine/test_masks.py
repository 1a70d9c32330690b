"""Boards of 4, 8 and 16 lines beside an E1 board that paces: re-blocked, slipped, counted."""

import struct

import numpy as np
import pytest

from cython_dsp import g711
from cython_dsp.tests.engine.rig import PCM_TX, SILENCE, pcm, speech
from cython_dsp.tests.engine.test_pace import until

LINES = pytest.mark.parametrize("lines", [4, 8, 16])


@pytest.fixture
def e1(engine, board):
    return engine.add_board(board.fd)


def sent_to(lines_board):
    """Return [(tick, mask, frames, law, codes)] of every PCM_TX so far."""
    found = []
    for frame in lines_board.read():
        if frame[0] == PCM_TX:
            tick, mask, frames, law = struct.unpack_from("<IIBB", frame, 4)
            codes = np.frombuffer(frame[16:], np.uint8).reshape(frames, -1)
            found.append((tick, mask, frames, law, codes))
    return found


@LINES
def test_every_line_is_bridged_with_its_time_slot(engine, board, e1, second, lines):
    mask = (1 << lines) - 1
    fxo = engine.add_board(second.fd, slots=lines)
    for line in range(lines):
        a, b = engine.open_tdm(e1, line + 1), engine.open_tdm(fxo, line)
        engine.hear(a, [(b, 0)])
        engine.hear(b, [(a, 0)])
    says = [speech(seed, 3) for seed in range(2 * lines)]
    for i in range(3):
        board.block({line + 1: says[line][i] for line in range(lines)})
        second.block({line: says[lines + line][i] for line in range(lines)}, mask=mask)
        engine.step()
    answers = sent_to(second)
    assert [answer[:4] for answer in answers] == [(40 * i, mask, 40, 0) for i in range(3)]
    for i in range(3):
        for line in range(lines):
            assert answers[i][4][:, line].tobytes() == says[line][i]
            assert board.answers()[40 * i][:, line + 1].tobytes() == says[lines + line][i]
    assert {engine.board_counters(b)["slips_in"] for b in (e1, fxo)} == {0}


@LINES
def test_a_board_has_no_more_slots_than_lines(engine, e1, second, lines):
    fxo = engine.add_board(second.fd, slots=lines)
    engine.open_tdm(fxo, lines - 1)
    with pytest.raises(ValueError, match="no slot"):
        engine.open_tdm(fxo, lines)


@pytest.mark.parametrize("slots", [0, -1, 33])
def test_a_board_has_1_to_32_slots(engine, second, slots):
    with pytest.raises(ValueError, match="1 to 32"):
        engine.add_board(second.fd, slots=slots)


@pytest.mark.parametrize("frames", [10, 20])
def test_short_blocks_of_lines_fit_the_ticks_of_the_master(engine, board, e1, second, frames):
    fxo = engine.add_board(second.fd, slots=8)
    a, b = engine.open_tdm(e1, 1), engine.open_tdm(fxo, 7)
    engine.hear(a, [(b, 0)])
    engine.hear(b, [(a, 0)])
    says, hears = b"".join(speech(1, 4)), speech(2, 4)
    for i in range(4):
        board.block({1: hears[i]})
        for at in range(40 * i, 40 * i + 40, frames):
            second.block({7: says[at : at + frames]}, mask=0xFF, frames=frames)
        engine.step()
    assert b"".join(board.answers()[40 * i][:, 1].tobytes() for i in range(4)) == says
    answers = sent_to(second)
    assert [answer[0] for answer in answers] == list(range(0, 160, frames))
    assert np.concatenate([answer[4][:, 7] for answer in answers]).tobytes() == b"".join(hears)


def test_a_board_may_speak_mu_law_beside_one_of_a_law(engine, board, e1, second):
    fxo = engine.add_board(second.fd, slots=4)
    a, b = engine.open_tdm(e1, 1), engine.open_tdm(fxo, 3, history=True)
    engine.hear(a, [(b, 0)])
    engine.hear(b, [(a, 0)])
    says = speech(1, 1)[0]
    ulaw = g711.ulaw_encode(g711.alaw_decode(says))
    for _ in range(2):
        board.block({1: says})
        second.block({3: ulaw}, mask=0xF, law=1)
        engine.step()
    _, _, _, law, codes = sent_to(second)[-1]
    assert (law, codes[:, 3].tobytes()) == (1, ulaw)
    decoded = g711.ulaw_decode(ulaw)
    assert engine.history(b)[-40:] == g711.alaw_encode(decoded)
    assert np.abs(pcm(says).astype(int) - pcm(engine.history(b)[-40:])).max() <= 1024


def test_without_its_lines_the_master_goes_on(engine, board, e1, second):
    fxo = engine.add_board(second.fd, slots=4)
    a, b = engine.open_tdm(e1, 1), engine.open_tdm(fxo, 0)
    engine.hear(a, [(b, 0)])
    board.block()
    second.block({0: speech(1, 1)[0]}, mask=0xF)
    engine.step()
    second.unplug()
    for _ in range(5):
        board.block()
        engine.step(timeout=0.05)
    assert (board.answers()[200] == SILENCE).all()
    assert engine.board_counters(fxo)["lost"] == 1


class Drift:
    """A block of both boards each 5 ms; of the second one, `fourth` blocks each fourth time."""

    def __init__(self, board, second, fourth):
        self.board, self.second, self.fourth = board, second, fourth
        self.turn = 0

    def __call__(self):
        self.turn += 1
        self.board.block()
        for _ in range(self.fourth if self.turn % 4 == 0 else 1):
            self.second.block({2: speech(1, 1)[0]}, mask=0xF)
        self.board.read()


@pytest.mark.realtime
@pytest.mark.parametrize("fourth", [0, 2], ids=["slow", "fast"])
def test_a_clock_that_drifts_slips_both_ways_and_is_counted(engine, board, e1, second, fourth):
    fxo = engine.add_board(second.fd, slots=4)
    a, b = engine.open_tdm(e1, 1), engine.open_tdm(fxo, 2)
    engine.hear(a, [(b, 0)])
    engine.hear(b, [(a, 0)])
    engine.start()
    drift = Drift(board, second, fourth)

    def slipped():
        counted = engine.board_counters(fxo)
        return counted["slips_in"] >= 3 and counted["slips_out"] >= 3

    until(slipped, each=drift)
    sent = sent_to(second)
    assert {mask for _, mask, *_ in sent} == {0xF}
    ticks = [tick for tick, *_ in sent]
    assert ticks == sorted(set(ticks))
    assert engine.board_counters(fxo)["tick_gaps"] == 0
    said = speech(1, 1)[0]
    assert any(answer[:, 1].tobytes() == said for answer in board.answers().values())


class Bursts:
    """The second board's blocks come four at once: on the average as many as the first one's."""

    def __init__(self, board, second):
        self.board, self.second, self.turn = board, second, 0

    def __call__(self):
        self.turn += 1
        self.board.block()
        for _ in range(4 if self.turn % 4 == 0 else 0):
            self.second.block({2: speech(1, 1)[0]}, mask=0xF)
        self.board.read()
        self.second.read()


@pytest.mark.realtime
def test_a_link_that_delivers_in_bursts_loses_audio_only_at_first(engine, board, e1, second):
    fxo = engine.add_board(second.fd, slots=4)
    port = engine.open_tdm(fxo, 2, history=True)
    engine.start()
    bursts = Bursts(board, second)
    until(lambda: bursts.turn >= 80, each=bursts)
    slips = engine.board_counters(fxo)["slips_in"]
    until(lambda: bursts.turn >= 240, each=bursts)
    assert engine.board_counters(fxo)["slips_in"] - slips <= 20  # 40 bursts
    heard = np.frombuffer(engine.history(port, 0.5), np.uint8)
    assert (heard == SILENCE).mean() < 0.25
