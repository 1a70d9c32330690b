"""Real time for the simulated exchange: a block each 5 ms by the monotonic clock."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from board.sim.isdn_side import IsdnGone

_LOGGER = logging.getLogger(__name__)
BLOCK_S = 0.005
_HURRY_S = 0.001  # between blocks that make time good: the boards answer each before the next
_GIVE_UP_S = 0.1  # behind by more: the time is lost, as on a machine that slept


class Steps(Protocol):
    """An exchange, or several with one clock."""

    def step(self) -> None:
        """Advance by a block."""


Office = TypeVar("Office", bound=Steps)


class Pace(Generic[Office]):
    """Runs an exchange in a thread of its own; all orders to it go through `post`."""

    def __init__(self, office: Office, before: Callable[[Office], None] = lambda _: None) -> None:
        """`before` is done before every block; the exchange must not be in lockstep."""
        self._office, self._before = office, before
        self._orders: deque[Callable[[Office], None]] = deque()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)
        self.blocks_skipped = 0
        self.latest_s = 0.0
        self.failure: Exception | None = None

    def start(self) -> None:
        """Let time run."""
        self._thread.start()

    def stop(self) -> None:
        """Stop time; the exchange stays as it is.  Blocks for a block."""
        self._stop.set()
        self._thread.join()

    def post(self, order: Callable[[Office], None]) -> None:
        """Have `order(office)` done in the exchange's thread, before the next block."""
        self._orders.append(order)

    @property
    def running(self) -> bool:
        """Whether time runs; `failure` says why not."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._keep_time()
        except (IsdnGone, OSError) as error:
            self.failure = error
            _LOGGER.exception("exchange: stopped")

    def _keep_time(self) -> None:
        deadline = time.monotonic()
        while not self._stop.is_set():
            while self._orders:
                self._orders.popleft()(self._office)
            self._before(self._office)
            self._office.step()
            # Absolute deadlines: what one block was late the next makes good.
            deadline += BLOCK_S
            late = time.monotonic() - deadline
            self.latest_s = max(self.latest_s, late)
            if late > _GIVE_UP_S:
                self.blocks_skipped += int(late / BLOCK_S)
                deadline = time.monotonic()
            time.sleep(max(-late, _HURRY_S))
