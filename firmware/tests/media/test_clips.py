import shutil

import pytest

from firmware.contract.model import Language
from firmware.media.clips import Clips
from firmware.prompts.catalogue import Catalogue


class Store:
    def __init__(self):
        self.loaded, self.unloaded = [], []

    def load_clip(self, alaw):
        self.loaded.append(alaw)
        return len(self.loaded)

    def unload_clip(self, clip):
        self.unloaded.append(clip)


@pytest.fixture
def clips(tmp_path):
    return Clips(Store(), Catalogue(custom=tmp_path))


def test_each_file_is_loaded_once(clips):
    first = clips.find(["pause", "pause"], Language.EN)
    assert first == clips.find(["pause", "pause"], Language.EN)
    assert len(clips._store.loaded) == 1


def test_missing_prompt_is_asked_for_once_and_left_out(clips, caplog):
    assert clips.find(["nothing", "pause"], Language.EN) == [1]
    clips.find(["nothing"], Language.EN)
    assert caplog.text.count("cannot be played") == 1


def test_replaced_prompt_is_played_from_then_on_and_the_old_one_forgotten(clips, tmp_path):
    old = clips.find(["greeting"], Language.EN)
    own = clips.catalogue.custom_path("greeting", "en")
    own.parent.mkdir(parents=True)
    shutil.copy(clips.catalogue.path("pause", "en"), own)
    clips.replace("greeting", Language.EN)
    assert clips.find(["greeting"], Language.EN) != old
    assert clips._store.unloaded == list(old)


def test_empty_file_is_no_clip(clips):
    own = clips.catalogue.custom_path("greeting", "en")
    own.parent.mkdir(parents=True)
    own.write_bytes(b"")
    assert clips.find(["greeting"], Language.EN) == []
