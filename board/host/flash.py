"""Bringing a board's firmware to that of the release, over the link; no I/O and no clock.

The board is asked what it has after each HELLO.  One request is under way at a time, and what
comes next follows from the board's answer alone (`wire_update`): so frames that are lost, double
or late, a host that starts anew and a board that was unplugged all end in the same steps.  The set
written is only tried by the board; it stays when the link was proven with it, else the board
goes back to the one before by itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from board import wire_update as wu
from board.host.firmware_set import FirmwareSet, Sets, same_firmware
from board.host.port_events import Hello, UpdateStatus, VersionRefused

_LOGGER = logging.getLogger(__name__)
ANSWER_S = 0.25
"""After which a request is sent again."""
TRIES = 20
"""Of one request: a board that empties its flash may take seconds for an answer."""
LOOK_S = 0.02
"""Between two questions while the board empties a place or reads back."""
IDLE_S = 0.5
"""Between two looks whether the board still carries a call."""
BACK_S = 30.0
"""In which a board that restarts has to say who it is."""
PROVE_S = 2.0
"""How long the link must hold with a new set before it is committed; the board waits 30 s."""
AGAIN_S = 10.0
FAILURES = 3
"""After so many a board is left as it is until callboxd or the board's set is another."""


class FlashState(StrEnum):
    """Where a board's firmware is."""

    UNKNOWN = ""  # no board, or it has not said what it has
    CURRENT = "current"
    WAITING = "waiting"  # for the end of the board's calls
    WRITING = "writing"
    RESTARTING = "restarting"
    PROVING = "proving"
    FAILED = "failed"  # given up
    UNABLE = "unable"  # the board takes no update, or the release has none for it


class FlashProblem(StrEnum):
    """Why an update of a board failed; pages say it in words."""

    NONE = ""
    NO_ANSWER = "no_answer"
    REFUSED = "refused"  # the board does not take this set
    DAMAGED = "damaged"  # what it read back is not what was sent
    FLASH = "flash"  # the board cannot write
    NOT_BACK = "not_back"  # silent after the restart
    FELL_BACK = "fell_back"  # it came back with the set before
    INCOMPATIBLE = "incompatible"  # the new set speaks another version than this host


_PROBLEMS = {
    wu.ERROR_TRIAL: FlashProblem.REFUSED,
    wu.ERROR_STATE: FlashProblem.REFUSED,
    wu.ERROR_MANIFEST: FlashProblem.REFUSED,
    wu.ERROR_HASH: FlashProblem.DAMAGED,
    wu.ERROR_FLASH: FlashProblem.FLASH,
}


@dataclass
class _Request:
    kind: int
    number: int
    payload: bytes
    tries: int
    deadline: float


