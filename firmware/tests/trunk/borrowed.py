"""A trunk of analogue lines that can be borrowed, played by the test, on a virtual clock."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from firmware.contract import line_words
from firmware.contract.analog import AnalogLine
from firmware.contract.ids import TrunkId
from firmware.contract.model import Language
from firmware.errors import MediaError, Refused
from firmware.tests.fakes import LoopClock
from firmware.timers import LoopTimers
from firmware.trunk.line_job import LineFacts, Order, Surroundings
from hil_tests.virtual_loop import VirtualLoop

TRUNK = TrunkId("fxo")
AT_REST = LineFacts(battery=True, volts=-48, milliamperes=0, reversed=False)


class FakeLine:
    """One line: what the job did with it, and a mouth for the exchange."""

    def __init__(self, trunk, number):
        self.trunk, self.number = trunk, number
        self.facts, self.echo_loss = AT_REST, 20.0
        self.held, self.off_hook, self.answered = False, False, 0
        self.watched, self.played, self.dialled = (), [], []
        self.asked, self.deaf = [], False
        self.borrower = None
        self.prompt_ends = lambda: None

    def attach(self, borrower):
        self.borrower = borrower

    def hook(self, *, off):
        assert self.held
        self.off_hook = off
        self.answered += off
        self.facts = replace(self.facts, milliamperes=30 if off else 0)

    def watch(self, names):
        assert self.held
        self.watched = tuple(names)

    def play(self, prompts, language, done):
        assert self.held
        self.played.append((tuple(prompts), language))
        self.prompt_ends = done

    def dial(self, digits):
        assert self.held
        assert self.off_hook
        self.dialled.append(digits)

    def history(self, seconds):
        assert self.held
        if self.deaf:
            raise MediaError("no such port")
        self.asked.append(seconds)
        return b"\xd5" * int(seconds * 8000)

    def echo(self):
        assert self.off_hook
        return self.echo_loss, 0.0

    def release(self):
        assert self.held, "released twice"
        self.held = self.off_hook = False
        self.watched = ()

    def rings(self):
        """A burst; a line that nobody has takes it as a call."""
        if self.held:
            self.borrower.rang()
        if not self.held:
            self.trunk.calls.append(self.number)

    def dial_tone(self, hertz=450.0, dbm0=-12.0):
        if "dial" in self.watched:
            self.borrower.tone("dial", hertz, dbm0)

    def turns(self):
        """The polarity reverses."""
        self.facts = replace(self.facts, reversed=not self.facts.reversed)
        self.borrower.polarity(turned=self.facts.reversed)

    def vanishes(self):
        """The board goes away."""
        self.held = False
        self.borrower.lost("no_board")


class FakeTrunk:
    """Lines 1 to 4."""

    def __init__(self):
        self.board = True
        self.lines = {n: FakeLine(self, n) for n in range(1, 5)}
        self.busy = set()
        self.calls = []

    def borrow(self, line):
        if line in self.busy or self.lines[line].held:
            raise Refused("line_busy")
        self.lines[line].held = True
        return self.lines[line]

    def idle_lines(self):
        return [n for n, line in self.lines.items() if n not in self.busy and not line.held]

    @property
    def held(self):
        return [n for n, line in self.lines.items() if line.held]


class SlowExecutor(ThreadPoolExecutor):
    """Does its work when the test says so, in the test's own thread."""

    def __init__(self):
        super().__init__(1)
        self._work = []

    def submit(self, do, /, *args, **keys):
        future = Future()
        self._work.append((future, lambda: do(*args, **keys)))
        return future

    def finish(self):
        while self._work:
            future, do = self._work.pop(0)
            future.set_result(do())


@dataclass
class Tone:
    """What find_cadence gives."""

    on_s: float = 0.25
    off_s: float = 0.25
    frequencies: tuple = (450.0,)
    cycles: int = 6
    level_dbm0: float = -15.0
    more: tuple = ()

    @property
    def cadence(self):
        return (self.on_s, self.off_s, *self.more) if self.off_s else ()


@dataclass
class Pattern:
    frequencies: tuple
    cadence: tuple = ()


class Bench:
    """A trunk, a clock, and one job on line 1."""

    def __init__(self):
        self.loop = VirtualLoop()
        self.trunk, self.events = FakeTrunk(), []
        self.settings = {n: AnalogLine(number=f"8888700{n}") for n in range(1, 5)}
        clock = LoopClock(self.loop)
        self.around = Surroundings(
            LoopTimers(self.loop, clock),
            clock,
            self.events.append,
            lambda _trunk, line: self.settings[line],
            lambda: Language.ZH_CN,
            lambda number: number != "110",
        )
        self.job = None

    def close(self):
        self.loop.close()

    @property
    def line(self):
        return self.trunk.lines[1]

    def order(self, from_line=None):
        return Order(TRUNK, 1, from_line, "boss")

    def do(self, action):
        """In the loop, as everything is in the daemon; what it raises is raised here."""

        async def run():
            return action()

        task = self.loop.create_task(run())
        self.loop.settle()
        return task.result()

    def start(self, job):
        self.job = job
        self.do(job.start)
        return job

    def wait(self, seconds):
        self.loop.advance(seconds)

    def checks(self):
        return {check.name: check for check in self.job.view.checks}

    def verdicts(self):
        return {name: (check.verdict.value, check.detail) for name, check in self.checks().items()}

    def over(self):
        """The problem with which the job ended, every line idle and no timer left."""
        assert self.job.view.done
        assert self.job.view.progress == 1.0
        assert self.trunk.held == []
        assert self.job.lines == frozenset()
        assert self.around.timers.running() == []
        assert self.events[-1].done
        self.every_word_is_in_the_contract()
        return self.job.view.problem

    def every_word_is_in_the_contract(self):
        view = self.job.view
        assert {event.step for event in self.events} <= {*line_words.STEPS}
        assert {check.name for check in view.checks} <= {*line_words.CHECKS}
        assert len({check.name for check in view.checks}) == len(view.checks)
        assert {check.detail for check in view.checks} <= {"", *line_words.DETAILS}
        assert view.problem in ("", *line_words.PROBLEMS)
