"""Agents as the box sees them: a browser's live connection and audio, worked by the dice.

An agent answers, holds, hands over, hangs up, pauses and misses calls.  While he is busy he speaks
his mark when it is his turn, and what he hears is kept as a track.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import aiohttp

from board.sim.alaw import RATE, SILENCE, decode
from hil_tests.browser_phone import BrowserPhone
from hil_tests.load.marks import voice
from hil_tests.load.tracks import Track
from hil_tests.load.turns import callers_turn

RACES = frozenset({"not_alerting", "no_such_call", "not_your_call", "not_held", "already_held",
                   "agent_not_ready", "queue_full", "not_possible_now"})  # fmt: skip
"""Refusals that two who act at once may get; any other is a violation."""
MISSES, HOLDS, HANDS_OVER, PAUSES = 0.02, 0.10, 0.10, 0.05
RINGS_S, LONGEST_RING_S = 3.0, 15.0
WRAPS_UP_S, PAUSES_S, HOLDS_S = 12.0, 60.0, 10.0
ENDS = 2.5
"""An agent ends a call that nobody else does, after so many mean conversations."""
_TICK_SAMPLES = RATE // 200
_PATIENCE = aiohttp.ClientWSTimeout(ws_close=1)
_LATE = 480  # samples: what comes later than this after the last packet leaves a gap


class Robot:
    """One agent.  `work` is his day, `step` his telephone's tick."""

    def __init__(
        self,
        user: str,
        mark: int,
        dice: Random,
        colleagues: tuple[str, ...],
        now_ms: Callable[[], int],
        tick: Callable[[], int],
        talk_s: float,
    ) -> None:
        """`now_ms`: virtual UTC; `tick`: of the exchange; `talk_s`: mean of a conversation."""
        self._ends_s = ENDS * talk_s
        self.user, self.mark = user, mark
        self.phone = BrowserPhone()
        self.tracks: list[Track] = []
        self.complaints: list[str] = []
        self._dice, self._colleagues, self._now_ms, self._tick = dice, colleagues, now_ms, tick
        self._speaks = voice(mark)
        self._numbers = itertools.count(1)
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()
        self._view: dict[str, Any] = {}
        self._began: tuple[int, float] | None = None  # phone's tick and UTC ms of being busy
        self._acts: asyncio.Task[None] | None = None
        self._stops = contextlib.AsyncExitStack()

    @property
    def state(self) -> str:
        """Of the agent, as his page shows it."""
        return str(self._view.get("state", ""))

    async def come(self, socket: str, password: str) -> None:
        """Log in, connect the telephone, get ready."""
        connector = aiohttp.UnixConnector(path=socket)
        http = await self._stops.enter_async_context(
            aiohttp.ClientSession("http://box", connector=connector)
        )
        body = {"user": self.user, "password": password, "address": "127.0.0.1"}
        async with http.post("/api/v1/LogIn", json=body) as reply:
            token = (await reply.json())["token"]
        self._live = await self._stops.enter_async_context(
            http.ws_connect(
                "/live", headers={"Authorization": f"Bearer {token}"}, timeout=_PATIENCE
            )
        )
        reader = asyncio.create_task(self._read())
        self._stops.callback(reader.cancel)
        await self._ask("Subscribe", since=None)
        self.phone.accept((await self._ask("OfferMedia", sdp=self.phone.offer()))["sdp"])

    async def work(self) -> None:
        """His day, until it is cancelled."""
        await self._ask("SetAgentState", state="ready")
        deeds: dict[str, Callable[[str], Awaitable[None]]] = {
            "reserved": self._ring,
            "busy": self._talk,
            "working_after_call": self._wrap_up,
            "not_ready": self._rest,
        }
        done: tuple[Any, ...] = ()
        while True:
            now = (self.state, self._view.get("call"))
            if now != done:
                done = now
                self._listen(busy=self.state == "busy")
                if self._acts is not None:
                    self._acts.cancel()
                deed = deeds.get(self.state, _nothing)
                self._acts = asyncio.create_task(self._try(deed, str(now[1])))
            self._changed.clear()
            await self._changed.wait()

    async def leave(self) -> None:
        """Close the browser."""
        self._listen(busy=False)
        if self._acts is not None:
            self._acts.cancel()
        self.phone.close()
        await self._stops.aclose()

    def step(self) -> None:
        """One tick of the telephone."""
        speaks = self._began is not None and not callers_turn(self._tick())
        self.phone.hum = self._speaks if speaks else b""
        self.phone.step()

    # --- what he does ---

    async def _ring(self, call: str) -> None:
        if self._dice.random() < MISSES:
            return
        await asyncio.sleep(min(LONGEST_RING_S, self._dice.expovariate(1 / RINGS_S)))
        await self._ask("AnswerCall", call=call)

    async def _talk(self, call: str) -> None:
        try:
            await self._handle(call)
        except RefusedError as error:  # he talks on, and ends it as any other call
            self._refused(error)
        await asyncio.sleep(self._ends_s)
        await self._ask("ClearConnection", call=call)

    async def _handle(self, call: str) -> None:
        """Hold it, or hand it over, or neither."""
        what = self._dice.random()
        if what < HOLDS:
            await asyncio.sleep(self._dice.uniform(3, 20))
            await self._ask("HoldCall", call=call)
            await asyncio.sleep(self._dice.uniform(1, HOLDS_S))
            await self._ask("RetrieveCall", call=call)
        elif what < HOLDS + HANDS_OVER:
            await asyncio.sleep(self._dice.uniform(3, 30))
            await self._ask("SingleStepTransferCall", call=call, **self._target())

    async def _wrap_up(self, call: str) -> None:
        await asyncio.sleep(self._dice.expovariate(1 / WRAPS_UP_S))
        if self._dice.random() < PAUSES:
            await self._ask("SetAgentState", state="not_ready", reason="break")
        await self._ask("FinishWrapUp", call=call, disposition="callback")

    async def _rest(self, _call: str) -> None:
        await asyncio.sleep(self._dice.expovariate(1 / PAUSES_S))
        await self._ask("SetAgentState", state="ready")

    def _target(self) -> dict[str, str]:
        if self._dice.random() < 0.5:
            return {"to_agent": self._dice.choice(self._colleagues)}
        return {"to_queue": self._dice.choice(("sales", "service"))}

    async def _try(self, deed: Callable[[str], Awaitable[None]], call: str) -> None:
        try:
            await deed(call)
        except RefusedError as error:
            self._refused(error)
        except Exception as error:  # noqa: BLE001  our mistake must not look like a good day
            self.complaints.append(f"agent {self.user}: {error!r}")

    def _refused(self, error: "RefusedError") -> None:
        if error.args[1] not in RACES:
            self.complaints.append(f"agent {self.user}: {error.args[0]}: {error.args[1]}")

    # --- what he hears ---

    def _listen(self, *, busy: bool) -> None:
        """Begin or end a conversation, and keep what was heard meanwhile."""
        heard, began = self.phone.take_heard(), self._began
        if began is not None and heard:
            self.tracks.append(Track.of(began[1], decode(_placed(heard, began[0]))))
        self._began = (self.phone.tick, self._now_ms()) if busy else None

    # --- the live connection ---

    async def _ask(self, command: str, **fields: Any) -> Any:
        number = next(self._numbers)
        answer = self._replies[number] = asyncio.get_running_loop().create_future()
        message = {"jsonrpc": "2.0", "id": number, "method": command, "params": fields}
        await self._live.send_json(message)
        reply = await answer
        if "error" in reply:
            error = reply["error"]
            raise RefusedError(command, error.get("data", {}).get("code", error["message"]))
        return reply.get("result")

    async def _read(self) -> None:
        async for message in self._live:
            content = message.json()
            if "id" in content:
                self._reply(content)
            else:
                self._told(content["method"], content["params"])
        self.complaints.append(f"agent {self.user}: the box hung up the live connection")

    def _reply(self, content: dict[str, Any]) -> None:
        waiting = self._replies.pop(content["id"])
        if not waiting.done():  # he may have turned to something else
            waiting.set_result(content)

    def _told(self, method: str, params: Any) -> None:
        if method == "Snapshot":
            view = next(view for view in params["agents"] if view["agent"] == self.user)
        elif method == "Gauge" and params["name"] == f"agent.{self.user}":
            view = params["value"]
        else:
            return
        self._view = view
        self._changed.set()


class RefusedError(Exception):
    """(command, code)."""


async def _nothing(_call: str) -> None:
    """Nothing is to be done."""


def _placed(heard: list[tuple[int, bytes]], began: int) -> bytes:
    """One line of A-law from the phone's tick `began`; where nothing came there is silence."""
    codes = bytearray()
    for tick, packet in heard:
        missing = (tick - began) * _TICK_SAMPLES - len(codes)
        if missing > _LATE:
            codes += bytes([SILENCE]) * missing
        codes += packet
    return bytes(codes)
