"""CPU of whole calls in the engine, everything included: sockets, SRTP, board link, recording.

The engine is stepped, so a call costs the same whatever else the machine does; only the steps
count.  Telephones are UDP sockets of this process that speak each 20 ms, a quarter of them in each
tick.  Loopback runs the far end's receiving inside our sending, which a network would not.
"""

import contextlib
import socket
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cython_dsp.bench_wire import Boards, Telephone
from cython_dsp.engine import Engine, Profile
from cython_dsp.figures import Figure

TICKS_A_SECOND, WARM_TICKS = 200, 200
Times = NDArray[np.float64]


class House:
    """An engine with a socket, boards, telephones and recordings."""

    def __init__(self, boards: int = 0) -> None:
        self._end = contextlib.ExitStack()
        self._folder = Path(self._end.enter_context(tempfile.TemporaryDirectory()))
        self.engine = Engine()
        mine = self._end.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        mine.bind(("127.0.0.1", 0))
        self.engine.open_socket(mine.fileno())
        self._box = mine.getsockname()
        self.telephones: list[Telephone] = []
        self.boards = Boards(self.engine, boards)
        self._recordings = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.stop()
        for telephone in self.telephones:
            telephone.close()
        self.boards.close()
        self._end.close()

    def telephone(self, profile: Profile = Profile.PLAIN, *, events: bool = False) -> int:
        """The port of a new one; `events`: its digits are telephone-events, not heard in band."""
        telephone = Telephone(len(self.telephones), self._box, profile)
        self.telephones.append(telephone)
        return self.engine.open_rtp(telephone.parameters(events=events))

    def bridge(self, a: int, b: int) -> None:
        """They hear each other."""
        self.engine.hear(a, [(b, 0)])
        self.engine.hear(b, [(a, 0)])

    def record(self, a: int, b: int) -> None:
        """In two channels."""
        self._recordings += 1
        self.engine.record(self._folder / f"{self._recordings}.wav", a, b, 3600)

    def run(self, seconds: float) -> Times:
        """CPU seconds of each tick."""
        used = np.zeros(round(seconds * TICKS_A_SECOND))
        for tick in range(-WARM_TICKS, len(used)):
            self.boards.feed()
            for telephone in self.telephones[tick % 4 :: 4]:
                telephone.speak()
            before = time.process_time()
            self.engine.step()
            if tick >= 0:
                used[tick] = time.process_time() - before
            self.boards.drain()
            for telephone in self.telephones[tick % 4 :: 4]:
                telephone.listen()
        self.check()
        return used

    def check(self) -> None:
        """RuntimeError when packets were lost here, or somebody heard nothing."""
        counted = self.engine.statistics()
        wrong = {
            name: counted[name]
            for name in ("udp_unknown", "udp_malformed", "udp_send_failed", "record_frames_lost")
            if counted[name]
        }
        silent = sum(telephone.heard == 0 for telephone in self.telephones)
        if wrong or silent:
            raise RuntimeError(f"not a fair run: {wrong}, {silent} telephones heard nothing")


@dataclass(frozen=True)
class Cost:
    """Of one kind of call."""

    calls: int
    seconds: float
    ticks: Times

    @property
    def of_a_call_minute(self) -> float:
        """CPU seconds."""
        return float(self.ticks.sum()) / self.calls / self.seconds * 60


def rtp_calls(calls: int, seconds: float, *, whole: bool) -> Cost:
    """Two RTP legs each; `whole`: recorded, both listened to for DTMF."""
    with House() as house:
        for _ in range(calls):
            a, b = (house.telephone(events=not whole) for _ in range(2))
            house.bridge(a, b)
            if whole:
                house.record(a, b)
        return Cost(calls, seconds, house.run(seconds))


def e1_calls(calls: int, seconds: float, monitors: int = 0) -> Cost:
    """An E1 channel and an agent's browser each, recorded; `monitors` listen to the first ones."""
    gcm = Profile.AEAD_AES_128_GCM
    with House(boards=-(-calls // 30)) as house:
        pairs = [(house.boards.port(n), house.telephone(gcm, events=True)) for n in range(calls)]
        for channel, agent in pairs:
            house.bridge(channel, agent)
            house.record(channel, agent)
        for pair in pairs[:monitors]:
            listener = house.telephone(gcm, events=True)
            house.engine.hear(listener, [(port, 0) for port in pair])
        return Cost(calls, seconds, house.run(seconds))


def report(repeats: int) -> tuple[str, dict[str, Figure]]:
    """The rows of the page, and the figures by name: medians of runs taken in turns."""
    runs = [
        (
            rtp_calls(60, 4, whole=False).of_a_call_minute,
            rtp_calls(30, 4, whole=True).of_a_call_minute,
            rtp_calls(500, 1, whole=True).of_a_call_minute,
            e1_calls(30, 4).of_a_call_minute,
            *_p60(),
        )
        for _ in range(repeats)
    ]
    plain, whole, many, e1, share, p50, p999 = map(statistics.median, zip(*runs, strict=True))
    growth = statistics.median(run[2] / run[1] for run in runs)
    text = f"""### Whole calls

| work | CPU | must |
| --- | --- | --- |
| two RTP legs, bridged | {plain:.4f} s a call-minute | 0.05 |
| the same, recorded, DTMF heard on both, 30 calls | {whole:.4f} | 0.08 |
| the same, 500 calls | {many:.4f} | |
| a call at 1000 channels / at 60 | {growth:.2f} times | 1.2 |
| E1 channel to an SRTP agent, recorded, DTMF, board link | {e1:.4f} s a call-minute | 0.06 |
| 60 of these and 4 listeners | {share:.1f} % of a core | 10 % |
| a tick of that, half of them at most | {p50:.2f} ms | 0.5 |
| 99.9 % of them, with the recordings' writing | {p999:.2f} ms | 1.5 |
"""
    return text, {
        "bridge_cpu_s": Figure(plain, "s a call-minute"),
        "record_dtmf_cpu_s": Figure(whole, "s a call-minute"),
        "cpu_growth": Figure(growth, "times"),
        "e1_agent_cpu_s": Figure(e1, "s a call-minute"),
        "p60_core_share": Figure(share, "% of a core, the engine"),
        "tick_p50_ms": Figure(p50, "ms"),
        "tick_p999_ms": Figure(p999, "ms"),
    }


def _p60() -> tuple[float, float, float]:
    """Share of a core in %, and milliseconds of a tick: median and 99.9 %."""
    cost = e1_calls(60, 20, monitors=4)
    p50, p999 = np.quantile(cost.ticks, [0.5, 0.999]) * 1e3
    return 100 * float(cost.ticks.sum()) / cost.seconds, float(p50), float(p999)
