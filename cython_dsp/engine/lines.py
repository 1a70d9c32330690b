"""What the port of an analogue line has besides: what it said last, caller ID, no echo."""

from cython_dsp.engine.core import Op
from cython_dsp.engine.errors import EngineError, NoRoom
from cython_dsp.engine.part import Part

HISTORY_SECONDS = 8.0
_RATE = 8000


class Lines(Part):
    """For ports of open_tdm(..., history=True); others raise EngineError."""

    def history(self, port: int, seconds: float = HISTORY_SECONDS) -> bytes:
        """Return the A-law of what the port said last, oldest first: 0 to 8 s of it.

        It is what came from the board, echo included; shorter when the port is younger.  Ticks
        without audio are silence.  The engine's thread is not held up.
        """
        if not 0 <= seconds <= HISTORY_SECONDS:
            raise ValueError("0 to 8 seconds")
        return self._core.history(self._line(port), round(seconds * _RATE))

    def watch_caller_id(self, port: int, on: bool) -> None:  # noqa: FBT001 - the verb's only object
        """Begin or end to listen for caller ID by FSK, Bell 202 and V.23 at once.

        CALLER_ID tells each message whose checksum is right (GR-30-CORE, ETSI EN 300 659-1).
        """
        self._line(port)
        self._do(Op.CALLER_ID, port, int(on))

    def cancel_echo(self, port: int, on: bool) -> None:  # noqa: FBT001
        """Begin or end to take out of what the port says the echo of what it hears.

        It begins without knowledge of the line each time.  Finds, recordings and listeners get
        what is left; history() does not.  The tone of a fax or modem, 2100 Hz with reversals of
        phase, switches it off until both sides are silent (G.168, clause 7).
        """
        self._line(port)
        self._do(Op.ECHO, port, int(on))

    def echo(self, port: int) -> tuple[float, float]:
        """Return echo return loss of the line and its enhancement by the canceller, in dB.

        Both (G.168: ERL, ERLE) are smoothed over the time in which there was an echo, 0 while
        unknown, and do not count the suppressor.  Speech of the other end leaves them about as
        they were.
        """
        return self._core.echo(self._line(port))

    def _line(self, port: int) -> int:
        line = self._line_of.get(self._ports.check(port))
        if line is None:
            raise EngineError("the port was not opened with history")
        return line

    def _take_line(self) -> int:
        line = self._lines.take()
        if not self._core.put_line(line):
            self._lines.give_back(line)
            raise NoRoom("no memory for a line")
        return line

    def _forget_line(self, line: int) -> None:
        self._core.free_line(line)
        self._lines.give_back(line)
