"""The desk in a browser: by keyboard alone, over broken connections, with audio."""

import pytest
from playwright.sync_api import expect

from firmware.contract.model import AgentState, Cause, Party
from webui.tests.browser.conftest import log_in
from webui.tests.refusal import No

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]  # Chromium on a slow machine


@pytest.fixture
def desk(open_page):
    page = open_page("/desk", user="8001")
    page.wait_for_selector("#audio-card[data-audio=connected]")
    page.wait_for_selector("#state-card[data-state=not_ready]")
    return page


def commands(rig, *names):
    """The named commands that the daemon got, as (name, what matters)."""
    seen = rig.daemon.do(lambda box: list(box.seen))
    return [one for one in seen if type(one).__name__ in names]


def focus_is_visible(page):
    return page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle !== 'none' ||"
        " document.activeElement.matches('select, input, textarea') && "
        "getComputedStyle(document.activeElement).outlineWidth !== '0px'"
    )


def tab_to(page, selector, limit=40):
    """Press Tab until `selector` has the focus; each stop must be visible."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        assert focus_is_visible(page)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def press(page, key, then):
    """Press a key and wait for what it makes appear."""
    page.keyboard.press(key)
    page.wait_for_selector(then)


def test_a_call_is_handled_by_keyboard_alone(open_page, rig):
    page = open_page("/login")
    page.keyboard.type("8001")
    page.keyboard.press("Tab")
    page.keyboard.type("agent-password-1")
    press(page, "Enter", "#audio-card[data-audio=connected]")
    press(page, "F9", "#state-card[data-state=ready]")
    call = rig.daemon.do(lambda box: box.ring("8001"))
    page.wait_for_selector("#answer:visible")
    press(page, "F2", "#hold:visible")
    press(page, "F8", "#retrieve:visible")
    press(page, "F8", "#hold:visible")
    tab_to(page, "#keypad-open")
    press(page, "Enter", "#keypad:visible")
    page.keyboard.press("Enter")
    expect(page.locator("#keypad-sent")).to_have_text("1")
    press(page, "F4", "#wrap-up:visible")
    wrap_up_by_keyboard(page)
    (digits,) = commands(rig, "SendDigits")
    (wrap_up,) = commands(rig, "FinishWrapUp")
    assert (digits.call, digits.digits) == (call, "1")
    assert (wrap_up.disposition, wrap_up.note) == ("question", "calls back on Monday F4")


def wrap_up_by_keyboard(page):
    """The form has the focus when it opens."""
    expect(page.locator("#disposition")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("calls back on Monday F4")
    page.keyboard.press("Tab")
    press(page, "Enter", "#state-card[data-state=ready]")


TARGETS = {"agent": "8002", "queue": "service", "number": "13900001111"}


def test_a_blind_transfer_goes_to_one_target(desk, rig):
    for target, value in TARGETS.items():
        call = rig.daemon.do(lambda box: box.ring("8001"))
        rig.daemon.do(lambda box, call=call: box.bridge(call, "8001"))
        desk.click("#transfer-open")
        control = desk.locator(f"#transfer-{target}")
        control.fill(value) if target == "number" else control.select_option(value)
        desk.click(f"#transfer-{target}-form button")
        desk.wait_for_selector("#wrap-up:visible")
        sent = commands(rig, "SingleStepTransferCall")[-1]
        targets = {name: getattr(sent, f"to_{name}") for name in TARGETS}
        assert {name: one for name, one in targets.items() if one} == {target: value}


FAILURES = {
    Cause.USER_BUSY: "Call to 13900001111 failed: Busy",
    Cause.NO_ANSWER: "Call to 13900001111 failed: No answer",
    Cause.CALL_REJECTED: "Call to 13900001111 failed: Rejected",
    Cause.UNALLOCATED_NUMBER: "Call to 13900001111 failed: The number does not exist",
    Cause.SWITCH_CONGESTION: "Call to 13900001111 failed: The network is congested",
}


def test_a_call_that_fails_says_why_in_words(desk, rig):
    for cause, words in FAILURES.items():
        desk.fill("#dial-number", "139 0000-1111")
        desk.click("#dial-now")
        desk.wait_for_selector("#call-card[data-stage=dialling]")
        assert commands(rig, "MakeCall")[-1].number == "13900001111"
        rig.daemon.do(lambda box, cause=cause: box.clear(own_call(box), cause, Party.CALLER))
        expect(desk.locator("#result")).to_have_text(words)


def own_call(box):
    return next(call for call, view in box.calls.items() if view.agent == "8001")


def test_a_refused_command_is_told_and_changes_nothing(desk, rig):
    refusal = No(409, "no_telephone")
    rig.daemon.do(lambda box: box.refusals.update(SetAgentState=refusal))
    desk.click("#ready")
    desk.wait_for_selector("#notice:visible")
    assert "The audio is not connected." in desk.inner_text("#notice-text")
    assert desk.get_attribute("#state-card", "data-state") == "not_ready"


def test_a_number_that_is_barred_is_told_in_words(desk):
    desk.fill("#dial-number", "0085212345678")
    desk.click("#dial-now")
    desk.wait_for_selector("#notice:visible")
    assert "Calls to this number are not allowed." in desk.inner_text("#notice-text")


def test_what_is_wished_for_after_the_call_is_shown(desk, rig):
    call = rig.daemon.do(lambda box: box.ring("8001"))
    rig.daemon.do(lambda box: box.bridge(call, "8001"))
    desk.select_option("#pause-reason", "lunch")
    desk.click("#pause")
    desk.wait_for_selector("#pending:visible")
    assert desk.inner_text("#pending") == "After this call: pause (Lunch)"


def test_a_ringing_call_is_announced_at_once_with_the_caller(desk, rig):
    rig.daemon.do(lambda box: box.ring("8001", calling="02155556666"))
    expect(desk.locator("#say-now")).to_have_text("Incoming call from 02155556666")


def test_nothing_is_lost_over_a_broken_connection(desk, rig, open_page):
    call = rig.daemon.do(lambda box: box.ring("8001"))
    rig.daemon.do(lambda box: box.bridge(call, "8001"))
    desk.wait_for_selector("#hold:visible")
    rig.daemon.wait(lambda: lose(rig, call))
    desk.wait_for_selector("#result:visible")
    desk.wait_for_selector("#link[data-up=true]")
    assert desk.inner_text("#result") == "Call ended: Ended normally"
    assert desk.get_attribute("#state-card", "data-state") == "working_after_call"


async def lose(rig, call):
    """The connection breaks, and the call ends before it is back."""
    await rig.daemon.daemon.drop_live()
    rig.daemon.daemon.box.clear(call, Cause.NORMAL_CLEARING, Party.CALLER)


def test_a_session_that_is_over_leads_to_the_log_in(desk, rig, open_page):
    rig.daemon.do(lambda box: box.sessions.clear())
    rig.daemon.drop_live()
    desk.wait_for_url("**/login?next=%2Fdesk")
    open_page.errors.clear()  # the refused connections


def test_the_audio_offers_what_a_telephone_line_has(desk, far_side):
    formats = [line for line in far_side.offers[-1].splitlines() if line.startswith("a=rtpmap:")]
    names = [line.split()[1] for line in formats]
    assert names[:2] == ["PCMA/8000", "PCMU/8000"]
    assert set(names) <= {"PCMA/8000", "PCMU/8000", "telephone-event/8000"}


def test_audio_that_the_box_has_lost_is_made_anew(desk, rig, far_side):
    offers = len(far_side.offers)
    desk.evaluate("window.dispatchEvent(new Event('online'))")
    desk.wait_for_selector("#audio-card:not([data-audio=connected])")
    desk.wait_for_selector("#audio-card[data-audio=connected]")
    assert len(far_side.offers) == offers + 1


def test_a_refused_microphone_is_explained(rig, open_page):
    page = open_page("/login")
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    log_in(page, "8001")
    page.wait_for_selector("#audio-problem:visible")
    assert "The microphone was refused." in page.inner_text("#audio-problem")
    assert page.is_visible("#audio-retry")


def test_the_agents_state_is_the_daemons(desk, rig):
    rig.daemon.do(lambda box: box.set_agent("8001", AgentState.NOT_READY, reason="lunch"))
    desk.wait_for_selector("#state-card[data-state=not_ready]")
    assert desk.inner_text("#state-reason") == "Lunch"
