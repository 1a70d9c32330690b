import pytest

from firmware.config import Configuration, default_document, diff, set_at
from firmware.config_checks import prompt_problems, timezone_problems
from firmware.contract.config import Config, check
from firmware.contract.events import ConfigApplied
from firmware.errors import ConfigConflict, ConfigRejected
from firmware.prompts.catalogue import Catalogue
from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger

DEFAULT = default_document()
CHECKS = (timezone_problems, prompt_problems(Catalogue().ids("zh_CN")))


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = Ledger(open_database(tmp_path / "calls.db"), clock, Projector())
    ledger.start()
    yield ledger
    ledger.close()


@pytest.fixture
def start(ledger, clock):
    def load(checks=CHECKS):
        configuration = Configuration(ledger, clock, checks)
        configuration.load(DEFAULT)
        return configuration

    return load


@pytest.fixture
def configuration(start):
    return start()


def broken(*changes):
    document = DEFAULT
    for path, value in changes:
        document = set_at(document, path, value)
    return document


def test_the_default_is_valid_and_speaks_both_languages():
    assert isinstance(check(DEFAULT), Config)
    for language in ("zh_CN", "en"):
        assert prompt_problems(Catalogue().ids(language))(check(DEFAULT)) == []
    for labelled in [*DEFAULT["pause_reasons"].values(), *DEFAULT["dispositions"].values()]:
        assert set(labelled["label"]) == {"zh_CN", "en"}


def test_a_new_box_begins_with_revision_1(configuration):
    assert configuration.revision == 1
    assert configuration.current == check(DEFAULT)


async def test_a_change_is_a_revision_that_survives_a_restart(configuration, start, ledger):
    assert await configuration.propose(1, "queues.sales.ring_s", 15, "admin") == 2
    assert configuration.current.queues["sales"].ring_s == 15
    assert ledger.since(0)[-1].event == ConfigApplied(2, "admin")
    again = start()
    assert (again.revision, again.current) == (2, configuration.current)


async def test_only_owners_of_changed_parts_are_told(configuration):
    told = []
    configuration.own(["trunks"], lambda old, new: told.append("trunks"))
    configuration.own(["queues", "agents"], lambda old, new: told.append((old, new)))
    before = configuration.current
    await configuration.propose(1, "queues.sales.ring_s", 15, "admin")
    assert told == [(before, configuration.current)]


async def test_a_proposal_that_changes_nothing_makes_no_revision(configuration):
    assert await configuration.propose(1, "queues.sales.ring_s", 20, "admin") == 1


async def test_who_was_overtaken_is_told_what_changed(configuration):
    await configuration.propose(1, "queues.sales.ring_s", 15, "admin")
    with pytest.raises(ConfigConflict) as conflict:
        await configuration.propose(1, "queues.sales.ring_s", 25, "other")
    assert conflict.value.revision == 2
    assert [p.path for p in conflict.value.problems] == ["queues.sales.ring_s"]
    assert configuration.current.queues["sales"].ring_s == 15


async def test_a_revision_that_never_was_is_a_conflict(configuration):
    with pytest.raises(ConfigConflict) as conflict:
        await configuration.propose(7, "", DEFAULT, "admin")
    assert conflict.value.problems[0].code == "unknown_revision"


async def test_an_old_document_brings_the_old_values_back(configuration):
    await configuration.propose(1, "queues.sales.ring_s", 15, "admin")
    old = configuration.document_of(1)
    assert await configuration.propose(2, "", old, "admin") == 3
    assert configuration.document() == old


