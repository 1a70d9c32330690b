import random

import pytest

from firmware.media.webrtc.dtls import FIRST_TIMEOUT_S, MTU, DtlsIdentity, DtlsServer, datagrams
from firmware.media.webrtc.errors import DtlsError
from firmware.tests.media.webrtc.browserlike import Browser


def fingerprint(text):
    name, _, digest = text.partition(" ")
    return name, bytes.fromhex(digest.replace(":", ""))


@pytest.fixture(scope="module")
def identity():
    return DtlsIdentity()


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def server(identity, browser):
    return DtlsServer(identity, [fingerprint(browser.fingerprint)])


def shake(server, browser, now=0.0):
    """Pass flights to and fro until both are silent."""
    to_server = browser.handshake()
    while to_server:
        to_browser = [d for x in to_server for d in server.receive(x, now)]
        to_server = [d for x in to_browser for d in browser.take(x)]


def client_keys(browser, key, salt):
    block = browser.ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
    client, server, rest = block[:key], block[key : 2 * key], block[2 * key :]
    return client + rest[:salt], server + rest[salt:]


def test_a_client_hello_in_several_datagrams_is_put_together(server, browser):
    first = browser.handshake()
    assert len(first) > 1
    assert [server.receive(d, 0.0) for d in first[:-1]] == [[]] * (len(first) - 1)
    answer = server.receive(first[-1], 0.0)
    for datagram in [d for x in answer for d in browser.take(x)]:
        server.receive(datagram, 0.0)
    assert server.keys is not None


def test_an_empty_datagram_changes_nothing(server, browser):
    assert server.receive(b"", 0.0) == []
    shake(server, browser)
    assert server.receive(b"", 0.0) == []
    assert server.keys is not None


@pytest.mark.parametrize(
    ("offered", "profile", "key", "salt"),
    [
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_128_GCM", 16, 12),
        (b"SRTP_AES128_CM_SHA1_80", "SRTP_AES128_CM_SHA1_80", 16, 14),
    ],
)
def test_keys_are_split_so_that_each_side_hears_the_other(identity, offered, profile, key, salt):
    browser = Browser(offered)
    server = DtlsServer(identity, [fingerprint(browser.fingerprint)])
    shake(server, browser)
    client_sends, server_sends = client_keys(browser, key, salt)
    assert server.keys.profile == profile
    assert server.keys.receive_key == client_sends
    assert server.keys.send_key == server_sends


def test_keys_are_not_in_the_representation(server, browser):
    shake(server, browser)
    assert server.keys.send_key.hex() not in repr(server.keys)
    assert repr(server.keys) == "SrtpKeys(profile='SRTP_AEAD_AES_128_GCM')"


def test_a_peer_with_another_certificate_gets_no_keys(identity, browser):
    server = DtlsServer(identity, [("sha-256", bytes(32))])
    with pytest.raises(DtlsError, match="does not match the fingerprint"):
        shake(server, browser)
    assert server.keys is None
    assert server.close()  # an alert for the browser


def test_one_of_several_fingerprints_suffices(identity, browser):
    server = DtlsServer(identity, [("sha-512", bytes(64)), fingerprint(browser.fingerprint)])
    shake(server, browser)
    assert server.keys is not None


def test_a_peer_without_srtp_gets_no_keys(identity):
    browser = Browser(b"SRTP_AES128_CM_SHA1_32")
    server = DtlsServer(identity, [fingerprint(browser.fingerprint)])
    with pytest.raises(DtlsError):
        shake(server, browser)
    assert server.keys is None


def test_a_lost_flight_is_sent_again_by_the_given_clock(server, browser):
    for datagram in browser.handshake():
        server.receive(datagram, 100.0)
    assert server.deadline == 100.0 + FIRST_TIMEOUT_S
    assert server.timer(100.9) == []
    again = server.timer(101.0)
    assert again
    assert server.deadline == 103.0  # doubled, RFC 6347 4.2.4.1
    to_server = [d for x in again for d in browser.take(x)]
    to_browser = [d for x in to_server for d in server.receive(x, 101.1)]
    for datagram in to_browser:
        browser.take(datagram)
    assert server.keys is not None
    assert server.deadline is None


@pytest.mark.parametrize("seed", range(5))
def test_the_handshake_survives_loss(identity, browser, seed):
    server = DtlsServer(identity, [fingerprint(browser.fingerprint)])
    rng = random.Random(seed)

    def arrived(flight):
        # The flight with Finished (epoch 1) arrives: repeated, it would need new record numbers,
        # which this client cannot give.
        last = any(d[3:5] != b"\0\0" for d in flight)
        return [d for d in flight if last or rng.random() > 0.3]

    flight = latest = browser.handshake()
    for now in range(200):
        to_browser = [d for x in arrived(flight) for d in server.receive(x, now)]
        to_browser += server.timer(now + 0.5)
        latest = [d for x in arrived(to_browser) for d in browser.take(x)] or latest
        flight = latest
        if server.keys is not None:
            return
    raise AssertionError("no handshake in 200 s")


def test_close_notify_closes(server, browser):
    shake(server, browser)
    browser.ssl.shutdown()
    for datagram in browser.pending():
        server.receive(datagram, 1.0)
    assert server.closed


def test_we_say_goodbye(server, browser):
    shake(server, browser)
    assert len(server.close()) == 1
    assert server.close() == []


def test_any_bytes_before_and_after_the_handshake_are_harmless(identity, browser):
    rng = random.Random(1)
    server = DtlsServer(identity, [fingerprint(browser.fingerprint)])
    shake(server, browser)
    for _ in range(500):
        server.receive(bytes([rng.randrange(20, 64)]) + rng.randbytes(rng.randrange(0, 300)), 1.0)
    assert server.keys is not None
    assert not server.closed


def test_damaged_handshakes_end_in_dtls_error_or_silence(identity, browser):
    hello = browser.handshake()
    rng = random.Random(2)
    for _ in range(200):
        server = DtlsServer(identity, [("sha-256", bytes(32))])
        for datagram in hello:
            raw = bytearray(datagram)
            for _ in range(rng.randrange(1, 5)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
            try:
                server.receive(bytes(raw), 0.0)
            except DtlsError:
                break
        assert server.keys is None


def test_oversized_datagrams_are_dropped(server):
    assert server.receive(b"\x16" + bytes(5000), 0.0) == []
    assert not server.started


def test_output_is_cut_at_records_into_datagrams_below_the_mtu():
    record = b"\x16\xfe\xfd" + bytes(8) + (500).to_bytes(2) + bytes(500)
    found = datagrams(record * 5)
    assert [len(d) for d in found] == [2 * 513, 2 * 513, 513]
    assert all(len(d) <= MTU for d in found)
