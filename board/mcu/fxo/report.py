# What LINES says of a line (wire_fxo.LINE_REPORT).
from board import wire_fxo
from board.mcu.fxo import states


def put(line, to, at):
    # Four bytes, without heap.
    to[at] = _bits(line)
    to[at + 1] = min(127, max(-128, line.chip.volts)) & 0xFF
    to[at + 2] = min(255, line.chip.milliamperes)
    to[at + 3] = line.chip_state


def _bits(line):
    supervision = line.supervision
    current = supervision.current
    bits = wire_fxo.LINE_OFF_HOOK if line.off_hook else 0
    bits |= wire_fxo.LINE_BATTERY if supervision.battery else 0
    bits |= wire_fxo.LINE_REVERSED if supervision.reversed else 0
    bits |= wire_fxo.LINE_RINGING if line.ring.ringing else 0
    bits |= wire_fxo.LINE_IN_USE if supervision.in_use else 0
    bits |= wire_fxo.LINE_CURRENT if current != wire_fxo.CURRENT_NONE else 0
    bits |= wire_fxo.LINE_OVERLOAD if current == wire_fxo.CURRENT_OVERLOAD else 0
    return bits | (wire_fxo.LINE_DIALLING if states.dials(line.state) else 0)
