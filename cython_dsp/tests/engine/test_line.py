"""History, caller ID and echo of a line's port, through the engine."""

import numpy as np
import pytest

from cython_dsp import g711
from cython_dsp.engine import EngineError, FindKind, NoRoom, UnknownHandle
from cython_dsp.engine.core import Limit
from cython_dsp.tests.engine.rig import SILENCE, kinds, pcm, read_wav, speech
from cython_dsp.tests.engine.test_pace import until
from cython_dsp.tests.line.fsk import MDMF, V23, bits, message, modulate, on_line
from cython_dsp.tests.line.modems import answering
from cython_dsp.tests.line.paths import hybrid, noise, through_alaw
from cython_dsp.tests.line.paths import speech as talk
from cython_dsp.tests.tones.signals import to_pcm

MASK = 0xF


@pytest.fixture
def fxo(engine, board):
    return engine.add_board(board.fd, slots=4)


@pytest.fixture
def line(engine, fxo):
    return engine.open_tdm(fxo, 2, history=True)


def coded(samples):
    codes = g711.alaw_encode(to_pcm(samples).astype("<i2").tobytes())
    return [codes[i : i + 40] for i in range(0, len(codes) - 39, 40)]


def say(engine, board, blocks):
    for block in blocks:
        board.block({2: block}, mask=MASK)
        engine.step()
        board.read()


def test_the_history_is_what_the_port_said_last(engine, board, line):
    says = speech(1, 5)
    say(engine, board, says)
    assert engine.history(line) == b"".join(says)
    assert engine.history(line, 0.01) == b"".join(says)[-80:]
    assert engine.history(line, 0) == b""


def test_eight_seconds_are_kept_and_older_ones_are_not(engine, board, line):
    says = speech(2, 1700)
    say(engine, board, says)
    assert engine.history(line, 8) == b"".join(says)[-64000:]
    for seconds in (8.01, -1, float("nan")):
        with pytest.raises(ValueError, match="0 to 8"):
            engine.history(line, seconds)


def test_a_young_port_has_no_history_and_its_slot_s_former_one_is_forgotten(
    engine, board, fxo, line
):
    assert engine.history(line) == b""
    say(engine, board, speech(1, 2))
    engine.close(line)
    again = engine.open_tdm(fxo, 2, history=True)
    assert engine.history(again) == b""
    say(engine, board, speech(2, 1))
    assert engine.history(again) == speech(2, 1)[0]


def test_missing_audio_is_silence_in_the_history(engine, board, line, second):
    say(engine, board, speech(1, 1))
    board.tick += 40  # lost on the way
    board.block({2: speech(1, 2)[1]}, mask=MASK)
    engine.step(2)
    assert engine.history(line) == speech(1, 1)[0] + bytes((SILENCE,)) * 40 + speech(1, 2)[1]


def test_a_copy_is_consistent_while_the_thread_writes(engine, board, line):
    blocks = [bytes((value,)) * 40 for value in range(1, 251)]
    engine.start()
    sent = iter(range(10_000))
    copies = []

    def send():
        board.block({2: blocks[next(sent) % 250]}, mask=MASK)
        board.read()
        copies.append(engine.history(line, 1))

    until(lambda: len(engine.history(line)) >= 10_000, each=send)
    for copy in copies:
        ticks = np.frombuffer(copy, np.uint8).reshape(-1, 40)
        assert (ticks == ticks[:, :1]).all()
    assert len(copies[-1]) == 8000


@pytest.mark.parametrize(
    "use",
    [
        lambda engine, port: engine.history(port),
        lambda engine, port: engine.watch_caller_id(port, True),
        lambda engine, port: engine.cancel_echo(port, True),
        lambda engine, port: engine.echo(port),
    ],
)
def test_other_ports_are_refused(engine, fxo, line, use):
    with pytest.raises(EngineError, match="history"):
        use(engine, engine.open_tdm(fxo, 1))
    with pytest.raises(EngineError, match="history"):
        use(engine, engine.open_player())
    engine.close(line)
    with pytest.raises(UnknownHandle):
        use(engine, line)


def test_lines_are_given_back_when_closed(engine, board, fxo):
    for _ in range(3 * Limit.LINES):
        engine.close(engine.open_tdm(fxo, 0, history=True))
        say(engine, board, [bytes(40)])
        engine.finds()
    assert engine.statistics()["lines"] == 0


def test_there_is_a_limit_of_lines_and_nothing_is_left_open_by_it(engine, second):
    boards = [engine.add_board(second.fd) for _ in range(5)]
    slots = [(b, slot) for b in boards for slot in range(32)]
    for b, slot in slots[: Limit.LINES - 1]:
        engine.open_tdm(b, slot, history=True)
    b, slot = slots[Limit.LINES]
    ports = engine.statistics()["ports"]
    with pytest.raises(NoRoom):
        engine.open_tdm(b, slot, history=True)
    assert engine.statistics()["ports"] == ports
    engine.open_tdm(b, slot)


