# Ringing on a loop-start line, from the ring-detect bits of the Si3050 (RDTP, RDTN of register 5).
#
# As in DAHDI's wctdm, 64 ms of ringing voltage begin a ring, and it ends four times slower.
# Between two looks with voltage may be half a cycle of 15 Hz, when a weak ring shows little more
# than its peaks; the pulses of somebody who dials on the pair are further apart.  Both halves must
# show: a hook transient has only one.  What a burst means (short first ring, splash, missing
# second) is for the host to judge: both events carry the tick at which the voltage really began
# and ended.
from board import wire_fxo
from board.mcu.link import cobs
from board.mcu.runtime import const

_ON = const(512)  # ticks of ringing voltage: 64 ms
_OFF = const(2048)  # ticks without: 256 ms
_APART = const(280)  # 35 ms
_LOOK = const(40)  # what the first look counts for
_HZ_MAX = const(255)


class Ring:
    def __init__(self, number, events):
        self._number = number
        self._events = events
        self._at = bytearray(4)  # tick of an event
        self._level = 0  # ticks of ringing voltage
        self._age = 0  # ticks since the voltage was first seen,
        self._gap = 0  # since it was last seen
        self._halves = 0  # bit 0: the positive half was seen, bit 1: the negative
        self._last_half = 0
        self._cycles = 0  # whole ones between two rising crossings,
        self._first = self._newest = 0  # by age
        self.ringing = False

    @property
    def active(self):
        # There is ringing voltage, or was just now: it must be looked at in each block.
        return self._level > 0

    def frequency(self):
        # Hz of the burst so far, 0 when less than two cycles were seen.
        span = self._newest - self._first
        if self._cycles < 2 or span <= 0:
            return 0
        return min(_HZ_MAX, (self._cycles * 8000 + span // 2) // span)

    def step(self, stamp, positive, negative, battery, passed):
        # `passed` ticks after the last call; without `battery` nothing rings.
        if self._level == 0 and not (battery and (positive or negative)):
            return
        self._age += passed
        self._gap += passed
        if positive or negative:
            self._voltage(positive)
        if self.ringing:
            if self._gap >= _OFF:
                self.end(stamp)
        elif self._gap > _APART:
            self._level = 0
        elif self._level >= _ON and self._halves == 3:
            self.ringing = True
            self._report(stamp, 1, self._age)

    def _voltage(self, positive):
        if self._level == 0 or (self._gap > _APART and not self.ringing):
            self._age = self._halves = self._last_half = self._cycles = 0
            self._first = self._newest = -1
            self._level = _LOOK
        else:
            self._level = min(_ON, self._level + self._gap)
        self._gap = 0
        half = 1 if positive else 2
        self._halves |= half
        if half == 1 and self._last_half == 2:
            self._crossing()
        self._last_half = half

    def _crossing(self):
        if self._first < 0:
            self._first = self._age
        else:
            self._cycles += 1
        self._newest = self._age

    def end(self, stamp):
        # The burst is over: it decayed, or we went off-hook.
        self._level = 0
        if self.ringing:
            self.ringing = False
            self._report(stamp, 0, self._gap)

    def _report(self, stamp, on, ago):
        cobs.put_earlier(self._at, stamp, ago)
        hertz = self.frequency()
        self._events.report_line(self._at, wire_fxo.EVT_RING, self._number, on, hertz)
