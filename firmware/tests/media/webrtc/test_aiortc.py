"""aiortc as the peer: ICE, DTLS and SRTP written by others, over loopback UDP."""

import asyncio
import fractions
import time

import av
import numpy as np
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

from firmware.media.webrtc.leg import LegState
from firmware.tests.media.webrtc.audio import best_likeness, noise
from firmware.tests.media.webrtc.box import Box

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(60)]


class Says(MediaStreamTrack):
    """A track that says what it is given, 20 ms at a time, at the pace of the clock."""

    kind = "audio"

    def __init__(self, pcm):
        super().__init__()
        self._pcm, self._at, self._start = pcm, 0, time.monotonic()

    async def recv(self):
        await asyncio.sleep(max(0.0, self._start + self._at / 8000 - time.monotonic()))
        block = np.zeros(160, np.int16)
        piece = self._pcm[self._at : self._at + 160]
        block[: len(piece)] = piece
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, self._at, fractions.Fraction(1, 8000)
        self._at += 160
        return frame


async def listen(track, heard):
    while True:
        frame = await track.recv()
        heard.append(frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].copy())


async def connect(box, says, law):
    peer, heard, tasks = RTCPeerConnection(), [], []
    transceiver = peer.addTransceiver(Says(says))
    codecs = RTCRtpSender.getCapabilities("audio").codecs
    transceiver.setCodecPreferences([c for c in codecs if c.mimeType == f"audio/{law}"])
    peer.on("track", lambda track: tasks.append(asyncio.create_task(listen(track, heard))))
    await peer.setLocalDescription(await peer.createOffer())
    answer = box.new_leg().offer(peer.localDescription.sdp, time.monotonic())
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    return peer, heard, tasks


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch):
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: ["127.0.0.1"])


@pytest.mark.parametrize("law", ["PCMA", "PCMU"])
async def test_aiortc_connects_and_each_hears_the_other(law):
    ours, theirs = noise(1, 4), noise(2, 4)
    box = await Box(ours).start()
    peer, heard, tasks = await connect(box, theirs, law)
    try:
        await box.when(lambda: box.established() and len(heard) > 180 and len(box.heard) > 720)
        assert box.legs[0].state is LegState.ESTABLISHED
        assert box.rtp.statistics.refused == box.rtp.statistics.malformed == 0
        await peer.close()
        await box.when(box.lost)  # its close_notify
    finally:
        await peer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await box.stop()
    assert best_likeness(np.concatenate(box.heard), theirs)[2] > 0.9
    assert best_likeness(np.concatenate(heard), ours)[2] > 0.9
