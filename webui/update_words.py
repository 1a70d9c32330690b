"""What updates have to say: every state, end and reason, with what to do about it."""

from typing import Any

from firmware.contract.model import Language
from firmware.contract.update import UpdateReason as R
from firmware.contract.update import UpdateResult, UpdateSource, UpdateState
from webui.language import selected
from webui.translate import _, _l

TITLES = {
    UpdateState.IDLE: _l("No update is under way"),
    UpdateState.CHECKING: _l("The update is being checked"),
    UpdateState.FETCHING: _l("The update is being copied to the box"),
    UpdateState.INSTALLING: _l("The update is being written to the disk"),
    UpdateState.WAITING: _l("The update is installed and waits for the restart"),
    UpdateState.DRAINING: _l("The box waits for the last calls to end"),
    UpdateState.REBOOTING: _l("The box restarts"),
    UpdateState.PROVING: _l("The version that was started is being tested"),
    UpdateState.COMMITTED: _l("The update is complete"),
    UpdateState.FELL_BACK: _l("The box went back to the version before"),
}

TEXTS = {
    UpdateState.IDLE: _l("Install an update from a USB stick or from this computer."),
    UpdateState.CHECKING: _l(
        "Origin, kind of box and version are checked. Nothing has been changed so far."
    ),
    UpdateState.FETCHING: _l("Calls go on as usual."),
    UpdateState.INSTALLING: _l(
        "Calls go on as usual. The version that runs is not touched. Leave the box switched on."
    ),
    UpdateState.WAITING: _l("Calls go on as usual."),
    UpdateState.DRAINING: _l(
        "New calls are refused, except emergency calls. Calls that have begun are not cut off."
    ),
    UpdateState.REBOOTING: _l(
        "Calls and pages are away for about a minute. This page tries again by itself."
    ),
    UpdateState.PROVING: _l(
        "Lines, call records, pages and a test call are tried. If anything is missing, the box"
        " goes back to the version before by itself."
    ),
    UpdateState.COMMITTED: _l("The new version was tested and is in use."),
    UpdateState.FELL_BACK: _l("Calls are taken again."),
}

SOURCES = {
    UpdateSource.UPLOAD: _l("Uploaded"),
    UpdateSource.USB: _l("USB stick"),
    UpdateSource.SERVER: _l("Update server"),
    UpdateSource.HAND: _l("Went back by hand"),
    UpdateSource.BOOT: _l("Start of the box"),
}

RESULTS = {
    UpdateResult.COMMITTED: _l("Successful"),
    UpdateResult.FELL_BACK: _l("Went back"),
    UpdateResult.REFUSED: _l("Refused"),
    UpdateResult.FAILED: _l("Failed"),
    UpdateResult.CANCELLED: _l("Cancelled"),
}

ENDS = {
    UpdateResult.COMMITTED: _l("The version that was started passed its test and is in use."),
    UpdateResult.FELL_BACK: _l("The box went back to the version before by itself."),
    UpdateResult.REFUSED: _l("Nothing was changed."),
    UpdateResult.FAILED: _l("The update was not installed; the version before runs on."),
    UpdateResult.CANCELLED: _l("The update was cancelled; the version before runs on."),
}
"""What happened."""

WHY = {
    R.NONE: _l("The reason is not known."),
    R.WRONG_SIGNATURE: _l("The file does not come from the maker of this box."),
    R.DAMAGED: _l("The file is incomplete or was altered."),
    R.PLAIN_FORMAT: _l("The file has an old form that cannot be checked while it is written."),
    R.OTHER_COMPATIBLE: _l("The file is for another kind of box."),
    R.OLDER_VERSION: _l("The file holds an older version than the one that runs."),
    R.SAME_VERSION: _l("The file holds the version that runs already."),
    R.NO_SPACE: _l("There was not enough room on the disk."),
    R.NOT_FETCHED: _l("The file could not be downloaded."),
    R.NOT_WRITTEN: _l("The update could not be written to the disk."),
    R.POWER_CUT: _l("The box lost power or was switched off before the update was complete."),
    R.DID_NOT_START: _l("The new version did not start."),
    R.STARTS_NO_MORE: _l("The version that was in use did not start any more."),
    R.SERVICES: _l("A part of the new version did not run."),
    R.DATABASE: _l("The new version could not open call records and settings."),
    R.BOARDS: _l("The new version did not find a line board that worked before."),
    R.BOARD_FIRMWARE: _l("A line board could not be given its new program."),
    R.LOOPBACK: _l("The test call inside the box failed."),
    R.WEB: _l("The pages of the new version did not answer."),
    R.CLOCK: _l("The clock of the box was wrong."),
    R.PROOF_LATE: _l("The test of the new version took too long."),
}
"""Why."""

