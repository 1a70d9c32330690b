"""Set-up of a new box: pending until all of it is done, and open to the label's password only."""

from dataclasses import asdict

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import label
from firmware.config import Configuration, default_document
from firmware.config_checks import timezone_problems
from firmware.contract.commands import FinishSetup, OpenSetup
from firmware.contract.model import Role
from firmware.cti.setup import KEY_S, Setup
from firmware.cti.setup_plan import empty
from firmware.errors import ConfigRejected, Refused, StoreError
from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.trunk.group import TrunkGroup
from firmware.users import LogInFailed, Throttled, Users

LABEL = "abcd-efgh-jkmn"
WANTED = {
    "label_password": LABEL,
    "company": "华星科技",
    "password": "administrator's own",
    "country": "DE",
    "area_code": "030",
    "timezone": "Europe/Berlin",
    "numbers": {"e1": ("0308888", "0308889"), "analog.2": ("0307002",)},
    "agents": ("王芳", "Anna Lee"),
}


class NewBox:
    """A box that is started again and again on the same disk."""

    def __init__(self, data, clock):
        self.data, self.clock = data, clock
        self.start()

    def start(self):
        self.ledger = Ledger(open_database(self.data / "calls.db"), self.clock, Projector())
        self.ledger.start()
        self.configuration = Configuration(self.ledger, self.clock, (timezone_problems,))
        self.configuration.load(empty(default_document()))
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.users = Users(self.ledger, self.clock, lambda: "zh_CN", hasher)
        password = "" if self.users.has_administrator else label.password(self.data, None)
        self.setup = Setup(
            self.users, self.configuration, TrunkGroup(), self.data, self.clock, password
        )

    def restart(self):
        self.ledger.close()
        self.start()

    async def finish(self, **changes):
        return await self.setup.finish(FinishSetup(**WANTED | changes))


@pytest.fixture
def box(tmp_path, clock):
    (tmp_path / label.FILE).write_text(f"setup {LABEL}\n")
    box = NewBox(tmp_path, clock)
    yield box
    box.ledger.close()


async def test_a_new_box_waits_and_nobody_can_log_in(box):
    view = await box.setup.view()
    assert view.pending
    assert {"CN", "DE"} <= set(view.countries)
    assert "Europe/Berlin" in view.timezones
    assert [line.place for line in view.lines][:2] == ["e1", "analog.1"]
    assert box.users.all() == []
    with pytest.raises(LogInFailed):
        await box.users.log_in("admin", LABEL, "")


async def test_one_command_makes_company_lines_and_log_ins(box):
    done = await box.finish()
    config = box.configuration.current
    assert (config.site.name, config.site.country, config.site.area_code) == (
        "华星科技", "DE", "030",
    )  # fmt: skip
    assert config.trunks["e1"].numbers == ("0308888", "0308889")
    assert config.analog["analog"].lines["2"].number == "0307002"
    assert [route.called for route in config.routes] == ["0308888", "0308889", "0307002", "*"]
    assert {agent: one.name for agent, one in config.agents.items()} == {
        "8001": "王芳", "8002": "Anna Lee",
    }  # fmt: skip
    assert all(set(one.queues) == set(config.queues) for one in config.agents.values())
    assert (await box.users.log_in("admin", WANTED["password"], "")).role is Role.ADMINISTRATOR
    for one in done.agents:
        assert (await box.users.log_in(one.agent, one.password, "")).role is Role.AGENT


async def test_it_happens_once_and_stays_over_a_restart(box):
    await box.finish()
    for _ in range(2):
        assert not (await box.setup.view()).pending
        with pytest.raises(Refused, match="set up"):
            await box.finish(company="others")
        with pytest.raises(Refused):
            box.setup.open(OpenSetup(LABEL))
        box.restart()
    assert box.configuration.current.site.name == "华星科技"
    assert not (box.data / label.FILE).exists()


@pytest.mark.parametrize("typed", ["abcdefghjkmn", "ABCD EFGH JKMN", " abcd-efgh-jkmn "])
async def test_the_label_is_compared_as_people_type_it(box, typed):
    key = box.setup.open(OpenSetup(typed)).key
    await box.finish(label_password=key)
    assert not box.setup.pending


@pytest.mark.parametrize("typed", ["wrong", "abcd-efgh-jkm", "", "密码"])
async def test_a_wrong_label_password_changes_nothing(box, typed):
    with pytest.raises(LogInFailed):
        await box.finish(label_password=typed)
    assert box.setup.pending
    assert box.users.all() == []


