# The FXO board's side of the link: identity, audio, LINES, commands, safe state.  Both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from fxo_rig import FxoBench

from board import wire, wire_fxo
from board.mcu.drivers import si3050_regs as regs

NO_DIGITS = bytes(24)
OUT_OF_RANGE = (
    (wire_fxo.OP_LINE, 4, 0, 0, 0),
    (wire_fxo.OP_LINE, 0, wire_fxo.COUNTRIES, 0, 0),
    (wire_fxo.OP_LINE, 0, 0, -31, 0),
    (wire_fxo.OP_LINE, 0, 0, 0, 25),
    (wire_fxo.OP_HOOK, 4, 1),
    (wire_fxo.OP_HOOK, 0, 2),
    (wire_fxo.OP_FLASH, 4, 100),
    (wire_fxo.OP_PULSE, 4, 60, 40, 80, b"12" + bytes(22)),
    (wire_fxo.OP_HYBRID, 4, bytes(8)),
    (wire_fxo.OP_LINE_PEEK, 4, 1, 1),
    (wire_fxo.OP_LINE_PEEK, 0, 0, 1),
    (wire_fxo.OP_LINE_PEEK, 0, 1, 0),
    (wire_fxo.OP_LINE_PEEK, 0, 1, 33),
    (wire_fxo.OP_LINE_PEEK, 0, 59, 2),
    (wire_fxo.OP_LINE_POKE, 4, 30, 1),
    (wire_fxo.OP_LINE_POKE, 0, 0, 1),
    (wire_fxo.OP_LINE_POKE, 0, 60, 1),
    (wire.OP_LED, 2, 0),
)


def talk(ports, number=0):
    return bytes((number * 31 + i * 7) & 0xFF for i in range(40 * ports))


def test_hello_tells_a_board_with_lines():
    for ports in (4, 8, 16):
        b = FxoBench(ports)
        b.hello()
        hello = wire.parse_hello(b.taken(wire.HELLO)[0][3])
        assert (hello["board"], hello["ports"], hello["slots"]) == (wire.BOARD_FXO, ports, ports)
        assert hello["capabilities"] == wire.CAN_LINES | wire.CAN_PEEK
        assert (hello["serial"], hello["revision"]) == ("T-FXO", 1)


def test_audio_flows_both_ways_on_hook_too_with_a_slot_for_each_line():
    for ports in (4, 8, 16):
        b = FxoBench(ports).ready()
        b.block(talk(ports))
        _, _, tick, payload = b.taken(wire.PCM_RX)[0]
        mask = (1 << ports) - 1
        assert wire.parse_pcm(payload) == (mask, 40, wire.A_LAW, 0, talk(ports))
        b.say(wire.PCM_TX, wire.pack_pcm(talk(ports, 5), mask), tick)
        assert b.block() == talk(ports, 5)
        assert b.block() == b"\xd5" * (40 * ports)


def test_audio_for_another_number_of_lines_is_refused():
    b = FxoBench(8).ready()
    for samples, mask in ((talk(4), 0x0F), (talk(8), 0x1FE), (talk(16), 0xFFFF)):
        b.block()
        b.say(wire.PCM_TX, wire.pack_pcm(samples, mask), b.tick - 40)
    assert b.block() == b"\xd5" * 320
    assert b.status()["unknown"] == 3


def test_a_d_channel_frame_is_nothing_for_this_board():
    b = FxoBench().ready()
    b.say(wire.HDLC_TX, wire.pack_hdlc(1, b"\x00\x01\x7f"))
    assert b.status()["unknown"] == 1


def test_lines_come_each_half_second_and_to_a_new_host_at_once():
    b = FxoBench().ready()
    b.talk(2000)
    ticks = [tick for _, _, tick, _ in b.taken(wire_fxo.LINES)]
    assert len(ticks) == 4
    assert [tick - ticks[0] for tick in ticks] == [0, 4000, 8000, 12000]
    b.hello()
    assert len(wire_fxo.parse_lines(b.taken(wire_fxo.LINES)[0][3])) == 4


def test_commands_out_of_range_are_refused_and_change_nothing():
    b = FxoBench().ready()
    before = [bytes(chip.registers.bytes) for chip in b.chain.chips]
    for op, *values in OUT_OF_RANGE:
        assert b.order(op, *values) == (wire.BAD_ARGUMENTS, b""), (op, values)
    for op in (wire.OP_SPAN, wire.OP_LOOPBACK, 99):
        b.say(wire.CMD, bytes((9, 9, op, 0, 0, 0)))
        assert wire.parse_response(b.taken(wire.RSP)[-1][3])[1] == wire.UNKNOWN_OP
        b.hello()  # the next command may have the same number
    b.say(wire.CMD, bytes((9, 9, wire_fxo.OP_HOOK, 0)))
    assert wire.parse_response(b.taken(wire.RSP)[-1][3])[1] == wire.BAD_ARGUMENTS
    assert [bytes(chip.registers.bytes) for chip in b.chain.chips] == before


