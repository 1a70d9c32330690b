"""Calls between the user and the network side, both ways, in stepped time."""

import pytest


def setup(a, b, pair, line):
    """SETUP from a; the keys of the SETUP that b reports."""
    a.send(line)
    pair.run()
    (seen,) = b.take("SETUP")
    return seen


def held(pair):
    """Calls that either side still knows."""
    pair.user.send("SNAPSHOT")
    pair.network.send("SNAPSHOT")
    pair.run()
    pair.user.take("CALL"), pair.network.take("CALL")
    return [int(side.take("SNAPSHOT")[0]["calls"]) for side in (pair.user, pair.network)]


def answered_call(pair, a, b, call=1, extra=""):
    seen = setup(a, b, pair, f"SETUP call={call} called=88886666 calling=13800138000 {extra}")
    for verb in ("PROCEEDING", "ALERTING", "CONNECT"):
        b.send(f"{verb} call={seen['call']}")
        pair.run()
        assert a.take(verb)[0]["channel"] == seen["channel"]
    return seen


@pytest.fixture(params=["from network", "from user"])
def sides(request, pair):
    return (
        (pair.network, pair.user) if request.param == "from network" else (pair.user, pair.network)
    )


def test_a_call_is_set_up_answered_and_cleared(pair, sides):
    a, b = sides
    seen = answered_call(pair, a, b)
    assert seen["called"] == "88886666"
    assert seen["calling"] == "13800138000"
    assert seen["complete"] == "1"
    a.send("DISCONNECT call=1 cause=16")
    pair.run()
    assert b.take("DISCONNECT")[0]["cause"] == "16"
    b.send(f"RELEASE call={seen['call']}")
    pair.run()
    assert a.take("RELEASED") == [{"call": "1", "cause": "16"}]
    assert b.take("RELEASED") == [{"call": seen["call"], "cause": "16"}]
    assert held(pair) == [0, 0]


@pytest.mark.parametrize("cause", [1, 16, 17, 18, 19, 21, 34, 42])
def test_a_refusal_before_answer_carries_its_cause(pair, sides, cause):
    a, b = sides
    seen = setup(a, b, pair, "SETUP call=1 called=1 calling=2")
    b.send(f"DISCONNECT call={seen['call']} cause={cause}")
    pair.run()
    for keys in a.take("DISCONNECT"):
        assert keys["cause"] == str(cause)
        a.send("RELEASE call=1")
        pair.run()
    assert a.take("RELEASED") == [{"call": "1", "cause": str(cause)}]
    assert held(pair) == [0, 0]


@pytest.mark.parametrize("cause", [16, 17, 18, 19, 21, 1, 34, 42])
def test_clearing_while_it_rings_carries_its_cause(pair, sides, cause):
    a, b = sides
    seen = setup(a, b, pair, "SETUP call=1 called=1 calling=2")
    b.send(f"ALERTING call={seen['call']}")
    pair.run()
    b.send(f"DISCONNECT call={seen['call']} cause={cause}")
    pair.run()
    assert a.take("DISCONNECT")[0]["cause"] == str(cause)
    a.send("RELEASE call=1")
    pair.run()
    assert held(pair) == [0, 0]


def test_overlap_receiving_gives_digit_after_digit(pair):
    pair.network.send("SETUP call=1 called=88 calling=1 complete=0")
    pair.network.send("INFO call=1 digits=88")  # kept until SETUP ACKNOWLEDGE
    pair.run()
    (seen,) = pair.user.take("SETUP")
    assert (seen["called"], seen["complete"]) == ("88", "0")
    pair.user.send(f"SETUP_ACK call={seen['call']}")
    pair.run()
    assert pair.network.take("SETUP_ACK")[0]["channel"] == seen["channel"]
    pair.network.send("INFO call=1 digits=6666")
    pair.run()
    assert "".join(info["digits"] for info in pair.user.take("INFO")) == "886666"
    pair.user.send(f"CONNECT call={seen['call']}")
    pair.run()
    assert pair.network.take("CONNECT")


def test_progress_says_that_there_is_something_to_hear(pair, sides):
    a, b = sides
    seen = setup(a, b, pair, "SETUP call=1 called=1 calling=2")
    b.send(f"PROGRESS call={seen['call']} cause=1")
    pair.run()
    progress = a.take("PROGRESS")[0]
    assert (progress["inband"], progress["cause"]) == ("1", "1")
    b.send(f"ALERTING call={seen['call']} inband=1")
    pair.run()
    assert a.take("ALERTING")[0]["inband"] == "1"


def test_a_withheld_number_says_so(pair):
    line = "SETUP call=1 called=1 calling=13800138000 presentation=restricted"
    seen = setup(pair.network, pair.user, pair, line)
    assert seen["presentation"] == "restricted"


def test_nobody_answers_setup(pair):
    """T303 twice, then cause 18 (Q.931 9.1)."""
    pair.network.send("SETUP call=1 called=1 calling=2")
    pair.run(7900)
    assert not pair.network.take("RELEASED")
    pair.run(300)
    assert pair.network.take("RELEASED") == [{"call": "1", "cause": "18"}]


def test_restart_of_one_channel_clears_its_call_on_both_sides(pair):
    seen = answered_call(pair, pair.network, pair.user)
    other = answered_call(pair, pair.network, pair.user, call=2)
    pair.user.send(f"RESTART channel={seen['channel']}")
    pair.run()
    assert pair.user.take("RESTART_ACK") == [{"channel": seen["channel"]}]
    assert pair.network.take("RESTART") == [{"channel": seen["channel"]}]
    assert pair.network.take("RELEASED") == [{"call": "1", "cause": "41"}]
    assert pair.user.take("RELEASED") == [{"call": seen["call"], "cause": "41"}]
    assert other["channel"] != seen["channel"]
    assert held(pair) == [1, 1]


def test_restart_of_all_channels_goes_one_by_one(pair):
    pair.user.send("RESTART channel=0")
    pair.run(200)
    channels = [int(ack["channel"]) for ack in pair.user.take("RESTART_ACK")]
    assert channels == [*range(1, 16), *range(17, 32)]


def test_thousands_of_calls_leave_nothing_behind(pair):
    for call in range(1, 1001):
        a, b = (pair.network, pair.user) if call % 2 else (pair.user, pair.network)
        a.send(f"SETUP call={call} called=88886666 calling=13800138000")
        pair.run(1)
        b_call = b.take("SETUP")[0]["call"]
        b.send(f"CONNECT call={b_call}")
        pair.run(1)
        a.send(f"DISCONNECT call={call} cause=16")
        pair.run(1)
        b.send(f"RELEASE call={b_call}")
        pair.run(1)
        assert a.take("CONNECT")
        assert a.take("RELEASED")
        assert b.take("RELEASED")
    assert held(pair) == [0, 0]


def test_a_caller_who_gives_up_before_any_answer_leaves_nothing(pair, sides):
    a, b = sides
    seen = setup(a, b, pair, "SETUP call=1 called=1 calling=2")
    a.send("DISCONNECT call=1 cause=16")
    pair.run()
    assert b.take("RELEASED") == [{"call": seen["call"], "cause": "16"}]
    assert a.take("RELEASED") == [{"call": "1", "cause": "16"}]
    assert held(pair) == [0, 0]
