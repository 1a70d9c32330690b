from hypothesis import given
from hypothesis import strategies as st

from firmware.switching.topology import Place, changes, relation

CALLER, AGENT, THIRD, MUSIC = 1, 2, 3, 9


def test_two_joined_parties_hear_each_other():
    assert relation([Place(CALLER, joined=True), Place(AGENT, joined=True)]) == {
        CALLER: ((AGENT, 0.0),),
        AGENT: ((CALLER, 0.0),),
    }


def test_music_reaches_the_held_party_alone():
    heard = relation([Place(CALLER, players=(MUSIC,)), Place(AGENT)])
    assert heard == {CALLER: ((MUSIC, 0.0),), AGENT: ()}


def test_announcement_is_heard_beside_the_other_party():
    heard = relation([Place(CALLER, joined=True, players=(MUSIC,)), Place(AGENT, joined=True)])
    assert heard[CALLER] == ((AGENT, 0.0), (MUSIC, 0.0))
    assert heard[AGENT] == ((CALLER, 0.0),)


def test_three_joined_parties_are_a_conference():
    heard = relation([Place(p, joined=True) for p in (CALLER, AGENT, THIRD)])
    assert heard[THIRD] == ((CALLER, 0.0), (AGENT, 0.0))


def test_only_what_changed_is_told_and_who_left_hears_nothing():
    before = relation([Place(CALLER, joined=True), Place(AGENT, joined=True)])
    after = relation([Place(CALLER, joined=True), Place(THIRD, joined=True)])
    assert changes(before, after) == {
        AGENT: (), CALLER: ((THIRD, 0.0),), THIRD: ((CALLER, 0.0),)
    }  # fmt: skip
    assert changes(after, after) == {}


places = st.lists(
    st.builds(Place, st.integers(1, 6), joined=st.booleans()), unique_by=lambda p: p.port
)


@given(places)
def test_nobody_hears_himself_and_hearing_is_mutual(parties):
    heard = relation(parties)
    for listener, talkers in heard.items():
        for talker, _ in talkers:
            assert talker != listener
            assert listener in {t for t, _ in heard[talker]}
