"""Layer 2 lost and found, garbage on the D-channel and on the socket."""

import random

import pytest

from board.tests.isdn.test_calls import answered_call, held, setup

RESTART = 0x46


def cut(pair, ms):
    """The D-channel carries nothing for a while."""
    pair.lose = True
    pair.run(ms)
    pair.lose = False


def test_a_lost_link_is_reported_and_comes_back_within_ten_seconds(pair):
    cut(pair, 40_000)
    assert pair.user.take("LINK") == pair.network.take("LINK") == [{"state": "down"}]
    pair.run(10_000)
    assert pair.user.take("LINK") == pair.network.take("LINK") == [{"state": "up"}]


def test_layer_1_down_by_order_of_the_host_is_the_same(pair):
    pair.user.send("LINK state=down")
    pair.run(40_000)
    assert pair.network.take("LINK") == [{"state": "down"}]
    pair.user.send("LINK state=up")
    pair.run(10_000)
    assert pair.network.take("LINK") == [{"state": "up"}]


def test_an_answered_call_outlives_a_short_loss(pair):
    answered_call(pair, pair.network, pair.user)
    cut(pair, 20_000)
    pair.run(10_000)
    assert held(pair) == [1, 1]
    pair.network.send("DISCONNECT call=1 cause=16")
    pair.run()
    assert pair.user.take("DISCONNECT")[0]["cause"] == "16"


def test_a_long_loss_clears_calls_on_both_sides_with_cause_27(pair):
    answered_call(pair, pair.network, pair.user)
    setup(pair.network, pair.user, pair, "SETUP call=2 called=1 calling=2")
    cut(pair, 60_000)
    assert [keys["cause"] for keys in pair.user.take("RELEASED")] == ["27", "27"]
    at_network = {keys["call"]: keys["cause"] for keys in pair.network.take("RELEASED")}
    assert at_network == {"1": "27", "2": "18"}  # T303 was faster than layer 2
    pair.run(10_000)
    assert held(pair) == [0, 0]
    answered_call(pair, pair.network, pair.user, call=3)


def test_no_call_is_placed_while_the_link_is_down(pair):
    cut(pair, 40_000)
    pair.user.send("SETUP call=5 called=1 calling=2")
    pair.run()
    assert pair.user.take("RELEASED") == [{"call": "5", "cause": "27"}]


@pytest.mark.parametrize("ms", [3000, 4500, 8000, 14_000])
def test_a_call_that_is_being_cleared_is_over_when_the_link_is_lost(pair, ms):
    # Else T305 says so to the other side, 30 s later; as it is, the host restarts the channel.
    seen = answered_call(pair, pair.network, pair.user)
    pair.user.send(f"DISCONNECT call={seen['call']} cause=17")
    cut(pair, ms)
    pair.run(3000)
    (down, released, up) = [line for line in pair.user.said if line[0] != "RESTART"]
    assert (down, up) == (("LINK", {"state": "down"}), ("LINK", {"state": "up"}))
    assert released == ("RELEASED", {"call": seen["call"], "cause": "17"})
    pair.user.send("RESTART channel=1")
    pair.run()
    assert pair.network.take("RELEASED") == [{"call": "1", "cause": "41"}]
    assert held(pair) == [0, 0]


def test_a_link_that_is_begun_anew_is_a_lost_one_for_such_a_call(raw):
    raw.isdn.send("SETUP call=1 called=1 calling=2")
    raw.run()
    raw.isdn.send("DISCONNECT call=1 cause=16")
    raw.run()
    raw.begin_anew()
    assert raw.isdn.said == [
        ("LINK", {"state": "down"}),
        ("RELEASED", {"call": "1", "cause": "16"}),
        ("LINK", {"state": "up"}),
    ]
    raw.begin_anew()
    assert len(raw.isdn.said) == 3


def test_a_link_that_is_begun_anew_has_forgotten_a_restart(raw):
    raw.isdn.send("RESTART channel=7")
    raw.run()
    raw.begin_anew()
    raw.run()
    assert [message[4] for message in raw.messages] == [RESTART, RESTART]


@pytest.mark.parametrize("polls", [1, 2])
def test_a_restart_that_was_never_heard_is_said_again_on_the_new_link(raw, polls):
    """Layer 2 asks for its acknowledgement (timer recovery) when the network begins anew."""
    raw.deaf = True
    raw.isdn.send("RESTART channel=7")
    for _ in range(polls * 11):
        raw.run(100)
    raw.deaf = False
    raw.begin_anew()
    raw.run()
    assert [message[4] for message in raw.messages] == [RESTART]


