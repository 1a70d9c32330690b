"""The live page and the calls page in a browser."""

import pytest
from playwright.sync_api import expect

from firmware.contract.model import AgentState, ChannelState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]  # Chromium on a slow machine


@pytest.fixture
def monitor(open_page):
    page = open_page("/monitor", user="lead")
    page.wait_for_selector(".channels li")
    return page


def test_a_channel_is_shown_by_shape_and_word(monitor, rig):
    assert monitor.locator(".channels li").count() == 30
    rig.daemon.do(lambda box: box.channel(1, ChannelState.CONNECTED))
    cell = monitor.locator(".channels li[data-key='1'][data-channel=connected]")
    cell.wait_for()
    assert cell.locator("use").get_attribute("href").endswith("#connected")
    assert "Channel 1: In a call" in cell.text_content()


def test_an_alarm_is_shown_with_what_to_do_and_announced(monitor, rig):
    rig.daemon.do(lambda box: box.alarm("los"))
    monitor.wait_for_selector(".alarms li")
    assert "No signal on the line" in monitor.inner_text(".alarms")
    assert "cable" in monitor.inner_text(".alarms")
    expect(monitor.locator("#say-now")).to_contain_text("Alarm on E1 电信")
    rig.daemon.do(lambda box: box.alarm())
    monitor.wait_for_selector(".span[data-good=true]")


def test_a_waiting_caller_appears_and_goes(monitor, rig):
    call = rig.daemon.do(lambda box: box.ring("8002", calling="01012345678"))
    row = monitor.locator(f"#waiting tr[data-key='{call}']")
    row.wait_for()
    assert "01012345678" in row.inner_text()
    rig.daemon.do(lambda box: box.bridge(call, "8002"))
    row.wait_for(state="detached")


def test_a_supervisor_sets_an_agents_state(monitor, rig):
    monitor.click("#agents tr[data-key='8002'] button")
    monitor.select_option("#force-state", "not_ready")
    monitor.fill("#force-reason", "team meeting")
    monitor.click("#force button[value=set]")
    monitor.wait_for_selector("#agents tr[data-key='8002'][data-state=not_ready]")
    assert rig.daemon.do(lambda box: box.agents["8002"].reason) == "team meeting"


def test_a_cancelled_dialog_changes_nothing(monitor, rig):
    monitor.click("#agents tr[data-key='8002'] button")
    monitor.keyboard.press("Escape")
    monitor.wait_for_selector("#force:not([open])", state="attached")
    assert rig.daemon.do(lambda box: box.agents["8002"].state) is AgentState.READY


def two_channels(seconds):
    """A-law WAV: a tone left, silence right."""
    period = bytes([0xD5, 0xB5, 0xA5, 0xB5, 0xD5, 0x35, 0x25, 0x35])
    data = b"".join(bytes([period[n % 8], 0xD5]) for n in range(seconds * 8000))
    form = b"fmt " + bytes([18, 0, 0, 0, 6, 0, 2, 0]) + (8000).to_bytes(4, "little")
    form += (16000).to_bytes(4, "little") + bytes([2, 0, 8, 0, 0, 0])
    body = b"WAVE" + form + b"data" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def test_a_recording_plays_and_may_be_asked_for_in_parts(open_page, rig):
    call = next(one for one in rig.reader.records if one.recordings)
    path = rig.run / "data" / "recordings" / call.recordings[0].path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(two_channels(3))
    page = open_page(f"/calls/{call.call}", user="lead")
    expect(page.locator("[data-length]")).to_have_text("0:03")
    assert page.locator(".wave canvas").count() >= 2
    page.click("[data-play]")
    page.wait_for_selector("[data-play][aria-pressed=true]")
    expect(page.locator("[data-at]")).to_have_text("0:01")
    part = page.request.get(
        f"/calls/recordings/{call.recordings[0].recording}", headers={"Range": "bytes=0-3"}
    )
    assert (part.status, part.body()) == (206, b"RIFF")


def test_recordings_are_not_served_past_the_rights(open_page, rig):
    page = open_page("/login")
    assert page.request.get("/protected/recordings/2026/x.wav").status == 404
    outside = page.request.get("/calls/recordings/x-1", max_redirects=0)
    assert outside.status == 302


def test_the_list_of_calls_is_filtered_in_place(open_page, rig):
    page = open_page("/calls/", user="lead")
    page.select_option("[name=outcome]", "rejected")
    page.click("form[role=search] button")
    page.wait_for_url("**outcome=rejected**")
    outcomes = set(page.locator("table.calls tbody td:nth-child(9)").all_inner_texts())
    assert outcomes == {"Rejected before answer"}


def test_the_headers_of_the_one_origin(open_page):
    page = open_page("/login")
    file = page.request.get("/static/js/desk.js").headers
    assert file["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in file["content-security-policy"]
    assert page.request.get("/callbox-ca.crt").text().startswith("-----BEGIN CERTIFICATE-----")
    large = page.request.post("/login", data=b"x" * (2 << 20))
    assert large.status == 413
