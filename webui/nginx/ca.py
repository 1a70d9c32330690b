"""A private certificate authority: made once, kept; it signs the box's own certificate.

ECDSA P-256.  The CA lives ten years; the box's certificate 397 days (browsers refuse
longer ones) and is made anew at a start when it nears its end or names other addresses.
"""

import fcntl
import ipaddress
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from firmware.addresses import own_hosts

_CA_LIFE = timedelta(days=3650)
_LIFE = timedelta(days=397)
_RENEW_BEFORE = timedelta(days=30)
_CLOCK_SLACK = timedelta(days=1)


def own_names() -> list[str]:
    """Names and addresses under which this machine is reached."""
    return sorted({"localhost", "127.0.0.1", "::1", socket.gethostname(), *own_hosts()})


def ensure(folder: Path, names: Iterable[str], now: datetime | None = None) -> bool:
    """Make what is missing or bad in `folder`: ca.key, ca.crt, box.key, box.crt (chain).

    Whether there is a new certificate.  One process at a time.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = now or datetime.now(UTC)
    with _alone(folder):
        if not _is_good_ca(folder, now):
            _make_ca(folder, now)
        if _is_good(folder, set(names), now):
            return False
        _make_box(folder, sorted(set(names)), now)
        return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_ca(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Callbox CA {socket.gethostname()}")
    public = key.public_key()
    usage = _key_usage(ca=True)
    certificate = (
        _builder(name, name, public, now, _CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder / "ca.key", key)
    _write(folder / "ca.crt", certificate.public_bytes(serialization.Encoding.PEM))


def _make_box(folder: Path, names: list[str], now: datetime) -> None:
    ca_key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{folder / 'ca.key'} is not an EC key")
    ca = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        _builder(_name("Callbox"), ca.subject, key.public_key(), now, _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(server, critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(authority, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    _write_key(folder / "box.key", key)
    chain = [certificate, ca]
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
    _write(folder / "box.crt", pem)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now - _CLOCK_SLACK + life)
    )


def _pair(folder: Path, name: str) -> x509.Certificate | None:
    """A certificate whose key is there; None when either is missing, damaged or another's."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())
        key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    except (FileNotFoundError, ValueError):  # a power cut may lie between the two
        return None
    return certificate if key.public_key() == certificate.public_key() else None


def _is_good_ca(folder: Path, now: datetime) -> bool:
    """Whether it is valid: one made under a clock that ran ahead is not, and is made anew."""
    ca = _pair(folder, "ca")
    return ca is not None and ca.not_valid_before_utc <= now < ca.not_valid_after_utc


def _is_good(folder: Path, names: set[str], now: datetime) -> bool:
    """Whether the certificate is this CA's, still lives long enough and has every name."""
    certificate, ca = _pair(folder, "box"), _pair(folder, "ca")
    if certificate is None or ca is None or not _is_signed_by(certificate, ca):
        return False
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    present = {str(general.value) for general in extension.value}
    begun = certificate.not_valid_before_utc <= now
    return names <= present and begun and certificate.not_valid_after_utc - now > _RENEW_BEFORE


def _is_signed_by(certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(path, pem, 0o600)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Whole or not at all, also when the power goes."""
    fresh = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    above = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(above)
    finally:
        os.close(above)
