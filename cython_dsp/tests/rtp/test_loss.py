import numpy as np
import pytest

from cython_dsp.tests.rtp.loss.__main__ import PACKET, WAYS, pieces


@pytest.fixture(scope="module")
def pcm():
    return next(pieces("en"))


@pytest.mark.parametrize("way", WAYS)
def test_what_was_not_lost_is_heard_unchanged(pcm, way):
    none = np.zeros(pcm.size // PACKET, bool)
    np.testing.assert_array_equal(WAYS[way](pcm, none), pcm)


@pytest.mark.parametrize(("way", "filled"), [("engine", 1), ("libspandsp", 1), ("silence", 0)])
def test_what_was_lost_is_filled_or_silent(pcm, way, filled):
    lost = np.zeros(pcm.size // PACKET, bool)
    loudest = int(np.abs(pcm.reshape(-1, PACKET)[2:].astype(int)).sum(axis=1).argmax()) + 2
    lost[loudest] = True
    heard = WAYS[way](pcm, lost)[loudest * PACKET :][:PACKET]
    assert np.abs(heard.astype(int)).any() == filled
    assert (heard != pcm[loudest * PACKET :][:PACKET]).any()
