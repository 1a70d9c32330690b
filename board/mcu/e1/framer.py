# The span: the framer chip, its alarms, its clock, its error counters, what the lamps show.
from board import wire
from board.mcu.drivers import pef2256_regs as regs
from board.mcu.e1.alarms import Alarms
from board.mcu.e1.clock import Clock
from board.mcu.link import counters, lamps

_ERRORS = (
    (regs.FECL, counters.FAS_ERRORS),
    (regs.CVCL, counters.CODE_VIOLATIONS),
    (regs.CECL, counters.CRC_ERRORS),
    (regs.EBCL, counters.E_BITS),
)


class Framer:
    def __init__(self, chip, shown_by, events, counts):
        self._chip = chip
        self._lamps = shown_by
        self._events = events
        self._counts = counts
        self._alarms = Alarms()
        self._clock = Clock()
        self._setting = (-1, -1, -1)  # none yet
        self._asked = 0  # alarms the host wants sent
        self._loop = wire.LOOP_NONE
        self._safe = True

    def configure(self, framing, clock, code):
        # The span's configuration; raises ChipError.  The same again leaves a working span alone.
        if (framing, clock, code) == self._setting:
            return
        self._setting = (framing, clock, code)
        self._clock.want(clock)
        self._counts[counters.CLOCK] = clock
        self._set_up()

    def _set_up(self):
        framing, clock, code = self._setting
        self._chip.setup(framing, clock, code)
        self._chip.use_clock(self._clock.source)
        self._chip.loop(self._loop)
        self._send_alarms()

    def tell_alarms(self, stamp):
        # To a host that has just come and knows nothing: the alarms there are.
        present = self._alarms.present
        if present == 0:
            return
        self._events.report(stamp, wire.EVT_ALARM, present, present)

    def safe(self, on):
        # The safe state: nobody speaks for the slots, so the far end gets AIS and blocks them.
        self._safe = on
        self._send_alarms()

    def send_alarm(self, bits):
        self._asked = bits
        self._send_alarms()

    def _send_alarms(self):
        self._chip.send_alarms(self._asked | wire.AIS if self._safe else self._asked)

    def loop(self, mode):
        self._loop = mode
        self._chip.loop(mode)

    def step(self, stamp, passed):
        # Once a block of `passed` ticks.
        if self._alarms.step(self._chip.alarms(), passed):
            before = self._counts[counters.ALARMS]
            self._counts[counters.ALARMS] = self._alarms.present
            self._events.report(stamp, wire.EVT_ALARM, self._alarms.present, before)
        if self._clock.step(self._alarms.present, passed):
            self._counts[counters.CLOCK] = self._clock.source
            self._chip.use_clock(self._clock.source)
            self._events.report(stamp, wire.EVT_CLOCK, self._clock.source)
        self._chip_events(stamp)
        self._check_chip(stamp)
        self._show()

    def _chip_events(self, stamp):
        happened = self._chip.events()
        if happened & regs.ISR3_RSP:
            self._slip(stamp, 1)
        if happened & regs.ISR3_RSN:
            self._slip(stamp, -1)
        if happened & regs.ISR3_SEC:
            for low, which in _ERRORS:
                counters.count(self._counts, which, self._chip.errors(low))

    def _slip(self, stamp, direction):
        counters.count(self._counts, counters.SLIPS)
        self._events.report(stamp, wire.EVT_SLIP, direction, self._counts[counters.SLIPS])

    def _check_chip(self, stamp):
        register = self._chip.changed_register()
        if register < 0:
            return
        value = self._chip.read(register)
        self._set_up()
        self._events.report(stamp, wire.EVT_CHIP, register, value)

    def _show(self):
        # As on the icE1usb: dark without signal, green blinking without frame, yellow for what
        # the far end says, green when all is well.
        blinking = self._lamps.blink()
        alarms = self._alarms.present
        if alarms & wire.LOS:
            shown = 0
        elif alarms & (wire.LFA | wire.AIS):
            shown = lamps.GREEN if blinking else 0
        else:
            shown = lamps.GREEN
        if alarms & (wire.AIS | wire.RAI):
            shown |= lamps.YELLOW
        self._lamps.show(shown)
