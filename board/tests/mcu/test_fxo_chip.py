# Chips that fail: what the line does, and what the host is told.  Runs on both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from fxo_rig import FxoBench

from board import wire, wire_fxo
from board.mcu.drivers import si3050_regs as regs
from board.sim import fxo_line

WELL, SILENT = wire_fxo.CHIP_WELL, wire_fxo.CHIP_SILENT
ISOLATION, RESET = wire_fxo.CHIP_ISOLATION, wire_fxo.CHIP_RESET


def told(b, line=0):
    return [values for values, _ in b.line_events(wire_fxo.EVT_LINE_CHIP, line)]


def test_a_chip_that_works_is_no_event():
    b = FxoBench()
    b.hello()
    b.talk(3000)
    assert told(b) == []
    assert [line[3] for line in b.lines()] == [WELL] * 4
    assert b.chain.wrong == 0


def test_every_register_that_changes_is_written_again_and_told():
    watched = (5, 6, 16, 18, 22, 23, 24, 26, 30, 31, 33, 34, 36, 38, 39, 40, 41, 45, 52, 59)
    for register in watched:
        b = FxoBench().ready()
        before = bytes(b.chain.chips[0].registers.bytes)
        b.pairs[0].register = register
        b.pairs[0].bits = fxo_line.FEED_CORRUPT
        b.block()
        b.talk(1000)
        events = told(b)
        assert len(events) == 1, (register, events)
        assert events[0][:2] == (RESET, register)
        after = b.chain.chips[0].registers.bytes
        for i in watched[1:]:
            assert after[i] == before[i], (register, i)
        assert b.lines()[0][3] == WELL


def test_a_call_survives_a_wrong_register():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.pairs[0].register = regs.AC_TERMINATION
    b.pairs[0].bits = fxo_line.FEED_CORRUPT
    assert b.hook_trace(1000) == [(True, 1000)]


def test_the_hook_is_put_back_within_16_ms():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    b.pairs[0].register = regs.DAA1
    b.pairs[0].bits = fxo_line.FEED_CORRUPT
    trace = b.hook_trace(200)
    assert sum(ms for off_hook, ms in trace if not off_hook) <= 15
    assert told(b)[0][:2] == (RESET, regs.DAA1)


def test_a_chip_that_loses_its_registers_is_set_up_again_and_the_call_goes_on():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_LINE, 0, wire_fxo.COUNTRY_UK, -3, 4)
    b.order(wire_fxo.OP_HYBRID, 0, bytes((1, 2, 3, 4, 5, 6, 7, 8)))
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    before = b.drawn[0]
    b.pairs[0].bits = fxo_line.FEED_CHIP_RESET
    trace = b.hook_trace(500)
    assert sum(ms for off_hook, ms in trace if not off_hook) < 150  # no hang-up for an exchange
    codes = [(code, values[:2]) for code, values, _ in b.events()]
    assert codes[0] == (wire_fxo.EVT_LINE_CHIP, (0, RESET))
    assert wire_fxo.EVT_HOOK not in [code for code, _ in codes]
    after = b.drawn[0]
    assert (after.impedance, after.hybrid) == (before.impedance, before.hybrid)
    assert (after.receive, after.transmit) == (-3, 4)
    assert after.hybrid == bytes((1, 2, 3, 4, 5, 6, 7, 8))


def test_an_isolation_link_that_is_down_is_told_once_and_so_is_its_return():
    b = FxoBench().ready()
    b.pairs[0].bits = fxo_line.FEED_ISOLATION_DOWN
    b.talk(60)
    assert [values[0] for values in told(b)] == [ISOLATION]
    b.talk(9000)
    assert told(b) == []
    _, volts, _, chip = b.lines()[0]
    assert (volts, chip) == (0, ISOLATION)
    assert b.order(wire_fxo.OP_HOOK, 0, 1)[0] == wire.REFUSED
    b.pairs[0].bits = 0
    b.talk(4500)
    assert [values[0] for values in told(b)] == [WELL]
    assert b.lines()[0][3] == WELL
    assert b.order(wire_fxo.OP_HOOK, 0, 1)[0] == wire.DONE


def test_a_short_break_of_the_isolation_link_does_not_end_the_call():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    b.pairs[0].bits = fxo_line.FEED_ISOLATION_DOWN
    b.talk(50)
    b.pairs[0].bits = 0
    b.talk(1000)
    assert b.drawn[0].off_hook
    codes = [code for code, _, _ in b.events()]
    assert set(codes) == {wire_fxo.EVT_LINE_CHIP}


def test_a_long_one_does_and_the_hook_says_so():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    b.pairs[0].bits = fxo_line.FEED_ISOLATION_DOWN
    b.talk(1000)
    b.pairs[0].bits = 0
    b.talk(5000)
    assert not b.drawn[0].off_hook
    assert (wire_fxo.EVT_HOOK, (0, 0)) in [(code, values) for code, values, _ in b.events()]


def test_a_silent_chip_is_told_and_the_others_work():
    b = FxoBench().ready()
    b.pairs[1].bits = fxo_line.FEED_CHIP_SILENT
    b.talk(100)
    assert [values[0] for values in told(b, 1)] == [SILENT]
    assert [line[3] for line in b.lines()] == [WELL, SILENT, WELL, WELL]
    assert b.hal.lamps[1] == 1
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(100)
    assert b.drawn[0].off_hook
    b.pairs[1].bits = 0
    b.talk(5000)
    assert [values[0] for values in told(b, 1)] == [WELL]
    assert b.hal.lamps[1] == 0


def test_a_board_that_starts_with_a_dead_chip_says_so_after_2_s():
    b = FxoBench()
    b.pairs[3].bits = fxo_line.FEED_CHIP_SILENT
    b.hello()
    b.talk(1500)
    assert told(b, 3) == []
    b.talk(1000)
    assert [values[0] for values in told(b, 3)] == [SILENT]
    assert b.order(wire_fxo.OP_HOOK, 3, 1)[0] == wire.REFUSED
    assert b.order(wire_fxo.OP_HOOK, 2, 1)[0] == wire.DONE


def test_a_fault_while_dialling_tells_how_far_it_came():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, b"11" + bytes(22))
    b.talk(500)
    b.pairs[0].bits = fxo_line.FEED_CHIP_RESET
    b.talk(1500)
    events = [(code, values) for code, values, _ in b.events()]
    assert (wire_fxo.EVT_DIALLED, (0, 1)) in events


def test_faults_while_it_rings_end_the_ring():
    b = FxoBench().ready()
    b.pairs[0].ring = 75.0
    b.talk(500)
    b.pairs[0].bits = fxo_line.FEED_ISOLATION_DOWN
    b.talk(500)
    rings = [values[1] for code, values, _ in b.events() if code == wire_fxo.EVT_RING]
    assert rings == [1, 0]
