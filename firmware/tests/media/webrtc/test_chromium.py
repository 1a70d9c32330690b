"""Headless Chromium as the peer, with a fake microphone that plays a file, in real time."""

import contextlib
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from playwright.async_api import async_playwright

from firmware.media.webrtc.leg import Established, LegState
from firmware.tests.media.webrtc.audio import best_likeness, noise
from firmware.tests.media.webrtc.box import Box

pytestmark = [pytest.mark.browser, pytest.mark.realtime, pytest.mark.timeout(120)]
PAGE = Path(__file__).with_name("page.html")


@contextlib.asynccontextmanager
async def desk(box, microphone):
    """A page on a loopback server, in a browser whose microphone plays `microphone`."""
    leg = box.new_leg()

    async def offer(request):
        return web.Response(text=leg.offer(await request.text(), time.monotonic()))

    async def index(_request):
        return web.Response(text=PAGE.read_text(), content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", index), web.post("/offer", offer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    arguments = [
        "--no-sandbox",
        "--allow-loopback-in-peer-connection",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=arguments
            )
            page = await browser.new_page()
            await page.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
            yield page
            await browser.close()
    finally:
        await runner.cleanup()
        await box.stop()


@pytest.fixture
def spoken(tmp_path):
    """What the microphone says over and over, and its file."""
    pcm = noise(2, 4)
    path = tmp_path / "microphone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(pcm.tobytes())
    return pcm, path


async def test_chromium_connects_and_each_hears_the_other(spoken):
    theirs, microphone = spoken
    ours = noise(1, 6)
    box = await Box(ours).start()
    async with desk(box, microphone) as page:
        await page.evaluate("connect()")
        await box.when(box.established)
        await box.when(lambda: len(box.heard) > 1600)
        (_, found) = box.events[0]
        assert isinstance(found, Established)
        assert found.keys.profile == "SRTP_AEAD_AES_128_GCM"
        assert await page.evaluate("pc.connectionState") == "connected"
        heard = np.array(await page.evaluate("said()"))
    assert best_likeness(heard, ours)[2] > 0.9
    assert best_likeness(np.concatenate(box.heard), theirs)[2] > 0.9
    statistics = box.rtp.statistics
    assert statistics.refused == statistics.malformed == statistics.unknown == 0
    assert statistics.lost <= 2
    assert statistics.rtcp_received > 0


async def test_keys_pressed_in_chromium_arrive(spoken):
    box = await Box().start()
    async with desk(box, spoken[1]) as page:
        await page.evaluate("connect()")
        await box.when(box.established)
        await page.evaluate("press('12#55')")
        await box.when(lambda: len(box.digits) >= 5)
        tick = box.tick + 60
        await box.when(lambda: box.tick > tick)  # a digit counted twice would come now
    assert box.digits == "12#55"


async def test_ice_restart_and_reload_of_the_page_re_establish(spoken):
    box = await Box(noise(3, 60)).start()
    async with desk(box, spoken[1]) as page:
        await page.evaluate("connect()")
        await box.when(box.established)
        leg = box.legs[0]
        before = leg.current.ice.ufrag
        await page.evaluate("offer({iceRestart: true})")
        await box.when(lambda: leg.pending is None and leg.current.ice.ufrag != before)
        received = box.rtp.statistics.received
        await box.when(lambda: box.rtp.statistics.received > received + 50)
        assert box.established() == 1
        await page.reload()
        await page.evaluate("connect()")
        await box.when(lambda: box.established() == 2)
        await box.when(lambda: box.rtp.statistics.received > 50)
        assert leg.state is LegState.ESTABLISHED


async def test_a_closed_page_is_noticed(spoken):
    box = await Box().start()
    async with desk(box, spoken[1]) as page:
        await page.evaluate("connect()")
        await box.when(box.established)
        await page.evaluate("pc.close()")
        await box.when(box.lost)
        assert box.legs[0].state is LegState.LOST
