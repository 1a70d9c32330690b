from types import SimpleNamespace

import pytest

from cython_dsp.progress import zone_patterns
from firmware.config import default_document
from firmware.contract import line_words
from firmware.contract.analog import BusyTone
from firmware.contract.config import Config, check
from firmware.contract.model import LineJobKind, Role
from firmware.contract.views import LineJob
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.failures import Failure
from firmware.cti.lines import Hearing, LineJobs, makers
from firmware.errors import Refused
from firmware.sessions import Identity
from firmware.switching.call import Office
from firmware.tests.trunk.borrowed import Bench
from firmware.trunk.hang_up_signs import with_tone
from firmware.trunk.learning import saver
from firmware.trunk.line_job import Order

SUPERVISOR = Identity("chief", Role.SUPERVISOR, "k1")
BOSS = Identity("boss", Role.ADMINISTRATOR, "k2")
LINES = {"1": {"number": "88887001"}, "2": {"number": "88887002"}, "3": {}, "4": {"number": "9110"}}
ANALOG = {"fxo": {"lines": LINES}, "away": {"lines": {"1": {}, "2": {}, "3": {}}}}
CONFIG = check(default_document() | {"analog": ANALOG})


class FakeJob:
    """Runs until it is cancelled; line 3 is in a call."""

    def __init__(self, kind, order):
        self.order, self.lines = order, frozenset()
        self.view = LineJob(order.trunk, order.line, kind, "battery")

    def start(self):
        if self.order.line == 3:
            raise Refused("line_busy", "a call has it")
        self.lines = frozenset({self.order.line, self.order.from_line} - {None})

    def cancel(self):
        self.lines = frozenset()
        self.view = LineJob(self.order.trunk, self.order.line, self.view.kind, done=True)


class Desk:
    """The door for line jobs, with jobs that do nothing."""

    def __init__(self):
        self.orders, self.dispatcher = [], Dispatcher()
        self.trunk = SimpleNamespace(board=True)
        self.jobs = LineJobs(
            {"fxo": self.trunk}, lambda: CONFIG, {kind: self.maker(kind) for kind in LineJobKind}
        )
        self.jobs.register(self.dispatcher)

    def maker(self, kind):
        def make(trunk, order):
            assert trunk is self.trunk
            self.orders.append((kind.value, order.line, order.from_line, order.actor))
            return FakeJob(kind, order)

        return make

    async def ask(self, name, who=BOSS, trunk="fxo", line=1, **fields):
        return await self.dispatcher.command(name, {"trunk": trunk, "line": line, **fields}, who)

    async def refused(self, name, **fields):
        with pytest.raises(Failure) as failure:
            await self.ask(name, **fields)
        assert failure.value.code in line_words.REFUSALS
        return failure.value.status, failure.value.code

    async def job(self, line=1):
        fields = {"trunk": "fxo", "line": str(line)}
        return await self.dispatcher.query("LineJob", fields, SUPERVISOR)


@pytest.fixture
def desk():
    assert isinstance(CONFIG, Config)
    return Desk()


async def test_a_test_begins_and_can_be_read_and_stopped(desk):
    assert (await desk.job())["kind"] is None
    await desk.ask("TestLine", SUPERVISOR, from_line=2)
    assert desk.orders == [("test", 1, 2, "chief")]
    assert (await desk.job()) | {"kind": "test", "done": False} == await desk.job()
    await desk.ask("CancelLineJob", SUPERVISOR)
    assert (await desk.job())["done"]
    assert await desk.refused("CancelLineJob") == (409, "no_job")


async def test_learning_is_the_administrators_as_it_changes_settings(desk):
    with pytest.raises(Failure) as failure:
        await desk.ask("LearnLine", SUPERVISOR)
    assert (failure.value.status, desk.orders) == (403, [])
    await desk.ask("LearnLine")
    assert desk.orders == [("learn", 1, None, "boss")]


