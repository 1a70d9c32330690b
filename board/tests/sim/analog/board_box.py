"""A box of which the board is real firmware: the host's end of its port in a thread.

In lockstep the board waits for an answer to every block, so the thread answers each one; events
are acknowledged and kept, orders go out before the next answer.
"""

import contextlib
import os
import select
import threading

import numpy as np

from board import wire
from board.sim.alaw import SILENCE
from board.sim.board import SimulatedBoard
from board.sim.call import Mouth, Recording
from board.tests.sim.serial_host import Host


class BoardBox:
    """All lines count from 0 here, as on the wire."""

    def __init__(self, line_socket, ports=4):
        self.ports = ports
        self.events = []  # (code, values, tick)
        self.mouths = [Mouth() for _ in range(ports)]
        self.heard = [Recording(None) for _ in range(ports)]
        self._orders = []
        self._request = 0
        self._numbers = set()
        self._stop = False
        self._board = SimulatedBoard(line_socket, kind="fxo", ports=ports, lockstep=True)
        self._host = Host(self._board.port)
        self._host.say(wire.HELLO_REQ, wire.pack_hello_req())
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def order(self, op, *values):
        """Send a command with the next block."""
        self._orders.append((op, values))

    def seen(self, code):
        """The values of all events of one kind."""
        return [values for kind, values, _ in self.events if kind == code]

    def close(self):
        self._stop = True
        self._thread.join(5)
        self._host.close()
        self._board.close()

    def _run(self):
        with contextlib.suppress(OSError):  # the board has ended
            while not self._stop:
                if not select.select([self._host.fd], [], [], 0.1)[0]:
                    continue
                data = os.read(self._host.fd, 65536)
                if not data:
                    return
                for frame in self._host.decoder.feed(data):
                    kind, _, tick, payload = wire.split(frame)
                    self._take(kind, tick, payload)

    def _take(self, kind, tick, payload):
        if kind == wire.EVT:
            number, code, values = wire.parse_event(payload)
            if number not in self._numbers:
                self.events.append((code, values, tick))
            self._numbers.add(number)
            self._host.say(wire.EVT_ACK, wire.pack_event_ack(number))
        if kind == wire.PCM_RX:
            self._block(tick, wire.parse_pcm(payload)[4])

    def _block(self, tick, samples):
        while self._orders:
            op, values = self._orders.pop(0)
            self._request += 1
            self._host.say(wire.CMD, wire.pack_command(self._request, op, *values))
        heard = np.frombuffer(samples, np.uint8).reshape(40, self.ports)
        said = np.full((40, self.ports), SILENCE, np.uint8)
        for line, mouth in enumerate(self.mouths):
            self.heard[line].add(tick, heard[:, line].tobytes())
            block = mouth.next_block()
            if block is not None:
                said[:, line] = np.frombuffer(block, np.uint8)
        mask = (1 << self.ports) - 1
        self._host.say(wire.PCM_TX, wire.pack_pcm(said.tobytes(), mask), tick)
