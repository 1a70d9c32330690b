import socket

import numpy as np
import pytest

from board.sim import fxo_line, script
from board.sim.alaw import level_dbm0
from board.sim.analog.exchange import AnalogExchange
from board.sim.call import CallState
from board.sim.script import HangUp, Press, Say, Wait, WaitConnect
from board.sim.span import BoardSilent, ListeningLine
from board.sim.speech import babble
from board.tests.sim.analog.line_box import LineBox


def a_run(seed):
    ours, theirs = fxo_line.pair()
    office, box = AnalogExchange(ours, 2, seed=seed), LineBox(theirs, 2)
    line, end = office.line(1), box.line(1)
    line.pair.noise_dbm0, line.pair.impulses_per_s = -45.0, 3.0
    call = office.place_call(line, "2", [WaitConnect(), Press("12"), Say(babble(0.5, 5))])
    end.off_hook = True
    end.press("7")
    office.run(2)
    result = (call.times, line.digits, line.states, end.heard.heard().samples.tobytes())
    office.close()
    box.close()
    return result


def test_the_same_seed_and_orders_are_the_same_run():
    first = a_run(5)
    assert first == a_run(5)
    assert first[3] != a_run(6)[3]


def test_a_silent_board_is_told_in_lockstep(monkeypatch):
    monkeypatch.setattr("board.sim.span._REPLY_TIMEOUT_S", 0.05)
    ours, theirs = fxo_line.pair()
    office = AnalogExchange(ours, 1)
    with pytest.raises(BoardSilent):
        office.step()
    theirs.close()
    office.close()


def test_in_real_time_it_takes_what_is_there():
    ours, theirs = fxo_line.pair()
    office = AnalogExchange(ours, 1, lockstep=False)
    office.step(3)  # nobody answers
    assert office.tick == 120
    theirs.settimeout(1)
    ticks = [fxo_line.parse(theirs.recv(fxo_line.SIZE + 1))[1] for _ in range(3)]
    assert ticks == [0, 40, 80]
    theirs.send(b"nonsense")
    record = b"\x05\x0a" + (250).to_bytes(2, "little") + bytes(12)  # off-hook, 25 mA
    for tick in ticks:
        theirs.send(fxo_line.pack(fxo_line.DRAW, tick, [record], bytes([0xD5]) * 40))
    office.step()
    assert (office.board_there, office.line(1).hook_edges) == (True, [(0, True)])
    theirs.close()
    office.step()
    assert not office.board_there
    office.close()


def test_a_board_may_come_later(tmp_path):
    path = str(tmp_path / "line")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen()
    office = AnalogExchange(ListeningLine(listener), 2, lockstep=False)
    office.step(10)
    assert not office.board_there
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.connect(path)
    box = LineBox(sock, 2)
    office._link._lockstep = True  # from here on a block is a block
    office.step(10)
    assert (office.board_there, len(box.line(1).seen)) == (True, 10)
    office.close()
    box.close()
    listener.close()


@pytest.mark.parametrize("ports", [4, 16])
def test_all_lines_talk_at_once(ports):
    ours, theirs = fxo_line.pair()
    office, box = AnalogExchange(ours, ports), LineBox(theirs, ports)
    office.answer_rule("*", script.answers(0.2))
    calls = [
        office.place_call(line, f"1390000{line.index:04}", [WaitConnect(), Say(babble(1.0, 1))])
        for line in office.lines
    ]
    for line in office.lines:
        box.line(line.index).off_hook = True
        box.line(line.index).mouth.say(babble(1.5, line.index))
    office.run(1.5)
    assert all(call.state is CallState.CONNECTED for call in calls)
    assert all(level_dbm0(call.heard().samples) > -25 for call in calls)
    assert {call.channel for call in calls} == set(range(1, ports + 1))
    office.close()
    box.close()


def test_ended_calls_are_forgotten(sockets):
    office, box = AnalogExchange(sockets[0], 1, keep_calls=1, keep_s=0.2), LineBox(sockets[1], 1)
    for _ in range(3):
        office.place_call(office.line(1), "2", [Wait(0.1), HangUp()])
        office.run(0.2)
    assert (len(office.calls), office.open_calls) == (1, 0)
    office.line(1).forget(2)
    assert len(office.line(1).states) == 2
    office.close()
    box.close()


def test_whatever_a_board_sends_the_exchange_goes_on():
    source = np.random.default_rng(3)
    ours, theirs = fxo_line.pair()
    office = AnalogExchange(ours, 2, lockstep=False, keep_s=1)
    for _ in range(200):
        office.step()
        theirs.recv(fxo_line.SIZE + 1)
        tick = int(source.choice([office.tick - 40, 0, 2**32 - 40, source.integers(2**32)]))
        records = [source.bytes(16), source.bytes(16)]
        theirs.send(fxo_line.pack(fxo_line.DRAW, tick, records, source.bytes(80)))
    assert office.replies_bad > 20
    assert office.line(1).hook_edges
    theirs.close()
    office.close()


def test_time_goes_on_when_the_boards_tick_wraps(office, box, line, end):
    office.tick = 2**32 - 80
    end.off_hook = True
    office.step(4)
    assert (line.hook_edges, office.replies_bad) == ([(2**32 - 80, True)], 0)
    office.run(0.5)
    end.off_hook = False
    office.run(0.1)
    assert line.tones[0][0] > 2**32
    assert line.hook_edges[1] == (2**32 - 80 + 160 + 4000, False)
