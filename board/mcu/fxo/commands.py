# The host's commands for the lines.  Each returns the result as bytes, or None for arguments out of
# range; what a line cannot do in its state is refused.
from board import wire_fxo
from board.mcu.fxo import states
from board.mcu.link.commands import Refused
from board.mcu.runtime import const

_PEEK = const(32)  # registers at once
_LAST = const(59)  # register
_GAIN_MIN, _GAIN_MAX = const(-30), const(24)  # half dB


class LineCommands:
    def __init__(self, lines):
        self._all = lines
        self._lines = lines.lines
        self.ops = {
            wire_fxo.OP_LINE: self._configure,
            wire_fxo.OP_HOOK: self._hook,
            wire_fxo.OP_FLASH: self._flash,
            wire_fxo.OP_PULSE: self._pulse,
            wire_fxo.OP_HYBRID: self._hybrid,
            wire_fxo.OP_LINE_PEEK: self._peek,
            wire_fxo.OP_LINE_POKE: self._poke,
            wire_fxo.OP_LINES: self._report,
        }

    def _known(self, line):
        return line < len(self._lines)

    def _configure(self, line, row, receive, transmit):
        gains = min(receive, transmit) >= _GAIN_MIN and max(receive, transmit) <= _GAIN_MAX
        if not self._known(line) or row >= wire_fxo.COUNTRIES or not gains:
            return None
        self._lines[line].settings.configure(row, receive, transmit)
        return b""

    def _hook(self, line, off):
        if not self._known(line) or off > 1:
            return None
        return self._done(line, states.OFF if off else states.ON)

    def _flash(self, line, milliseconds):
        if not self._known(line):
            return None
        self._must_be_off_hook(line)
        if not self._lines[line].pulses.flash(milliseconds):
            return None
        return self._done(line, states.OPEN)

    def _pulse(self, line, opening, closing, pause, digits):
        if not self._known(line):
            return None
        self._must_be_off_hook(line)
        if not self._lines[line].pulses.set(opening, closing, pause, digits):
            return None
        return self._done(line, states.DIAL)

    def _must_be_off_hook(self, line):
        # Also not dialling: the digits under way must not be changed.
        if self._lines[line].state != states.OFF_HOOK:
            raise Refused()

    def _done(self, line, what):
        if not self._lines[line].fire(what):
            raise Refused()
        return b""

    def _hybrid(self, line, eight):
        if not self._known(line):
            return None
        self._lines[line].settings.balance(eight)
        return b""

    def _peek(self, line, first, count):
        if not self._known(line) or not 0 < count <= _PEEK or not 0 < first <= _LAST + 1 - count:
            return None
        chip = self._lines[line].chip
        return bytes(chip.read(first + i) for i in range(count))

    def _poke(self, line, register, value):
        if not self._known(line) or not 0 < register <= _LAST:
            return None
        self._lines[line].chip.write(register, value)
        return b""

    def _report(self):
        self._all.report()
        return b""
