import asyncio

import pytest
from argon2 import PasswordHasher

from firmware.contract.events import LogInRefused, UserLoggedIn
from firmware.contract.model import Role
from firmware.errors import Refused
from firmware.reporting.projector import Projector
from firmware.sessions import IDLE_S, Identity
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.users import FIRST_ADMINISTRATOR, LogInFailed, Throttled, Users

RIGHT, WRONG, HERE = "right horse battery", "wrong", "192.0.2.7"


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = Ledger(open_database(tmp_path / "calls.db"), clock, Projector())
    ledger.start()
    yield ledger
    ledger.close()


@pytest.fixture
def start(ledger, clock):
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return lambda: Users(ledger, clock, lambda: "zh_CN", hasher)


@pytest.fixture
async def users(start):
    users = start()
    await users.set_password("8001", Role.AGENT, RIGHT)
    await users.set_password("boss", Role.ADMINISTRATOR, RIGHT)
    return users


def last_event(ledger):
    return ledger.since(0)[-1].event


async def fails(users, name, password=WRONG, address=HERE):
    with pytest.raises((LogInFailed, Throttled)) as error:
        await users.log_in(name, password, address)
    return error.value


async def test_a_right_password_opens_a_session(users, ledger):
    session = await users.log_in("8001", RIGHT, HERE)
    assert (session.user, session.role, session.language) == ("8001", Role.AGENT, "zh_CN")
    identity = users.sessions.identity(session.token)
    assert (identity.user, identity.agent, identity.role) == ("8001", "8001", Role.AGENT)
    assert last_event(ledger) == UserLoggedIn("8001", Role.AGENT, HERE)


async def test_neither_token_nor_password_is_kept_or_shown(users, ledger, tmp_path):
    session = await users.log_in("8001", RIGHT, HERE)
    ledger.flush()
    ledger.run(lambda connection: None)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert session.token.encode() not in kept
    assert RIGHT.encode() not in kept
    assert session.token not in repr(session)


@pytest.mark.parametrize("name", ["8001", "nobody", ""])
async def test_wrong_password_and_unknown_user_are_answered_alike(users, ledger, name):
    error = await fails(users, name)
    assert (type(error), str(error)) == (LogInFailed, "wrong user or password")
    assert last_event(ledger) == LogInRefused(name, HERE, throttled=False)


@pytest.mark.parametrize("name", ["8001", "nobody"])
async def test_delays_of_a_user_grow_though_the_address_changes(users, clock, name):
    kinds, waited = [], []
    for n in range(9):
        error = await fails(users, name, address=f"192.0.2.{n}")
        kinds.append(type(error))
        if isinstance(error, Throttled):
            waited.append(error.wait_s)
            clock.advance(error.wait_s)
    assert kinds == [LogInFailed] * 5 + [Throttled, LogInFailed] * 2
    assert waited == [2, 4]


async def test_the_right_password_must_wait_too_and_then_ends_the_delay(users, clock):
    for _ in range(5):
        await fails(users, "8001")
    error = await fails(users, "8001", RIGHT)
    clock.advance(error.wait_s)
    await users.log_in("8001", RIGHT, HERE)
    assert isinstance(await fails(users, "8001"), LogInFailed)


async def test_an_address_that_tries_many_users_is_slowed_down(users, ledger):
    kinds = [type(await fails(users, f"user{n}")) for n in range(22)]
    assert kinds == [LogInFailed] * 20 + [Throttled] * 2
    assert last_event(ledger) == LogInRefused("user21", HERE, throttled=True)
    assert isinstance(await fails(users, "user0", address="192.0.2.8"), LogInFailed)


async def test_many_attempts_at_once_count_each(users):
    tries = (users.log_in("8001", WRONG, HERE) for _ in range(12))
    errors = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(e) for e in errors].count(LogInFailed) == 5


