"""What ought to be: the words of `expect`.

Each has `within` seconds to come true.  The name of a crowd stands for each of its people.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from board.sim.call import CallState
from firmware.contract.model import AgentState as State
from firmware.contract.model import Alarm, Cause, Direction, LineState, Outcome
from firmware.contract.model import Party as By
from hil_tests.play.deeds import Language
from hil_tests.play.words import Keys, Name, Range, Seconds, Word

USUAL_S = 3.0


class Expectation(Word):
    """Base of all expectations."""

    within: Seconds = USUAL_S
    people: ClassVar[tuple[str, ...]] = ()
    """The fields that name people."""


class Exchange(Expectation):
    """What the exchange's log has of somebody's last call (or of the `call`-th)."""

    word, people = "exchange", ("exchange",)
    example = "expect: {exchange: Mr Wang, state: ended, cause: 17, ended by: box, answered: false}"
    exchange: Name
    call: int | None = Field(default=None, ge=1)
    calls: Range | None = None
    state: CallState | None = None
    answered: bool | None = None
    cause: int | None = Field(default=None, ge=1, le=127)
    ended_by: Literal["box", "network"] | None = Field(default=None, alias="ended by")
    pressed: Keys | None = None
    """What the box sent."""


class Record(Expectation):
    """What the box's record has of somebody's last call; `records`: how many there are."""

    word, people = "record", ("record", "agent")
    example = (
        "expect: {record: Mr Wang, outcome: answered, agent: Fang, waited: 2 to 10, cause: 16}"
    )
    record: Name
    records: Range | None = None
    direction: Direction | None = None
    outcome: Outcome | None = None
    cause: int | None = Field(default=None, ge=1, le=255)
    ended_by: By | None = Field(default=None, alias="ended by")
    queue: Name | None = None
    agent: Name | None = None
    waited: Range | None = None
    talked: Range | None = None
    held: Range | None = None
    about: Name | None = None
    note: str | None = None
    path: tuple[str, ...] | None = None
    recordings: Range | None = None
    recorded: Range | None = None
    """Seconds, of all its recordings."""


class EventSeen(Expectation):
    """How many events of a kind the box has told of since the beginning, at least one by default.

    `about` somebody's calls only; `with` some of its fields only.
    """

    word, people = "event", ("about",)
    example = "expect: {event: CallQueued, about: Mr Wang, with: {queue: sales, position: 1}}"
    event: Name
    about: Name | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    count: Range | None = None


class Sound(Word):
    """Something to hear, that is no person."""

    prompt: Name | None = None
    tone: Literal["dial", "ringback", "busy", "congestion"] | None = None
    sentence: str | None = Field(default=None, pattern=r"^(en|zh_CN)/[a-z]+_[a-z]+$")
    text: str | None = Field(default=None, min_length=1, max_length=500)
    language: Language = "zh_CN"
    errors: float = Field(default=0.2, ge=0, le=1)
    """Of a text: the greatest error rate, of characters (zh_CN) or words (en)."""

    @model_validator(mode="after")
    def _one(self) -> "Sound":
        given = [self.prompt, self.tone, self.sentence, self.text]
        if sum(one is not None for one in given) != 1:
            raise ValueError("one of prompt, tone, sentence, text is wanted")
        return self

    def told(self) -> str:
        """For a sentence."""
        given = self.model_dump(exclude_none=True, include={"prompt", "tone", "sentence", "text"})
        return ", ".join(f"the {kind} {what}" for kind, what in given.items())


class Listener(Expectation):
    """What somebody hears from now on, has heard so far (in his last call), or does not hear.

    A person; `{prompt: closed_hours}` (of the box); `{tone: busy}`; `{sentence: en/caller_problem}`
    (stored speech); `{text: ..., language: en}` (recognised; needs the speech models).
    `for`: seconds of a person's voice.  `does not hear` listens for `within` seconds.
    """

    word, people = "listener", ("listener",)
    example = "expect: {listener: Mr Wang, hears: Fang, for: 1.5, within: 8}"
    listener: Name
    hears: Name | Sound | None = None
    has_heard: Name | Sound | None = Field(default=None, alias="has heard")
    does_not_hear: Name | Sound | None = Field(default=None, alias="does not hear")
    seconds: Seconds = Field(default=0.5, alias="for")

    @model_validator(mode="after")
    def _one(self) -> "Listener":
        given = [self.hears, self.has_heard, self.does_not_hear]
        if sum(one is not None for one in given) != 1:
            raise ValueError("one of hears, has heard, does not hear is wanted")
        return self

    @property
    def sound(self) -> "str | Sound":
        """Whatever it is about."""
        found = self.hears or self.has_heard or self.does_not_hear
        assert found is not None
        return found


class AgentIs(Expectation):
    """How an agent's state is shown, and with whom he is in a call."""

    word, people = "agent", ("agent", "caller")
    example = "expect: {agent: Fang, state: busy, caller: Mr Wang, within: 20}"
    agent: Name
    state: State | None = None
    reason: Name | None = None
    caller: Name | None = None


class QueueIs(Expectation):
    """How a queue is shown."""

    word = "queue"
    example = "expect: {queue: sales, waiting: 3, ready: 0, abandoned: at least 1}"
    queue: Name
    waiting: Range | None = None
    ready: Range | None = None
    busy: Range | None = None
    offered: Range | None = None
    answered: Range | None = None
    abandoned: Range | None = None
    """The last three: since midnight."""


class TrunkIs(Expectation):
    """How a line is shown: e1, e1-2, or the board "analog" (a `line` of it with its state)."""

    word = "trunk"
    example = "expect: {trunk: e1, in service: false, alarms: [los], within: 5}"
    trunk: Literal["e1", "e1-2", "analog"]
    in_service: bool | None = Field(default=None, alias="in service")
    alarms: tuple[Alarm, ...] | None = None
    board: bool | None = None
    line: int | None = Field(default=None, ge=1, le=16)
    state: LineState | None = None


class BoxIs(Expectation):
    """The box as a whole: at rest (nobody calls, all channels are free), answering, or off."""

    word = "box"
    example = "expect: {box: at rest}"
    box: Literal["at rest", "answers", "is off"]
    calls: Range | None = None


EXPECTATIONS: tuple[type[Expectation], ...] = tuple(Expectation.__subclasses__())


def cause_words(cause: int | None) -> str:
    """A Q.850 cause for people."""
    if cause is None:
        return "no cause yet"
    return f"cause {cause} ({Cause.of(cause).name.lower().replace('_', ' ')})"
