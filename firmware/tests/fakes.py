"""Stand-ins for the engine and the trunks, and a whole call control on a virtual clock."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from firmware.acd.agent import Agent, Wish
from firmware.contract.config import Config, check
from firmware.contract.events import CallCleared, Event
from firmware.contract.ids import AgentId, TrunkId
from firmware.contract.model import AgentState, AnswerSign, Cause, ClearSign, Language, Party
from firmware.cti.control import CallControl
from firmware.errors import TrunkError
from firmware.switching.call import Office, Tap
from firmware.timers import Clock, LoopTimers
from firmware.trunk.line import LineUser
from hil_tests.virtual_loop import VirtualLoop


@dataclass
class Played:
    kind: str
    prompts: tuple[str, ...] = ()
    language: Language | None = None
    done: Callable[[], None] = lambda: None


class FakeMedia:
    """Remembers who hears whom and what is played; the test ends prompts and presses keys."""

    def __init__(self) -> None:
        self._ports = itertools.count(1)
        self.channels: dict[int, tuple[TrunkId, int]] = {}
        self.open: set[int] = set()
        self.heard: dict[int, tuple[tuple[int, float], ...]] = {}
        self.playing: dict[int, Played] = {}
        self.history: list[Played] = []
        self.sent_digits: list[tuple[int, str]] = []
        self.levelled: dict[int, bool] = {}
        self.recordings: dict[int, tuple[Path, int, int, Callable[[int], None]]] = {}
        self._digit: dict[int, Callable[[str], None]] = {}

    def open_channel(self, trunk: TrunkId, channel: int) -> int:
        port = self._open()
        self.channels[port] = (trunk, channel)
        return port

    def open_player(self) -> int:
        return self._open()

    def open_telephone(self) -> int:
        return self._open()

    def close(self, port: int) -> None:
        self.open.remove(port)
        self.heard.pop(port, None)
        self.channels.pop(port, None)
        self.playing.pop(port, None)
        self._digit.pop(port, None)

    def hear(self, listener: int, talkers: Sequence[tuple[int, float]]) -> None:
        assert listener in self.open
        assert {talker for talker, _ in talkers} <= self.open
        self.heard[listener] = tuple(talkers)

    def on_digit(self, port: int, got: Callable[[str], None]) -> None:
        self._digit[port] = got

    def play(
        self, player: int, prompts: Sequence[str], language: Language, done: Callable[[], None]
    ) -> None:
        self._start(player, Played("prompts", tuple(prompts), language, done))

    def music(self, player: int) -> None:
        self._start(player, Played("music"))

    def tone(self, player: int, name: str) -> None:
        self._start(player, Played(name))

    def silence(self, player: int) -> None:
        assert player in self.open
        self.playing.pop(player, None)

    def level_voice(self, port: int, *, on: bool) -> None:
        self.levelled[port] = on

    def send_digits(self, port: int, digits: str) -> None:
        self.sent_digits.append((port, digits))

    def record(self, path: Path, left: int, right: int, done: Callable[[int], None]) -> int:
        recorder = self._open()
        self.recordings[recorder] = (path, left, right, done)
        return recorder

    def retap_record(self, recorder: int, left: int, right: int) -> None:
        path, _, _, done = self.recordings[recorder]
        self.recordings[recorder] = (path, left, right, done)

    def stop_record(self, recorder: int) -> None:
        self.open.remove(recorder)
        path, _, _, done = self.recordings.pop(recorder)
        path.write_bytes(b"sound")
        done(8000)

    def press(self, port: int, digits: str) -> None:
        for digit in digits:
            self._digit[port](digit)

    def finish(self, player: int) -> None:
        """The prompts of a player end."""
        self.playing.pop(player).done()

    def sounds(self, port: int) -> list[Played]:
        """What is played to this listener now."""
        return [self.playing[t] for t, _ in self.heard.get(port, ()) if t in self.playing]

    def finish_prompts(self, port: int) -> None:
        """What this listener hears ends, and what follows, until music or silence."""
        while prompts := [
            t for t, _ in self.heard.get(port, ())
            if t in self.playing and self.playing[t].kind == "prompts"
        ]:  # fmt: skip
            self.finish(prompts[0])

    def _open(self) -> int:
        port = next(self._ports)
        self.open.add(port)
        return port

    def _start(self, player: int, played: Played) -> None:
        assert player in self.open
        self.playing[player] = played
        self.history.append(played)


class FakeLine:
    """A connection on a trunk that the test plays the network of."""

    def __init__(self, lines: "FakeLines", channel: int, calling: str, called: str) -> None:
        self.trunk, self.channel = TrunkId("e1"), channel
        self.calling, self.called, self.presentation = calling, called, True
        self.open_at_once, self.gave_up, self.rang_s = True, False, 0.0
        self.sent: list[str] = []
        self.user: LineUser | None = None
        self._lines = lines

    def attach(self, user: LineUser, call: str) -> None:
        self.user = user

    def alert(self) -> None:
        self.sent.append("alert")

    def connect(self) -> None:
        self.sent.append("connect")

    def disconnect(self, cause: Cause) -> None:
        if self.user is not None or not self.sent:
            self.sent.append(f"disconnect {cause.value}")
        self._free()

    def network_alerts(self, *, inband: bool = False) -> None:
        if self.user is not None:
            self.user.alerting(inband=inband)

    def network_answers(self, sign: AnswerSign = AnswerSign.SIGNAL) -> None:
        if self.user is not None:
            self.user.connected(sign)

    def network_clears(
        self, cause: Cause = Cause.NORMAL_CLEARING, sign: ClearSign | None = None
    ) -> None:
        user = self.user
        self._free()
        if user is not None:
            user.cleared(cause, Party.CALLER, sign)

    def far_end_is_unknown(self) -> None:
        if self.user is not None:
            self.user.unconfirmed()

    def network_moves(self, channel: int) -> None:
        self.channel = channel
        if self.user is not None:
            self.user.moved()

    @property
    def up(self) -> bool:
        return self.user is not None

    def _free(self) -> None:
        self.user = None
        self._lines.taken.discard(self)


@dataclass
class FakeLines:
    capacity: int = 30
    open_at_once: bool = True
    taken: set[FakeLine] = field(default_factory=set)
    dialled: list[FakeLine] = field(default_factory=list)

    def seize(self, number: str, calling: str) -> FakeLine:
        line = self._take(calling, number)
        line.open_at_once = self.open_at_once
        self.dialled.append(line)
        return line

    def incoming(self, calling: str, called: str) -> FakeLine:
        return self._take(calling, called)

    def _take(self, calling: str, called: str) -> FakeLine:
        free = [n for n in range(1, 32) if n != 16 and n not in {t.channel for t in self.taken}]
        if not free or len(self.taken) >= self.capacity:
            raise TrunkError(Cause.NO_CHANNEL)
        line = FakeLine(self, free[0], calling, called)
        self.taken.add(line)
        return line


class LoopClock(Clock):
    """The clock of a virtual loop; UTC moves with it."""

    def __init__(self, loop: VirtualLoop, utc_s: float = 1_795_056_000.0) -> None:
        self._loop, self._offset = loop, utc_s - loop.time()  # 2026-11-19 10:40 in Shanghai

    def monotonic(self) -> float:
        return self._loop.time()

    def utc_ms(self) -> int:
        return round((self._loop.time() + self._offset) * 1000)


class FakeTap:
    """Recording that only remembers."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.begun: list[str] = []

    def begin(self, call, agent) -> bool:
        self.running.add(call.id)
        self.begun.append(call.id)
        return True

    def moved(self, call, agent) -> None:
        assert call.id in self.running

    def end(self, call) -> None:
        self.running.discard(call.id)


