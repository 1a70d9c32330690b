"""Commands of agents and supervisors as they come from a desktop."""

import pytest

from firmware.contract import views
from firmware.contract.events import DispositionSet
from firmware.contract.model import AgentState, Role
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.failures import Failure
from firmware.cti.session import AgentSession
from firmware.sessions import Identity
from firmware.tests.fakes import World

S = AgentState
LI, WANG = Identity("8001", Role.AGENT, "a"), Identity("8002", Role.AGENT, "b")
BOSS = Identity("boss", Role.SUPERVISOR, "c")


class Telephones:
    def __init__(self, world):
        self.world, self.closed, self.silent = world, [], 0.0

    def offer(self, agent, sdp):
        port = self.world.media.open_telephone()
        self.world.control.telephone_up(agent, port)
        return f"answer to {sdp}"

    def close(self, agent):
        self.closed.append(agent)
        self.world.control.telephone_lost(agent)

    def silent_s(self, agent):
        return self.silent


class Office:
    """A world with a door."""

    def __init__(self):
        self.world = World()
        self.telephones = Telephones(self.world)
        self.session = AgentSession(self.world.control, self.telephones)
        self.dispatcher = Dispatcher()
        self.session.register(self.dispatcher)

    def ask(self, who, name, **fields):
        return self.world.command(self.dispatcher, name, who, **fields)

    def refused(self, who, name, **fields):
        with pytest.raises(Failure) as failure:
            self.ask(who, name, **fields)
        return failure.value.code

    def ready(self, who=LI):
        self.ask(who, "OfferMedia", sdp="offer")
        self.ask(who, "SetAgentState", state="ready")
        return self.world.agent(who.user)

    def talking(self, who=LI):
        agent = self.ready(who)
        line = self.world.in_queue()
        self.ask(who, "AnswerCall", call=agent.call)
        return agent, line


@pytest.fixture
def office():
    office = Office()
    yield office
    office.world.close()


def test_offer_of_the_browser_logs_on_and_is_answered(office):
    answer = office.ask(LI, "OfferMedia", sdp="offer")
    assert answer == {"sdp": "answer to offer"}
    assert office.world.agent("8001").state is S.NOT_READY


def test_whole_call_by_commands(office):
    agent, line = office.talking()
    call = agent.call
    office.ask(LI, "HoldCall", call=call)
    assert office.refused(LI, "HoldCall", call=call) == "already_held"
    office.ask(LI, "RetrieveCall", call=call)
    assert office.refused(LI, "RetrieveCall", call=call) == "not_held"
    office.ask(LI, "SendDigits", call=call, digits="1#")
    assert office.refused(LI, "SendDigits", call=call, digits="12x") == "invalid_digits"
    office.ask(LI, "ClearConnection", call=call)
    assert not line.up
    office.ask(LI, "FinishWrapUp", call=call, disposition="sold", note="two of them")
    assert office.world.last(DispositionSet).note == "two of them"
    assert agent.state is S.READY


def test_disposition_can_be_stored_without_ending_the_wrap_up(office):
    agent, line = office.talking()
    call = agent.call
    assert office.refused(LI, "FinishWrapUp", call=call, disposition="nonsense") == (
        "unknown_disposition"
    )
    office.ask(LI, "FinishWrapUp", call=call, disposition="sold", done=True)
    assert agent.state is S.BUSY
    line.network_clears()
    office.ask(LI, "FinishWrapUp", call=call, disposition="sold", done=False)
    assert agent.state is S.WORKING_AFTER_CALL


def test_disposition_may_come_when_the_wrap_up_is_over(office):
    agent, line = office.talking()
    call = agent.call
    line.network_clears()
    office.world.advance(31)
    assert agent.state is S.READY
    office.ask(LI, "FinishWrapUp", call=call, disposition="sold", note="typed late")
    assert office.world.last(DispositionSet).note == "typed late"
    office.world.in_queue()
    assert office.refused(LI, "FinishWrapUp", call=agent.call, disposition="sold") == (
        "not_your_call"
    )


