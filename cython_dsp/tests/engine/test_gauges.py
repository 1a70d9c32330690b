"""How loud somebody speaks at a port, each second."""

import numpy as np
import pytest

from cython_dsp.engine import UnknownHandle
from cython_dsp.g711 import alaw_encode
from cython_dsp.reference import alaw_decode
from cython_dsp.reference_level import speech_level
from cython_dsp.tests.tones.signals import speech_like


def say(engine, board, slot, pcm):
    codes = alaw_encode(pcm.astype("<i2").tobytes())
    for i in range(0, len(codes), 40):
        board.block({slot: codes[i : i + 40]}, mask=1 << slot)
        engine.step()
        board.read()
    return alaw_decode(np.frombuffer(codes, np.uint8))


@pytest.fixture
def port(engine, board):
    return engine.open_tdm(engine.add_board(board.fd), 3)


def test_speech_at_a_port_has_the_level_of_the_definition(engine, board, port):
    assert engine.speech(port) == (-90, 0)
    heard = say(engine, board, 3, speech_like(2, 3) // 4)
    told = engine.speech(port)
    assert told.dbm0 == pytest.approx(
        speech_level(heard)[0], abs=1.5
    )  # the last seconds count most
    assert told.activity > 0.9


def test_level_stays_in_a_pause_and_goes_when_nobody_speaks_for_long(engine, board, port):
    say(engine, board, 3, speech_like(2, 3) // 4)
    before = engine.speech(port).dbm0
    say(engine, board, 3, np.zeros(16000, np.int16))
    assert engine.speech(port).dbm0 == pytest.approx(before, abs=1)
    assert 0.2 < engine.speech(port).activity < 0.7
    say(engine, board, 3, np.zeros(8000 * 30, np.int16))
    assert engine.speech(port).activity < 0.01


def test_another_port_begins_without_what_was_said_there(engine, board):
    first = engine.add_board(board.fd)
    port = engine.open_tdm(first, 3)
    say(engine, board, 3, speech_like(2, 2))
    engine.close(port)
    with pytest.raises(UnknownHandle):
        engine.speech(port)
    again = engine.open_tdm(first, 3)
    say(engine, board, 3, np.zeros(40, np.int16))
    assert engine.speech(again) == (-90, 0)
