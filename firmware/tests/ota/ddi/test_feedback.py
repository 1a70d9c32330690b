"""What the box says: bounded, in words, without secrets."""

from dataclasses import replace

import pytest

from firmware.contract.update import (
    UpdateReason,
    UpdateRecord,
    UpdateResult,
    UpdateSource,
    UpdateState,
    UpdateView,
)
from firmware.ota.ddi import feedback
from firmware.ota.ddi.progress import Progress

RECORD = UpdateRecord(
    number=4,
    began_ms=0,
    ended_ms=1,
    source=UpdateSource.SERVER,
    before="1.0.0",
    after="1.1.0",
    result=UpdateResult.COMMITTED,
    reason=UpdateReason.NONE,
    detail="",
    outage_ms=21000,
)


def test_every_reason_has_a_code_and_a_sentence_of_its_own() -> None:
    assert set(feedback.REASONS) == set(UpdateReason)
    codes = [code for code, _ in feedback.REASONS.values()]
    sentences = [text for _, text in feedback.REASONS.values()]
    assert len(set(codes)) == len(codes)
    assert len(set(sentences)) == len(sentences)


def test_a_commit_is_a_success_with_the_outage() -> None:
    said = feedback.closed(RECORD)["status"]
    assert said["execution"] == "closed"
    assert said["result"] == {"finished": "success"}
    assert said["details"] == [
        "Version 1.1.0 runs and has passed its proof; calls stood still 21000 ms."
    ]


def test_a_fallback_is_a_failure_with_its_reason_and_the_systems_words() -> None:
    record = replace(
        RECORD, result=UpdateResult.FELL_BACK, reason=UpdateReason.LOOPBACK, detail="silence"
    )
    said = feedback.closed(record)["status"]
    assert (said["result"], said["code"]) == ({"finished": "failure"}, 206)
    assert said["details"] == [
        "Version 1.1.0: The new version's test call failed.",
        "The box runs the version from before again.",
        "Version 1.0.0 runs.",
        "silence",
    ]


def test_the_same_version_is_what_the_server_wanted() -> None:
    record = replace(RECORD, result=UpdateResult.REFUSED, reason=UpdateReason.SAME_VERSION)
    assert feedback.closed(record)["status"]["result"] == {"finished": "success"}
    refused = feedback.refusal(UpdateReason.SAME_VERSION, "")["status"]
    assert refused["result"] == {"finished": "success"}
    older = feedback.refusal(UpdateReason.OLDER_VERSION, "1.1.0 < 1.2.0")["status"]
    assert (older["code"], older["result"]) == (105, {"finished": "failure"})


def test_a_cancelled_update_says_so() -> None:
    record = replace(RECORD, result=UpdateResult.CANCELLED)
    assert feedback.closed(record)["status"]["code"] == 301


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n b\t c", "a b c"),
        ("GET https://u:p@h.example/f?X-Signature=abc#x failed", "GET https://h.example/f failed"),
        ("Authorization: TargetToken abc123", "Authorization: TargetToken ..."),
        ("Authorization: abc123 failed", "Authorization: ... failed"),
        ("sent TargetToken abc123, GatewayToken xyz", "sent TargetToken ... GatewayToken ..."),
        ("a\x1b[31mb", "a?[31mb"),
    ],
)
def test_details_are_scrubbed(text: str, said: str) -> None:
    assert feedback.scrubbed(text) == said


def test_details_are_bounded() -> None:
    said = feedback.status("proceeding", ["x" * 9000] * 90)["status"]["details"]
    assert len(said) == 20
    assert {len(line) for line in said} == {500}


def test_config_data_in_goosebits_words() -> None:
    said = feedback.config_data({"compatible": "callbox-x86_64", "version": "1.0.0", "slot": "A"})
    assert said == {
        "mode": "merge",
        "data": {
            "hw_boardname": "callbox-x86_64",
            "hw_revision": "default",
            "sw_version": "1.0.0",
            "slot": "A",
        },
    }


def view(state: UpdateState, percent: int = 0) -> UpdateView:
    return UpdateView(version="1.0.0", state=state, percent=percent)


def test_progress_is_told_at_each_state_and_each_tenth() -> None:
    progress, told = Progress(), 0
    for second in range(200):
        state = UpdateState.FETCHING if second < 100 else UpdateState.INSTALLING
        now_view = view(state, second % 100)
        if progress.due("a", now_view, float(second)):
            progress.tell("a", now_view, float(second))
            told += 1
    assert told == 20


def test_quick_progress_is_told_not_more_often_than_each_ten_seconds() -> None:
    progress = Progress()
    progress.tell("a", view(UpdateState.FETCHING, 0), 0.0)
    assert not progress.due("a", view(UpdateState.FETCHING, 90), 9.9)
    assert progress.due("a", view(UpdateState.FETCHING, 90), 10.0)
    assert progress.due("a", view(UpdateState.INSTALLING, 0), 1.0)


def test_ends_and_rest_are_no_progress() -> None:
    for state in (UpdateState.IDLE, UpdateState.COMMITTED, UpdateState.FELL_BACK):
        assert not Progress().due("a", view(state), 0.0)
    assert not Progress().due("", view(UpdateState.INSTALLING), 0.0)


def test_every_state_that_ends_is_told() -> None:
    silent = {UpdateState.IDLE, UpdateState.COMMITTED, UpdateState.FELL_BACK}
    for state in set(UpdateState) - silent:
        said = Progress().tell("a", view(state, 40), 0.0)["status"]
        assert said["result"] == {"finished": "none", "progress": {"cnt": 40, "of": 100}}
        assert said["details"]
