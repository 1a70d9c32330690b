"""Ports, and the relation of who hears whom."""

import math
import re
import struct
from collections.abc import Sequence

from cython_dsp.engine.core import Op
from cython_dsp.engine.errors import EngineError, UnknownHandle
from cython_dsp.engine.lines import Lines
from cython_dsp.level import Speech

TALKERS_MAX = 32  # MIX_TALKERS_MAX of mix.h
GAIN_MAX_DB = 12.0
UNITY = 4096  # MIX_UNITY of mix.h
SILENT_DBM0 = -90.0
_FULL_SCALE_SINE = 32768.0**2 / 2  # mean square at +3.14 dBm0 (G.711)
_DIGITS = re.compile(r"[0-9A-D*#]{1,64}")
_METHODS = {"inband": 0, "rfc4733": 1}


def gain_q12(gain_db: float) -> int:
    """Return a gain as the engine takes it; ValueError above +12 dB."""
    if not gain_db <= GAIN_MAX_DB:
        raise ValueError("gain is at most 12 dB")
    return round(UNITY * 10 ** (gain_db / 20))


def dbm0(mean_square: int) -> float:
    """Return the level of 16-bit samples of this mean square, -90 for silence."""
    if mean_square == 0:
        return SILENT_DBM0
    return max(SILENT_DBM0, 10 * math.log10(mean_square / _FULL_SCALE_SINE) + 3.14)


class Ports(Lines):
    """A port says something (talker), hears something (listener), or both."""

    def open_tdm(self, board: int, slot: int, *, history: bool = False) -> int:
        """Return the port of a board's time slot: talker and listener.

        `history` makes it one of an analogue line: see Lines.
        """
        self._boards.check(board)
        if not 0 <= slot < self._board_slots[board]:
            raise ValueError(f"board {board} has no slot {slot}")
        if (board, slot) in self._slot_of.values():
            raise EngineError(f"slot {slot} of board {board} is open")
        port = self._ports.take()
        line = 0
        try:
            line = self._take_line() if history else 0
            self._do(Op.OPEN_TDM, port, board, slot, line)
        except EngineError:
            self._ports.give_back(port)
            if line:
                self._forget_line(line)
            raise
        self._slot_of[port] = board, slot
        if line:
            self._line_of[port] = line
        return port

    def close(self, port: int) -> None:
        """Close a port of any kind; who heard it hears silence in its place."""
        self._do(Op.CLOSE, self._ports.check(port))
        self._ports.give_back(port)
        self._slot_of.pop(port, None)
        self._line_of.pop(port, None)
        self._players.discard(port)
        self._leg_of.pop(port, None)
        self._events_of.pop(port, None)

    def hear(self, listener: int, talkers: Sequence[tuple[int, float]]) -> None:
        """From the next tick on, listener hears these (port, gain in dB) and nothing else."""
        if self._ports.check(listener) in self._players:
            raise UnknownHandle("a player hears nothing")
        if len(talkers) > TALKERS_MAX:
            raise ValueError(f"at most {TALKERS_MAX} talkers")
        edges = [(self._ports.check(talker), gain_q12(gain)) for talker, gain in talkers]
        self._do(Op.HEAR, listener, data=b"".join(struct.pack("=ii", *edge) for edge in edges))

    def send_digits(self, port: int, digits: str, method: str = "inband") -> None:
        """Send 1 to 64 digits (0-9 A-D * #), 100 ms each and 100 ms apart; DIGITS_SENT follows.

        `inband`: as tones, to whoever listens at the port (a player: to who hears it).
        `rfc4733`: as telephone-events, on RTP ports that negotiated them.
        """
        self._ports.check(port)
        if not _DIGITS.fullmatch(digits):
            raise ValueError("1 to 64 of 0-9 A-D * #")
        if method not in _METHODS:
            raise ValueError("method is inband or rfc4733")
        if method == "rfc4733" and not self._events_of.get(port):
            raise EngineError("telephone-events were not negotiated")
        self._do(Op.DIGITS, port, _METHODS[method], data=digits.encode())

    def level(self, port: int) -> tuple[float, float]:
        """Return (talk, hear) in dBm0, smoothed over 160 ms; -90 is silence."""
        talk, hear = self._core.powers(self._ports.check(port) % 4096)
        return dbm0(talk), dbm0(hear)

    def speech(self, port: int) -> Speech:
        """How loud somebody speaks at a TDM or RTP port (ITU-T P.56), looked at each second.

        The last four seconds count most; -90 dBm0 when nobody spoke above -50 dBm0.
        """
        return Speech(*self._core.speech(self._ports.check(port) % 4096))
