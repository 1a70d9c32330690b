"""The benchmarks measure what they say: calls that are heard, recorded and not late."""

import pytest

from cython_dsp import bench_calls, bench_capacity
from cython_dsp.bench_spandsp import Spandsp
from cython_dsp.engine import Profile


def test_calls_of_each_kind_cost_something():
    for cost in (
        bench_calls.rtp_calls(2, 0.5, whole=False),
        bench_calls.rtp_calls(2, 0.5, whole=True),
        bench_calls.e1_calls(3, 0.5, monitors=1),
    ):
        assert len(cost.ticks) == 100
        assert cost.of_a_call_minute > 0


def test_a_run_in_which_somebody_hears_nothing_is_none():
    with bench_calls.House() as house:
        house.telephone(Profile.AEAD_AES_128_GCM)
        with pytest.raises(RuntimeError, match="1 telephones heard nothing"):
            house.run(0.1)


def test_libspandsp_hears_nothing_in_silence():
    receiver = Spandsp().receiver()
    assert receiver.close() == 0


@pytest.mark.realtime
@pytest.mark.timeout(60)  # 12 real seconds
def test_few_calls_are_carried_in_time_on_a_core():
    late, used = bench_capacity.carried(5)
    assert late < 0.01
    assert 0 < used < 0.5
