"""The adapter on the real engine, stepped by hand."""

from pathlib import Path

import pytest

from cython_dsp.engine import Engine
from firmware.contract.model import Language
from firmware.errors import MediaError
from firmware.media.clips import Clips
from firmware.media.engine import NO_PORT, EngineMedia
from firmware.prompts.catalogue import Catalogue
from hil_tests.virtual_loop import VirtualLoop

QUARTER_S = 50  # ticks; "pause" is 0.25 s long


class Bench:
    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.engine = Engine(sample_memory_mb=8)
        self.media = EngineMedia(self.engine, Clips(self.engine, Catalogue()), lambda: "CN")
        self.media.finds.start(self.loop)
        self.heard: list[str] = []

    def run(self, ticks):
        for _ in range(ticks):
            self.engine.step()
            self.loop.settle()

    def done(self, name):
        return lambda: self.heard.append(name)


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.media.finds.stop()
    bench.engine.stop()
    bench.loop.close()


def test_end_of_prompts_is_told_once(bench):
    player = bench.media.open_player()
    bench.media.play(player, ["pause", "pause"], Language.EN, bench.done("end"))
    bench.run(2 * QUARTER_S - 5)
    assert bench.heard == []
    bench.run(10)
    assert bench.heard == ["end"]


def test_prompts_that_were_replaced_or_silenced_never_end(bench):
    player = bench.media.open_player()
    bench.media.play(player, ["pause"], Language.EN, bench.done("first"))
    bench.run(QUARTER_S - 2)
    bench.media.play(player, ["pause", "pause"], Language.EN, bench.done("second"))
    bench.run(QUARTER_S)
    assert bench.heard == []
    bench.media.silence(player)
    bench.run(2 * QUARTER_S)
    assert bench.heard == []


def test_unknown_prompts_are_left_out_and_nothing_to_say_ends_at_once(bench):
    player = bench.media.open_player()
    bench.media.play(player, ["there_is_no_such"], Language.EN, bench.done("end"))
    bench.loop.settle()
    assert bench.heard == ["end"]
    bench.media.play(player, ["there_is_no_such", "pause"], Language.EN, bench.done("pause"))
    bench.run(QUARTER_S + 5)
    assert bench.heard == ["end", "pause"]


def test_player_that_could_not_be_opened_is_silent_and_its_prompts_end(bench):
    bench.media.play(NO_PORT, ["pause"], Language.EN, bench.done("end"))
    bench.media.music(NO_PORT)
    bench.media.tone(NO_PORT, "busy")
    bench.media.silence(NO_PORT)
    bench.media.hear(NO_PORT, [])
    bench.media.close(NO_PORT)
    bench.loop.settle()
    assert bench.heard == ["end"]
    assert bench.media.counters.total() == 0


def test_music_and_tones_go_on_until_they_are_silenced(bench):
    player = bench.media.open_player()
    for start in (lambda: bench.media.music(player), lambda: bench.media.tone(player, "ringback")):
        start()
        bench.run(40)
        assert bench.media.engine.level(player)[0] > -40
        bench.media.silence(player)
        bench.run(400)
        assert bench.media.engine.level(player)[0] < -60


def test_what_the_engine_refuses_is_counted_and_no_call_fails_by_it(bench):
    player = bench.media.open_player()
    bench.media.close(player)
    bench.media.close(player)
    bench.media.hear(player, [])
    assert bench.media.counters == {"failed close": 1, "failed hear": 1}


def test_channel_of_a_trunk_without_a_board_is_an_error(bench):
    with pytest.raises(MediaError):
        bench.media.open_channel("e1", 1)


def test_recording_is_a_file_and_its_end_has_the_frames(bench, tmp_path: Path):
    player, frames = bench.media.open_player(), []
    path = tmp_path / "a.wav"
    recorder = bench.media.record(path, player, 0, frames.append)
    bench.run(100)
    bench.media.stop_record(recorder)
    for _ in range(400):
        bench.run(1)
        if frames:
            break
    assert abs(frames[0] - 100 * 40) <= 80
    assert path.stat().st_size >= 2 * frames[0]
    with pytest.raises(OSError, match="exists"):
        bench.media.record(path, player, 0, frames.append)


def test_mistake_in_one_handler_does_not_keep_others_from_their_finds(bench):
    bench.loop.set_exception_handler(lambda *_: bench.heard.append("mistake"))
    one, two = bench.media.open_player(), bench.media.open_player()
    bench.media.play(one, ["pause"], Language.EN, lambda: 1 / 0)
    bench.media.play(two, ["pause"], Language.EN, bench.done("end"))
    bench.run(QUARTER_S + 5)
    assert sorted(bench.heard) == ["end", "mistake"]
