"""One call on an analogue line as the network sees it; scripts treat it as a call on E1."""

from typing import Protocol

from board.sim.analog.service import Service
from board.sim.call import CallState, Party
from board.sim.progress_tones import cycle


class CallLine(Protocol):
    """What a call needs of its line."""

    index: int
    service: Service

    def answered(self, tick: int) -> None:
        """The called party has answered a call of the box."""

    def far_cleared(self, call: "AnalogCall", tick: int) -> None:
        """The network's party is gone."""


class AnalogCall(Party):
    """`incoming`: the box placed it, as on E1."""

    def __init__(
        self,
        number: int,
        line: CallLine,
        *,
        tick: int,
        incoming: bool,
        called: str,
        calling: str,
        keep_s: float | None,
    ) -> None:
        super().__init__(
            number, tick=tick, incoming=incoming, called=called, calling=calling, keep_s=keep_s
        )
        self.channel = line.index
        self.peer: AnalogCall | None = None
        """The other half, when one line of the box has called another."""
        self._line = line

    @property
    def over(self) -> bool:
        """Whether either side has cleared."""
        return self.state in (CallState.CLEARING, CallState.ENDED)

    @property
    def connected(self) -> bool:
        """Whether it is answered and nobody has cleared."""
        return self.state is CallState.CONNECTED

    # What the network's party does.

    def alert(self, tick: int, *, inband: bool) -> None:
        """Ring the called party; a line has nothing but the tone for it."""
        self.state, self.times.alerting = CallState.ALERTING, tick

    def progress(self, tick: int, cause: int) -> None:
        """Say that there is something to hear instead of an answer."""
        self.times.progress = tick

    def answer(self, tick: int) -> None:
        """Answer a call of the box."""
        self.state, self.times.connect = CallState.CONNECTED, tick
        self._line.answered(tick)

    def hang_up(self, tick: int, cause: int = 16) -> None:
        """Clear, or refuse or give up before the answer."""
        if self.over:
            return
        self.state, self.times.disconnect = CallState.CLEARING, tick
        self.cause, self.cleared_by = cause, "network"
        self._line.far_cleared(self, tick)

    def sound(self, tone: str) -> None:
        """Let a tone of the line's country be heard, or its ring-back music."""
        service = self._line.service
        codes = service.ringback if tone == "ringback" else b""
        self.mouth.say(codes or cycle(tone, service.country), loop=True)

    def relay(self, codes: bytes) -> None:
        """Let the other half of a call between two lines hear a block."""
        peer = self.peer
        if peer is not None and self.connected and peer.connected:
            peer.mouth.say(codes)

    # What the line notices.

    def rung(self, tick: int) -> None:
        """The box's line begins to ring."""
        self.state, self.times.alerting = CallState.ALERTING, tick

    def box_answered(self, tick: int) -> None:
        """Ring trip: the box has answered."""
        if not self.over:
            self.state, self.times.connect = CallState.CONNECTED, tick

    def box_cleared(self, tick: int) -> None:
        """The box has gone on-hook."""
        if not self.over:
            self.state, self.times.disconnect = CallState.CLEARING, tick
            self.cause, self.cleared_by = 16, "box"

    def released(self, tick: int) -> None:
        """The line is free of it."""
        if not self.ended:
            self.state, self.times.released = CallState.ENDED, tick
