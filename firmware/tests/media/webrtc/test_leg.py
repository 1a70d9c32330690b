import dataclasses
import random
import struct

import pytest

from firmware.media.webrtc import stun
from firmware.media.webrtc.dtls import DtlsIdentity
from firmware.media.webrtc.errors import OfferError
from firmware.media.webrtc.leg import Established, LegState, Lost, Moved, Send, WebRtcLeg
from firmware.media.webrtc.socket import TooManyLegs, WebRtcSocket
from firmware.tests.media.webrtc.browserlike import HERE, THERE, Browser, offer_text

BOX = [("192.0.2.1", 5004)]


@pytest.fixture(scope="module")
def identity():
    return DtlsIdentity()


@pytest.fixture
def leg(identity):
    return WebRtcLeg(identity, BOX)


@pytest.fixture
def browser():
    return Browser()


def send(leg, datagram, source=HERE, now=0.0):
    """Actions without the answers, and the answers."""
    actions = leg.receive(datagram, source, now)
    answers = [a.datagram for a in actions if isinstance(a, Send)]
    return [a for a in actions if not isinstance(a, Send)], answers


def shake(leg, browser, source=HERE, now=0.0):
    found, flight = [], browser.handshake()
    while flight:
        back = []
        for datagram in flight:
            actions, answers = send(leg, datagram, source, now)
            found += actions
            back += answers
        flight = [d for x in back for d in browser.take(x)]
    return found


def connect(leg, browser, source=HERE, now=0.0):
    """Offer, check, handshake; returns the actions."""
    browser.answered(leg.offer(browser.offer(), now))
    actions, _ = send(leg, browser.check(), source, now)
    return actions + shake(leg, browser, source, now)


def code_of(answer):
    value = stun.parse(answer).get(stun.ERROR_CODE)
    return value[2] * 100 + value[3] if value else 0


def test_a_browser_connects(leg, browser):
    (found,) = connect(leg, browser)
    assert isinstance(found, Established)
    assert found.address == HERE
    assert (found.payload_type, found.event_type) == (8, 126)
    assert found.ssrc == leg.ssrc
    assert found.keys.profile == "SRTP_AEAD_AES_128_GCM"
    assert leg.state is LegState.ESTABLISHED


def test_mu_law_is_sent_when_only_that_is_offered(leg, browser):
    browser.answered(leg.offer(browser.offer(formats="0 110"), 0.0))
    send(leg, browser.check())
    (found,) = shake(leg, browser)
    assert (found.payload_type, found.event_type) == (0, 0)


def test_a_check_is_answered_with_the_address_it_came_from(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    _, (answer,) = send(leg, browser.check())
    message = stun.authenticate(stun.parse(answer), browser.remote_password)
    assert message.type == stun.BINDING_SUCCESS
    expected = stun.xor_address(HERE, message.transaction)
    assert message.get(stun.XOR_MAPPED_ADDRESS) == expected


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "w" * 24}, 401),
        ({"password": None}, 400),
        ({"username": "nobody:nothing"}, 401),
        ({"role": stun.ICE_CONTROLLED}, 487),
        ({"role": None}, 400),
        ({"extra": [(0x7F00, b"")]}, 420),
    ],
)
def test_a_check_that_is_not_right_is_refused_and_verifies_nothing(leg, browser, changes, code):
    browser.answered(leg.offer(browser.offer(), 0.0))
    actions, (answer,) = send(leg, browser.check(**changes))
    assert code_of(answer) == code
    assert actions == []
    assert leg.verified_at(HERE) is None


