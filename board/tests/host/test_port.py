import pytest

from board import wire
from board.host import port_events as ev
from board.host.port import COMMAND_TIMEOUT_S, COMMAND_TRIES, BoardPort, PortClosed

HELLO = {
    "major": 1,
    "minor": 0,
    "board": wire.BOARD_E1,
    "revision": 1,
    "ports": 1,
    "slots": 32,
    "capabilities": 7,
    "session": 5,
    "calibration": 0,
    "serial": "CB-1",
    "firmware": "0.1.0",
}


def hello(**changes):
    return wire.body(wire.HELLO, wire.pack_hello(HELLO | changes))


def event(number, code, *values, tick=0):
    return wire.body(wire.EVT, wire.pack_event(number, code, *values), tick)


@pytest.fixture
def sent():
    return []


@pytest.fixture
def port(sent):
    port = BoardPort("test", sent.append)
    port.opened(0.0)
    assert len(port.feed(hello())) == 1
    sent.clear()
    return port


def kinds(sent):
    return [wire.split(frame)[0] for frame in sent]


def acknowledged(sent):
    return [wire.parse_event_ack(frame[8:]) for frame in sent if frame[0] == wire.EVT_ACK]


def test_an_opened_port_asks_until_the_board_says_who_it_is(sent):
    port = BoardPort("test", sent.append)
    port.opened(10.0)
    assert port.next_deadline() == 11.0
    port.poll(11.0)
    assert kinds(sent) == [wire.HELLO_REQ, wire.HELLO_REQ]
    assert port.feed(hello()) == [
        ev.Hello(wire.BOARD_E1, 1, 1, 32, 7, "CB-1", "0.1.0", new_session=True)
    ]
    assert port.ready
    assert port.next_deadline() is None


def test_the_same_session_is_no_new_one(port):
    port.opened(1.0)
    assert not port.feed(hello())[0].new_session
    assert port.feed(hello(session=6))[0].new_session


def test_another_major_version_is_refused_and_nothing_else_taken(sent):
    port = BoardPort("test", sent.append)
    assert port.feed(hello(major=2)) == [ev.VersionRefused(2, 0, "0.1.0", 1, 7, "CB-1")]
    sent.clear()
    assert port.feed(event(0, wire.EVT_ALARM, wire.LOS, 0)) == []
    port.send_hdlc(b"\x00\x01\x7f")
    with pytest.raises(PortClosed):
        port.command(0.0, wire.OP_STATUS)
    assert sent == []


def test_an_event_is_acknowledged_each_time_and_reported_once(port, sent):
    frame = event(7, wire.EVT_ALARM, wire.LOS, 0, tick=800)
    assert port.feed(frame) == [ev.AlarmChanged(wire.LOS, 0, 800)]
    assert port.feed(frame) == []
    assert acknowledged(sent) == [7, 7]
    assert port.alarms == wire.LOS
    assert port.duplicates == 1


def test_an_alarm_that_comes_late_does_not_undo_a_later_one(port):
    port.feed(event(2, wire.EVT_ALARM, 0, wire.LOS, tick=900))
    assert port.feed(event(1, wire.EVT_ALARM, wire.LOS, 0, tick=100)) == []
    assert port.alarms == 0


def test_ticks_wrap(port):
    port.feed(event(1, wire.EVT_ALARM, wire.LOS, 0, tick=0xFFFFFF00))
    assert port.feed(event(2, wire.EVT_ALARM, 0, wire.LOS, tick=16))


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        (wire.EVT_SLIP, (-1, 3), ev.Slipped(-1, 3, 40)),
        (wire.EVT_HDLC_OVERFLOW, (9,), ev.HdlcOverflow(9, 40)),
        (wire.EVT_TX_LATE, (4,), ev.TxLate(4, 40)),
        (wire.EVT_SAFE, (1,), ev.SafeState(entered=True, tick=40)),
        (wire.EVT_CLOCK, (wire.CLOCK_OWN,), ev.ClockChanged(from_line=False, tick=40)),
        (wire.EVT_CHIP, (0x1D, 5), ev.ChipReset(0x1D, 5, 40)),
    ],
)
def test_each_event_has_its_type(port, code, values, expected):
    assert port.feed(event(1, code, *values, tick=40)) == [expected]


