# The simulated FXO board's side of the lines: the chip models and the messages of
# board.sim.fxo_line.
from board.mcu.link import cobs
from board.sim import fxo_line
from board.sim.chips.si3050 import Si3050Chain


class FxoSide:
    size = fxo_line.SIZE
    samples_at = 0

    def __init__(self, ports):
        self._bytes = fxo_line.BLOCK_FRAMES * ports
        self._records = [bytes(fxo_line.RECORD_SIZE)] * ports
        self._answer = bytearray(fxo_line.SIZE)
        self.bus = Si3050Chain(ports)
        self.rx = bytearray(self._bytes)
        self.tx = bytearray(self._bytes)

    def take(self, message):
        # A message of the exchange; each one is a block.
        kind, lines = message[0], message[1]
        if kind != fxo_line.FEED or lines != len(self._records):
            raise ValueError("no line message of this board's lines")
        at = fxo_line.HEADER_SIZE
        for i in range(lines):
            self._records[i] = bytes(message[at : at + fxo_line.RECORD_SIZE])
            at += fxo_line.RECORD_SIZE
        self.bus.feed(self._records)
        cobs.copy(self.rx, 0, message, fxo_line.SAMPLES_AT, self._bytes)
        self.bus.highway.from_lines(self.rx)
        return True

    def second_half(self):
        # Nothing on this board cares for half a block.
        pass

    def answer(self, end, stamp):
        # An exchange that does not read loses blocks, as a line would.
        answer = self._answer
        answer[0] = fxo_line.DRAW
        answer[1] = len(self._records)
        cobs.copy(answer, 4, stamp, 0, 4)
        at = fxo_line.HEADER_SIZE
        for record in self.bus.draw():
            cobs.copy(answer, at, record, 0, fxo_line.RECORD_SIZE)
            at += fxo_line.RECORD_SIZE
        self.bus.highway.to_lines(self.tx)
        cobs.copy(answer, fxo_line.SAMPLES_AT, self.tx, 0, self._bytes)
        end.write(answer, 0, fxo_line.SIZE)
