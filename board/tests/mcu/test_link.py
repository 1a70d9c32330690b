# The board's side of the link.  Runs on both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from rig import Bench

from board import wire
from board.mcu.link import counters

TALK = bytes((i * 7 + 1) & 0xFF for i in range(1280))


def bench():
    b = Bench()
    b.hello()
    b.block()
    b.events()
    b.frames = []
    return b


def test_counter_numbers_are_the_names_of_status():
    for i, name in enumerate(wire.STATUS_NAMES):
        assert getattr(counters, name.upper()) == i, name


def test_hello_tells_identity_version_and_session():
    b = Bench()
    b.hello()
    hello = wire.parse_hello(b.taken(wire.HELLO)[0][3])
    assert (hello["serial"], hello["board"], hello["slots"]) == ("T-17", wire.BOARD_E1, 32)
    assert (hello["major"], hello["session"]) == (wire.VERSION_MAJOR, 99)


def test_a_board_without_identity_has_no_serial_but_works():
    for content in (b"", b"CBX1" + bytes(28)):
        b = Bench(content=content)
        b.hello()
        assert wire.parse_hello(b.taken(wire.HELLO)[0][3])["serial"] == ""
        b.block()
        assert len(b.taken(wire.PCM_RX)) == 1


def test_the_line_is_heard_with_its_tick():
    b = bench()
    b.tick = 0xFFFFFFF0
    b.block(TALK)
    _, _, tick, payload = b.taken(wire.PCM_RX)[0]
    assert tick == 0xFFFFFFF0
    assert wire.parse_pcm(payload) == (wire.E1_MASK, 40, wire.A_LAW, 0, TALK)


def test_the_answer_to_a_block_goes_out_with_the_next():
    b = bench()
    b.block()
    b.answer(TALK)
    assert b.block() == TALK
    assert b.block() == b"\xd5" * 1280  # nothing came: silence, and it is counted
    assert b.status()["pcm_missing"] >= 1


def test_the_answer_counts_across_the_wrap_of_the_tick():
    b = bench()
    b.tick = 0xFFFFFFFC
    b.block()
    b.answer(TALK)
    assert b.block() == TALK


def test_an_answer_that_is_too_late_is_dropped_counted_and_told_once():
    b = bench()
    for _ in range(10):
        b.block()
        b.answer(TALK, tick=(b.tick - 3 * 40) & 0xFFFFFFFF)
        assert b.block() == b"\xd5" * 1280
    assert b.status()["pcm_late"] == 10
    assert [code for code, _, _ in b.events()] == [wire.EVT_TX_LATE]


def test_an_answer_to_a_block_that_never_was_is_refused():
    b = bench()
    b.block()
    b.answer(TALK, tick=b.tick + 4000)
    assert b.block() != TALK
    assert b.status()["unknown"] == 1


