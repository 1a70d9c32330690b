import io
import wave

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from board.sim import adsi, fxo_line, line
from board.sim.alaw import decode
from board.tests.sim.analog.line_box import LineBox
from board.tests.sim.box import Box
from board.tests.sim.exchange.process import running, wait

CALL = {
    "line": "1",
    "calling": "13912345678",
    "caller_id": "fsk",
    "presentation": "allowed",
    "language": "1",
    "digit": "1",
}
WELL = {"fault": "none", "clear": "busy_tone", "dial_tone": "immediate"}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    e1, fxo = folder / "line.sock", folder / "fxo.sock"
    with running(e1, "--fxo-line", fxo, "--fxo-ports", "4") as client:
        box = client.e1 = Box(line.connect(str(e1)), stepped=False)
        client.box = LineBox(line.connect(str(fxo)), 4)
        wait(lambda: client.get("/lines").json()["board"])
        yield client
    box.close()
    client.box.close()
    assert not fxo.exists()


def feed(exchange, number):
    return exchange.box.line(number).seen[-1]


def row(exchange, number):
    return exchange.get("/lines").json()["lines"][number - 1]


class Wire:
    """What a line hears, to be read while it grows."""

    def __init__(self):
        self.codes = bytearray()

    def add(self, _tick, codes):
        self.codes += codes


def messages(wire):
    ear = adsi.AdsiReceiver()
    ear.feed(decode(bytes(wire.codes)))
    ear.close()
    return ear.messages


def calls(exchange, number):
    return [c for c in exchange.get("/lines").json()["calls"] if c["line"] == number]


def settings(exchange, number, **changes):
    form = {"line": str(number), **WELL, **changes}
    assert exchange.post("/line-set", data=form).status_code == 303


def test_the_page_shows_the_lines_in_both_languages(exchange):
    page = exchange.get("/").text
    for words in ("模拟线路", "Analogue lines", "芯片复位", "busy tone", "DTMF D…C"):
        assert words in page
    assert page.count("<option>4</option>") == 2


def test_an_idle_line_has_its_number_and_the_feed_voltage(exchange):
    shown = wait(lambda: (r := row(exchange, 4))["volts"] < -40 and r)
    assert shown["number"] == "01088887004"
    assert (shown["state"], shown["fault"], shown["digits"]) == ("idle", "none", "")
    assert shown["milliamperes"] == 0.0


def test_call_me_now_shows_the_number_rings_and_connects(exchange):
    end = exchange.box.line(1)
    wire = end.heard = Wire()
    exchange.post("/line-call", data=CALL)
    wait(lambda: end.seen[-1].ring_v > 0)
    assert row(exchange, 1)["state"] == "ringing"
    (message,) = wait(lambda: messages(wire))
    assert b"13912345678" in message
    end.off_hook = True
    wait(lambda: calls(exchange, 1)[0]["state"] == "connected")
    shown = row(exchange, 1)
    assert shown["state"] == "incoming"
    assert shown["milliamperes"] > 18
    assert -40 < shown["volts"] < -3
    end.off_hook = False
    ended = wait(lambda: (c := calls(exchange, 1)[0])["state"] == "ended" and c)
    assert ended["cleared_by"] == "box"


def test_what_a_line_said_and_heard_is_fetched_as_a_wav(exchange):
    exchange.post("/line-call", data=CALL | {"line": "3"})
    wait(lambda: feed(exchange, 3).ring_v > 0)
    number = calls(exchange, 3)[0]["number"]
    answer = exchange.get(f"/line-calls/{number}.wav")
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert np.frombuffer(file.readframes(file.getnframes()), "<i2").size > 0
    assert exchange.get("/line-calls/999.wav").status_code == 404


