import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.model import Language
from firmware.sizing.agents import Goal, Load, agents_for
from firmware.sizing.erlang import erlang_b
from firmware.sizing.plan import HOUR_S, RING_S, advise
from firmware.sizing.questions import BOUNDS, CUSTOMS, Answers, Peak, Trade, calls_a_day
from firmware.sizing.words import text

REPAIR = Answers(trade=Trade.REPAIR, calls_a_day=450, hours=9, talk_s=200)


def test_a_repair_shop_by_hand():
    """450 / 9 x 1.6 = 80 an hour, 5 % by the menu, 200 + 8 + 60 s each."""
    plan = advise(REPAIR)
    staff = agents_for(Load(76, 3600, 268), Goal())
    assert plan.calls_peak_hour.expected == 80
    assert plan.agents.expected == staff.logged_in == 9
    erlang = (80 * 15 + 76 * staff.callers.asa_s + 76 * (200 + RING_S)) / HOUR_S
    lines = int(plan.lines.expected)
    assert erlang_b(erlang, lines) <= 0.01 < erlang_b(erlang, lines - 1)
    assert (plan.fxo_lines, plan.e1_spans) == (16, 1)
    assert plan.disk_gb.expected == pytest.approx(450 * 0.95 * 200 * 16_000 * 180 / 1e9, abs=0.05)
    assert plan.bandwidth_kbit_s.expected == pytest.approx(9 * 93.6)


def test_agents_at_a_telephone_number_take_two_channels():
    outside = advise(replace(REPAIR, remote=9))
    assert outside.lines.expected > advise(REPAIR).lines.expected + 4
    assert outside.bandwidth_kbit_s.expected == 0
    assert outside.agents == advise(REPAIR).agents


def test_what_was_counted_goes_before_what_is_supposed():
    answers = Answers(trade=Trade.SHOP, customers=22_000)
    assert calls_a_day(answers) == pytest.approx(22_000 * CUSTOMS[Trade.SHOP].calls_a_customer / 22)
    assert calls_a_day(replace(answers, bills_a_month=17_600)) == pytest.approx(100)
    assert calls_a_day(replace(answers, bills_a_month=17_600, calls_a_day=7)) == 7


def test_many_calls_need_e1():
    plan = advise(replace(REPAIR, calls_a_day=3000))
    assert (plan.fxo_lines, plan.e1_spans) == (0, 2)


@st.composite
def answers(draw):
    numbers = {
        name: draw(st.floats(max(low, 1), min(high, 5000)))
        for name, (low, high) in BOUNDS.items()
        if name not in ("customers", "bills_a_month", "answered", "hours", "remote", "kept_days")
    }
    numbers |= {"talk_s": min(3600, numbers["talk_s"]), "within_s": min(600, numbers["within_s"])}
    return Answers(
        trade=draw(st.sampled_from(Trade)), peak=draw(st.sampled_from(Peak)),
        hours=draw(st.floats(1, 24)), answered=draw(st.floats(0.5, 0.99)),
        remote=draw(st.integers(0, 50)), kept_days=draw(st.integers(0, 3650)),
        **numbers,
    )  # fmt: skip


@given(answers())
def test_more_calls_never_need_less(asked):
    plan = advise(asked)
    for name in ("calls_peak_hour", "agents", "paid", "lines", "menu_ports", "disk_gb"):
        low, expected, high = vars(getattr(plan, name)).values()
        assert 0 <= low <= expected <= high, name
    assert plan.lines.expected >= 1


@pytest.mark.parametrize("language", Language)
@given(asked=answers())
def test_every_figure_is_explained_in_both_languages(language, asked):
    said = text(advise(asked), language)
    assert not re.search(r"[{}]|nan|inf\b", said)
    assert bool(re.search(r"[\u4e00-\u9fff]", said)) is (language is Language.ZH_CN)


@pytest.mark.parametrize(
    ("changes", "odd"),
    [
        ({"calls_a_day": None}, "calls"),
        ({"calls_a_day": 0}, "calls_a_day"),
        ({"calls_a_day": float("nan")}, "calls_a_day"),
        ({"hours": 25}, "hours"),
        ({"answered": 1.0}, "answered"),
        ({"talk_s": 0}, "talk_s"),
        ({"calls_a_day": 200_000, "hours": 1}, "calls"),
    ],
)
def test_what_is_out_of_bounds_is_named(changes, odd):
    with pytest.raises(ValueError, match=f"^{odd}$"):
        advise(replace(REPAIR, **changes))