FLOW = {
    "start": "menu",
    "nodes": {
        "menu": {
            "kind": "menu",
            "label": {"en": "Main menu", "zh_CN": "主菜单"},
            "prompts": ["welcome", "main_menu"],
            "keys": {"1": "sales", "2": "english", "3": "number", "4": "partner"},
            "language_of": {"2": "en"},
            "otherwise": "bye",
            "tries": 2,
        },
        "english": {"kind": "play", "prompts": ["please_wait"], "next": "sales"},
        "number": {
            "kind": "collect",
            "variable": "customer",
            "prompts": ["enter_number"],
            "min_digits": 3,
            "max_digits": 5,
            "next": "sales",
            "otherwise": "bye",
        },
        "partner": {"kind": "transfer", "number": "13900000000", "otherwise": "bye"},
        "sales": {
            "kind": "queue",
            "queue": "sales",
            "prompts": ["please_wait"],
            "otherwise": "full",
        },
        "full": {"kind": "hangup", "prompts": ["queue_timeout"]},
        "bye": {"kind": "hangup", "prompts": ["goodbye"]},
    },
}
CLOSED = {
    "start": "closed",
    "nodes": {"closed": {"kind": "hangup", "prompts": ["closed_hours"]}},
}
DOCUMENT = {
    "trunks": {"e1": {"numbers": ["01088886666"]}},
    "calendars": {
        "office": {
            "week": {
                day: [{"opens": "09:00", "closes": "18:00"}]
                for day in ("mon", "tue", "wed", "thu", "fri")
            }
        }
    },
    "routes": [{"called": "*", "calendar": "office", "flow": "main", "closed_flow": "closed"}],
    "flows": {"main": FLOW, "closed": CLOSED},
    "queues": {
        "sales": {"name": "Sales", "wrap_up_s": 30, "ring_s": 20, "max_wait_s": 300},
        "support": {"name": "Support", "wrap_up_s": 0},
    },
    "agents": {
        "8001": {"name": "Li", "queues": ["sales"]},
        "8002": {"name": "Wang", "queues": ["sales", "support"]},
        "8003": {"name": "Zhao", "queues": ["support"], "auto_answer": True},
    },
    "dispositions": {"sold": {"label": {"zh_CN": "成交", "en": "Sold"}}},
    "pause_reasons": {"lunch": {"label": {"zh_CN": "午餐", "en": "Lunch"}}},
    "blacklist": [{"number": "13999999999"}],
}


