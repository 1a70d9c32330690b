# All lines of the board: whose turn it is, the LINES report, on-hook when the host is gone.
from board import wire_fxo
from board.mcu.drivers.si3050 import Si3050
from board.mcu.fxo import report, states
from board.mcu.fxo.line import Line
from board.mcu.link.frames import BODY
from board.mcu.runtime import const

_TURNS = const(3)  # blocks in which every line has its turn once: 15 ms (DAHDI: 16)
_REPORT = const(100)  # blocks: 0.5 s
# A host that restarts is back in seconds and finds its calls; one that is dead must not hold a
# line that callers need.  10 s, the half second before the safe state included.
_GRACE = const(1900)  # blocks


class Lines:
    def __init__(self, bus, count, sender, events, stamp):
        self.lines = [Line(Si3050(bus, i), i, events, stamp) for i in range(count)]
        self._sender = sender
        self._stamp = stamp
        self._turn = 0
        self._until_report = _REPORT
        self._grace = 0  # blocks until all go on-hook; 0: the host is there, or they have gone

    def __len__(self):
        return len(self.lines)

    def step(self):
        # Once a block.
        self._turn = (self._turn + 1) % _TURNS
        for i in range(len(self.lines)):
            self.lines[i].block(i % _TURNS == self._turn)
        self._watch_grace()
        self._until_report -= 1
        if self._until_report == 0:
            self.report()

    def safe(self, on):
        self._grace = _GRACE if on else 0

    def _watch_grace(self):
        if self._grace:
            self._grace -= 1
            if self._grace == 0:
                for i in range(len(self.lines)):
                    self.lines[i].fire(states.ON)

    def faulty(self):
        # Whether any chip is not well.
        for i in range(len(self.lines)):
            if self.lines[i].chip_state != wire_fxo.CHIP_WELL:
                return True
        return False

    def report(self):
        # Send LINES, and the next one half a second later.
        self._until_report = _REPORT
        body = self._sender.body
        count = len(self.lines)
        body[BODY] = count
        at = BODY + 1
        for i in range(count):
            report.put(self.lines[i], body, at)
            at += wire_fxo.LINE_REPORT_SIZE
        self._sender.send(wire_fxo.LINES, at - BODY, self._stamp)