async def test_a_key_ends_after_an_hour_and_with_the_program(box):
    key = box.setup.open(OpenSetup(LABEL)).key
    box.clock.advance(KEY_S + 1)
    with pytest.raises(LogInFailed):
        await box.finish(label_password=key)
    other = box.setup.open(OpenSetup(LABEL)).key
    box.restart()
    with pytest.raises(LogInFailed):
        await box.finish(label_password=other)


async def test_tries_are_throttled_and_a_right_one_in_between_does_not_count(box):
    for _ in range(5):
        with pytest.raises(LogInFailed):
            box.setup.open(OpenSetup("wrong", "192.0.2.7"))
    with pytest.raises(Throttled) as throttled:
        await box.finish(address="192.0.2.7")
    assert box.setup.pending
    box.clock.advance(throttled.value.wait_s)
    await box.finish(address="192.0.2.7")
    assert not box.setup.pending


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"timezone": "Asia/Nowhere"}, "site.timezone"),
        ({"country": "XX"}, "site.country"),
        ({"area_code": "0x"}, "site.area_code"),
        ({"numbers": {"e1": ("abc",)}}, "trunks.e1.numbers.0"),
        ({"numbers": {"e9": ("030",)}}, "numbers.e9"),
        ({"numbers": {"analog.1": ("1", "2")}}, "numbers.analog.1"),
        ({"numbers": {"analog.99": ("1",)}}, "analog.analog.lines.99"),
    ],
)
async def test_what_is_wrong_is_told_by_place_and_nothing_is_kept(box, changes, path):
    with pytest.raises(ConfigRejected) as error:
        await box.finish(**changes)
    assert any(problem.path.startswith(path) for problem in error.value.problems)
    box.restart()
    assert box.setup.pending
    assert box.users.all() == []


@pytest.mark.parametrize("fails", ["config", "users"])
async def test_a_power_cut_leaves_all_or_nothing(box, monkeypatch, fails):
    """The transaction dies in its middle, or before its end: the box is as it was."""
    run = box.ledger.run

    def dying(work):
        def half(connection):
            work(connection)
            raise StoreError("the power is gone")

        return run(half)

    before = box.configuration.document()
    if fails == "config":
        monkeypatch.setattr(box.ledger, "run", dying)
    else:
        monkeypatch.setattr("firmware.users._put", lambda *_: 1 / 0)
    with pytest.raises((StoreError, ZeroDivisionError)):
        await box.finish()
    monkeypatch.undo()
    box.restart()
    assert box.setup.pending
    assert (box.users.all(), box.configuration.document()) == ([], before)
    await box.finish()
    assert not box.setup.pending


async def test_a_power_cut_after_the_transaction_leaves_it_done(box, monkeypatch):
    monkeypatch.setattr(label, "forget", lambda _data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await box.finish()
    box.restart()
    assert not box.setup.pending
    assert await box.users.log_in("admin", WANTED["password"], "")


def test_passwords_are_in_no_text_of_the_command():
    command = FinishSetup(**WANTED)
    assert "administrator's own" not in repr(command)
    assert LABEL not in repr(command)
    assert asdict(command)["password"] == "administrator's own"


def test_the_label_password_is_made_once_and_the_factory_goes_first(tmp_path):
    made = label.password(tmp_path, None)
    assert label.password(tmp_path, tmp_path) == made
    assert (tmp_path / label.FILE).stat().st_mode & 0o077 == 0
    (tmp_path / label.CREDENTIAL).write_text("from-the-label\n")
    assert label.password(tmp_path, tmp_path) == "from-the-label"
    assert "from-the-label" in (tmp_path / label.FILE).read_text()  # the console shows it
    label.forget(tmp_path)
    assert not (tmp_path / label.FILE).exists()


def test_first_log_ins_of_a_box_without_set_up_are_not_forgotten(tmp_path):
    (tmp_path / label.FILE).write_text("admin     secret\n")
    label.forget(tmp_path)
    assert (tmp_path / label.FILE).exists()


@settings(max_examples=60)
@given(st.text(alphabet="abcXYZ019-  ", min_size=1, max_size=20))
def test_case_blanks_and_dashes_never_matter(text):
    assert label.plain(text) == label.plain(text.upper()) == label.plain(f" -{text} ")
