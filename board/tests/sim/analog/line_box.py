"""The board's end of a line socket without a board: hooks, chip and speech as a test orders them.

It answers each FEED with a DRAW in a thread of its own; what a test sets counts from the next
block.
"""

import contextlib
import struct
import threading
from dataclasses import dataclass, field

import numpy as np

from board.sim import fxo_line, spandsp
from board.sim.alaw import SILENCE, encode
from board.sim.call import Mouth, Recording

TERMINAL_V, TERMINAL_OHM = 6.0, 50.0  # of the chip off-hook: a fixed voltage and some resistance


@dataclass
class Seen:
    """What one FEED offered to a line."""

    volts: float
    ohms: int
    ring_v: float
    ring_hz: float
    bits: int
    register: int


@dataclass
class BoxLine:
    """One line of the box."""

    off_hook: bool = False
    monitor: bool = True
    line_side: bool = True
    acim: int = 10
    hybrid: bytes = bytes(8)
    receive_half_db: int = 0
    transmit_half_db: int = 0
    plan: list[tuple[int, bool]] = field(default_factory=list)  # blocks from now, hook
    mouth: Mouth = field(default_factory=Mouth)
    heard: Recording = field(default_factory=lambda: Recording(None))
    seen: list[Seen] = field(default_factory=list)

    def press(self, digits, on_ms=70, off_ms=70, level=-8):
        self.mouth.say(encode(spandsp.dtmf(digits, on_ms, off_ms, level)))

    def pulse(self, digits, break_ms=60, make_ms=40, pause_ms=700):
        """Hook changes of pulse dialling, 5 ms a block."""
        at = 0
        for digit in digits:
            for _ in range(int(digit) or 10):
                self.plan += [(at, False), (at + break_ms // 5, True)]
                at += (break_ms + make_ms) // 5
            at += pause_ms // 5

    def flash(self, milliseconds):
        self.plan += [(0, False), (milliseconds // 5, True)]

    def draw(self, feed):
        while self.plan and self.plan[0][0] <= 0:
            self.off_hook = self.plan.pop(0)[1]
        self.plan = [(at - 1, hook) for at, hook in self.plan]
        self.seen.append(feed)
        current, volts = 0.0, feed.volts if feed.ohms != 65535 else 0.0
        if self.off_hook and self.line_side:
            drive = max(0.0, abs(volts) - TERMINAL_V)
            current = drive / (feed.ohms + TERMINAL_OHM)
            volts = np.sign(volts) * min(abs(volts), TERMINAL_V + TERMINAL_OHM * current)
        bits = self.off_hook | self.monitor << 1 | self.line_side << 2
        return struct.pack(
            fxo_line.DRAW_RECORD,
            bits,
            self.acim,
            round(current * 10_000),
            round(volts * 10),
            self.hybrid,
            self.receive_half_db,
            self.transmit_half_db,
        )


class LineBox:
    """All lines, from 1 as in the exchange."""

    def __init__(self, sock, ports=4):
        self._lines = [BoxLine() for _ in range(ports)]
        self._socket = sock
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def line(self, index):
        return self._lines[index - 1]

    def close(self):
        self._thread.join(5)
        self._socket.close()

    def _run(self):
        with contextlib.suppress(OSError):  # the exchange has ended
            while message := self._socket.recv(fxo_line.SIZE + 1):
                self._socket.send(self._answer(message))

    def _answer(self, message):
        kind, tick, records, samples = fxo_line.parse(message)
        assert kind == fxo_line.FEED
        heard = np.frombuffer(samples, np.uint8).reshape(40, len(records))
        said = np.full((40, len(records)), SILENCE, np.uint8)
        draws = []
        for at, (one, record) in enumerate(zip(self._lines, records, strict=True)):
            volts, ohms, ring, hertz, bits, register = struct.unpack(fxo_line.FEED_RECORD, record)
            one.heard.add(tick, heard[:, at].tobytes())
            feed = Seen(volts / 10, ohms, ring / 10, hertz / 10, bits, register)
            draws.append(one.draw(feed))
            block = one.mouth.next_block()
            if block is not None:
                said[:, at] = np.frombuffer(block, np.uint8)
        return fxo_line.pack(fxo_line.DRAW, tick, draws, said.tobytes())


def tone_hz(samples):
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8000))
    return int(np.argmax(spectrum))
