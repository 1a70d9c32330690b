from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_dsp import g711
from cython_dsp.tests.riff import chunk, form, pcm, riff
from cython_dsp.wav import Problem as WavProblem
from firmware.errors import Refused
from firmware.prompts import alaw, level, upload
from firmware.prompts.catalogue import LANGUAGES, Catalogue, UnknownPrompt
from firmware.prompts.upload import TEXTS, Problem, PromptRejected

LEVELS = Catalogue().settings["levels"]


def speechlike(rate, seconds=1.0, peak=9000.0):
    """A vowel-like buzz of 150 Hz that comes and goes, with silence around."""
    time = np.arange(int(rate * seconds)) / rate
    buzz = sum(np.sin(2 * np.pi * 150 * n * time) / n for n in range(2, 20))
    shape = np.clip(np.sin(2 * np.pi * 2 * time), 0, 1)
    around = np.zeros(rate // 4)
    sound = np.concatenate([around, buzz * shape, around])
    return sound * peak / np.abs(sound).max()


def wav(sound=None, rate=8000, channels=1):
    sound = speechlike(rate) if sound is None else sound
    data = pcm(np.repeat(sound, channels))
    return riff(form(1, channels, rate), chunk(b"data", data))


def problem_of(data, **options):
    with pytest.raises(PromptRejected) as caught:
        upload.convert(data, LEVELS, **options)
    return caught.value.problem


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_pcm_of_any_rate_becomes_a_clip_at_the_level_of_the_others(rate, channels):
    made = upload.convert(wav(rate=rate, channels=channels), LEVELS)
    sound = alaw.decode(made.clip)
    assert level.active_speech(sound) == pytest.approx(LEVELS["speech"], abs=0.5)
    assert made.level_dbm0 == pytest.approx(LEVELS["speech"], abs=0.5)
    assert made.seconds == len(made.clip) / 8000 == pytest.approx(0.8, abs=0.15)  # silence cut


@pytest.mark.parametrize(("coding", "law"), [(6, "alaw"), (7, "ulaw")])
def test_g711_files_are_the_same_sound(coding, law):
    sound = speechlike(8000)
    codes = getattr(g711, f"{law}_encode")(pcm(sound))
    data = riff(form(coding, bits=8, extra=b"\0\0"), chunk(b"data", codes))
    got = alaw.decode(upload.convert(data, LEVELS).clip)
    wanted = alaw.decode(upload.convert(wav(sound), LEVELS).clip)
    size = min(got.size, wanted.size)
    assert np.corrcoef(got[:size], wanted[:size])[0, 1] > 0.99


def test_music_is_levelled_over_all_and_not_trimmed():
    made = upload.convert(wav(), LEVELS, music=True)
    assert made.level_dbm0 == pytest.approx(LEVELS["music"], abs=0.5)
    assert made.seconds == 1.5


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.NOT_AUDIO),
        (riff(form()), Problem.EMPTY),
        (wav(speechlike(8000)[:400]), Problem.EMPTY),
        (wav()[:-100], Problem.INCOMPLETE),
        (riff(form(bits=24), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(), chunk(b"data", bytes(16000 * 301))), Problem.TOO_LONG),
        (wav(np.zeros(8000)), Problem.SILENT),
        (wav(np.full(8000, 5000.0)), Problem.SILENT),  # a constant is no sound
        (wav(np.random.default_rng(1).normal(0, 10, 8000)), Problem.SILENT),
        (wav(speechlike(8000, peak=200000)), Problem.CLIPPED),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(data, problem):
    assert problem_of(data) is problem


@pytest.mark.parametrize("problem", WavProblem)
def test_each_fault_of_a_wav_file_is_a_problem_with_words(problem):
    assert Problem(f"prompt.{problem}") in TEXTS


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    for start in (b"", b"RIFF\0\0\0\0WAVE", riff(form())):
        with pytest.raises(PromptRejected):
            upload.convert(start + data, LEVELS)


@settings(max_examples=30)
@given(st.data())
def test_a_damaged_header_is_refused_or_still_a_sound(data):
    whole = bytearray(wav(speechlike(8000, 0.3)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, 43))] = data.draw(st.integers(0, 255))
    with suppress(PromptRejected):
        assert upload.convert(bytes(whole), LEVELS).clip


@pytest.fixture
def own(tmp_path):
    return Catalogue(custom=tmp_path / "prompts")


def test_a_replaced_prompt_is_played_until_it_is_restored(own):
    made = upload.replace(own, "greeting", "en", wav())
    assert own.path("greeting", "en").read_bytes() == made.clip
    upload.restore(own, "greeting", "en")
    upload.restore(own, "greeting", "en")
    assert not own.is_replaced("greeting", "en")
    assert own.path("greeting", "en").is_relative_to(own.built_in)


def test_a_refused_file_changes_nothing(own):
    before = upload.replace(own, "greeting", "en", wav()).clip
    for data in (b"no audio", wav(np.zeros(8000)), wav()[:-10]):
        with pytest.raises(PromptRejected):
            upload.replace(own, "greeting", "en", data)
    assert own.path("greeting", "en").read_bytes() == before
    assert [file.name for file in own.custom.rglob("*.*")] == ["greeting.alaw"]


def test_nothing_is_left_behind_where_the_disk_is_full(own, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upload.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        upload.replace(own, "greeting", "en", wav())
    assert not own.is_replaced("greeting", "en")
    assert not list(own.custom.rglob("*.*"))


@pytest.mark.parametrize("name", ["no_such", "../greeting", "", "en/greeting"])
def test_only_prompts_of_the_catalogue_can_be_replaced(own, name):
    with pytest.raises(UnknownPrompt):
        upload.replace(own, name, "en", wav())
    assert not own.custom.exists()


def test_without_a_folder_for_own_prompts_nothing_can_be_replaced():
    with pytest.raises(ValueError, match="no folder"):
        upload.replace(Catalogue(), "greeting", "en", wav())
    upload.restore(Catalogue(), "greeting", "en")


def test_music_may_be_replaced_too(own):
    made = upload.replace(own, "music", "zh_CN", wav())
    assert made.level_dbm0 == pytest.approx(LEVELS["music"], abs=0.5)


def test_every_refusal_has_words_in_both_languages():
    assert set(TEXTS) == set(Problem)
    assert all(set(texts) == set(LANGUAGES) for texts in TEXTS.values())


def test_a_refusal_is_one_of_the_products_own():
    refusal = PromptRejected(Problem.SILENT)
    assert isinstance(refusal, Refused)
    assert (refusal.code, str(refusal)) == ("prompt.silent", TEXTS[Problem.SILENT]["en"])
