import numpy as np
import pytest

from board.sim.alaw import decode, level_dbm0
from board.sim.analog.echo import CHINA, SIX_HUNDRED, TAPS, EchoPath, response, return_loss_db
from board.sim.script import WaitConnect
from board.sim.speech import babble

NO_TAPS = bytes(8)


def loss(acim, loop_ohm=0, **changes):
    path = {"network": CHINA, "hybrid": NO_TAPS, **changes}
    return return_loss_db(EchoPath(loop_ohm=loop_ohm, acim=acim, **path))


def test_the_right_impedance_has_no_echo_and_others_have():
    assert loss(10) == 90
    assert loss(0, network=SIX_HUNDRED) == 90
    assert 10 < loss(0) < 13
    assert 20 < loss(2) < 26
    assert loss(10) > loss(3) > loss(0)


def test_600_against_900_ohm_is_14_db():
    assert loss(1, network=SIX_HUNDRED) == pytest.approx(13.98, abs=0.05)
    whole = response(EchoPath(SIX_HUNDRED, 0, 1, NO_TAPS))
    assert np.flatnonzero(np.abs(whole) > 1e-9).tolist() == [2]
    assert whole[2] == pytest.approx(-0.2)


def test_a_long_cable_and_another_telephone_spoil_the_balance():
    assert loss(10) > loss(10, 400) > loss(10, 1200)
    assert loss(10, 400) > loss(10, 400, parallel=True)


def test_the_coefficients_take_the_echo_away():
    path = EchoPath(CHINA, 400, 2, NO_TAPS)
    wanted = np.clip(np.rint(response(path)[2:10] * 128), -128, 127).astype(np.int8)
    tuned = EchoPath(CHINA, 400, 2, wanted.tobytes())
    assert return_loss_db(tuned) > return_loss_db(path) + 9
    wrong = EchoPath(CHINA, 400, 2, (-wanted).tobytes())
    assert return_loss_db(wrong) < return_loss_db(path) - 5


def test_a_tail_comes_later():
    path = EchoPath(CHINA, 0, 10, NO_TAPS, tail_ms=8, tail_delay_ms=20, tail_loss_db=15)
    whole = response(path)
    assert (len(whole), np.flatnonzero(np.abs(whole) > 1e-9)[0]) == (TAPS, 160)
    assert return_loss_db(path) == pytest.approx(15, abs=0.1)


def test_the_box_hears_itself(office, box, line, end):
    end.acim = 0
    words = babble(1.0, 6)
    office.place_call(line, "2", [WaitConnect()])
    end.off_hook = True
    office.run(0.5)
    start = office.tick
    end.mouth.say(words)
    office.run(1.2)
    echo = end.heard.heard().between(start, office.tick).astype(float)
    said = decode(words).astype(float)
    expected = np.convolve(said, response(EchoPath(CHINA, 400, 0, NO_TAPS)))[:8000]
    arrived = echo[40:8040]  # a block later
    assert np.corrcoef(arrived, expected)[0, 1] > 0.99
    assert level_dbm0(echo) == pytest.approx(-18 - 9 - 0.8, abs=2)


def test_nothing_passes_while_the_line_side_is_off(office, box, line, end):
    call = office.place_call(line, "2", [WaitConnect()])
    end.off_hook = True
    office.run(0.5)
    end.line_side = False
    end.mouth.say(babble(1.0, 6))
    office.run(0.5)
    heard = call.heard().between(office.tick - 3000, office.tick)
    assert level_dbm0(heard) < -60
    assert level_dbm0(end.heard.heard().between(office.tick - 3000, office.tick)) < -60


def test_the_boards_gains_and_the_lines_loss_count(office, box, line, end):
    end.receive_half_db, end.transmit_half_db = -12, 6
    line.pair.loss_db = 5.0
    call = office.place_call(line, "2", [WaitConnect()])
    end.off_hook = True
    office.run(0.5)
    call.mouth.say(babble(1.0, 6))
    office.run(1.1)
    down = end.heard.heard().between(office.tick - 8400, office.tick - 800)
    end.mouth.say(babble(1.0, 6))
    office.run(1.1)
    up = call.heard().between(office.tick - 8400, office.tick - 800)
    assert level_dbm0(down) == pytest.approx(-18 - 5 - 6, abs=0.7)
    assert level_dbm0(up) == pytest.approx(-18 - 5 + 3, abs=0.7)


def test_noise_and_hum_are_heard(office, box, line, end):
    line.pair.noise_dbm0, line.pair.hum_dbm0 = -40.0, -35.0
    office.run(1)
    assert level_dbm0(end.heard.heard().samples[800:]) == pytest.approx(-33.8, abs=0.5)
