"""The page of analogue lines in a browser."""

import pytest
from playwright.sync_api import expect

from firmware.contract.model import LineFault, LineJobKind, LineState, Verdict
from firmware.contract.views import LineCheck
from webui.tests.refusal import No

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]  # Chromium on a slow machine


@pytest.fixture
def lines(open_page):
    page = open_page("/lines/", user="admin")
    page.wait_for_selector(".line")
    return page


def card(page, number):
    return page.locator(f".line[data-key='{number}']")


def test_each_line_shows_state_voltage_and_what_to_do(lines, rig):
    assert lines.locator(".line").count() == 4
    expect(card(lines, 1)).to_contain_text("Line 1 01088887001")
    expect(card(lines, 1)).to_contain_text("-48 V")
    expect(card(lines, 2)).to_contain_text("Rings")
    expect(card(lines, 2)).to_contain_text("13800138000")
    expect(card(lines, 4)).to_contain_text("No voltage on the line")
    expect(card(lines, 4)).to_contain_text("Plug the cable in")
    changes = {"faults": (LineFault.SHORT,), "volts": 1, "state": LineState.OUT_OF_SERVICE}
    rig.daemon.do(lambda box: box.lines.line(1, **changes))
    expect(card(lines, 1)).to_contain_text("Both wires touch")
    expect(lines.locator("#say-now")).to_contain_text("Short circuit on the line")
    rig.daemon.do(lambda box: box.lines.line(1, faults=(), volts=-48, state=LineState.IDLE))
    expect(card(lines, 1).locator(".faults li")).to_have_count(0)


def test_a_line_is_tested_and_each_check_is_shown(lines, rig):
    card(lines, 1).locator(".test").click()
    lines.locator("#start button[value=start]").click()
    expect(card(lines, 1).locator(".job")).to_contain_text("Measuring the voltage")
    expect(card(lines, 1).locator(".test")).to_be_disabled()
    checks = (
        LineCheck("battery", Verdict.GOOD, -48.0, "V"),
        LineCheck("echo", Verdict.BAD, 4.2, "dB"),
        LineCheck("own_number", Verdict.SKIPPED, number=""),
    )
    rig.daemon.do(
        lambda box: box.lines.job(1, LineJobKind.TEST, "own_number", done=True, checks=checks)
    )
    expect(card(lines, 1).locator("tr[data-verdict=bad]")).to_contain_text("4.2 dB")
    expect(card(lines, 1).locator(".job")).to_contain_text("The test is done.")
    expect(card(lines, 1).locator(".test")).to_be_enabled()


def test_learning_says_what_to_do_and_can_be_stopped(lines, rig):
    card(lines, 1).locator(".learn").click()
    lines.locator("#start button[value=start]").click()
    expect(card(lines, 1).locator(".job-now")).to_contain_text("Call 01088887001 now")
    rig.daemon.do(lambda box: box.lines.job(1, LineJobKind.LEARN, "hang_up_now"))
    expect(card(lines, 1).locator(".job-now")).to_have_text("Hang up now.")
    card(lines, 1).locator(".cancel").click()
    expect(card(lines, 1).locator(".job-now")).to_contain_text("stopped")
    expect(card(lines, 1).locator(".cancel")).to_be_hidden()


def test_a_refused_test_says_why(lines, rig):
    rig.daemon.do(lambda box: box.refusals.update(TestLine=No(409, "line_busy", "in use")))
    card(lines, 1).locator(".test").click()
    lines.locator("#start button[value=start]").click()
    expect(lines.locator("#notice")).to_contain_text("The line is in use")


def test_a_supervisor_tests_but_does_not_learn(open_page):
    page = open_page("/lines/", user="lead")
    page.wait_for_selector(".line")
    expect(page.locator(".test")).to_have_count(4)
    expect(page.locator(".learn")).to_have_count(0)
