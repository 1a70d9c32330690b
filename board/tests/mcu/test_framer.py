# The span: alarms with persistence, what is sent, loops, clock, lamps, slips.  Both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from rig import Bench

from board import wire
from board.mcu.e1 import alarms, clock
from board.sim import line

TALK = bytes((i * 7 + 1) & 0xFF for i in range(1280))


def bench(**options):
    b = Bench(**options)
    b.hello()
    b.block()
    b.events()
    return b


def run(b, milliseconds, bits):
    # With a host that is there.
    b.bits = bits
    for _ in range(milliseconds // 5):
        b.say(wire.EVT_ACK, b"\xff\xff")
        b.block()


def alarm_events(b):
    return [(values[0], tick) for code, values, tick in b.events() if code == wire.EVT_ALARM]


def test_each_alarm_is_reported_after_its_persistence_and_cleared_after_one_second():
    for bit in (line.LOS, line.LFA, line.AIS, line.RAI, line.LOMF):
        b = bench()
        start = b.tick
        run(b, 95, bit)
        assert alarm_events(b) == [], bit
        run(b, 5, bit)
        run(b, 990, 0)
        assert alarm_events(b) == [(bit, start + 19 * 40)], bit
        clear = b.tick + 40
        run(b, 10, 0)
        assert alarm_events(b) == [(0, clear)], bit
        assert b.status()["alarms"] == 0


def test_a_host_that_comes_is_told_the_alarms_there_are():
    b = Bench()
    b.run(200, bits=line.LOS)
    b.events()
    b.hello()
    assert [values for code, values, _ in b.events() if code == wire.EVT_ALARM] == [
        (wire.LOS, wire.LOS)
    ]


def test_the_same_configuration_again_leaves_the_span_alone():
    b = bench()
    b.chip.write = None  # would fail
    setting = (wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)
    assert b.command(wire.OP_SPAN, *setting)[0] == wire.DONE


def test_a_flap_shorter_than_the_persistence_is_not_reported():
    b = bench()
    for _ in range(20):
        run(b, 95, line.LOS)
        run(b, 5, 0)
    assert alarm_events(b) == []


def test_the_cause_hides_what_follows_from_it():
    shown = wire.LOS | wire.LFA | wire.RAI | wire.AIS | wire.LOMF
    assert alarms.cause(shown) == wire.LOS
    assert alarms.cause(wire.AIS | wire.LFA | wire.LOMF) == wire.AIS
    assert alarms.cause(wire.LFA | wire.RAI) == wire.LFA
    assert alarms.cause(wire.RAI | wire.LOMF) == wire.RAI | wire.LOMF


def test_persistence_counts_ticks_not_calls():
    a = alarms.Alarms()
    assert not a.step(wire.LOS, alarms.RAISE - 1)
    assert a.step(wire.LOS, 1)
    assert a.present == wire.LOS
    assert not a.step(0, alarms.CLEAR - 1)
    assert a.step(0, 1)


def test_loss_of_frame_is_answered_with_rai_and_ais_is_heard():
    b = bench()
    b.block(TALK, bits=line.LFA)
    assert b.out_bits == line.RAI
    assert wire.parse_pcm(b.taken(wire.PCM_RX)[-1][3])[4] == b"\xff" * 1280
    b.block()
    assert b.out_bits == 0


def test_alarms_are_sent_as_the_host_asks():
    b = bench()
    for number, (bits, sent) in enumerate(((wire.RAI, line.RAI), (wire.AIS, line.AIS), (0, 0))):
        assert b.command(wire.OP_ALARM_TX, bits, request=number)[0] == wire.DONE
        b.block()
        assert b.out_bits == sent


def test_loops():
    b = bench()
    b.command(wire.OP_LOOPBACK, wire.LOOP_REMOTE, request=1)
    assert b.block(TALK) == TALK
    b.command(wire.OP_LOOPBACK, wire.LOOP_PAYLOAD, request=2)
    assert b.block(TALK) == TALK
    b.command(wire.OP_LOOPBACK, wire.LOOP_LOCAL, request=3)
    run(b, 200, line.LOS)
    assert alarm_events(b) == []  # we see ourselves, not the dead line
    b.block()
    b.answer(TALK)
    b.block()
    b.block()
    assert wire.parse_pcm(b.taken(wire.PCM_RX)[-1][3])[4] == TALK
    b.command(wire.OP_LOOPBACK, wire.LOOP_NONE, request=4)
    assert b.block(TALK) == b"\xd5" * 1280


def test_the_span_can_be_configured_and_says_so_in_the_chip():
    b = bench()
    for number, framing in enumerate((wire.FRAMING_DOUBLE, wire.FRAMING_AUTO, wire.FRAMING_CRC4)):
        b.command(wire.OP_SPAN, framing, wire.CLOCK_OWN, wire.CODE_HDB3, request=number)
        b.block()
        assert b.out_bits == (line.LOMF if framing == wire.FRAMING_DOUBLE else 0)
    assert b.status()["clock"] == wire.CLOCK_OWN


def test_the_wrong_line_code_shows_as_loss_of_signal():
    b = bench()
    b.command(wire.OP_SPAN, wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_AMI)
    run(b, 150, 0)
    assert alarm_events(b)[0][0] == wire.LOS


def test_the_own_clock_takes_over_on_loss_and_the_line_comes_back_after_ten_seconds():
    b = bench()
    run(b, 150, line.LOS)
    sources = [values[0] for code, values, _ in b.events() if code == wire.EVT_CLOCK]
    assert (sources, b.status()["clock"]) == ([wire.CLOCK_OWN], wire.CLOCK_OWN)
    assert b.chip.registers[0x36] & 1  # LIM0.MAS
    run(b, 1000, 0)
    b.events()
    run(b, 9990, 0)
    assert [code for code, _, _ in b.events()] == []
    run(b, 10, 0)
    assert [values[0] for code, values, _ in b.events()] == [wire.CLOCK_LINE]
    assert not b.chip.registers[0x36] & 1


def test_a_clock_that_is_its_own_by_configuration_never_changes():
    c = clock.Clock()
    c.want(wire.CLOCK_OWN)
    assert not c.step(wire.LOS, 40)
    assert not c.step(0, clock.BACK)
    assert c.source == wire.CLOCK_OWN


def test_slips_are_counted_and_told_with_their_direction():
    b = bench()
    b.block(bits=line.SLIP_REPEATED)
    b.block(bits=line.SLIP_LOST)
    slips = [values for code, values, _ in b.events() if code == wire.EVT_SLIP]
    assert slips == [(1, 1), (-1, 2)]


def test_error_counters_add_up_over_seconds():
    b = bench()
    for _ in range(2):
        b.chip.count_errors((5, 6, 7, 300))
        run(b, 1000, 0)
    status = b.status()
    names = ("code_violations", "fas_errors", "crc_errors", "e_bits")
    assert [status[name] for name in names] == [10, 12, 14, 600]


def test_a_chip_that_lost_a_register_is_set_up_again_and_it_is_told():
    b = bench()
    b.command(wire.OP_ALARM_TX, wire.RAI, request=1)
    b.chip.registers[0x1C] = 0
    run(b, 50, 0)
    told = [values for code, values, _ in b.events() if code == wire.EVT_CHIP]
    assert told == [(0x1C, 0)]
    assert b.chip.registers[0x1C] == 0xF0
    assert b.out_bits == line.RAI  # what the host had asked for still holds


def test_lamps_show_the_span():
    b = bench()
    run(b, 5, 0)
    assert b.hal.lamps == [1, 0]
    run(b, 150, line.LOS)
    assert b.hal.lamps == [0, 0]
    b = bench()
    run(b, 150, line.RAI)
    assert b.hal.lamps == [1, 1]
    b = bench()
    run(b, 150, line.AIS)
    seen = set()
    for _ in range(200):
        run(b, 5, line.AIS)
        seen.add(tuple(b.hal.lamps))
    assert seen == {(0, 1), (1, 1)}


def test_the_host_may_borrow_a_lamp():
    b = bench()
    b.command(wire.OP_LED, 1, 1, request=1)
    run(b, 1200, line.LOS)
    assert b.hal.lamps[1] == 1
    b.command(wire.OP_LED, 1, 2, request=2)
    run(b, 5, line.LOS)
    assert b.hal.lamps[1] == 0