@pytest.mark.parametrize("name", ["AnswerCall", "HoldCall", "ClearConnection"])
def test_calls_of_others_are_refused(office, name):
    agent, _ = office.talking()
    assert office.refused(WANG, name, call=agent.call) == "not_your_call"
    assert office.refused(WANG, name, call="x") == "not_your_call"


def test_transfer_needs_exactly_one_target(office):
    agent, _ = office.talking()
    call = agent.call
    assert office.refused(LI, "SingleStepTransferCall", call=call) == "one_target"
    both = {"to_agent": "8002", "to_queue": "support"}
    assert office.refused(LI, "SingleStepTransferCall", call=call, **both) == "one_target"
    office.ask(LI, "SingleStepTransferCall", call=call, to_queue="support")
    assert agent.state is S.WORKING_AFTER_CALL


@pytest.mark.parametrize(("target", "code"), [
    ({"to_agent": "8003"}, "agent_not_ready"), ({"to_agent": "9999"}, "no_such_agent"),
    ({"to_queue": "none"}, "no_such_queue"),
    ({"to_number": "+15551234567"}, "international_closed"),
])  # fmt: skip
def test_refused_transfer_leaves_the_conversation_as_it_is(office, target, code):
    agent, line = office.talking()
    call = agent.call
    assert office.refused(LI, "SingleStepTransferCall", call=call, **target) == code
    assert agent.state is S.BUSY
    assert agent.port in office.world.hears(office.world.port(line))


def test_pause_needs_a_known_reason(office):
    agent = office.ready()
    assert office.refused(LI, "SetAgentState", state="not_ready", reason="tired") == (
        "unknown_reason"
    )
    office.ask(LI, "SetAgentState", state="not_ready", reason="lunch")
    assert (agent.state, agent.reason) == (S.NOT_READY, "lunch")


def test_supervisor_sets_the_state_of_an_agent_and_agents_may_not(office):
    agent = office.ready()
    fields = {"agent": "8001", "state": "not_ready", "reason": "meeting at ten"}
    assert office.refused(WANG, "ForceAgentState", **fields) == "forbidden"
    office.ask(BOSS, "ForceAgentState", **fields)
    assert (agent.state, agent.reason) == (S.NOT_READY, "meeting at ten")


def test_dialling_by_command(office):
    office.ready()
    started = office.ask(LI, "MakeCall", number="13900000000")
    assert views.CallStarted(**started).call == office.world.agent("8001").call
    assert office.refused(LI, "MakeCall", number="13900000000") == "not_possible_now"
    assert office.refused(BOSS, "MakeCall", number="13900000000") == "no_such_agent"


def test_desktop_that_goes_takes_the_telephone_of_an_idle_agent_after_a_while(office):
    agent = office.ready()
    office.session.presence("8001", here=False)
    office.world.advance(4)
    office.session.presence("8001", here=True)
    office.world.advance(10)
    assert agent.state is S.READY
    office.session.presence("8001", here=False)
    office.world.advance(5)
    assert (agent.state, agent.reason) == (S.NOT_READY, "telephone_lost")


def test_desktop_that_goes_leaves_a_conversation_whose_audio_lives(office):
    agent, _ = office.talking()
    office.session.presence("8001", here=False)
    office.world.advance(30)
    assert office.telephones.closed == []
    office.telephones.silent = 10.0
    office.world.advance(5)
    assert office.telephones.closed == ["8001"]
    assert agent.state is S.BUSY
    office.world.advance(21)
    assert agent.state is S.WORKING_AFTER_CALL


def test_presence_logs_on_and_log_out_logs_off_at_once_or_after_the_call(office):
    office.session.presence("8002", here=True)
    assert office.world.agent("8002").state is S.NOT_READY
    office.session.log_off(WANG)
    assert office.world.agent("8002").state is S.NULL
    agent, line = office.talking()
    office.session.log_off(LI)
    assert agent.state is S.BUSY
    line.network_clears()
    office.world.advance(31)
    assert agent.state is S.NULL


def test_people_who_are_no_agents_have_no_telephone(office):
    office.session.presence("boss", here=True)
    office.session.log_off(BOSS)
    assert office.refused(BOSS, "OfferMedia", sdp="offer") == "no_such_agent"
