# Which clock the board runs on: the line's, or its own while the line gives none.
#
# It goes to the own clock at once when the reported alarms say that the line's is gone, and back
# only when the line has been good for a while: each change may cost a slip.
from board import wire
from board.mcu.runtime import const

BACK = const(80000)  # ticks: 10 s
_NO_CLOCK = wire.LOS | wire.AIS | wire.LFA


class Clock:
    def __init__(self):
        self._wanted = wire.CLOCK_LINE
        self._good = 0
        self.source = wire.CLOCK_LINE

    def want(self, source):
        # The span's configuration; it holds from now on.
        self._wanted = source
        self._good = 0
        self.source = source

    def step(self, alarms, passed):
        # True when the source changed.
        before = self.source
        if self._wanted == wire.CLOCK_OWN:
            return False
        if alarms & _NO_CLOCK:
            self._good = 0
            self.source = wire.CLOCK_OWN
        elif self.source == wire.CLOCK_OWN:
            self._good += passed
            if self._good >= BACK:
                self.source = wire.CLOCK_LINE
        return self.source != before
