"""Live connections: who listens, what each is sent, and how slow he may be.

Events go out in order, each once.  Gauges are last-value: `queue.sales`, `agent.8001`,
`call.<id>`, `span.e1`, `analog.<trunk>`, `draining` whenever the view differs from what this client
had: looked at after each event and, for values that make none (a line's volts), every T_gauges;
`level.8001` while that agent talks, to supervisors and himself.
A client whose outbox is full is dropped; he comes back and asks since his last number.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any, Protocol

from pydantic_core import to_jsonable_python

from firmware.contract.events import Recorded
from firmware.contract.ids import AgentId
from firmware.contract.model import Role
from firmware.contract.views import LevelView, Snapshot
from firmware.cti.visibility import Colleagues, EventFilter, visible
from firmware.fsm import Timers
from firmware.sessions import Identity
from firmware.store.encoding import as_message
from firmware.store.ledger import Ledger

OUTBOX = 2_000
"""Messages waiting for one client; a quiet second of 30 channels makes about ten."""
MOST_MISSED = 1_000
"""Events sent to one who comes back; the snapshot makes up for the others."""


class Presence(Protocol):
    """Told when a person's first desktop connects and his last one goes."""

    def __call__(self, agent: AgentId, *, here: bool) -> None:
        """`here`: from now on there is one."""


