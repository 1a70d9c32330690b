"""Who is in a script: the models of `people`."""

from typing import Any, Literal

from pydantic import Field, model_validator

from hil_tests.play import deeds
from hil_tests.play.words import Name, Number, Seconds, Word

LARGEST_CROWD = 60


class Person(Word):
    """One person, or a crowd of callers.

    `caller` with his number; `callers`: how many, the first of them with the number `from`;
    `outside`: somebody the box can call (after `rings` seconds he answers and does `then`, or he
    `is` busy ...); `agent`: the number of the configuration; `supervisor`, `administrator`: the
    log-in.
    """

    word = "people"
    example = """people:
  Mr Wang: {caller: "13800138000"}
  Shoppers: {callers: 12, from: "13900139000"}
  Mrs Li: {outside: "02166668888", rings: 2, then: [{talk: 8}, hang up]}
  Fang: {agent: "8001"}
  Boss: {supervisor: boss}
  Admin: {administrator: admin}"""
    caller: Number | None = None
    callers: int | None = Field(default=None, ge=1, le=LARGEST_CROWD)
    first: str | None = Field(default=None, alias="from", pattern=r"^[0-9]{3,20}$")
    outside: Number | None = None
    rings: Seconds = 2.0
    state: Literal["busy", "not answering", "rejecting", "unreachable", "unknown"] | None = Field(
        default=None, alias="is"
    )
    then: tuple[Any, ...] = ()
    agent: str | None = Field(default=None, pattern=r"^[0-9]{2,8}$")
    supervisor: Name | None = None
    administrator: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> "Person":
        given = [one for one in KINDS if getattr(self, one) is not None]
        if len(given) != 1:
            raise ValueError(f"one of {', '.join(KINDS)} is wanted")
        if (self.callers is None) is not (self.first is None):
            raise ValueError("callers and from belong together")
        return self

    @property
    def kind(self) -> str:
        """Of deeds: caller, outside, agent, supervisor, administrator."""
        given = next(one for one in KINDS if getattr(self, one) is not None)
        return deeds.CALLER if given == "callers" else given

    @property
    def login(self) -> str:
        """The user's name; "" for people on lines."""
        return self.agent or self.supervisor or self.administrator or ""

    def numbers(self) -> list[str]:
        """Telephone numbers of one or many."""
        if self.first is not None and self.callers is not None:
            width = len(self.first)
            return [f"{int(self.first) + n:0{width}d}"[-width:] for n in range(self.callers)]
        return [number for number in (self.caller, self.outside) if number]


KINDS = ("caller", "callers", "outside", "agent", "supervisor", "administrator")
