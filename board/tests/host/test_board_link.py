"""Exchange, simulated board and host in lockstep: the whole way of a call but for the engine."""

import contextlib
import os
import select
import threading

import numpy as np
import pytest

from board import wire
from board.host import isdn_events as isdn
from board.host import port_events as ev
from board.host.discovery import BoardPlace, OpenBoard
from board.host.port import BoardPort
from board.sim import line
from board.sim.board import SimulatedBoard
from board.sim.central_office import CentralOffice
from board.sim.isdn_side import IsdnSide
from board.sim.script import Press, Say, Wait, WaitConnect
from board.sim.speech import babble


class Host:
    """In the engine's place: echoes PCM block by block, carries the D-channel, answers calls."""

    def __init__(self, path):
        self.events, self.calls = [], []
        self._board = OpenBoard(BoardPlace(path, "e1"))
        self.port = BoardPort("test", self._send)
        self._isdn = IsdnSide("user", stepped=True)
        self._decoder = wire.Decoder()
        self._now = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.port.opened(0.0)
        self._thread.start()

    def close(self):
        self._ended.set()
        self._thread.join(5)
        self._isdn.close()
        self._board.close()

    def _send(self, frame):
        data = wire.seal(frame)
        while data:
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._board.fd, data) :]

    def _run(self):
        with contextlib.suppress(OSError):
            while not self._ended.is_set():
                if select.select([self._board.fd], [], [], 0.05)[0]:
                    for frame in self._decoder.feed(os.read(self._board.fd, 65536)):
                        self._take(frame)

    def _take(self, frame):
        kind, _, tick, payload = wire.split(frame)
        if kind != wire.PCM_RX:
            for event in self.port.feed(frame):
                self.events.append(event)
                if isinstance(event, ev.HdlcReceived):
                    self._isdn.frame(event.frame)
            return
        *_, samples = wire.parse_pcm(payload)
        self._signalling(tick)
        self._send(wire.body(wire.PCM_TX, wire.pack_pcm(samples), tick))
        self.port.poll(tick / 8000)

    def _signalling(self, tick):
        events, frames = self._isdn.turn(tick // 8)
        for event in events:
            self.calls.append(event)
            if isinstance(event, isdn.Setup):
                self._isdn.order("CONNECT", call=event.call)
            elif isinstance(event, isdn.Disconnect):
                self._isdn.order("RELEASE", call=event.call)
        for frame in frames:
            self.port.send_hdlc(frame)


@pytest.fixture
def system():
    ours, theirs = line.pair()
    office = CentralOffice(ours)
    with SimulatedBoard(theirs, lockstep=True) as board:
        host = Host(board.port)
        assert office.run(5, lambda: office.link_up)
        yield office, host
        office.close()
        host.close()


def test_a_call_passes_the_board_both_ways(system):
    office, host = system
    hello = next(event for event in host.events if isinstance(event, ev.Hello))
    assert (hello.board, hello.slots) == (wire.BOARD_E1, 32)
    speech = babble(1.0, 9)
    call = office.place_call(
        "88886666", "13800138000", [WaitConnect(), Say(speech), Press("7"), Wait(0.3)]
    )
    office.run(2.0)
    setup = next(event for event in host.calls if isinstance(event, isdn.Setup))
    assert (setup.called, setup.calling) == ("88886666", "13800138000")
    said, heard = call.said(), call.heard()
    echo = heard.between(said.tick, heard.end).astype(float)
    spoken = said.samples[:8000].astype(float)
    delay = int(np.argmax(np.correlate(echo, spoken, "valid")))
    # One block in the board's lockstep playout; nothing of the samples is changed.
    assert delay <= 160
    np.testing.assert_array_equal(echo[delay : delay + 8000], spoken)
    assert call.pressed == "7"
    call.hang_up(office.tick)
    assert office.run(3, lambda: call.ended)
    assert host.port.bad_contents == 0


def test_alarms_are_reported_after_their_debouncing(system):
    office, host = system
    office.set_alarms(line.LOS)
    assert office.run(4, lambda: host.port.alarms & wire.LOS != 0)
    office.set_alarms(0)
    assert office.run(20, lambda: host.port.alarms == 0)
    changes = [event for event in host.events if isinstance(event, ev.AlarmChanged)]
    bits = [change.present & wire.LOS for change in changes]
    assert wire.LOS in bits
    assert bits[-1] == 0


def test_a_command_reaches_the_board_and_is_answered(system):
    office, host = system
    request = host.port.command(office.tick / 8000, wire.OP_STATUS)
    done = ev.CommandAnswered(request, wire.OP_STATUS, wire.DONE, b"")
    assert office.run(1, lambda: done in host.events)
    assert office.run(1, lambda: any(isinstance(e, ev.StatusReceived) for e in host.events))
