"""What a person or a program may ask for: same commands over HTTP and WebSocket.

`POST /api/v1/<Command>` on the daemon's socket, or JSON-RPC 2.0 with the command as
method on `/live`.  Each class names the least role that may use it and what it returns.
Refusals are `Refused(code)`; the code is translated where it is shown.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from annotated_types import Len, MaxLen

from firmware.contract.ids import AgentId, CallId, TrunkId
from firmware.contract.model import AgentState, Language, Role

Text = Annotated[str, MaxLen(200)]
Number = Annotated[str, Len(1, 32)]
Key = Annotated[str, Len(1, 64)]


@dataclass(frozen=True)
class Command:
    """Base of all commands."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}  # checked at the border
    role: ClassVar[Role | None] = Role.AGENT  # None: no log-in needed
    returns: ClassVar[str] = ""  # a name in `views`, "" for nothing


@dataclass(frozen=True)
class LogIn(Command):
    """Open a session.  `address` is the client's, for throttling; the web passes it on."""

    role: ClassVar[Role | None] = None
    returns: ClassVar[str] = "Session"
    user: Annotated[str, Len(1, 64)]
    password: Annotated[str, Len(1, 256)] = field(repr=False)
    address: Text = ""


@dataclass(frozen=True)
class LogOut(Command):
    """End this session; an agent in a call is logged off after it."""


@dataclass(frozen=True)
class ChangePassword(Command):
    """Own password; at least 10 characters."""

    old: Annotated[str, Len(1, 256)] = field(repr=False)
    new: Annotated[str, Len(10, 256)] = field(repr=False)


@dataclass(frozen=True)
class OfferMedia(Command):
    """Set up (or move) the browser's audio leg: SDP offer in, SDP answer out."""

    returns: ClassVar[str] = "MediaAnswer"
    sdp: Annotated[str, Len(1, 20000)]


@dataclass(frozen=True)
class SetAgentState(Command):
    """Own state: READY, NOT_READY with a reason, or NULL.  In a call it becomes pending."""

    state: AgentState
    reason: Text = ""


@dataclass(frozen=True)
class ForceAgentState(Command):
    """A supervisor sets another agent's state; the reason is logged and shown."""

    role: ClassVar[Role | None] = Role.SUPERVISOR
    agent: AgentId
    state: AgentState
    reason: Text


@dataclass(frozen=True)
class AnswerCall(Command):
    """Answer the call that alerts at this agent."""

    call: CallId


@dataclass(frozen=True)
class HoldCall(Command):
    """The other side hears music."""

    call: CallId


@dataclass(frozen=True)
class RetrieveCall(Command):
    """End the hold."""

    call: CallId


@dataclass(frozen=True)
class ClearConnection(Command):
    """Hang up: the agent's connection and, with two parties, the call."""

    call: CallId


@dataclass(frozen=True)
class SingleStepTransferCall(Command):
    """Blind transfer to an agent, a queue or a number; exactly one of them."""

    call: CallId
    to_agent: AgentId | None = None
    to_queue: Key | None = None
    to_number: Number | None = None


@dataclass(frozen=True)
class MakeCall(Command):
    """Dial a number; the agent's own leg is connected first (CSTA MakeCall)."""

    returns: ClassVar[str] = "CallStarted"
    number: Number


@dataclass(frozen=True)
class SendDigits(Command):
    """Keypad of the desk: digits to the far end, in-band on a trunk."""

    call: CallId
    digits: Annotated[str, Len(1, 32)]


@dataclass(frozen=True)
class FinishWrapUp(Command):
    """Store what the call was about; with `done`, end the wrap-up early."""

    call: CallId
    disposition: Key
    note: Annotated[str, MaxLen(2000)] = ""
    done: bool = True


@dataclass(frozen=True)
class ProposeConfig(Command):
    """Change one part of the configuration at a base revision; all problems come back at once."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "ConfigAccepted"
    base_revision: int
    path: Annotated[str, MaxLen(200)]  # "queues.sales"; "" replaces everything
    value: Any


@dataclass(frozen=True)
class SetUserPassword(Command):
    """Create a log-in or give it a new password."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    user: Annotated[str, Len(1, 64)]
    user_role: Role
    password: Annotated[str, Len(10, 256)] = field(repr=False)


@dataclass(frozen=True)
class RemoveUser(Command):
    """Delete a log-in; its sessions end.  The last administrator stays."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    user: Annotated[str, Len(1, 64)]


@dataclass(frozen=True)
class ReplacePrompt(Command):
    """Use an uploaded file (by path in the upload folder and hash) for a prompt."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    prompt: Key
    language: Key
    upload: Annotated[str, MaxLen(200)]
    sha256: Annotated[str, Len(64, 64)]


@dataclass(frozen=True)
class TestLine(Command):
    """Test an analogue line; with `from_line` (same board) that one calls its own number."""

    __test__: ClassVar[bool] = False  # no test of pytest's
    role: ClassVar[Role | None] = Role.SUPERVISOR
    trunk: TrunkId
    line: int
    from_line: int | None = None


@dataclass(frozen=True)
class LearnLine(Command):
    """Learn how the exchange tells that a caller hung up; the next call of the line is the test
    call, or with `from_line` that line makes it.  The result goes into the configuration."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    trunk: TrunkId
    line: int
    from_line: int | None = None


@dataclass(frozen=True)
class CancelLineJob(Command):
    """Stop a line's test or learning."""

    role: ClassVar[Role | None] = Role.SUPERVISOR
    trunk: TrunkId
    line: int


@dataclass(frozen=True)
class OpenSetup(Command):
    """First step of the set-up of a new box: is this the label's password?  Throttled as log-in.

    Refused with `already_set_up`; a wrong password is `log_in_failed`.
    """

    role: ClassVar[Role | None] = None
    returns: ClassVar[str] = "SetupOpened"
    label_password: Annotated[str, Len(1, 256)] = field(repr=False)
    address: Text = ""


@dataclass(frozen=True)
class FinishSetup(Command):
    """Set a new box up: all of it or nothing.  Refused with `already_set_up`.

    `label_password` is the label's, or the key that OpenSetup gave.  `numbers` go by
    `SetupLine.place`.  Each of `agents` (names) gets a log-in with a random password.
    """

    role: ClassVar[Role | None] = None
    returns: ClassVar[str] = "SetupDone"
    label_password: Annotated[str, Len(1, 256)] = field(repr=False)
    company: Annotated[str, Len(1, 80)]
    password: Annotated[str, Len(10, 256)] = field(repr=False)  # the administrator's
    language: Language = Language.ZH_CN
    country: Annotated[str, MaxLen(2)] = "CN"
    area_code: Annotated[str, MaxLen(6)] = ""
    timezone: Annotated[str, MaxLen(40)] = "Asia/Shanghai"
    numbers: Annotated[dict[Key, tuple[Number, ...]], MaxLen(70)] = field(default_factory=dict)
    agents: Annotated[tuple[Annotated[str, Len(1, 80)], ...], MaxLen(30)] = ()
    address: Text = ""


COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in Command.__subclasses__()}