def test_digits_and_times_that_cannot_be_are_refused():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    wrong = (
        (60, 40, 80, NO_DIGITS),
        (60, 40, 80, b"1#" + bytes(22)),
        (60, 40, 80, b"1\x002" + bytes(21)),
        (10, 40, 80, b"1" + bytes(23)),
        (160, 40, 80, b"1" + bytes(23)),
        (60, 5, 80, b"1" + bytes(23)),
        (60, 40, 10, b"1" + bytes(23)),
    )
    for values in wrong:
        assert b.order(wire_fxo.OP_PULSE, 0, *values) == (wire.BAD_ARGUMENTS, b""), values
    for milliseconds in (0, 19, 1501, 65535):
        assert b.order(wire_fxo.OP_FLASH, 0, milliseconds) == (wire.BAD_ARGUMENTS, b"")
    assert b.order(wire_fxo.OP_PULSE, 0, 60, 40, 80, b"1" * 24)[0] == wire.DONE


def test_country_gains_and_hybrid_reach_the_pair():
    b = FxoBench().ready()
    assert b.order(wire_fxo.OP_LINE, 1, wire_fxo.COUNTRY_TBR21, 5, -7)[0] == wire.DONE
    assert b.order(wire_fxo.OP_HYBRID, 1, b"\x11" * 8)[0] == wire.DONE
    b.talk(10)
    drawn = b.drawn[1]
    assert (drawn.impedance, drawn.receive, drawn.transmit) == (2, 5, -7)
    assert drawn.hybrid == b"\x11" * 8
    assert (b.drawn[0].impedance, b.drawn[0].receive) == (0x0A, 0)  # China until it is said


def test_registers_can_be_looked_at_and_written():
    b = FxoBench().ready()
    status, found = b.order(wire_fxo.OP_LINE_PEEK, 0, regs.AC_TERMINATION, 2)
    assert (status, len(found), found[0]) == (wire.DONE, 2, 0x0A)
    assert b.order(wire_fxo.OP_LINE_POKE, 0, regs.AC_TERMINATION, 3)[0] == wire.DONE
    assert b.order(wire_fxo.OP_LINE_PEEK, 0, regs.AC_TERMINATION, 1)[1] == b"\x03"
    b.talk(1000)
    assert b.events() == []  # our own writing is no fault of the chip
    assert len(b.order(wire_fxo.OP_LINE_PEEK, 0, 1, 32)[1]) == 32


def test_a_silent_host_brings_the_safe_state_and_the_call_lasts_10_s():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    silent_since = b.tick
    b.run(510)
    code, values, tick = b.events(acknowledge=False)[-1]
    assert (code, values) == (wire.EVT_SAFE, (1,))
    assert abs(tick - silent_since - 4000) <= 40
    b.run(9450)
    assert b.drawn[0].off_hook
    b.run(100)
    assert not b.drawn[0].off_hook
    told = [(c, v, t) for c, v, t in b.events(acknowledge=False) if c == wire_fxo.EVT_HOOK]
    assert [(c, v) for c, v, _ in told] == [(wire_fxo.EVT_HOOK, (0, 0))]
    assert abs(told[0][2] - silent_since - 10 * 8000) <= 80
    assert b.drawn[0].monitors


def test_a_host_that_restarts_finds_its_call():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 2, 1)
    b.talk(1000)
    b.run(8000)
    b.frames = []
    b.hello()
    assert wire_fxo.parse_lines(b.taken(wire_fxo.LINES)[0][3])[2][0] & wire_fxo.LINE_OFF_HOOK
    b.talk(12000)
    assert b.drawn[2].off_hook
    assert b.status()["safe_entries"] == 1


def test_the_lamps_show_a_host_that_is_there():
    b = FxoBench()
    seen = set()
    for _ in range(210):
        b.block()
        seen.add(b.hal.lamps[0])
    assert seen == {0, 1}
    b.ready()
    assert b.hal.lamps == [1, 0]


def test_noise_of_any_kind_never_stops_the_board():
    b = FxoBench().ready()
    seed = 7
    for _ in range(60):
        noise = bytearray(97)
        for i in range(len(noise)):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            noise[i] = (seed >> 16) & 0xFF if seed & 7 else 0
        b.raw(bytes(noise))
        b.block(talk(4))
    b.raw(b"\x00")
    assert b.order(wire_fxo.OP_LINES)[0] == wire.DONE


def test_any_arguments_of_a_command_are_answered():
    b = FxoBench().ready()
    seed = 3
    answers = set()
    for number in range(400):
        op = wire_fxo.OP_LINE + number % 8
        if op == wire_fxo.OP_LINE_POKE:
            continue  # what is poked is the host's business
        arguments = bytearray()
        for i in range((4, 2, 3, 28, 9, 3, 3, 0)[number % 8]):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            arguments.append(seed >> 16 & (3 if i < 2 else 0xFF))
        b.say(wire.CMD, bytes((number & 0xFF, number >> 8, op)) + bytes(arguments))
        answers.add(wire.parse_response(b.taken(wire.RSP)[-1][3])[1])
        b.talk(5)
    assert answers == {wire.DONE, wire.BAD_ARGUMENTS, wire.REFUSED}
