import numpy as np
import pytest

from cython_dsp.engine import Engine, FindKind, NoRoom, UnknownHandle
from cython_dsp.tests.engine.rig import SILENCE, kinds, pcm, speech


@pytest.fixture
def heard(engine, board):
    """Step so many ticks; return what slot 1 was sent."""
    e1 = engine.add_board(board.fd)
    port = engine.open_tdm(e1, 1)

    def run(ticks, talkers=None):
        if talkers is not None:
            engine.hear(port, talkers)
        first = board.tick
        for _ in range(ticks):
            board.block()
            engine.step()
            board.read()
        answers = board.answers()
        return b"".join(answers[t][:, 1].tobytes() for t in range(first, board.tick, 40))

    return run


@pytest.fixture
def player(engine):
    return engine.open_player()


def test_clips_follow_each_other_without_a_gap(engine, heard, player):
    says = b"".join(speech(1, 4))
    clips = [
        engine.load_clip(says[:33]),
        engine.load_clip(says[33:50]),
        engine.load_clip(says[50:]),
    ]
    play = engine.play(player, clips)
    assert heard(5, [(player, 0)]) == says + bytes([SILENCE]) * 40
    (done,) = kinds(engine.finds(), FindKind.PLAY_DONE)
    assert (done.port, done.value, done.tick) == (player, play, 3)


def test_a_loop_goes_on_until_silence(engine, heard, player):
    says = b"".join(speech(1, 2))[:70]
    engine.play(player, [engine.load_clip(says)], loop=True)
    assert heard(14, [(player, 0)]) == says * 8
    engine.silence(player)
    assert set(heard(1)) == {SILENCE}
    assert not kinds(engine.finds(), FindKind.PLAY_DONE)


def test_a_new_play_replaces_the_old_one(engine, heard, player):
    long, short = engine.load_clip(b"\x2a" * 8000), engine.load_clip(b"\xaa" * 40)
    engine.play(player, [long])
    heard(2, [(player, 0)])
    second = engine.play(player, [short])
    assert heard(1) == b"\xaa" * 40
    assert [find.value for find in kinds(engine.finds(), FindKind.PLAY_DONE)] == [second]


def test_two_talkers_are_mixed_with_their_gains(engine, heard):
    loud, soft = engine.open_player(), engine.open_player()
    says = [b"".join(speech(seed, 1)) for seed in (1, 2)]
    engine.play(loud, [engine.load_clip(says[0])])
    engine.play(soft, [engine.load_clip(says[1])])
    got = pcm(heard(1, [(loud, 0), (soft, -20)]))
    want = pcm(says[0]) + pcm(says[1]) * 0.1
    np.testing.assert_allclose(got, want, atol=600, rtol=0.05)


def test_a_clip_unloaded_while_it_plays_is_freed_afterwards(engine, heard, player):
    clip = engine.load_clip(b"\x2a" * 80)
    engine.play(player, [clip])
    engine.unload_clip(clip)
    with pytest.raises(UnknownHandle):
        engine.play(player, [clip])
    with pytest.raises(UnknownHandle):
        engine.unload_clip(clip)
    assert heard(2, [(player, 0)]) == b"\x2a" * 80
    engine.finds()
    assert engine.statistics()["clip_bytes"] == 0


def test_the_memory_for_clips_is_bounded():
    engine = Engine(sample_memory_mb=1)
    clip = engine.load_clip(bytes(1 << 20))
    with pytest.raises(NoRoom):
        engine.load_clip(b"\0")
    engine.unload_clip(clip)
    engine.step()
    engine.finds()
    engine.load_clip(b"\0")


def test_an_empty_clip_is_refused(engine):
    with pytest.raises(ValueError, match="at least one"):
        engine.load_clip(b"")


def test_a_tone_lasts_until_it_is_silenced(engine, heard, player):
    engine.tone(player, "CN", "dial")
    got = pcm(heard(160, [(player, 0)]))
    spectrum = np.abs(np.fft.rfft(got))
    assert np.argmax(spectrum) * 8000 / len(got) == 450
    assert engine.level(player)[0] == pytest.approx(-10, abs=1)
    engine.silence(player)
    assert set(heard(1)) == {SILENCE}


def test_an_unknown_tone_is_refused(engine, player):
    with pytest.raises(ValueError, match="no tone"):
        engine.tone(player, "CN", "howler")
    with pytest.raises(ValueError, match="no tone"):
        engine.tone(player, "XX", "dial")


def test_a_player_hears_nothing_and_a_port_plays_nothing(engine, heard, player):
    with pytest.raises(UnknownHandle):
        engine.hear(player, [])
    with pytest.raises(UnknownHandle):
        engine.silence(12345)


def test_a_closed_talker_is_silent(engine, heard, player):
    engine.play(player, [engine.load_clip(b"\x2a" * 800)])
    heard(1, [(player, 0)])
    engine.close(player)
    again = engine.open_player()  # may get the same index
    engine.play(again, [engine.load_clip(b"\x2a" * 800)])
    assert set(heard(1)) == {SILENCE}


def test_digits_are_sent_and_found(engine, board):
    e1 = engine.add_board(board.fd)
    sender, receiver = engine.open_tdm(e1, 1), engine.open_tdm(e1, 2)
    engine.send_digits(sender, "159D*#")
    finds = []
    for i in range(280):
        echo = board.answers()[(i - 1) * 40][:, 1].tobytes() if i else bytes([SILENCE]) * 40
        board.block({2: echo})
        engine.step()
        finds += engine.finds()
    digits = kinds(finds, FindKind.DIGIT)
    assert "".join(chr(find.value) for find in digits) == "159D*#"
    assert {find.port for find in digits} == {receiver}
    for i, find in enumerate(digits):
        assert abs(find.tick - (1 + 40 * i)) <= 4
    (sent,) = kinds(finds, FindKind.DIGITS_SENT)
    assert (sent.port, sent.value) == (sender, 0)
    assert abs(sent.tick - 240) <= 2


def test_more_digits_than_can_wait_are_refused(engine, player):
    for _ in range(3):
        engine.send_digits(player, "1" * 64)
    engine.step()
    (refused,) = kinds(engine.finds(), FindKind.DIGITS_SENT)
    assert refused.value == -1


@pytest.mark.parametrize("digits", ["", "12a", "1 2", "1" * 65])
def test_what_is_no_digit_is_refused(engine, player, digits):
    with pytest.raises(ValueError, match="1 to 64"):
        engine.send_digits(player, digits)
