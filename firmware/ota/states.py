"""The states of an update (`firmware.contract.update.UpdateState`) as a table.

IDLE, COMMITTED and FELL_BACK last and accept the same; WAITING lasts as long as the settings
say; every other state has a timer.
"""

from enum import StrEnum

from firmware.contract.update import UpdateState

S = UpdateState


class E(StrEnum):
    """What happens to an update."""

    BEGIN = "begin"  # a new update
    CHECK = "check"  # the same one, from its beginning
    ROLL_BACK = "roll_back"  # the other slot's version is to run again
    FETCH = "fetch"  # the offer is fine, the file must be downloaded
    FETCHED = "fetched"
    INSTALL = "install"  # the bundle is fine
    INSTALLED = "installed"
    DRAIN = "drain"  # the time for the restart has come
    PUT_OFF = "put_off"  # a power cut came before the boot loader was told
    DRAINED = "drained"
    CALL_CAME = "call_came"  # an emergency call at the last moment
    AGAIN = "again"  # once more, after an interruption, or as the box still runs
    STARTED = "started"  # this is the new slot
    PROVED = "proved"
    UNPROVED = "unproved"  # back to the other slot
    OTHER_RUNS = "other_runs"  # this is the slot from before
    GIVE_UP = "give_up"  # refused, failed, cancelled: the record says which
    LATE = "late"  # the state's timer is over


_RESTING = {E.BEGIN: S.CHECKING, E.ROLL_BACK: S.DRAINING, E.OTHER_RUNS: S.FELL_BACK}

TABLE = {
    S.IDLE: _RESTING,
    S.CHECKING: {
        E.FETCH: S.FETCHING,
        E.INSTALL: S.INSTALLING,
        E.GIVE_UP: S.IDLE,
        E.LATE: S.IDLE,
        E.CHECK: S.CHECKING,
    },
    # A downloaded file is looked at like any other.
    S.FETCHING: {E.FETCHED: S.CHECKING, E.CHECK: S.CHECKING, E.GIVE_UP: S.IDLE, E.LATE: S.IDLE},
    # RAUC cannot be stopped while it writes: a wish to cancel is kept until it is done.
    S.INSTALLING: {
        E.INSTALLED: S.WAITING,
        E.STARTED: S.PROVING,
        E.CHECK: S.CHECKING,
        E.AGAIN: S.INSTALLING,
        E.GIVE_UP: S.IDLE,
        E.LATE: S.IDLE,
    },
    S.WAITING: {
        E.DRAIN: S.DRAINING,
        E.STARTED: S.PROVING,
        E.GIVE_UP: S.IDLE,
        E.AGAIN: S.WAITING,
    },
    S.DRAINING: {
        E.DRAINED: S.REBOOTING,
        E.PUT_OFF: S.WAITING,
        E.LATE: S.WAITING,
        E.AGAIN: S.DRAINING,
        E.STARTED: S.PROVING,
        E.GIVE_UP: S.IDLE,
    },
    S.REBOOTING: {
        E.STARTED: S.PROVING,
        E.OTHER_RUNS: S.FELL_BACK,
        E.CALL_CAME: S.DRAINING,
        E.PUT_OFF: S.WAITING,
        E.AGAIN: S.REBOOTING,
        E.LATE: S.REBOOTING,
        E.GIVE_UP: S.IDLE,
    },
    S.PROVING: {
        E.PROVED: S.COMMITTED,
        E.UNPROVED: S.REBOOTING,
        E.OTHER_RUNS: S.FELL_BACK,
        E.LATE: S.REBOOTING,
        E.AGAIN: S.PROVING,
    },
    S.COMMITTED: _RESTING,
    S.FELL_BACK: _RESTING,
}
"""What each state accepts, and where it leads."""

TIMEOUTS = {
    S.CHECKING: ("T_check", E.LATE),
    S.FETCHING: ("T_fetch", E.LATE),
    S.INSTALLING: ("T_install", E.LATE),
    S.DRAINING: ("T_drain", E.LATE),
    S.REBOOTING: ("T_reboot", E.LATE),
    S.PROVING: ("T_prove", E.LATE),
}
"""The timer of each state that must end."""

RESTING = frozenset({S.IDLE, S.COMMITTED, S.FELL_BACK})
"""Nothing is being done."""

CANCELLABLE = frozenset({S.CHECKING, S.FETCHING, S.INSTALLING, S.WAITING, S.DRAINING})
"""Before the restart."""