WRONG = [
    ("queues.sales.ring_s", 1, ["queues.sales.ring_s:greater_than_equal"]),
    ("queues.sales.colour", "red", ["queues.sales.colour:extra_forbidden"]),
    ("colour", "red", ["colour:extra_forbidden"]),
    ("", [], [":model_type"]),
    ("", {"routes": 7, "agents": {"x": {}}}, ["agents.x.[key]:string_pattern_mismatch"]),
    ("queues.nothing.ring_s", 1, ["queues.nothing.ring_s:no_such_place"]),
    ("routes.9", {}, ["routes.9:no_such_place"]),
    ("blacklist.x", {}, ["blacklist.x:no_such_place"]),
    ("queues.none", None, ["queues.none:no_such_place"]),
    ("queues.sales", None, ["agents.8001.queues.0:unknown_queue"]),
    ("site.timezone", "Mars/Base", ["site.timezone:unknown_timezone"]),
    ("calendars.office.closed", ["2026-02-30"], ["calendars.office.closed.0:no_such_day"]),
    (
        "calendars.office.week.mon",
        [{"opens": "10:00", "closes": "09:00"}],
        ["calendars.office.week.mon.0:closes_first"],
    ),
    ("trunks.e1.channels", [1, 16, 1], ["trunks.e1.channels.1:no_channel"]),
    ("flows.main.nodes.choice.keys.x", "sales", ["string_pattern_mismatch"]),
    ("flows.main.nodes.choice.kind", "dance", ["flows.main.nodes.choice:union_tag_invalid"]),
    ("flows.main.start", "nowhere", ["flows.main.start:unknown_node"]),
]


@pytest.mark.parametrize(("path", "value", "expected"), WRONG, ids=[w[0] or "all" for w in WRONG])
async def test_a_wrong_value_is_rejected_with_its_place(configuration, path, value, expected):
    before = configuration.current
    with pytest.raises(ConfigRejected) as rejected:
        await configuration.propose(1, path, value, "admin")
    found = [f"{p.path}:{p.code}" for p in rejected.value.problems]
    for wanted in expected:
        assert any(wanted in problem for problem in found), found
    assert (configuration.current, configuration.revision) == (before, 1)


async def test_a_broken_ivr_document_is_told_with_all_its_problems(configuration):
    nodes = DEFAULT["flows"]["main"]["nodes"] | {
        "lost": {"kind": "play", "prompts": ["no_such_prompt"], "next": "lost"},
        "language": DEFAULT["flows"]["main"]["nodes"]["language"] | {"otherwise": "gone"},
        "sales": {"kind": "queue", "queue": "nobody", "otherwise": "sorry"},
    }
    with pytest.raises(ConfigRejected) as rejected:
        await configuration.propose(1, "flows.main.nodes", nodes, "admin")
    found = {(p.path.removeprefix("flows.main.nodes."), p.code) for p in rejected.value.problems}
    assert found == {
        ("language.otherwise", "unknown_node"),
        ("lost", "unreachable_node"),
        ("lost.prompts.0", "unknown_prompt"),
        ("sales.queue", "unknown_queue"),
    }


async def test_an_unknown_prompt_is_told_with_its_place(configuration):
    with pytest.raises(ConfigRejected) as rejected:
        await configuration.propose(1, "flows.main.nodes.choice.prompts", ["humming"], "admin")
    [problem] = rejected.value.problems
    assert problem.path == "flows.main.nodes.choice.prompts.0"
    assert problem.params == {"name": "humming"}


def test_a_kept_revision_that_is_no_longer_valid_is_passed_over(start, ledger):
    first = start()
    first._store(2, broken(("recording_days", 0)), "admin", "recording_days")
    again = start()
    assert (again.revision, again.current) == (3, first.current)
    assert again.document_of(2)["recording_days"] == 0


def test_a_default_that_is_wrong_is_an_error(ledger, clock):
    with pytest.raises(ConfigRejected):
        Configuration(ledger, clock).load({"colour": "red"})


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("", 7, 7),
        ("a", 1, {"a": 1, "b": [1, 2]}),
        ("b.0", None, {"a": {}, "b": [2]}),
        ("b.2", 3, {"a": {}, "b": [1, 2, 3]}),
        ("b", None, {"a": {}}),
        ("a.x", 0, {"a": {"x": 0}, "b": [1, 2]}),
    ],
)
def test_setting_a_place_changes_a_copy(path, value, expected):
    document = {"a": {}, "b": [1, 2]}
    assert set_at(document, path, value) == expected
    assert document == {"a": {}, "b": [1, 2]}


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a.b"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["a.1"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a"]),
        ({"a": 1}, {"b": 1}, ["a", "b"]),
        (1, 2, [""]),
    ],
)
def test_differences_are_told_by_place(old, new, places):
    assert diff(old, new) == places
