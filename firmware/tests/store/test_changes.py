"""Changes of one transaction come to the same as one after the other."""

import pytest

from firmware.store.changes import Change, merged


def new(**values):
    return Change("calls", "c1", values, insert=True)


def update(**values):
    return Change("calls", "c1", values)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], []),
        ([new(a=1), update(a=2, b=3)], [new(a=2, b=3)]),
        ([update(a=1), update(b=2)], [update(a=1, b=2)]),
        ([update(a=1), new(b=2), update(c=3)], [update(a=1), new(b=2, c=3)]),
        ([new(a=1, b=1), new(a=2)], [new(a=2, b=1)]),
    ],
)
def test_changes_of_a_row_become_as_few_as_possible(changes, expected):
    assert merged(changes) == expected


def test_other_rows_and_tables_stay_apart():
    changes = [Change("calls", "c1"), Change("calls", "c2"), Change("recordings", "c1")]
    assert merged(changes) == changes
