"""A call from one line of the exchange to another: two halves, each with its own line."""

from board.sim.alaw import RATE
from board.sim.analog.call import AnalogCall
from board.sim.call import CallState

_GIVE_UP_S = 90.0  # T301 of Q.931 is 3 min; exchanges give up earlier


class Bridge:
    """Tells each half what became of the other."""

    def __init__(self, caller: AnalogCall, called: AnalogCall) -> None:
        """`caller`: the half of the line that dialled; `called`: of the line that rings."""
        self._caller, self._called = caller, called
        caller.peer, called.peer = called, caller

    def step(self, tick: int) -> None:
        """Pass on ringing, answer and clearing."""
        caller, called = self._caller, self._called
        if called.over:
            caller.hang_up(tick, called.cause or 16)
        elif caller.over:
            called.hang_up(tick)
        elif called.state is CallState.CONNECTED:
            self._connect(tick)
        elif called.state is CallState.ALERTING:
            self._alert(tick)

    def _alert(self, tick: int) -> None:
        if self._caller.state is CallState.CALLING:
            self._caller.alert(tick, inband=True)
            self._caller.sound("ringback")
        begun = self._caller.times.alerting
        if begun is not None and tick - begun > _GIVE_UP_S * RATE:
            self._called.hang_up(tick, 19)

    def _connect(self, tick: int) -> None:
        if self._caller.state is not CallState.CONNECTED:
            self._caller.mouth.stop()
            self._caller.answer(tick)