class World:
    """Call control with fakes around it, and words for stories."""

    def __init__(
        self,
        document: dict[str, object] | None = None,
        tap: Callable[["World"], Tap] | None = None,
    ) -> None:
        config = check(document or DOCUMENT)
        assert isinstance(config, Config), config
        self.config = config
        self.loop = VirtualLoop()
        self.events: list[Event] = []
        self.media, self.lines = FakeMedia(), FakeLines()
        clock = LoopClock(self.loop)
        self.timers = LoopTimers(self.loop, clock)
        self.tap = FakeTap() if tap is None else tap(self)
        office = Office(
            self.events.append, self.media, self.timers, clock, lambda: self.config, self.tap
        )
        self.control = CallControl(office, self.lines, self.loop.call_soon)
        self.control.configure(config)

    def close(self) -> None:
        self.do(self.control.shut)
        self.loop.close()

    def advance(self, seconds: float) -> None:
        self.loop.advance(seconds)

    def do(self, action: Callable[[], object]) -> None:
        """Have it done inside the loop, as everything is in the daemon."""
        self.loop.call_soon(action)
        self.loop.settle()

    def command(self, dispatcher, name: str, who, **fields):
        """A command as it comes from a desktop; raises what the desktop gets."""
        task = self.loop.create_task(dispatcher.command(name, fields, who))
        self.loop.settle()
        return task.result()

    def agent(self, name: str) -> Agent:
        return self.control.agents.get(AgentId(name))

    def ready(self, name: str) -> Agent:
        """Log on, telephone up, ready."""
        agent = self.agent(name)
        agent.log_on()
        agent.connect_telephone(self.media.open_telephone())
        agent.set_state(Wish(AgentState.READY, "", name))
        self.advance(0)
        return agent

    def call_in(self, calling: str = "13800138000", called: str = "88886666") -> FakeLine:
        line = self.lines.incoming(calling, called)
        self.control.offered(line)
        self.advance(0)
        return line

    def port(self, line: FakeLine) -> int:
        return next(p for p, (_, n) in self.media.channels.items() if n == line.channel)

    def press(self, line: FakeLine, digits: str) -> None:
        self.media.press(self.port(line), digits)
        self.advance(0)

    def in_queue(self, calling: str = "13800138000") -> FakeLine:
        """A caller who pressed 1."""
        line = self.call_in(calling)
        self.press(line, "1")
        return line

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind: type):
        return self.of(kind)[-1]

    def end_of_call(self) -> tuple[int, str, str]:
        cleared = self.last(CallCleared)
        return cleared.cause.value, cleared.by.value, cleared.outcome.value

    def hears(self, listener: int) -> set[int]:
        return {talker for talker, _ in self.media.heard.get(listener, ())}
