"""Memory and speed of a load on virtual time: measured, not typed in."""

import pytest

from hil_tests.load.bench_virtual import Weighed, measured, page
from hil_tests.load.plan import Plan


@pytest.mark.timeout(120)  # a box from its start, a minute of callers
def test_a_day_is_weighed():
    day = Weighed(Plan(lines=4, agents=4, minutes=1, talk_s=5), 3)
    result = day.run()
    assert result["violations"] == []
    assert 30 < day.most_mib < 500
    named = measured(day.most_mib, result)
    assert named["virtual_speed"].value == pytest.approx(result["simulated_s"] / result["wall_s"])
    assert f"| {named['p60_rss_mb'].value:.0f} MB | 150 |" in page(named)
