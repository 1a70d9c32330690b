"""What an agent can do with his present call, and what the call wants to hear of him."""

from firmware.acd.agent import Agent
from firmware.contract.ids import AgentId, QueueId
from firmware.errors import Refused


def _refuse() -> Refused:
    return Refused("not_possible_now", "this is not possible in the present state of the call")


class Desk:
    """All an agent may ask of a call; what a kind of call does not do is refused."""

    def answer(self) -> None:
        """Answer the alerting call."""
        raise _refuse()

    def hold(self) -> None:
        """Let the other side wait with music."""
        raise _refuse()

    def retrieve(self) -> None:
        """End the hold."""
        raise _refuse()

    def hang_up(self) -> None:
        """End the call."""
        raise _refuse()

    def transfer_to_agent(self, target: AgentId) -> None:
        """Blind transfer to a colleague who is ready."""
        raise _refuse()

    def transfer_to_queue(self, queue: QueueId) -> None:
        """Blind transfer into a queue."""
        raise _refuse()

    def transfer_to_number(self, number: str) -> None:
        """Blind transfer to an outside number."""
        raise _refuse()

    def send_digits(self, digits: str) -> None:
        """DTMF to the far end."""
        raise _refuse()

    def missed(self, agent: Agent) -> None:
        """T_alert is over; he did not answer."""

    def telephone_lost(self, agent: Agent) -> None:
        """His browser's audio is gone."""

    def telephone_back(self, agent: Agent) -> None:
        """His browser's audio is up again, perhaps on another port."""
