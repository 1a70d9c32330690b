import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from webui.nginx.ca import ensure, own_names

NAMES = ["127.0.0.1", "::1", "callbox.local"]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    ensure(tmp_path / "tls", NAMES, NOW)
    return tmp_path / "tls"


def box(folder):
    return x509.load_pem_x509_certificate((folder / "box.crt").read_bytes())


def test_the_certificate_has_every_name_and_address(folder):
    names = box(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(NAMES)
    assert isinstance(box(folder).public_key(), ec.EllipticCurvePublicKey)


def test_the_chain_is_signed_by_the_ca(folder):
    ca = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    box(folder).verify_directly_issued_by(ca)
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    context.load_cert_chain(folder / "box.crt", folder / "box.key")


def test_keys_are_for_the_owner_only(folder):
    modes = {(folder / name).stat().st_mode & 0o777 for name in ("ca.key", "box.key")}
    assert modes == {0o600}


def test_a_second_start_changes_nothing(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    ensure(folder, NAMES, NOW + timedelta(days=300))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("names", "later"),
    [([*NAMES, "192.0.2.7"], timedelta()), (NAMES, timedelta(days=380))],
)
def test_new_names_and_age_renew_the_certificate_but_not_the_ca(folder, names, later):
    ca, old = (folder / "ca.crt").read_bytes(), box(folder)
    ensure(folder, names, NOW + later)
    assert (folder / "ca.crt").read_bytes() == ca
    assert box(folder).serial_number != old.serial_number


def test_loopback_is_always_a_name():
    assert {"127.0.0.1", "localhost"} <= set(own_names())


@pytest.mark.parametrize("name", ["box.key", "box.crt", "ca.key", "ca.crt"])
@pytest.mark.parametrize("left", [b"", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_file_that_a_power_cut_left_behind_is_made_anew(folder, name, left):
    (folder / name).write_bytes(left)
    assert ensure(folder, NAMES, NOW) is True
    test_the_chain_is_signed_by_the_ca(folder)
    assert ensure(folder, NAMES, NOW) is False


def test_a_key_without_its_certificate_is_made_anew(folder, tmp_path):
    ensure(tmp_path / "other", NAMES, NOW)
    (folder / "box.key").write_bytes((tmp_path / "other" / "box.key").read_bytes())
    ensure(folder, NAMES, NOW)
    test_the_chain_is_signed_by_the_ca(folder)


def test_a_certificate_of_another_ca_is_made_anew(folder, tmp_path):
    ensure(tmp_path / "other", NAMES, NOW)
    for name in ("ca.key", "ca.crt"):
        (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
    ensure(folder, NAMES, NOW)
    test_the_chain_is_signed_by_the_ca(folder)


def test_what_was_made_under_a_clock_that_ran_ahead_is_made_anew(tmp_path):
    ensure(tmp_path / "tls", NAMES, NOW + timedelta(days=20000))
    ensure(tmp_path / "tls", NAMES, NOW)
    assert box(tmp_path / "tls").not_valid_before_utc < NOW
    ca = x509.load_pem_x509_certificate((tmp_path / "tls" / "ca.crt").read_bytes())
    assert ca.not_valid_before_utc < NOW < ca.not_valid_after_utc


def test_two_at_once_leave_a_pair(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        sets = [[*NAMES, f"192.0.2.{number}"] for number in range(8)]
        list(pool.map(lambda names: ensure(tmp_path / "tls", names, NOW), sets))
    test_the_chain_is_signed_by_the_ca(tmp_path / "tls")
