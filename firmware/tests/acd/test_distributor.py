from hypothesis import given
from hypothesis import strategies as st

from firmware.acd.distributor import Candidate, Need, Waiting, distribute, refusal


def call(name, priority=0, since=0.0, **rest):
    return Waiting(name, rest.pop("queue", "sales"), priority, since, 0, **rest)


def agent(name, idle_since=0.0, queues=("sales",), **skills):
    return Candidate(name, queues, idle_since, skills)


def pairs(waiting, ready, now=100.0):
    return [(a.call, a.agent) for a in distribute(waiting, ready, now)]


def test_longest_idle_agent_first_and_ties_by_number():
    ready = [agent("8003", 5), agent("8002", 1), agent("8001", 1)]
    assert pairs([call("a")], ready) == [("a", "8001")]


def test_oldest_call_first_within_a_class_and_higher_class_first_of_all():
    waiting = [call("new", since=9), call("old", since=1), call("vip", 9, since=10)]
    assert pairs(waiting, [agent("8001"), agent("8002", 1)]) == [("vip", "8001"), ("old", "8002")]


def test_one_sweep_serves_all_queues_in_the_order_of_entry():
    waiting = [call("late", since=5, queue="support"), call("early", since=1)]
    both = agent("8001", queues=("sales", "support"))
    assert pairs(waiting, [both]) == [("early", "8001")]


def test_call_that_nobody_can_take_does_not_stop_the_next():
    waiting = [call("hard", needs={"german": Need(5)}), call("easy", since=1)]
    assert pairs(waiting, [agent("8001")]) == [("easy", "8001")]


def test_best_skilled_agent_first_then_idle_time():
    hard = call("a", needs={"german": Need(3, 2.0)})
    ready = [agent("8001", 0, german=3), agent("8002", 50, german=8), agent("8003", 60, german=8)]
    assert pairs([hard], ready) == [("a", "8002")]


def test_undefined_skill_is_no_skill_even_at_level_zero():
    assert refusal(call("a", needs={"german": Need(0)}), agent("8001"), 0) == "skill:german"


def test_agent_who_did_not_answer_is_passed_over_until_the_time_is_up():
    waiting = [call("a", skip={"8001": 120.0})]
    assert pairs(waiting, [agent("8001")], now=119.9) == []
    assert pairs(waiting, [agent("8001")], now=120.0) == [("a", "8001")]


def test_reasons_say_why():
    chosen = distribute([call("a", 3, skip={"8009": 200.0})], [agent("8001", 40)], 100.0)[0]
    assert chosen.reasons == (
        "priority 3", "waited 100.0 s", "longest idle of 1: 60.0 s",
        "passed over 8009: did not answer",
    )  # fmt: skip


names = st.sampled_from([f"80{n:02d}" for n in range(6)])
agents = st.lists(
    st.builds(agent, names, st.floats(0, 99), st.sets(st.sampled_from("pq")).map(tuple)),
    unique_by=lambda a: a.agent,
)
calls = st.lists(
    st.builds(call, st.uuids().map(str), st.integers(0, 9), st.floats(0, 99),
              queue=st.sampled_from("pq")),
    unique_by=lambda c: c.call,
)  # fmt: skip


@given(calls, agents, st.randoms())
def test_nobody_twice_nobody_idle_beside_a_call_and_same_input_same_output(waiting, ready, random):
    chosen = distribute(waiting, ready, 100.0)
    assert len({c.agent for c in chosen}) == len({c.call for c in chosen}) == len(chosen)
    left = [w for w in waiting if w.call not in {c.call for c in chosen}]
    free = [a for a in ready if a.agent not in {c.agent for c in chosen}]
    assert all(refusal(w, a, 100.0) for w in left for a in free)
    mixed = ready[:]
    random.shuffle(mixed)
    assert distribute(waiting, mixed, 100.0) == chosen
