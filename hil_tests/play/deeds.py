"""What people do: the words for callers and those they call, for agents, and for all with a log-in.

Callers do one thing after the other, while the story goes on.
"""

from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Len
from pydantic import Field

from hil_tests.play.words import Keys, Name, Seconds, Word

CALLER, OUTSIDE, AGENT = "caller", "outside", "agent"
SUPERVISOR, ADMINISTRATOR = "supervisor", "administrator"
ON_LINES = (CALLER, OUTSIDE)
LOGGED_IN = (AGENT, SUPERVISOR, ADMINISTRATOR)
Language = Literal["zh_CN", "en"]


class Deed(Word):
    """Base of all of these."""

    who: ClassVar[tuple[str, ...]] = ()


# --- on the telephone ---


class Listen(Deed):
    """Say nothing for some seconds."""

    word, who, example = "listen", ON_LINES, "Mr Wang: {listen: 3}"
    seconds: Seconds = Field(alias="listen")


class Press(Deed):
    """Press keys of the telephone; an agent's go to the far end."""

    word, who, example = "press", (*ON_LINES, AGENT), 'Mr Wang: {press: "12#"}'
    keys: Keys = Field(alias="press")


class WaitForSomebody(Deed):
    """Listen until somebody speaks; hang up when the patience (seconds) is over."""

    word, who, example = "wait for somebody", ON_LINES, "Mr Wang: {wait for somebody: 60}"
    patience: Seconds = Field(alias="wait for somebody")


class Talk(Deed):
    """Speak for some seconds with a voice that `hears` knows; 2 s, then 2 s are the other's."""

    word, who, example = "talk", ON_LINES, "Mr Wang: {talk: 8}"
    seconds: Seconds = Field(alias="talk")


class Speak(Deed):
    """Say a stored sentence to its end: language/name, of board/sim/speech."""

    word, who, example = "speak", (*ON_LINES, AGENT), "Mr Wang: {speak: en/caller_problem}"
    sentence: str = Field(alias="speak", pattern=r"^(en|zh_CN)/[a-z]+_[a-z]+$")


class Say(Deed):
    """Say any text, in a voice of `make prompts` (needs the speech models)."""

    word, who = "say", (*ON_LINES, AGENT)
    example = "Mr Wang: {say: 我想订一张桌子。, language: zh_CN, voice: zm_yunjian}"
    text: Annotated[str, Len(1, 500)] = Field(alias="say")
    language: Language = "zh_CN"
    voice: str = Field(default="", pattern=r"^[a-z]{0,2}_?[a-z]{0,20}$")


class HangUp(Deed):
    """Hang up, after all that is to be done before; a caller may give a Q.850 cause."""

    word, who, example = "hang up", (*ON_LINES, AGENT), "Mr Wang: hang up"
    cause: int | None = Field(default=None, alias="hang up", ge=1, le=127)


class HangUpAtOnce(Deed):
    """Hang up in the middle of whatever he does."""

    word, who, example = "hang up at once", ON_LINES, "Mr Wang: hang up at once"
    nothing: None = Field(default=None, alias="hang up at once")


class Call(Deed):
    """Call the box: a number, or a line as "analog 3".

    `on`: which E1 line, the first by default.  `after` so many seconds, while the story goes on;
    `every`: the time between the callers of a crowd.  He waits for the answer for `patience`
    seconds, then does `then`, one thing after the other.
    """

    word, who = "call", (CALLER,)
    example = """Mr Wang:
    call: "01088886666"
    then: [{listen: 3}, {press: "2"}, {wait for somebody: 60}, {talk: 10}, hang up]"""
    number: str = Field(alias="call", pattern=r"^(\+?[0-9*#]{1,32}|analog ([1-9]|1[0-6]))$")
    on: Literal["e1", "e1-2"] = "e1"
    after: Seconds = 0.0
    every: Seconds = 2.0
    patience: Seconds = 60.0
    then: tuple[Any, ...] = ()


