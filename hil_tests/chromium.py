"""Headless Chromium at the running box, with a file as its microphone."""

import base64
import contextlib
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from scipy import signal

from hil_tests.listening import RATE, level_dbm0, likeness
from hil_tests.running import Running

CHROMIUM = "/usr/bin/chromium"
_RECORDER = Path(__file__).with_name("recorder.js").read_text()
WINDOW_S = 0.5


@contextlib.contextmanager
def chromium(microphone: Path) -> Iterator[Browser]:
    """A browser that may use its microphone, which says `microphone` over and over."""
    arguments = [
        "--no-sandbox",
        "--allow-loopback-in-peer-connection",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def open_as(browser: Browser, box: Running, user: str, password: str, **options: Any) -> Page:
    """Log in by the form; the page is where the box leads this person."""
    options = {"locale": "en-GB", **options}
    context = browser.new_context(
        ignore_https_errors=True, base_url=box.address, permissions=["microphone"], **options
    )
    page = context.new_page()
    page.add_init_script(_RECORDER)
    page.set_default_timeout(30_000)
    page.goto("/login")
    page.fill("input[name=user]", user)
    page.fill("input[name=password]", password)
    page.click("main form button")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


class Ear:
    """What a page's remote audio track played, int16 at 8 kHz; grows with each `listen`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pcm = np.zeros(0, np.int16)

    def listen(self) -> np.ndarray:
        """All so far."""
        taken = self._page.evaluate("takeHeard()")
        fresh = np.frombuffer(base64.b64decode(taken["pcm"]), np.int16)
        self._pcm = np.concatenate([self._pcm, fresh])
        return signal.resample_poly(self._pcm.astype(float), RATE, taken["rate"]).astype(np.int16)


def write_microphone(path: Path, *pieces: np.ndarray) -> Path:
    """A WAV of these pieces, each followed by two seconds of silence."""
    pause = np.zeros(2 * RATE, np.int16)
    pcm = np.concatenate([pause, *(part for piece in pieces for part in (piece, pause))])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())
    return path


@dataclass(frozen=True)
class Alike:
    """Medians over the windows of one sentence."""

    correlation: float
    delay_s: float


def windows_alike(said: np.ndarray, heard: np.ndarray) -> Alike:
    """How `said` was heard, in windows of 0.5 s with speech in them.

    Each window is aligned on its own within 0.3 s of where the whole fits best: a browser plays
    by its own sound card's clock and stretches or skips a little to follow the sender's.
    """
    size, slack = int(WINDOW_S * RATE), int(0.3 * RATE)
    at = round(likeness(said, heard).delay_s * RATE)
    found = []
    for start in range(0, len(said) - size + 1, size):
        window, first = said[start : start + size], max(0, at + start - slack)
        near = heard[first : at + start + size + slack]
        if level_dbm0(window) > level_dbm0(said) - 6 and len(near) >= size:
            part = likeness(window, near)
            found.append((part.correlation, part.delay_s + (first - start) / RATE))
    return Alike(*map(float, np.median(found, axis=0))) if found else Alike(0.0, 0.0)
