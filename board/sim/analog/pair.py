"""The physics of a pair of wires: feed, loop, faults and a second telephone as one Thevenin source.

    exchange: battery + ring + current limit --- loop --- fault, parallel telephone --- board

The board's chip computes voltage and current at its terminals from the source and its registers.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from board.sim.analog.carrier import OPEN_OHM, Draw, Feed
from board.sim.analog.echo import CHINA, Network
from board.sim.analog.impairments import Impairment

# A telephone that is off-hook: a rectifier and electronics below a resistance.
_PHONE_V, _PHONE_OHM = 4.0, 150.0
_LEAST_OHM = 1.0


class Fault(StrEnum):
    """What is wrong with the wires."""

    NONE = "none"
    OPEN = "open"
    """One wire is broken."""
    SHORT = "short"
    """`short_ohm` between the wires: 1 to 2 V are left."""
    GROUND = "ground"
    """The ring wire has `ground_ohm` to earth; hum is to be set as well, it comes with it."""


@dataclass
class Metering:
    """Metering pulses in a call: 12 or 16 kHz is out of band; what is left is a dip of the DC."""

    every_s: float = 0.0
    """0: none."""
    pulse_ms: int = 120
    dip_v: float = 1.5


@dataclass(frozen=True)
class Office:
    """What the exchange wants on the pair now."""

    battery: bool = True
    reversed: bool = False
    ring_v: float = 0.0
    ring_hz: float = 0.0
    ring_offset_v: float | None = None
    dip_v: float = 0.0


@dataclass
class Pair(Impairment):
    """One pair; the fields of `Impairment` are what the board hears, the loss counts both ways.

    All may be changed at any time.
    """

    feed_v: float = 48.0
    feed_ohm: int = 400
    """Of the exchange's feeding bridge, both halves."""
    loop_ohm: int = 400
    """Of the cable, 0 to 1800."""
    limit_ma: float = 40.0
    """The feed gives no more."""
    fault: Fault = Fault.NONE
    short_ohm: float = 40.0
    ground_ohm: float = 100.0
    reversed: bool = False
    """The wires are swapped."""
    parallel_off_hook: bool = False
    """Another telephone on the pair is off-hook."""
    network: Network = CHINA
    """Impedance of the exchange."""
    tail_ms: float = 0.0
    """Length of an echo from farther away, 0 to 32 ms with its delay; 0: none."""
    tail_delay_ms: float = 0.0
    tail_loss_db: float = 20.0
    metering: Metering = field(default_factory=Metering)

    def feed(self, office: Office, draw: Draw) -> Feed:
        """Return the source at the board's terminals; `draw` is of the block before."""
        if self.fault is Fault.OPEN:
            return Feed(0.0, OPEN_OHM)
        volts = self._open_volts(office)
        ohms, part = float(self.feed_ohm + self.loop_ohm), 1.0
        if self.fault is Fault.GROUND:
            volts, ohms, part = _shunted(volts, ohms / 2, 0.0, self.ground_ohm)
            ohms += (self.feed_ohm + self.loop_ohm) / 2
        if self.fault is Fault.SHORT:
            volts, ohms, part = _shunted(volts, ohms, 0.0, self.short_ohm)
            volts = min(volts, self.limit_ma / 1000 * self.short_ohm)
        if self.parallel_off_hook and volts > _PHONE_V:
            volts, ohms, part = _shunted(volts, ohms, _PHONE_V, _PHONE_OHM)
        if draw.milliamperes > 1.0:
            # A limited feed holds its current: the resistance that gives just the limit.
            ohms = max(ohms, (volts - abs(draw.volts)) / self.limit_ma * 1000)
        sign = 1 if office.reversed != self.reversed else -1
        ring = office.ring_v * part
        return Feed(sign * volts, round(max(_LEAST_OHM, ohms)), ring, office.ring_hz)

    def exchange_ma(self, draw: Draw) -> float:
        """Return the loop current that the exchange sees: the board's and what flows beside it."""
        if self.fault is Fault.OPEN:
            return 0.0
        current = draw.milliamperes
        whole = self.feed_ohm + self.loop_ohm
        if self.fault is Fault.SHORT:
            current += min(self.limit_ma, self.feed_v / (whole + self.short_ohm) * 1000)
        if self.parallel_off_hook and not draw.off_hook:
            current += (self.feed_v - _PHONE_V) / (whole + _PHONE_OHM) * 1000
        elif self.parallel_off_hook:
            current += max(0.0, abs(draw.volts) - _PHONE_V) / _PHONE_OHM * 1000
        return min(self.limit_ma, current)

    def _open_volts(self, office: Office) -> float:
        if not office.battery:
            return 0.0
        if office.ring_v and office.ring_offset_v is not None:
            return office.ring_offset_v
        return max(0.0, self.feed_v - office.dip_v)


def _shunted(
    volts: float, ohms: float, shunt_v: float, shunt_ohm: float
) -> tuple[float, float, float]:
    """Return the source with a branch across it, and the part of an AC voltage that is left."""
    part = shunt_ohm / (ohms + shunt_ohm)
    return shunt_v + (volts - shunt_v) * part, ohms * part, part
