"""The files that are kept: complete in both languages, playable, at one level."""

import json
import logging
import re
from pathlib import Path

import pytest

from firmware.prompts import alaw, level
from firmware.prompts.catalogue import LANGUAGES, Catalogue, UnknownPrompt

CATALOGUE = Catalogue()
LEVELS = CATALOGUE.settings["levels"]
SPOKEN = [
    (name, language)
    for language in LANGUAGES
    for name in CATALOGUE.ids(language)
    if CATALOGUE.prompt(name, language).parts
]
SPEECH = Path("board/sim/speech")
SENTENCES = json.loads((SPEECH / "index.json").read_text("utf-8"))
# One grammar needs them, the other does not (firmware/ivr/say.py).
ONE_LANGUAGE = re.compile(
    "digit_1_yao|number_2_liang|number_and|number_tail_1.|(customers|minutes|hours)_.*"
)
LIMIT_BYTES = 15 * 1024 * 1024


def samples(name, language):
    return alaw.decode(CATALOGUE.path(name, language).read_bytes())


def silence_around(sound, floor_db=-40.0):
    """Seconds before the first and after the last 10 ms that are not silent."""
    frames = sound[: sound.size // 80 * 80].reshape(-1, 80)
    power = (frames**2).mean(axis=1)
    loud = (power > power.max() * 10 ** (floor_db / 10)).nonzero()[0]
    return loud[0] / 100, (len(power) - 1 - loud[-1]) / 100


def test_both_languages_have_the_same_prompts():
    alone = set(CATALOGUE.ids("zh_CN")) ^ set(CATALOGUE.ids("en"))
    assert {name for name in alone if not ONE_LANGUAGE.fullmatch(name)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_folder_holds_what_the_catalogue_names_and_nothing_else(language):
    files = {file.stem for file in (CATALOGUE.built_in / language).iterdir()}
    assert files == set(CATALOGUE.ids(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_clips_are_neither_cut_off_nor_endless(language):
    for name in CATALOGUE.ids(language):
        longest = 60 if name == "music" else 15
        assert 0.1 <= CATALOGUE.seconds(name, language) <= longest, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_speech_is_at_one_level(language):
    for name, spoken in SPOKEN:
        if spoken == language:
            measured = level.active_speech(samples(name, language))
            assert measured == pytest.approx(LEVELS["speech"], abs=LEVELS["tolerance"]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_clips_begin_at_once_and_end_in_time(language):
    for name, spoken in SPOKEN:
        if spoken == language:
            before, after = silence_around(samples(name, language))
            assert before <= 0.1, name
            assert after <= 0.15, name


@pytest.mark.parametrize(("name", "language"), SPOKEN[::10])
def test_nothing_is_clipped(name, language):
    assert level.clipped_share(samples(name, language)) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_music_is_long_at_its_level_and_loops_without_a_click(language):
    sound = samples("music", language)
    assert 30 <= CATALOGUE.seconds("music", language) <= 60
    assert level.rms(sound) == pytest.approx(LEVELS["music"], abs=0.5)
    steps = abs(sound[1:] - sound[:-1])
    assert abs(sound[0] - sound[-1]) <= steps.max()


def test_all_kept_sound_is_small():
    kept = [*CATALOGUE.built_in.glob("*/*.alaw"), *SPEECH.glob("*/*.alaw")]
    assert sum(file.stat().st_size for file in kept) < LIMIT_BYTES


def test_what_may_differ_has_its_reason():
    for name, language in SPOKEN:
        for part in CATALOGUE.prompt(name, language).parts:
            assert 0 <= part.allowed <= 0.5, name
            assert bool(part.allowed) == bool(part.why), name


@pytest.mark.parametrize("entry", SENTENCES, ids=lambda entry: entry["file"])
def test_simulated_speech_is_as_its_index_says(entry):
    sound = alaw.decode((SPEECH / entry["file"]).read_bytes())
    assert sound.size / 8000 == pytest.approx(entry["seconds"], abs=0.001)
    assert level.active_speech(sound) == pytest.approx(-18, abs=1)
    assert entry["voice"] not in {v["voice"] for v in CATALOGUE.settings["voices"].values()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("party", "least"), [("caller", 6), ("agent", 4)])
def test_each_party_has_enough_to_say(language, party, least):
    said = [e for e in SENTENCES if (e["language"], e["party"]) == (language, party)]
    assert len(said) >= least
    assert max(entry["seconds"] for entry in said) >= 8


def test_an_unknown_prompt_is_an_error_in_every_language():
    for method in (CATALOGUE.path, CATALOGUE.prompt, CATALOGUE.text, CATALOGUE.custom_path):
        with pytest.raises(UnknownPrompt, match="no_such"):
            method("no_such", "en")


@pytest.fixture
def own(tmp_path):
    return Catalogue(custom=tmp_path)


def test_the_operators_own_clip_is_played_instead(own, tmp_path):
    assert not own.is_replaced("greeting", "en")
    clip = tmp_path / "en" / "greeting.alaw"
    clip.parent.mkdir()
    clip.write_bytes(alaw.SILENCE * 8000)
    assert own.is_replaced("greeting", "en")
    assert own.path("greeting", "en") == clip
    assert own.seconds("greeting", "en") == 1
    assert own.path("greeting", "zh_CN") == own.built_in / "zh_CN" / "greeting.alaw"


def test_a_missing_clip_is_played_in_the_other_language_with_a_warning(tmp_path, caplog):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "goodbye.alaw").write_bytes(alaw.SILENCE * 800)
    bare = Catalogue(built_in=tmp_path)
    with caplog.at_level(logging.WARNING):
        assert bare.path("goodbye", "zh_CN").parent.name == "en"
    assert "goodbye: no zh_CN clip, playing en" in caplog.text


def test_a_clip_of_no_language_is_unknown(tmp_path):
    with pytest.raises(UnknownPrompt):
        Catalogue(built_in=tmp_path).path("goodbye", "en")


def test_the_language_of_the_clip_is_played_without_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert CATALOGUE.path("goodbye", "en").parent.name == "en"
    assert not caplog.records
