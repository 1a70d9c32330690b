# The counters that STATUS carries, in the order of wire.STATUS_NAMES (a test compares them).
#
# A plain list: small integers in it need no heap.
from board import wire
from board.mcu.link.cobs import put32
from board.mcu.runtime import const

FRAMES_IN = const(0)
FRAMES_OUT = const(1)
BAD_CRC = const(2)
TRUNCATED = const(3)
OVERSIZED = const(4)
UNKNOWN = const(5)
TX_DROPPED = const(6)
PCM_LATE = const(7)
PCM_MISSING = const(8)
EVENTS_RESENT = const(9)
EVENTS_LOST = const(10)
HDLC_IN = const(11)
HDLC_OUT = const(12)
HDLC_BAD = const(13)
HDLC_OVERFLOW = const(14)
HDLC_REFUSED = const(15)
SLIPS = const(16)
CODE_VIOLATIONS = const(17)
FAS_ERRORS = const(18)
CRC_ERRORS = const(19)
E_BITS = const(20)
SAFE_ENTRIES = const(21)
LONGEST_LOOP = const(22)
HEAP_FREE = const(23)
ALARMS = const(24)
CLOCK = const(25)
SAFE = const(26)
TX_FIFO = const(27)


def make():
    return [0] * len(wire.STATUS_NAMES)


def count(counters, which, amount=1):
    # 2**30 and more would need the heap on the RP2350, so they wrap there.
    counters[which] = (counters[which] + amount) & 0x3FFFFFFF


def put(counters, to, at):
    # Write the payload of STATUS; returns its size.
    size = len(counters)
    to[at] = size
    for i in range(size):
        put32(to, at + 1 + 4 * i, counters[i])
    return 1 + 4 * size
