"""ICE-lite agent of one set of credentials (RFC 8445): answers checks, knows the chosen address.

A lite agent sends no checks.  It is always controlled; the browser nominates by USE-CANDIDATE.
"""

import hmac
import secrets
import string
import struct
from dataclasses import dataclass

from firmware.media.webrtc import stun
from firmware.media.webrtc.errors import StunError
from firmware.media.webrtc.stun import Address

CONSENT_S = 30.0  # RFC 7675 5.1
MAX_ADDRESSES = 8  # verified addresses of one browser that are remembered
# A nomination of lower priority wins only when the chosen pair was not nominated for this long:
# a browser that nominates several pairs at once would move the audio to and fro.
NOMINATION_HOLD_S = 3.0
_ICE_CHARS = string.ascii_letters + string.digits + "+/"


@dataclass
class Nomination:
    """The chosen pair: where the browser is, and when it last said so."""

    address: Address
    priority: int
    at: float


def random_string(length: int) -> str:
    """ice-ufrag or ice-pwd: 6 bits of randomness a character (RFC 8445 5.3)."""
    return "".join(secrets.choice(_ICE_CHARS) for _ in range(length))


class IceLite:
    """Credentials of both sides, addresses that passed a check, the nominated one."""

    def __init__(self, remote_ufrag: str, now: float) -> None:
        """Fresh local credentials; `now` starts the time in which a first check must come."""
        self.ufrag, self.password = random_string(8), random_string(24)
        self.remote_ufrag = remote_ufrag
        self.nominated: Nomination | None = None
        self.last_check = now
        self.verified: dict[Address, float] = {}

    def receive(self, message: stun.Message, source: Address, now: float) -> tuple[bytes, bool]:
        """The answer to one Binding request, and whether it was accepted (and changed state)."""
        try:
            request = self._check(message)
        except StunError as e:
            # Without a checked key the answer cannot be protected (RFC 8489 9.1.3).
            return stun.error(message, e.code), False
        if request.unknown():
            return stun.error(request, 420, self.password), False
        if request.get(stun.ICE_CONTROLLING) is None:
            # Missing or ICE-CONTROLLED: a lite agent cannot take the other role.
            code = 400 if request.get(stun.ICE_CONTROLLED) is None else 487
            return stun.error(request, code, self.password), False
        self.last_check = now
        self._remember(source, now)
        if request.get(stun.USE_CANDIDATE) is not None:
            self._nominate(request, source, now)
        return stun.success(request, source, self.password), True

    def addresses(self) -> tuple[Address, ...]:
        """Where the browser may be heard, the nominated address first; none before a nomination."""
        if self.nominated is None:
            return ()
        chosen = self.nominated.address
        return (chosen, *(address for address in self.verified if address != chosen))

    def consent_until(self) -> float:
        """When consent ends unless a verified check comes before (RFC 7675)."""
        return self.last_check + CONSENT_S

    def _check(self, message: stun.Message) -> stun.Message:
        username = message.get(stun.USERNAME)
        priority = message.get(stun.PRIORITY)
        if username is None or message.get(stun.MESSAGE_INTEGRITY) is None:
            raise StunError("no username or integrity", 400)
        expected = f"{self.ufrag}:{self.remote_ufrag}".encode()
        if not hmac.compare_digest(username, expected):
            raise StunError("username", 401)
        protected = stun.authenticate(message, self.password)
        if protected.get(stun.USERNAME) is None or priority is None or len(priority) != 4:
            raise StunError("no protected username, or no priority", 400)
        return protected

    def _remember(self, source: Address, now: float) -> None:
        """The latest is the last; what was not checked for long may be somebody else's by now."""
        chosen = self.nominated.address if self.nominated else None
        self.verified.pop(source, None)
        self.verified[source] = now
        for address in [a for a in self.verified if a != chosen]:
            if len(self.verified) > MAX_ADDRESSES or now >= self.verified[address] + CONSENT_S:
                del self.verified[address]

    def _nominate(self, request: stun.Message, source: Address, now: float) -> None:
        priority = int(struct.unpack(">I", request.get(stun.PRIORITY) or bytes(4))[0])
        held = self.nominated
        if (
            held is not None
            and held.address != source
            and priority < held.priority
            and now - held.at < NOMINATION_HOLD_S
        ):
            return
        self.nominated = Nomination(source, priority, now)
