# Hook, flash and pulses, as the pair sees them.  Runs on both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from fxo_rig import FxoBench, ring_burst

from board import wire, wire_fxo
from board.mcu.fxo import states

MS = 8
CLOSED, BROKEN = True, False


def digits(text):
    return text.encode() + bytes(24 - len(text))


def on_the_phone(ports=4):
    b = FxoBench(ports).ready()
    for line in range(ports):
        assert b.order(wire_fxo.OP_HOOK, line, 1) == (wire.DONE, b"")
    b.talk(1000)
    b.events()
    return b


def test_the_hook_is_reached_in_the_next_block_and_told():
    b = FxoBench().ready()
    assert not b.drawn[0].off_hook
    assert b.order(wire_fxo.OP_HOOK, 0, 1) == (wire.DONE, b"")
    b.talk(5)
    assert [drawn.off_hook for drawn in b.drawn] == [True, False, False, False]
    assert [value for value, _ in b.line_events(wire_fxo.EVT_HOOK)] == [1]
    b.order(wire_fxo.OP_HOOK, 0, 0)
    b.talk(5)
    assert not b.drawn[0].off_hook
    assert [value for value, _ in b.line_events(wire_fxo.EVT_HOOK)] == [0]


def test_a_hook_command_twice_is_done_once():
    b = FxoBench().ready()
    for _ in range(2):
        assert b.order(wire_fxo.OP_HOOK, 0, 1)[0] == wire.DONE
    b.talk(100)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_HOOK)] == [1]
    for _ in range(2):
        assert b.order(wire_fxo.OP_HOOK, 0, 0)[0] == wire.DONE
    assert [value for value, _ in b.line_events(wire_fxo.EVT_HOOK)] == [0]


def test_on_hook_the_line_is_heard_always():
    b = FxoBench().ready()
    assert all(drawn.monitors for drawn in b.drawn)
    ring_burst(b, 500)
    assert b.drawn[0].monitors
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    assert not b.drawn[0].monitors
    b.order(wire_fxo.OP_HOOK, 0, 0)
    b.talk(10)
    assert b.drawn[0].monitors


def test_a_flash_opens_the_loop_for_its_time():
    b = on_the_phone()
    assert b.order(wire_fxo.OP_FLASH, 0, 600) == (wire.DONE, b"")
    assert b.lines()[0][0] & wire_fxo.LINE_DIALLING
    trace = b.hook_trace(1000)
    assert trace[0] == (BROKEN, 600)
    assert trace[1][0] == CLOSED
    assert [(code, values) for code, values, _ in b.events()] == [(wire_fxo.EVT_DIALLED, (0, 0))]
    b.talk(1000)
    assert b.events() == []  # our own break is no drop of the battery
    assert not b.lines()[0][0] & wire_fxo.LINE_DIALLING


def test_pulses_60_40_and_the_pause_between_digits():
    b = on_the_phone()
    assert b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, digits("301"))[0] == wire.DONE
    trace = b.hook_trace(4000)
    breaks = [ms for closed, ms in trace if not closed]
    makes = [ms for closed, ms in trace if closed]
    assert breaks == [60] * 14  # 3, 10 for the nought, 1
    between = 40 + 800
    assert makes[:-1] == [40] * 2 + [between] + [40] * 9 + [between]
    assert [(c, v) for c, v, _ in b.events()] == [(wire_fxo.EVT_DIALLED, (0, 3))]


def test_pulses_that_are_no_whole_blocks_keep_their_rate():
    b = on_the_phone()
    b.order(wire_fxo.OP_PULSE, 0, 66, 33, 80, digits("0"))
    trace = b.hook_trace(1500)
    assert len([1 for closed, _ in trace if not closed]) == 10
    for closed, ms in trace[:-1]:
        assert abs(ms - (33 if closed else 66)) <= 5
    assert abs(sum(ms for _, ms in trace[:19]) - (10 * 66 + 9 * 33)) <= 5


def test_all_lines_dial_at_once():
    b = on_the_phone(ports=16)
    for line in range(16):
        b.order(wire_fxo.OP_PULSE, line, 60, 40, 80, digits("2"))
    counts = [0] * 16
    before = [True] * 16
    for _ in range(100):
        b.talk(5)
        for line in range(16):
            counts[line] += before[line] and not b.drawn[line].off_hook
            before[line] = b.drawn[line].off_hook
    assert counts == [2] * 16
    dialled = [values for code, values, _ in b.events() if code == wire_fxo.EVT_DIALLED]
    assert sorted(dialled) == [(line, 1) for line in range(16)]


def test_on_hook_ends_pulses_at_once():
    b = on_the_phone()
    b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, digits("999"))
    b.talk(230)
    b.order(wire_fxo.OP_HOOK, 0, 0)
    assert b.hook_trace(1000) == [(BROKEN, 1000)]
    assert (wire_fxo.EVT_HOOK, (0, 0)) in [(code, values) for code, values, _ in b.events()]
    assert b.order(wire_fxo.OP_HOOK, 0, 1)[0] == wire.DONE
    assert b.hook_trace(500) == [(CLOSED, 500)]


def test_dialling_needs_a_line_that_is_off_hook_and_does_not_dial():
    b = FxoBench().ready()
    assert b.order(wire_fxo.OP_FLASH, 0, 100)[0] == wire.REFUSED
    assert b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, digits("1"))[0] == wire.REFUSED
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, digits("12"))
    b.talk(100)
    assert b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, digits("999999"))[0] == wire.REFUSED
    assert b.order(wire_fxo.OP_FLASH, 0, 100)[0] == wire.REFUSED
    assert b.order(wire_fxo.OP_HOOK, 0, 1)[0] == wire.DONE  # it is off-hook
    b.talk(1500)
    assert (wire_fxo.EVT_DIALLED, (0, 2)) in [(code, values) for code, values, _ in b.events()]


def test_a_line_that_is_not_up_yet_refuses_the_hook():
    b = FxoBench()
    b.hello()
    b.talk(20)
    assert b.order(wire_fxo.OP_HOOK, 0, 1)[0] == wire.REFUSED
    assert b.order(wire_fxo.OP_HOOK, 0, 0)[0] == wire.DONE
    assert b.lines()[0][3] == wire_fxo.CHIP_ISOLATION


def test_every_state_says_what_it_does_with_every_input():
    # The table as a whole; what is not here is refused.
    allowed = {}
    for state in range(states.FAULTY + 1):
        for what in range(states.DIAL + 1):
            cell = states.following(state, what)
            if cell >= 0:
                step = (states.next_state(cell), states.ACTIONS[states.action(cell)])
                allowed[(state, what)] = step
    assert len(allowed) == 45, len(allowed)
    for state in (states.RESTING, states.POWERING, states.FAULTY):
        assert (state, states.OFF) not in allowed
        assert allowed[(state, states.ON)] == (state, "drop")
    for state in (states.READY, states.FLASH, states.BREAK, states.MAKE, states.PAUSE):
        assert allowed[(state, states.ON)] == (states.ON_HOOK, "release")
        assert allowed[(state, states.OFF)] == (state, "stay")
        assert (state, states.DIAL) not in allowed
        assert (state, states.OPEN) not in allowed
    for state in range(states.ON_HOOK, states.PAUSE + 1):
        assert allowed[(state, states.LOST)] == (states.RESTING, "reset")
        assert allowed[(state, states.RESET)] == (states.POWERING, "set_up")
    assert (states.ON_HOOK, states.OPEN) not in allowed
    assert allowed[(states.ON_HOOK, states.OFF)] == (states.OFF_HOOK, "seize")
