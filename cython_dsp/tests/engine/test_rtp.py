"""RTP legs over a real UDP socket on loopback, stepped by hand."""

import socket
import struct

import numpy as np
import pytest

from cython_dsp.engine import (
    EngineError,
    FindKind,
    Profile,
    RtpParams,
    UnknownHandle,
    pack_address,
    unpack_address,
)
from cython_dsp.tests.engine.rig import SILENCE, kinds, pcm, speech


class Peer:
    """A telephone: sends and gets plain RTP."""

    def __init__(self, box):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.address = self.socket.getsockname()
        self.box = box
        self.seq = 0

    def say(self, codes):
        """Send 160 codes as one packet."""
        head = struct.pack("!BBHII", 0x80, 8, self.seq, self.seq * 160, 0xCAFE)
        self.socket.sendto(head + codes, self.box)
        self.seq += 1

    def packets(self):
        got = []
        try:
            while True:
                got.append(self.socket.recv(2048))
        except BlockingIOError:
            return got


@pytest.fixture
def box(engine):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
        mine.bind(("127.0.0.1", 0))
        engine.open_socket(mine.fileno())
        yield mine.getsockname()


@pytest.fixture
def peer(box):
    peer = Peer(box)
    yield peer
    peer.socket.close()


def audio(packets):
    return b"".join(packet[12:] for packet in packets if packet[1] & 0x7F == 8)


def test_a_leg_hears_a_player(engine, peer):
    leg, player = engine.open_rtp(RtpParams(1, peer.address)), engine.open_player()
    says = b"".join(speech(1, 40))
    engine.play(player, [engine.load_clip(says)])
    engine.hear(leg, [(player, 0)])
    engine.step(40)
    assert says[:1440] in audio(peer.packets())


def test_a_leg_nobody_talks_to_is_sent_nothing(engine, peer):
    engine.open_rtp(RtpParams(1, peer.address))
    engine.step(40)
    assert audio(peer.packets()) == b""


def test_what_a_leg_says_reaches_a_board(engine, board, peer):
    slot = engine.open_tdm(engine.add_board(board.fd), 1)
    leg = engine.open_rtp(RtpParams(1, peer.address))
    engine.hear(slot, [(leg, 0)])
    says = speech(1, 120)
    heard = b""
    for i in range(120):
        if i % 4 == 0:
            peer.say(b"".join(says[i : i + 4]))
        board.block()
        engine.step()
        heard += board.answers()[i * 40][:, 1].tobytes()
    spoken, got = pcm(b"".join(says)), pcm(heard)
    middle = spoken[1600:3200].astype(float)
    match = np.correlate(got.astype(float), middle, "valid")
    delay = int(match.argmax()) - 1600
    assert 0 <= delay <= 8 * 60
    same = got[1600 + delay : 3200 + delay].astype(float)
    assert np.corrcoef(same, middle)[0, 1] > 0.95


def test_two_legs_at_one_socket_are_told_apart(engine, box, peer):
    other = Peer(box)
    legs = [engine.open_rtp(RtpParams(i, p.address)) for i, p in enumerate((peer, other))]
    tap = engine.open_rtp(RtpParams(9, peer.address))
    engine.close(tap)
    for _ in range(20):
        peer.say(b"\x2a" * 160)
        engine.step(4)
    assert engine.level(legs[0])[0] > -5
    assert engine.level(legs[1])[0] == -90
    other.socket.close()


def test_a_moved_leg_is_heard_from_its_new_address_only(engine, box, peer):
    leg, other = engine.open_rtp(RtpParams(1, peer.address)), Peer(box)
    engine.move_rtp(leg, [other.address])
    for _ in range(10):
        peer.say(b"\x2a" * 160)
        engine.step(4)
    assert engine.statistics()["udp_unknown"] == 10
    for _ in range(10):
        other.say(b"\x2a" * 160)
        engine.step(4)
    assert engine.level(leg)[0] > -10
    other.socket.close()


