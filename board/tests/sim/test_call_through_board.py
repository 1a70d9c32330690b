# A whole call in virtual time: exchange, line, chip model, firmware, pty, and a host that echoes.
import os
import select

import pytest

from board import wire
from board.host import isdn_events as ev
from board.sim import line
from board.sim.alaw import decode
from board.sim.board import SimulatedBoard
from board.sim.call import CallState
from board.sim.central_office import CentralOffice
from board.sim.isdn_side import IsdnSide
from board.sim.script import HangUp, Say, Wait, WaitConnect


class EchoHost:
    """Answers every call and every block with itself."""

    def __init__(self, port):
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        self._decoder = wire.Decoder()
        self._isdn = IsdnSide("user", stepped=True)
        self._frames = []
        self.status = {}
        self._say(wire.HELLO_REQ, wire.pack_hello_req())

    def _say(self, kind, payload, tick=0):
        os.write(self._fd, wire.seal(wire.body(kind, payload, tick)))

    def turn(self):
        """Take all up to the board's next block, and answer it."""
        while True:
            while self._frames:
                kind, _, tick, payload = wire.split(self._frames.pop(0))
                if kind == wire.PCM_RX:
                    self._answer(tick, payload)
                    return
                self._take(kind, payload)
            assert select.select([self._fd], [], [], 5)[0], "the board is silent"
            self._frames += self._decoder.feed(os.read(self._fd, 4096))

    def _take(self, kind, payload):
        if kind in (wire.EVT, wire.HDLC_RX):
            self._say(wire.EVT_ACK, payload[:2])
        if kind == wire.HDLC_RX:
            self._isdn.frame(wire.parse_hdlc(payload)[1])
        if kind == wire.STATUS:
            self.status = wire.parse_status(payload)

    def _answer(self, tick, payload):
        events, frames = self._isdn.turn(tick // 8)
        for event in events:
            if isinstance(event, ev.Setup):
                self._isdn.order("CONNECT", call=event.call)
            elif isinstance(event, ev.Disconnect):
                self._isdn.order("RELEASE", call=event.call)
        for frame in frames:
            self._say(wire.HDLC_TX, wire.pack_hdlc(0, frame))
        self._say(wire.PCM_TX, wire.pack_pcm(wire.parse_pcm(payload)[4]), tick)

    def close(self):
        self._isdn.close()
        os.close(self._fd)


def run(office, host, seconds, until):
    for _ in range(int(seconds * 200)):
        office.step()
        host.turn()
        if until():
            return True
    return False


@pytest.fixture
def line_up():
    """An exchange and a host with the board between them, the D-channel's layer 2 up."""
    exchange_end, board_end = line.pair()
    with SimulatedBoard(board_end, lockstep=True) as board:
        office = CentralOffice(exchange_end)
        host = EchoHost(board.port)
        try:
            assert run(office, host, 5, lambda: office.link_up)
            yield office, host
        finally:
            office.close()
            host.close()


def test_a_call_is_set_up_carries_sound_and_ends(line_up):
    office, host = line_up
    speech = bytes((i * 11 & 0x7F) | 0x80 for i in range(4000))
    script = [WaitConnect(), Say(speech), Wait(0.1), HangUp()]
    call = office.place_call("5550100", "13800000000", script)
    assert run(office, host, 10, lambda: call.state is CallState.ENDED)
    run(office, host, 1, lambda: False)
    assert (call.cause, call.times.connect is not None) == (16, True)
    at = call.said().samples.tobytes().find(decode(speech).tobytes()) // 2
    echo = call.heard().samples.tobytes().find(decode(speech).tobytes()) // 2
    delay = call.heard().tick + echo - call.said().tick - at
    assert (at >= 0, delay) == (True, 40)  # not a sample lost, one block later
    assert host.status["hdlc_bad"] + host.status["hdlc_overflow"] == 0
    assert host.status["pcm_missing"] <= 1  # the block before the host's first answer
