"""Random callers: a Poisson stream, each with a number, a language, a choice and patience."""

from dataclasses import dataclass
from random import Random

from board.sim.alaw import RATE
from board.sim.analog.load import LineLoad
from board.sim.analog.states import LineState
from board.sim.exchange.both import Exchange
from board.sim.exchange.directory import dialogue
from board.sim.script import Press, Script, UntilQuiet, Wait, WaitConnect

LANGUAGES = {"1": "zh_CN", "2": "en"}  # keys of the box's first menu
MENU_KEYS = ("1", "2")
_PATIENCE_S = 90.0  # mean, exponential, at least the shortest
_SHORTEST_PATIENCE_S = 20.0


def caller_script(
    language_key: str, menu_key: str, patience_s: float, listen_s: float, seed: int
) -> Script:
    """Return a caller: two menus, each heard for `listen_s` before the key, the queue, a talk.

    An empty menu key: the caller presses nothing and waits.
    """
    keys = [key for key in (language_key, menu_key) if key]
    steps = [step for key in keys for step in (Wait(listen_s), Press(key))]
    # Prompts follow the key; only then can quiet mean that somebody is there.
    waiting = [Wait(3.0), UntilQuiet(1.2, patience_s)]
    language = LANGUAGES.get(language_key, "zh_CN")
    return [WaitConnect(40.0), *steps, *waiting, *dialogue(language, "caller", seed)]


def load_script(hold_s: float, seed: int) -> Script:
    """Return a caller of the load of 16 lines: through the menus, then `hold_s` of patience."""
    return caller_script("1", MENU_KEYS[seed % len(MENU_KEYS)], hold_s, 2.0, seed)


@dataclass
class Traffic:
    """Places calls at a rate; `step` is called before every block or so."""

    called: str
    """Number of the box on the E1 line."""
    calls_per_hour: float
    most: int = 30
    """Calls at a time on the E1 line; an analogue line has one."""
    analog_share: float = 0.5
    """Of the calls, when there are analogue lines."""
    _next: int = -1

    def step(self, exchange: Exchange) -> None:
        """Place the calls that are due."""
        if self.calls_per_hour <= 0:
            return
        if self._next < 0:
            self._draw(exchange)
        while exchange.tick >= self._next:
            self._draw(exchange)
            self._place(exchange)

    def _draw(self, exchange: Exchange) -> None:
        seconds = exchange.e1.random.expovariate(self.calls_per_hour / 3600)
        self._next = max(exchange.tick, self._next) + int(seconds * RATE)

    def _place(self, exchange: Exchange) -> None:
        office, analog = exchange.e1, exchange.analog
        script, calling = self._caller(office.random)
        if analog is not None and office.random.random() < self.analog_share:
            lines = [analog.line(number) for number in range(1, analog.ports + 1)]
            free = [line for line in lines if line.state is LineState.IDLE]
            if analog.board_there and free:
                analog.place_call(office.random.choice(free), calling, script)
        elif office.link_up and office.open_calls < self.most:
            office.place_call(self.called, calling, script)

    def _caller(self, source: Random) -> tuple[Script, str]:
        """What a caller does, and his number."""
        patience = max(_SHORTEST_PATIENCE_S, source.expovariate(1 / _PATIENCE_S))
        script = caller_script(
            source.choice(list(LANGUAGES)),
            source.choice(MENU_KEYS),
            patience,
            source.uniform(2.0, 6.0),
            source.randrange(1000),
        )
        # 13800 and six digits: a mobile number as the network delivers it.
        return script, f"13800{source.randrange(10**6):06d}"


@dataclass
class Callers:
    """Everybody who calls by himself: the random ones, and a load of the analogue lines."""

    traffic: Traffic
    load: LineLoad | None = None

    def step(self, exchange: Exchange) -> None:
        """Place the calls that are due."""
        self.traffic.step(exchange)
        if self.load is not None and exchange.analog is not None and exchange.analog.board_there:
            self.load.step(exchange.analog)
