import asyncio
import hashlib
import io
import wave

import numpy as np
import pytest

from firmware.contract.commands import ReplacePrompt
from firmware.contract.model import Language, Role
from firmware.cti.replace_prompt import PromptReplacer
from firmware.errors import Refused
from firmware.media.clips import Clips
from firmware.prompts.catalogue import Catalogue
from firmware.sessions import Identity
from firmware.tests.media.test_clips import Store

WHO = Identity("admin", Role.ADMINISTRATOR, "k")


def wav(seconds=1.0):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        time = np.arange(int(8000 * seconds))
        out.writeframes((6000 * np.sin(time / 3)).astype("<i2").tobytes())
    return file.getvalue()


class Desk:
    def __init__(self, folder):
        self.uploads = folder / "uploads"
        self.uploads.mkdir()
        self.clips = Clips(Store(), Catalogue(custom=folder / "own"))
        self._replacer = PromptReplacer(self.clips, self.uploads)

    def replace(self, data, name="a.wav", prompt="greeting", language="en", digest=None):
        (self.uploads / "a.wav").write_bytes(data)
        digest = digest or hashlib.sha256(data).hexdigest()
        command = ReplacePrompt(prompt, language, name, digest)
        asyncio.run(self._replacer.replace(command, WHO))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_uploaded_file_is_played_from_then_on(desk):
    before = desk.clips.find(["greeting"], Language.EN)
    desk.replace(wav())
    assert desk.clips.find(["greeting"], Language.EN) != before


@pytest.mark.parametrize(("change", "code"), [
    ({"name": "../secret"}, "no_such_upload"),
    ({"name": "b.wav"}, "no_such_upload"),
    ({"digest": "0" * 64}, "upload_changed"),
    ({"prompt": "none"}, "unknown_prompt"),
    ({"language": "de"}, "unknown_prompt"),
])  # fmt: skip
def test_wrong_names_are_refused(desk, change, code):
    with pytest.raises(Refused) as refused:
        desk.replace(wav(), **change)
    assert refused.value.code == code


def test_file_that_is_no_audio_is_refused_and_changes_nothing(desk):
    before = desk.clips.find(["greeting"], Language.EN)
    with pytest.raises(Refused) as refused:
        desk.replace(b"no audio at all")
    assert refused.value.code == "prompt.not_audio"
    assert desk.clips.find(["greeting"], Language.EN) == before
