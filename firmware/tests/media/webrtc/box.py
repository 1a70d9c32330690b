"""A box for tests: one UDP socket on loopback, `WebRtcSocket`, and C legs driven every 5 ms.

It does for real time what the engine does on the box, with a plain asyncio datagram endpoint.
"""

import asyncio
import time

import numpy as np

from cython_dsp.tests.door import TICK, library
from cython_dsp.tests.door import Leg as RtpLeg
from firmware.media.webrtc.dtls import DtlsIdentity
from firmware.media.webrtc.leg import Established, Lost, Moved, Send, WebRtcLeg
from firmware.media.webrtc.socket import WebRtcSocket

PROFILE_NUMBERS = {"SRTP_AEAD_AES_128_GCM": 7, "SRTP_AES128_CM_SHA1_80": 1}


class Box(asyncio.DatagramProtocol):
    """`says` is played to the browser once it is established; `heard` is what it said."""

    def __init__(self, says=None):
        library()  # compiled before anything waits for the first tick
        self.socket = WebRtcSocket()
        self.identity = DtlsIdentity()
        self.legs, self.events = [], []
        self.says = np.zeros(0, np.int16) if says is None else says
        self.heard, self.digits = [], ""
        self.rtp, self.addresses = None, ()
        self.tick = self.talk_at = 0
        self._ticked = asyncio.Condition()

    async def start(self):
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self._ticks = asyncio.create_task(self._run())
        return self

    async def stop(self):
        self._ticks.cancel()
        await asyncio.gather(self._ticks, return_exceptions=True)
        self.transport.close()

    async def when(self, condition, seconds=30):
        """Wait until the condition holds; it is looked at every tick."""
        async with asyncio.timeout(seconds), self._ticked:
            await self._ticked.wait_for(condition)

    def established(self):
        """How often a handshake came to its end."""
        return sum(isinstance(action, Established) for _, action in self.events)

    def lost(self):
        return any(isinstance(action, Lost) for _, action in self.events)

    def new_leg(self):
        leg = WebRtcLeg(self.identity, [self.transport.get_extra_info("sockname")])
        self.socket.add(leg)
        self.legs.append(leg)
        return leg

    def datagram_received(self, data, source):
        if data and 128 <= data[0] < 192:
            if self.rtp is not None and source in self.addresses:
                self.rtp.receive(data, self.tick)
        else:
            self._act(self.socket.receive(data, source, time.monotonic()))

    def _act(self, actions):
        for leg, action in actions:
            match action:
                case Send(address, datagram):
                    self.transport.sendto(datagram, address)
                case Established():
                    self._establish(action)
                case Moved(addresses):
                    self.addresses = addresses
            if isinstance(action, Established | Moved | Lost):
                self.events.append((leg, action))

    def _establish(self, found):
        keys = found.keys
        self.rtp = RtpLeg(
            found.ssrc,
            found.payload_type,
            found.event_type,
            PROFILE_NUMBERS[keys.profile],
            (keys.send_key, keys.receive_key),
        )
        self.addresses, self.talk_at = (found.address,), self.tick

    async def _run(self):
        start = time.monotonic()
        while True:
            self.tick += 1
            await asyncio.sleep(max(0.0, start + self.tick * 0.005 - time.monotonic()))
            self._act(self.socket.timer(time.monotonic()))
            if self.rtp is not None:
                self._tick_leg()
            async with self._ticked:
                self._ticked.notify_all()

    def _tick_leg(self):
        pcm, digit = self.rtp.play(self.tick)
        self.heard.append(pcm)
        self.digits += digit
        at = (self.tick - self.talk_at) * TICK
        block = self.says[at : at + TICK]
        for packet in (
            self.rtp.send(block if len(block) == TICK else None, self.tick),
            self.rtp.rtcp(self.tick),
        ):
            if packet:
                self.transport.sendto(packet, self.addresses[0])