@pytest.mark.parametrize("channel", [32, 39, 127])
def test_an_acknowledgement_of_a_channel_that_is_none_ends_no_restart(raw, channel):
    raw.deaf = True
    raw.isdn.send("RESTART channel=7")
    for _ in range(11):
        raw.run(100)
    raw.deaf = False
    acknowledged = bytes([8, 2, 0x80, 0, 0x4E, 0x18, 3, 0xA9, 0x83, 0x80 | channel, 0x79, 1, 0x80])
    raw.message(acknowledged)
    raw.run()
    raw.begin_anew()
    raw.run()
    assert RESTART in [message[4] for message in raw.messages]


def test_single_lost_frames_are_sent_again(pair):
    pair.network.send("SETUP call=1 called=1 calling=2")
    cut(pair, 2)
    pair.run(3000)
    assert pair.user.take("SETUP")


def test_random_frames_end_neither_the_process_nor_a_call(pair):
    seen = answered_call(pair, pair.network, pair.user)
    source = random.Random(20)
    for _ in range(2000):
        frame = source.randbytes(source.choice([0, 1, 2, 3, 4, 5, 20, 264, 300, 1500]))
        # Any octets but the frames that lawfully take the link down (Q.921 3.6).
        pair.user.frame(bytes([0xFF]) + frame[1:] if frame else frame)
        if source.random() < 0.1:
            pair.run(1)
    pair.run(2000)
    assert not pair.user.take("RELEASED")
    pair.user.send(f"DISCONNECT call={seen['call']}")
    pair.run()
    assert pair.network.take("DISCONNECT")


ELEMENTS = [
    b"\x04\x03\x80\x90\xa3",
    b"\x18\x03\xa9\x83\x81",
    b"\x70\x05\xa18888",
    b"\x08\x02\x80\x90",
]


def damaged_message(source):
    """A message for any call, its elements cut, altered or invented."""
    octets = bytearray([8, 2, source.choice([0, 0, 0x80, 0x7F]), source.randrange(4)])
    octets.append(source.choice([0x05, 0x01, 0x07, 0x45, 0x4D, 0x5A, 0x7B, 0x7D, 0x46, 0x6E, 0x62]))
    for _ in range(source.randrange(5)):
        octets += source.choice([*ELEMENTS, source.randbytes(source.randrange(1, 30))])
    octets[source.randrange(len(octets))] = source.randrange(256)
    return bytes(octets[: source.randrange(3, 260)])


def test_damaged_messages_never_end_the_process(raw):
    source = random.Random(4)
    for _ in range(4000):
        raw.message(damaged_message(source))
        raw.run(1)
    raw.isdn.send("SNAPSHOT")
    raw.run()
    assert raw.isdn.take("SNAPSHOT")


def test_messages_to_unknown_calls_are_answered_with_cause_81(raw):
    for number, kind in enumerate([0x03, 0x24, 0x28, 0x30, 0x31, 0x33, 0x37, 0x4E, 0x6E], 1):
        raw.messages.clear()
        raw.message(bytes([8, 2, 0, number, kind]))
        raw.run()
        assert raw.messages[0][4:] == b"\x5a\x08\x02\x81\xd1"  # RELEASE COMPLETE, #81


def test_garbage_on_the_socket_is_refused_with_a_reason(raw):
    for message in (
        b"\x00\x01",
        b"X" * 1025,
        b"Y" * 4000,
        b"NONSENSE",
        b"SETUP",
        b"SETUP call=x",
        b"SETUP call=1 channel=32",
        b"SETUP call=1 called=12%",
        b"SETUP call=1 called=12%00",
        b"SETUP call=1 called=abc-def",
        b"SETUP call=1 call=2",
        b"CONNECT call=77",
        b"RESTART channel=16",
        b"LINK state=perhaps",
        b"STEP to_ms=-5",
        b"HELLO version=2",
        b"A=" + b" k=v" * 17,
    ):
        raw.isdn.send(message)
        raw.run()
        (error,) = raw.isdn.take("ERROR")
        assert error["text"]
    assert raw.isdn.said == []


def test_random_lines_never_end_the_process(raw):
    source = random.Random(8)
    verbs = ["SETUP", "INFO", "CONNECT", "DISCONNECT", "RELEASE", "PROGRESS", "LINK", "SNAPSHOT"]
    for _ in range(3000):
        words = [source.choice(verbs)]
        for key in ("call", "channel", "called", "digits", "cause"):
            if source.random() < 0.6:
                value = source.choice(
                    ["0", "1", "2", "17", "99999999999999999999", "", "%31", "*#"]
                )
                words.append(f"{key}={value}")
        raw.isdn.send(" ".join(words))
        if source.random() < 0.2:
            raw.run(1)
    raw.run()
    raw.isdn.said.clear()
    raw.isdn.send("SNAPSHOT")
    raw.run()
    assert raw.isdn.take("SNAPSHOT")
