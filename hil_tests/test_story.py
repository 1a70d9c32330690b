"""One call from ring to report, on virtual time, seen from the exchange and from the agent."""

import pytest

from board.sim.script import HangUp, Say, Wait
from board.sim.speech import sentence
from hil_tests import story

pytestmark = pytest.mark.timeout(240)


def test_a_call_from_ring_to_report(world, ready, speech, prompt):
    script = story.english_sales(Say(sentence("en", "caller_problem")), Wait(20), HangUp())
    call = world.office.place_call(story.NUMBER, story.CALLER, script)
    name, answered, spoke = story.tell(world, ready, call, speech)
    story.the_caller_was_guided(call, prompt)
    story.both_heard_each_other(call, ready, speech, spoke)
    record = story.record_of(world, name)
    story.record_agrees_with_exchange(world, record, call, answered, call.times.disconnect)
    story.recording_has_both_sides(world, record, call, speech)
