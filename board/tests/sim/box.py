"""A box for tests of the exchange: the board's end of the line in a thread, signalling by
callbox-isdn, audio by a function.  What it does with a call is a list of rules."""

import contextlib
import threading

import numpy as np

from board.host import isdn_events as ev
from board.sim import line
from board.sim.alaw import SILENCE
from board.sim.isdn_side import IsdnSide


class Box:
    """Answers every call, echoes its channel; `obey` runs orders in its own thread."""

    def __init__(self, sock, *, stepped=True):
        self.events = []
        self.orders = []
        self.on_setup = self.answer
        self.audio = lambda tick, heard: heard
        self.bits = 0
        self.seen_bits = 0
        self.blocks = 0
        self.errors = []
        self._socket = sock
        self._isdn = IsdnSide("user", stepped=stepped)
        self._frames = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def order(self, verb, **keys):
        self.orders.append((verb, keys))

    def answer(self, setup):
        self.order("CONNECT", call=setup.call)

    def close(self):
        self._thread.join(5)
        self._isdn.close()
        self._socket.close()

    def _run(self):
        with contextlib.suppress(ConnectionError):  # the exchange has ended
            self._serve()

    def _serve(self):
        while message := self._socket.recv(line.SIZE + 1):
            kind, bits, tick, payload = line.parse(message)
            if kind == line.HDLC:
                self._frames.append(payload)
            elif kind == line.ERRORS:
                self.errors.append(line.error_counts(payload))
            else:
                self._block(bits, tick, payload)

    def _block(self, bits, tick, payload):
        self.blocks += 1
        self.seen_bits = bits
        while self.orders:
            verb, keys = self.orders.pop(0)
            self._isdn.order(verb, **keys)
        for frame in self._frames:
            self._isdn.frame(frame)
        self._frames = []
        events, frames = self._isdn.turn(tick // 8)
        for event in events:
            self.events.append(event)
            if isinstance(event, ev.Setup):
                self.on_setup(event)
            elif isinstance(event, ev.Disconnect):
                self.order("RELEASE", call=event.call)
        for frame in frames:
            self._socket.send(line.hdlc(tick, frame))
        heard = np.frombuffer(payload, np.uint8).reshape(40, 32)
        self._socket.send(line.block(tick, self.bits, self.audio(tick, heard).tobytes()))


def idle(tick, heard):
    return np.full_like(heard, SILENCE)
