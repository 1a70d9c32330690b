"""What a board reports of its analogue lines, as values.  Lines count from 1 here.

`at` is when it happened: seconds of the host's monotonic clock, from the board's tick.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from board import wire, wire_fxo


class Current(IntEnum):
    """The loop current while off-hook."""

    NONE = wire_fxo.CURRENT_NONE
    FLOWS = wire_fxo.CURRENT_FLOWS
    OVERLOAD = wire_fxo.CURRENT_OVERLOAD


class Chip(IntEnum):
    """How the line's chip is."""

    WELL = wire_fxo.CHIP_WELL
    SILENT = wire_fxo.CHIP_SILENT
    ISOLATION = wire_fxo.CHIP_ISOLATION
    RESET = wire_fxo.CHIP_RESET


@dataclass(frozen=True)
class RingChanged:
    """A burst of ringing began or ended; the frequency is 0 where it is not known."""

    line: int
    ringing: bool
    hertz: int
    at: float


@dataclass(frozen=True)
class BatteryChanged:
    """The exchange's voltage came or went."""

    line: int
    there: bool
    at: float


@dataclass(frozen=True)
class PolarityChanged:
    """Reversed: the ring wire is positive."""

    line: int
    turned: bool
    at: float


@dataclass(frozen=True)
class LoopChanged:
    """The loop current while off-hook."""

    line: int
    current: Current
    at: float


@dataclass(frozen=True)
class InUseChanged:
    """Another telephone on the pair went off-hook, or back."""

    line: int
    in_use: bool
    at: float


@dataclass(frozen=True)
class LineChipChanged:
    """The chip fails or is well again; `register` and `value` read wrong."""

    line: int
    chip: Chip
    register: int
    value: int
    at: float


@dataclass(frozen=True)
class HookChanged:
    """The line is off-hook or on-hook now."""

    line: int
    off: bool
    at: float


@dataclass(frozen=True)
class Dialled:
    """So many digits of OP_PULSE are out; 0: a flash is over."""

    line: int
    digits: int
    at: float


@dataclass(frozen=True)
class LineReport:
    """What one line shows now.  Volts are of the ring wire against the tip wire."""

    line: int
    off_hook: bool
    battery: bool
    turned: bool
    ringing: bool
    in_use: bool
    current: Current
    dialling: bool
    volts: int
    milliamperes: int
    chip: Chip


@dataclass(frozen=True)
class LinesReported:
    """Every line of the board."""

    lines: tuple[LineReport, ...]
    at: float


LineEvent: TypeAlias = (
    RingChanged
    | BatteryChanged
    | PolarityChanged
    | LoopChanged
    | InUseChanged
    | LineChipChanged
    | HookChanged
    | Dialled
)


def _flag(value: int) -> bool:
    if value > 1:
        raise wire.WireError("neither 0 nor 1")
    return value == 1


def _chip(value: int) -> Chip:
    if value not in tuple(Chip):
        raise wire.WireError("no state of a chip")
    return Chip(value)


def _current(value: int) -> Current:
    if value not in tuple(Current):
        raise wire.WireError("no state of a loop current")
    return Current(value)


_MAKERS: dict[int, Callable[[int, tuple[int, ...], float], LineEvent]] = {
    wire_fxo.EVT_RING: lambda line, v, at: RingChanged(line, _flag(v[0]), v[1], at),
    wire_fxo.EVT_BATTERY: lambda line, v, at: BatteryChanged(line, _flag(v[0]), at),
    wire_fxo.EVT_POLARITY: lambda line, v, at: PolarityChanged(line, _flag(v[0]), at),
    wire_fxo.EVT_LOOP: lambda line, v, at: LoopChanged(line, _current(v[0]), at),
    wire_fxo.EVT_IN_USE: lambda line, v, at: InUseChanged(line, _flag(v[0]), at),
    wire_fxo.EVT_LINE_CHIP: lambda line, v, at: LineChipChanged(line, _chip(v[0]), v[1], v[2], at),
    wire_fxo.EVT_HOOK: lambda line, v, at: HookChanged(line, _flag(v[0]), at),
    wire_fxo.EVT_DIALLED: lambda line, v, at: Dialled(line, v[0], at),
}


def line_event(code: int, values: tuple[int, ...], lines: int, at: float) -> LineEvent:
    """The event of a board with so many lines.  Raises WireError for what cannot be."""
    if values[0] >= lines:
        raise wire.WireError("no such line")
    return _MAKERS[code](values[0] + 1, values[1:], at)


def lines_report(payload: bytes, lines: int, at: float) -> LinesReported:
    """The contents of LINES.  Raises WireError."""
    try:
        rows = wire_fxo.parse_lines(payload)
    except ValueError as error:
        raise wire.WireError(str(error)) from error
    if len(rows) > lines:
        raise wire.WireError("more lines than the board has")
    return LinesReported(tuple(_report(n + 1, *row) for n, row in enumerate(rows)), at)


def _report(line: int, bits: int, volts: int, milliamperes: int, chip: int) -> LineReport:
    current = Current.FLOWS if bits & wire_fxo.LINE_CURRENT else Current.NONE
    return LineReport(
        line=line,
        off_hook=bool(bits & wire_fxo.LINE_OFF_HOOK),
        battery=bool(bits & wire_fxo.LINE_BATTERY),
        turned=bool(bits & wire_fxo.LINE_REVERSED),
        ringing=bool(bits & wire_fxo.LINE_RINGING),
        in_use=bool(bits & wire_fxo.LINE_IN_USE),
        current=Current.OVERLOAD if bits & wire_fxo.LINE_OVERLOAD else current,
        dialling=bool(bits & wire_fxo.LINE_DIALLING),
        volts=volts,
        milliamperes=milliamperes,
        chip=_chip(chip),
    )
