"""Many legs on one UDP socket: STUN goes by its user name, DTLS by its checked address."""

from collections import Counter
from collections.abc import Iterable

from firmware.media.webrtc import stun
from firmware.media.webrtc.errors import StunError
from firmware.media.webrtc.leg import Action, LegState, Send, WebRtcLeg
from firmware.media.webrtc.stun import Address

MAX_LEGS = 256
MAX_HANDSHAKES = 32  # half-open at once; a handshake costs some 2 ms of the loop


class TooManyLegs(Exception):
    """The socket has MAX_LEGS legs."""


class WebRtcSocket:
    """Routes datagrams to legs.  Results are (leg, action) pairs; act on them in order."""

    def __init__(self, max_legs: int = MAX_LEGS, max_handshakes: int = MAX_HANDSHAKES) -> None:
        """Limits: beyond `max_handshakes` a ClientHello is dropped (the browser repeats it)."""
        self.counters: Counter[str] = Counter()
        self._max_legs, self._max_handshakes = max_legs, max_handshakes
        self._legs: list[WebRtcLeg] = []

    def add(self, leg: WebRtcLeg) -> None:
        """Take a leg in; raises TooManyLegs."""
        if len(self._legs) >= self._max_legs:
            raise TooManyLegs(f"{self._max_legs} browser legs are in use")
        self._legs.append(leg)

    def remove(self, leg: WebRtcLeg) -> None:
        """Forget a leg; its datagrams are then unknown."""
        self._legs.remove(leg)

    def receive(
        self, datagram: bytes, source: Address, now: float
    ) -> list[tuple[WebRtcLeg | None, Action]]:
        """Give one STUN or DTLS datagram to its leg (leg None: an answer of the socket itself)."""
        if datagram and datagram[0] < 4:
            return self._stun(datagram, source, now)
        if datagram and 20 <= datagram[0] < 64:
            return self._dtls(datagram, source, now)
        self.counters["unknown"] += 1
        return []

    def timer(self, now: float) -> list[tuple[WebRtcLeg | None, Action]]:
        """What is due in any leg."""
        return [(leg, action) for leg in self._legs for action in leg.timer(now)]

    def next_timer(self) -> float | None:
        """When `timer` has something to do, or None."""
        return min(_known(leg.next_timer() for leg in self._legs), default=None)

    def _stun(
        self, datagram: bytes, source: Address, now: float
    ) -> list[tuple[WebRtcLeg | None, Action]]:
        try:
            message = stun.parse(datagram)
        except StunError:
            self.counters["stun_malformed"] += 1
            return []
        name = (message.get(stun.USERNAME) or b"").partition(b":")[0].decode("ascii", "replace")
        for leg in self._legs:
            if name in leg.ufrags():
                return [(leg, action) for action in leg.receive(datagram, source, now)]
        self.counters["stun_unknown_user"] += 1
        if message.type != stun.BINDING_REQUEST:
            return []
        code = 401 if name else 400
        return [(None, Send(source, stun.error(message, code)))]

    def _dtls(
        self, datagram: bytes, source: Address, now: float
    ) -> list[tuple[WebRtcLeg | None, Action]]:
        times = ((leg.verified_at(source), leg) for leg in self._legs)
        known = [(time, leg) for time, leg in times if time is not None]
        if not known:
            self.counters["dtls_unverified"] += 1
            return []
        leg = max(known, key=lambda pair: pair[0])[1]
        if self._is_new_handshake(leg) and self._handshakes() >= self._max_handshakes:
            self.counters["handshake_refused"] += 1
            return []
        return [(leg, action) for action in leg.receive(datagram, source, now)]

    def _is_new_handshake(self, leg: WebRtcLeg) -> bool:
        return leg.state is not LegState.ESTABLISHED and not leg.handshaking()

    def _handshakes(self) -> int:
        return sum(leg.handshaking() for leg in self._legs)


def _known(times: Iterable[float | None]) -> list[float]:
    return [time for time in times if time is not None]
