"""Agents' telephones: each browser's audio leg, from the offer of its page to an engine port.

The engine owns the UDP socket and all RTP; STUN and DTLS come up as datagrams, go through
the legs of `firmware.media.webrtc`, and what they decide is done here.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from cython_dsp.engine import EngineError, Find, FindKind
from cython_dsp.engine.rtp import (
    ADDRESS_BYTES,
    Profile,
    RtpParams,
    pack_address,
    unpack_address,
)
from firmware.contract.ids import AgentId
from firmware.errors import MediaError
from firmware.media.engine import EngineMedia
from firmware.media.port import Port
from firmware.media.webrtc.dtls import DtlsIdentity
from firmware.media.webrtc.errors import OfferError
from firmware.media.webrtc.leg import (
    CNAME,
    Action,
    Established,
    LegState,
    Lost,
    Moved,
    Send,
    WebRtcLeg,
)
from firmware.media.webrtc.socket import TooManyLegs, WebRtcSocket
from firmware.media.webrtc.stun import Address
from firmware.timers import Clock

_LOGGER = logging.getLogger(__name__)
_PROFILES = {
    "SRTP_AEAD_AES_128_GCM": Profile.AEAD_AES_128_GCM,
    "SRTP_AES128_CM_SHA1_80": Profile.AES128_CM_SHA1_80,
}
_NTP_EPOCH_S = 2_208_988_800
_TICK_S = 0.005
DATAGRAM_MAX = 1500


class Ears(Protocol):
    """Told what becomes of agents' telephones (call control)."""

    def telephone_up(self, agent: AgentId, port: Port) -> None:
        """Audio can flow, on this port from now on."""

    def telephone_lost(self, agent: AgentId) -> None:
        """The port goes away when this returns."""


class BrowserTelephones:
    """One kept leg for each agent's browser.  Belongs to the loop."""

    def __init__(self, media: EngineMedia, clock: Clock, ears: Ears) -> None:
        self.counters: Counter[str] = Counter()
        self._where: Callable[[], Sequence[Address]] = tuple
        self._media, self._clock, self._ears = media, clock, ears
        self._identity = DtlsIdentity()
        self._socket = WebRtcSocket()
        self._legs: dict[AgentId, WebRtcLeg] = {}
        self._ports: dict[AgentId, Port] = {}
        self._timer: asyncio.TimerHandle | None = None

    def open(self, fd: int, where: Callable[[], Sequence[Address]]) -> None:
        """Use this UDP socket (the engine takes a duplicate); `where` it is reached, best first."""
        self._where = where
        self._media.engine.open_socket(fd)
        self._media.finds.on(FindKind.DATAGRAM, self._datagram)

    def offer(self, agent: AgentId, sdp: str) -> str:
        """Answer a page's offer; the leg in use goes on until the new one is up.  MediaError."""
        leg = self._legs.get(agent) or self._new_leg(agent)
        leg.reached_at(self._where())
        try:
            answer = leg.offer(sdp, self._clock.monotonic())
        except OfferError as error:
            if leg.state is LegState.NEW:
                self._forget(agent)
            raise MediaError(f"the offer cannot be answered: {error}") from error
        self._schedule()
        return answer

    def close(self, agent: AgentId) -> None:
        """End the agent's leg; he is told by DTLS."""
        leg = self._legs.get(agent)
        if leg is not None:
            self._act([(leg, action) for action in leg.close()])
            self._lost(agent, "closed")

    def silent_s(self, agent: AgentId) -> float:
        """Seconds since the browser last showed that it wants audio (RFC 7675)."""
        leg = self._legs.get(agent)
        session = leg.current if leg is not None else None
        if leg is None or session is None or session.ice.nominated is None:
            return float("inf")
        checked = leg.verified_at(session.ice.nominated.address)
        return float("inf") if checked is None else self._clock.monotonic() - checked

    def shut(self) -> None:
        """The box ends: every browser is told."""
        for agent in list(self._legs):
            self.close(agent)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _new_leg(self, agent: AgentId) -> WebRtcLeg:
        leg = WebRtcLeg(self._identity, self._where())
        try:
            self._socket.add(leg)
        except TooManyLegs as error:
            raise MediaError(str(error)) from error
        self._legs[agent] = leg
        return leg

    def _datagram(self, find: Find) -> None:
        source = unpack_address(find.data[:ADDRESS_BYTES])
        now = self._clock.monotonic()
        self._act(self._socket.receive(find.data[ADDRESS_BYTES:], source, now))
        self._schedule()

    def _due(self) -> None:
        self._timer = None
        self._act(self._socket.timer(self._clock.monotonic()))
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._socket.next_timer()
        if due is not None:
            wait = max(0.0, due - self._clock.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait, self._due)

    def _act(self, actions: Sequence[tuple[WebRtcLeg | None, Action]]) -> None:
        for leg, action in actions:
            if isinstance(action, Send):
                self._send(action)
                continue
            agent = next((name for name, own in self._legs.items() if own is leg), None)
            if agent is not None and leg is not None:
                self._happened(agent, leg, action)

    def _happened(self, agent: AgentId, leg: WebRtcLeg, action: Action) -> None:
        match action:
            case Established():
                self._established(agent, action)
            case Moved():
                port = self._ports.get(agent)
                if port is not None:
                    self._media.engine.move_rtp(port, action.addresses)
            case Lost():
                self._lost(agent, action.reason)

    def _established(self, agent: AgentId, action: Established) -> None:
        try:
            port = self._media.engine.open_rtp(self._params(action))
        except (EngineError, ValueError):
            _LOGGER.exception("telephone(%s): no port in the engine", agent)
            self.close(agent)
            return
        old = self._ports.get(agent)
        self._ports[agent] = port
        _LOGGER.info("telephone(%s): up", agent)
        self._ears.telephone_up(agent, port)
        if old is not None:
            self._media.close(old)

    def _params(self, action: Established) -> RtpParams:
        utc_s = self._clock.utc_ms() / 1000 - self._media.engine.tick * _TICK_S
        return RtpParams(
            ssrc=action.ssrc,
            remote=action.address,
            payload_type=action.payload_type,
            event_type=action.event_type,
            profile=_PROFILES[action.keys.profile],
            send_key=action.keys.send_key,
            receive_key=action.keys.receive_key,
            cname=CNAME,
            ntp_at_tick_0=int((utc_s + _NTP_EPOCH_S) * 2**32),
        )

    def _lost(self, agent: AgentId, reason: str) -> None:
        _LOGGER.info("telephone(%s): gone: %s", agent, reason)
        self._forget(agent)
        port = self._ports.pop(agent, None)
        if port is not None:
            self._ears.telephone_lost(agent)
            self._media.close(port)

    def _forget(self, agent: AgentId) -> None:
        leg = self._legs.pop(agent, None)
        if leg is not None:
            self._socket.remove(leg)

    def _send(self, action: Send) -> None:
        if not 1 <= len(action.datagram) <= DATAGRAM_MAX:
            self.counters["datagram size"] += 1
            return
        try:
            address = pack_address(*action.address)
            self._media.engine.send_datagram(address, action.datagram)
        except (EngineError, ValueError):
            self.counters["not sent"] += 1
