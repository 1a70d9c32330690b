"""DTLS 1.2 server of one association, over datagrams in memory (RFC 6347, 5764).

pyOpenSSL does the handshake; this gives it datagrams and time.  Flights are kept and sent again
after 1 s, 2 s, 4 s ... of the caller's clock (RFC 6347 4.2.4): OpenSSL's own timer reads the
wall clock, which neither a stepped test nor a clock change may depend on.
"""

import contextlib
import datetime
import hashlib
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from firmware.media.webrtc.errors import DtlsError

# (name for OpenSSL and in the result, key bytes, salt bytes); preferred first.
PROFILES = (("SRTP_AEAD_AES_128_GCM", 16, 12), ("SRTP_AES128_CM_SHA1_80", 16, 14))
FIRST_TIMEOUT_S, LAST_TIMEOUT_S = 1.0, 60.0  # RFC 6347 4.2.4.1
MTU = 1200  # bytes of a datagram, as browsers assume
MAX_DATAGRAM = 4096
_DTLS_1_2 = 0xFEFD
_LABEL = b"EXTRACTOR-dtls_srtp"
_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True)
class SrtpKeys:
    """Master keys followed by their salts, as the SRTP library wants them."""

    profile: str
    send_key: bytes = field(repr=False)
    receive_key: bytes = field(repr=False)


class DtlsIdentity:
    """The box's certificate, self-signed, ECDSA P-256, and the OpenSSL context that shows it."""

    def __init__(self) -> None:
        """Make a new key; it lives as long as the process and is never written."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _self_signed(self.key)
        digest = hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest().upper()
        pairs = (digest[i : i + 2] for i in range(0, len(digest), 2))
        self.fingerprint = "sha-256 " + ":".join(pairs)
        self.context = SSL.Context(SSL.DTLS_SERVER_METHOD)
        self.context.set_min_proto_version(_DTLS_1_2)
        self.context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
        self.context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        self.context.set_cipher_list(_CIPHERS)
        self.context.use_certificate(self.certificate)
        self.context.use_privatekey(self.key)
        self.context.set_tlsext_use_srtp(":".join(name for name, _, _ in PROFILES).encode())
        # The chain means nothing (self-signed): the fingerprint is compared after the handshake.
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "callbox")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A browser whose clock differs by a day, or a box without a clock, must still talk.
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )


class DtlsServer:
    """One association.  `keys` is set when the handshake is done and the peer is the right one."""

    def __init__(self, identity: DtlsIdentity, fingerprints: Sequence[tuple[str, bytes]]) -> None:
        """`fingerprints`: what the offer allows, any one of them suffices (RFC 8122 5)."""
        self.fingerprints = tuple(fingerprints)
        self.keys: SrtpKeys | None = None
        self.started = self.closed = False
        self.deadline: float | None = None
        self._flight: list[bytes] = []
        self._timeout = FIRST_TIMEOUT_S
        self._ssl = SSL.Connection(identity.context)
        self._ssl.set_ciphertext_mtu(MTU)
        self._ssl.set_accept_state()

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """Take one datagram, return what to send; raises DtlsError when all is over."""
        if not 0 < len(datagram) <= MAX_DATAGRAM or self.closed:
            return []
        self.started = True
        self._ssl.bio_write(datagram)
        if self.keys is None:
            self._handshake()
        else:
            self._read()
        return self._take(now)

    def timer(self, now: float) -> list[bytes]:
        """What to send again at `now`; nothing when `deadline` is not reached."""
        if self.deadline is None or now < self.deadline:
            return []
        self._timeout = min(self._timeout * 2, LAST_TIMEOUT_S)
        self.deadline = now + self._timeout
        return list(self._flight)

    def close(self) -> list[bytes]:
        """What to send at the end: an alert of a failed handshake, or close_notify."""
        self.closed = True
        with contextlib.suppress(SSL.Error):
            self._ssl.shutdown()
        return datagrams(self._pending())

    def _handshake(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error as e:
            self.closed = True
            raise DtlsError(f"handshake: {_reason(e)}") from e
        self._check_peer()
        self.keys = self._export()

    def _read(self) -> None:
        # Also what makes OpenSSL repeat its last flight when the peer repeats its own.
        try:
            while self._ssl.recv(MAX_DATAGRAM):
                pass  # no data channel here: application data means nothing
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as e:
            self.closed = True
            raise DtlsError(f"alert: {_reason(e)}") from e

    def _check_peer(self) -> None:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            raise DtlsError("peer showed no certificate")
        der = certificate.public_bytes(Encoding.DER)
        for name, expected in self.fingerprints:
            if hmac.compare_digest(hashlib.new(name.replace("-", ""), der).digest(), expected):
                return
        self.closed = True
        raise DtlsError("peer certificate does not match the fingerprint of the offer")

    def _export(self) -> SrtpKeys:
        chosen = self._ssl.get_selected_srtp_profile().decode()
        sizes = next(((k, s) for name, k, s in PROFILES if name == chosen), None)
        if sizes is None:
            self.closed = True
            raise DtlsError("peer offers no SRTP profile of ours")
        key, salt = sizes
        # RFC 5764 4.2: client key, server key, client salt, server salt.  We are the server.
        block = self._ssl.export_keying_material(_LABEL, 2 * (key + salt))
        salts = block[2 * key :]
        client = block[:key] + salts[:salt]
        server = block[key : 2 * key] + salts[salt:]
        return SrtpKeys(chosen, send_key=server, receive_key=client)

    def _take(self, now: float) -> list[bytes]:
        out = datagrams(self._pending())
        if out:
            self._flight, self._timeout = out, FIRST_TIMEOUT_S
            self.deadline = now + self._timeout
        if self.keys is not None or self.closed:
            # The last flight is repeated only when the client repeats its own (RFC 6347 4.2.4).
            self.deadline = None
        return out

    def _pending(self) -> bytes:
        out = b""
        with contextlib.suppress(SSL.WantReadError):
            while True:
                out += self._ssl.bio_read(65536)
        return out


def datagrams(records: bytes, mtu: int = MTU) -> list[bytes]:
    """Cut OpenSSL's output into datagrams: whole records, several as long as `mtu` permits."""
    out: list[bytes] = []
    at = 0
    while at < len(records):
        length = 13 + int(struct.unpack_from(">H", records, at + 11)[0])
        record = records[at : at + length]
        if out and len(out[-1]) + length <= mtu:
            out[-1] += record
        else:
            out.append(record)
        at += length
    return out


def _reason(error: SSL.Error) -> str:
    reasons = error.args[0] if error.args else ""
    if isinstance(reasons, list) and reasons:
        return str(reasons[-1][-1])
    return str(reasons) or type(error).__name__
