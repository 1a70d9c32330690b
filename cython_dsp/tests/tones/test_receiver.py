import numpy as np
import pytest

from cython_dsp import tones


def heard(country, samples):
    return tones.Receiver(country).pcm(samples)


@pytest.mark.parametrize("country", tones.countries())
def test_each_tone_that_a_country_has_is_heard_as_what_it_is(country):
    for name, pattern in tones.Receiver(country).patterns.items():
        seconds = 4 + (pattern.cycles + 1) * sum(pattern.cadence)
        samples = tones.generate(country, name, seconds)
        found = heard(country, samples)
        assert {tone.name for tone in found} == {name}
        one = found[0]
        assert one.frequencies == pytest.approx(pattern.frequencies, abs=5)
        assert 0 <= one.start < one.end <= samples.size


def test_it_is_heard_alike_in_pieces():
    samples = tones.generate("CN", "busy", 4)
    receiver = tones.Receiver("CN")
    pieces = [tone for at in range(0, 32000, 400) for tone in receiver.pcm(samples[at : at + 400])]
    assert pieces == heard("CN", samples)
    assert receiver.samples == 32000


def test_nothing_is_heard_in_silence_or_in_no_samples():
    assert heard("US", np.zeros(80000, np.int16)) == heard("US", np.zeros(0, np.int16)) == []


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: tones.Receiver("XX"), "no tones of 'XX' are known, only of AU, CN"),
        (lambda: tones.generate("CN", "hum", 1), "no tone 'hum' of 'CN' is known"),
        (lambda: tones.generate("CN", "busy", -1), "seconds are 0 to 3600"),
        (lambda: tones.generate("CN", "busy", float("nan")), "seconds are 0 to 3600"),
        (lambda: heard("CN", np.zeros(41, np.int16)), "int16 of shape"),
        (lambda: heard("CN", np.zeros(40)), "is wanted, not float64"),
        (lambda: heard("CN", np.zeros((2, 40), np.int16)), "is wanted, not int16 of shape"),
    ],
)
def test_what_cannot_be_is_refused(work, words):
    with pytest.raises(ValueError, match=words):
        work()