def test_a_leg_of_two_addresses_is_heard_at_both_and_sent_to_the_first(engine, box, peer):
    leg, other = engine.open_rtp(RtpParams(1, peer.address)), Peer(box)
    engine.move_rtp(leg, [other.address, peer.address])
    engine.hear(leg, [(engine.open_player(), 0)])
    for speaker in [peer] * 10 + [other] * 10:
        speaker.say(b"\x2a" * 160)
        engine.step(4)
    assert engine.level(leg)[0] > -10
    assert engine.statistics()["udp_unknown"] == 0
    assert len(other.packets()) >= 20
    assert not peer.packets()
    other.socket.close()


def test_the_address_a_leg_is_sent_to_goes_before_those_of_others(engine, box, peer):
    other = Peer(box)
    first, second = (engine.open_rtp(RtpParams(i, p.address)) for i, p in enumerate((other, peer)))
    engine.move_rtp(first, [other.address, peer.address])
    for _ in range(10):
        peer.say(b"\x2a" * 160)
        engine.step(4)
    assert engine.level(first)[0] == -90
    assert engine.level(second)[0] > -10
    other.socket.close()


@pytest.mark.parametrize("count", [0, 9])
def test_a_leg_has_one_to_eight_addresses(engine, peer, count):
    leg = engine.open_rtp(RtpParams(1, peer.address))
    with pytest.raises(ValueError, match="1 to 8"):
        engine.move_rtp(leg, [peer.address] * count)


@pytest.mark.parametrize("first", [0, 3, 20, 63])
def test_stun_and_dtls_come_up_with_their_address(engine, peer, first):
    datagram = bytes((first,)) + b"hello"
    peer.socket.sendto(datagram, peer.box)
    engine.step()
    (find,) = kinds(engine.finds(), FindKind.DATAGRAM)
    assert unpack_address(find.data[:20]) == peer.address
    assert find.data[20:] == datagram
    engine.send_datagram(find.data[:20], b"answer")
    engine.step()
    assert peer.packets() == [b"answer"]


def test_what_is_neither_is_dropped_and_counted(engine, peer):
    for data in (b"", b"\x04x", b"\x40x", b"\xc0x", bytes(1501), bytes(3000)):
        peer.socket.sendto(data, peer.box)
    engine.step()
    assert engine.statistics()["udp_malformed"] == 6
    assert not engine.finds()


def test_a_flood_of_strangers_is_bounded_and_legs_still_heard(engine, box, peer):
    leg, stranger = engine.open_rtp(RtpParams(1, peer.address)), Peer(box)
    for _ in range(10):
        for _ in range(30):
            stranger.socket.sendto(bytes(100), box)
        peer.say(b"\x2a" * 160)
        engine.step(4)
    assert len(kinds(engine.finds(), FindKind.DATAGRAM)) == 160
    assert engine.statistics()["udp_flood"] == 140
    assert engine.level(leg)[0] > -10
    stranger.socket.close()


def test_malformed_rtp_of_a_leg_is_counted(engine, peer):
    leg = engine.open_rtp(RtpParams(1, peer.address))
    peer.socket.sendto(b"\x80\x08", peer.box)
    engine.step(101)
    assert engine.rtp_statistics(leg)["malformed"] == 1


def test_digits_go_out_as_telephone_events(engine, peer):
    leg = engine.open_rtp(RtpParams(1, peer.address, event_type=101))
    player = engine.open_player()
    engine.hear(leg, [(player, 0)])
    engine.send_digits(leg, "7#", method="rfc4733")
    engine.step(120)
    events = [p[12] for p in peer.packets() if p[1] & 0x7F == 101]
    assert sorted(set(events)) == [7, 11]
    (sent,) = kinds(engine.finds(), FindKind.DIGITS_SENT)
    assert (sent.port, sent.value) == (leg, 0)