def test_a_new_session_begins_its_event_numbers_again(port):
    frame = event(0, wire.EVT_TX_LATE, 1)
    assert len(port.feed(frame)) == 1
    port.feed(hello(session=6))
    assert len(port.feed(frame)) == 1


def test_d_channel_frames_go_both_ways_once(port, sent):
    frame = wire.body(wire.HDLC_RX, wire.pack_hdlc(3, b"\x02\x01\x7f"), 80)
    assert port.feed(frame) == [ev.HdlcReceived(b"\x02\x01\x7f", 80)]
    assert port.feed(frame) == []
    sent.clear()
    port.send_hdlc(b"\x00\x01\x73")
    kind, _, _, payload = wire.split(sent[0])
    assert (kind, wire.parse_hdlc(payload)[1]) == (wire.HDLC_TX, b"\x00\x01\x73")


def test_a_d_channel_frame_that_was_overtaken_is_dropped(port, sent):
    def feed(number):
        return port.feed(wire.body(wire.HDLC_RX, wire.pack_hdlc(number, b"\x02\x01\x7f")))

    assert [len(feed(number)) for number in (0xFFFE, 1, 0xFFFF, 0, 2)] == [1, 1, 0, 0, 1]
    assert acknowledged(sent) == [0xFFFE, 1, 0xFFFF, 0, 2]
    assert port.hdlc_overtaken == 2


def test_a_command_is_answered(port, sent):
    request = port.command(0.0, wire.OP_PEEK, 0x20, 2)
    _, _, _, payload = wire.split(sent[0])
    assert wire.parse_command(payload)[:2] == (request, wire.OP_PEEK)
    answer = wire.body(wire.RSP, wire.pack_response(request, wire.DONE, b"ab"))
    assert port.feed(answer) == [ev.CommandAnswered(request, wire.OP_PEEK, wire.DONE, b"ab")]
    assert port.feed(answer) == []


def test_a_command_without_answer_is_repeated_unchanged_and_then_given_up(port, sent):
    request = port.command(0.0, wire.OP_LED, 1, 1)
    now, failed = 0.0, []
    while not failed:
        now += COMMAND_TIMEOUT_S
        failed = port.poll(now)
    assert failed == [ev.CommandFailed(request, wire.OP_LED)]
    assert sent == [sent[0]] * COMMAND_TRIES
    assert port.next_deadline() is None


def test_commands_fail_when_the_board_goes(port):
    request = port.command(0.0, wire.OP_STATUS)
    assert port.lost() == [ev.CommandFailed(request, wire.OP_STATUS)]
    assert not port.ready


def test_status_and_log_are_reported(port):
    status = wire.body(wire.STATUS, wire.pack_status({"slips": 4}))
    assert port.feed(status)[0].counters["slips"] == 4
    log = wire.body(wire.LOG, wire.pack_log(wire.WARNING, "hot"))
    assert port.feed(log) == [ev.LogReceived(wire.WARNING, "hot")]


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x20",
        wire.body(wire.EVT, b"\x00\x00\xee\x00"),
        wire.body(wire.EVT, b"\x00"),
        wire.body(wire.EVT, b"\x00\x00\x01\x00"),
        wire.body(wire.HDLC_RX, b"\x00"),
        wire.body(wire.RSP, b"\x00"),
        wire.body(wire.STATUS, b"\x09\x00"),
        wire.body(wire.HELLO, b"\x01"),
        wire.body(wire.LOG, b""),
        wire.body(wire.CMD, b"\x00\x00\x01"),
        wire.body(0xEE, b"abc"),
    ],
)
def test_bad_contents_are_counted_and_change_nothing(port, sent, frame):
    before = (port.ready, port.alarms)
    assert port.feed(frame) == []
    assert port.bad_contents == 1
    assert (port.ready, port.alarms) == before
    assert sent == []
