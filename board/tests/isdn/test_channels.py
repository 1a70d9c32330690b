"""Who gets which B-channel: hunting, exclusive and preferred, glare (Q.931 5.1.2, 5.2.3, 5.7)."""

import pytest

from board.tests.isdn.test_calls import answered_call, held, setup


def test_each_side_hunts_from_its_own_end(pair):
    up = [answered_call(pair, pair.network, pair.user, call=n)["channel"] for n in range(1, 3)]
    down = [answered_call(pair, pair.user, pair.network, call=n)["channel"] for n in range(11, 13)]
    assert (up, down) == (["1", "2"], ["31", "30"])


def test_thirty_calls_fill_the_span_and_the_next_is_refused(pair):
    channels = {
        answered_call(pair, pair.network, pair.user, call=n)["channel"] for n in range(1, 31)
    }
    assert len(channels) == 30
    for side in (pair.network, pair.user):
        side.send("SETUP call=99 called=1 calling=2")
        pair.run()
        assert side.take("RELEASED") == [{"call": "99", "cause": "34"}]
    assert held(pair) == [30, 30]


def glare(pair, user_extra, network_extra):
    """Both sides send SETUP for channel 7 before either hears of the other."""
    pair.user.send(f"SETUP call=1 channel=7 called=1 calling=2 {user_extra}")
    pair.network.send(f"SETUP call=2 channel=7 called=3 calling=4 {network_extra}")
    pair.run()
    (at_user,) = pair.user.take("SETUP")
    assert at_user["channel"] == "7"  # the network's call has the channel
    return at_user


@pytest.mark.parametrize("network_extra", ["", "exclusive=1"])
def test_glare_moves_the_users_call_to_another_channel(pair, network_extra):
    at_user = glare(pair, "", network_extra)
    (at_network,) = pair.network.take("SETUP")
    assert at_network["channel"] == "1"
    pair.network.send(f"CONNECT call={at_network['call']}")
    pair.user.send(f"CONNECT call={at_user['call']}")
    pair.run()
    assert pair.user.take("CONNECT")[0]["channel"] == "1"
    assert pair.network.take("CONNECT")[0]["channel"] == "7"
    assert held(pair) == [2, 2]


def test_glare_with_an_exclusive_call_refuses_it_with_cause_44(pair):
    at_user = glare(pair, "exclusive=1", "exclusive=1")
    assert pair.user.take("RELEASED") == [{"call": "1", "cause": "44"}]
    assert not pair.network.take("SETUP")
    pair.user.send(f"CONNECT call={at_user['call']}")
    pair.run()
    assert pair.network.take("CONNECT")[0]["channel"] == "7"


def test_no_channel_stays_taken_after_glare(pair):
    for _ in range(50):
        at_user = glare(pair, "", "")
        (at_network,) = pair.network.take("SETUP")
        pair.user.send("DISCONNECT call=1")
        pair.network.send("DISCONNECT call=2")
        pair.run()
        for side in (pair.user, pair.network):
            for keys in side.take("DISCONNECT"):
                side.send(f"RELEASE call={keys['call']}")
        pair.run()
        assert {k["call"] for k in pair.user.take("RELEASED")} == {"1", at_user["call"]}
        assert {k["call"] for k in pair.network.take("RELEASED")} == {"2", at_network["call"]}
        assert held(pair) == [0, 0]


def test_a_busy_preferred_channel_is_answered_with_another(pair):
    answered_call(pair, pair.user, pair.network, extra="channel=9")
    pair.network.send("RESTART channel=9")  # the network forgets it; so does the user
    pair.run()
    answered_call(pair, pair.network, pair.user, call=3, extra="channel=9")
    seen = setup(pair.user, pair.network, pair, "SETUP call=4 channel=10 called=1 calling=2")
    assert seen["channel"] == "10"


def test_a_channel_in_use_is_refused_at_once(pair):
    answered_call(pair, pair.network, pair.user, extra="channel=5")
    pair.network.send("SETUP call=9 channel=5 called=1 calling=2")
    pair.run()
    assert pair.network.take("RELEASED") == [{"call": "9", "cause": "44"}]
    assert not pair.user.take("SETUP")
