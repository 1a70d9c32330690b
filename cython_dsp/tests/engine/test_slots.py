import pytest

from cython_dsp.engine.errors import NoRoom, UnknownHandle
from cython_dsp.engine.slots import Slots

INDEX = 0xFFF  # INDEX_OF() of engine.h


def test_numbers_with_generations_lie_together_and_are_never_the_same():
    slots, given = Slots("port", 2048, generations=True), set()
    for _ in range(5000):
        kept = [slots.take() for _ in range(3)]
        assert {number & INDEX for number in kept} == {1, 2, 3}
        assert not given & set(kept)
        given |= set(kept)
        for number in kept:
            slots.give_back(number)


def test_a_number_of_which_somebody_may_speak_is_used_again_late():
    slots = Slots("clip", 5, late=True)
    first = [slots.take() for _ in range(2)]
    for number in first:
        slots.give_back(number)
    assert [slots.take() for _ in range(4)] == [3, 4, 1, 2]


def test_a_full_table_and_an_unknown_number_are_told():
    slots = Slots("leg", 2)
    number = slots.take()
    with pytest.raises(NoRoom, match="no leg left"):
        slots.take()
    slots.give_back(slots.check(number))
    with pytest.raises(UnknownHandle, match="no leg 1"):
        slots.check(number)
