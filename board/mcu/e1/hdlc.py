# The D-channel: frames from the chip become reliable events, frames of the host go to the chip.
from board import wire
from board.mcu.drivers import pef2256
from board.mcu.link import cobs, counters
from board.mcu.runtime import const

_ROOM = const(16)  # frames of the host that wait
_SIZE = const(300)
_EACH_STEP = const(16)  # frames taken at once at most: 64 bytes hold no more
_TELL = const(400)  # steps (2.5 ms) between two reports of overflow at least
EVENT_ROOM = const(32)
EVENT_SIZE = const(304)  # number, and the longest D-channel frame (N201 260 and its address)
_LAST = const(28)  # of EVENT_ROOM: the rest is kept for alarms


class Hdlc:
    def __init__(self, chip, events, counts):
        self._chip = chip
        self._events = events
        self._counts = counts
        self._queue = [bytearray(_SIZE) for _ in range(_ROOM)]
        self._length = [0] * _ROOM
        self._first = 0
        self._waiting = 0
        self._lost_wait = 0  # steps before an overflow is told again
        self._lost_now = False
        self._spare = bytearray(EVENT_SIZE)  # where a frame goes when no event is free

    def put(self, data, at, length):
        # A frame of the host; False when it does not fit, then it is lost: LAPD sends it again.
        if length > _SIZE or self._waiting == _ROOM:
            counters.count(self._counts, counters.HDLC_REFUSED)
            return False
        slot = (self._first + self._waiting) % _ROOM
        cobs.copy(self._queue[slot], 0, data, at, length)
        self._length[slot] = length
        self._waiting += 1
        return True

    def step(self, stamp):
        # Both ways; at least every 4 ms, for that long lasts one half of the chip's FIFOs.
        for _ in range(_EACH_STEP):
            if not self._receive(stamp):
                break
        if self._chip.overflowed():
            self._overflow()
        self._tell_overflow(stamp)
        self._transmit()

    def _receive(self, stamp):
        # True when a frame ended, good or bad.
        data = self._events.begin() if self._events.waiting < _LAST else self._spare
        length = self._chip.receive(data, 2)
        if length == pef2256.NO_FRAME:
            return False
        if length == pef2256.BAD_FRAME:
            counters.count(self._counts, counters.HDLC_BAD)
        elif length == pef2256.LOST_FRAME or data is self._spare:
            self._overflow()
        else:
            counters.count(self._counts, counters.HDLC_IN)
            self._events.commit(wire.HDLC_RX, 2 + length, stamp)
        return True

    def _overflow(self):
        counters.count(self._counts, counters.HDLC_OVERFLOW)
        self._lost_now = True

    def _tell_overflow(self, stamp):
        if self._lost_wait:
            self._lost_wait -= 1
            return
        if not self._lost_now:
            return
        self._lost_now = False
        self._lost_wait = _TELL
        self._events.report(stamp, wire.EVT_HDLC_OVERFLOW, self._counts[counters.HDLC_OVERFLOW])

    def _transmit(self):
        chip = self._chip
        chip.feed()
        while self._waiting and chip.takes():
            slot = self._first
            chip.transmit(self._queue[slot], 0, self._length[slot])
            self._first = (slot + 1) % _ROOM
            self._waiting -= 1
            counters.count(self._counts, counters.HDLC_OUT)
            chip.feed()

    def clear(self):
        # Frames of a host that is gone are not sent any more.
        self._waiting = 0
