"""The exchange's own page: call me now, line faults, the calls and what they hear.  Loopback."""

import asyncio
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

from board.sim import line
from board.sim.alaw import RATE
from board.sim.call import Call
from board.sim.central_office import CentralOffice
from board.sim.exchange.audio import two_channels
from board.sim.exchange.directory import ENTRIES
from board.sim.exchange.traffic import LANGUAGES, caller_script

FAULTS = {"none": 0, "LOS": line.LOS, "LFA": line.LFA, "AIS": line.AIS, "RAI": line.RAI}
_NUMBER = frozenset("0123456789*#")
_LONGEST_NUMBER = 32
_SHOWN = 40  # calls
_PAGE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))

Post = Callable[[Callable[[CentralOffice], None]], None]


class Page:
    """Handlers; every change goes to the exchange's thread by `post`, reading needs none."""

    def __init__(self, office: CentralOffice, post: Post, called: str) -> None:
        self._office, self._post, self._called = office, post, called

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        app = web.Application(middlewares=[_from_here_only])
        app.router.add_get("/", self.show)
        app.router.add_get("/calls", self.list_calls)
        app.router.add_get("/calls/{number:[0-9]{1,10}}.wav", self.audio)
        app.router.add_post("/call", self.place_call)
        app.router.add_post("/fault", self.set_fault)
        return app

    async def show(self, _request: web.Request) -> web.Response:
        """The page."""
        rows = [
            f"<tr><td>{escape(pattern)}</td><td lang=zh-CN>{zh}</td><td>{en}</td></tr>"
            for pattern, _, zh, en in ENTRIES
        ]
        faults = "".join(f"<option>{name}</option>" for name in FAULTS)
        text = _PAGE.substitute(called=escape(self._called), rows="".join(rows), faults=faults)
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    async def list_calls(self, _request: web.Request) -> web.Response:
        """State of the line and the latest calls, as JSON."""
        office = self._office
        calls = [self._row(call) for call in list(office.calls)[-_SHOWN:]]
        state = {"link": office.link_up, "box_alarms": office.box_alarms, "calls": calls[::-1]}
        return web.json_response(state)

    async def audio(self, request: web.Request) -> web.Response:
        """What a call said (left) and heard (right) lately; X-Tick is the tick of its begin."""
        number, loop = int(request.match_info["number"]), asyncio.get_running_loop()
        made: asyncio.Future[tuple[int, bytes] | None] = loop.create_future()

        def make(office: CentralOffice) -> None:
            call = next((c for c in reversed(office.calls) if c.number == number), None)
            wav = None if call is None else two_channels(call)
            loop.call_soon_threadsafe(made.set_result, wav)

        self._post(make)  # its audio grows in the exchange's thread
        found = await made
        if found is None:
            raise web.HTTPNotFound(text="没有这个呼叫 / no such call")
        tick, content = found
        headers = {"X-Tick": str(tick), "Cache-Control": "no-store"}
        return web.Response(body=content, content_type="audio/wav", headers=headers)

    async def place_call(self, request: web.Request) -> web.Response:
        """Call me now."""
        form = await request.post()
        called, calling = str(form.get("called", "")), str(form.get("calling", ""))
        language, digit = str(form.get("language", "")), str(form.get("digit", ""))
        if not called:
            raise web.HTTPBadRequest(text="被叫号码不能为空 / the called number is missing")
        for number in (called, calling, digit):
            if len(number) > _LONGEST_NUMBER or set(number) - _NUMBER:
                text = f"号码只能有 0-9 * # / a number has other than 0-9 * #: {number[:40]!r}"
                raise web.HTTPBadRequest(text=text)
        if language not in ("", *LANGUAGES):
            raise web.HTTPBadRequest(text="没有这个语言 / no such language")
        script = caller_script(language, digit, 300.0, 4.0, len(self._office.calls))
        self._post(lambda office: void(office.place_call(called, calling, script)))
        raise web.HTTPSeeOther("/")

    async def set_fault(self, request: web.Request) -> web.Response:
        """Put a fault on the line, or take it away."""
        fault = FAULTS.get(str((await request.post()).get("fault", "")))
        if fault is None:
            raise web.HTTPBadRequest(text="没有这个故障 / no such fault")
        self._post(lambda office: office.set_alarms(fault))
        raise web.HTTPSeeOther("/")

    def _row(self, call: Call) -> dict[str, Any]:
        end = call.times.released or self._office.tick
        return {
            "number": call.number,
            "from_box": call.incoming,
            "calling": call.calling,
            "called": call.called,
            "channel": call.channel,
            "state": call.state.value,
            "seconds": round((end - call.times.setup) / RATE),
            "hears_dbm0": None if call.ended else round(call.level_dbm0),
            "digits": call.pressed[-8:],
            "cause": call.cause,
            "cleared_by": call.cleared_by,
        }


def void(_value: object) -> None:
    """Drop a result."""


@web.middleware
async def _from_here_only(
    request: web.Request, handler: Callable[[web.Request], Any]
) -> web.StreamResponse:
    """Refuse forms of other sites: a page on the Internet must not place calls here."""
    host = request.host.rpartition(":")[0] or request.host
    origin = request.headers.get("Origin", "")
    if host not in ("127.0.0.1", "localhost"):
        raise web.HTTPForbidden(text="this page is for the machine itself")
    if request.method == "POST" and origin not in ("", f"http://{request.host}"):
        raise web.HTTPForbidden(text="the form is of another site")
    response: web.StreamResponse = await handler(request)
    return response
