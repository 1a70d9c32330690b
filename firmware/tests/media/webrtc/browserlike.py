"""A scripted browser for tests: offer, checks, DTLS client.  Datagrams are passed by hand."""

import contextlib
import hashlib
import secrets
import struct

from OpenSSL import SSL

from firmware.media.webrtc import stun
from firmware.media.webrtc.dtls import DtlsIdentity, datagrams

HERE = ("192.0.2.7", 40000)
THERE = ("198.51.100.9", 41000)

OFFER = """v=0
o=- 4644980697336382870 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mids}
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF {formats}
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=ice-options:trickle
a=fingerprint:{fingerprint}
a=setup:{setup}
a=mid:0
a={direction}
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:2659230575 cname:HjOIO6fspMdFezWT
"""
FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)


def offer_text(**changes):
    fields = {
        "mids": "0",
        "formats": "111 0 8 110 126",
        "ufrag": "1YwY",
        "password": "ls5NTffeS81hK44fvdmzlFVN",
        "fingerprint": FINGERPRINT,
        "setup": "actpass",
        "direction": "sendrecv",
    } | changes
    return OFFER.format(**fields).replace("\n", "\r\n")


def attribute(sdp, name):
    prefix = f"a={name}:"
    return next(line[len(prefix) :] for line in sdp.splitlines() if line.startswith(prefix))


class Browser:
    """Its credentials, certificate and DTLS client; `answered` takes the box's answer."""

    def __init__(self, profiles=b"SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"):
        self._identity = DtlsIdentity()
        self._profiles = profiles
        self.fingerprint = self._identity.fingerprint
        self.new_credentials()
        self.new_dtls()

    def new_credentials(self):
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)

    def new_dtls(self):
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        context.set_tlsext_use_srtp(self._profiles)
        # The server context of DtlsIdentity holds the key pair; a client context needs its own.
        context.use_certificate(self._identity.certificate)
        context.use_privatekey(self._identity.key)
        self.ssl = SSL.Connection(context)
        self.ssl.set_ciphertext_mtu(256)  # small: every flight is several datagrams
        self.ssl.set_tlsext_host_name(b"x" * 250)  # so is the ClientHello
        self.ssl.set_connect_state()

    def offer(self, **changes):
        mine = {
            "ufrag": self.ufrag,
            "password": self.password,
            "fingerprint": self.fingerprint,
        }
        return offer_text(**(mine | changes))

    def answered(self, answer):
        self.remote_ufrag = attribute(answer, "ice-ufrag")
        self.remote_password = attribute(answer, "ice-pwd")

    def check(self, nominate=True, priority=100, **changes):
        """A Binding request; `changes`: password, username, role (attribute number), extra."""
        username = changes.get("username", f"{self.remote_ufrag}:{self.ufrag}")
        role = changes.get("role", stun.ICE_CONTROLLING)
        attributes = [
            (stun.USERNAME, username.encode()),
            (stun.PRIORITY, struct.pack(">I", priority)),
            *([(role, bytes(8))] if role else []),
            *([(stun.USE_CANDIDATE, b"")] if nominate else []),
            *changes.get("extra", []),
        ]
        transaction = hashlib.sha256(secrets.token_bytes(8)).digest()[:12]
        password = changes.get("password", self.remote_password)
        return stun.build(stun.BINDING_REQUEST, transaction, attributes, password)

    def handshake(self):
        """One step; returns datagrams to send."""
        with contextlib.suppress(SSL.WantReadError):
            self.ssl.do_handshake()
        return self.pending()

    def take(self, datagram):
        self.ssl.bio_write(datagram)
        return self.handshake()

    def pending(self):
        try:
            return datagrams(self.ssl.bio_read(65536), 0)
        except SSL.WantReadError:
            return []
