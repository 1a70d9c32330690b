"""Sessions and rights: a token is given out once, only its SHA-256 is kept.

Sessions survive a restart of the daemon and end after 12 hours without use.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace

import sqlalchemy as sa

from firmware.contract.ids import AgentId, Token
from firmware.contract.model import Role
from firmware.store.ledger import Ledger
from firmware.store.tables import SESSIONS
from firmware.timers import Clock

IDLE_S = 12 * 3600.0
MAX_SESSIONS = 5_000
_STORE_S = 600.0  # how exact the last use is kept on the disk
_SIZES = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMINISTRATOR: 2}


@dataclass(frozen=True)
class Identity:
    """Whom a command comes from."""

    user: str
    role: Role
    key: str  # SHA-256 of the token; names the session

    @property
    def agent(self) -> AgentId:
        """The agent of the same name; the configuration says whether there is one."""
        return AgentId(self.user)

    def may(self, role: Role) -> bool:
        """Roles come in three sizes; a role has all rights of the smaller ones."""
        return _SIZES[self.role] >= _SIZES[role]


@dataclass(frozen=True)
class _Session:
    identity: Identity
    used: float  # monotonic seconds
    stored: float


class Sessions:
    """All open sessions.  Belongs to the loop and never blocks, but for the constructor."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self._open: dict[str, _Session] = ledger.run(self._load)

    def open(self, user: str, role: Role) -> Token:
        """A new session; beyond MAX_SESSIONS the one unused for longest ends."""
        if len(self._open) >= MAX_SESSIONS:
            self.close(min(self._open, key=lambda key: self._open[key].used))
        token = Token(secrets.token_urlsafe(32))
        key, now = sha256(token), self._clock.monotonic()
        self._open[key] = _Session(Identity(user, role, key), now, now)
        row = SESSIONS.insert().values(
            token_sha256=key, user=user, role=role.value, used_ms=self._clock.utc_ms()
        )
        self._ledger.post(lambda c: c.execute(row))
        return token

    def identity(self, token: str) -> Identity | None:
        """Whose token this is; asking counts as use."""
        key = sha256(token)
        if not self.lives(key):
            return None
        session, now = self._open[key], self._clock.monotonic()
        stored = session.stored
        if now - stored > _STORE_S:
            self._store_use(key)
            stored = now
        self._open[key] = replace(session, used=now, stored=stored)
        return session.identity

    def lives(self, key: str) -> bool:
        """Say whether the session is open; one without use for 12 hours ends here."""
        session = self._open.get(key)
        if session is None:
            return False
        if self._clock.monotonic() - session.used > IDLE_S:
            self.close(key)
            return False
        return True

    def close(self, key: str) -> None:
        """End a session."""
        if self._open.pop(key, None) is not None:
            gone = SESSIONS.delete().where(SESSIONS.c.token_sha256 == key)
            self._ledger.post(lambda c: c.execute(gone))

    def close_all_of(self, user: str, besides: str = "") -> None:
        """End a user's sessions."""
        keys = [key for key, session in self._open.items() if session.identity.user == user]
        for key in keys:
            if key != besides:
                self.close(key)

    def _store_use(self, key: str) -> None:
        row = SESSIONS.update().where(SESSIONS.c.token_sha256 == key)
        used_ms = self._clock.utc_ms()
        self._ledger.post(lambda c: c.execute(row.values(used_ms=used_ms)))

    def _load(self, connection: sa.Connection) -> dict[str, _Session]:
        now, now_ms = self._clock.monotonic(), self._clock.utc_ms()
        sessions = {}
        for row in connection.execute(sa.select(SESSIONS)):
            used = now - max(0, now_ms - row.used_ms) / 1000
            identity = Identity(row.user, Role(row.role), row.token_sha256)
            sessions[row.token_sha256] = _Session(identity, used, used)
        return sessions


def sha256(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
