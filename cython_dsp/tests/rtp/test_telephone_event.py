import itertools

import pytest

from cython_dsp.tests.door import AES_GCM, MALFORMED, OK, Leg
from cython_dsp.tests.rtp.streams import event, header, on_time, packets, play, voice


def key_press(number, timestamp, sequence, milliseconds=100):
    """All packets of one press as a browser sends them: updates each 20 ms, the end three times."""
    updates = range(160, milliseconds * 8 + 1, 160)
    found = [event(sequence + i, timestamp, number, d) for i, d in enumerate(updates)]
    ends = [event(sequence + len(found) + i, timestamp, number, updates[-1], 1) for i in range(3)]
    return found + ends


def digits_of(leg, data, start=100):
    return play(leg, on_time(data), 4 * len(data) + 20, start)[1]


@pytest.mark.parametrize("number", range(16))
def test_one_press_is_one_digit(number):
    assert digits_of(Leg(), key_press(number, 8000, 1)) == "0123456789*#ABCD"[number]


def test_the_same_key_twice_is_two_digits():
    data = key_press(5, 8000, 1) + key_press(5, 12000, 20)
    assert digits_of(Leg(), data) == "55"


@pytest.mark.parametrize("kept", [[0], [4], [7], [2, 3], [5, 7]])
def test_any_packet_of_the_press_is_enough(kept):
    data = key_press(9, 8000, 1)
    assert digits_of(Leg(), [data[i] for i in kept]) == "9"


def test_reordered_and_repeated_packets_are_one_digit():
    first, second = key_press(1, 8000, 1), key_press(2, 12000, 20)
    data = [*first[:4], second[0], *first[4:], *second[1:], *second[:3]]
    assert digits_of(Leg(), data) == "12"


def test_a_press_longer_than_the_duration_field_is_one_digit():
    data = [event(1, 8000, 5, 0xFFFF), event(2, 8000 + 0xFFFF, 5, 800), event(3, 8000, 5, 0xFFFF)]
    assert digits_of(Leg(), data) == "5"


def test_events_that_are_no_keys_are_ignored():
    assert digits_of(Leg(), [event(1, 8000, 16, 160), event(2, 9000, 255, 160)]) == ""


def test_malformed_events_are_counted():
    leg = Leg()
    for payload in (b"", b"\x05", b"\x05\x0a\x00", b"\x05\x0a\x00\xa0\x00"):
        assert leg.receive(header(len(payload), 0, payload_type=101) + payload, 1) == MALFORMED
    assert leg.statistics.malformed == 4
    assert leg.play(1)[1] == ""


def test_nothing_is_made_up_while_a_key_is_pressed():
    speech = packets(voice(0.4))
    presses = key_press(5, 20 * 160, 20)
    leg = Leg()
    arrivals = on_time(speech[:20] + presses)
    heard, digits = play(leg, arrivals, 112)
    assert digits == "5"
    assert not heard[20 * 160 + 200 : 20 * 160 + 800].any()
    assert leg.statistics.concealed <= 8  # behind the event, of silence


def test_digits_are_sent_as_events_and_received():
    sender, receiver = Leg(ssrc=1), Leg(ssrc=2)
    assert sender.digits("12#A") == 0
    heard = ""
    for tick in range(200):
        if packet := sender.send(None, tick):
            assert receiver.receive(packet, tick) == OK
        heard += receiver.play(tick)[1]
        if not sender.digits_left():
            break
    assert heard == "12#A"
    assert tick == 4 * 40 - 1  # 100 ms on, 100 ms off


def test_the_packets_of_an_event_follow_rfc_4733():
    leg = Leg()
    leg.digits("5")
    sent = [packet for tick in range(100) if (packet := leg.send(None, tick))]
    assert [p[1] for p in sent] == [0x80 | 101] + [101] * 6
    assert len({p[4:8] for p in sent}) == 1
    assert [p[12:] for p in sent][:5] == [
        bytes([5, 0x80 * (d == 800) | 10]) + d.to_bytes(2) for d in range(160, 801, 160)
    ]
    assert sent[4][12:] == sent[5][12:] == sent[6][12:]
    numbers = [int.from_bytes(p[2:4]) for p in sent]
    assert all(b - a == 1 for a, b in itertools.pairwise(numbers))


def test_audio_stops_for_the_event_and_goes_on_with_a_marker():
    leg = Leg()
    speech = voice(2)
    kinds = []
    for tick in range(200):
        if tick == 40:
            leg.digits("5")
        if packet := leg.send(speech[tick * 40 :][:40], tick):
            kinds.append(packet[1])
    assert kinds[:10] == [0x88] + [8] * 9
    assert kinds[10:17] == [0x80 | 101] + [101] * 6
    assert kinds[17] == 0x88


@pytest.mark.parametrize("digits", ["12x", "1" * 65])
def test_digits_that_cannot_be_sent_are_refused(digits):
    leg = Leg()
    assert leg.digits(digits) == -1
    assert leg.digits_left() == 0


def test_without_a_negotiated_event_type_digits_are_refused():
    leg = Leg(event_type=0)
    assert leg.digits("1") == -1


def test_events_travel_protected():
    a, b = bytes(range(28)), bytes(range(1, 29))
    sender = Leg(ssrc=1, profile=AES_GCM, keys=(a, b))
    receiver = Leg(ssrc=2, profile=AES_GCM, keys=(b, a))
    sender.digits("7")
    heard = ""
    for tick in range(60):
        if packet := sender.send(None, tick):
            receiver.receive(packet, tick)
        heard += receiver.play(tick)[1]
    assert heard == "7"
