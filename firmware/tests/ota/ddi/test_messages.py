"""What a server may say, and what is refused."""

import json
from typing import Any

import pytest

from firmware.ota.ddi.messages import (
    BadMessage,
    CancelAction,
    ConfirmationBase,
    DeploymentBase,
    Root,
    parse,
)

SHA1 = "A9993E364706816ABA3E25717850C26C9CD0D89D"


def deployment(**file: Any) -> dict[str, Any]:
    """As goosebit sends it, with changes to the file."""
    artifact = {
        "filename": "callbox-1.1.0.raucb",
        "hashes": {"sha1": SHA1},
        "size": 1000,
        "_links": {"download": {"href": "http://ota.example/DEFAULT/controller/v1/b/download"}},
        **file,
    }
    chunk = {"part": "os", "version": "1.1.0", "name": "callbox", "artifacts": [artifact]}
    return {
        "id": "3",
        "deployment": {"download": "forced", "update": "forced", "chunks": [chunk]},
    }


def read(message: Any) -> DeploymentBase:
    return parse(DeploymentBase, json.dumps(message).encode())


def test_a_deployment_of_goosebit_is_understood() -> None:
    base = read(deployment())
    version, file = base.deployment.bundle()
    assert (base.id, version, file.filename, file.size) == (
        "3",
        "1.1.0",
        "callbox-1.1.0.raucb",
        1000,
    )
    assert file.hashes.sha1 == SHA1.lower()
    assert file.hashes.sha256 == file.hashes.md5 == ""
    assert base.deployment.may_begin
    assert not base.deployment.at_once, "without a window of the server's, ours counts"


@pytest.mark.parametrize(
    "file",
    [
        {"filename": "../../etc/passwd"},
        {"filename": "a\\b.raucb"},
        {"filename": ".raucb"},
        {"filename": "a\nb.raucb"},
        {"filename": ""},
        {"filename": "x" * 201},
        {"size": 0},
        {"size": -5},
        {"size": (4 << 30) + 1},
        {"size": "many"},
        {"hashes": {"sha256": "abc"}},
        {"hashes": {"sha1": SHA1 + "\n"}},
        {"_links": {"download": {"href": "x" * 2001}}},
        {"_links": {"download": "http://ota.example/x"}},
    ],
)
def test_a_file_out_of_bounds_refuses_its_message(file: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        read(deployment(**file))


@pytest.mark.parametrize("action", ["../7", "7/8", "", "x" * 65, ".", "..", "7?c=1", None, [7]])
def test_an_id_is_one_segment_of_a_path(action: Any) -> None:
    with pytest.raises(BadMessage):
        read({**deployment(), "id": action})


def test_ids_may_be_numbers_and_unknown_fields_are_ignored() -> None:
    assert read({**deployment(), "id": 12, "actionHistory": {"status": "RUNNING"}}).id == "12"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id":"1"}',
        b"[" * 5000,
        b'{"a":' * 5000,
        b"<html>",
    ],
)
def test_broken_answers_are_one_kind_of_error(body: bytes) -> None:
    with pytest.raises(BadMessage) as caught:
        parse(DeploymentBase, body)
    assert len(str(caught.value)) < 400


def test_a_secret_in_a_broken_answer_is_not_repeated() -> None:
    with pytest.raises(BadMessage) as caught:
        read(deployment(filename="../secret-word"))
    assert "secret-word" not in str(caught.value)


def test_of_many_files_the_one_bundle_is_taken() -> None:
    message = deployment()
    files = message["deployment"]["chunks"][0]["artifacts"]
    files.append({**files[0], "filename": "notes.txt"})
    assert read(message).deployment.bundle()[1].filename == "callbox-1.1.0.raucb"
    files.append({**files[0], "filename": "other.raucb"})
    with pytest.raises(BadMessage, match="there are 2"):
        read(message).deployment.bundle()


def test_no_file_at_all_is_no_bundle() -> None:
    message = deployment()
    message["deployment"]["chunks"] = []
    with pytest.raises(BadMessage, match="there are 0"):
        read(message).deployment.bundle()


def test_download_http_is_taken_where_there_is_nothing_better() -> None:
    plain, safe = {"href": "http://a.example/f"}, {"href": "https://a.example/f"}
    _, file = read(deployment(_links={"download-http": plain})).deployment.bundle()
    assert file.href == plain["href"]
    both = {"download-http": plain, "download": safe, "md5sum": safe}
    assert read(deployment(_links=both)).deployment.bundle()[1].href == safe["href"]


@pytest.mark.parametrize(
    ("download", "update", "window", "begins", "at_once"),
    [
        ("forced", "forced", None, True, False),
        ("attempt", "attempt", None, True, False),
        ("forced", "forced", "available", True, True),
        ("attempt", "attempt", "available", True, False),
        ("forced", "skip", "unavailable", False, False),
        ("forced", "forced", "unavailable", False, False),
        ("forced", "skip", None, False, False),
        ("skip", "skip", None, False, False),
    ],
)
def test_hurry_and_window(
    download: str, update: str, window: str | None, *, begins: bool, at_once: bool
) -> None:
    message = deployment()
    message["deployment"] |= {"download": download, "update": update, "maintenanceWindow": window}
    found = read(message).deployment
    assert (found.may_begin, found.at_once) == (begins, at_once)


@pytest.mark.parametrize(
    ("sleep", "seconds"),
    [
        ("00:05:00", 300),
        ("12:00:00", 43200),
        ("00:00:05", 5),
        ("00:00:00", 1),
        ("999:00:00", 86400),
        ("5", None),
        ("00:61:00", None),
        (300, None),
        (None, None),
    ],
)
def test_the_servers_sleep(sleep: Any, seconds: int | None) -> None:
    body = json.dumps({"config": {"polling": {"sleep": sleep}}, "_links": {}}).encode()
    assert parse(Root, body).sleep_s == seconds


def test_an_empty_poll_is_fine() -> None:
    root = parse(Root, b"{}")
    assert root.sleep_s is None
    assert root.links.deployment is root.links.cancel is root.links.config_data is None


def test_the_action_is_the_end_of_a_links_path() -> None:
    href = "http://h/T/controller/v1/b/deploymentBase/17?c=-2122565939"
    body = json.dumps({"_links": {"deploymentBase": {"href": href}}}).encode()
    link = parse(Root, body).links.deployment
    assert link is not None
    assert link.action == "17"


def test_cancel_and_confirmation() -> None:
    cancel = parse(CancelAction, b'{"id": "11", "cancelAction": {"stopId": 10}}')
    assert (cancel.id, cancel.cancel.stop) == ("11", "10")
    message = {"id": "6", "confirmation": deployment()["deployment"]}
    assert parse(ConfirmationBase, json.dumps(message).encode()).confirmation.bundle()[0] == "1.1.0"
