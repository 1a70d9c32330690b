import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from firmware.recording.seals import Chain, Entry, Flaw, Sealed, seal

SEALED = st.builds(
    Sealed,
    recording=st.text(max_size=8),
    call=st.text(max_size=8),
    agent=st.text(max_size=4),
    path=st.text(max_size=8),
    frames=st.integers(0, 2**40),
    sha256=st.text("0123456789abcdef", max_size=4),
)
CHAINS = st.lists(SEALED, min_size=1, max_size=6)
SEAL = "e5456ed858facfa2bf86ba6aee3f6e947c129f8ad73a96a2c74ff1e9231104c1"


def chained(recordings):
    before, entries = "", []
    for what in recordings:
        entries.append(Entry(what.recording, what, before, seal(before, what)))
        before = entries[-1].seal
    return entries


def flaws(entries):
    chain = Chain()
    return [finding.flaw for entry in entries for finding in chain.take(entry)]


def test_seal_is_the_hash_of_what_it_says():
    what = Sealed("c1-1", "c1", "8001", "2026/11/19/c1-1.wav", 8000, "ab" * 32)
    # printf '[1, "", "c1-1", "c1", "8001", "2026/...wav", 8000, "abab..."]' | sha256sum
    assert seal("", what) == SEAL
    assert seal(SEAL, what) != SEAL


@given(CHAINS)
def test_what_was_sealed_has_no_flaw(recordings):
    assert flaws(chained(recordings)) == []


@given(CHAINS, st.data())
def test_any_other_field_shows(recordings, data):
    entries = chained(recordings)
    at = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(SEALED.filter(lambda what: what != entries[at].what))
    entries[at] = dataclasses.replace(entries[at], what=other)
    assert flaws(entries) == [Flaw.ENTRY_CHANGED]


@given(CHAINS, st.data())
def test_one_that_is_sealed_anew_breaks_the_next(recordings, data):
    entries = chained([*recordings, recordings[0]])
    at = data.draw(st.integers(0, len(recordings) - 1))
    other = data.draw(SEALED.filter(lambda what: what != entries[at].what))
    before = entries[at].before
    entries[at] = Entry(other.recording, other, before, seal(before, other))
    assert flaws(entries) == [Flaw.ENTRIES_GONE]


@given(CHAINS, st.data())
def test_one_that_is_gone_breaks_the_next(recordings, data):
    entries = chained([*recordings, recordings[0]])
    del entries[data.draw(st.integers(0, len(recordings) - 1))]
    assert flaws(entries) == [Flaw.ENTRIES_GONE]


@given(st.lists(SEALED, min_size=2, max_size=6), st.data())
def test_another_order_shows(recordings, data):
    entries = chained(recordings)
    other = data.draw(st.permutations(entries).filter(lambda order: order != entries))
    assert Flaw.ENTRIES_GONE in flaws(other)


def test_entries_of_older_versions_have_no_seal_and_later_ones_must():
    what = Sealed("c1-1", "c1", "8001", "p", 8000, "")
    old, new = Entry("c0-1", what, "", ""), Entry("c1-1", what, "", seal("", what))
    assert flaws([old, new]) == []
    assert flaws([new, old]) == [Flaw.NO_SEAL]


def test_an_entry_whose_row_is_gone_keeps_its_place():
    first = Sealed("c1-1", "c1", "8001", "p", 8000, "")
    entries = chained([first, first])
    entries[0] = dataclasses.replace(entries[0], what=None)
    assert flaws(entries) == []
