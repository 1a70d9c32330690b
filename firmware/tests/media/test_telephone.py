"""An agent's browser (made of others' libraries) and the box's leg, through the real engine."""

import socket

import numpy as np
import pytest

from cython_dsp.engine import Engine
from firmware.addresses import own_hosts, reachable
from firmware.errors import MediaError
from firmware.media.addresses import candidates
from firmware.media.clips import Clips
from firmware.media.engine import EngineMedia
from firmware.media.telephone import BrowserTelephones
from firmware.prompts.catalogue import Catalogue
from firmware.tests.fakes import LoopClock
from hil_tests.browser_phone import BrowserPhone
from hil_tests.virtual_loop import VirtualLoop


class Bench:
    """Also the `Ears` of the telephones."""

    def __init__(self) -> None:
        self.loop, self.engine = VirtualLoop(), Engine(sample_memory_mb=8)
        self.media = EngineMedia(self.engine, Clips(self.engine, Catalogue()), lambda: "CN")
        self.media.finds.start(self.loop)
        self.telephones = BrowserTelephones(self.media, LoopClock(self.loop), self)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.where = [self.udp.getsockname()]
        self.telephones.open(self.udp.fileno(), lambda: self.where)
        self.told, self.phones = [], []

    def telephone_up(self, agent, port):
        self.told.append(("up", agent, port))

    def telephone_lost(self, agent):
        self.told.append(("lost", agent))

    def offer(self, agent="8001"):
        phone = BrowserPhone()
        answers = []
        self.loop.call_soon(lambda: answers.append(self.telephones.offer(agent, phone.offer())))
        self.loop.settle()
        phone.accept(answers[0])
        self.phones.append(phone)
        return phone

    def run(self, seconds, until=lambda: False):
        for _ in range(round(seconds / 0.005)):
            for phone in self.phones:
                phone.step()
            self.engine.step()
            self.loop.advance(0.005)
            if until():
                return True
        return until()

    def up(self, agent="8001"):
        phone = self.offer(agent)
        count = len(self.told)
        assert self.run(3, lambda: len(self.told) > count)
        return phone, self.told[-1][2]

    def close(self):
        self.loop.call_soon(self.telephones.shut)
        self.loop.settle()
        self.media.finds.stop()
        self.engine.stop()
        self.udp.close()
        for phone in self.phones:
            phone.close()
        self.loop.close()


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def test_offer_becomes_a_port_that_hears_and_speaks(bench):
    phone, port = bench.up()
    assert bench.told == [("up", "8001", port)]
    player = bench.media.open_player()
    bench.media.tone(player, "dial")
    bench.media.hear(port, [(player, 0.0)])
    rate = np.arange(16000)
    phone.say((8000 * np.sin(rate / 5)).astype(np.int16))
    bench.run(1)
    assert bench.engine.level(port)[0] > -20
    assert np.abs(phone.heard()).max() > 1000


def test_page_that_is_loaded_again_gets_a_new_port_and_the_old_one_ends(bench):
    _, first = bench.up()
    _, second = bench.up()
    assert [entry[0] for entry in bench.told] == ["up", "up"]
    assert first != second
    with pytest.raises(Exception, match="no port"):
        bench.engine.level(first)


def test_browser_that_vanished_is_lost_when_its_consent_runs_out(bench):
    bench.up()
    bench.phones[0].step = lambda: None
    assert bench.telephones.silent_s("8001") < 2
    bench.run(8)
    assert bench.telephones.silent_s("8001") > 6
    bench.loop.advance(25)
    assert bench.told[-1] == ("lost", "8001")
    assert bench.telephones.silent_s("8001") == float("inf")


def test_leg_is_ended_by_the_box_and_may_be_set_up_again(bench):
    bench.up()
    bench.loop.call_soon(bench.telephones.close, "8001")
    bench.loop.settle()
    assert bench.told[-1] == ("lost", "8001")
    bench.phones.pop().close()
    bench.up()
    assert bench.told[-1][0] == "up"


def test_offer_that_cannot_be_answered_is_an_error_and_leaves_nothing(bench):
    with pytest.raises(MediaError):
        bench.telephones.offer("8001", "v=0\r\nno audio here\r\n")
    assert bench.telephones._legs == {}
    bench.telephones.close("8001")
    assert bench.told == []


def test_garbage_on_the_socket_changes_nothing(bench):
    _, port = bench.up()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for junk in (
            b"\x00",
            b"\x00\x01\xff\xff" + bytes(16),
            b"\x16" * 40,
            b"\x80" * 5,
            b"x" * 900,
        ):
            stranger.sendto(junk, bench.udp.getsockname())
    bench.run(0.2)
    assert bench.engine.level(port) is not None
    assert len(bench.told) == 1


def test_candidates_are_the_addresses_on_networks_then_loopback():
    found = candidates(5004, ["127.0.0.1", "192.0.2.7", "::1", "2001:db8::1"])
    assert found == [("192.0.2.7", 5004), ("2001:db8::1", 5004), ("127.0.0.1", 5004)]
    assert "127.0.0.1" in own_hosts()


def test_an_address_that_came_later_is_in_the_next_answer(bench):
    bench.offer()
    bench.where = [("192.0.2.7", 5004), *bench.where]
    answers, phone = [], BrowserPhone()
    bench.phones.append(phone)
    offer = phone.offer()
    bench.loop.call_soon(lambda: answers.append(bench.telephones.offer("8001", offer)))
    bench.loop.settle()
    assert "192.0.2.7 5004 typ host" in answers[0]


def test_what_a_person_may_type_is_never_loopback():
    assert set(reachable()) == set(own_hosts()) - {"127.0.0.1", "::1"}