def test_digits_come_in_as_telephone_events(engine, peer):
    leg = engine.open_rtp(RtpParams(1, peer.address, event_type=101))
    for i in range(8):
        if 2 <= i < 7:
            event = struct.pack("!BBH", 5, 0x8A if i >= 4 else 0x0A, 160 * (i - 1))
            head = struct.pack("!BBHII", 0x80, 101, i, 320, 0xCAFE)
            peer.socket.sendto(head + event, peer.box)
            peer.seq += 1
        else:
            peer.say(bytes([SILENCE]) * 160)
        engine.step(4)
    digits = kinds(engine.finds(), FindKind.DIGIT)
    assert [(find.port, chr(find.value)) for find in digits] == [(leg, "5")]


def test_events_that_were_not_negotiated_are_refused(engine, peer):
    leg = engine.open_rtp(RtpParams(1, peer.address))
    with pytest.raises(EngineError, match="not negotiated"):
        engine.send_digits(leg, "1", method="rfc4733")
    with pytest.raises(ValueError, match="method"):
        engine.send_digits(leg, "1", method="smoke")


def test_two_engines_speak_srtp(engine, peer):
    """The same keys, crossed: what one leg says the other hears."""
    key = bytes(range(28))
    there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    there.bind(("127.0.0.1", 0))
    engine.open_socket(there.fileno())
    gcm = Profile.AEAD_AES_128_GCM
    here = there.getsockname()
    leg = engine.open_rtp(RtpParams(1, here, profile=gcm, send_key=key, receive_key=key))
    player = engine.open_player()
    engine.play(player, [engine.load_clip(b"".join(speech(1, 100)))], loop=True)
    engine.hear(leg, [(player, 0)])
    engine.step(200)
    assert engine.level(leg)[0] == pytest.approx(engine.level(player)[0], abs=1)
    assert engine.rtp_statistics(leg)["refused"] == 0
    there.close()


def test_keys_of_the_wrong_length_are_refused_and_not_shown(engine, peer):
    params = RtpParams(1, peer.address, profile=Profile.AEAD_AES_128_GCM, send_key=b"secret")
    with pytest.raises(ValueError, match="28 bytes"):
        engine.open_rtp(params)
    assert engine.statistics()["legs"] == 0
    assert "secret" not in repr(params)


def test_a_closed_leg_says_bye_and_is_freed(engine, peer):
    leg, player = engine.open_rtp(RtpParams(1, peer.address)), engine.open_player()
    engine.play(player, [engine.load_clip(b"\x2a" * 8000)])
    engine.hear(leg, [(player, 0)])
    engine.step(8)
    engine.close(leg)
    engine.step()
    engine.finds()
    assert peer.packets()[-1][1] in (200, 201)
    assert engine.statistics()["legs"] == 0
    with pytest.raises(UnknownHandle):
        engine.move_rtp(leg, [peer.address])


@pytest.mark.parametrize("address", [("::1", 5), ("10.0.0.1", 65535), ("fe80::1", 1)])
def test_addresses_survive_packing(address):
    assert unpack_address(pack_address(*address)) == address


def test_mapped_addresses_are_plain_ones():
    assert pack_address("::ffff:10.0.0.1", 5) == pack_address("10.0.0.1", 5)


@pytest.mark.parametrize("address", [("host", 5), ("10.0.0.1", 0), ("10.0.0.1", 70000)])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="no "):
        pack_address(*address)


def test_a_dual_stack_socket_serves_ipv4(engine):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as mine:
        mine.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        mine.bind(("::", 0))
        engine.open_socket(mine.fileno())
        peer = Peer(("127.0.0.1", mine.getsockname()[1]))
        peer.socket.sendto(b"\x00stun", peer.box)
        engine.step()
        (find,) = engine.finds()
        assert unpack_address(find.data[:20]) == peer.address
        engine.send_datagram(find.data[:20], b"answer")
        engine.step()
        assert peer.packets() == [b"answer"]
        peer.socket.close()


def test_what_is_no_udp_socket_is_refused(engine):
    with socket.socket() as tcp, pytest.raises(ValueError, match="UDP"):
        engine.open_socket(tcp.fileno())
