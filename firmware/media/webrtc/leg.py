"""One browser's leg: offers, checks, handshake, consent.  No I/O, no clock: `now` is given.

`now` is any monotonic time in seconds.  Datagrams from the network never raise: what is wrong is
dropped and counted, or ends the leg with `Lost`.  Only `offer` raises (OfferError).
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from firmware.media.webrtc import sdp, stun
from firmware.media.webrtc.dtls import DtlsIdentity, DtlsServer, SrtpKeys
from firmware.media.webrtc.errors import DtlsError, StunError
from firmware.media.webrtc.ice import IceLite
from firmware.media.webrtc.stun import Address

CONNECT_S = 30.0  # from the offer to established
CNAME = "callbox"
LegState = StrEnum("LegState", "NEW CONNECTING ESTABLISHED LOST")


@dataclass(frozen=True)
class Send:
    """Send this datagram from the socket of the leg."""

    address: Address
    datagram: bytes


@dataclass(frozen=True)
class Established:
    """SRTP may flow.  Comes again after a re-offer with a new certificate: take the new keys."""

    keys: SrtpKeys
    address: Address
    ssrc: int  # ours, as the answer says
    payload_type: int  # what to send: 8 PCMA or 0 PCMU; both may come
    event_type: int  # telephone-event, 0 = not negotiated


@dataclass(frozen=True)
class Moved:
    """The browser's addresses are others now; keys and streams go on.

    It sends from any that passed a check, whatever it nominated (RFC 8445 12.2); `addresses[0]` is
    where it wants its audio.  At most `ice.MAX_ADDRESSES`.
    """

    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class Lost:
    """The leg is over; a new offer may revive it.  `reason` is for people."""

    reason: str


Action = Send | Established | Moved | Lost


@dataclass
class Session:
    """What one offer and its answer agreed on."""

    offer: sdp.Offer
    ice: IceLite
    dtls: DtlsServer
    since: float
    established: bool = False


class WebRtcLeg:
    """A leg, from its first offer to its loss; `current` serves while `pending` is set up."""

    def __init__(self, identity: DtlsIdentity, addresses: Sequence[Address]) -> None:
        """`addresses`: every address of the box on which its socket can be reached, best first."""
        self.ssrc = secrets.randbits(31) + 1
        self.state = LegState.NEW
        self.counters: Counter[str] = Counter()
        self.current: Session | None = None
        self.pending: Session | None = None
        self._identity = identity
        self._addresses = tuple(addresses)
        self._session_id, self._version = secrets.randbits(62), 0
        self._told: tuple[Address, ...] = ()  # where the audio goes, and comes from

    def reached_at(self, addresses: Sequence[Address]) -> None:
        """From the next offer on, the socket's addresses are these."""
        self._addresses = tuple(addresses)

    def offer(self, text: str, now: float) -> str:
        """Answer an offer; OfferError leaves the leg as it was."""
        offer = sdp.parse_offer(text)
        session = self._session_for(offer, now)
        self._version += 1
        local = sdp.Local(
            session.ice.ufrag,
            session.ice.password,
            self._identity.fingerprint,
            self._addresses,
            self.ssrc,
            CNAME,
            self._session_id,
            self._version,
        )
        return sdp.write_answer(offer, local)

    def ufrags(self) -> set[str]:
        """Local fragments whose checks are for this leg."""
        return {session.ice.ufrag for session in self._sessions()}

    def verified_at(self, address: Address) -> float | None:
        """When a check from this address last passed (DTLS from there is for this leg), or None."""
        times = (session.ice.verified.get(address) for session in self._sessions())
        return max((time for time in times if time is not None), default=None)

    def handshaking(self) -> bool:
        """Whether a handshake has begun and is not finished: what a flood would pile up."""
        return any(s.dtls.started and s.dtls.keys is None for s in self._sessions())

    def receive(self, datagram: bytes, source: Address, now: float) -> list[Action]:
        """Take one STUN or DTLS datagram."""
        if datagram and datagram[0] < 4:
            return self._stun(datagram, source, now)
        if datagram and 20 <= datagram[0] < 64:
            return self._dtls(datagram, source, now)
        self.counters["unknown"] += 1
        return []

    def timer(self, now: float) -> list[Action]:
        """Do what is due: handshake flights again, loss of consent, no connection in time."""
        actions: list[Action] = []
        for session in self._sessions():
            target = self._target(session)
            if target is not None:
                actions += [Send(target, datagram) for datagram in session.dtls.timer(now)]
        if self.pending is not None and now >= self.pending.since + CONNECT_S:
            self.pending = None  # the current session, if any, goes on
            if self.current is None:
                return actions + self._lose("no connection within 30 s of the offer")
        if self.current is not None and now >= self.current.ice.consent_until():
            return actions + self._lose("no consent for 30 s")
        return actions

    def next_timer(self) -> float | None:
        """When `timer` has something to do, or None."""
        due = [s.dtls.deadline for s in self._sessions() if s.dtls.deadline is not None]
        if self.pending is not None:
            due.append(self.pending.since + CONNECT_S)
        if self.current is not None:
            due.append(self.current.ice.consent_until())
        return min(due, default=None)

    def close(self) -> list[Action]:
        """End the leg from our side: close_notify to the browser; no `Lost` follows."""
        actions: list[Action] = []
        if self.current is not None and self._told:
            actions += [Send(self._told[0], d) for d in self.current.dtls.close()]
        self._lose("")
        return actions

    def _sessions(self) -> list[Session]:
        return [session for session in (self.pending, self.current) if session is not None]

    def _session_for(self, offer: sdp.Offer, now: float) -> Session:
        for session in self._sessions():
            if _same(session.offer, offer):
                session.offer = offer  # the same transport: a direction or a codec changed
                return session
        dtls = next(
            (s.dtls for s in self._sessions() if s.dtls.fingerprints == offer.fingerprints), None
        )
        # New credentials, same certificate: an ICE restart, the association goes on.
        dtls = dtls or DtlsServer(self._identity, offer.fingerprints)
        self.pending = Session(offer, IceLite(offer.ufrag, now), dtls, now)
        if self.state is not LegState.ESTABLISHED:
            self.state = LegState.CONNECTING
        return self.pending

    def _stun(self, datagram: bytes, source: Address, now: float) -> list[Action]:
        try:
            message = stun.parse(datagram)
        except StunError:
            self.counters["stun_malformed"] += 1
            return []
        if message.type != stun.BINDING_REQUEST:
            self.counters["stun_ignored"] += 1
            return []
        session = self._by_username(message)
        if session is None:
            self.counters["stun_unknown_user"] += 1
            return [Send(source, stun.error(message, 401))]
        answer, accepted = session.ice.receive(message, source, now)
        if not accepted:
            self.counters["stun_refused"] += 1
            return [Send(source, answer)]
        return [Send(source, answer), *self._progress(session)]

    def _by_username(self, message: stun.Message) -> Session | None:
        name = (message.get(stun.USERNAME) or b"").partition(b":")[0]
        sessions = self._sessions()
        return next((s for s in sessions if s.ice.ufrag.encode() == name), None)

    def _dtls(self, datagram: bytes, source: Address, now: float) -> list[Action]:
        session = next((s for s in self._sessions() if source in s.ice.verified), None)
        if session is None:
            self.counters["dtls_unverified"] += 1
            return []
        try:
            out = session.dtls.receive(datagram, now)
        except DtlsError as e:
            self.counters["dtls_failed"] += 1
            alert: list[Action] = [Send(source, d) for d in session.dtls.close()]
            return alert + self._end(session, str(e))
        actions: list[Action] = [Send(source, d) for d in out]
        if session.dtls.closed:
            return actions + self._end(session, "closed by the browser")
        return actions + self._progress(session)

    def _progress(self, session: Session) -> list[Action]:
        """Establish or move when the handshake is done and an address is nominated."""
        keys, addresses = session.dtls.keys, session.ice.addresses()
        if keys is None or not addresses:
            return []
        if session is self.pending:
            shared = self.current is not None and self.current.dtls is session.dtls
            self.current, self.pending = session, None
            session.established = shared
        actions: list[Action] = []
        if not session.established:
            session.established = True
            self.state, self._told = LegState.ESTABLISHED, addresses[:1]
            actions.append(self._established(session, keys, addresses[0]))
        if addresses[:1] != self._told[:1] or set(addresses) != set(self._told):
            self._told = addresses
            actions.append(Moved(addresses))
        return actions

    def _established(self, session: Session, keys: SrtpKeys, address: Address) -> Established:
        offered = session.offer.payload_types
        payload_type = sdp.PCMA if sdp.PCMA in offered else sdp.PCMU
        return Established(keys, address, self.ssrc, payload_type, session.offer.event_type)

    def _target(self, session: Session) -> Address | None:
        if session.ice.nominated is not None:
            return session.ice.nominated.address
        return next(reversed(session.ice.verified), None)

    def _end(self, session: Session, reason: str) -> list[Action]:
        if session is self.pending and self.current is not None:
            self.pending = None
            return []
        return self._lose(reason)

    def _lose(self, reason: str) -> list[Action]:
        self.current = self.pending = None
        self._told = ()
        self.state = LegState.LOST
        return [Lost(reason)]


def _same(old: sdp.Offer, new: sdp.Offer) -> bool:
    return (old.ufrag, old.password, old.fingerprints) == (
        new.ufrag,
        new.password,
        new.fingerprints,
    )
