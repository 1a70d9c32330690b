"""Agents' levels on a leg: what a board hears of a voice with and without."""

import socket
import struct

import numpy as np
import pytest

from cython_dsp.engine import EngineError, RtpParams
from cython_dsp.g711 import alaw_encode
from cython_dsp.leveller import Leveller
from cython_dsp.reference import alaw_decode
from cython_dsp.tests.tones.signals import speech_like


@pytest.fixture
def talk(engine, board):
    """`talk(codes, ...)`: what a slot hears of a leg that says A-law codes."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
    ):
        for one in (box, peer):
            one.bind(("127.0.0.1", 0))
        engine.open_socket(box.fileno())
        slot = engine.open_tdm(engine.add_board(board.fd), 1)
        leg = engine.open_rtp(RtpParams(1, peer.getsockname()))
        engine.hear(slot, [(leg, 0)])

        def run(codes, *, levels, late=0):
            engine.level_voice(leg, levels)
            for _ in range(late):
                engine._core.told(True)
            for n in range(len(codes) // 160):
                head = struct.pack("!BBHII", 0x80, 8, n, n * 160, 0xCAFE)
                peer.sendto(head + codes[n * 160 : n * 160 + 160], box.getsockname())
                for _ in range(4):
                    board.block()
                    engine.step()
                    board.read()
            return b"".join(one[:, 1].tobytes() for one in board.answers().values())

        yield run


CODES = alaw_encode((speech_like(5, 4) // 8).astype("<i2").tobytes())


def test_what_is_not_levelled_is_heard_bit_by_bit(talk):
    heard = talk(CODES, levels=False)
    delay = heard.index(CODES[4000:8000]) - 4000
    assert 0 <= delay <= 480
    assert heard[8000 + delay :] == CODES[8000 : len(heard) - delay]


def test_a_levelled_voice_is_heard_as_the_kernel_makes_it(talk):
    heard = alaw_decode(np.frombuffer(talk(CODES, levels=True), np.uint8)).astype(float)
    said = alaw_decode(np.frombuffer(CODES, np.uint8))
    part = Leveller().pcm(said).astype(float)[16000:30000]
    delay = int(np.correlate(heard[16000:], part, "valid").argmax())
    same = heard[16000 + delay : 30000 + delay]
    assert np.corrcoef(same, part)[0, 1] > 0.99
    assert np.mean(same**2) > 1.5 * np.mean(said[16000:30000].astype(float) ** 2)


def test_a_late_engine_leaves_the_gain_as_it_is(talk, engine):
    talk(CODES, levels=True, late=2)
    assert engine.statistics()["levels_left_out"] == len(CODES) // 40


def test_a_port_that_is_no_leg_is_refused(engine, board):
    port = engine.open_tdm(engine.add_board(board.fd), 1)
    with pytest.raises(EngineError, match="not an RTP port"):
        engine.level_voice(port, True)
