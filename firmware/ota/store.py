"""ota.db: the present update, the history, the settings.  Every write is on the disk on return.

The calls block for a few milliseconds (one fsync) and are made from the loop on purpose: no
step is begun before it is written, and callbox-ota has nothing to do in between.
"""

import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import event

from firmware.contract.update import UpdateRecord, UpdateSettings
from firmware.errors import StoreError
from firmware.ota.present import Present, Slots, Told
from firmware.ota.tables import DOCUMENTS, HISTORY, METADATA

T = TypeVar("T")
KEPT = 500
"""Finished updates in the history."""
SHOWN = 100
_PRESENT, _SETTINGS, _SLOTS = TypeAdapter(Present), TypeAdapter(UpdateSettings), TypeAdapter(Slots)
_TOLD = TypeAdapter(Told)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOGGER = logging.getLogger(__name__)


class _Broken(StoreError):
    """The file is no database, or a damaged one."""


class Store:
    """One for the program; made by `open_store`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def present(self) -> Present:
        """The update under way; an idle one when there is none, or none that can be read."""
        return self._document("present", _PRESENT, Present())

    def settings(self) -> UpdateSettings:
        """What the administrator chose, secrets and all."""
        return self._document("settings", _SETTINGS, UpdateSettings())

    def slots(self) -> Slots:
        """What is known of the slots."""
        return self._document("slots", _SLOTS, Slots())

    def keep(self, present: Present) -> None:
        """Replace the present update.  StoreError."""
        self._write(lambda c: _put(c, "present", _PRESENT.dump_json(present)))

    def keep_settings(self, settings: UpdateSettings) -> None:
        """Replace the settings.  StoreError."""
        self._write(lambda c: _put(c, "settings", _SETTINGS.dump_json(settings)))

    def keep_slots(self, slots: Slots) -> None:
        """Replace what is known of the slots.  StoreError."""
        self._write(lambda c: _put(c, "slots", _SLOTS.dump_json(slots)))

    def end(self, present: Present, told: Told) -> int:
        """In one go: the update is over, and in the history; returns its number.  StoreError."""

        def write(connection: sa.Connection) -> int:
            _put(connection, "present", _PRESENT.dump_json(present))
            body = _TOLD.dump_json(told).decode()
            key = connection.execute(HISTORY.insert().values(body=body)).inserted_primary_key
            number = int(key[0]) if key else 0
            connection.execute(HISTORY.delete().where(HISTORY.c.number <= number - KEPT))
            return number

        return self._write(write)

    def history(self) -> list[UpdateRecord]:
        """Finished updates, newest first, SHOWN at most."""
        return [told.record for told in self._told()[:SHOWN]]

    def owing(self) -> list[Told]:
        """Those whose outage is not known yet, or whose server has not been told; oldest first."""
        told = [t for t in self._told() if t.action or t.drain_began_ms is not None]
        return told[::-1]

    def settle(self, told: Told) -> None:
        """Replace the entry of the same number.  StoreError."""
        body = _TOLD.dump_json(told).decode()
        same = HISTORY.c.number == told.record.number
        self._write(lambda c: c.execute(HISTORY.update().where(same).values(body=body)))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _told(self) -> list[Told]:
        query = sa.select(HISTORY).order_by(HISTORY.c.number.desc())
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(f"ota.db: {error}") from error
        found = []
        for row in rows:
            with contextlib.suppress(ValidationError):  # of a version with other words
                told = _TOLD.validate_json(row.body)
                found.append(replace(told, record=replace(told.record, number=row.number)))
        return found

    def _document(self, name: str, adapter: TypeAdapter[T], default: T) -> T:
        query = sa.select(DOCUMENTS.c.body).where(DOCUMENTS.c.name == name)
        try:
            with self._engine.connect() as connection:
                body = connection.execute(query).scalar()
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(f"ota.db: {error}") from error
        return default if body is None else _read(name, body, adapter, default)

    def _write(self, change: Callable[[sa.Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return change(connection)
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(f"ota.db: {error}") from error


def _read(name: str, body: str, adapter: TypeAdapter[T], default: T) -> T:
    """What was kept; fields that another version wrote in words of its own have their defaults."""
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        wrong = {str(e["loc"][0]) for e in error.errors() if e["loc"]}
    _LOGGER.error("ota.db: %s: not understood: %s", name, ", ".join(sorted(wrong)) or "all")
    try:
        fields = json.loads(body)
        return adapter.validate_python({k: v for k, v in fields.items() if k not in wrong})
    except (ValueError, AttributeError):
        return default


def open_store(folder: Path) -> Store:
    """Open `folder`/ota.db; a broken file is put aside, and a new one begun.

    StoreError where the file may be good, but the disk is not.
    """
    path = folder / "ota.db"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path)
    except _Broken as error:
        _LOGGER.error("ota.db is put aside: %s", error)
        _put_aside(path)
    return _open(path)


def _open(path: Path) -> Store:
    path.touch(mode=0o600)  # before a secret is in it; SQLite gives its other files the same mode
    path.chmod(0o600)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 5.0}
    )
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                raise _Broken("damaged")
            METADATA.create_all(connection)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF
        kind = _Broken if code in _BROKEN else StoreError
        raise kind(f"{path.name} cannot be opened: {error}") from error
    except _Broken:
        engine.dispose()
        raise
    return Store(engine)


def _put_aside(path: Path) -> None:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            file = path.with_name(path.name + suffix)
            file.rename(path.with_name(f"ota.db.broken-{stamp}{suffix}"))


def _settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are ours
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _put(connection: sa.Connection, name: str, body: bytes) -> None:
    connection.execute(DOCUMENTS.delete().where(DOCUMENTS.c.name == name))
    connection.execute(DOCUMENTS.insert().values(name=name, body=body.decode()))
