"""After a start: what became of the update that was under way.  A pure function of the facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware.contract.update import UpdateReason, UpdateSource
from firmware.ota.present import Present
from firmware.ota.states import RESTING, E, S

MOST_TRIES = 3
"""How often something is begun again after an interruption."""


_BEFORE = frozenset({S.CHECKING, S.FETCHING})
"""Nothing is in the other slot yet."""


@dataclass(frozen=True)
class Facts:
    """What is seen at the start."""

    slot: str  # boot name of the slot that runs
    same_boot: bool  # the box has not restarted since the last step was written
    written: bool = False  # RAUC's papers: the other slot holds the target, whole
    versions: Mapping[str, str] = field(default_factory=dict)  # that ran, by boot name


@dataclass(frozen=True)
class Way:
    """How it goes on; None: nothing was under way."""

    event: E | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    failed: UpdateReason = UpdateReason.NONE  # with GIVE_UP


def resume(present: Present, facts: Facts) -> Way:
    """Where the update goes on; the same facts always lead to the same place."""
    if present.state in RESTING:
        return _at_rest(present, facts)
    if facts.slot == present.slot_target and present.state not in _BEFORE:
        return _in_target(present)
    return _WAYS[present.state](present, facts)


def _at_rest(present: Present, facts: Facts) -> Way:
    """Weeks after its proof a version may fail to start, as when its part of the disk dies."""
    if present.slot_before in ("", facts.slot):
        return Way()
    lost = facts.versions.get(present.slot_before, "")
    reason = UpdateReason.STARTS_NO_MORE
    return Way(E.OTHER_RUNS, {"source": UpdateSource.BOOT, "target": lost, "reason": reason})


def _in_target(present: Present) -> Way:
    """The new slot runs: prove it, unless the proof has spoken."""
    if present.state is S.REBOOTING and present.reason:
        return Way(E.AGAIN)  # on the way back, not there yet
    if present.state is S.PROVING:
        return Way(E.AGAIN)
    return Way(E.STARTED, {"tries": 0})


def _looking(present: Present, facts: Facts) -> Way:
    if facts.same_boot:
        return Way(E.CHECK)
    if present.source is UpdateSource.SERVER and present.tries < MOST_TRIES:
        return Way(E.CHECK, {"tries": present.tries + 1})
    return Way(E.GIVE_UP, failed=UpdateReason.POWER_CUT)


def _installing(present: Present, facts: Facts) -> Way:
    if facts.written or facts.same_boot:
        return Way(E.AGAIN)  # the step sees that it is done, or that RAUC still writes
    return _looking(present, facts)


def _again(_present: Present, _facts: Facts) -> Way:
    return Way(E.AGAIN)


def _rebooting(present: Present, facts: Facts) -> Way:
    if present.reason:
        return Way(E.OTHER_RUNS)
    if facts.same_boot:
        return Way(E.AGAIN)
    if not present.armed:  # the power went before the boot loader was told
        return Way(E.PUT_OFF, {"tries": 0})
    return Way(E.OTHER_RUNS, {"reason": UpdateReason.DID_NOT_START})


def _proving(present: Present, facts: Facts) -> Way:
    if present.reason:
        return Way(E.OTHER_RUNS)
    detail = "it started, but never came to the end of its proof"
    return Way(E.OTHER_RUNS, {"reason": UpdateReason.DID_NOT_START, "detail": detail})


_WAYS: dict[S, Callable[[Present, Facts], Way]] = {
    S.CHECKING: _looking,
    S.FETCHING: _looking,
    S.INSTALLING: _installing,
    S.WAITING: _again,
    S.DRAINING: _again,
    S.REBOOTING: _rebooting,
    S.PROVING: _proving,
}
