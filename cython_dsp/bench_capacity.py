"""How many recorded RTP calls one core carries in real time, DTMF heard on both legs.

The engine's threads have one core; the telephones, which speak each 20 ms and look at the kernel's
time stamps of what they hear, have another.  A packet is late that comes more than 40 ms after the
one before it; what the telephones themselves sent late is taken off.
"""

import contextlib
import os
import socket
import struct
import time
from collections.abc import Iterator, Sequence

from cython_dsp.bench_calls import TICKS_A_SECOND, House
from cython_dsp.bench_wire import Telephone
from cython_dsp.figures import Figure

SIZES = (120, 250, 500, 570)
WARM_S, SECONDS, LATE_S, MOST_LATE = 2, 10, 0.040, 0.001
_TICK_S = 1 / TICKS_A_SECOND
_STAMP = struct.Struct("@qq")
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h


class _Watch:
    """Gaps between the packets of one telephone, both ways."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone
        self.socket = telephone.socket
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._spoke = self._came = 0.0
        self.heard = self.late = self.spoken = self.spoken_late = 0

    def forget(self) -> None:
        """What was until now was only to warm up."""
        self.heard = self.late = self.spoken = self.spoken_late = 0

    def turn(self, now: float) -> None:
        """Speak, and hear what has come."""
        self._telephone.speak()
        self.spoken += 1
        self.spoken_late += 0.0 < self._spoke < now - LATE_S
        self._spoke = now
        with contextlib.suppress(BlockingIOError):
            while True:
                self._hear(self.socket.recvmsg(2048, 64)[1])

    def _hear(self, ancillary: Sequence[tuple[int, int, bytes]]) -> None:
        seconds, nanoseconds = _STAMP.unpack(ancillary[0][2][: _STAMP.size])
        came = seconds + nanoseconds * 1e-9
        self.heard += 1
        self.late += 0.0 < self._came < came - LATE_S
        self._came = came


@contextlib.contextmanager
def _engine_on(house: House) -> Iterator[None]:
    """Its threads on the first core, ours on the second."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise OSError("two cores are needed")
    try:
        os.sched_setaffinity(0, {cores[0]})
        house.engine.start()
        os.sched_setaffinity(0, {cores[1]})
        yield
    finally:
        os.sched_setaffinity(0, set(cores))


def carried(calls: int) -> tuple[float, float]:
    """Part of the packets that were late, and of the core that was used."""
    with House() as house:
        for _ in range(calls):
            a, b = house.telephone(), house.telephone()
            house.bridge(a, b)
            house.record(a, b)
        watches = [_Watch(telephone) for telephone in house.telephones]
        with _engine_on(house):
            _speak(watches, WARM_S)
            for watch in watches:
                watch.forget()
            before = time.process_time() - time.thread_time()
            _speak(watches, SECONDS)
            used = time.process_time() - time.thread_time() - before
        for telephone, watch in zip(house.telephones, watches, strict=True):
            telephone.heard = watch.heard
        house.check()
    return _late(watches), used / SECONDS


def _speak(watches: Sequence[_Watch], seconds: int) -> None:
    due = time.monotonic()
    for tick in range(seconds * TICKS_A_SECOND):
        due += _TICK_S
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.time()
        for watch in watches[tick % 4 :: 4]:
            watch.turn(now)


def _late(watches: Sequence[_Watch]) -> float:
    """Those that never came are late, too; one a telephone may be on its way."""
    expected = len(watches) * SECONDS * 50
    lost = max(0, expected - sum(watch.heard + 1 for watch in watches))
    late = sum(watch.late for watch in watches) + lost
    own = sum(w.spoken_late for w in watches) / max(1, sum(w.spoken for w in watches))
    return late / expected - own


def report() -> tuple[str, dict[str, Figure]]:
    """The rows of the page, and the figure."""
    rows, most = [], 0
    for calls in SIZES:
        late, used = carried(calls)
        rows.append(f"| {calls} calls | {100 * used:.0f} % | {100 * late:.3f} % |")
        if late >= MOST_LATE:
            break
        most = calls
    text = "\n".join(
        [
            f"### Calls on one core in real time: {most} (must: 500)",
            "",
            "| recorded calls, DTMF heard on both legs | of the core | packets over 40 ms late |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )
    return text, {"calls_per_core": Figure(most, f"calls, of at most {SIZES[-1]} tried")}
