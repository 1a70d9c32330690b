"""All trunks of the box, for outgoing calls."""

from firmware.contract.model import Cause
from firmware.errors import TrunkError
from firmware.trunk.isdn import IsdnTrunk
from firmware.trunk.isdn_line import IsdnLine


class TrunkGroup:
    """Trunks in the order of the configuration: the first with a free channel is taken."""

    def __init__(self) -> None:
        self.trunks: dict[str, IsdnTrunk] = {}

    def seize(self, number: str, calling: str) -> IsdnLine:
        """Begin an outgoing connection; TrunkError(NO_CHANNEL) when all are taken."""
        for trunk in self.trunks.values():
            if trunk.free_channel() is not None:
                return trunk.seize(number, calling)
        raise TrunkError(Cause.NO_CHANNEL)
