"""What a browser, or a stranger in the network, sends to the audio socket and offers."""

import contextlib
import functools
import hashlib
import hmac
import struct
import zlib

from firmware.media.webrtc import sdp, stun
from firmware.media.webrtc.dtls import DtlsIdentity, DtlsServer
from firmware.media.webrtc.errors import DtlsError, OfferError, StunError
from firmware.media.webrtc.ice import IceLite
from firmware.media.webrtc.leg import WebRtcLeg
from hil_tests.fuzz.parsers.pieces import pieces

_ADDRESS = ("127.0.0.1", 40000)
_UFRAG, _PASSWORD = "ours", "x" * 24
_FINGERPRINT = ("sha-256", bytes(32))
_LOCAL = sdp.Local(_UFRAG, _PASSWORD, "sha-256 AB", (_ADDRESS,), 1, "callbox", 1, 1)
OFFER = "\r\n".join(
    (
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 8 0 101",
        "a=ice-ufrag:theirs",
        f"a=ice-pwd:{_PASSWORD}",
        f"a=fingerprint:sha-256 {':'.join(['00'] * 32)}",
        "a=setup:actpass",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:101 telephone-event/8000",
        "",
    )
)


@functools.cache
def _identity() -> DtlsIdentity:
    return DtlsIdentity()


def sdp_offer(data: bytes) -> None:
    """An offer, and the answer to it."""
    text = data.decode("utf-8", "ignore")  # the command's text is whole
    with contextlib.suppress(OfferError):
        answer = sdp.write_answer(sdp.parse_offer(text), _LOCAL)
        assert answer.startswith("v=0\r\n")
        assert all(line.isprintable() for line in answer.split("\r\n"))


def stun_message(data: bytes) -> None:
    """Binding requests; the fuzzer's attributes get the checks that it cannot compute."""
    if not data:
        return
    ice = IceLite("theirs", 0.0)
    ice.ufrag, ice.password = _UFRAG, _PASSWORD
    for number, body in enumerate(pieces(data[1:])):
        with contextlib.suppress(StunError):
            message = stun.parse(_checked(body, data[0]))
            answer, _ = ice.receive(message, (f"127.0.0.{number}", 40000), number / 10)
            assert stun.parse(answer).transaction == message.transaction
    assert len(ice.verified) <= 16


def _checked(body: bytes, how: int) -> bytes:
    """`body` as attributes of a request, with integrity (bit 0) and fingerprint (bit 1)."""
    if not how & 2:
        return body
    body += bytes(-len(body) % 4)
    if how & 4:
        name = f"{_UFRAG}:theirs".encode()
        body = struct.pack(">HH", stun.USERNAME, len(name)) + name + bytes(-len(name) % 4) + body
    if how & 1:
        head = struct.pack(">HHI", stun.BINDING_REQUEST, len(body) + 24, stun.MAGIC) + bytes(12)
        digest = hmac.digest(_PASSWORD.encode(), head + body, hashlib.sha1)
        body += struct.pack(">HH", stun.MESSAGE_INTEGRITY, 20) + digest
    head = struct.pack(">HHI", stun.BINDING_REQUEST, len(body) + 8, stun.MAGIC) + bytes(12) + body
    return head + struct.pack(">HHI", stun.FINGERPRINT, 4, zlib.crc32(head) ^ 0x5354554E)


def dtls_datagrams(data: bytes) -> None:
    """Datagrams of one DTLS association."""
    server = DtlsServer(_identity(), [_FINGERPRINT])
    with contextlib.suppress(DtlsError):
        for number, datagram in enumerate(pieces(data)):
            server.receive(datagram, float(number))
            server.timer(float(number))
    server.close()


def webrtc_leg(data: bytes) -> None:
    """Datagrams of any kind to a leg that has been offered: nothing raises."""
    leg = WebRtcLeg(_identity(), [_ADDRESS])
    leg.offer(OFFER, 0.0)
    assert leg.pending is not None
    leg.pending.ice.ufrag, leg.pending.ice.password = _UFRAG, _PASSWORD
    leg.receive(_checked(struct.pack(">HHI", stun.PRIORITY, 4, 1) + _CONTROLLING, 7), _ADDRESS, 0.0)
    assert leg.verified_at(_ADDRESS) == 0.0
    for number, datagram in enumerate(pieces(data)):
        leg.receive(datagram, _ADDRESS, number / 10)
        leg.timer(number / 10)
    leg.close()


_CONTROLLING = struct.pack(">HHQ", stun.ICE_CONTROLLING, 8, 1)
