"""RTP and SRTP legs, and the one UDP socket they share with STUN and DTLS."""

import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cython_dsp.engine.core import Op
from cython_dsp.engine.errors import EngineError
from cython_dsp.engine.part import Part

ADDRESS_BYTES = 20
DATAGRAM_BYTES = 1500
PATHS = 8  # addresses at which one leg is heard
_MAPPED = bytes(10) + b"\xff\xff"  # IPv4 in IPv6, RFC 4291 2.5.5.2


class Profile(IntEnum):
    """SRTP protection profiles by their DTLS-SRTP numbers (RFC 5764 4.1.2, RFC 7714 14.2)."""

    PLAIN = 0
    AES128_CM_SHA1_80 = 1
    AEAD_AES_128_GCM = 7


@dataclass(frozen=True)
class RtpParams:
    """What was agreed for one leg."""

    ssrc: int  # ours
    remote: tuple[str, int]  # numeric IP address and UDP port
    payload_type: int = 8  # what we send: 8 PCMA or 0 PCMU (RFC 3551); both are received
    event_type: int = 0  # telephone-event/8000 (RFC 4733); 0 = not negotiated
    profile: Profile = Profile.PLAIN
    send_key: bytes = b""  # master key, 16 bytes, then master salt, 14 bytes (GCM: 12)
    receive_key: bytes = b""
    cname: str = ""  # at most 31 bytes
    ntp_at_tick_0: int = 0  # NTP time stamp (32.32) of the engine's tick 0, for sender reports

    def __repr__(self) -> str:
        """Show no key."""
        return f"RtpParams(ssrc={self.ssrc:#x}, remote={self.remote}, profile={self.profile.name})"


_KEY_BYTES = {Profile.PLAIN: 0, Profile.AES128_CM_SHA1_80: 30, Profile.AEAD_AES_128_GCM: 28}


def pack_address(host: str, port: int) -> bytes:
    """Return 20 bytes: family and port (u16 big endian), IP address; ValueError if not numeric."""
    if not 0 < port < 65536:
        raise ValueError(f"no UDP port: {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        ip = socket.inet_pton(family, host)
    except OSError:
        raise ValueError(f"no IP address: {host}") from None
    if family == socket.AF_INET6 and ip.startswith(_MAPPED):
        family, ip = socket.AF_INET, ip[12:]
    return struct.pack("!HH16s", family, port, ip)


def unpack_address(address: bytes) -> tuple[str, int]:
    """Undo pack_address."""
    family, port, ip = struct.unpack("!HH16s", address)
    return socket.inet_ntop(family, ip[:4] if family == socket.AF_INET else ip), port


def _key(name: str, key: bytes, profile: Profile) -> bytes:
    if len(key) != _KEY_BYTES[profile]:
        raise ValueError(f"{name} of {profile.name} has {_KEY_BYTES[profile]} bytes")
    return key.ljust(30, b"\0")


class Rtp(Part):
    """Legs are ports: talker (what the other side says) and listener (what it is sent)."""

    def open_socket(self, fd: int) -> None:
        """Use a duplicate of this UDP socket from now on, for all legs."""
        with socket.socket(fileno=os.dup(fd)) as mine:
            if mine.type != socket.SOCK_DGRAM or mine.family not in (
                socket.AF_INET,
                socket.AF_INET6,
            ):
                raise ValueError("not a UDP socket")
            mine.settimeout(0)
            self._do(Op.SOCKET, 0, mine.fileno(), mine.family)
            mine.detach()

    def send_datagram(self, address: bytes, data: bytes) -> None:
        """Send 1 to 1500 bytes out of the legs' socket to a packed address."""
        if len(address) != ADDRESS_BYTES or not 1 <= len(data) <= DATAGRAM_BYTES:
            raise ValueError("20 bytes of address, 1 to 1500 of data")
        self._do(Op.DATAGRAM, data=bytes(address) + bytes(data))

    def open_rtp(self, params: RtpParams) -> int:
        """Return the port of a new leg; RTP from `remote` belongs to it, others' is dropped."""
        address = pack_address(*params.remote)
        leg = self._legs.take()
        try:
            self._make_leg(leg, params)
        except (ValueError, EngineError):
            self._legs.give_back(leg)
            raise
        port = 0
        try:
            port = self._ports.take()
            self._do(Op.OPEN_RTP, port, leg, data=address)
        except EngineError:
            if port:
                self._ports.give_back(port)
            self._forget_leg(leg)
            raise
        self._leg_of[port] = leg
        self._events_of[port] = params.event_type != 0
        return port

    def _make_leg(self, leg: int, params: RtpParams) -> None:
        made = self._core.put_leg(
            leg,
            params.ssrc,
            (params.payload_type, params.event_type, params.profile),
            _key("send_key", params.send_key, params.profile),
            _key("receive_key", params.receive_key, params.profile),
            params.cname.encode(),
            params.ntp_at_tick_0,
        )
        if not made:
            raise EngineError("the leg was refused: payload type, or no memory")

    def move_rtp(self, port: int, remote: Sequence[tuple[str, int]]) -> None:
        """From the next tick on a leg is heard at 1 to 8 addresses and sends to the first (ICE)."""
        self._check_leg(port)
        if not 1 <= len(remote) <= PATHS:
            raise ValueError(f"1 to {PATHS} addresses")
        self._do(Op.MOVE_RTP, port, data=b"".join(pack_address(*address) for address in remote))

    def level_voice(self, port: int, on: bool) -> None:  # noqa: FBT001 - the verb's only object
        """Begin or end to bring who speaks at a leg to -20 dBm0 and to quieten his room.

        Begun anew each time.  Without it what is heard is what came, bit by bit.
        """
        self._check_leg(port)
        self._do(Op.VOICE, port, int(on))

    def rtp_statistics(self, port: int) -> dict[str, float]:
        """Return packets, loss, jitter, delays of a leg, at most half a second old."""
        self._check_leg(port)
        return self._core.leg_report(self._leg_of[port])

    def _check_leg(self, port: int) -> None:
        self._ports.check(port)
        if port not in self._leg_of:
            raise EngineError("not an RTP port")

    def _forget_leg(self, leg: int) -> None:
        self._core.free_leg(leg)
        self._legs.give_back(leg)
