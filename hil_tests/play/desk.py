"""People with a log-in: agents with their telephone, supervisors, administrators."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from board.sim.alaw import decode
from board.sim.call import Heard, Recording
from firmware.contract.commands import COMMANDS
from hil_tests.browser_phone import BrowserPhone
from hil_tests.load.marks import voice
from hil_tests.load.turns import callers_turn
from hil_tests.play import deeds
from hil_tests.play.asking import configure, fields_of
from hil_tests.play.on_lines import stored
from hil_tests.play.page import GoneError, Page, RefusedError
from hil_tests.play.stage import Stage, StepError
from hil_tests.play.studio import Studio

_LONGEST_S, _TOLD = 10.0, 160
_SEEN = {
    "null": "is logged off",
    "not_ready": "is not ready",
    "ready": "is ready",
    "reserved": "rings",
    "busy": "is in a call",
    "working_after_call": "works after the call",
}


class Desk:
    """One person; `state` is his own, as his page shows it."""

    def __init__(
        self, name: str, login: str, password: str, mark: int, stage: Stage, studio: Studio
    ) -> None:
        """`mark` 0: he has no telephone."""
        self.name, self.login, self.mark = name, login, mark
        self._stage, self._studio = stage, studio
        self.page = Page(str(stage.world.options.socket), login, password)
        self.page.on_view, self.page.on_line = self._view, self._line
        self.page.on_open = self._telephone if mark else None
        self._phone: BrowserPhone | None = None
        self._heard = Recording(None)
        self._speaks = voice(mark) if mark else b""
        self._shown: tuple[str, str] = ("", "")
        self._changed, self._connected = asyncio.Event(), asyncio.Event()
        self._auto: asyncio.Task[None] | None = None
        self._doing: dict[type[deeds.Deed], Callable[[Any], Awaitable[None]]] = {
            deeds.LogOn: self._log_on,
            deeds.LogOff: self._log_off,
            deeds.CloseThePage: self._close,
            deeds.Answer: self._answer,
            deeds.AnswerCalls: self._answer_calls,
            deeds.StopAnswering: self._stop_answering,
            deeds.Speak: self._speak,
            deeds.Say: self._say_text,
            deeds.Configure: self._configure,
            deeds.Command: self._command,
        }

    @property
    def view(self) -> dict[str, Any]:
        """Of the agent himself; empty while he is not there."""
        found: dict[str, Any] = self.page.views.get(f"agent.{self.login}", {})
        return found

    @property
    def state(self) -> str:
        """ "" while he is not there."""
        return str(self.view.get("state", ""))

    def hearing(self) -> Heard | None:
        """All since the story began."""
        return self._heard.heard() if self.mark else None

    def step(self) -> None:
        """One tick of the telephone."""
        phone = self._phone
        if phone is None:
            return
        tick = self._stage.tick
        speaks = self.state == "busy" and not callers_turn(tick)
        phone.hum = self._speaks if speaks else b""
        phone.step()
        if phone.connected:
            self._connected.set()
        for _, codes in phone.take_heard():
            self._heard.add(tick, codes)

    async def leave(self) -> None:
        """Be gone, as with a closed laptop."""
        await self._stop_answering()
        await self.page.close()
        self._hang_up_phone()
        self._shown = ("", "")

    # --- what he does ---

    def do(self, deed: deeds.Deed) -> None:
        """StepError when it cannot be done; the world goes on until it is."""
        expected = getattr(deed, "refused", None)
        within = deed.within if isinstance(deed, deeds.Answer) else 0.0
        try:
            self._stage.do(self._deed(deed), within + _LONGEST_S)
        except RefusedError as error:
            code, text = error.args
            if code != expected:
                wanted = f", not with {expected}" if expected else ""
                raise StepError(f"the box refuses it with {code}{wanted} ({text})") from None
            self._stage.note(self.name, f"is refused: {code}")
        except GoneError as error:
            raise StepError(str(error)) from None
        else:
            if expected:
                raise StepError(f"the box should have refused it with {expected}, but did it")

    async def _deed(self, deed: deeds.Deed) -> None:
        doing = self._doing.get(type(deed))
        if doing is not None:
            await doing(deed)
        else:
            name, fields = self._asks(deed)
            await self.page.ask(name, **fields)

    async def _log_on(self, _deed: deeds.LogOn) -> None:
        await self.page.log_in()

    async def _log_off(self, _deed: deeds.LogOff) -> None:
        await self.page.ask("LogOut")
        await self.leave()

    async def _close(self, _deed: deeds.CloseThePage) -> None:
        await self.leave()

    async def _speak(self, deed: deeds.Speak) -> None:
        self._say(stored(deed.sentence))

    async def _say_text(self, deed: deeds.Say) -> None:
        self._say(self._studio.say(deed.text, deed.language, deed.voice))

    async def _configure(self, deed: deeds.Configure) -> None:
        await configure(self.page, deed.changes)

    async def _answer(self, deed: deeds.Answer) -> None:
        """As soon as it rings."""
        within = deed.within
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._until("reserved"), within)
        if self.state != "reserved":
            state = _SEEN.get(self.state, "is not there")
            raise StepError(f"no call rang at {self.name} within {within:g} s: {self.name} {state}")
        await self.page.ask("AnswerCall", call=self.view["call"])

    async def _until(self, *states: str) -> None:
        while self.state not in states:
            self._changed.clear()
            await self._changed.wait()

    async def _answers(self, deed: deeds.AnswerCalls) -> None:
        while True:
            await self._until("reserved", "busy", "working_after_call")
            with contextlib.suppress(RefusedError, GoneError):  # the caller was quicker
                await self._serves(deed, self.state, self.view["call"])
            self._changed.clear()
            await self._changed.wait()

    async def _serves(self, deed: deeds.AnswerCalls, state: str, call: str) -> None:
        if state == "reserved":
            await asyncio.sleep(deed.after)
            await self.page.ask("AnswerCall", call=call)
        elif state == "busy" and deed.talk is not None:
            await asyncio.sleep(deed.talk)
            await self.page.ask("ClearConnection", call=call)
        elif state == "working_after_call":
            await asyncio.sleep(deed.wrap_up)
            await self.page.ask("FinishWrapUp", call=call, disposition=deed.about)

    async def _answer_calls(self, deed: deeds.AnswerCalls) -> None:
        await self._stop_answering()
        self._auto = asyncio.create_task(self._answers(deed))

    async def _stop_answering(self, _deed: deeds.StopAnswering | None = None) -> None:
        if self._auto is not None:
            self._auto.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._auto
        self._auto = None

    def _asks(self, deed: deeds.Deed) -> tuple[str, dict[str, Any]]:
        """A command of the desk, about the call that is there."""
        match deed:
            case deeds.Ready():
                return "SetAgentState", {"state": "ready"}
            case deeds.Pause():
                return "SetAgentState", {"state": "not_ready", "reason": deed.reason}
            case deeds.Dial():
                return "MakeCall", {"number": self._stage.number_of(deed.number)}
        call = self.view.get("call")
        if call is None:
            raise StepError(f"{self.name} has no call: {_SEEN.get(self.state, 'is not there')}")
        return self._in_a_call(deed, {"call": call})

    def _in_a_call(self, deed: deeds.Deed, call: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        match deed:
            case deeds.Hold():
                return "HoldCall", call
            case deeds.Retrieve():
                return "RetrieveCall", call
            case deeds.HangUp():
                return "ClearConnection", call
            case deeds.Press():
                return "SendDigits", call | {"digits": deed.keys}
            case deeds.Transfer():
                return "SingleStepTransferCall", call | self._stage.target(deed.to)
            case deeds.WrapUp():
                fields = {"disposition": deed.about, "note": deed.note}
                return "FinishWrapUp", call | fields
        raise StepError(f"nobody at a desk can do that: {deed.word}")

    async def _command(self, deed: deeds.Command) -> None:
        fields = fields_of(deed, self._stage.call_of)
        if deed.name in COMMANDS:
            answer = await self.page.ask(deed.name, **fields)
        else:
            answer = await self.page.query(deed.name, **fields)
        if answer:
            text = json.dumps(answer, ensure_ascii=False)
            self._stage.note(self.name, f"is told: {text[:_TOLD]}{'…' * (len(text) > _TOLD)}")

    def _say(self, codes: bytes) -> None:
        if self._phone is None:
            raise StepError("there is no telephone: log on first")
        self._phone.say(decode(codes))

    # --- what he sees ---

    async def _telephone(self) -> None:
        """Offer audio, each time anew."""
        self._hang_up_phone()
        phone = BrowserPhone()
        answer = await self.page.ask("OfferMedia", sdp=phone.offer())
        phone.accept(answer["sdp"])
        self._phone = phone
        self._connected.clear()
        await self._connected.wait()

    def _hang_up_phone(self) -> None:
        if self._phone is not None:
            self._phone.close()
        self._phone = None

    def _line(self, here: bool) -> None:
        if here:
            self._stage.note(self.name, "has the page open")
        else:
            self._hang_up_phone()
            self._shown = ("", "")
            self._stage.note(self.name, "lost the box")
        self._changed.set()

    def _view(self, name: str, value: Any) -> None:
        if name != f"agent.{self.login}" or value is None:
            return
        now = value["state"], value["call"] or ""
        if now != self._shown:
            self._shown = now
            self._stage.note(self.name, self._sees(value))
        self._changed.set()

    def _sees(self, view: dict[str, Any]) -> str:
        text = _SEEN[view["state"]]
        if view["state"] == "not_ready" and view["reason"]:
            text += f" ({view['reason']})"
        if view["state"] in ("reserved", "busy"):
            text += f": {self._stage.who(view['call'])}"
        return text
