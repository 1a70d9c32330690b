# The host's audio on its way to the line: played by tick, never queued longer.
#
# A block answers the PCM_RX of tick T and is sent when the block of T + lag arrives.  What comes
# later is dropped and counted, so a host that stalls never leaves old speech in the line.
from board import wire
from board.mcu.link import cobs, counters
from board.mcu.runtime import const

_SLOTS = const(4)
_IDLE = const(0xD5)  # A-law silence


class Playout:
    def __init__(self, counts, lag_blocks, size):
        # `size`: bytes of a block.
        self._counts = counts
        self._size = size
        self._lag = lag_blocks * wire.BLOCK_FRAMES
        self._blocks = [bytearray(size) for _ in range(_SLOTS)]
        self._ticks = [-1] * _SLOTS
        self._taken = -1  # tick of the last take
        self.late_now = False  # a block came too late since the last take

    def put(self, tick, data, at):
        # A block of the host for a 24-bit tick.  False when it answers no block that we sent.
        age = cobs.age24(self._taken, tick)
        if self._taken < 0 or age < 0:
            return False
        if age >= self._lag:
            counters.count(self._counts, counters.PCM_LATE)
            self.late_now = True
            return True
        slot = self._find(tick)
        if slot < 0:
            slot = self._find(-1)
        slot = max(slot, 0)  # there is always room: lag is below _SLOTS blocks
        self._ticks[slot] = tick
        cobs.copy(self._blocks[slot], 0, data, at, self._size)
        return True

    def has(self, tick):
        return self._find(tick) >= 0

    def due(self, now):
        # The tick whose answer is played with the block of tick `now`.
        return (now - self._lag) & 0xFFFFFF

    def take(self, now, to, at):
        # Fill to[at:] with what is due; False when the host sent nothing.
        self._taken = now
        slot = self._find(self.due(now))
        if slot >= 0:
            self._ticks[slot] = -1
            cobs.copy(to, at, self._blocks[slot], 0, self._size)
            return True
        cobs.fill(to, at, self._size, _IDLE)
        return False

    def waiting(self):
        # Frames that wait.
        return (_SLOTS - self._ticks.count(-1)) * wire.BLOCK_FRAMES

    def clear(self):
        for slot in range(_SLOTS):
            self._ticks[slot] = -1

    def _find(self, tick):
        for slot in range(_SLOTS):
            if self._ticks[slot] == tick:
                return slot
        return -1
