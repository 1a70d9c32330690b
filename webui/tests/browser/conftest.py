"""Headless Chromium at the pages; any error in its console fails the test."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from webui.tests import scene
from webui.tests.fake_media import FarSide
from webui.tests.rig import Rig

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
]
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def far_side() -> FarSide:
    return FarSide()


@pytest.fixture(scope="module")
def everything(tmp_path_factory, far_side) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("run"), far_side.answer) as rig:
        yield rig


@pytest.fixture
def rig(everything, far_side) -> Iterator[Rig]:
    """The pages with a box as it was at first."""
    everything.daemon.renew()
    yield everything
    everything.daemon.wait(far_side.lose)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--use-fake-ui-for-media-stream"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(rig, chromium) -> Iterator[Open]:
    """Open a page as somebody: `open_page("/desk", user="8001")`."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(path: str, user: str = "", language: str = "en-GB", **options: object) -> Page:
        context = chromium.new_context(
            ignore_https_errors=True, base_url=rig.address, locale=language, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if user:
            log_in(page, user)
        page.goto(path)
        return page

    make.errors = errors
    yield make
    for context in contexts:
        context.close()
    assert errors == []


def log_in(page: Page, user: str) -> None:
    page.goto("/login")
    page.fill("[name=user]", user)
    page.fill("[name=password]", scene.USERS[user][1])
    page.click("button.primary")
    page.wait_for_url(lambda address: "/login" not in address)
