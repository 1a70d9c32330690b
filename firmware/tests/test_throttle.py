from firmware.throttle import Limits, Throttle

LIMITS = Limits(free=2, first_s=2, most_s=16, forget_s=100)


def waits(throttle, times):
    """Fail at once, see how long to wait, wait so long; how long each time."""
    now, waited = 0.0, []
    for _ in range(times):
        throttle.failed("a", now)
        waited.append(throttle.wait_s("a", now))
        now += waited[-1]
    return waited


def test_the_first_failures_are_free_and_then_delays_double():
    assert waits(Throttle(LIMITS), 7) == [0, 2, 4, 8, 16, 16, 16]


def test_waiting_is_enough():
    throttle = Throttle(LIMITS)
    throttle.failed("a", 0)
    throttle.failed("a", 0)
    assert throttle.wait_s("a", 1.5) == 0.5
    assert throttle.wait_s("a", 2) == 0


def test_others_do_not_wait():
    throttle = Throttle(LIMITS)
    waits(throttle, 5)
    assert throttle.wait_s("b", 0) == 0


def test_failures_are_forgotten_after_success_or_a_long_time():
    throttle = Throttle(LIMITS)
    waits(throttle, 5)
    throttle.clear("a")
    assert throttle.wait_s("a", 0) == 0
    waits(throttle, 5)
    throttle.failed("a", 1000)
    assert throttle.wait_s("a", 1000) == 0


def test_a_forgiven_failure_never_was():
    throttle = Throttle(LIMITS)
    for _ in range(3):
        throttle.failed("a", 0)
        throttle.failed("a", 0)
        throttle.forgive("a")
        throttle.forgive("a")
    assert throttle.wait_s("a", 0) == 0


def test_memory_is_bounded():
    throttle = Throttle(LIMITS)
    for n in range(20_000):
        throttle.failed(str(n), 0)
    assert len(throttle._failures) == 10_000