# --- at a desk ---


class LogOn(Deed):
    """Open the page and log in; an agent's telephone is connected."""

    word, who, example = "log on", LOGGED_IN, "Fang: log on"
    nothing: None = Field(default=None, alias="log on")


class LogOff(Deed):
    """Log out."""

    word, who, example = "log off", LOGGED_IN, "Fang: log off"
    nothing: None = Field(default=None, alias="log off")


class CloseThePage(Deed):
    """Be gone without a word, as with a closed laptop."""

    word, who, example = "close the page", LOGGED_IN, "Fang: close the page"
    nothing: None = Field(default=None, alias="close the page")


class Ready(Deed):
    """Be ready for calls."""

    word, who, example = "ready", (AGENT,), "Fang: ready"
    nothing: None = Field(default=None, alias="ready")


class Pause(Deed):
    """Take no calls, for a reason of the configuration."""

    word, who, example = "pause", (AGENT,), "Fang: {pause: lunch}"
    reason: Name = Field(alias="pause")


class Answer(Deed):
    """Answer the call that rings; wait for it `within` so many seconds."""

    word, who, example = "answer", (AGENT,), "Fang: {answer: , within: 20}"
    nothing: None = Field(default=None, alias="answer")
    within: Seconds = 30.0


class AnswerCalls(Deed):
    """Answer every call from now on, after so many seconds.

    `talk` seconds later hang up (or leave that to the caller); `wrap up` so many seconds, then
    say what it was `about`.
    """

    word, who = "answer calls", (AGENT,)
    example = "Fang: {answer calls: 2, talk: 20, wrap up: 3, about: order}"
    after: Seconds = Field(alias="answer calls")
    talk: Seconds | None = None
    wrap_up: Seconds = Field(default=2.0, alias="wrap up")
    about: Name = "callback"


class StopAnswering(Deed):
    """Answer no more by oneself."""

    word, who, example = "stop answering", (AGENT,), "Fang: stop answering"
    nothing: None = Field(default=None, alias="stop answering")


class Hold(Deed):
    """Give music to the caller."""

    word, who, example = "hold", (AGENT,), "Fang: hold"
    nothing: None = Field(default=None, alias="hold")


class Retrieve(Deed):
    """Take the caller back."""

    word, who, example = "retrieve", (AGENT,), "Fang: retrieve"
    nothing: None = Field(default=None, alias="retrieve")


class Transfer(Deed):
    """Hand the call to a person, "queue sales", or a number."""

    word, who, example = "transfer to", (AGENT,), "Fang: {transfer to: Wei}"
    to: str = Field(alias="transfer to", min_length=1, max_length=50)


class WrapUp(Deed):
    """Say what the call was about, and be done with it."""

    word, who, example = "wrap up", (AGENT,), "Fang: {wrap up: order, note: two boxes}"
    about: Name = Field(alias="wrap up")
    note: str = Field(default="", max_length=2000)


class Dial(Deed):
    """Call a person outside, or a number."""

    word, who, example = "dial", (AGENT,), "Fang: {dial: Mrs Li}"
    number: Name = Field(alias="dial")
    refused: Name | None = None


class Configure(Deed):
    """Change the configuration: places and what shall be there."""

    word, who = "configure", (ADMINISTRATOR,)
    example = "Admin: {configure: {queues.sales.ring_s: 8, blacklist: []}}"
    changes: dict[str, Any] = Field(alias="configure", min_length=1)
    refused: Name | None = None


class Command(Deed):
    """Any command or query of the contract, by its name, with its fields.

    A field "call of Mr Wang" becomes the box's name of his call; `refused`: the code with which
    the box has to refuse it.
    """

    word, who = "a command", LOGGED_IN
    example = """Fang:
    MakeCall: {number: "+85221234567"}
    refused: international_closed"""
    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    refused: Name | None = None


DEEDS: tuple[type[Deed], ...] = tuple(Deed.__subclasses__())
"""`Command` is the only one whose word is another's name."""
