# The D-channel through the chip's FIFOs, both ways, whole and spoilt.  Both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from rig import Bench

from board import wire
from board.mcu.drivers import pef2256
from board.sim import line


def bench():
    b = Bench()
    b.hello()
    b.block()
    b.events()
    return b


def frame(size, seed=0):
    return bytes((seed + i * 13) & 0xFF for i in range(size))


def test_frames_of_every_size_come_in_whole_and_in_order():
    b = bench()
    sizes = (3, 4, 28, 29, 30, 31, 32, 33, 61, 62, 63, 64, 100, 260, 264)
    sent = [frame(size, size) for size in sizes]
    b.chip.signalling.on_line.extend((f, 0) for f in sent)
    got = []
    for _ in range(60):
        b.block()
        got += b.d_frames()
    assert got == sent
    assert b.status()["hdlc_in"] == len(sizes)


def test_frames_of_every_size_go_out_whole_and_in_order():
    b = bench()
    sizes = (3, 31, 32, 33, 63, 64, 65, 96, 128, 200, 264)
    sent = [frame(size, size) for size in sizes]
    for number, data in enumerate(sent):
        b.say(wire.HDLC_TX, wire.pack_hdlc(number, data))
    for _ in range(40):
        b.block()
    assert b.chip.signalling.sent == sent
    assert b.status()["hdlc_out"] == len(sizes)


def test_a_frame_has_the_tick_of_the_block_in_which_it_ended():
    b = bench()
    b.chip.signalling.on_line.append((frame(60), 0))
    start = b.tick
    b.run(20)
    assert b.taken(wire.HDLC_RX)[0][2] == start + 40  # 64 bytes are more than one block carries


def test_a_frame_without_acknowledgement_comes_again_with_its_number():
    b = bench()
    b.chip.signalling.on_line.append((frame(10), 0))
    b.run(450)
    got = b.taken(wire.HDLC_RX)
    assert len(got) == 3
    assert len({f[3] for f in got}) == 1


def test_spoilt_frames_are_counted_and_not_given_on():
    b = bench()
    signalling = b.chip.signalling
    signalling.on_line.extend(
        [(frame(20), line.BAD_FCS), (frame(20), line.ABORTED), (b"\x01", 0), (frame(9), 0)]
    )
    b.run(50)
    assert b.d_frames() == [frame(9)]
    assert b.status()["hdlc_bad"] == 3


def test_a_frame_that_is_too_long_is_lost_and_told():
    b = bench()
    b.chip.signalling.on_line.extend([(frame(400), 0), (frame(9), 0)])
    b.run(100)
    assert b.d_frames() == [frame(9)]
    assert wire.EVT_HDLC_OVERFLOW in [code for code, _, _ in b.events()]
    assert b.status()["hdlc_overflow"] == 1


def test_a_receiver_that_is_read_too_seldom_overflows_and_says_so():
    b = bench()
    b.chip.signalling.on_line.extend((frame(40, n), 0) for n in range(6))
    for _ in range(12):  # the firmware sleeps
        b.chip.signalling_half()
    b.run(50)
    assert b.status()["hdlc_overflow"] > 0
    b.d_frames()
    b.chip.signalling.on_line.append((frame(9), 0))
    b.run(20)
    assert b.d_frames() == [frame(9)]


def test_a_transmitter_that_is_fed_too_seldom_breaks_off_and_goes_on():
    b = bench()
    b.say(wire.HDLC_TX, wire.pack_hdlc(0, frame(200)))
    b.block()
    for _ in range(5):  # the firmware sleeps
        b.chip.signalling_half()
    b.run(50)
    b.chip.signalling.sent.clear()
    b.say(wire.HDLC_TX, wire.pack_hdlc(1, frame(20)))
    b.run(20)
    assert b.chip.signalling.sent == [frame(20)]


def test_more_frames_of_the_host_than_fit_are_refused_and_counted():
    b = bench()
    for number in range(30):
        b.say(wire.HDLC_TX, wire.pack_hdlc(number, frame(20, number)))
    b.say(wire.HDLC_TX, wire.pack_hdlc(99, frame(301)))
    assert b.status()["hdlc_refused"] == 30 - 16 + 1
    b.run(200)
    assert b.chip.signalling.sent == [frame(20, number) for number in range(16)]


def test_a_line_without_alignment_brings_no_frames():
    b = bench()
    b.chip.signalling.on_line.append((frame(20), 0))
    b.block(bits=line.LFA)
    b.run(20)
    assert b.d_frames() == []


def test_a_host_that_acknowledges_nothing_loses_frames_but_not_alarms():
    b = bench()
    for n in range(40):
        b.chip.signalling.on_line.append((frame(8, n), 0))
        b.block()
    b.run(100, bits=line.LOS)
    b.run(5)
    numbers = {f[3][:2] for f in b.frames if f[0] in (wire.EVT, wire.HDLC_RX)}
    assert len(numbers) <= 32
    assert wire.EVT_ALARM in [code for code, _, _ in b.events()]
    assert b.status()["hdlc_overflow"] > 0


def test_the_frames_of_a_host_that_is_gone_are_not_sent():
    b = bench()
    chip = b.chip.signalling
    b.block()
    for number in range(10):
        b.say(wire.HDLC_TX, wire.pack_hdlc(number, frame(264, number)))
    b.run(600)
    sent = len(chip.sent)
    b.run(500)
    assert len(chip.sent) == sent


def test_the_driver_tells_the_three_endings_apart():
    assert len({pef2256.NO_FRAME, pef2256.BAD_FRAME, pef2256.LOST_FRAME}) == 3
