"""Faults of an analogue line, to be chosen on the exchange's page; one at a time."""

from collections.abc import Callable

from board.sim.analog.line import Line
from board.sim.analog.pair import Fault
from board.sim.exchange.choices import Choice


def _unplugged(line: Line) -> None:
    line.pair.fault = Fault.OPEN


def _short(line: Line) -> None:
    line.pair.fault = Fault.SHORT


def _ground(line: Line) -> None:
    line.pair.fault = Fault.GROUND


def _parallel(line: Line) -> None:
    line.pair.parallel_off_hook = True


def _reversed(line: Line) -> None:
    line.pair.reversed = True


def _isolation(line: Line) -> None:
    line.chip.isolation_down = True


def _silent(line: Line) -> None:
    line.chip.silent = True


def _well(line: Line) -> None:
    line.pair.fault = Fault.NONE
    line.pair.parallel_off_hook = line.pair.reversed = False
    line.chip.isolation_down = line.chip.silent = False


FAULTS: tuple[Choice[Callable[[Line], None]], ...] = (
    ("none", "无", "none", lambda _line: None),
    ("unplugged", "未接线", "unplugged", _unplugged),
    ("short", "短路", "short circuit", _short),
    ("ground", "单线接地", "one wire to ground", _ground),
    ("parallel", "并机摘机", "parallel telephone off-hook", _parallel),
    ("reversed", "极性接反", "reversed pair", _reversed),
    ("chip_reset", "芯片复位（一次）", "chip reset (once)", lambda line: line.chip.reset()),
    ("chip_silent", "芯片无响应", "chip silent", _silent),
    ("isolation", "隔离链路中断", "isolation link down", _isolation),
)
_ORDERS = {name: order for name, _, _, order in FAULTS}


def put(line: Line, fault: str) -> None:
    """Make a line well, then give it the fault.  Raises KeyError."""
    _well(line)
    _ORDERS[fault](line)


def fault_of(line: Line) -> str:
    """Return the name of the fault that a line has now."""
    pair, chip = line.pair, line.chip
    signs = {
        "unplugged": pair.fault is Fault.OPEN,
        "short": pair.fault is Fault.SHORT,
        "ground": pair.fault is Fault.GROUND,
        "parallel": pair.parallel_off_hook,
        "reversed": pair.reversed,
        "chip_silent": chip.silent,
        "isolation": chip.isolation_down,
    }
    return next((name for name, there in signs.items() if there), "none")
