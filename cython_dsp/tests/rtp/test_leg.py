import os

import numpy as np
import pylibsrtp
import pytest

from cython_dsp.reference import alaw_decode, ulaw_decode
from cython_dsp.tests.door import (
    AES_CM,
    AES_GCM,
    DUPLICATE,
    MALFORMED,
    OK,
    OK_RTCP,
    REFUSED,
    TICK,
    UNKNOWN,
    Leg,
)
from cython_dsp.tests.rtp.streams import alaw, header, on_time, packets, play, voice

PROFILES = {AES_CM: 30, AES_GCM: 28}
PYLIBSRTP = {
    AES_CM: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    AES_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
}


@pytest.fixture(params=PROFILES)
def secure(request):
    """Profile, our sending key, our receiving key."""
    size = PROFILES[request.param]
    return request.param, os.urandom(size), os.urandom(size)


def session(profile, key, inbound):
    kind = pylibsrtp.Policy.SSRC_ANY_INBOUND if inbound else pylibsrtp.Policy.SSRC_ANY_OUTBOUND
    return pylibsrtp.Session(pylibsrtp.Policy(key, kind, srtp_profile=PYLIBSRTP[profile]))


def speak(leg, pcm, start=100):
    """Send all of pcm; returns (tick, packet) pairs."""
    found = []
    for i in range(len(pcm) // TICK):
        packet = leg.send(pcm[i * TICK :][:TICK], start + i)
        if packet:
            found.append((start + i, packet))
    return found


def test_a_packet_of_20_ms_every_4th_tick():
    sent = speak(Leg(), voice(1))
    assert [tick for tick, _ in sent] == list(range(103, 300, 4))
    assert {len(packet) for _, packet in sent} == {172}


def test_sequence_numbers_time_stamps_and_the_marker_of_the_first():
    sent = [packet for _, packet in speak(Leg(), voice(1))]
    numbers = [int.from_bytes(p[2:4]) for p in sent]
    stamps = [int.from_bytes(p[4:8]) for p in sent]
    assert np.all(np.diff(numbers) == 1)
    assert np.all(np.diff(stamps) == 160)
    assert [p[1] for p in sent] == [0x88] + [8] * (len(sent) - 1)
    assert {p[8:12] for p in sent} == {bytes([0, 0, 0, 1])}


@pytest.mark.parametrize(("payload_type", "decode"), [(8, alaw_decode), (0, ulaw_decode)])
def test_what_is_sent_is_what_was_said(payload_type, decode):
    speech = voice(1)
    sent = speak(Leg(payload_type=payload_type), speech)
    codes = np.frombuffer(b"".join(p[12:] for _, p in sent), np.uint8)
    assert np.corrcoef(decode(codes), speech)[0, 1] > 0.999


def test_a_leg_that_hears_nobody_sends_nothing():
    leg = Leg()
    assert not any(leg.send(None, tick) for tick in range(1000))
    assert leg.statistics.sent == 0


def test_after_a_pause_the_marker_is_set_and_the_time_stamp_has_gone_on():
    leg = Leg()
    speech = voice(0.1)
    first = speak(leg, speech, 100)[0][1]
    for tick in range(120, 1000):
        leg.send(None, tick)
    again = speak(leg, speech, 1000)[0][1]
    assert again[1] & 0x80
    stamps = [int.from_bytes(p[4:8]) for p in (first, again)]
    assert (stamps[1] - stamps[0]) % 2**32 == 900 * TICK


def test_a_begun_packet_is_filled_with_silence_and_sent():
    leg = Leg()
    speech = voice(0.1)
    leg.send(speech[:TICK], 0)
    sent = [leg.send(None, tick) for tick in (1, 2, 3, 4)]
    assert [bool(p) for p in sent] == [False, False, True, False]
    assert sent[2][12 + TICK :] == b"\xd5" * 120


def test_srtp_is_understood_by_the_peer_both_ways(secure):
    profile, send_key, receive_key = secure
    leg = Leg(profile=profile, keys=(send_key, receive_key))
    theirs, ours = session(profile, receive_key, False), session(profile, send_key, True)
    speech = voice(2)
    heard, _ = play(leg, on_time([theirs.protect(p) for p in packets(speech)]), 400)
    np.testing.assert_array_equal(heard[160:], alaw(speech)[:-160])
    clear = [ours.unprotect(p) for _, p in speak(leg, speech)]
    codes = np.frombuffer(b"".join(p[12:] for p in clear), np.uint8)
    np.testing.assert_array_equal(alaw_decode(codes), alaw(speech))


def test_srtp_with_another_key_is_refused_and_counted(secure):
    profile, send_key, receive_key = secure
    leg = Leg(profile=profile, keys=(send_key, receive_key))
    stranger = session(profile, os.urandom(PROFILES[profile]), False)
    for packet in packets(voice(0.2)):
        assert leg.receive(stranger.protect(packet), 1) == REFUSED
        assert leg.receive(packet, 1) == REFUSED
    assert leg.statistics.refused == 20
    assert leg.statistics.ssrc == 0
    assert not leg.play(1)[0].any()


def test_srtp_replay_is_a_duplicate(secure):
    profile, send_key, receive_key = secure
    leg = Leg(profile=profile, keys=(send_key, receive_key))
    packet = session(profile, receive_key, False).protect(packets(voice(0.1))[0])
    assert [leg.receive(packet, 1), leg.receive(packet, 1)] == [OK, DUPLICATE]


def test_a_new_ssrc_restarts_the_stream_only_when_it_is_authentic(secure):
    profile, send_key, receive_key = secure
    leg = Leg(profile=profile, keys=(send_key, receive_key))
    theirs = session(profile, receive_key, False)
    first = [theirs.protect(p) for p in packets(voice(1), ssrc=7)]
    second = [theirs.protect(p) for p in packets(voice(1, 2), ssrc=8, timestamp=5_000_000)]
    play(leg, on_time(first[:40]), 160)
    forged = header(40, 40 * 160, ssrc=9) + bytes(180)
    assert leg.receive(forged, 1160) == REFUSED
    assert leg.statistics.ssrc == 7
    heard, _ = play(leg, on_time(second), 200, 1160)
    assert leg.statistics.ssrc == 8
    assert leg.statistics.restarts == 1
    np.testing.assert_array_equal(heard[160:], alaw(voice(1, 2))[:-160])


def test_stragglers_and_replays_of_an_earlier_ssrc_do_not_switch_back(secure):
    profile, send_key, receive_key = secure
    leg = Leg(profile=profile, keys=(send_key, receive_key))
    theirs = session(profile, receive_key, False)
    first = [theirs.protect(p) for p in packets(voice(1), ssrc=7)]
    leg.receive(first[0], 1)
    leg.receive(theirs.protect(packets(voice(1), ssrc=8)[0]), 2)
    assert leg.receive(first[1], 3) == UNKNOWN
    assert leg.receive(first[0], 3) == DUPLICATE
    assert leg.statistics.ssrc == 8


def test_a_leg_takes_sixteen_ssrcs_in_its_life_and_no_more():
    leg = Leg()
    results = [leg.receive(packets(voice(0.1), ssrc=ssrc)[0], 1) for ssrc in range(100, 120)]
    assert results == [OK] * 16 + [REFUSED] * 4


@pytest.mark.parametrize("parameters", [{"payload_type": 9}, {"profile": 2}])
def test_parameters_that_mean_nothing_are_refused(parameters):
    with pytest.raises(ValueError, match="refused"):
        Leg(**parameters)


def bad_packets():
    good = header(1, 160) + bytes(160)
    yield "empty", b""
    yield "short", good[:11]
    yield "version 1", b"\x40" + good[1:]
    yield "version 3", b"\xc0" + good[1:]
    yield "too many sources", b"\x8f" + good[1:20]
    yield "extension cut", b"\x90" + good[1:12] + b"\xbe\xde"
    yield "extension too long", b"\x90" + good[1:12] + b"\xbe\xde\xff\xff" + bytes(40)
    yield "padding of zero", b"\xa0" + good[1:]
    yield "padding too long", b"\xa0" + good[1:-1] + b"\xff"
    yield "padding of an empty packet", b"\xa0" + good[1:12]
    yield "huge", good + bytes(3000)
    yield "longer than 120 ms", good + bytes(961)
    yield "rtcp cut", b"\x80\xc8\x00\x06" + bytes(10)
    yield "rtcp length too great", b"\x80\xc9\x00\xff" + bytes(8)
    yield "rtcp blocks missing", b"\x9f\xc9\x00\x01" + bytes(4)
    yield "rtcp not beginning with a report", b"\x81\xca\x00\x01" + bytes(4)


@pytest.mark.parametrize("packet", [pytest.param(p, id=name) for name, p in bad_packets()])
def test_malformed_datagrams_are_counted_and_change_nothing(packet):
    leg = Leg()
    play(leg, on_time(packets(voice(0.2))), 40)
    before = leg.statistics
    assert leg.receive(packet, 1040) == MALFORMED
    assert leg.statistics.malformed == 1
    assert leg.statistics.received == before.received


def test_payload_types_not_negotiated_are_counted():
    leg = Leg()
    assert leg.receive(header(1, 0, payload_type=111) + bytes(80), 1) == UNKNOWN
    assert leg.receive(header(2, 0, payload_type=13) + b"\x40", 1) == OK  # comfort noise
    assert leg.statistics.unknown == 1


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_are_harmless(seed):
    rng = np.random.default_rng(seed)
    leg = Leg(event_type=101)
    good = packets(voice(1))
    for tick in range(3000):
        raw = bytearray(good[tick % 50] if tick % 3 else rng.bytes(int(rng.integers(0, 200))))
        for _ in range(int(rng.integers(0, 6))):
            if raw:
                raw[int(rng.integers(0, min(len(raw), 16)))] = int(rng.integers(0, 256))
        assert leg.receive(bytes(raw[: int(rng.integers(0, 220))]), tick) in range(-5, 2)
        leg.play(tick)
        leg.rtcp(tick)
    assert leg.statistics.malformed > 100


@pytest.mark.parametrize("profile", PROFILES)
def test_any_bytes_are_harmless_under_srtp(profile):
    rng = np.random.default_rng(profile)
    key = bytes(PROFILES[profile])
    leg = Leg(profile=profile, keys=(key, key))
    theirs = session(profile, key, False)
    for i in range(1500):
        raw = bytearray(theirs.protect(header(i, i * 160) + bytes(160)))
        raw[int(rng.integers(0, len(raw)))] ^= int(rng.integers(1, 256))
        cut = raw[: int(rng.integers(0, len(raw) + 1))]
        assert leg.receive(bytes(cut), i) in (MALFORMED, REFUSED)
    assert leg.receive(theirs.protect(header(1500, 0) + bytes(160)), 1500) == OK


def test_an_empty_packet_is_no_audio():
    leg = Leg()
    assert leg.receive(header(1, 0), 1) == OK
    assert not leg.play(1)[0].any()


def test_rtcp_is_told_from_rtp_on_the_same_port():
    report = b"\x80\xc9\x00\x01\x00\x00\x00\x07"
    leg = Leg()
    assert leg.receive(report, 1) == OK_RTCP
    assert leg.statistics.rtcp_received == 1
    assert leg.statistics.received == 0
