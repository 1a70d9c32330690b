"""What can happen to a box: each fault, how it begins and ends, and which calls it may touch."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from board.sim import line
from firmware.contract.model import Cause
from hil_tests.apart import Apart
from hil_tests.apart.world import BACK_S as STARTED_S

KILLED_LOSES_MS, POWER_LOSES_MS = 200.0, 1000.0
"""DESIGN section 3."""
_AGAIN = {name: (seconds + 0.1, seconds + 0.1) for name, seconds in STARTED_S.items()}
"""A kill is over when the program is there again; callboxd is asked for."""
_HOUR_S, _TEN_YEARS_S = 3600.0, 10 * 365.25 * 86400.0
_LINK_LOST = frozenset({Cause.DESTINATION_OUT_OF_ORDER, Cause.NETWORK_OUT_OF_ORDER})
_SIGNALLING_LOST = frozenset({Cause.TEMPORARY_FAILURE}) | _LINK_LOST
_BOX_LOST = frozenset({Cause.BOX_RESTART})
T200_S = 1.5
BACK_S, LINK_S = 5.0, 5.0
"""Back so soon after a fault ended; layer 2 that was down may take LINK_S more: the network's side
asks for it each T200 (1 s), three times, and then waits (Q.921 5.5.1.1)."""


def _nothing(_world: Apart) -> None:
    """It is over by itself."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault."""

    begins: Callable[[Apart], None]
    ends: Callable[[Apart], None] = _nothing
    lasts_s: tuple[float, float] = (0.0, 0.0)
    """At least and at most."""
    kinds: tuple[str, ...] = ()
    """Kinds of lines whose calls it may touch."""
    lost_ms: float = 0.0
    causes: frozenset[Cause] = frozenset()
    sound: bool = False
    files: bool = False
    box_dies: bool = False
    """Agents lose their connection."""
    back_s: float = BACK_S
    settles_s: float = 0.0
    """What was not acknowledged on layer 2 is said again so late when it is back (T200)."""

    @property
    def signals(self) -> bool:
        """Whether what the exchange says may not come to the box."""
        return bool(self.kinds) and (self.box_dies or self.sound or bool(self.causes))


class StoreLock:
    """Another process has calls.db: this one."""

    def __init__(self) -> None:
        self._held: sqlite3.Connection | None = None

    def take(self, world: Apart) -> None:
        """Wait for it and keep it."""
        path = world.options.data / "calls.db"
        self._held = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._held.execute("BEGIN EXCLUSIVE")
        world.locked(locked=True)

    def leave(self, world: Apart) -> None:
        """Nothing was written."""
        if self._held is not None:
            self._held.rollback()
            self._held.close()
            world.locked(locked=False)


def _kill(name: str) -> Callable[[Apart], None]:
    return lambda world: world.kill(name)


def _board(name: str, kind: str) -> Fault:
    return Fault(
        lambda world: world.unplug(name), lambda world: world.plug(name), (0.3, 8.0),
        kinds=(kind,), causes=_SIGNALLING_LOST, sound=True, back_s=BACK_S + LINK_S * (kind == "e1"),
        settles_s=T200_S,
    )  # fmt: skip


def _alarm(bits: int) -> Fault:
    return Fault(
        lambda world: world.e1s[0].office.set_alarms(bits),
        lambda world: world.e1s[0].office.set_alarms(0),
        (0.1, 8.0), kinds=("e1",), causes=_SIGNALLING_LOST, sound=True, back_s=BACK_S + LINK_S,
        settles_s=T200_S,
    )  # fmt: skip


def _cut(world: Apart, *, cut: bool) -> None:
    world.e1s[0].office.cut_d_channel(cut=cut)


def _silence(shortest_s: float, longest_s: float) -> Fault:
    return Fault(
        partial(_cut, cut=True), partial(_cut, cut=False), (shortest_s, longest_s),
        kinds=("e1",), causes=_SIGNALLING_LOST, back_s=BACK_S + LINK_S, settles_s=T200_S,
    )  # fmt: skip


def _clock(seconds: float) -> Fault:
    return Fault(lambda world: world.jump(seconds))


def _locked() -> Fault:
    lock = StoreLock()
    return Fault(lock.take, lock.leave, (1.0, 8.0))


FAULTS: dict[str, Fault] = {
    "kill callboxd": Fault(
        _kill("callboxd"), kinds=("e1", "analog"), lost_ms=KILLED_LOSES_MS,
        causes=_BOX_LOST, sound=True, box_dies=True, settles_s=T200_S,
    ),
    "kill callbox-isdn": Fault(
        _kill("callbox-isdn"), lasts_s=_AGAIN["callbox-isdn"],
        kinds=("e1",), causes=_SIGNALLING_LOST, back_s=BACK_S + LINK_S,
        settles_s=T200_S,
    ),
    "kill the E1 board": Fault(
        _kill("e1"), lasts_s=_AGAIN["board"],
        kinds=("e1",), causes=_SIGNALLING_LOST, sound=True, back_s=BACK_S + LINK_S,
        settles_s=T200_S,
    ),
    "kill the analogue board": Fault(
        _kill("analog"), lasts_s=_AGAIN["board"],
        kinds=("analog",), causes=_SIGNALLING_LOST, sound=True,
    ),
    "unplug the E1 board": _board("e1", "e1"),
    "unplug the analogue board": _board("analog", "analog"),
    "loss of signal": _alarm(line.LOS | line.LFA),
    "loss of frame": _alarm(line.LFA),
    "alarm indication": _alarm(line.AIS),
    "remote alarm": _alarm(line.RAI),
    "layer 2 lost": _silence(0.5, 3.0),
    "exchange silent": _silence(12.0, 20.0),
    "disk full": Fault(
        lambda world: world.disk(full=True), lambda world: world.disk(full=False), (2.0, 12.0),
        kinds=("e1", "analog"), files=True,
    ),
    "disk stalls": Fault(lambda world: world.disk(stall_s=5.0), lasts_s=(5.0, 5.0)),
    "clock an hour on": _clock(_HOUR_S),
    "clock an hour back": _clock(-_HOUR_S),
    "clock ten years on": _clock(_TEN_YEARS_S),
    "clock ten years back": _clock(-_TEN_YEARS_S),
    "store locked": _locked(),
    "power cut": Fault(
        Apart.cut_power, Apart.power_on, (0.5, 5.0), kinds=("e1", "analog"),
        lost_ms=POWER_LOSES_MS, causes=_BOX_LOST, sound=True, box_dies=True,
        back_s=BACK_S + LINK_S, settles_s=T200_S,
    ),
}  # fmt: skip


def chosen(seed: int) -> tuple[str, Fault]:
    """One after the other, so that twenty runs have all of them."""
    name = list(FAULTS)[seed % len(FAULTS)]
    return name, FAULTS[name]


def duration(fault: Fault, dice: Random) -> float:
    """Seconds."""
    return dice.uniform(*fault.lasts_s)
