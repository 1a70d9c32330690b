import random

import pytest

from firmware.media.webrtc.errors import OfferError
from firmware.media.webrtc.sdp import Local, parse_offer, write_answer
from firmware.tests.media.webrtc.browserlike import FINGERPRINT, offer_text

LOCAL = Local(
    "ufra",
    "p" * 24,
    FINGERPRINT,
    (("192.0.2.1", 5004), ("2001:db8::1", 5004)),
    ssrc=77,
    cname="callbox",
    session=9,
    version=1,
)
VIDEO = """m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=mid:1
a=sendrecv
a=rtcp-mux
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:2
""".replace("\n", "\r\n")


def answer(text):
    return write_answer(parse_offer(text), LOCAL).split("\r\n")


def test_a_browser_offer_is_understood():
    offer = parse_offer(offer_text())
    assert (offer.mid, offer.ufrag, offer.direction) == ("0", "1YwY", "sendrecv")
    assert offer.payload_types == (0, 8)
    assert offer.event_type == 126
    assert offer.fingerprints == (("sha-256", b"\xab" * 32),)


def test_the_answer_has_what_an_ice_lite_agent_must_say():
    lines = answer(offer_text())
    for line in (
        "a=ice-lite",
        "a=setup:passive",
        "a=rtcp-mux",
        "a=mid:0",
        "a=group:BUNDLE 0",
        "a=ice-ufrag:ufra",
        "a=end-of-candidates",
        "a=sendrecv",
        f"a=fingerprint:{FINGERPRINT}",
        "m=audio 5004 UDP/TLS/RTP/SAVPF 8 0 126",
        "a=rtpmap:126 telephone-event/8000",
    ):
        assert line in lines


def test_every_address_of_the_box_is_a_candidate_the_first_is_preferred():
    found = [line.split() for line in answer(offer_text()) if line.startswith("a=candidate")]
    assert [line[4] for line in found] == ["192.0.2.1", "2001:db8::1"]
    assert int(found[0][3]) > int(found[1][3])


@pytest.mark.parametrize(
    ("formats", "expected"),
    [("8", "8"), ("0 126", "0 126"), ("111 8 0", "8 0"), ("0 8 110", "8 0")],
)
def test_only_g711_and_its_events_are_taken(formats, expected):
    assert f"m=audio 5004 UDP/TLS/RTP/SAVPF {expected}" in answer(offer_text(formats=formats))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("sendrecv",) * 2, ("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive",) * 2],
)
def test_the_direction_is_mirrored(theirs, ours):
    assert f"a={ours}" in answer(offer_text(direction=theirs))


def test_other_sections_of_the_bundle_are_rejected_and_leave_the_group():
    lines = answer(offer_text(mids="0 1 2") + VIDEO)
    assert "a=group:BUNDLE 0" in lines
    assert "m=video 0 UDP/TLS/RTP/SAVPF 96 97" in lines
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in lines
    assert [line for line in lines if line.startswith("a=mid")] == ["a=mid:0", "a=mid:1", "a=mid:2"]


def test_a_second_audio_section_is_rejected():
    extra = offer_text()[offer_text().index("m=audio") :].replace("a=mid:0", "a=mid:1")
    lines = answer(offer_text() + extra)
    assert [line for line in lines if line.startswith("m=")][1].startswith("m=audio 0 ")


def test_the_audio_section_may_come_after_others():
    text = offer_text()
    at = text.index("m=audio")
    lines = answer(text[:at] + VIDEO + text[at:])
    assert [line.split()[1] for line in lines if line.startswith("m=")] == ["0", "0", "5004"]


def test_session_level_attributes_count_when_the_section_has_none():
    text = offer_text()
    for name in ("ice-ufrag", "ice-pwd", "fingerprint", "setup"):
        line = next(x for x in text.splitlines() if x.startswith(f"a={name}:"))
        text = text.replace(f"{line}\r\n", "").replace("m=audio", f"{line}\r\nm=audio")
    assert parse_offer(text) == parse_offer(text)
    assert parse_offer(text).ufrag == "1YwY"


def test_stronger_fingerprints_are_taken_and_weak_ones_left():
    strong = "sha-512 " + ":".join(["CD"] * 64)
    weak = "sha-1 " + ":".join(["EF"] * 20)
    text = offer_text(fingerprint=f"{weak}\r\na=fingerprint:{strong}")
    assert parse_offer(text).fingerprints == (("sha-512", b"\xcd" * 64),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no SDP"),
        ("hello", "no SDP"),
        ("v=0\r\nx", "line 2 is no SDP line"),
        ("v=0\r\ns=-\r\n", "no audio section"),
        ("v=0\r\nm=audio\r\n", "line 2 is no media line"),
        ("v=0\r\nm=audio 99999 UDP/TLS/RTP/SAVPF 8\r\n", "line 2 is no media line"),
        (offer_text() + "m=video 9 X 1\r\n" * 20, "too many sections"),
        (offer_text() + "a=x\r\n" * 3000, "no SDP"),
        (offer_text() + "a=" + "x" * 70000, "too long"),
        (offer_text() + "a=\x00\r\n", "no SDP line"),
        (offer_text(formats="111 110"), "neither PCMA nor PCMU"),
        (offer_text(setup="passive"), "setup 'passive'"),
        (offer_text(ufrag="a b"), "ice-ufrag"),
        (offer_text(ufrag="abc"), "ice-ufrag"),
        (offer_text(password="short"), "ice-pwd"),
        (offer_text(fingerprint="sha-256 AB:CD"), "fingerprint is malformed"),
        (offer_text(fingerprint="md5 AB"), "no fingerprint"),
        (offer_text().replace("a=rtcp-mux\r\n", ""), "rtcp-mux is required"),
        (offer_text().replace("a=mid:0", "a=mid:a b"), "mid is no token"),
        (offer_text().replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "no audio section"),
        (offer_text().replace("m=audio 9 ", "m=audio 0 "), "no audio section"),
    ],
)
def test_an_offer_that_cannot_be_answered_is_refused_with_the_reason(text, reason):
    with pytest.raises(OfferError, match=reason):
        parse_offer(text)


def test_damaged_offers_are_answered_or_refused_never_worse():
    rng = random.Random(8)
    good = offer_text() + VIDEO
    for _ in range(1500):
        raw = list(good)
        for _ in range(rng.randrange(1, 10)):
            raw[rng.randrange(len(raw))] = chr(rng.choice([*range(128), 0x4E2D, 0x2028]))
        try:
            text = write_answer(parse_offer("".join(raw)), LOCAL)
        except OfferError:
            continue
        assert text.startswith("v=0\r\n")
