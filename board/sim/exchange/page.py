"""The exchange's own page: call me now, line faults, the calls and what they hear.  Loopback."""

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

from board.sim import line
from board.sim.alaw import RATE
from board.sim.call import Call
from board.sim.exchange.audio import fetch
from board.sim.exchange.both import Exchange
from board.sim.exchange.choices import LINE_STATES
from board.sim.exchange.directory import ENTRIES
from board.sim.exchange.forms import Post, choose, see_page, telephone_number
from board.sim.exchange.lines import LinesPage
from board.sim.exchange.traffic import LANGUAGES, caller_script

FAULTS = {"none": 0, "LOS": line.LOS, "LFA": line.LFA, "AIS": line.AIS, "RAI": line.RAI}
_SHOWN = 40  # calls
_HERE = Path(__file__).parent
_PAGE = Template((_HERE / "page.html").read_text(encoding="utf-8"))
_LINES = Template((_HERE / "lines.html").read_text(encoding="utf-8"))


class Page:
    """Handlers; every change goes to the exchange's thread by `post`, reading needs none."""

    def __init__(self, exchange: Exchange, post: Post, called: str) -> None:
        self._office, self._post, self._called = exchange.e1, post, called
        self._lines = None if exchange.analog is None else LinesPage(exchange.analog, post)

    def application(self) -> web.Application:
        """Return the aiohttp application."""
        app = web.Application(middlewares=[_from_here_only])
        app.router.add_get("/", self.show)
        app.router.add_get("/calls", self.list_calls)
        app.router.add_get("/calls/{number:[0-9]{1,10}}.wav", self.audio)
        app.router.add_post("/call", self.place_call)
        app.router.add_post("/fault", self.set_fault)
        if self._lines is not None:
            self._lines.install(app)
        return app

    async def show(self, _request: web.Request) -> web.Response:
        """The page."""
        rows = [
            f"<tr><td>{escape(pattern)}</td><td lang=zh-CN>{zh}</td><td>{en}</td></tr>"
            for pattern, _, zh, en in ENTRIES
        ]
        text = _PAGE.substitute(
            called=escape(self._called),
            rows="".join(rows),
            faults="".join(f"<option>{name}</option>" for name in FAULTS),
            line_states=json.dumps(LINE_STATES, ensure_ascii=False),
            analog="" if self._lines is None else _LINES.substitute(self._lines.words()),
        )
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    async def list_calls(self, _request: web.Request) -> web.Response:
        """State of the line and the latest calls, as JSON."""
        office = self._office
        calls = [self._row(call) for call in list(office.calls)[-_SHOWN:]]
        state = {"link": office.link_up, "box_alarms": office.box_alarms, "calls": calls[::-1]}
        return web.json_response(state)

    async def audio(self, request: web.Request) -> web.Response:
        """What a call said (left) and heard (right) lately; X-Tick is the tick of its begin."""
        number, office = int(request.match_info["number"]), self._office
        return await fetch(lambda: office.calls, number, self._post)

    async def place_call(self, request: web.Request) -> web.Response:
        """Call me now."""
        form = await request.post()
        called, calling = telephone_number(form, "called"), telephone_number(form, "calling")
        digit = telephone_number(form, "digit")
        if not called:
            raise web.HTTPBadRequest(text="被叫号码不能为空 / the called number is missing")
        language = choose(form, "language", {"": "", **{key: key for key in LANGUAGES}})
        script = caller_script(language, digit, 300.0, 4.0, len(self._office.calls))
        self._post(lambda exchange: void(exchange.e1.place_call(called, calling, script)))
        return see_page()

    async def set_fault(self, request: web.Request) -> web.Response:
        """Put a fault on the line, or take it away."""
        fault = choose(await request.post(), "fault", FAULTS)
        self._post(lambda exchange: exchange.e1.set_alarms(fault))
        return see_page()

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