def test_frame_numbers_of_the_board_count_up():
    b = bench()
    b.run(50)
    numbers = [seq for kind, seq, _, _ in b.frames]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_what_is_wrong_is_counted_and_changes_nothing():
    b = bench()
    good = wire.seal(wire.body(wire.CMD, wire.pack_command(1, wire.OP_LOOPBACK, wire.LOOP_LOCAL)))
    before = bytes(b.chip.registers)
    flipped = bytearray(good)
    flipped[4] ^= 0x20
    b.raw(bytes(flipped))
    b.raw(good[: len(good) // 2] + b"\x00")
    b.raw(b"\x04\x01\x02\x00")
    b.raw(b"\x55" * 9000 + b"\x00")
    b.raw(wire.seal(wire.body(0x77, b"what is this")))
    b.raw(wire.seal(wire.body(wire.EVT_ACK, b"\x01")))
    b.raw(wire.seal(wire.body(wire.PCM_TX, bytes(20))))
    b.raw(wire.seal(wire.body(wire.CMD, b"\x01")))
    b.raw(wire.seal(wire.body(wire.HDLC_TX, b"\x01\x02")))
    b.raw(b"\x00\x00\x00")
    assert bytes(b.chip.registers) == before
    assert b.taken(wire.RSP) == []
    status = b.status()
    assert status["bad_crc"] + status["truncated"] == 3
    assert status["oversized"] == 1
    assert status["unknown"] == 5
    assert len(b.taken(wire.PCM_RX)) == 0  # the stream of blocks is the line's, not the host's


def test_a_good_frame_after_garbage_is_taken():
    b = bench()
    b.raw(b"\x99\x88\x77" * 50 + b"\x00")
    assert b.command(wire.OP_LED, 0, 1)[0] == wire.DONE


def test_noise_of_any_kind_never_stops_the_board():
    b = bench()
    seed = 1
    for _ in range(60):
        noise = bytearray(97)
        for i in range(len(noise)):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            noise[i] = (seed >> 16) & 0xFF if seed & 7 else 0
        b.raw(bytes(noise))
        b.block(TALK)
    b.raw(b"\x00")
    assert b.command(wire.OP_PEEK, 0x4C, 1)[0] == wire.DONE


def test_a_command_is_answered_again_but_done_once():
    b = bench()
    assert b.command(wire.OP_RESTART, request=5) == (wire.DONE, b"")
    assert b.command(wire.OP_RESTART, request=5) == (wire.DONE, b"")
    assert b.hal.restarts == 1
    b.command(wire.OP_RESTART, request=6)
    assert b.hal.restarts == 2


def test_a_new_host_may_begin_with_the_same_request_numbers():
    b = bench()
    b.command(wire.OP_RESTART, request=5)
    b.hello()
    b.command(wire.OP_RESTART, request=5)
    assert b.hal.restarts == 2


def test_commands_out_of_range_are_refused_and_change_nothing():
    b = bench()
    before = bytes(b.chip.registers)
    wrong = (
        (wire.OP_SPAN, 3, 0, 0),
        (wire.OP_SPAN, 0, 2, 0),
        (wire.OP_SPAN, 0, 0, 2),
        (wire.OP_ALARM_TX, wire.LOS),
        (wire.OP_LOOPBACK, 4),
        (wire.OP_PEEK, 250, 7),
        (wire.OP_PEEK, 0, 1),
        (wire.OP_PEEK, 0x60, 16),
        (wire.OP_PEEK, 0x10, 0),
        (wire.OP_PEEK, 0x10, 33),
        (wire.OP_POKE, 256, 0),
        (wire.OP_LED, 2, 0),
        (wire.OP_LED, 0, 3),
    )
    for number, (op, *values) in enumerate(wrong):
        assert b.command(op, *values, request=100 + number) == (wire.BAD_ARGUMENTS, b""), op
    b.say(wire.CMD, b"\x09\x00\x63")
    assert wire.parse_response(b.taken(wire.RSP)[-1][3]) == (9, wire.UNKNOWN_OP, b"")
    b.say(wire.CMD, b"\x0a\x00" + bytes((wire.OP_SPAN,)) + b"\x00")
    assert wire.parse_response(b.taken(wire.RSP)[-1][3]) == (10, wire.BAD_ARGUMENTS, b"")
    assert bytes(b.chip.registers) == before


def test_an_event_is_sent_again_each_200_ms_with_its_first_tick():
    b = bench()
    b.block(bits=32)  # a slip
    first = b.taken(wire.EVT)
    assert len(first) == 1
    b.run(1000)
    again = b.taken(wire.EVT)
    assert [frame[3] for frame in again if frame[3][2] == wire.EVT_SLIP] == [first[0][3]] * 5
    assert {frame[2] for frame in again if frame[3][2] == wire.EVT_SLIP} == {first[0][2]}


def test_an_acknowledged_event_is_not_sent_again():
    b = bench()
    b.block(bits=32)
    assert len(b.events()) == 1
    b.run(400)
    assert [code for code, _, _ in b.events()] in ([], [wire.EVT_SAFE])


def test_acknowledging_in_any_order_frees_just_those():
    b = bench()
    for _ in range(3):
        b.block(bits=32)
    numbers = [wire.parse_event(frame[3])[0] for frame in b.taken(wire.EVT)]
    b.say(wire.EVT_ACK, wire.pack_event_ack(numbers[1]))
    b.say(wire.EVT_ACK, wire.pack_event_ack(numbers[1]))
    b.run(200)
    assert [wire.parse_event(f[3])[0] for f in b.taken(wire.EVT)] == [numbers[0], numbers[2]]


def test_events_without_room_are_counted():
    b = bench()
    for _ in range(40):
        b.block(bits=32)
    assert b.status()["events_lost"] > 0
    b.run(200)
    assert len({f[3][:2] for f in b.taken(wire.EVT)}) == 32


def test_a_host_that_does_not_read_loses_whole_frames_only():
    b = bench()
    b.hal.port.takes = False
    b.run(50)
    b.hal.port.takes = True
    b.block(TALK)
    assert len(b.taken(wire.PCM_RX)) == 1
    assert b.status()["tx_dropped"] >= 10


def test_a_host_of_another_major_version_gets_no_pcm():
    b = bench()
    b.say(wire.HELLO_REQ, b"\x02\x00")
    b.frames = []
    b.block()
    assert b.taken(wire.PCM_RX) == []
    b.hello()
    b.block()
    assert len(b.taken(wire.PCM_RX)) == 1


def test_a_silent_host_brings_the_safe_state_after_500_ms_and_any_frame_ends_it():
    b = bench()
    b.block()
    assert b.out_bits == 0
    b.run(490)
    assert b.out_bits == 0
    b.run(10)
    assert b.out_bits == wire.AIS
    assert b.block() == b"\xff" * 1280
    code, values, _ = b.events(acknowledge=False)[-1]
    assert (code, values) == (wire.EVT_SAFE, (1,))
    b.hello()
    b.block()
    assert b.out_bits == 0
    status = b.status()
    assert (status["safe_entries"], status["safe"]) == (1, 0)


def test_a_board_that_was_never_spoken_to_sends_ais():
    b = Bench()
    b.run(20)
    assert b.out_bits == wire.AIS


def test_status_comes_each_second_and_the_longest_loop_is_of_that_second():
    b = bench()
    b.run(1000)
    b.taken(wire.STATUS)
    b.hal.spent = 9
    b.block()
    b.hal.spent = 1
    b.run(1000)
    status = [wire.parse_status(frame[3]) for frame in b.taken(wire.STATUS)]
    assert [s["longest_loop"] for s in status] == [9]
    b.run(1000)
    assert wire.parse_status(b.taken(wire.STATUS)[0][3])["longest_loop"] == 1