def test_caller_id_is_told_while_it_is_watched(engine, board, line):
    sent = message(0x80, MDMF)
    blocks = coded(on_line(modulate(bits(sent), V23)))
    say(engine, board, blocks)
    assert not kinds(engine.finds(), FindKind.CALLER_ID)
    engine.watch_caller_id(line, True)
    say(engine, board, blocks)
    (find,) = kinds(engine.finds(), FindKind.CALLER_ID)
    assert (find.port, find.value, find.data) == (line, 2, b"\x02" + sent[:-1])
    assert len(blocks) < find.tick < 2 * len(blocks)
    engine.watch_caller_id(line, False)
    say(engine, board, blocks)
    assert not kinds(engine.finds(), FindKind.CALLER_ID)


class EchoingLine:
    """A board whose line 2 gives back what it was sent, `delay` blocks later, by a hybrid."""

    def __init__(self, engine, board, response, delay=5):
        self.engine, self.board, self.response = engine, board, response
        self.sent = np.zeros(40 * delay + len(response))

    def talk(self, near):
        """Feed blocks of what the other end says; return what the line said."""
        said = []
        for at in range(0, len(near) - 39, 40):
            newest = np.convolve(self.sent, self.response, "valid")[:40]
            (block,) = coded(newest + near[at : at + 40])
            self.board.frames.clear()
            self.board.block({2: block}, mask=MASK)
            self.engine.step()
            answer = np.frombuffer(self.board.read()[-1][16:], np.uint8).reshape(40, 4)
            self.sent = np.concatenate([self.sent[40:], pcm(answer[:, 2].tobytes())])
            said.append(block)
        return b"".join(said)


@pytest.fixture
def player(engine):
    clip = engine.load_clip(g711.alaw_encode(to_pcm(talk(3, 4, -15)).astype("<i2").tobytes()))
    player = engine.open_player()
    engine.play(player, [clip], loop=True)
    return player


@pytest.fixture
def echoing(engine, board, line, player):
    engine.hear(line, [(player, 0)])
    return EchoingLine(engine, board, hybrid(4, 0, 8))


def recorded(path):
    """What the left side of a recording says, as samples."""
    return pcm(read_wav(path)[0]).astype(float)


def test_the_echo_is_cancelled_for_all_but_the_history(engine, echoing, line, tmp_path):
    engine.cancel_echo(line, True)
    engine.record(tmp_path / "a.wav", line, line, 60)
    said = echoing.talk(noise(5, 4, -65))
    engine.stop()
    left = recorded(tmp_path / "a.wav")[24000:32000]
    raw = pcm(said).astype(float)[24000:32000]
    assert 10 * np.log10((raw**2).mean() / (left**2).mean()) > 20
    assert engine.history(line, 4) == said
    loss, enhancement = engine.echo(line)
    assert 4 < loss < 14
    assert enhancement > 15


def test_without_cancelling_the_echo_stays(engine, echoing, line, tmp_path):
    engine.cancel_echo(line, True)
    engine.cancel_echo(line, False)
    engine.record(tmp_path / "a.wav", line, line, 60)
    said = echoing.talk(noise(5, 1, -65))
    engine.stop()
    np.testing.assert_array_equal(recorded(tmp_path / "a.wav"), pcm(said))
    assert engine.echo(line) == (0, 0)


def test_what_is_heard_of_the_line_is_not_touched_when_nothing_is_sent(engine, board, line):
    listener = engine.open_tdm(1, 0)
    engine.hear(listener, [(line, 0)])
    engine.cancel_echo(line, True)
    says = coded(through_alaw(talk(1, 1, -15)))[:100]
    for i, block in enumerate(says):
        board.block({2: block}, mask=MASK)
        engine.step()
        assert board.read()[i][16:][0::4] == block


def test_a_fax_is_not_touched_and_the_echo_is_cancelled_again_after_it(
    engine, echoing, line, player, tmp_path
):
    engine.cancel_echo(line, True)
    engine.record(tmp_path / "a.wav", line, line, 60)
    said = echoing.talk(np.concatenate([noise(5, 1, -65), answering(2)]))
    engine.hear(line, [])
    said += echoing.talk(np.zeros(8000))
    engine.hear(line, [(player, 0)])
    said += echoing.talk(noise(6, 1, -65))
    engine.stop()
    left, raw = recorded(tmp_path / "a.wav"), pcm(said).astype(float)
    np.testing.assert_array_equal(left[16000:24000], raw[16000:24000])
    assert 10 * np.log10((raw[36000:] ** 2).mean() / (left[36000:] ** 2).mean()) > 15
