"""All trunks of the box, for outgoing calls."""

from typing import Protocol

from firmware.contract.model import Cause
from firmware.errors import TrunkError
from firmware.trunk.analog import AnalogTrunk
from firmware.trunk.isdn import IsdnTrunk
from firmware.trunk.line import Line


class _Trunk(Protocol):
    def free_channel(self) -> object | None: ...

    def seize(self, number: str, calling: str) -> Line: ...


class TrunkGroup:
    """Trunks in the order of the configuration, E1 first: the first with a free channel."""

    def __init__(self) -> None:
        self.trunks: dict[str, IsdnTrunk] = {}
        self.analog: dict[str, AnalogTrunk] = {}

    def seize(self, number: str, calling: str) -> Line:
        """Begin an outgoing connection; TrunkError(NO_CHANNEL) when all are taken."""
        both: list[_Trunk] = [*self.trunks.values(), *self.analog.values()]
        for trunk in both:
            if trunk.free_channel() is not None:
                return trunk.seize(number, calling)
        raise TrunkError(Cause.NO_CHANNEL)