async def test_too_many_at_once_are_told_to_wait(users):
    tries = (users.log_in(f"u{n}", WRONG, f"198.51.100.{n}") for n in range(30))
    errors = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(e) for e in errors].count(Throttled) == 10


async def test_a_session_ends_after_twelve_hours_without_use(users, clock):
    token = (await users.log_in("8001", RIGHT, HERE)).token
    for _ in range(3):
        clock.advance(IDLE_S - 1)
        assert users.sessions.identity(token) is not None
    clock.advance(IDLE_S + 1)
    assert users.sessions.identity(token) is None


async def test_sessions_survive_a_restart_but_not_their_time(users, start, clock, ledger):
    token = (await users.log_in("8001", RIGHT, HERE)).token
    clock.advance(3600)
    users.sessions.identity(token)
    again = start()
    clock.advance(IDLE_S - 1)
    assert again.sessions.identity(token) is not None
    clock.advance(IDLE_S + 1)
    later = start()
    assert later.sessions.identity(token) is None


async def test_logging_out_ends_this_session_only(users, start):
    tokens = [(await users.log_in("8001", RIGHT, HERE)).token for _ in range(2)]
    users.log_out(users.sessions.identity(tokens[0]))
    for sessions in (users.sessions, start().sessions):
        assert [sessions.identity(token) is None for token in tokens] == [True, False]


async def test_a_new_password_ends_the_other_sessions(users):
    tokens = [(await users.log_in("8001", RIGHT, HERE)).token for _ in range(2)]
    identity = users.sessions.identity(tokens[0])
    with pytest.raises(Refused):
        await users.change_password(identity, WRONG, "another password")
    await users.change_password(identity, RIGHT, "another password")
    assert users.sessions.identity(tokens[0]) is not None
    assert users.sessions.identity(tokens[1]) is None
    await fails(users, "8001", RIGHT)
    await users.log_in("8001", "another password", HERE)


async def test_guessing_the_old_password_is_slowed_down(users):
    identity = users.sessions.identity((await users.log_in("8001", RIGHT, HERE)).token)
    for _ in range(5):
        with pytest.raises(Refused):
            await users.change_password(identity, WRONG, "another password")
    with pytest.raises(Throttled):
        await users.change_password(identity, RIGHT, "another password")


async def test_a_removed_user_is_out_at_once(users, start):
    token = (await users.log_in("8001", RIGHT, HERE)).token
    await users.remove("8001")
    assert users.sessions.identity(token) is None
    await fails(start(), "8001", RIGHT)
    with pytest.raises(Refused):
        await users.remove("8001")


async def test_the_last_administrator_stays(users):
    with pytest.raises(Refused):
        await users.remove("boss")
    with pytest.raises(Refused):
        await users.set_password("boss", Role.AGENT, RIGHT)
    await users.set_password("boss", Role.ADMINISTRATOR, RIGHT)
    assert [(u.user, u.role) for u in users.all()] == [
        ("8001", Role.AGENT),
        ("boss", Role.ADMINISTRATOR),
    ]


async def test_a_new_box_makes_its_first_administrator_once(start):
    password = start().first_administrator()
    users = start()
    assert users.first_administrator() is None
    session = await users.log_in(FIRST_ADMINISTRATOR, password, HERE)
    assert session.role is Role.ADMINISTRATOR


async def test_the_longest_unused_session_makes_room(users, clock, monkeypatch):
    monkeypatch.setattr("firmware.sessions.MAX_SESSIONS", 2)
    tokens = []
    for _ in range(3):
        clock.advance(1)
        tokens.append(users.sessions.open("8001", Role.AGENT))
    assert [users.sessions.identity(t) is not None for t in tokens] == [False, True, True]


@pytest.mark.parametrize("role", Role)
def test_a_role_has_the_rights_of_the_smaller_ones(role):
    allowed = {other for other in Role if Identity("x", role, "").may(other)}
    assert allowed == set(list(Role)[: list(Role).index(role) + 1])