class Client:
    """One WebSocket's way out."""

    def __init__(self, identity: Identity, drop: Callable[[str], None]) -> None:
        """`drop(reason)` is called when the client must go."""
        self.identity, self._drop, self._gone = identity, drop, False
        self.filter: EventFilter | None = None  # until it subscribes
        self._views: dict[str, Any] = {}
        self._messages: deque[str] = deque()
        self._gauges: dict[str, Any] = {}
        self._ready, self._finished = asyncio.Event(), False

    def drop(self, reason: str) -> None:
        """Hang up, once."""
        if not self._gone:
            self._gone = True
            self._drop(reason)

    def put(self, text: str) -> None:
        """Send a message; a full outbox drops the client."""
        if len(self._messages) >= OUTBOX:
            self.drop("slow")
        if not self._gone:
            self._messages.append(text)
            self._ready.set()

    def gauge(self, name: str, value: Any) -> None:
        """Send a value; one not sent yet is replaced."""
        self._gauges[name] = value
        self._ready.set()

    def subscribe(self, snapshot: Snapshot, missed: list[Recorded]) -> None:
        """Send the snapshot, then what was missed; from now on events."""
        self._views = dict(_views(snapshot))
        self.put(notification("Snapshot", to_jsonable_python(snapshot)))
        past = EventFilter(self.identity, snapshot.calls)
        for recorded in missed:
            if past.sees(recorded):
                self.put(_event(recorded))
        self.filter = EventFilter(self.identity, snapshot.calls)

    def compare(self, snapshot: Snapshot) -> None:
        """Send each view that is not as this client had it; None for one that is gone."""
        views = dict(_views(snapshot))
        for name in self._views.keys() - views.keys():
            self.gauge(name, None)
        for name, view in views.items():
            before = self._views.get(name)
            if before is not view and before != view:
                self.gauge(name, to_jsonable_python(view))
        self._views = views

    def finish(self) -> None:
        """Nothing more comes: `send_all` returns when the rest is sent."""
        self._finished = True
        self._ready.set()

    async def send_all(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send what there is, until `finish`."""
        while not self._finished:
            await self._ready.wait()
            self._ready.clear()
            while self._messages:
                await send(self._messages.popleft())
            gauges, self._gauges = self._gauges, {}
            for name, value in gauges.items():
                await send(notification("Gauge", {"name": name, "value": value}))


class Hub:
    """All live clients.  Belongs to the loop."""

    def __init__(
        self,
        ledger: Ledger,
        timers: Timers,
        snapshot: Callable[[], Snapshot],
        lives: Callable[[str], bool],
        presence: Presence = lambda _agent, *, here: None,
        levels: Callable[[], Iterable[tuple[AgentId, LevelView]]] = tuple,
    ) -> None:
        """`snapshot` tells everything live; `lives(key)` whether a session is open."""
        self._ledger, self._timers = ledger, timers
        self._snapshot, self._lives, self._presence = snapshot, lives, presence
        self._levels = levels
        self._clients: set[Client] = set()
        self._colleagues = Colleagues()
        self._stop_timer: Callable[[], None] | None = None
        self._stop_gauges: Callable[[], None] | None = None
        self._unsubscribe = ledger.subscribe(self._happened)

    def join(self, client: Client) -> None:
        """A client is connected."""
        agent = client.identity.agent
        first = not self._has(agent)
        self._clients.add(client)
        if first:
            self._presence(agent, here=True)

    def leave(self, client: Client) -> None:
        """A client is gone."""
        agent = client.identity.agent
        self._clients.discard(client)
        if not self._has(agent):
            self._presence(agent, here=False)

    def subscribe(self, client: Client, since: int | None) -> dict[str, Any]:
        """Begin to send events.  `complete` is False when not all since `since` can be sent."""
        snapshot = visible(self._snapshot(), client.identity)
        missed = [] if since is None else self._ledger.since(since)
        complete = since is None or self._ledger.complete_since(since)
        client.subscribe(snapshot, missed[-MOST_MISSED:])
        self._look_again()
        return {"seq": self._ledger.seq, "complete": complete and len(missed) <= MOST_MISSED}

    def gauge(self, name: str, value: Any, agent: AgentId | None = None) -> None:
        """A level: to supervisors, and to the agent it belongs to."""
        for client in self._subscribed():
            identity = client.identity
            if identity.may(Role.SUPERVISOR) or identity.agent == agent:
                client.gauge(name, value)

    def close(self) -> None:
        """Drop everybody."""
        self._unsubscribe()
        for stop in (self._stop_timer, self._stop_gauges):
            if stop is not None:
                stop()
        for client in tuple(self._clients):
            client.drop("restart")

    def _happened(self, recorded: Recorded) -> None:
        text = ""
        for client in self._subscribed():
            if not self._lives(client.identity.key):
                client.drop("no_session")
            elif client.filter is not None and client.filter.sees(recorded):
                text = text or _event(recorded)
                client.put(text)
        if self._clients and self._stop_timer is None:
            self._stop_timer = self._timers.start("T_live", self._compare)

    def _compare(self) -> None:
        if self._stop_timer is not None:
            self._stop_timer()
            self._stop_timer = None
        clients = tuple(self._subscribed())
        if clients:
            snapshot = self._snapshot()
            colleagues = self._colleagues.of(snapshot.agents)
            for client in clients:
                client.compare(visible(snapshot, client.identity, colleagues))

    def _look_again(self) -> None:
        if self._stop_gauges is None:
            self._stop_gauges = self._timers.start("T_gauges", self._look)

    def _look(self) -> None:
        self._stop_gauges = None
        if self._clients:
            self._compare()
            for agent, view in self._levels():
                self.gauge(f"level.{agent}", asdict(view), agent)
            self._look_again()

    def _has(self, agent: AgentId) -> bool:
        return any(client.identity.agent == agent for client in self._clients)

    def _subscribed(self) -> Iterator[Client]:
        return (client for client in tuple(self._clients) if client.filter is not None)


def notification(method: str, params: Any) -> str:
    """A JSON-RPC notification."""
    return dumps({"jsonrpc": "2.0", "method": method, "params": params})


def dumps(data: Any) -> str:
    """Compact JSON, Chinese as it is; half a character (of an escape) as it came."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text if _is_whole(text) else json.dumps(data, separators=(",", ":"))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _event(recorded: Recorded) -> str:
    return notification("Event", as_message(recorded))


def _views(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    yield from ((f"span.{view.trunk}", view) for view in snapshot.spans)
    yield from ((f"queue.{view.queue}", view) for view in snapshot.queues)
    yield from ((f"agent.{view.agent}", view) for view in snapshot.agents)
    yield from ((f"call.{view.call}", view) for view in snapshot.calls)
    yield from ((f"analog.{view.trunk}", view) for view in snapshot.analog)
    yield "draining", snapshot.draining
