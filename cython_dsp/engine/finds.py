"""What the engine tells its owner."""

from enum import IntEnum
from typing import NamedTuple


class FindKind(IntEnum):
    """Kinds of Find; what `port`, `value` and `data` are stands beside each."""

    BOARD_FRAME = 1  # port: board; data: header and payload of a checked frame that is not PCM
    BOARD_LOST = 2  # port: board; value: errno, 0 = hung up
    BOARD_BACK = 3  # port: board, heard again
    PLAY_DONE = 4  # port: player; value: what play() returned
    DIGITS_SENT = 5  # value: 0, or -1 = refused (too many waiting)
    DIGIT = 6  # value: ord(digit); tick: when it began
    RECORD_DONE = 7  # port: recorder; value: frames in the file, which is closed
    RECORD_LOST = (
        8  # port: recorder; value: frames replaced by silence so far; data: errno, 4 bytes
    )
    DATAGRAM = 9  # port: leg of that address or 0; data: address (20 bytes), then the datagram
    NOTICE = 10  # value: errno; data: what is not to be had (b"SCHED_FIFO", b"mlockall")
    TONE = 11  # value: index of the pattern; data: "<ffff" hertz, hertz (0: one), dBm0, seconds
    SILENCE = 12  # value: whole seconds of silence
    VOICE = 13  # an utterance began, 200 ms ago or a little more
    CALLER_ID = 14  # value: 1 Bell 202, 2 V.23; data: the same in one byte, type, length, payload
    FAX = 15  # value: 1 CED, 2 preamble of V.21; data: "<ff" hertz of CED, dBm0


class Find(NamedTuple):
    """One find; `tick` counts 5 ms since the engine was made."""

    kind: FindKind
    port: int
    tick: int
    value: int
    data: bytes
