import io
import wave

import numpy as np
import pytest

from board.host import isdn_events as ev
from board.sim import line
from board.tests.sim.box import Box
from board.tests.sim.exchange.process import running, wait


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    path = tmp_path_factory.mktemp("exchange") / "line.sock"
    with running(path) as client:
        box = client.box = Box(line.connect(str(path)), stepped=False)
        wait(lambda: client.get("/calls").json()["link"])
        yield client
    box.close()


def test_the_page_speaks_both_languages(exchange):
    page = exchange.get("/")
    assert page.status_code == 200
    assert "给我打电话" in page.text
    assert "Call me now" in page.text
    assert "*0017" in page.text


def test_without_an_fxo_board_there_is_nothing_about_analogue_lines(exchange):
    assert 'id="analog"' not in exchange.get("/").text
    assert exchange.get("/lines").status_code == 404


def test_call_me_now_rings_the_box_and_is_listed(exchange):
    form = {"called": "88886666", "calling": "13912345678", "language": "2", "digit": "1"}
    assert exchange.post("/call", data=form).status_code == 303
    setups = wait(lambda: [e for e in exchange.box.events if isinstance(e, ev.Setup)])
    assert (setups[0].called, setups[0].calling) == ("88886666", "13912345678")
    (call,) = wait(
        lambda: [c for c in exchange.get("/calls").json()["calls"] if c["state"] == "connected"]
    )
    assert (call["calling"], call["channel"], call["from_box"]) == ("13912345678", 1, False)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"called": "12a"},
        {"called": "1" * 33},
        {"called": "1", "calling": "<b>"},
        {"called": "1", "digit": "x"},
        {"called": "1", "language": "fr"},
    ],
)
def test_a_bad_form_is_refused_with_a_reason_and_places_no_call(exchange, form):
    before = len(exchange.get("/calls").json()["calls"])
    answer = exchange.post("/call", data=form)
    assert answer.status_code == 400
    assert "/" in answer.text
    assert len(exchange.get("/calls").json()["calls"]) == before


def test_forms_of_other_sites_and_other_host_names_are_refused(exchange):
    strange = exchange.post("/call", data={"called": "1"}, headers={"Origin": "http://evil.test"})
    assert strange.status_code == 403
    assert exchange.get("/", headers={"Host": "evil.test"}).status_code == 403


def test_a_line_fault_is_set_and_taken_away(exchange):
    assert exchange.post("/fault", data={"fault": "LOS"}).status_code == 303
    wait(lambda: exchange.box.seen_bits == line.LOS)
    exchange.post("/fault", data={"fault": "none"})
    wait(lambda: exchange.box.seen_bits == 0)
    assert exchange.post("/fault", data={"fault": "fire"}).status_code == 400


def test_what_a_call_said_and_heard_is_fetched_as_a_wav_of_two_channels(exchange):
    exchange.post("/call", data={"called": "17", "language": "1", "digit": "2"})
    (call,) = wait(
        lambda: [c for c in exchange.get("/calls").json()["calls"] if c["called"] == "17"]
    )

    def pressed():
        answer = exchange.get(f"/calls/{call['number']}.wav")
        with wave.open(io.BytesIO(answer.content)) as file:
            assert (file.getnchannels(), file.getframerate()) == (2, 8000)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        return samples[:, 0].any() and int(answer.headers["X-Tick"]) > 0

    wait(pressed)
    assert exchange.get("/calls/999.wav").status_code == 404
