# Frames in and out over the host port: what is wrong is counted and changes nothing.
from board import wire
from board.mcu.link import cobs, counters
from board.mcu.runtime import const

BODY = const(8)  # the payload begins here in a body
_CHUNK = const(4096)


class Sender:
    # Builds one frame at a time in `body` (payload from BODY on) and hands it to the port.

    def __init__(self, port, counts):
        self.body = bytearray(wire.MAX_BODY + wire.CRC_SIZE)
        self._stuffed = bytearray(wire.MAX_WIRE)
        self._port = port
        self._counts = counts
        self._seq = 0

    def send(self, kind, length, stamp, at=0):
        # Send the payload of `length` bytes that is in body; stamp[at:at+4] is the tick.  A frame
        # which the port cannot take whole is dropped: the host would see only half of it.
        body = self.body
        body[0] = kind
        body[1] = 0
        body[2] = self._seq & 0xFF
        body[3] = self._seq >> 8
        cobs.copy(body, 4, stamp, at, 4)
        cobs.put_crc(body, BODY + length)
        size = cobs.stuff(body, BODY + length + wire.CRC_SIZE, self._stuffed)
        if self._port.send(self._stuffed, size):
            self._seq = (self._seq + 1) & 0xFFFF
            counters.count(self._counts, counters.FRAMES_OUT)
            return True
        if not self._counts[counters.SAFE]:
            counters.count(self._counts, counters.TX_DROPPED)
        return False


class Receiver:
    # Cuts what the port gives into checked frames: on_frame(body, length of the payload).
    #
    # With `pausing` (lockstep), a frame for which on_frame is true ends the poll; what is behind it
    # waits for the next, so that the order of frames and blocks never depends on timing.

    def __init__(self, port, counts, on_frame):
        self._port = port
        self._counts = counts
        self._on_frame = on_frame
        self._chunk = bytearray(_CHUNK)
        self._at = self._end = 0  # what of the chunk is still to be cut
        self._held = bytearray(wire.MAX_WIRE)
        self._size = 0  # bytes held; more than fit means: skip to the next delimiter
        self.pausing = False

    def reset(self):
        self._size = self._at = self._end = 0

    def poll(self):
        # Take what has come, at most one chunk.  False when there was nothing.
        if self._at >= self._end:
            self._at = 0
            self._end = self._port.read_into(self._chunk)
            if self._end <= 0:
                return False
        while self._at < self._end:
            zero = cobs.find_zero(self._chunk, self._at, self._end)
            self._hold(self._at, zero - self._at)
            self._at = zero + 1
            if zero < self._end and self._ended() and self.pausing:
                break
        return True

    def _hold(self, at, count):
        if self._size + count <= len(self._held):
            cobs.copy(self._held, self._size, self._chunk, at, count)
            self._size += count
        else:
            self._size = len(self._held) + 1

    def _ended(self):
        size = self._size
        self._size = 0
        if size == 0:
            return False  # two delimiters in a row: a host that begins anew
        if size > len(self._held):
            counters.count(self._counts, counters.OVERSIZED)
            return False
        length = cobs.unstuff(self._held, size)
        if length < wire.HEADER_SIZE + wire.CRC_SIZE:
            counters.count(self._counts, counters.TRUNCATED)
        elif not cobs.crc_right(self._held, length):
            counters.count(self._counts, counters.BAD_CRC)
        else:
            counters.count(self._counts, counters.FRAMES_IN)
            return self._on_frame(self._held, length - wire.HEADER_SIZE - wire.CRC_SIZE)
        return False
