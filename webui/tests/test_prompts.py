import io
from hashlib import sha256

import pytest

from webui.prompts import wav
from webui.tests.refusal import No

SOUND = b"RIFF....WAVE and so on"


def upload(person, name="welcome", content=SOUND):
    fields = {"language": "zh_CN", "prompt": name, "file": (io.BytesIO(content), "hello.wav")}
    return person.post("/prompts/replace", "/prompts/", **fields)


def test_an_upload_is_handed_over_by_name_and_hash(log_in, served, options):
    found = []

    def look(box):
        original = box.command

        def command(name, params, token):
            if name == "ReplacePrompt":
                found.append((options.uploads / params["upload"]).read_bytes())
            return original(name, params, token)

        box.command = command

    person = log_in("admin")
    served.do(look)
    assert upload(person).status_code == 303
    sent = served.do(lambda box: box.seen[-1])
    digest = sha256(SOUND).hexdigest()
    assert (sent.prompt, sent.language, sent.sha256) == ("welcome", "zh_CN", digest)
    assert found == [SOUND]
    assert list(options.uploads.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [("prompt.not_audio", "not a WAV audio file"), ("prompt.silent", "almost silent")],
)
def test_a_file_that_is_no_prompt_is_refused_in_words(log_in, served, options, code, words):
    served.do(lambda box: box.refusals.update(ReplacePrompt=No(409, code)))
    reply = upload(log_in("admin"))
    assert reply.status_code == 422
    assert words in reply.text
    assert list(options.uploads.iterdir()) == []


def test_a_form_without_a_file_says_so(log_in):
    reply = log_in("admin").post("/prompts/replace", "/prompts/", language="en", prompt="welcome")
    assert reply.status_code == 422
    assert "Choose a file first." in reply.text


def test_a_file_larger_than_a_form_may_be_uploaded(log_in):
    reply = upload(log_in("admin"), content=bytes(2 << 20))
    reply.request.environ["wsgi.input"].close()  # the test client's own spool file
    assert reply.status_code == 303


def test_a_prompt_is_played_as_the_callers_hear_it(log_in):
    reply = log_in("admin").get("/prompts/zh_CN/welcome.wav")
    assert reply.mimetype == "audio/wav"
    assert reply.data[:4] == b"RIFF"
    assert log_in("admin").get("/prompts/zh_CN/nothing.wav").status_code == 404


def test_the_header_names_a_law_and_the_length():
    file = wav(b"\xd5" * 801)
    assert int.from_bytes(file[4:8], "little") == len(file) - 8
    assert int.from_bytes(file[20:22], "little") == 6
