"""An IVR flow: a JSON document of named nodes.

Node kinds: menu, play, collect, queue, transfer, hangup.  `Flow.check()` finds every
problem at once, each with its place: unknown targets, unreachable nodes, dead ends.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]


class Node(BaseModel):
    """What all nodes have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: dict[str, str] = Field(default_factory=dict)
    """What a person calls this node, by language; the desk shows it as the menu path."""
    prompts: tuple[str, ...] = ()
    """Prompt ids played on entry, in order."""


class Menu(Node):
    """Play, wait for one key, go where it leads."""

    kind: Literal["menu"] = "menu"
    keys: dict[Key, Name] = Field(min_length=1)
    """Key pressed -> next node.  A key pressed while the prompt plays interrupts it."""
    wait_s: float = Field(default=5.0, ge=1, le=30)
    """Seconds to wait for a key after the prompt."""
    tries: int = Field(default=3, ge=1, le=9)
    """How often the menu is offered before `otherwise`."""
    otherwise: Name
    """Where a caller goes who pressed nothing or a wrong key `tries` times."""
    language_of: dict[Key, str] = Field(default_factory=dict)
    """Key -> language that the caller hears from here on."""


class Play(Node):
    """Play, then go on."""

    kind: Literal["play"] = "play"
    next: Name


class Collect(Node):
    """Collect digits (customer number, extension) into a variable."""

    kind: Literal["collect"] = "collect"
    variable: Name
    min_digits: int = Field(default=1, ge=1, le=32)
    max_digits: int = Field(default=20, ge=1, le=32)
    end_key: Key = "#"
    first_digit_s: float = Field(default=8.0, ge=1, le=60)
    next_digit_s: float = Field(default=4.0, ge=1, le=30)
    tries: int = Field(default=3, ge=1, le=9)
    next: Name
    otherwise: Name


class Queue(Node):
    """Wait for an agent."""

    kind: Literal["queue"] = "queue"
    queue: str = Field(min_length=1, max_length=40)
    priority: int = Field(default=0, ge=0, le=9)
    skills: dict[str, int] = Field(default_factory=dict)
    otherwise: Name
    """Where the caller goes when the queue is full, closed or the longest wait is over."""


class Transfer(Node):
    """Connect to an outside number (allowed destinations apply)."""

    kind: Literal["transfer"] = "transfer"
    number: str = Field(min_length=1, max_length=32)
    otherwise: Name


class Hangup(Node):
    """Play, then clear the call."""

    kind: Literal["hangup"] = "hangup"
    cause: int = Field(default=16, ge=1, le=127)


AnyNode = Annotated[Menu | Play | Collect | Queue | Transfer | Hangup, Field(discriminator="kind")]


def targets(node: AnyNode) -> dict[str, str]:
    """Where a node may lead: place inside the node -> name of the next node."""
    match node:
        case Menu():
            return {f"keys.{key}": to for key, to in node.keys.items()} | {
                "otherwise": node.otherwise
            }
        case Collect():
            return {"next": node.next, "otherwise": node.otherwise}
        case Play():
            return {"next": node.next}
        case Queue() | Transfer():
            return {"otherwise": node.otherwise}
        case _:
            return {}


class Flow(BaseModel):
    """A complete flow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: dict[str, str] = Field(default_factory=dict)
    """Shown to people, by language."""
    start: Name
    nodes: dict[Name, AnyNode] = Field(min_length=1, max_length=200)
    answer: bool = True
    """Answer before the first prompt (charged to the caller from then on)."""
