"""An agent's browser as its audio leg sees it: ICE, DTLS and SRTP by libraries others wrote.

STUN by aioice, DTLS by OpenSSL, SRTP by pylibsrtp.  It is stepped: `step()` handles what
is in its socket and sends a 20 ms packet every fourth 5 ms tick, so it runs in virtual time.
"""

import contextlib
import datetime
import secrets
import socket
import struct

import numpy as np
from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from board.sim.alaw import SILENCE
from cython_dsp.reference import alaw_decode, alaw_encode

PACKET = 160  # samples in 20 ms
PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}


def _certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "browser")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(days=1),
        not_valid_after=now + datetime.timedelta(days=30),
    )
    return key, builder.sign(key, hashes.SHA256())


class BrowserPhone:
    """`offer()`, `accept(answer)`, then `step()` once a tick; `say` and `heard` are the audio."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._key, self._certificate = _certificate()
        self._ufrag, self._password = secrets.token_hex(4), secrets.token_hex(16)
        self._ssrc = secrets.randbits(32)
        self._tick = self._sequence = 0
        self._speech = b""  # A-law
        self.hum = b""
        """A-law that is said again and again while nothing else is."""
        self._heard: list[tuple[int, bytes]] = []  # arrival tick, A-law
        self._receive: Session | None = None
        self._send: Session | None = None
        self.answered_checks = 0
        self.digits = ""

    # --- signalling ---

    def offer(self) -> str:
        """An SDP offer with one audio line, as a browser makes it."""
        digest = self._certificate.fingerprint(hashes.SHA256()).hex(":").upper()
        host, port = self._socket.getsockname()
        lines = [
            "v=0",
            "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0",
            f"m=audio {port} UDP/TLS/RTP/SAVPF 8 0 110",
            f"c=IN IP4 {host}",
            f"a=candidate:1 1 udp 2122260223 {host} {port} typ host",
            f"a=ice-ufrag:{self._ufrag}",
            f"a=ice-pwd:{self._password}",
            f"a=fingerprint:sha-256 {digest}",
            "a=setup:actpass",
            "a=mid:0",
            "a=sendrecv",
            "a=rtcp-mux",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:110 telephone-event/8000",
            f"a=ssrc:{self._ssrc} cname:phone",
        ]
        return "\r\n".join(lines) + "\r\n"

    def accept(self, answer: str) -> None:
        """Take the box's answer and begin ICE and DTLS at the next step."""
        fields = dict(
            line[2:].split(":", 1)
            for line in answer.splitlines()
            if line.startswith("a=") and ":" in line
        )
        self._remote_ufrag, self._remote_password = fields["ice-ufrag"], fields["ice-pwd"]
        self._fingerprint = fields["fingerprint"].split()[1].lower()
        words = next(
            line.split()
            for line in answer.splitlines()
            if line.startswith("a=candidate") and " 127.0.0.1 " in line
        )
        self._remote = (words[4], int(words[5]))
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # pinned by the fingerprint below
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        context.set_tlsext_use_srtp(b":".join(PROFILES))
        self._dtls = SSL.Connection(context)
        self._dtls.set_connect_state()

    # --- time ---

    def step(self) -> None:
        """One 5 ms tick."""
        while (datagram := self._datagram()) is not None:
            self._dispatch(datagram)
        if self._tick % 200 == 0:
            self._check()
        if self._receive is None and self.answered_checks:
            self._handshake()
        if self._send is not None and self._tick % 4 == 0:
            self._send_packet()
        self._tick += 1

    def say(self, samples: np.ndarray) -> int:
        """Speak these int16 samples from now on; returns the tick of the first one."""
        self._speech += alaw_encode(samples.astype(np.int16)).tobytes()
        return self._tick

    def heard(self, since_tick: int = 0) -> np.ndarray:
        """All audio that arrived since a tick, in order of arrival."""
        codes = b"".join(codes for tick, codes in self._heard if tick >= since_tick)
        return alaw_decode(np.frombuffer(codes, np.uint8))

    def take_heard(self) -> list[tuple[int, bytes]]:
        """Arrival tick and A-law of each packet since the last time; they are forgotten."""
        taken, self._heard = self._heard, []
        return taken

    @property
    def tick(self) -> int:
        """Ticks stepped so far."""
        return self._tick

    @property
    def connected(self) -> bool:
        """Keys are agreed; audio flows."""
        return self._send is not None

    def close(self) -> None:
        """Vanish, as a closed laptop does."""
        self._socket.close()

    # --- packets ---

    def _datagram(self) -> bytes | None:
        try:
            return self._socket.recv(2048)
        except BlockingIOError:
            return None

    def _dispatch(self, datagram: bytes) -> None:
        if datagram[0] < 2:
            message = stun.parse_message(datagram)
            self.answered_checks += message.message_class == stun.Class.RESPONSE
        elif datagram[0] < 64:
            self._dtls.bio_write(datagram)
        elif not 192 <= datagram[1] < 224 and self._receive is not None:
            self._hear(self._receive.unprotect(datagram))

    def _check(self) -> None:
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self._remote_ufrag}:{self._ufrag}"
        message.attributes["PRIORITY"] = 1853693695
        message.attributes["ICE-CONTROLLING"] = 1
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(self._remote_password.encode())
        self._socket.sendto(bytes(message), self._remote)

    def _handshake(self) -> None:
        done = False
        with contextlib.suppress(SSL.WantReadError):
            self._dtls.do_handshake()
            done = True
        with contextlib.suppress(SSL.WantReadError):
            while flight := self._dtls.bio_read(1500):
                self._socket.sendto(flight, self._remote)
        if done:
            self._keys()

    def _keys(self) -> None:
        peer = self._dtls.get_peer_certificate(as_cryptography=True)
        assert peer.fingerprint(hashes.SHA256()).hex(":") == self._fingerprint
        profile, key, salt = PROFILES[self._dtls.get_selected_srtp_profile()]
        material = self._dtls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        keys = material[:key], material[key : 2 * key]
        salts = material[2 * key : 2 * key + salt], material[2 * key + salt :]
        self._send = Session(Policy(keys[0] + salts[0], Policy.SSRC_ANY_OUTBOUND, 0, profile))
        self._receive = Session(Policy(keys[1] + salts[1], Policy.SSRC_ANY_INBOUND, 0, profile))

    def _send_packet(self) -> None:
        header = struct.pack(
            ">BBHII", 0x80, 8, self._sequence & 0xFFFF, self._sequence * PACKET, self._ssrc
        )
        packet = header + self._frame()
        self._sequence += 1
        self._socket.sendto(self._send.protect(packet), self._remote)

    def _frame(self) -> bytes:
        if self._speech or not self.hum:
            frame, self._speech = self._speech[:PACKET], self._speech[PACKET:]
            return frame.ljust(PACKET, bytes([SILENCE]))
        at = self._sequence * PACKET % len(self.hum)
        return (self.hum[at:] + self.hum * (PACKET // len(self.hum) + 1))[:PACKET]

    def _hear(self, packet: bytes) -> None:
        if packet[1] & 0x7F == 8:
            self._heard.append((self._tick, packet[12:]))