def test_a_user_name_with_the_wrong_half_of_the_browser_is_401(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    wrong = browser.check(username=f"{browser.remote_ufrag}:{browser.ufrag}x")
    assert code_of(send(leg, wrong)[1][0]) == 401


def test_malformed_stun_is_counted_and_not_answered(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    assert leg.receive(browser.check()[:-1] + b"x", HERE, 0.0) == []
    assert leg.receive(b"", HERE, 0.0) == leg.receive(b"\x80abc", HERE, 0.0) == []
    assert leg.counters == {"stun_malformed": 1, "unknown": 2}


def test_dtls_from_an_address_without_a_check_is_dropped(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    send(leg, browser.check())
    assert send(leg, browser.handshake()[0], THERE) == ([], [])
    assert leg.counters["dtls_unverified"] == 1
    assert not leg.handshaking()


def test_without_nomination_nothing_is_established(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    send(leg, browser.check(nominate=False))
    assert shake(leg, browser) == []
    (found,), _ = send(leg, browser.check(nominate=True))
    assert isinstance(found, Established)


def test_the_address_changes_by_a_nominated_check_only(leg, browser):
    connect(leg, browser)
    assert send(leg, browser.check(password="x" * 24), THERE, 1.0)[0] == []
    assert send(leg, browser.check(nominate=False), THERE, 1.0)[0] == [Moved((HERE, THERE))]
    assert send(leg, browser.check(nominate=False), THERE, 1.0)[0] == []
    assert send(leg, browser.check(), THERE, 1.0)[0] == [Moved((THERE, HERE))]
    assert send(leg, browser.check(), THERE, 1.1)[0] == []


def test_an_address_that_was_checked_before_the_handshake_is_told_with_it(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    send(leg, browser.check(nominate=False), THERE)
    send(leg, browser.check())
    found, moved = shake(leg, browser)
    assert found.address == HERE
    assert moved == Moved((HERE, THERE))


def test_an_address_without_a_check_for_30_s_is_forgotten(leg, browser):
    connect(leg, browser)
    send(leg, browser.check(nominate=False), THERE, 1.0)
    assert send(leg, browser.check(), HERE, 30.9)[0] == []
    assert send(leg, browser.check(), HERE, 31.0)[0] == [Moved((HERE,))]


def test_of_nine_addresses_the_one_checked_longest_ago_is_forgotten(leg, browser):
    connect(leg, browser)
    others = [("192.0.2.9", port) for port in range(1, 9)]
    told = [send(leg, browser.check(nominate=False), other, 1.0)[0] for other in others]
    assert told[-1] == [Moved((HERE, *others[1:]))]


def test_a_pair_of_lower_priority_waits_until_the_better_one_is_silent(leg, browser):
    connect(leg, browser)
    assert send(leg, browser.check(priority=50), THERE, 2.9)[0] == [Moved((HERE, THERE))]
    send(leg, browser.check(priority=100), HERE, 4.0)
    assert send(leg, browser.check(priority=50), THERE, 6.9)[0] == []
    assert send(leg, browser.check(priority=50), THERE, 7.0)[0] == [Moved((THERE, HERE))]


def test_a_peer_that_is_not_the_one_of_the_offer_is_lost(leg, browser):
    other = "sha-256 " + ":".join(["00"] * 32)
    browser.answered(leg.offer(browser.offer(fingerprint=other), 0.0))
    send(leg, browser.check())
    (found,) = shake(leg, browser)
    assert isinstance(found, Lost)
    assert "fingerprint" in found.reason
    assert leg.state is LegState.LOST


def test_consent_ends_30_s_after_the_last_verified_check(leg, browser):
    connect(leg, browser)
    send(leg, browser.check(nominate=False), HERE, 20.0)
    assert leg.next_timer() == 50.0
    send(leg, browser.check(password="x" * 24), HERE, 40.0)
    assert leg.timer(49.9) == []
    assert leg.timer(50.0) == [Lost("no consent for 30 s")]
    assert leg.next_timer() is None


def test_a_browser_that_never_comes_is_lost_after_30_s(leg, browser):
    leg.offer(browser.offer(), 5.0)
    assert leg.timer(34.9) == []
    assert leg.timer(35.0) == [Lost("no connection within 30 s of the offer")]


def test_a_flight_that_was_lost_is_sent_again(leg, browser):
    browser.answered(leg.offer(browser.offer(), 0.0))
    send(leg, browser.check())
    for datagram in browser.handshake():
        send(leg, datagram)
    assert leg.next_timer() == 1.0
    again = leg.timer(1.0)
    assert again
    assert {a.address for a in again} == {HERE}


def test_close_notify_of_the_browser_ends_the_leg(leg, browser):
    connect(leg, browser)
    browser.ssl.shutdown()
    assert send(leg, browser.pending()[0])[0] == [Lost("closed by the browser")]


def test_our_close_tells_the_browser(leg, browser):
    connect(leg, browser)
    (goodbye,) = leg.close()
    assert goodbye.address == HERE
    assert leg.state is LegState.LOST
    assert leg.receive(browser.check(), HERE, 0.0)[0].datagram  # 401: nobody of that name


def test_the_same_offer_again_is_answered_the_same(leg, browser):
    first = leg.offer(browser.offer(), 0.0)
    browser.answered(first)
    send(leg, browser.check())
    shake(leg, browser)
    again = leg.offer(browser.offer(), 10.0)
    changed = [b for a, b in zip(first.split(), again.split(), strict=True) if a != b]
    assert changed == ["2"]  # the version of the o= line
    assert leg.state is LegState.ESTABLISHED


def test_new_credentials_move_the_leg_and_keep_the_keys(leg, browser):
    connect(leg, browser)
    browser.new_credentials()
    browser.answered(leg.offer(browser.offer(), 10.0))
    assert len(leg.ufrags()) == 2  # the old ones serve until the new ones are nominated
    assert send(leg, browser.check(), THERE, 11.0)[0] == [Moved((THERE,))]
    assert len(leg.ufrags()) == 1


def test_new_credentials_from_the_same_address_change_nothing_else(leg, browser):
    connect(leg, browser)
    browser.new_credentials()
    browser.answered(leg.offer(browser.offer(), 10.0))
    assert send(leg, browser.check(), HERE, 11.0)[0] == []
    assert len(leg.ufrags()) == 1
    assert leg.state is LegState.ESTABLISHED


def test_a_reloaded_page_gets_new_keys_while_the_old_leg_stands(leg, browser):
    (before,) = connect(leg, browser)
    fresh = Browser()
    fresh.answered(leg.offer(fresh.offer(), 10.0))
    assert leg.state is LegState.ESTABLISHED
    send(leg, fresh.check(), THERE, 10.1)
    (after,) = shake(leg, fresh, THERE, 10.2)
    assert isinstance(after, Established)
    assert after.address == THERE
    assert after.keys.send_key != before.keys.send_key
    assert send(leg, browser.check(), HERE, 10.3)[1]  # 401 now
    assert leg.verified_at(HERE) is None


def test_a_re_offer_that_comes_to_nothing_leaves_the_leg_standing(leg, browser):
    connect(leg, browser)
    leg.offer(Browser().offer(), 10.0)
    send(leg, browser.check(), HERE, 30.0)
    assert leg.timer(40.0) == []
    assert leg.state is LegState.ESTABLISHED


def test_a_bad_re_offer_raises_and_changes_nothing(leg, browser):
    connect(leg, browser)
    before = dataclasses.replace(leg.current)
    with pytest.raises(OfferError):
        leg.offer(offer_text(formats="111"), 10.0)
    assert leg.current == before
    assert leg.pending is None


def test_a_lost_leg_is_revived_by_an_offer(leg, browser):
    connect(leg, browser)
    leg.timer(30.0)
    fresh = Browser()
    assert isinstance(connect(leg, fresh, THERE, 40.0)[0], Established)


def test_verified_addresses_are_bounded(leg, browser):
    connect(leg, browser)
    for port in range(1000, 1100):
        send(leg, browser.check(nominate=False), ("203.0.113.1", port), 1.0)
    assert len(leg.current.ice.verified) == 8
    assert leg.verified_at(HERE) is not None  # the chosen one stays


def test_any_bytes_never_raise(leg, browser):
    connect(leg, browser)
    rng = random.Random(4)
    for _ in range(2000):
        raw = bytearray(browser.check() if rng.random() < 0.5 else rng.randbytes(60))
        raw[rng.randrange(len(raw))] = rng.randrange(256)
        leg.receive(bytes(raw[: rng.randrange(0, len(raw) + 1)]), HERE, 1.0)
    assert leg.state is LegState.ESTABLISHED


# --- many legs on one socket ---


@pytest.fixture
def socket():
    return WebRtcSocket(max_legs=4, max_handshakes=2)


def joined(socket, identity):
    leg, browser = WebRtcLeg(identity, BOX), Browser()
    socket.add(leg)
    browser.answered(leg.offer(browser.offer(), 0.0))
    return leg, browser


def test_checks_go_to_the_leg_of_their_name_and_dtls_to_that_of_its_address(socket, identity):
    pairs = [joined(socket, identity) for _ in range(3)]
    for port, (leg, browser) in enumerate(pairs, 1000):
        source = ("203.0.113.1", port)
        assert socket.receive(browser.check(), source, 0.0)[0][0] is leg
        flight, owners = browser.handshake(), []
        while flight:
            found = [pair for d in flight for pair in socket.receive(d, source, 0.0)]
            owners += [owner for owner, _ in found]
            out = [a.datagram for _, a in found if isinstance(a, Send)]
            flight = [d for x in out for d in browser.take(x)]
        assert set(owners) == {leg}
        assert leg.state is LegState.ESTABLISHED


def test_strangers_are_told_401_and_counted(socket, identity):
    _, browser = joined(socket, identity)
    ((owner, action),) = socket.receive(browser.check(username="who:me"), HERE, 0.0)
    assert owner is None
    assert code_of(action.datagram) == 401
    anonymous = stun.build(stun.BINDING_REQUEST, bytes(12), [])
    assert code_of(socket.receive(anonymous, HERE, 0.0)[0][1].datagram) == 400
    assert socket.receive(struct.pack(">HH", 1, 0), HERE, 0.0) == []
    assert socket.receive(b"\x16\xfe\xfd", HERE, 0.0) == []
    assert socket.receive(b"\xff", HERE, 0.0) == []
    assert socket.counters == {
        "stun_unknown_user": 2,
        "stun_malformed": 1,
        "dtls_unverified": 1,
        "unknown": 1,
    }


def test_indications_of_strangers_are_not_answered(socket):
    raw = stun.build(stun.BINDING_INDICATION, bytes(12), [(stun.USERNAME, b"a:b")])
    assert socket.receive(raw, HERE, 0.0) == []


def test_half_open_handshakes_are_limited(socket, identity):
    pairs = [joined(socket, identity) for _ in range(3)]
    answers = []
    for port, (_, browser) in enumerate(pairs, 1000):
        source = ("203.0.113.1", port)
        socket.receive(browser.check(), source, 0.0)
        flight = browser.handshake()
        answers.append(sum(len(socket.receive(d, source, 0.0)) for d in flight))
    assert [bool(n) for n in answers] == [True, True, False]
    assert socket.counters["handshake_refused"] >= 1


def test_legs_are_limited_and_removed(socket, identity):
    legs = [joined(socket, identity)[0] for _ in range(4)]
    with pytest.raises(TooManyLegs):
        joined(socket, identity)
    socket.remove(legs[0])
    _, browser = joined(socket, identity)
    assert len(socket.receive(browser.check(), HERE, 0.0)) == 1


def test_the_socket_tells_the_next_timer_and_runs_it(socket, identity):
    assert socket.next_timer() is None
    leg, _ = joined(socket, identity)
    assert socket.next_timer() == 30.0
    assert socket.timer(30.0) == [(leg, Lost("no connection within 30 s of the offer"))]
