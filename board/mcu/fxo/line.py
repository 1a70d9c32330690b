# One analogue line: the table of states around its chip.  Time is TDM frames, counted by blocks.
#
# Hook, flash and pulses are timed in blocks of 5 ms; what a block is too long is carried to the
# next part, so that a train of pulses keeps its rate.
from board import wire_fxo
from board.mcu.drivers import si3050
from board.mcu.drivers import si3050_regs as regs
from board.mcu.fxo import states
from board.mcu.fxo.dialling import Pulses
from board.mcu.fxo.ring import Ring
from board.mcu.fxo.settings import Settings
from board.mcu.fxo.supervision import Supervision
from board.mcu.runtime import const

_BLOCK = const(40)
_LONGEST_UNSEEN = const(800)
_REST = _BLOCK * si3050.REST_BLOCKS
_POWER_UP = const(16000)  # 2 s: as long as DAHDI waits for the line side
_RETRY = const(16000)
_HELD = const(3200)  # 400 ms: a shorter break of the loop is no hang-up, so the call goes on
_LOST_POLLS = const(2)  # polls without the line side before it counts as gone


class Line:
    def __init__(self, chip, number, events, stamp):
        self.chip = chip
        self.ring = Ring(number, events)
        self.supervision = Supervision(number, events)
        self.pulses = Pulses()
        self.settings = Settings(chip, number)
        self.state = states.RESTING
        self.chip_state = wire_fxo.CHIP_ISOLATION  # CHIP_*; until the line side is up
        self.off_hook = False  # as wanted; reached while the chip works
        self._told = wire_fxo.CHIP_WELL  # of chip_state, to the host
        self._number = number
        self._events = events
        self._stamp = stamp  # of the block under way
        self._timer = 0  # ticks; 0: none
        self._carry = 0  # ticks by which the last timer ran too long, not above 0
        self._outage = 0  # ticks since the chip worked
        self._unseen = 0  # ticks between the last look at the chip and the last block
        self._missing = 0  # polls without the line side
        self._actions = [getattr(self, "_" + name) for name in states.ACTIONS]
        self._reset()

    # The table

    def fire(self, what):
        # An input (states.*); False when it is refused in this state.
        cell = states.following(self.state, what)
        if cell < 0:
            return False
        self.state = states.next_state(cell)
        self._actions[states.action(cell)]()
        return True

    def _stay(self):
        pass

    def _wait(self, ticks):
        self._timer = max(1, ticks + self._carry)

    # The chip

    def _reset(self):
        self.chip.reset()
        self._wait(_REST)

    def _set_up(self):
        self.settings.set_up()
        self.chip_state = wire_fxo.CHIP_ISOLATION
        self._wait(_POWER_UP)

    def _fail(self):
        self._tell_fault()
        self._wait(_RETRY)

    def _tell_fault(self):
        # Of a line that has been silent for a while, each kind of fault is told once.
        silent = not self.chip.answers
        self.chip_state = wire_fxo.CHIP_SILENT if silent else wire_fxo.CHIP_ISOLATION
        if self.chip_state != self._told:
            self._told = self.chip_state
            register = regs.CONTROL2 if silent else regs.LINE_SIDE_STATUS
            self._report_chip(self.chip_state, register, self.chip.read(register))

    def _works(self):
        self._timer = self._outage = self._missing = 0
        self.chip_state = wire_fxo.CHIP_WELL
        if self._told != wire_fxo.CHIP_WELL:
            self._told = wire_fxo.CHIP_WELL
            self._report_chip(wire_fxo.CHIP_WELL, 0, 0)

    def _rise(self):
        self._works()
        self._drop()

    def _resume(self):
        self._works()
        self._close()

    def _report_chip(self, what, register, value):
        code = wire_fxo.EVT_LINE_CHIP
        self._events.report_line(self._stamp, code, self._number, what, register, value)

    # Hook and pulses

    def _seize(self):
        self.ring.end(self._stamp)
        self.off_hook = True
        self._close()
        self._report(wire_fxo.EVT_HOOK, 1)

    def _close(self):
        self.chip.hook(True)  # noqa: FBT003
        self.supervision.hook_changed(True)  # noqa: FBT003

    def _release(self):
        self._timer = 0
        self.chip.hook(False)  # noqa: FBT003
        self._drop()

    def _drop(self):
        # The loop is open; a call there was is over.
        if self.off_hook:
            self.off_hook = False
            self.supervision.hook_changed(False)  # noqa: FBT003
            self._report(wire_fxo.EVT_HOOK, 0)

    def _soon(self):
        self._timer = _BLOCK

    def _open(self):
        self.chip.hook(False)  # noqa: FBT003
        self._wait(self.pulses.opening)

    def _digit(self):
        self.pulses.begin()
        self._pulse()

    def _pulse(self):
        self._open()
        self.pulses.opened()

    def _make(self):
        self.chip.hook(True)  # noqa: FBT003
        self._wait(self.pulses.closing)

    def _pause(self):
        self._wait(self.pulses.pause)

    def _end_dialling(self):
        self._close()
        self._report(wire_fxo.EVT_DIALLED, self.pulses.out)

    def _report(self, code, value):
        self._events.report_line(self._stamp, code, self._number, value)

    # Each block

    def block(self, turn):
        # `turn`: it is this line's turn to be looked at.
        if self._timer:
            self._timer -= _BLOCK
            if self._timer <= 0:
                self._carry = self._timer
                self._timer = 0
                self.fire(self._timer_input())
                self._carry = 0
        if not states.works(self.state):
            self._outage += _BLOCK
            if turn and self.state == states.POWERING:
                self._look_for_line_side()
        elif turn or self.supervision.in_doubt:
            self._look(self._unseen + _BLOCK)
            self._unseen = 0
            return
        elif self.ring.active:
            now = self.chip.read(regs.DAA1)
            self._listen(now & regs.RDTP, now & regs.RDTN, _BLOCK)
        self._unseen = min(self._unseen + _BLOCK, _LONGEST_UNSEEN)

    def _timer_input(self):
        if self.state != states.MAKE or not self.pulses.digit_is_out:
            return states.TIMER
        return states.DONE if self.pulses.all_out else states.NEXT

    def _look_for_line_side(self):
        self.chip.poll()
        if self.chip.line_side:
            held = self.off_hook and self._outage <= _HELD
            self.fire(states.BACK if held else states.UP)

    def _look(self, passed):
        chip = self.chip
        close = self.ring.active  # then it was looked at in the last block, too
        chip.poll()
        if not self._is_well():
            return
        if states.dials(self.state):
            return  # what is measured now is our own doing
        self._listen(chip.ring_p, chip.ring_n, _BLOCK if close else passed)
        self.supervision.step(self._stamp, chip, self.ring.ringing, passed)

    def _listen(self, positive, negative, passed):
        if self.state == states.ON_HOOK:
            battery = self.supervision.battery
            self.ring.step(self._stamp, positive, negative, battery, passed)

    def _is_well(self):
        # After a poll: the chip has its registers and its line side, or something is done about it.
        chip = self.chip
        register = chip.changed_register()
        if register >= 0:
            value = chip.read(register)
            self._report_chip(wire_fxo.CHIP_RESET, register, value)
            if register == regs.DAA2:  # the line side is without power: nothing is as it was
                self._give_up(states.RESET)
                return False
            chip.restore(register)
        self._missing = 0 if chip.line_side else self._missing + 1
        if self._missing >= _LOST_POLLS:
            self._tell_fault()
            self._give_up(states.LOST)
        return chip.line_side

    def _give_up(self, what):
        self.ring.end(self._stamp)
        if states.dials(self.state):
            self._report(wire_fxo.EVT_DIALLED, self.pulses.out)
        self.fire(what)
