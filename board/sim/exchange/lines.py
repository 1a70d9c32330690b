"""The analogue lines on the exchange's page: state, call me now, faults, how calls are cleared."""

from typing import Any

from aiohttp import web

from board.sim.alaw import RATE
from board.sim.analog.call import AnalogCall
from board.sim.analog.exchange import AnalogExchange
from board.sim.exchange.audio import fetch
from board.sim.exchange.both import Exchange
from board.sim.exchange.choices import (
    CALLER_IDS,
    CLEARS,
    DIAL_TONES,
    PRESENTATIONS,
    named,
    options,
)
from board.sim.exchange.forms import (
    Form,
    Post,
    choose,
    see_page,
    short_text,
    telephone_number,
)
from board.sim.exchange.line_faults import FAULTS, fault_of, put
from board.sim.exchange.traffic import LANGUAGES, caller_script

_CALLS_SHOWN = 40
_DIGITS_SHOWN = 24
_LONGEST_NAME = 40
_PATIENCE_S, _LISTEN_S = 300.0, 4.0
_STYLES = {style: name for name, style in reversed(named(CALLER_IDS).items())}


class LinesPage:
    """Handlers for the analogue lines; every change goes to the exchange's thread."""

    def __init__(self, office: AnalogExchange, post: Post) -> None:
        self._office, self._post = office, post

    def install(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/lines", self.list_lines)
        app.router.add_get("/line-calls/{number:[0-9]{1,10}}.wav", self.audio)
        app.router.add_post("/line-call", self.place_call)
        app.router.add_post("/line-set", self.set_line)

    async def list_lines(self, _request: web.Request) -> web.Response:
        """State of every line and the latest calls on them, as JSON."""
        office = self._office
        lines = [self._row(number) for number in range(1, office.ports + 1)]
        calls = [self._call_row(call) for call in list(office.calls)[-_CALLS_SHOWN:]]
        return web.json_response(
            {"board": office.board_there, "lines": lines, "calls": calls[::-1]}
        )

    async def audio(self, request: web.Request) -> web.Response:
        """What a call said (left) and heard (right) lately; X-Tick is the tick of its begin."""
        number, office = int(request.match_info["number"]), self._office
        return await fetch(lambda: office.calls, number, self._post)

    async def place_call(self, request: web.Request) -> web.Response:
        """Call me now, on an analogue line."""
        form = await request.post()
        number, style = self._line(form), choose(form, "caller_id", named(CALLER_IDS))
        calling, digit = telephone_number(form, "calling"), telephone_number(form, "digit")
        name = short_text(form, "name", _LONGEST_NAME)
        presentation = choose(form, "presentation", named(PRESENTATIONS))
        language = choose(form, "language", {"": "", **{key: key for key in LANGUAGES}})
        seed, office = len(self._office.calls), self._office
        script = caller_script(language, digit, _PATIENCE_S, _LISTEN_S, seed)

        def order(_exchange: Exchange) -> None:
            line = office.line(number)
            line.service.caller_id = style
            office.place_call(line, calling, script, name=name, presentation=presentation)

        self._post(order)
        return see_page()

    async def set_line(self, request: web.Request) -> web.Response:
        """Put a fault on a line, or say what the exchange does on it; a missing field stays."""
        form, office = await request.post(), self._office
        number = self._line(form)
        fault = choose(form, "fault", {name: name for name, *_ in FAULTS})
        clear = choose(form, "clear", named(CLEARS))
        dial_tone = choose(form, "dial_tone", named(DIAL_TONES))
        answer = choose(form, "answer_polarity", {"": False, "on": True})

        def order(_exchange: Exchange) -> None:
            line = office.line(number)
            put(line, fault)
            line.service.clear, line.service.dial_tone = clear, dial_tone
            line.service.answer_polarity = answer

        self._post(order)
        return see_page()

    def words(self) -> dict[str, str]:
        """What the page's template says of the lines."""
        numbers = range(1, self._office.ports + 1)
        return {
            "lines": "".join(f"<option>{number}</option>" for number in numbers),
            "caller_ids": options(CALLER_IDS),
            "presentations": options(PRESENTATIONS),
            "clears": options(CLEARS),
            "dial_tones": options(DIAL_TONES),
            "line_faults": options(FAULTS),
        }

    def _line(self, form: Form) -> int:
        numbers = {str(number): number for number in range(1, self._office.ports + 1)}
        return choose(form, "line", numbers)

    def _row(self, number: int) -> dict[str, Any]:
        line = self._office.line(number)
        return {
            "line": number,
            "number": line.number,
            "state": line.state.value,
            "volts": round(line.draw.volts, 1),
            "milliamperes": round(line.draw.milliamperes, 1),
            "digits": "".join(dialled.digit for dialled in line.digits)[-_DIGITS_SHOWN:],
            "fault": fault_of(line),
            "clear": line.service.clear.value,
            "dial_tone": line.service.dial_tone.value,
            "caller_id": _STYLES.get(line.service.caller_id, "other"),
            "answer_polarity": line.service.answer_polarity,
        }

    def _call_row(self, call: AnalogCall) -> dict[str, Any]:
        end = call.times.released or self._office.tick
        return {
            "number": call.number,
            "line": call.channel,
            "from_box": call.incoming,
            "calling": call.calling,
            "called": call.called,
            "state": call.state.value,
            "seconds": round((end - call.times.setup) / RATE),
            "hears_dbm0": None if call.ended else round(call.level_dbm0),
            "digits": call.pressed[-8:],
            "cause": call.cause,
            "cleared_by": call.cleared_by,
        }
