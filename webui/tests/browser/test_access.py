"""Every page for everybody: axe without serious faults, both languages, both themes, phones."""

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]  # Chromium on a slow machine

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
PAGES = ["/account", "/monitor", "/calls/", "/settings/", "/settings/queues"]
PAGES += ["/lines/", "/settings/analog_lines", "/settings/analog_lines/analog.1"]
PAGES += ["/settings/queues/sales", "/settings/calendars/office", "/settings/flows/main"]
PAGES += ["/update/", "/update/settings/"]
PAGES += ["/settings/agents/new", "/settings/routes/0", "/users/", "/prompts/", "/nowhere"]
LOOKS = [("zh-CN", "light"), ("en-GB", "dark")]


def faults(page):
    """Serious and critical findings as "rule: selector"."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['target'][0]} ({node['failureSummary']})"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_pages_have_no_serious_faults(open_page, rig, language, theme):
    look = {"language": language, "color_scheme": theme}
    assert faults(open_page("/login", **look)) == []
    page = open_page("/", user="admin", **look)
    found = {}
    for path in [*PAGES, f"/calls/{rig.reader.records[2].call}"]:
        page.goto(path)
        found[path] = faults(page)
    open_page.errors.clear()  # /nowhere is a 404
    assert {path: list_ for path, list_ in found.items() if list_} == {}


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_the_desk_has_no_serious_faults_at_any_stage(open_page, rig, language, theme):
    page = open_page("/desk", user="8001", language=language, color_scheme=theme)
    page.wait_for_selector("#state-card[data-state=not_ready]")
    assert faults(page) == []
    call = rig.daemon.do(lambda box: box.ring("8001"))
    page.wait_for_selector("#answer:visible")
    assert faults(page) == []
    rig.daemon.do(lambda box: box.bridge(call, "8001"))
    page.click("#keypad-open")
    page.click("#transfer-open")
    assert faults(page) == []
    page.click("#hangup")
    page.wait_for_selector("#wrap-up:visible")
    assert faults(page) == []


def test_an_alarm_and_its_dialog_have_no_serious_faults(open_page, rig):
    page = open_page("/monitor", user="lead")
    rig.daemon.do(lambda box: box.alarm("los", "lfa"))
    page.wait_for_selector(".alarms li")
    page.click("#agents tr:first-child button")
    assert faults(page) == []


@pytest.mark.parametrize("user", ["8001", "admin"])
def test_no_page_is_wider_than_a_phone(open_page, rig, user):
    page = open_page("/", user=user, viewport={"width": 390, "height": 844}, has_touch=True)
    paths = ["/desk", "/calls/", "/account"] if user == "8001" else [*PAGES[:-1], "/calls/"]
    wide = {}
    for path in paths:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[path] = width
    assert wide == {}


@pytest.mark.parametrize(("language", "tag"), [("zh-CN", "zh-CN"), ("en-GB", "en")])
def test_the_page_says_its_language(open_page, language, tag):
    assert open_page("/login", language=language).get_attribute("html", "lang") == tag
