"""Who may log in, and what for: users with Argon2id hashes.

An unknown user, a wrong password and a right one take the same time and the same path;
delays grow with failures, by user and by address.
"""

import asyncio
import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.dialects.sqlite import insert

from firmware.contract import views
from firmware.contract.events import LogInRefused, UserLoggedIn, UserLoggedOut
from firmware.contract.ids import Token
from firmware.contract.model import Role
from firmware.errors import CallboxError, Refused
from firmware.sessions import Identity, Sessions
from firmware.store.ledger import Ledger
from firmware.store.tables import USERS
from firmware.throttle import PER_ADDRESS, PER_USER, Throttle
from firmware.timers import Clock

FIRST_ADMINISTRATOR = "admin"
_WAITING = 20  # more log-ins at once than this are told to wait


class LogInFailed(CallboxError):
    """Wrong user or password; it does not say which."""


class Throttled(CallboxError):
    """Too many failures; may be tried again in `wait_s`."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many attempts, wait {wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass(frozen=True)
class _User:
    role: Role
    password_hash: str


@dataclass(frozen=True)
class LogIn:
    """A log-in to be made."""

    user: str
    role: Role
    password: str = field(repr=False)


@dataclass(frozen=True)
class Drafted:
    """Log-ins with their hashes, in force after `write` is on the disk and `adopt`."""

    write: Callable[[sa.Connection], None]
    adopt: Callable[[], None]


class Users:
    """Belongs to the loop; hashes are computed beside it, one at a time."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        language: Callable[[], str],
        hasher: PasswordHasher | None = None,
    ) -> None:
        """Read what is kept; blocks.  `language` is the site's, for the pages."""
        self.sessions = Sessions(ledger, clock)
        self._ledger, self._clock, self._language = ledger, clock, language
        self._hasher = hasher or PasswordHasher()
        self._nobody = _hash_of_nothing(self._hasher)
        self._hashing, self._waiting = asyncio.Lock(), 0
        self._by_user, self._by_address = Throttle(PER_USER), Throttle(PER_ADDRESS)
        self._users: dict[str, _User] = ledger.run(_load)

    @property
    def has_administrator(self) -> bool:
        """Whether anybody can log in as administrator."""
        return any(user.role is Role.ADMINISTRATOR for user in self._users.values())

    def first_administrator(self) -> str | None:
        """On a new box, make the log-in `admin`; its password, to be shown once; blocks."""
        if self.has_administrator:
            return None
        password = secrets.token_urlsafe(12)
        self._store(FIRST_ADMINISTRATOR, _User(Role.ADMINISTRATOR, self._hasher.hash(password)))
        return password

    def all(self) -> list[views.UserView]:
        """Every log-in, by name."""
        return [views.UserView(name, user.role) for name, user in sorted(self._users.items())]

    async def log_in(self, name: str, password: str, address: str) -> views.Session:
        """Open a session.  Raises LogInFailed or Throttled, alike for users that do not exist."""
        self._admit(name, address)
        user = self._users.get(name)
        right = await self._verify(user.password_hash if user else self._nobody, password)
        if user is None or not right or self._users.get(name) != user:
            self._ledger.append(LogInRefused(name, address, throttled=False))
            raise LogInFailed("wrong user or password")
        self._by_user.clear(name)
        self._by_address.forgive(address)
        token = self.sessions.open(name, user.role)
        self._ledger.append(UserLoggedIn(name, user.role, address))
        return views.Session(token, name, user.role, self._language())

    def prove(self, name: str, address: str, *, right: bool) -> bool:
        """Take note of a try at a secret that is no log-in; throttled as one.

        Returns `right`.  Raises Throttled, so that a right one in between does not count.
        """
        self._admit(name, address)
        if not right:
            self._ledger.append(LogInRefused(name, address, throttled=False))
            return False
        self._by_user.clear(name)
        self._by_address.forgive(address)
        return True

    async def draft(self, log_ins: Sequence[LogIn]) -> Drafted:
        """Prepare log-ins that are written with something else, all or none."""
        users = {one.user: _User(one.role, await self._hash(one.password)) for one in log_ins}

        def write(connection: sa.Connection) -> None:
            for name, user in users.items():
                connection.execute(_put(name, user))

        return Drafted(write, lambda: self._users.update(users))

    def view(self, identity: Identity) -> views.Session:
        """The session as its owner sees it; the token is not known any more."""
        return views.Session(Token(""), identity.user, identity.role, self._language())

    def log_out(self, identity: Identity) -> None:
        """End this session."""
        self.sessions.close(identity.key)
        self._ledger.append(UserLoggedOut(identity.user))

    async def change_password(self, identity: Identity, old: str, new: str) -> None:
        """Own password; the user's other sessions end."""
        self._admit(identity.user, "")
        user = self._users.get(identity.user)
        if user is None or not await self._verify(user.password_hash, old):
            raise Refused("wrong_password", "the old password is wrong")
        self._by_user.clear(identity.user)
        await self._set(identity.user, user.role, new, besides=identity.key)

    async def set_password(self, name: str, role: Role, password: str) -> None:
        """Create a user or change him; his sessions end."""
        if role is not Role.ADMINISTRATOR:
            self._keep_an_administrator(name)
        await self._set(name, role, password)

    async def remove(self, name: str) -> None:
        """Delete a user; his sessions end."""
        if name not in self._users:
            raise Refused("unknown_user", "there is no such user")
        self._keep_an_administrator(name)
        gone = USERS.delete().where(USERS.c.user == name)
        await asyncio.to_thread(self._ledger.run, lambda c: c.execute(gone))
        self._users.pop(name, None)
        self.sessions.close_all_of(name)

    def _admit(self, name: str, address: str) -> None:
        """Count the attempt as failed until it has succeeded: so many at once count, too."""
        now = self._clock.monotonic()
        wait_s = max(self._by_user.wait_s(name, now), self._by_address.wait_s(address, now))
        if wait_s > 0 or self._waiting >= _WAITING:
            self._ledger.append(LogInRefused(name, address, throttled=True))
            raise Throttled(max(wait_s, 1.0))
        self._by_user.failed(name, now)
        if address:
            self._by_address.failed(address, now)

    def _keep_an_administrator(self, name: str) -> None:
        """Refuse to take this user's role when nobody else has it."""
        administrators = {n for n, u in self._users.items() if u.role is Role.ADMINISTRATOR}
        if administrators == {name}:
            raise Refused("last_administrator", "the last administrator must stay one")

    async def _verify(self, password_hash: str, password: str) -> bool:
        """A hash takes 64 MB and tens of milliseconds: in a thread, one at a time."""
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(_verified, self._hasher, password_hash, password)
        finally:
            self._waiting -= 1

    async def _set(self, name: str, role: Role, password: str, besides: str = "") -> None:
        async with self._hashing:
            user = _User(role, await asyncio.to_thread(self._hasher.hash, password))
            await asyncio.to_thread(self._store, name, user)
        self.sessions.close_all_of(name, besides)

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    def _store(self, name: str, user: _User) -> None:
        self._ledger.run(lambda connection: connection.execute(_put(name, user)))
        self._users[name] = user


def _put(name: str, user: _User) -> sa.Executable:
    row = {"role": user.role.value, "password_hash": user.password_hash}
    return insert(USERS).values(user=name, **row).on_conflict_do_update(["user"], set_=row)


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """What no password has, and whose check takes as long as any; making one takes 64 MB."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


def _verified(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _load(connection: sa.Connection) -> dict[str, _User]:
    rows = connection.execute(sa.select(USERS))
    return {row.user: _User(Role(row.role), row.password_hash) for row in rows}
