"""The composition: everything starts, answers, stops, and is there again after a restart."""

import sqlite3

import pytest

from cython_dsp.engine import Engine
from firmware.app import Box, Options, options
from firmware.contract.events import (
    BoxStarted,
    CallOffered,
    DatabaseReturned,
    RecordingStarted,
)
from firmware.contract.model import Direction, Role
from firmware.cti.failures import Failure
from firmware.sessions import Identity
from firmware.store import snapshots
from firmware.tests.fakes import LoopClock
from hil_tests.virtual_loop import VirtualLoop

ADMIN = Identity("admin", Role.ADMINISTRATOR, "key")


pytestmark = pytest.mark.timeout(60)  # a start loads every prompt


class Machine:
    """A computer on which boxes are started, one after the other."""

    def __init__(self, folder) -> None:
        self.loop, self.folder = VirtualLoop(), folder
        self.data = folder / "data"
        self.data.mkdir()

    def boot(self):
        box = Box(
            Options(self.data, self.folder / "api.sock", hosts=("127.0.0.1",)),
            Engine(sample_memory_mb=16),
            LoopClock(self.loop),
            threaded=False,
        )
        self.finish(box.start())
        return box

    def finish(self, work):
        task = self.loop.create_task(work)
        for _ in range(40):
            self.loop.advance(0.1)
            if task.done():
                break
        return task.result()

    def ask(self, box, name, who=ADMIN, **fields):
        return self.finish(box.dispatcher.command(name, fields, who))


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    machine.loop.close()


def first_log_ins(machine):
    lines = (machine.data / "first-log-in").read_text().splitlines()
    return dict(line.split() for line in lines)


def test_new_box_tells_its_first_log_ins_once_and_they_work(machine):
    box = machine.boot()
    told = first_log_ins(machine)
    assert set(told) == {"admin", *box.config.agents}
    assert (machine.data / "first-log-in").stat().st_mode & 0o077 == 0
    session = machine.ask(box, "LogIn", None, user="8001", password=told["8001"])
    assert session["role"] == "agent"
    with pytest.raises(Failure):
        machine.ask(box, "LogIn", None, user="8001", password="wrong")
    machine.finish(box.stop())


def test_every_command_and_query_is_carried_out(machine):
    box = machine.boot()
    assert box.dispatcher.missing() == set()
    snapshot = machine.finish(box.dispatcher.query("Snapshot", {}, ADMIN))
    assert {queue["queue"] for queue in snapshot["queues"]} == set(box.config.queues)
    machine.finish(box.stop())


def test_restart_keeps_configuration_and_users(machine):
    box = machine.boot()
    machine.ask(box, "ProposeConfig", base_revision=box.store.configuration.revision,
                path="queues.sales.wrap_up_s", value=7)  # fmt: skip
    machine.finish(box.stop())
    (machine.data / "first-log-in").unlink()
    again = machine.boot()
    assert again.config.queues["sales"].wrap_up_s == 7
    assert not (machine.data / "first-log-in").exists()
    machine.finish(again.stop())
    with sqlite3.connect(machine.data / "calls.db") as database:
        kinds = [row[0] for row in database.execute("SELECT kind FROM events ORDER BY seq")]
    database.close()
    assert kinds.count(BoxStarted.__name__) == 2


def test_new_agent_of_the_configuration_can_work_at_once(machine):
    box = machine.boot()
    revision = box.store.configuration.revision
    machine.ask(box, "ProposeConfig", base_revision=revision, path="agents.8010",
                value={"name": "New", "queues": ["sales"]})  # fmt: skip
    assert box.control.agents.knows("8010")
    machine.finish(box.stop())


def test_broken_flow_is_refused_with_every_place_and_changes_nothing(machine):
    box = machine.boot()
    revision = box.store.configuration.revision
    flow = {"start": "a", "nodes": {
        "a": {"kind": "play", "prompts": ["no_such_prompt"], "next": "b"},
        "c": {"kind": "queue", "queue": "nowhere", "otherwise": "a"},
    }}  # fmt: skip
    with pytest.raises(Failure) as failure:
        machine.ask(box, "ProposeConfig", base_revision=revision, path="flows.main", value=flow)
    places = {problem.path for problem in failure.value.problems}
    assert {"flows.main.nodes.a.next", "flows.main.nodes.c.queue"} <= places
    assert box.store.configuration.revision == revision
    machine.finish(box.stop())


def test_recording_cut_off_by_a_crash_is_sealed_at_the_next_start(machine):
    box = machine.boot()
    ledger = box.store.ledger
    path = machine.data / "recordings" / "cut.wav"
    path.parent.mkdir()
    path.write_bytes(b"RIFF\0\0\0\0WAVEdata\x10\0\0\0" + bytes(16))
    ledger.append(CallOffered("c", Direction.INBOUND, "1", "2"))
    ledger.append(RecordingStarted("c", "c-1", "cut.wav"))
    machine.finish(box.stop())
    again = machine.boot()
    machine.finish(again.recordings.settle())
    again.store.ledger.flush()
    record = machine.finish(again.dispatcher.query("Call", {"call": "c"}, ADMIN))
    assert record["recordings"][0]["frames"] == 8
    assert record["outcome"] == "box_restart"
    machine.finish(again.stop())


def test_command_line():
    chosen = options(["--data", "d", "--socket", "s", "--isdn-socket", "i", "--board-port",
                      "auto"])  # fmt: skip
    assert chosen.places[0].board == "auto"
    with pytest.raises(SystemExit):
        options(["--data", "d", "--socket", "s", "--board-port", "auto"])


def test_ports_of_analogue_boards_on_the_command_line():
    begin = ["--data", "d", "--socket", "s", "--fxo-port"]
    assert options([*begin, "analog=/dev/x=1"]).fxo_ports == (("analog", "/dev/x=1"),)
    for wrong in ("analog", "=port", "analog="):
        with pytest.raises(SystemExit):
            options([*begin, wrong])


def test_the_older_version_tells_that_it_got_its_own_file_back(machine):
    machine.finish(machine.boot().stop())
    path = machine.data / "calls.db"
    ours = snapshots.revision_of(path)
    snapshots.take(path, ours)
    connection = sqlite3.connect(path)
    connection.execute("update alembic_version set version_num = '9001'")
    connection.commit()
    connection.close()
    for starts in (1, 2):
        box = machine.boot()
        told = [r.event for r in box.store.ledger.since(0) if isinstance(r.event, DatabaseReturned)]
        assert [(event.revision, event.newer) for event in told] == [(ours, "9001")], starts
        assert (machine.data / told[0].kept).is_file()
        machine.finish(box.stop())
