"""Fakes that every test of the firmware may use."""

from collections.abc import Callable

import pytest

from firmware.timers import TIMERS, Clock


class FakeTimers:
    """Timers that expire when the test says so."""

    def __init__(self) -> None:
        self.running: dict[str, float] = {}
        self._expired: dict[str, Callable[[], None]] = {}

    def start(
        self, name: str, expired: Callable[[], None], seconds: float | None = None
    ) -> Callable[[], None]:
        self.running[name] = TIMERS[name].seconds if seconds is None else seconds
        self._expired[name] = expired

        def cancel() -> None:
            if self._expired.get(name) is expired:
                del self._expired[name], self.running[name]

        return cancel

    def expire(self, name: str) -> None:
        """Let the running timer `name` end now."""
        del self.running[name]
        self._expired.pop(name)()


class FakeClock(Clock):
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.utc_step_ms = 1_795_000_000_000  # 2026-11-18

    def monotonic(self) -> float:
        return self.seconds

    def utc_ms(self) -> int:
        return self.utc_step_ms + int(self.seconds * 1000)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def timers() -> FakeTimers:
    return FakeTimers()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
