# Reliable events: kept and sent again every 200 ms until the host acknowledges their number.
#
# D-channel frames travel the same way.  Each carries the tick at which it happened, however late
# it arrives.  With no room left the newest is lost and counted: the host has been silent long.
from board import wire
from board.mcu.link import cobs, counters
from board.mcu.link.frames import BODY
from board.mcu.runtime import const

_RESEND = const(40)  # blocks of 5 ms


class Events:
    def __init__(self, sender, counts, room, size):
        # `room` events of up to `size` bytes; the host remembers the last 64 numbers.
        self._sender = sender
        self._counts = counts
        self._room = room
        self._next = 0
        self._data = [bytearray(size) for _ in range(room)]
        self._length = [0] * room  # 0: free
        self._kind = [0] * room
        self._number = [0] * room
        self._wait = [0] * room  # blocks until it is sent again
        self._stamps = bytearray(4 * room)
        self._order = [0] * room  # slots in use, oldest first
        self.waiting = 0

    def begin(self):
        # A buffer to write the payload to, from its third byte on; None when there is no room.
        if self.waiting == self._room:
            counters.count(self._counts, counters.EVENTS_LOST)
            return None
        slot = 0
        while self._length[slot]:
            slot += 1
        self._order[self.waiting] = slot
        return self._data[slot]

    def commit(self, kind, length, stamp):
        # The buffer of begin() has `length` bytes of payload, number included: send it.
        slot = self._order[self.waiting]
        data = self._data[slot]
        data[0] = self._next & 0xFF
        data[1] = self._next >> 8
        self._number[slot] = self._next
        self._next = (self._next + 1) & 0xFFFF
        self._kind[slot] = kind
        self._length[slot] = length
        cobs.copy(self._stamps, 4 * slot, stamp, 0, 4)
        self.waiting += 1
        self._send(slot)

    def report(self, stamp, code, first, second=-1):
        # An EVT with one or two values: of one byte, or the second of four (EVENT_LAYOUT).
        data = self.begin()
        if data is None:
            return
        data[2] = code
        length = 4
        if code == wire.EVT_HDLC_OVERFLOW or code == wire.EVT_TX_LATE:  # noqa: PLR1714  a tuple is heap
            cobs.put32(data, 3, first)
            length = 7
        elif code == wire.EVT_CHIP:
            data[3] = first
            data[4] = 0
            data[5] = second
            length = 6
        else:
            data[3] = first & 0xFF
            if code == wire.EVT_SLIP:
                cobs.put32(data, 4, second)
                length = 8
            elif code == wire.EVT_ALARM:
                data[4] = second
                length = 5
        self.commit(wire.EVT, length, stamp)

    def report_line(self, stamp, code, line, value, third=-1, fourth=-1):
        # An EVT of an analogue line: two to four values of one byte (wire_fxo.EVENTS).
        data = self.begin()
        if data is None:
            return
        data[2] = code
        data[3] = line
        data[4] = value
        length = 5
        if third >= 0:
            data[5] = third
            length = 6
        if fourth >= 0:
            data[6] = fourth
            length = 7
        self.commit(wire.EVT, length, stamp)

    def acknowledge(self, number):
        # The host has it; a number that is not waiting was acknowledged before.
        for i in range(self.waiting):
            slot = self._order[i]
            if self._number[slot] == number:
                self._length[slot] = 0
                self.waiting -= 1
                for later in range(i, self.waiting):
                    self._order[later] = self._order[later + 1]
                return

    def step(self):
        # Once a block: send again what has waited.
        for i in range(self.waiting):
            slot = self._order[i]
            self._wait[slot] -= 1
            if self._wait[slot] <= 0:
                counters.count(self._counts, counters.EVENTS_RESENT)
                self._send(slot)

    def resend(self):
        # The host has opened the port anew: it gets all at the next step.
        for i in range(self.waiting):
            self._wait[self._order[i]] = 0

    def _send(self, slot):
        length = self._length[slot]
        cobs.copy(self._sender.body, BODY, self._data[slot], 0, length)
        self._sender.send(self._kind[slot], length, self._stamps, 4 * slot)
        self._wait[slot] = _RESEND