class Updater:
    """One board.  `hello`, `refused`, `heard` and `lost` are what its link says."""

    def __init__(
        self,
        name: str,
        sets: Sets,
        send: Callable[[int, bytes], None],
        idle: Callable[[], bool],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`send(kind, payload)`; `idle()`: the board carries no call; `changed()`: look at us."""
        self._name, self._sets, self._send, self._idle = name, sets, send, idle
        self._changed = changed
        self._set: FirmwareSet | None = None
        self._stream = b""
        self._serial = ""
        self._compatible = False
        self._request: _Request | None = None
        self._number = 0
        self._next: tuple[float, Callable[[float], None]] | None = None
        self._linked = False
        self._begun = False  # this attempt: a failure the board tells is of it
        self._activated = False  # the board was told to try our set, and has not come back
        self.state = FlashState.UNKNOWN
        self.problem = FlashProblem.NONE
        self.version = ""
        self.percent = 0
        self.failures = 0

    @property
    def wanted(self) -> str:
        """The version that the board should run; its own when the content is the same."""
        if self._set is None:
            return ""
        same = same_firmware(self.version, self._set.version)
        return self.version if same else self._set.version

    # --- what the link says ---

    def hello(self, hello: Hello, now: float) -> None:
        """The board said who it is."""
        self._met(hello.board, hello.capabilities, hello.serial, hello.firmware)
        self._begin(now, compatible=True)

    def refused(self, hello: VersionRefused, now: float) -> None:
        """It speaks another major version: nothing but an update is possible."""
        self._met(hello.board, hello.capabilities, hello.serial, hello.firmware)
        self._begin(now, compatible=False)

    def lost(self, now: float) -> None:
        """The board is gone; one that was told to restart is waited for."""
        if not self._linked:
            return  # it restarts once more while it is waited for
        self._linked = False
        self._request = self._next = None
        if self._activated:
            self._become(FlashState.RESTARTING)
            self._later(now + BACK_S, self._not_back)
        else:
            self._become(FlashState.UNKNOWN)

    def heard(self, status: UpdateStatus, now: float) -> None:
        """An answer; one that was not asked for, or came before, changes nothing."""
        if self._request is None or status.number != self._request.number:
            return
        asked, self._request = self._request.kind, None
        if status.error and asked != wu.UPDATE_ASK:
            self._answered_no(status, now)
        elif asked in (wu.UPDATE_ACTIVATE, wu.UPDATE_ROLL_BACK):
            self._become(FlashState.RESTARTING)
            self._later(now + BACK_S, self._not_back)
        else:
            self._decide(status, now)

    # --- time ---

    def next_deadline(self) -> float | None:
        """When `poll` has something to do; None: never."""
        times = [self._next[0]] if self._next is not None else []
        if self._request is not None:
            times.append(self._request.deadline)
        return min(times, default=None)

    def poll(self, now: float) -> None:
        """Ask again what had no answer, and go on with what had to wait."""
        request = self._request
        if request is not None and now >= request.deadline:
            if request.tries >= TRIES:
                self._request = None
                self._fail(FlashProblem.NO_ANSWER, now)
                return
            request.tries += 1
            request.deadline = now + ANSWER_S
            self._send(request.kind, request.payload)
        if self._next is not None and now >= self._next[0]:
            _, do = self._next
            self._next = None
            do(now)

    # --- what follows ---

    def _met(self, board: int, capabilities: int, serial: str, firmware: str) -> None:
        found = self._sets.of(board, capabilities)
        if serial != self._serial or found is not self._set:
            self._activated = False
            self.failures, self.problem = 0, FlashProblem.NONE
        self._serial, self.version, self._set = serial, firmware, found
        self._stream = found.stream if found is not None else b""

    def _begin(self, now: float, *, compatible: bool) -> None:
        self._compatible, self._linked = compatible, True
        self._request, self._next, self._begun = None, None, False
        if self._set is None:
            self._become(FlashState.UNABLE)
        elif self.failures >= FAILURES and not self._is_ours:
            self._become(FlashState.FAILED)
        else:
            self._ask(now)

    @property
    def _is_ours(self) -> bool:
        return self._set is not None and same_firmware(self.version, self._set.version)

    def _decide(self, status: UpdateStatus, now: float) -> None:
        """The board's state is known: what brings it nearer to the set that is wanted."""
        on_trial = bool(status.flags & wu.FLAG_TRIAL)
        if self._is_ours:
            self._keep(now, on_trial=on_trial)
        elif self._activated and status.state == wu.STATE_IDLE:
            self._activated = False
            self._fail(FlashProblem.FELL_BACK, now)
        elif not self._idle():
            self._become(FlashState.WAITING)
            self._later(now + IDLE_S, self._ask)
        elif on_trial:
            self._roll_back(now)
        else:
            self._write(status, now)

    def _keep(self, now: float, *, on_trial: bool) -> None:
        if not self._compatible:
            # Its version is what this release wants, but not what this host speaks.
            self._fail(FlashProblem.INCOMPATIBLE, now)
            if on_trial:
                self._roll_back(now)
        elif on_trial:
            self._become(FlashState.PROVING)
            self._later(now + PROVE_S, self._commit)
        else:
            self._activated = False
            self.failures, self.problem = 0, FlashProblem.NONE
            self._become(FlashState.CURRENT)

    def _write(self, status: UpdateStatus, now: float) -> None:
        self._show(status)
        ours = self._set is not None and status.digest == self._set.digest
        if ours and self._begun and status.state == wu.STATE_FAILED:
            self._answered_no(status, now)
        elif not ours or status.state in (wu.STATE_IDLE, wu.STATE_FAILED):
            self._begun = True
            self._ask_for(wu.UPDATE_BEGIN, now)
        elif status.state == wu.STATE_RECEIVING and status.written < len(self._stream):
            self._ask_for(wu.UPDATE_DATA, now, status.written)
        elif status.state == wu.STATE_RECEIVING:
            self._ask_for(wu.UPDATE_VERIFY, now)
        elif status.state == wu.STATE_READY:
            self._activated = True
            self._ask_for(wu.UPDATE_ACTIVATE, now)
        else:
            self._later(now + LOOK_S, self._ask)

    def _show(self, status: UpdateStatus) -> None:
        ours = self._set is not None and status.digest == self._set.digest
        self.percent = 100 * status.written // max(1, status.size) if ours else 0
        self._become(FlashState.WRITING, self.percent // 20)

    def _ask(self, now: float) -> None:
        self._ask_for(wu.UPDATE_ASK, now)

    def _commit(self, now: float) -> None:
        self._ask_for(wu.UPDATE_COMMIT, now)

    def _roll_back(self, now: float) -> None:
        self._ask_for(wu.UPDATE_ROLL_BACK, now)

    def _ask_for(self, kind: int, now: float, offset: int = 0) -> None:
        if self._set is None:
            return
        self._number = (self._number + 1) & 0xFFFF
        payload = self._payload(kind, self._set, offset)
        self._request = _Request(kind, self._number, payload, 1, now + ANSWER_S)
        self._send(kind, payload)

    def _payload(self, kind: int, wanted: FirmwareSet, offset: int) -> bytes:
        if kind == wu.UPDATE_ASK:
            return wu.pack_ask(self._number)
        if kind == wu.UPDATE_BEGIN:
            sizes = (len(wanted.manifest), len(self._stream))
            return wu.pack_begin(self._number, *sizes, wanted.digest)
        if kind == wu.UPDATE_DATA:
            chunk = self._stream[offset : offset + wu.CHUNK]
            return wu.pack_data(self._number, wanted.digest, offset, chunk)
        return wu.pack_named(self._number, wanted.digest)

    # --- what goes wrong ---

    def _answered_no(self, status: UpdateStatus, now: float) -> None:
        _LOGGER.warning("flash(%s){%s}: error %d", self._name, self.state, status.error)
        self._fail(_PROBLEMS.get(status.error, FlashProblem.REFUSED), now)

    def _not_back(self, now: float) -> None:
        self._activated = False
        self._fail(FlashProblem.NOT_BACK, now)

    def _fail(self, problem: FlashProblem, now: float) -> None:
        self._next, self._begun = None, False
        self.failures += 1
        self.problem = problem
        _LOGGER.error("flash(%s): %s, %d of %d", self._name, problem, self.failures, FAILURES)
        if not self._linked:
            self._become(FlashState.UNKNOWN)
        elif self.failures >= FAILURES:
            self._become(FlashState.FAILED)
        else:
            self._become(FlashState.WAITING)
            self._later(now + AGAIN_S, self._ask)

    def _later(self, at: float, do: Callable[[float], None]) -> None:
        self._next = (at, do)

    def _become(self, state: FlashState, step: int = 0) -> None:
        if (state, step) != (self.state, self._step):
            _LOGGER.info("flash(%s){%s}: %s %d %%", self._name, state, self.version, self.percent)
            self.state, self._step = state, step
            self._changed()

    _step = 0