@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("unplugged", lambda feed: feed.ohms == 65535),
        ("short", lambda feed: -5 < feed.volts <= 0 and feed.ohms != 65535),
        ("ground", lambda feed: -20 < feed.volts < -2),
        ("parallel", lambda feed: -20 < feed.volts < -2),
        ("reversed", lambda feed: feed.volts > 40),
        ("isolation", lambda feed: feed.bits & fxo_line.FEED_ISOLATION_DOWN),
        ("chip_silent", lambda feed: feed.bits & fxo_line.FEED_CHIP_SILENT),
    ],
)
def test_a_fault_reaches_the_line_is_shown_and_goes_away(exchange, fault, sign):
    settings(exchange, 2, fault=fault)
    wait(lambda: sign(feed(exchange, 2)))
    assert row(exchange, 2)["fault"] == fault
    settings(exchange, 2)
    wait(lambda: not sign(feed(exchange, 2)))
    assert row(exchange, 2)["fault"] == "none"


def test_a_reset_of_the_chip_happens_once(exchange):
    before = len(exchange.box.line(2).seen)
    settings(exchange, 2, fault="chip_reset")

    def resets():
        seen = exchange.box.line(2).seen[before:]
        return [feed for feed in seen if feed.bits & fxo_line.FEED_CHIP_RESET]

    wait(resets)
    assert row(exchange, 2)["fault"] == "none"
    assert len(resets()) == 1


@pytest.mark.timeout(30)  # a browser starts
def test_a_person_sets_a_fault_in_a_browser_and_sees_it(exchange):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=str(exchange.base_url))
        page.goto("/")
        form = page.locator("form[action='/line-set']")
        form.locator("[name=line]").select_option("4")
        form.locator("[name=fault]").select_option("unplugged")
        form.locator("button").click()
        fourth = page.locator("#pairs tr").nth(3)
        fourth.get_by_text("未接线 unplugged").wait_for()
        assert fourth.locator("td.bad").count() == 1
        assert page.locator("#fxo").inner_text() == "板卡已连接 board connected"
        browser.close()
    settings(exchange, 4)


def test_the_exchange_does_what_was_chosen(exchange):
    settings(exchange, 3, clear="polarity", dial_tone="absent", answer_polarity="on")
    shown = wait(lambda: (r := row(exchange, 3))["clear"] == "polarity" and r)
    assert (shown["dial_tone"], shown["answer_polarity"]) == ("absent", True)
    settings(exchange, 3)
    assert wait(lambda: not row(exchange, 3)["answer_polarity"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": "5"},
        {"line": ""},
        {"calling": "12a"},
        {"calling": "1" * 33},
        {"caller_id": "smoke"},
        {"presentation": "secret"},
        {"language": "fr"},
        {"digit": "x"},
        {"name": "x" * 41},
        {"name": "a\x07b"},
    ],
)
def test_a_bad_call_form_is_refused_in_both_languages(exchange, wrong):
    before = len(exchange.get("/lines").json()["calls"])
    answer = exchange.post("/line-call", data={**CALL, **wrong})
    assert answer.status_code == 400
    assert " / " in answer.text
    assert len(exchange.get("/lines").json()["calls"]) == before


@pytest.mark.parametrize("wrong", ["fault", "clear", "dial_tone", "answer_polarity", "line"])
def test_a_bad_setting_is_refused(exchange, wrong):
    answer = exchange.post("/line-set", data={"line": "2", **WELL, wrong: "fire"})
    assert answer.status_code == 400
    assert row(exchange, 2)["fault"] == "none"


def test_forms_of_other_sites_are_refused(exchange):
    strange = exchange.post("/line-set", data=WELL, headers={"Origin": "http://evil.test"})
    assert strange.status_code == 403


def test_the_process_keeps_so_many_calls_up_as_it_was_told(tmp_path):
    e1, fxo = tmp_path / "line.sock", tmp_path / "fxo.sock"
    options = ("--fxo-line", fxo, "--fxo-ports", "16", "--fxo-load", "2")
    with running(e1, *options) as client:
        box = LineBox(line.connect(str(fxo)), 16)
        wait(lambda: len(client.get("/lines").json()["calls"]) == 2)
        states = [one["state"] for one in client.get("/lines").json()["lines"]]
        assert (len(states), states.count("ringing")) == (16, 2)
    box.close()
