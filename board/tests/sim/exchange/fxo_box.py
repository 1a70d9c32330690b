"""An FXO board and what is behind it, for tests of the exchange: in a thread, hooks by order."""

import contextlib
import struct
import threading

from board.sim import fxo_line

_LOOP_OHM = 300  # of the board when it is off-hook


class FxoBox:
    """Goes off-hook where `off_hook` says so; echoes nothing, says `say[line]` once."""

    def __init__(self, sock, ports):
        self.off_hook = [False] * ports
        self.say = [b""] * ports
        self.feeds = [(0, 0, 0, 0, 0, 0)] * ports
        self.heard = [bytearray() for _ in range(ports)]
        self.answering = False
        self._socket, self._ports = sock, ports
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self):
        self._thread.join(5)
        self._socket.close()

    def _run(self):
        with contextlib.suppress(ConnectionError):  # the exchange has ended
            while message := self._socket.recv(fxo_line.SIZE + 1):
                self._block(message)

    def _block(self, message):
        _, tick, records, samples = fxo_line.parse(message)
        self.feeds = [struct.unpack(fxo_line.FEED_RECORD, record) for record in records]
        for line in range(self._ports):
            self.heard[line] += samples[line :: self._ports]
            if self.answering:  # to the first ring, until the line is silent for good
                self.off_hook[line] |= self.feeds[line][2] > 0
        draws = [self._draw(line) for line in range(self._ports)]
        said = [self._speak(line) for line in range(self._ports)]
        frames = bytes(said[line][at] for at in range(40) for line in range(self._ports))
        self._socket.send(fxo_line.pack(fxo_line.DRAW, tick, draws, frames))

    def _speak(self, line):
        block, self.say[line] = self.say[line][:40], self.say[line][40:]
        return block.ljust(40, bytes([fxo_line.SILENCE]))

    def _draw(self, line):
        volts, ohms, *_ = self.feeds[line]
        bits = fxo_line.DRAW_LINE_SIDE | fxo_line.DRAW_MONITOR
        current = 0
        if self.off_hook[line]:
            bits |= fxo_line.DRAW_OFF_HOOK
            current = min(400, round(abs(volts) * 1000 / (ohms + _LOOP_OHM)))
            volts = volts * _LOOP_OHM // (ohms + _LOOP_OHM)
        return struct.pack(fxo_line.DRAW_RECORD, bits, 10, current, volts, bytes(8), 0, 0)
