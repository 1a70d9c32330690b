"""Analogue lines on the real engine, stepped by hand; the board's end is the test's."""

import numpy as np
import pytest

from board.sim.speech import sentence
from cython_dsp.engine import Engine, FindKind
from cython_dsp.engine.finds import Find
from cython_dsp.g711 import alaw_decode, alaw_encode
from cython_dsp.reference_tones import tone
from cython_dsp.tests.engine.rig import Board
from firmware.contract.analog import BusyTone
from firmware.errors import MediaError
from firmware.media.clips import Clips
from firmware.media.engine import EngineMedia
from firmware.media.lines import LineMedia
from firmware.prompts.catalogue import Catalogue
from hil_tests.virtual_loop import VirtualLoop

LINES = 0b1111
SILENT = bytes([0xD5]) * 40


class Ears:
    def __init__(self):
        self.told = []

    def digit(self, digit):
        self.told.append(digit)

    def tone(self, name, hertz, dbm0):
        self.told.append((name, round(hertz, -1), round(dbm0)))

    def voice(self):
        self.told.append("voice")

    def silence(self):
        self.told.append("silence")

    def caller_id(self, message):
        self.told.append(message)


class Bench:
    def __init__(self):
        self.loop, self.board, self.ears = VirtualLoop(), Board(), Ears()
        self.engine = Engine(sample_memory_mb=8)
        self.media = EngineMedia(self.engine, Clips(self.engine, Catalogue()), lambda: "CN")
        self.media.finds.start(self.loop)
        self.media.set_board("analog", self.engine.add_board(self.board.fd))
        self.lines = LineMedia(self.media, lambda: "CN")
        self.port = self.lines.keep_line("analog", 2, self.ears)

    def say(self, pcm):
        """Line 2 says 16-bit samples."""
        codes = alaw_encode(pcm.astype("<i2").tobytes())
        for at in range(0, len(codes) - 39, 40):
            self.board.block({1: codes[at : at + 40]}, mask=LINES)
            self.engine.step()
            self.board.read()
            self.loop.advance(0.005)

    def close(self):
        self.media.finds.stop()
        self.engine.stop()
        self.loop.close()
        self.board.close()


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def silence(seconds):
    return np.zeros(round(8000 * seconds))


def busy(on_ms, off_ms, cycles=5):
    return tone([((450,), on_ms), ((), off_ms)], -12, 8 * cycles * (on_ms + off_ms))


def test_a_call_gets_the_kept_port_and_gives_it_back(bench):
    assert bench.media.open_channel("analog", 2) == bench.port
    assert bench.lines.keep_line("analog", 2, bench.ears) == bench.port
    heard = []
    bench.media.on_digit(bench.port, heard.append)
    five = Find(FindKind.DIGIT, bench.port, 0, ord("5"), b"")
    bench.media.finds._give(five)
    bench.media.close(bench.port)
    bench.media.finds._give(five)
    assert (heard, bench.ears.told) == (["5"], ["5"])
    assert bench.media.open_channel("analog", 2) == bench.port


def test_line_without_a_board_has_no_port(bench):
    with pytest.raises(MediaError):
        bench.lines.keep_line("other", 1, bench.ears)


def test_tones_are_told_by_name(bench):
    bench.lines.watch_tones(bench.port, ["dial", "busy", "nonsense"])
    bench.say(busy(350, 350))
    assert bench.ears.told == [("busy", 450, -12)]


def test_dial_tone_that_ends_after_a_second_is_no_ringback(bench):
    bench.lines.watch_tones(bench.port, ["dial"])
    bench.say(tone([((450,), 1000)], -12, 8000))
    bench.lines.watch_tones(bench.port, ["ringback"])
    bench.say(silence(5))
    ringback = tone([((450,), 1000), ((), 4000)], -12, 8000 * 5)
    bench.say(np.concatenate([ringback, ringback]))
    assert [told[0] for told in bench.ears.told] == ["dial", "ringback"]


def test_learnt_tone_is_told_where_it_is_watched(bench):
    learnt = [BusyTone(on_s=0.25, off_s=0.25), BusyTone(frequencies=(1900.0,))]
    bench.lines.watch_tones(bench.port, ["busy", "learnt"], learnt)
    bench.say(busy(250, 250))
    assert [told[0] for told in bench.ears.told] == ["learnt"]


def test_voice_is_told(bench):
    bench.lines.watch_activity(bench.port, 0.0)
    spoken = np.frombuffer(alaw_decode(sentence("en", "caller_answer")), "<i2")
    bench.say(np.concatenate([silence(1), spoken, silence(1)]))
    assert "voice" in bench.ears.told


def test_silence_is_told_when_we_send_nothing_either(bench):
    bench.lines.watch_activity(bench.port, 1.0)
    bench.say(silence(3))
    assert bench.ears.told == []  # what we send is looked at for some time
    bench.loop.advance(21)
    assert bench.ears.told == ["silence"]


def test_silence_while_we_play_is_none(bench):
    player = bench.media.open_player()
    bench.media.tone(player, "ringback")
    bench.media.hear(bench.port, [(player, 0.0)])
    bench.lines.watch_activity(bench.port, 1.0)
    for _ in range(30):
        bench.say(silence(1))
    assert bench.ears.told == []


def test_history_and_echo_are_those_of_the_line(bench):
    bench.say(silence(1))
    assert bench.lines.history(bench.port, 0.5) == SILENT * 100
    assert bench.lines.echo(bench.port) == (0.0, 0.0)
    bench.lines.cancel_echo(bench.port, on=True)
    bench.lines.watch_caller_id(bench.port, on=True)
    bench.say(silence(0.1))
    assert not bench.media.counters
    with pytest.raises(MediaError):
        bench.lines.history(bench.port, 60.0)
