import numpy as np
import pytest

from cython_dsp import reference
from cython_dsp.engine.kernels import mix
from cython_dsp.engine.ports import dbm0, gain_q12


@pytest.mark.parametrize("talkers", [0, 1, 2, 3, 32])
def test_mix_equals_the_definition(talkers):
    rng = np.random.default_rng(talkers)
    talk = rng.integers(-32768, 32768, (talkers, 40), np.int16)
    gain = rng.integers(0, 16385, talkers, np.int32)
    hear = np.ones(40, np.int16)
    mix(talk, gain, hear)
    np.testing.assert_array_equal(hear, reference.mix(talk, gain))


def test_the_loudest_mix_saturates():
    talk = np.full((32, 40), -32768, np.int16)
    hear = np.empty(40, np.int16)
    mix(talk, np.full(32, 16384, np.int32), hear)
    assert set(hear) == {-32768}


def test_unity_gain_changes_no_sample():
    talk = np.arange(-32768, 32768).astype(np.int16)
    hear = np.empty_like(talk)
    mix(talk[None, :], np.array([gain_q12(0)], np.int32), hear)
    np.testing.assert_array_equal(hear, talk)


@pytest.mark.parametrize(("db", "q12"), [(0, 4096), (-6, 2053), (12, 16306), (-200, 0)])
def test_gain_in_fixed_point(db, q12):
    assert gain_q12(db) == q12


@pytest.mark.parametrize("db", [12.1, float("nan"), float("inf")])
def test_too_much_gain_is_refused(db):
    with pytest.raises(ValueError, match="12 dB"):
        gain_q12(db)


def test_unequal_shapes_are_refused():
    with pytest.raises(ValueError, match="equal lengths"):
        mix(np.zeros((2, 40), np.int16), np.zeros(2, np.int32), np.zeros(30, np.int16))


def test_meters_show_dbm0():
    assert dbm0(22827**2 // 2) == pytest.approx(0, abs=0.01)
    assert dbm0(0) == -90