@pytest.mark.parametrize(("fields", "code"), [
    ({"trunk": "e1"}, "no_such_trunk"), ({"line": 5}, "no_such_line"),
    ({"line": 0}, "no_such_line"),
    ({"from_line": 16}, "no_such_line"), ({"from_line": 1}, "same_line"),
    ({"trunk": "away"}, "no_board"), ({"line": 3}, "line_busy"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["TestLine", "LearnLine"])
async def test_refusals_have_clear_codes(desk, name, fields, code):
    assert await desk.refused(name, **fields) == (409, code)


async def test_a_board_that_went_away_refuses(desk):
    desk.trunk.board = False
    assert await desk.refused("TestLine") == (409, "no_board")


@pytest.mark.parametrize("lines", [
    {"line": 1}, {"line": 2}, {"line": 4, "from_line": 1}, {"line": 4, "from_line": 2},
])  # fmt: skip
async def test_one_job_at_a_time_for_both_its_lines(desk, lines):
    await desk.ask("TestLine", from_line=2)
    assert await desk.refused("LearnLine", **lines) == (409, "job_running")
    await desk.ask("CancelLineJob")
    await desk.ask("LearnLine", **lines)


async def test_a_refused_job_leaves_the_latest_to_be_read(desk):
    await desk.ask("TestLine")
    assert await desk.refused("LearnLine") == (409, "job_running")
    assert (await desk.job())["kind"] == "test"


async def test_the_end_of_the_box_ends_every_job(desk):
    await desk.ask("TestLine")
    desk.jobs.shut()
    assert (await desk.job())["done"]


async def test_unknown_lines_have_no_job_to_read_or_stop(desk):
    with pytest.raises(Failure, match="no_such_line"):
        await desk.job(5)
    assert await desk.refused("CancelLineJob", trunk="e1") == (409, "no_such_trunk")


@pytest.fixture
def bench():
    """A trunk whose lines are those of the configuration, and what makes its jobs."""
    bench = Bench()
    office = Office(
        bench.events.append, None, bench.around.timers, bench.around.clock, lambda: CONFIG, None
    )
    configuration = SimpleNamespace(current=CONFIG)
    bench.makers = makers(office, configuration, Hearing(None, None, zone_patterns))
    yield bench
    bench.close()


@pytest.mark.parametrize("kind", LineJobKind)
def test_real_jobs_are_made_for_both_kinds(bench, kind):
    job = bench.start(bench.makers[kind](bench.trunk, bench.order(from_line=2)))
    assert (job.view.kind, bench.trunk.held) == (kind, [1, 2])
    bench.do(job.cancel)
    assert bench.over() == "cancelled"


@pytest.mark.parametrize("kind", LineJobKind)
@pytest.mark.parametrize(("line", "code"), [
    (3, "no_number"), (4, "emergency_number"), (9, "no_number"),
])  # fmt: skip
def test_a_machine_never_dials_without_a_number_or_for_help(bench, kind, line, code):
    order = Order("fxo", line, 2, "chief")
    with pytest.raises(Refused) as refused:
        bench.start(bench.makers[kind](bench.trunk, order))
    assert (refused.value.code, bench.trunk.held) == (code, [])


async def test_what_was_learnt_becomes_a_revision_of_who_asked(box):
    base = box.configuration.revision
    await box.configuration.propose(base, "analog", ANALOG, "boss")
    tone = BusyTone(on_s=0.25, off_s=0.25)
    await saver(box.configuration)(Order("fxo", 2, None, "chief"), lambda old: with_tone(old, tone))
    assert box.configuration.current.analog["fxo"].lines["2"].hang_up.tones == (tone,)
    assert box.reads.revisions()[0].actor == "chief"


async def test_somebody_saves_at_the_same_time(box):
    base = box.configuration.revision
    await box.configuration.propose(base, "analog", ANALOG, "boss")
    propose, tone = box.configuration.propose, BusyTone(on_s=0.25, off_s=0.25)

    async def first_another(base, *rest):
        box.configuration.propose = propose
        await propose(base, "analog.fxo.name", "Front", "boss")
        return await propose(base, *rest)

    box.configuration.propose = first_another
    await saver(box.configuration)(Order("fxo", 1, None, "chief"), lambda old: with_tone(old, tone))
    trunk = box.configuration.current.analog["fxo"]
    assert (trunk.name, trunk.lines["1"].hang_up.tones) == ("Front", (tone,))


async def test_a_line_that_is_set_up_no_more_is_not_saved(box):
    with pytest.raises(Refused) as refused:
        await saver(box.configuration)(Order("fxo", 1, None, "chief"), lambda old: old)
    assert refused.value.code == "no_such_line"
