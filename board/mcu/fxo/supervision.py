# Battery, polarity, loop current and other telephones of one line, from what the chip measures.
#
# The rules are those of DAHDI's wctdm and xpp drivers: battery is |V| >= 3 V and polarity its sign,
# believed after 64 ms (lost: 80 ms); a loop that breaks within 650 ms after a hook change is that
# change; while the line rings, and the quarter second for which Ring holds it, the voltage says
# nothing.  Every event carries the tick at which the new state began, not that of its confirmation.
from board import wire_fxo
from board.mcu.fxo.debounce import Debounced
from board.mcu.link import cobs
from board.mcu.runtime import const

_BATTERY = const(3)  # V
_CURRENT = const(1)  # mA: the driver says 0 only when the line does not feed
_BUSY_BELOW = const(
    20
)  # V on-hook: another telephone draws current (48 V and 2 x 800 ohm, 300 ohm)
_FREE_ABOVE = const(25)
_STEADY = const(512)  # ticks: 64 ms
_LOST = const(640)  # 80 ms, the shortest break that is no disturbance (xpp)
_BROKEN = const(480)  # 60 ms: of a drop of 100 ms the first look sees 85
_FLOWS = const(240)
_IN_USE = const(1600)  # 200 ms: longer than the breaks of somebody's pulse dialling
_SETTLED = const(5200)  # 650 ms after a hook change
_UNKNOWN = const(-1)


class Supervision:
    def __init__(self, number, events):
        self._number = number
        self._events = events
        self._at = bytearray(4)
        self._battery = Debounced(0)
        self._polarity = Debounced(_UNKNOWN)
        self._loop = Debounced(_UNKNOWN)
        self._in_use = Debounced(0)
        self._off_hook = False
        self._since = _SETTLED  # ticks since the last hook change
        self._usual = 0  # mA that the loop carries when nobody else is off-hook

    @property
    def battery(self):
        return self._battery.value == 1

    @property
    def reversed(self):
        return self._polarity.value == 1

    @property
    def current(self):
        # wire_fxo.CURRENT_*; none while on-hook.
        return max(self._loop.value, wire_fxo.CURRENT_NONE)

    @property
    def in_doubt(self):
        # The loop may be breaking: the line is worth a look each block.
        return self._off_hook and self._loop.in_doubt

    @property
    def in_use(self):
        return self._in_use.value == 1

    def hook_changed(self, off_hook):
        # The hook was put there, or a pulse ended: what is measured must settle first.
        if off_hook != self._off_hook:
            self._loop.set(_UNKNOWN)
            self._usual = 0
        self._off_hook = off_hook
        self._since = 0

    def step(self, stamp, chip, ringing, passed):
        # After chip.poll(), `passed` ticks after the last call; `ringing`: the line rings.
        self._since = min(_SETTLED, self._since + passed)
        if self._off_hook:
            self._watch_loop(stamp, chip, passed)
        if ringing or self._since < _SETTLED:
            self._battery.forget()
            self._polarity.forget()
            self._in_use.forget()
            return
        volts = abs(chip.volts)
        self._watch_battery(stamp, volts, passed)
        if volts >= _BATTERY:
            self._watch_polarity(stamp, 1 if chip.volts > 0 else 0, passed)
        if self._off_hook:
            self._watch_share(stamp, chip.milliamperes, passed)
        elif volts >= _BATTERY:
            limit = _FREE_ABOVE if self.in_use else _BUSY_BELOW
            self._watch_use(stamp, 1 if volts < limit else 0, passed)

    def _watch_battery(self, stamp, volts, passed):
        there = 1 if volts >= _BATTERY else 0
        if self._battery.step(there, passed, _STEADY if there else _LOST):
            self._report(stamp, wire_fxo.EVT_BATTERY, self._battery)

    def _watch_polarity(self, stamp, seen, passed):
        first = self._polarity.value == _UNKNOWN
        if self._polarity.step(seen, passed, _STEADY) and not first:
            self._report(stamp, wire_fxo.EVT_POLARITY, self._polarity)

    def _watch_loop(self, stamp, chip, passed):
        if chip.overload:
            seen = wire_fxo.CURRENT_OVERLOAD
        elif chip.milliamperes >= _CURRENT:
            seen = wire_fxo.CURRENT_FLOWS
        elif self._since < _SETTLED:
            self._loop.forget()
            return
        else:
            seen = wire_fxo.CURRENT_NONE
        need = _BROKEN if seen == wire_fxo.CURRENT_NONE else _FLOWS
        if self._loop.step(seen, passed, need):
            self._report(stamp, wire_fxo.EVT_LOOP, self._loop)

    def _watch_share(self, stamp, milliamperes, passed):
        # Off-hook: a second telephone takes its share of the current, a third at least.
        if milliamperes < _CURRENT:
            self._in_use.forget()
            return
        if self._usual == 0:
            # Somebody was there before us: alone we would have half as much again.
            self._usual = milliamperes * 3 // 2 if self.in_use else milliamperes
        share = 5 * self._usual // 6 if self.in_use else 2 * self._usual // 3
        if self._watch_use(stamp, 1 if milliamperes <= share else 0, passed) or not self.in_use:
            self._usual = max(self._usual, milliamperes)

    def _watch_use(self, stamp, seen, passed):
        changed = self._in_use.step(seen, passed, _IN_USE)
        if changed:
            self._report(stamp, wire_fxo.EVT_IN_USE, self._in_use)
        return changed

    def _report(self, stamp, code, what):
        cobs.put_earlier(self._at, stamp, what.held)
        self._events.report_line(self._at, code, self._number, what.value)
