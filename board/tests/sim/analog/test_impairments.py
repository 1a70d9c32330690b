import numpy as np
import pytest

from board.sim.alaw import RATE, level_dbm0
from board.sim.analog.impairments import (
    FirBank,
    Impairment,
    Impairments,
    amplitude,
    echo_response,
    noise_for,
)

FRAMES = 40


def sine(hertz, level_dbm0, seconds=1.0, lines=1):
    wave = np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return np.tile(amplitude(level_dbm0) * np.sqrt(2) * wave, (lines, 1))


def through(settings, samples, seed=1):
    """What arrives, block by block."""
    line = Impairments(settings, seed)
    starts = range(0, samples.shape[1], FRAMES)
    return np.hstack([line.block(samples[:, at : at + FRAMES]) for at in starts])


def silence(seconds=1.0, lines=1):
    return np.zeros((lines, int(seconds * RATE)))


def loudest_hz(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return np.argmax(spectrum) * RATE / len(samples)


def tone_dbm0(samples, hertz):
    """The level of one frequency; whole periods of 1 Hz steps."""
    spectrum = np.abs(np.fft.rfft(samples[-RATE:])) / RATE * np.sqrt(2)
    return 20 * np.log10(spectrum[hertz] / amplitude(0.0))


def test_a_line_without_faults_changes_nothing():
    sent = sine(1000, -10)
    assert np.array_equal(through([Impairment()], sent), sent)


def test_loss_is_of_one_line_and_not_of_its_neighbour():
    heard = through([Impairment(loss_db=7.0), Impairment()], sine(1000, -10, lines=2))
    assert level_dbm0(heard[0]) == pytest.approx(-17, abs=0.02)
    assert level_dbm0(heard[1]) == pytest.approx(-10, abs=0.02)


def test_white_noise_has_its_level_in_every_part_of_the_band():
    noise = through([Impairment(noise_dbm0=noise_for(-13.5, 20.0))], silence(4.0))[0]
    assert level_dbm0(noise) == pytest.approx(-33.5, abs=0.2)
    power = np.abs(np.fft.rfft(noise)) ** 2
    quarters = [part.mean() for part in np.array_split(power, 4)]
    assert max(quarters) / min(quarters) < 1.15


def test_lines_have_noises_of_their_own_and_the_same_seed_gives_the_same():
    settings = [Impairment(noise_dbm0=-40), Impairment(noise_dbm0=-40)]
    first, again = (through(settings, silence(0.5, 2), seed=9) for _ in range(2))
    assert np.array_equal(first, again)
    assert abs(np.corrcoef(first)[0, 1]) < 0.05
    assert not np.array_equal(first, through(settings, silence(0.5, 2), seed=10))


def test_hum_is_50_hz_and_its_harmonics_and_continuous_over_blocks():
    hum = through([Impairment(hum_dbm0=-30)], silence(2.0))[0]
    assert level_dbm0(hum) == pytest.approx(-30, abs=0.05)
    assert loudest_hz(hum) == pytest.approx(50, abs=1)
    assert {hz for hz in range(10, 4000, 10) if tone_dbm0(hum, hz) > -60} == {
        50,
        100,
        150,
        250,
        350,
    }


def test_impulses_come_at_the_rate_with_the_peak_and_end():
    heard = through([Impairment(impulses_per_s=5.0, impulse_dbm0=-6.0)], silence(20.0))[0]
    peak = amplitude(-6.0) * np.sqrt(2)
    clicks = np.flatnonzero(np.abs(heard) > 0.9 * peak)
    count = 1 + np.count_nonzero(np.diff(clicks) > 30)
    assert 70 <= count <= 130
    assert np.mean(np.abs(heard) < 1.0) > 0.95


def test_a_click_that_begins_at_the_end_of_a_block_goes_on_in_the_next():
    heard = through([Impairment(impulses_per_s=20.0)], silence(5.0))[0]
    whole = through([Impairment(impulses_per_s=20.0)], silence(5.0))[0]
    ends = heard.reshape(-1, FRAMES)
    carried = (np.abs(ends[:-1, -1]) > 100) & (np.abs(ends[1:, 0]) > 100)
    assert carried.any()
    assert np.array_equal(heard, whole)


def test_clipping_limits_the_peak_and_makes_harmonics():
    heard = through([Impairment(clip_dbm0=-10.0)], sine(500, -3.0))[0]
    assert np.abs(heard).max() == pytest.approx(amplitude(-10) * np.sqrt(2))
    assert tone_dbm0(heard, 1500) > -25


@pytest.mark.parametrize("error", [0.02, -0.02, 0.005])
def test_frequency_error_shifts_a_tone_in_proportion_and_keeps_it_clean(error):
    heard = through([Impairment(frequency_error=error)], sine(1000, -10, 3.0))[0]
    settled = heard[RATE : 2 * RATE]
    assert loudest_hz(settled) == pytest.approx(1000 * (1 + error), abs=1.0)
    assert level_dbm0(settled) == pytest.approx(-10, abs=0.05)
    wanted = round(1000 * (1 + error))
    fit = np.exp(-2j * np.pi * wanted * np.arange(RATE) / RATE)
    rest = settled - 2 * np.real(np.mean(settled * fit) * np.conj(fit))
    assert level_dbm0(rest) < -60


def test_frequency_error_jumps_in_the_pauses_of_what_is_said():
    burst, pause = sine(1000, -10, 1.0)[0], np.zeros(RATE // 5)
    sent = np.tile(np.concatenate([burst, pause]), 10)[None, :]
    heard = through([Impairment(frequency_error=0.02)], sent)[0]
    # A jump inside the tone would throw its power far off the line.
    powers = [
        np.abs(np.fft.rfft(heard[at : at + 4000] * np.hanning(4000))) ** 2
        for at in range(1200 + 2800, len(heard) - 9600, 9600)
    ]
    for power in powers:
        peak = int(np.argmax(power))
        assert power[peak - 6 : peak + 7].sum() / power.sum() > 0.9999


@pytest.mark.parametrize("twist", [8.0, -4.0])
def test_twist_raises_the_high_group_against_the_low_one(twist):
    both = sine(697, -10, 2.0) + sine(1633, -10, 2.0)
    heard = through([Impairment(twist_db=twist)], both)[0]
    low, high = tone_dbm0(heard, 697), tone_dbm0(heard, 1633)
    assert high - low == pytest.approx(twist, abs=0.2)
    assert (high + low) / 2 == pytest.approx(-10, abs=0.2)


def test_settings_may_change_between_blocks():
    one = Impairment()
    line = Impairments([one])
    block = sine(1000, -10, 0.005)
    assert level_dbm0(line.block(block)[0]) == pytest.approx(-10, abs=0.1)
    one.loss_db = 10.0
    assert level_dbm0(line.block(block)[0]) == pytest.approx(-20, abs=0.1)


def test_filters_equal_the_plain_convolution_over_block_borders():
    random = np.random.default_rng(2)
    sent, response = random.standard_normal((2, 400)), random.standard_normal(100)
    bank = FirBank(2, 256)
    bank.set(1, response)
    heard = np.hstack([bank.block(sent[:, at : at + FRAMES]) for at in range(0, 400, FRAMES)])
    assert np.allclose(heard[1], np.convolve(sent[1], response)[:400])
    assert not heard[0].any()


def test_an_echo_has_its_return_loss_its_delay_and_its_tail():
    response = echo_response(seed=5, return_loss_db=12.0, delay_ms=10.0, tail_ms=16.0)
    assert len(response) == (10 + 16) * 8
    assert not response[:80].any()
    assert np.sum(response[-32:] ** 2) < 0.02 * np.sum(response**2)
    bank = FirBank(1, 256)
    bank.set(0, response)
    sent = amplitude(-10) * np.random.default_rng(1).standard_normal((1, 4 * RATE))
    starts = range(0, sent.shape[1], FRAMES)
    echo = np.hstack([bank.block(sent[:, at : at + FRAMES]) for at in starts])
    assert level_dbm0(echo[0]) == pytest.approx(-22, abs=0.3)


def test_a_frequency_error_may_come_and_go():
    one = Impairment(frequency_error=0.02)
    line, sent = Impairments([one]), sine(1000, -10, 1.0)
    blocks = [sent[:, at : at + FRAMES] for at in range(0, RATE, FRAMES)]
    shifted = np.hstack([line.block(block) for block in blocks])[0]
    assert not shifted[:600].any()  # 100 ms late
    assert loudest_hz(shifted[RATE // 2 :]) == pytest.approx(1020, abs=3)
    one.frequency_error = 0.0
    assert np.array_equal(np.hstack([line.block(block) for block in blocks]), sent)
