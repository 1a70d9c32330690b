"""Ways through a flow that are off the beaten track; the beaten one is told in acd/test_stories."""

import copy

import pytest

from firmware.contract.events import CallCleared, CallQueued, IvrStep
from firmware.contract.model import CallPhase, Cause
from firmware.ivr.session import STEPS_MAX, TABLE, TIMEOUTS, S
from firmware.tests.fakes import DOCUMENT, World


def world_with(flow):
    document = copy.deepcopy(DOCUMENT)
    document["flows"]["main"].update(flow)
    return World(document)


def test_every_state_but_idle_has_a_timer():
    assert set(TIMEOUTS) == set(S) - {S.IDLE}
    assert set(TABLE) == set(S)


def test_flow_without_answer_is_heard_before_the_caller_pays():
    world = world_with({"answer": False})
    line = world.call_in()
    assert line.sent == ["alert"]
    agent = world.ready("8001")
    world.press(line, "1")
    assert line.sent == ["alert"]
    agent.duty.answer()
    assert line.sent == ["alert", "connect"]
    world.close()


def test_unanswered_flow_that_hangs_up_has_rejected_the_call():
    world = world_with({"answer": False})
    line = world.call_in()
    world.press(line, "9")
    world.press(line, "9")
    world.media.finish_prompts(world.port(line))
    assert world.end_of_call() == (16, "box", "rejected")
    assert line.sent == ["alert", "disconnect 16"]
    world.close()


def test_queue_that_leads_to_itself_is_ended_by_the_box():
    document = copy.deepcopy(DOCUMENT)
    document["queues"]["sales"]["max_length"] = 0
    document["flows"]["main"]["nodes"]["sales"]["otherwise"] = "sales"
    del document["flows"]["main"]["nodes"]["full"]
    world = World(document)
    world.press(world.call_in(), "1")
    assert world.last(CallCleared).cause is Cause.TEMPORARY_FAILURE
    assert len(world.of(IvrStep)) == STEPS_MAX + 1
    world.close()


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def test_prompt_whose_end_is_never_told_does_not_hold_the_caller(world):
    line = world.call_in()
    world.advance(120)
    world.advance(5)
    assert world.media.sounds(world.port(line))[0].prompts[0] == "no_input"


def test_keys_while_a_play_node_speaks_are_passed_over(world):
    line = world.call_in()
    world.press(line, "2")
    world.press(line, "99#")
    assert world.last(IvrStep).node == "english"
    world.media.finish_prompts(world.port(line))
    assert world.last(IvrStep).node == "sales"


def test_keys_in_the_queue_are_passed_over(world):
    line = world.in_queue()
    world.press(line, "1")
    assert len(world.of(CallQueued)) == 1


def test_phases_of_a_call(world):
    line = world.call_in()
    call = next(iter(world.control.calls))
    assert call.phase is CallPhase.IVR
    world.press(line, "1")
    assert call.phase is CallPhase.QUEUED
    line.network_clears()
    assert call.phase is CallPhase.CLEARED
    assert world.timers.running() == []


def test_menu_without_a_key_is_repeated_then_left(world):
    line = world.call_in()
    port = world.port(line)
    world.media.finish_prompts(port)
    world.advance(5)
    assert world.media.sounds(port)[0].prompts[0] == "no_input"
    world.press(line, "9")
    assert world.media.sounds(port)[0].prompts == ("goodbye",)
    world.media.finish_prompts(port)
    assert world.end_of_call() == (16, "box", "ivr_completed")


@pytest.mark.parametrize(("typed", "wait", "stored"), [
    ("12345", 0, "12345"), ("123#", 0, "123"), ("1234", 4.1, "1234"),
])  # fmt: skip
def test_digits_are_collected_by_count_key_or_pause(world, typed, wait, stored):
    line = world.call_in()
    world.press(line, "3")
    world.press(line, typed)
    world.advance(wait)
    assert next(iter(world.control.calls)).story.variables == {"customer": stored}
    assert world.last(IvrStep).node == "sales"


def test_too_few_digits_are_asked_for_again(world):
    line = world.call_in()
    world.press(line, "3")
    world.press(line, "1#")
    assert world.media.sounds(world.port(line))[0].prompts == ("invalid_choice", "enter_number")
