# E1 alarms with persistence, so that a flapping line does not flap calls.
#
# What the chip shows must last before it is reported, and be away longer before it is cleared.  A
# fault that explains another hides it, as in ITU-T G.732 (LOS and AIS also lose the frame).
from board import wire
from board.mcu.runtime import const

RAISE = const(800)  # ticks: 100 ms, the shortest persistence ETSI ETS 300 011 has for ISDN access
CLEAR = const(8000)  # 1 s
_ALL = (wire.LOS, wire.AIS, wire.LFA, wire.RAI, wire.LOMF)
# present: what it hides
_HIDES = (
    (wire.LOS, wire.AIS | wire.LFA | wire.RAI | wire.LOMF),
    (wire.AIS, wire.LFA | wire.RAI | wire.LOMF),
    (wire.LFA, wire.RAI | wire.LOMF),
)


def cause(shown):
    # The bits of `shown` that no other bit of it explains.
    for fault, hidden in _HIDES:
        if shown & fault:
            return shown & ~hidden
    return shown


class Alarms:
    def __init__(self):
        self._held = [0] * len(_ALL)  # ticks each has been other than reported
        self.present = 0

    def step(self, shown, passed):
        # `shown` bits now, `passed` ticks since the last call; True when what is reported changed.
        shown = cause(shown)
        before = self.present
        for i in range(len(_ALL)):
            bit = _ALL[i]
            if shown & bit == self.present & bit:
                self._held[i] = 0
                continue
            self._held[i] += passed
            if self._held[i] >= (CLEAR if self.present & bit else RAISE):
                self._held[i] = 0
                self.present ^= bit
        return self.present != before
