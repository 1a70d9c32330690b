# The simulated E1 board's side of the line: the framer model and the messages of board.sim.line.
import struct

from board.mcu.link import cobs
from board.sim import line
from board.sim.chips.pef2256 import Pef2256Model


class E1Side:
    size = line.SIZE
    samples_at = line.HEADER_SIZE

    def __init__(self):
        self.bus = Pef2256Model()
        self.rx = bytearray(line.SIZE)
        self.tx = bytearray(line.SIZE)
        self._received = bytearray(line.SIZE)  # as the line sent it, for the chip's loops

    def take(self, message):
        # A message of the exchange; True when it is a block.
        if message[0] == line.BLOCK:  # the common case, without a copy of it
            cobs.copy(self._received, 0, message, 0, line.SIZE)
            cobs.copy(self.rx, 0, message, 0, line.SIZE)
            self.bus.from_line(message[1], self.rx)
            return True
        kind, bits, _, payload = line.parse(bytes(message))
        if kind == line.HDLC:
            self.bus.signalling.on_line.append((payload, bits))
        else:
            self.bus.count_errors(line.error_counts(payload))
        return False

    def second_half(self):
        # The D-channel of the second 2.5 ms.
        self.bus.signalling_half()

    def answer(self, end, stamp):
        # An exchange that does not read loses blocks, as a line would.
        bits = self.bus.to_line(self.tx, self._received)
        while self.bus.signalling.sent:
            tick = struct.unpack("<I", stamp)[0]
            end.write(line.hdlc(tick, self.bus.signalling.sent.pop(0)), 0, line.SIZE)
        cobs.copy(self.tx, 0, self._received, 0, line.HEADER_SIZE)
        self.tx[1] = bits
        end.write(self.tx, 0, line.SIZE)
