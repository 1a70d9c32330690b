"""How loud the two of each conversation are: the gauges `level.<agent>`, each second."""

from collections.abc import Callable, Iterator

from firmware.contract.ids import AgentId
from firmware.contract.model import CallPhase
from firmware.contract.views import LevelView
from firmware.cti.control import CallControl
from firmware.media.port import Port

Speech = Callable[[Port], float]
"""How loud somebody speaks at a port, in dBm0 (`EngineMedia.speech`)."""


def levels(control: CallControl, speech: Speech) -> Iterator[tuple[AgentId, LevelView]]:
    """Of each agent who talks."""
    for call in control.calls:
        agent = next((leg for leg in reversed(call.connections) if leg.agent is not None), None)
        if call.phase is CallPhase.TALKING and agent is not None and agent.agent is not None:
            view = LevelView(round(speech(agent.port)), round(speech(call.caller.port)))
            yield agent.agent, view