_REPORT = _l("Do not install this version again. Send the details of the history to your supplier.")

ADVICE = {
    R.NONE: _l("Try once more. If it comes again, send the details to your supplier."),
    R.WRONG_SIGNATURE: _l("Use only files that you got from your supplier."),
    R.DAMAGED: _l("Download or copy the file again, then install it."),
    R.PLAIN_FORMAT: _l("Ask your supplier for the file in its present form."),
    R.OTHER_COMPATIBLE: _l("Ask your supplier for the file that is made for this model."),
    R.OLDER_VERSION: _l("Take a newer file. To return to the version before, use “Go back”."),
    R.SAME_VERSION: _l("Nothing needs to be done."),
    R.NO_SPACE: _l("Keep recordings for fewer days, wait a day, then try again."),
    R.NOT_FETCHED: _l(
        "Check the network of the box and the address of the server, then try again; or install"
        " from a USB stick."
    ),
    R.NOT_WRITTEN: _l(
        "Try once more. If it comes again, the disk may be failing: call your supplier."
    ),
    R.POWER_CUT: _l("Start the update again and leave the box switched on until it is complete."),
    R.DID_NOT_START: _REPORT,
    R.STARTS_NO_MORE: _l(
        "The disk may be failing: keep a backup elsewhere, and send the details of the history to"
        " your supplier."
    ),
    R.SERVICES: _REPORT,
    R.DATABASE: _REPORT,
    R.BOARDS: _l("Check the USB cables and the power of the boards, then install once more."),
    R.BOARD_FIRMWARE: _l(
        "Unplug the board and plug it in again, then install once more. If it comes again, call"
        " your supplier."
    ),
    R.LOOPBACK: _REPORT,
    R.WEB: _REPORT,
    R.CLOCK: _l("Check that the box reaches the Internet or a time server, then install again."),
    R.PROOF_LATE: _l(
        "Install once more when few calls come. If it comes again, tell your supplier."
    ),
}
"""What to do."""

RESTARTS = {
    "window": _l("In the hours below"),
    "idle": _l("As soon as no call goes on"),
    "by_hand": _l("When somebody presses “Restart now”"),
}

TOKENS = {"target": _l("Of this box alone"), "gateway": _l("Of all boxes (gateway)")}

SETTINGS = {
    "restart": _l("When does the box restart for an update?"),
    "window_begins": _l("From"),
    "window_ends": _l("Until"),
    "longest_drain_s": _l("Wait for calls to end, in minutes"),
    "confirm": _l("Ask before an update from the server is installed"),
    "server_url": _l("Address of the update server"),
    "server_tenant": _l("Tenant"),
    "controller_id": _l("Name of this box on the server"),
    "poll_s": _l("Ask the server every … minutes"),
    "server_token": _l("Access token"),
    "server_token_kind": _l("Whose token is it?"),
    "server_ca": _l("Certificate of the server’s authority"),
    "client_certificate": _l("Certificate of this box"),
    "client_key": _l("Private key of this box"),
}

UI = {
    "away": _l("The box does not answer"),
    "away_text": _l("This page tries again by itself."),
    "restarting": _l("The box restarts"),
    "since": _l("for %(time)s"),
    "sent": _l("%(done)s of %(all)s MB sent"),
    "upload_begun": _l("The upload has begun."),
    "upload_done": _l("The file has arrived and is being checked."),
    "upload_lost": _l("The connection was lost. Upload the file again."),
    "upload_stopped": _l("The upload was stopped."),
    "too_large": _l("The file has %(size)s MB; there is room for %(room)s MB."),
    "choose": _l("Choose a file first."),
}
"""What the page's script says."""


def ended(result: UpdateResult, reason: R) -> str:
    """How an update ended, why, and what to do."""
    if result is UpdateResult.COMMITTED:
        advice = _("Nothing needs to be done.")
    elif result is UpdateResult.CANCELLED:
        advice = _("Start it again whenever it suits.")
    else:
        return sentences(ENDS[result], WHY[reason], ADVICE[reason])
    if reason is R.NONE:
        return sentences(ENDS[result], advice)
    return sentences(ENDS[result], WHY[reason], advice)


def sentences(*parts: Any) -> str:
    """Sentences after each other, as the language writes them."""
    return ("" if selected() == Language.ZH_CN else " ").join(map(str, parts))
