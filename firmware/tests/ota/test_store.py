"""ota.db: what was kept is there, whatever happened to the file or to the words in it."""

import json
import sqlite3
from dataclasses import replace

import pytest

from firmware.contract.update import (
    UpdateReason,
    UpdateRecord,
    UpdateResult,
    UpdateSettings,
    UpdateSource,
    UpdateState,
)
from firmware.errors import StoreError
from firmware.ota.offer import Offer
from firmware.ota.present import Present, Slots, Told
from firmware.ota.store import KEPT, SHOWN, open_store

PRESENT = Present(
    UpdateState.PROVING,
    UpdateSource.SERVER,
    offer=Offer("17", "1.1.0", "x.raucb", "https://updates.example/x", 5, sha256="ab"),
    slot_target="B",
    drain_began_ms=1_795_000_000_000,
    reason=UpdateReason.WEB,
)
RECORD = UpdateRecord(
    0, 1, 2, UpdateSource.USB, "1.0.0", "1.1.0", UpdateResult.FAILED, UpdateReason.NO_SPACE, ""
)


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path)
    yield store
    store.close()


def reopened(store, tmp_path):
    store.close()
    return open_store(tmp_path)


def test_everything_is_there_after_a_start(store, tmp_path):
    settings = UpdateSettings(restart="idle", server_token="s3cret")
    store.keep(PRESENT)
    store.keep_settings(settings)
    store.keep_slots(Slots({"A": "1.0.0"}, "Asia/Shanghai"))
    again = reopened(store, tmp_path)
    assert (again.present(), again.settings()) == (PRESENT, settings)
    assert again.slots() == Slots({"A": "1.0.0"}, "Asia/Shanghai")
    again.close()


def test_an_end_is_at_rest_and_in_the_history_at_once(store):
    number = store.end(Present(), Told(RECORD, action="17"))
    assert store.present() == Present()
    assert store.history() == [replace(RECORD, number=number)]


def test_what_is_owed_is_owed_until_it_is_settled(store):
    store.end(Present(), Told(RECORD, action="17", drain_began_ms=5))
    store.end(Present(), Told(RECORD))
    (owed,) = store.owing()
    store.settle(replace(owed, action=""))
    (owed,) = store.owing()
    store.settle(replace(owed, drain_began_ms=None))
    assert store.owing() == []


def test_the_history_is_newest_first_and_has_an_end(store):
    for number in range(KEPT + 3):
        store.end(Present(), Told(replace(RECORD, began_ms=number), action="x"))
    assert [r.began_ms for r in store.history()] == list(range(KEPT + 2, KEPT + 2 - SHOWN, -1))
    assert len(store.owing()) == KEPT


@pytest.mark.parametrize("rubbish", [b"", b"no database", b"SQLite format 3\0" + b"x" * 9000])
def test_a_broken_file_is_put_aside_and_a_new_one_begun(store, tmp_path, rubbish):
    store.keep(PRESENT)
    store.close()
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"ota.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "ota.db").write_bytes(rubbish)
    again = open_store(tmp_path)
    assert again.present() == Present()
    again.keep(PRESENT)
    again.close()
    aside = [path.read_bytes() for path in tmp_path.glob("ota.db.broken-*")]
    assert aside == ([rubbish] if rubbish else [])


def test_a_disk_that_cannot_be_read_keeps_the_file_where_it_is(store, tmp_path):
    store.close()
    holder = sqlite3.connect(tmp_path / "ota.db", isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreError):
            open_store(tmp_path)
    finally:
        holder.close()
    assert not list(tmp_path.glob("ota.db.broken-*"))


def edited(tmp_path, name, **changes):
    with sqlite3.connect(tmp_path / "ota.db") as connection:
        query = "SELECT body FROM documents WHERE name = ?"
        body = json.loads(connection.execute(query, (name,)).fetchone()[0]) | changes
        query = "UPDATE documents SET body = ? WHERE name = ?"
        connection.execute(query, (json.dumps(body), name))
    connection.close()


def test_words_of_a_newer_version_do_not_hide_the_others(store, tmp_path):
    store.keep(PRESENT)
    edited(tmp_path, "present", reason="printer", printer={"a": 1}, detail="no paper")
    assert store.present() == replace(PRESENT, reason=UpdateReason.NONE, detail="no paper")


def test_a_setting_out_of_bounds_has_its_default_alone(store, tmp_path):
    store.keep_settings(UpdateSettings(restart="idle", poll_s=60))
    edited(tmp_path, "settings", poll_s=-1)
    assert store.settings() == UpdateSettings(restart="idle")


def test_secrets_are_for_the_owner_only(store, tmp_path):
    store.keep_settings(UpdateSettings(server_token="s3cret"))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("ota.db*")} == {0o600}
