"""What the box says: the bodies of `PUT configData` and of the feedbacks, bounded and scrubbed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from firmware.contract.update import UpdateReason, UpdateRecord, UpdateResult, UpdateState

Execution = Literal["proceeding", "scheduled", "closed", "rejected"]
Finished = Literal["none", "success", "failure"]
_LONGEST, _MOST_LINES = 500, 20  # hawkBit takes 512 characters and 50 lines
_LONGEST_ATTRIBUTE = 128
_URL = re.compile(r"(https?://)(?:[^\s/@?#]*@)?([^\s?#]*)[^\s]*", re.IGNORECASE)
_KINDS = "TargetToken|GatewayToken|Bearer"
_SECRET = re.compile(rf"({_KINDS}|Authorization:?(?!\s+(?:{_KINDS})))\s+\S+", re.IGNORECASE)

REASONS: dict[UpdateReason, tuple[int, str]] = {
    UpdateReason.NONE: (0, ""),
    UpdateReason.WRONG_SIGNATURE: (101, "The signature is not of a key this box trusts."),
    UpdateReason.DAMAGED: (102, "The bundle is damaged or cut short."),
    UpdateReason.PLAIN_FORMAT: (103, "The bundle has the format without block hashes."),
    UpdateReason.OTHER_COMPATIBLE: (104, "The bundle is for another kind of box."),
    UpdateReason.OLDER_VERSION: (105, "The bundle's version is older than the running one."),
    UpdateReason.SAME_VERSION: (106, "This version is already running."),
    UpdateReason.NO_SPACE: (107, "There is not enough space for the bundle."),
    UpdateReason.NOT_FETCHED: (108, "The bundle could not be downloaded."),
    UpdateReason.NOT_WRITTEN: (109, "The bundle could not be installed."),
    UpdateReason.POWER_CUT: (110, "The box stopped before the other slot was whole."),
    UpdateReason.DID_NOT_START: (201, "The new version did not start."),
    UpdateReason.STARTS_NO_MORE: (210, "The version in use did not start any more."),
    UpdateReason.SERVICES: (202, "A service of the new version did not run."),
    UpdateReason.DATABASE: (203, "The new version could not open the database."),
    UpdateReason.BOARDS: (204, "A line board was missing with the new version."),
    UpdateReason.BOARD_FIRMWARE: (205, "A line board did not take its firmware."),
    UpdateReason.LOOPBACK: (206, "The new version's test call failed."),
    UpdateReason.WEB: (207, "The new version's pages did not answer."),
    UpdateReason.CLOCK: (208, "The clock was wrong with the new version."),
    UpdateReason.PROOF_LATE: (209, "The proof of the new version took too long."),
}
"""Code and sentence for the server's log; 1xx: the old version never stopped, 2xx: it came back."""
CANCELLED = (301, "The update was cancelled at the box.")
NOT_UNDERSTOOD = (302, "The deployment is not one bundle that this box can fetch.")
DENIED = (303, "The update was declined at the box.")
_RESULTS = {
    UpdateResult.FELL_BACK: "The box runs the version from before again.",
    UpdateResult.REFUSED: "Nothing was changed.",
    UpdateResult.FAILED: "The running version stayed.",
}
STATES = {
    UpdateState.CHECKING: "The bundle is being checked.",
    UpdateState.INSTALLING: "The bundle is being written to the other slot.",
    UpdateState.WAITING: "Installed; the box waits for the time to restart.",
    UpdateState.DRAINING: "The box waits for the last calls to end.",
    UpdateState.REBOOTING: "The box restarts.",
    UpdateState.PROVING: "The new version is being examined.",
}
"""What is told of each state that is not the end; FETCHING says how much."""


def scrubbed(text: str) -> str:
    """One line, 500 characters at most, without tokens, user names and queries of addresses."""
    line = " ".join(text[: 8 * _LONGEST].split())
    line = _SECRET.sub(r"\1 ...", _URL.sub(r"\1\2", line))
    return "".join(c if c.isprintable() else "?" for c in line)[:_LONGEST]


def status(
    execution: Execution,
    details: Iterable[str],
    *,
    finished: Finished = "none",
    code: int = 0,
    percent: int | None = None,
) -> dict[str, Any]:
    """The body of a feedback."""
    result: dict[str, Any] = {"finished": finished}
    if percent is not None:
        result["progress"] = {"cnt": percent, "of": 100}
    lines = [line for line in map(scrubbed, details) if line]
    said: dict[str, Any] = {
        "execution": execution,
        "result": result,
        "details": lines[:_MOST_LINES],
    }
    if code:
        said["code"] = code
    return {"status": said}


def closed(record: UpdateRecord) -> dict[str, Any]:
    """How an update ended.  A version that already runs is a success: the server has its wish."""
    if record.result == UpdateResult.COMMITTED:
        outage = "" if record.outage_ms is None else f"; calls stood still {record.outage_ms} ms"
        line = f"Version {record.after} runs and has passed its proof{outage}."
        return status("closed", [line], finished="success")
    code, sentence = REASONS[record.reason]
    if record.result == UpdateResult.CANCELLED:
        code, sentence = CANCELLED
    if record.reason == UpdateReason.SAME_VERSION:
        return status("closed", [sentence], finished="success", code=code)
    first = f"Version {record.after}: {sentence}" if record.after else sentence
    lines = [first, _RESULTS.get(record.result, ""), f"Version {record.before} runs."]
    return status("closed", [*lines, record.detail], finished="failure", code=code)


def failure(why: tuple[int, str], detail: str = "") -> dict[str, Any]:
    """A deployment that was not begun."""
    code, sentence = why
    return status("closed", [sentence, detail], finished="failure", code=code)


def refusal(reason: UpdateReason, detail: str) -> dict[str, Any]:
    """An offer that the updater does not want; the running version is a success."""
    if reason == UpdateReason.SAME_VERSION:
        code, sentence = REASONS[reason]
        return status("closed", [sentence], finished="success", code=code)
    return failure(REASONS[reason], detail)


def confirmation(*, yes: bool) -> dict[str, Any]:
    """The answer to confirmationBase."""
    if yes:
        return {"confirmation": "confirmed", "code": 200, "details": ["Confirmed by the box."]}
    return {"confirmation": "denied", "code": DENIED[0], "details": [DENIED[1]]}


def config_data(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Who the box is.  `hw_boardname` is what a bundle's `compatible` must be."""
    told = dict(attributes)
    data = {
        "hw_boardname": told.pop("compatible", ""),
        "hw_revision": told.pop("hw_revision", "default"),
        "sw_version": told.pop("version", ""),
        **told,
    }
    short = {k[:_LONGEST_ATTRIBUTE]: scrubbed(v)[:_LONGEST_ATTRIBUTE] for k, v in data.items()}
    return {"mode": "merge", "data": short}
