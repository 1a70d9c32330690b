# The states of a line and what changes them, as one table.
from board.mcu.runtime import const

RESTING = const(0)  # the chip was reset and needs its time
POWERING = const(1)  # the line side is coming up
ON_HOOK = const(2)
OFF_HOOK = const(3)
READY = const(4)  # to open the loop with the next block, for times are counted from its begin
FLASH = const(5)  # on-hook for a moment
BREAK = const(6)  # a pulse: the loop is open,
MAKE = const(7)  # closed behind it,
PAUSE = const(8)  # closed before a digit
FAULTY = const(9)  # the chip does not come up; it is tried again
_STATES = const(10)

TIMER = const(0)  # the time of the state is over
NEXT = const(1)  # so it is, and the digit has no more pulses
DONE = const(2)  # so it is, and all digits are out
UP = const(3)  # the line side works
BACK = const(4)  # it works again, and a call may still be there
RESET = const(5)  # the chip has lost its registers
LOST = const(6)  # the chip or its line side does not answer
OFF = const(7)  # the host: off-hook,
ON = const(8)  # on-hook,
OPEN = const(9)  # flash,
DIAL = const(10)  # pulses
_INPUTS = const(11)

# Names of Line's methods, without their first underscore.
ACTIONS = (
    "stay",
    "set_up",
    "rise",
    "resume",
    "fail",
    "reset",
    "seize",
    "release",
    "drop",
    "soon",
    "open",
    "make",
    "pulse",
    "pause",
    "digit",
    "end_dialling",
)
_WORKING = (ON_HOOK, OFF_HOOK, READY, FLASH, BREAK, MAKE, PAUSE)
_DIALLING = (READY, FLASH, BREAK, MAKE, PAUSE)
_DOWN = (RESTING, POWERING, FAULTY)

_RULES = [
    (RESTING, TIMER, POWERING, "set_up"),
    (POWERING, UP, ON_HOOK, "rise"),
    (POWERING, BACK, OFF_HOOK, "resume"),
    (POWERING, TIMER, FAULTY, "fail"),
    (FAULTY, TIMER, RESTING, "reset"),
    (ON_HOOK, OFF, OFF_HOOK, "seize"),
    (ON_HOOK, ON, ON_HOOK, "stay"),
    (OFF_HOOK, OFF, OFF_HOOK, "stay"),
    (OFF_HOOK, ON, ON_HOOK, "release"),
    (OFF_HOOK, OPEN, READY, "soon"),
    (READY, TIMER, FLASH, "open"),
    (OFF_HOOK, DIAL, PAUSE, "soon"),
    (FLASH, TIMER, OFF_HOOK, "end_dialling"),
    (BREAK, TIMER, MAKE, "make"),
    (MAKE, TIMER, BREAK, "pulse"),
    (MAKE, NEXT, PAUSE, "pause"),
    (MAKE, DONE, OFF_HOOK, "end_dialling"),
    (PAUSE, TIMER, BREAK, "digit"),
]
_RULES += [(state, ON, ON_HOOK, "release") for state in _DIALLING]
_RULES += [(state, OFF, state, "stay") for state in _DIALLING]
_RULES += [(state, ON, state, "drop") for state in _DOWN]
_RULES += [(state, RESET, POWERING, "set_up") for state in _WORKING]
_RULES += [(state, LOST, RESTING, "reset") for state in _WORKING]


def _table():
    # One cell for each state and input: the next state, and the action above it; -1: refused.
    cells = [-1] * (_STATES * _INPUTS)
    for state, what, following, action in _RULES:
        cells[state * _INPUTS + what] = following | ACTIONS.index(action) << 4
    return cells


_TABLE = _table()


def following(state, what):
    # The cell for an input, -1 when it is refused in this state: next_state() and action() read it.
    return _TABLE[state * _INPUTS + what]


def next_state(cell):
    return cell & 0x0F


def action(cell):
    return cell >> 4


def works(state):
    # Whether chip and line side are there.
    return ON_HOOK <= state <= PAUSE


def dials(state):
    return READY <= state <= PAUSE
