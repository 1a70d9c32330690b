import threading

from hypothesis import given
from hypothesis import strategies as st

from cython_dsp.engine.kernels import Ring


@given(st.lists(st.none() | st.binary(max_size=40)))
def test_a_ring_is_a_bounded_queue(script):
    """None takes a message, bytes put one."""
    ring, model = Ring(128), []
    for step in script:
        if step is None:
            assert ring.get() == (model.pop(0) if model else None)
        elif ring.put(step):
            model.append(step)
        else:
            assert sum(len(m) + 4 for m in model) + len(step) + 4 > 128
    assert [ring.get() for _ in model] == model


def test_a_message_of_more_than_half_the_room_is_refused():
    ring = Ring(128)
    assert not ring.put(bytes(65))
    assert ring.put(bytes(64))


def test_nothing_is_lost_between_two_threads():
    ring, count = Ring(16384), 10_000

    def produce():
        i = 0
        while i < count:
            i += ring.put(i.to_bytes(4, "little"))

    producer = threading.Thread(target=produce, daemon=True)
    producer.start()
    got = 0
    while got < count:
        message = ring.get()
        if message is not None:
            assert int.from_bytes(message, "little") == got
            got += 1
    producer.join()
