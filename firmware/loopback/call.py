"""Two calls at once, one on E1 and one on an analogue line, and what has to be heard.

Each is answered by a flow, hears a prompt, presses a key, and is connected to a party outside
on the E1 line.  Everything that was said is compared with what came out at the other end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from board.sim.alaw import decode
from board.sim.call import Party
from board.sim.script import HangUp, Press, Say, Wait, WaitConnect, answers
from board.sim.speech import babble
from firmware.contract.events import DigitReceived
from firmware.contract.model import Cause, Language, Outcome
from firmware.contract.model import Party as By
from firmware.loopback.listening import RATE, likeness
from firmware.loopback.sites import Stuck
from firmware.loopback.world import World
from firmware.prompts.catalogue import Catalogue
from firmware.store.read import CallFilter

PROMPT, KEY = "greeting", "5"
CORRELATION_MIN, DELAY_MAX_MS, GAP_MAX_S = 0.9, 60.0, 0.03
_CUT = 400  # samples; the network connects some milliseconds after our CONNECT
_SPOKEN_S, _RINGS_S, _CALL_MAX_S = 1.2, 0.3, 40.0
_CONNECTS_S = 1.4  # from the key on
_TURN_S = 0.4
"""Between what one says and what the other says."""


@dataclass(frozen=True)
class Way:
    """One kind of line: who calls which number, and who is outside."""

    name: str
    called: str
    caller: str
    outside: str


WAYS = (
    Way("e1", "01088886666", "13800138000", "02166668888"),
    Way("fxo", "01088887001", "13900139000", "02166669999"),
)


@dataclass(frozen=True)
class Heard:
    """One comparison."""

    name: str
    correlation: float
    gap_s: float
    delay_ms: float | None = None

    @property
    def wrong(self) -> str:
        """What is wrong with it, "" when nothing is."""
        if self.correlation < CORRELATION_MIN:
            return f"{self.name}: correlation {self.correlation:.3f}"
        if self.gap_s > GAP_MAX_S:
            return f"{self.name}: silent for {self.gap_s * 1000:.0f} ms"
        if self.delay_ms is not None and not 0 < self.delay_ms <= DELAY_MAX_MS:
            return f"{self.name}: delay {self.delay_ms:.1f} ms"
        return ""


class Loopback:
    """The calls in a world that is up; nothing else may call there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._prompt = Catalogue().path(PROMPT, Language.ZH_CN).read_bytes()
        self._callers: dict[str, Party] = {}

    def call(self) -> list[Heard]:
        """Make both calls; all comparisons.  Raises Stuck where a call did not go its way."""
        world = self._world
        world.configure(_flows)
        for seed, way in enumerate(WAYS):
            listens = Wait(_CONNECTS_S - _RINGS_S + _SPOKEN_S)
            says = [listens, Say(_babble(seed, outside=True)), Wait(30)]
            self._exchange.answer_rule(way.outside, answers(_RINGS_S, says))
            self._callers[way.name] = self._place(way, self._script(seed))
        over = lambda: all(call.ended for call in self._callers.values())  # noqa: E731
        if not world.run(_CALL_MAX_S, over):
            raise Stuck("a call does not end")
        world.run(1.0)
        for way in WAYS:
            self._check(way)
        return [heard for seed, way in enumerate(WAYS) for heard in self._compare(seed, way)]

    @property
    def _exchange(self) -> Any:
        return self._world.office

    def _place(self, way: Way, script: Any) -> Party:
        if way.name == "e1":
            call: Party = self._exchange.place_call(way.called, way.caller, script)
            return call
        return self._world.analog.place_call(self._world.analog.line(1), way.caller, script)

    def _script(self, seed: int) -> Any:
        listens = Wait(len(self._prompt) / RATE + 0.6)
        speaks = [Press(KEY), Wait(_CONNECTS_S), Say(_babble(seed, outside=False))]
        return [WaitConnect(), listens, *speaks, Wait(_SPOKEN_S + 2 * _TURN_S), HangUp()]

    def _outside(self, way: Way) -> Party:
        found: list[Party] = [c for c in self._exchange.calls if c.called == way.outside]
        if len(found) != 1:
            raise Stuck(f"{way.name}: {len(found)} calls went out, not one")
        return found[0]

    def _check(self, way: Way) -> None:
        """Signalling, keys and the call record."""
        world, call = self._world, self._callers[way.name]
        store = world.box.store
        store.ledger.flush()
        records = store.reads.calls(CallFilter(), 50, 0).calls
        mine = [record for record in records if record.calling == way.caller]
        if len(mine) != 1:
            raise Stuck(f"{way.name}: {len(mine)} call records, not one")
        (record,) = mine
        keys = [e.event for e in store.ledger.since(0) if isinstance(e.event, DigitReceived)]
        found = {
            "cause at the exchange": (call.cause, 16),
            "cause": (record.cause, Cause.NORMAL_CLEARING),
            "ended by": (record.by, By.CALLER),
            "outcome": (record.outcome, Outcome.TRANSFERRED_OUT),
            "called": (record.called, way.called),
            "keys": ([key.digit for key in keys if key.call == record.call], [KEY]),
            "lines in service": (world.in_service(), True),
        }
        for what, (is_, should) in found.items():
            if is_ != should:
                raise Stuck(f"{way.name}: {what} is {is_!r}, not {should!r}")

    def _compare(self, seed: int, way: Way) -> Iterator[Heard]:
        call, outside = self._callers[way.name], self._outside(way)
        prompt = likeness(decode(self._prompt)[_CUT:], call.heard().samples)
        yield Heard(f"{way.name} prompt", prompt.correlation, prompt.longest_gap_s)
        yield _through(f"{way.name} caller", _babble(seed, outside=False), call, outside)
        yield _through(f"{way.name} outside", _babble(seed, outside=True), outside, call)


def _through(name: str, spoken: bytes, speaker: Party, listener: Party) -> Heard:
    """What the speaker said, as the listener heard it, and how much later."""
    clip = decode(spoken)
    said, heard = speaker.said(), listener.heard()
    out, back = likeness(clip, said.samples), likeness(clip, heard.samples)
    later = heard.tick + back.delay_s * RATE - said.tick - out.delay_s * RATE
    return Heard(name, back.correlation, back.longest_gap_s, later / 8)


def _babble(seed: int, *, outside: bool) -> bytes:
    return babble(_SPOKEN_S, 2 * seed + outside)


def _flows(document: dict[str, Any]) -> None:
    """A flow for each way, and nothing else for its number."""
    e1, fxo = WAYS
    document["trunks"]["e1"]["numbers"] = [e1.called]
    document["analog"]["analog"]["lines"]["1"]["number"] = fxo.called
    routes = []
    for way in WAYS:
        flow = f"loopback_{way.name}"
        document["flows"][flow] = _flow(way)
        routes.append(
            {"called": way.called, "calendar": "always", "flow": flow, "closed_flow": flow}
        )
    document["routes"] = routes


def _flow(way: Way) -> dict[str, Any]:
    menu = {
        "kind": "menu", "prompts": [PROMPT], "keys": {KEY: "out"},
        "wait_s": 5.0, "tries": 1, "otherwise": "sorry",
    }  # fmt: skip
    nodes = {
        "menu": menu,
        "out": {"kind": "transfer", "number": way.outside, "otherwise": "sorry"},
        "sorry": {"kind": "hangup", "prompts": ["goodbye"]},
    }
    return {"name": {}, "start": "menu", "nodes": nodes}
