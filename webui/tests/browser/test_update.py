"""Updates and the set-up of a new box in a browser."""

import pytest
from playwright.sync_api import expect

from firmware.contract import update as u
from webui.tests.browser.test_access import LOOKS, faults
from webui.tests.fake_setup import LABEL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]  # Chromium on a slow machine
S = u.UpdateState
STAGES = [
    {"state": S.INSTALLING, "percent": 43, "target": "1.4.0"},
    {"state": S.WAITING, "target": "1.4.0"},
    {"state": S.FELL_BACK, "reason": u.UpdateReason.BOARDS},
]


def test_a_file_is_sent_and_the_page_follows_the_update(open_page, rig):
    ota = rig.daemon.daemon.ota
    page = open_page("/update/", user="admin")
    content = b"hsqs" + bytes(3 << 20)
    file = {"name": "new.raucb", "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("#upload-file", file)
    page.click("#upload-begin")
    expect(page.locator("#now-title")).to_have_text("The update is being checked")
    (command,) = ota.seen
    assert (rig.options.uploads / command.name).stat().st_size == len(content)
    ota.change(S.INSTALLING, target="1.4.0", percent=43)
    expect(page.locator("#now-title")).to_have_text(
        "The update is being written to the disk: 1.4.0"
    )
    expect(page.locator("#now-percent")).to_have_js_property("value", 43)
    ota.change(S.WAITING, target="1.4.0")
    page.click("#actions button.primary")
    expect(page.locator("#now-waits")).to_have_text("Calls that still go on: 2")


def test_the_page_waits_for_a_box_that_restarts_and_returns(open_page, rig):
    ota = rig.daemon.daemon.ota
    ota.change(S.REBOOTING, target="1.4.0")
    page = open_page("/update/", user="admin")
    page.route("**/update/state", lambda route: route.abort())
    expect(page.locator("#away-title")).to_have_text("The box restarts")
    expect(page.locator("#away-since")).to_contain_text("0:0")
    ota.change(S.COMMITTED, version="1.4.0")
    page.unroute("**/update/state")
    expect(page.locator(".running strong")).to_have_text("1.4.0")
    expect(page.locator("#away")).to_be_hidden()
    open_page.errors.clear()  # the requests that failed


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_the_update_page_has_no_serious_faults_at_any_stage(open_page, rig, language, theme):
    page = open_page("/update/", user="admin", language=language, color_scheme=theme)
    assert faults(page) == []
    for stage in STAGES:
        rig.daemon.daemon.ota.change(**stage)
        page.goto("/update/")
        assert faults(page) == []


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_a_new_box_is_set_up_on_a_telephone(open_page, rig, language, theme):
    rig.daemon.do(lambda box: box.setup.begin())
    rig.app.extensions.pop("set_up", None)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = open_page("/monitor", language=language, color_scheme=theme, **phone)
    assert fits(page)
    page.fill("[name=label_password]", LABEL)
    page.keyboard.press("Enter")
    page.wait_for_selector("#setup")
    page.fill("[name=company]", "华星科技")
    page.select_option("[name=country]", "DE")
    assert page.input_value("[name=timezone]") == "Europe/Berlin"
    page.fill("[name=password]", "long-enough-1")
    page.fill("[name=again]", "long-enough-1")
    page.fill("[name=agents]", "王芳")
    assert fits(page)
    page.click("#setup button.primary")
    expect(page.locator("#log-ins tbody tr")).to_have_count(1)
    assert fits(page)


def fits(page):
    """No serious faults, and no wider than the telephone."""
    assert faults(page) == []
    return page.evaluate("document.documentElement.scrollWidth") <= 390
