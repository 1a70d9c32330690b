"""What is wrong with an analogue line: from what the board reports, and from what was tried.

Limits: below 3 V there is no battery (DAHDI wctdm); a short leaves a volt or two.  What a report
shows counts when the next one, half a second later, shows it too: DAHDI waits 1 s for an alarm.
"""

from collections import Counter

from board.host.line_events import Chip, Current, LineReport
from firmware.contract.analog import AnalogLine
from firmware.contract.model import LineFault

_SHORT_V = (1, 2)
_REPORTS = 2
_NO_NUMBER_CALLS = 3
"""Calls in a row without a caller's number that mean that the carrier sends none."""
_CHIPS = {Chip.SILENT: LineFault.CHIP_SILENT, Chip.ISOLATION: LineFault.ISOLATION}
STOPPING = frozenset(
    {
        LineFault.BOARD,
        LineFault.NO_BATTERY,
        LineFault.SHORT,
        LineFault.IN_USE,
        LineFault.CHIP_SILENT,
        LineFault.ISOLATION,
    }
)
"""With these no call can be made or come."""
_SHOWN_AT_REST = (LineFault.NO_BATTERY, LineFault.SHORT, LineFault.IN_USE, LineFault.REVERSED)


class LineFaults:
    """The faults of one line."""

    def __init__(self) -> None:
        self._present: set[LineFault] = {LineFault.BOARD}
        self._times: Counter[LineFault] = Counter()
        self._without_number = 0

    @property
    def present(self) -> tuple[LineFault, ...]:
        """All, in a fixed order."""
        return tuple(fault for fault in LineFault if fault in self._present)

    @property
    def stopping(self) -> bool:
        """Whether the line cannot be used."""
        return bool(self._present & STOPPING)

    def add(self, fault: LineFault) -> None:
        """Something failed."""
        self._present.add(fault)

    def drop(self, *faults: LineFault) -> None:
        """It worked."""
        self._present.difference_update(faults)

    def board_gone(self) -> None:
        """Nothing else is known then."""
        self._present = {LineFault.BOARD}
        self._times.clear()

    def chip(self, chip: Chip) -> None:
        """How the chip is; that it was set up again stays known until the line worked."""
        self._present.difference_update(_CHIPS.values())
        if chip is Chip.RESET:
            self._present.add(LineFault.CHIP_RESET)
        elif chip in _CHIPS:
            self._present.add(_CHIPS[chip])

    def reported(self, report: LineReport, settings: AnalogLine, *, resting: bool) -> None:
        """A report came; `resting`: on-hook, nothing rings."""
        self._present.discard(LineFault.BOARD)
        self.chip(report.chip)
        if report.current is Current.OVERLOAD:
            self._present.add(LineFault.OVERLOAD)
        if not resting or report.chip in _CHIPS:
            self._times.clear()
            return
        shown = _at_rest(report, settings)
        for fault in _SHOWN_AT_REST:
            self._times[fault] = self._times[fault] + 1 if fault in shown else 0
            if fault not in shown:
                self._present.discard(fault)
            elif self._times[fault] >= _REPORTS:
                self._present.add(fault)

    def called(self, *, number: bool) -> None:
        """A caller was connected; `number`: who it was came, or that it is withheld."""
        self._without_number = 0 if number else self._without_number + 1
        if number:
            self._present.discard(LineFault.NO_CALLER_ID)
        elif self._without_number >= _NO_NUMBER_CALLS:
            self._present.add(LineFault.NO_CALLER_ID)


def _at_rest(report: LineReport, settings: AnalogLine) -> set[LineFault]:
    if not report.battery:
        short = abs(report.volts) in _SHORT_V
        return {LineFault.SHORT if short else LineFault.NO_BATTERY}
    shown = {LineFault.IN_USE} if report.in_use else set()
    if report.turned and (settings.hang_up.polarity or settings.answer_polarity):
        shown.add(LineFault.REVERSED)
    return shown
