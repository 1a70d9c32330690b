import itertools
import struct

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPacket, RtcpRrPacket, RtcpSdesPacket, RtcpSrPacket

from cython_dsp.tests.door import AES_CM, AES_GCM, OK_RTCP, Leg
from cython_dsp.tests.rtp.streams import on_time, packets, play, voice


def reports(leg, ticks, start=1):
    return [(t, p) for t in range(start, start + ticks) if (p := leg.rtcp(t))]


def read(packet):
    return RtcpPacket.parse(packet)


def test_a_report_about_every_5_seconds():
    times = [tick for tick, _ in reports(Leg(), 200 * 600)]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert all(500 <= gap <= 1500 for gap in gaps)
    assert 100 < len(times) < 140


def test_an_idle_leg_reports_as_a_receiver_with_its_name():
    report, names = read(reports(Leg(ssrc=5), 2000)[0][1])
    assert isinstance(report, RtcpRrPacket)
    assert (report.ssrc, report.reports) == (5, [])
    assert isinstance(names, RtcpSdesPacket)
    assert names.chunks[0].items == [(1, b"callbox")]


def test_the_report_tells_loss_jitter_and_the_highest_number():
    leg = Leg()
    data = packets(voice(4), sequence=0xFFFE)
    play(leg, [pair for i, pair in enumerate(on_time(data)) if i % 4 != 3], 800, start=1)
    (report, _) = read(reports(leg, 3000, 801)[0][1])
    (block,) = report.reports
    assert block.ssrc == 7
    assert block.fraction_lost == pytest.approx(64, abs=3)
    assert block.packets_lost == 49  # the 200th is lost as well, but nothing came after it
    assert block.highest_sequence == 0xFFFE + 198


def test_a_leg_that_sends_reports_packets_octets_and_a_time_stamp():
    leg = Leg()
    for tick in range(1, 2000):
        leg.send(voice(0.005), tick)
        if packet := leg.rtcp(tick):
            break
    (report, _) = read(packet)
    assert isinstance(report, RtcpSrPacket)
    assert report.sender_info.packet_count == tick // 4
    assert report.sender_info.octet_count == tick // 4 * 160
    assert report.sender_info.ntp_timestamp >> 32 == 3_900_000_000 + tick // 200


def receiver_report(ssrc, about, lsr, dlsr, lost=0):
    block = struct.pack(">IIIIII", about, lost << 24, 0, 0, lsr, dlsr)
    return struct.pack(">BBHI", 0x81, 201, 7, ssrc) + block


def test_round_trip_time_is_computed_from_the_report_of_the_other_side():
    leg = Leg(ssrc=5)
    sent_at = 1000
    stamp = ((3_900_000_000 << 32) + sent_at * 2**32 // 200) >> 16 & 0xFFFFFFFF
    # It kept the report for 100 ms; 30 ticks are 150 ms: 50 ms were on the way.
    assert leg.receive(receiver_report(7, 5, stamp, 6554, lost=64), sent_at + 30) == OK_RTCP
    assert leg.statistics.rtt_ms == pytest.approx(50, abs=1)
    assert leg.statistics.far_lost == 0.25


def test_a_report_about_somebody_else_says_nothing():
    leg = Leg(ssrc=5)
    leg.receive(receiver_report(7, 6, 1, 1), 1)
    assert leg.statistics.rtt_ms == -1


def test_their_sender_report_is_answered_with_its_stamp_and_our_delay():
    leg = Leg()
    play(leg, on_time(packets(voice(0.2))), 40, start=1)
    sender = struct.pack(">BBHIQIII", 0x80, 200, 6, 7, 0x0123456789ABCDEF, 0, 0, 0)
    leg.receive(sender, 100)
    tick, packet = reports(leg, 3000, 101)[0]
    (block,) = read(packet)[0].reports
    assert block.lsr == 0x456789AB
    assert block.dlsr == (tick - 100) * 65536 // 200


def test_bye_is_noticed_and_sent():
    leg = Leg(ssrc=5)
    play(leg, on_time(packets(voice(0.2))), 40, start=1)
    goodbye = struct.pack(">BBHI", 0x80, 201, 1, 7) + struct.pack(">BBHI", 0x81, 203, 1, 7)
    leg.receive(goodbye, 50)
    assert leg.statistics.said_bye == 1
    last = read(leg.bye(60))[-1]
    assert isinstance(last, RtcpByePacket)
    assert last.sources == [5]


@pytest.mark.parametrize(("profile", "size"), [(AES_CM, 30), (AES_GCM, 28)])
def test_reports_travel_protected(profile, size):
    a_key, b_key = bytes(range(size)), bytes(range(1, size + 1))
    a = Leg(ssrc=5, profile=profile, keys=(a_key, b_key))
    b = Leg(ssrc=7, profile=profile, keys=(b_key, a_key))
    (_, report), *_ = reports(a, 2000)
    assert b"callbox" not in report
    assert b.receive(report, 1) == OK_RTCP
    changed = bytearray(report)
    changed[10] ^= 1
    assert b.receive(bytes(changed), 1) < 0
