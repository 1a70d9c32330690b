"""Whatever happens: the tables written live are those made again from the ledger."""

import shutil

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firmware.contract import events
from firmware.contract.model import Cause, Direction, Outcome, Party
from firmware.reporting.projector import Projector
from firmware.reporting.rebuild import main, rebuild
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.store.tables import PROJECTED
from firmware.tests.calls import ANSWERED_CALL, append_all
from firmware.tests.conftest import FakeClock

KINDS = sorted(events.EVENTS)
FIELDS = {
    "call": st.sampled_from(["c1", "c2"]),
    "leg": st.sampled_from(["l1", "l2", "l3"]),
    "legs": st.sampled_from([("l1", "l2"), ("l2", "l3")]),
    "agent": st.sampled_from(["8001", "8002"]),
    "direction": st.sampled_from(Direction),
    "cause": st.sampled_from(Cause),
    "by": st.sampled_from(Party),
    "outcome": st.sampled_from(Outcome),
    "waited_s": st.floats(0, 1e6),
    **dict.fromkeys(
        ["frames", "misses", "position", "priority", "channel", "revision", "closed_calls"],
        st.integers(0, 2**31),
    ),
}
OTHER = {"revision": str}  # of a database's layout it is a name, of the configuration a number
EVENT = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(
        events.EVENTS[kind],
        **{
            k: v
            for k, v in FIELDS.items()
            if events.EVENTS[kind].__annotations__.get(k) not in (None, OTHER.get(k))
        },
    )
)
HAPPENING = st.one_of(
    st.tuples(st.just("event"), EVENT),
    st.tuples(st.just("event"), EVENT),
    st.tuples(st.just("wait"), st.integers(1, 100_000)),
    st.tuples(st.just("clock step"), st.integers(-(10**7), 10**7)),
    st.tuples(st.sampled_from(["stop", "crash"]), st.none()),
)
STARTED = events.RecordingStarted("c1", "r1", "r1.wav")
STOPPED = events.RecordingStopped("c1", "r1", 8000, "")


def contents(engine):
    with engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(sa.select(table))))
            for name, table in PROJECTED.items()
        }


class Box:
    """A ledger that is stopped and started again."""

    def __init__(self, path):
        self.path, self.clock = path, FakeClock()
        self.start()

    def start(self):
        self.ledger = Ledger(open_database(self.path), self.clock, Projector())
        self.ledger.start()
        self.ledger.close_open_calls()

    def happen(self, what, value):
        match what:
            case "event":
                self.ledger.append(value)
            case "wait":
                self.clock.advance(value / 1000)
            case "clock step":
                self.clock.utc_step_ms += value
            case "stop":
                self.ledger.close()
                self.start()
            case "crash":
                self.crash()

    def crash(self):
        """Go on with the files as they are on the disk at this moment."""
        self.ledger.flush()
        there = self.path.with_name(f"{self.ledger.seq}-{self.path.name}")
        for suffix in ("", "-wal"):
            shutil.copy(f"{self.path}{suffix}", f"{there}{suffix}")
        self.ledger.close()
        self.path = there
        self.start()


@pytest.mark.timeout(60)  # each example opens and closes real databases
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(HAPPENING, max_size=60))
@example(story=[("event", STOPPED), ("event", STARTED)])  # found: in one transaction, or in two
def test_rebuilt_tables_are_those_written_live(tmp_path_factory, story):
    box = Box(tmp_path_factory.mktemp("box") / "calls.db")
    for what, value in story:
        box.happen(what, value)
    box.ledger.close()
    engine = open_database(box.path)
    live = contents(engine)
    rebuild(engine)
    assert contents(engine) == live
    engine.dispose()


def test_the_tool_says_how_much_it_read(tmp_path, clock, capsys):
    path = tmp_path / "calls.db"
    ledger = Ledger(open_database(path), clock, Projector())
    ledger.start()
    append_all(ledger, clock, ANSWERED_CALL)
    ledger.close()
    main([str(path)])
    assert capsys.readouterr().out == f"{len(ANSWERED_CALL)} events\n"
