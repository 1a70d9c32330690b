"""Attempts from both sides at once: a few here, ten thousand by `make glare`."""

import pytest

from board.sim.script import Wait
from hil_tests.load.exchange_side import NUMBER
from hil_tests.load.glare import Crossings, Rush, setup_channel

pytestmark = pytest.mark.timeout(300)
SETUP = bytes.fromhex("02010204080200010504038090a31803a983816c06218131333870")
"""An I-frame with SETUP: bearer capability, channel 1 exclusive, calling number."""


def test_attempts_that_cross_leave_no_channel_behind():
    result = Rush(250, seed=5).run()
    print(result)
    assert result["violations"] == []
    assert result["stuck"] == 0
    assert result["glares"] >= 10
    assert min(result["by_exchange"], result["by_box"]) > 80
    assert result["connected"] > 60


class Forgotten(Rush):
    """One caller never hangs up, and one is struck from the box's records."""

    def _finish(self, world):
        world.office.place_call(NUMBER, "13800009999", [Wait(1000)])
        self._tried["13800008888"] = True
        super()._finish(world)


def test_a_call_that_stays_and_a_lost_record_are_reported():
    result = Forgotten(10, seed=6).run()
    assert result["stuck"] >= 2
    assert any(one.startswith("the exchange holds a call") for one in result["violations"])
    assert any(one.startswith("callbox-isdn of the box: ") for one in result["violations"])
    assert "13800008888: no record" in result["violations"]


def test_the_channel_of_a_setup_is_read():
    assert setup_channel(SETUP) == 1
    assert setup_channel(SETUP.replace(b"\x18\x03\xa9\x83\x81", b"\x18\x03\xa1\x83\x9f")) == 31
    assert setup_channel(SETUP[:8] + b"\x4d" + SETUP[9:]) is None, "a RELEASE"
    assert setup_channel(SETUP[:17]) is None, "cut off"
    assert setup_channel(b"\x02\x01\x7f") is None


def test_only_what_crosses_on_one_channel_counts():
    now = 0.0
    crossings = Crossings(lambda: now)
    crossings.frame(SETUP, "network")
    crossings.frame(SETUP.replace(b"\x83\x81", b"\x83\x82"), "box")
    assert crossings.count == 0
    now = 0.015
    crossings.frame(SETUP, "box")
    assert crossings.count == 1
    now = 1.0
    crossings.frame(SETUP, "network")
    assert crossings.count == 1
