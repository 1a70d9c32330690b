"""The words for every value of the contract, in the person's language.

Tables are complete by a test: a new enumeration value without a word fails it.
"""

from typing import Any

from firmware.contract.model import (
    AgentState,
    Alarm,
    AnswerSign,
    CallPhase,
    Cause,
    ChannelState,
    ClearSign,
    Direction,
    FirmwareProblem,
    FirmwareState,
    LineFault,
    LineJobKind,
    LineState,
    Outcome,
    Party,
    Role,
    Verdict,
)
from webui.translate import _l

CAUSES = {
    Cause.UNALLOCATED_NUMBER: _l("The number does not exist"),
    Cause.NO_ROUTE_TO_DESTINATION: _l("There is no way to this number"),
    Cause.NORMAL_CLEARING: _l("Ended normally"),
    Cause.USER_BUSY: _l("Busy"),
    Cause.NO_USER_RESPONDING: _l("The telephone does not respond"),
    Cause.NO_ANSWER: _l("No answer"),
    Cause.CALL_REJECTED: _l("Rejected"),
    Cause.NUMBER_CHANGED: _l("The number has changed"),
    Cause.DESTINATION_OUT_OF_ORDER: _l("The other line is out of order"),
    Cause.INVALID_NUMBER_FORMAT: _l("The number is incomplete or wrong"),
    Cause.NORMAL_UNSPECIFIED: _l("Ended, no reason given"),
    Cause.NO_CHANNEL: _l("All lines are busy"),
    Cause.NETWORK_OUT_OF_ORDER: _l("The telephone network is out of order"),
    Cause.TEMPORARY_FAILURE: _l("A passing fault in the network"),
    Cause.SWITCH_CONGESTION: _l("The network is congested"),
    Cause.REQUESTED_CHANNEL_UNAVAILABLE: _l("The line channel was taken"),
    Cause.OUTGOING_BARRED: _l("Calls to this number are not allowed"),
    Cause.BEARER_NOT_AUTHORIZED: _l("The network does not permit this kind of call"),
    Cause.BEARER_NOT_AVAILABLE: _l("The network cannot carry this kind of call now"),
    Cause.BEARER_NOT_IMPLEMENTED: _l("The network does not know this kind of call"),
    Cause.INVALID_CALL_REFERENCE: _l("The network lost track of the call"),
    Cause.INCOMPATIBLE_DESTINATION: _l("The other side takes no voice calls"),
    Cause.INVALID_MESSAGE: _l("Signalling error: invalid message"),
    Cause.MANDATORY_ELEMENT_MISSING: _l("Signalling error: incomplete message"),
    Cause.RECOVERY_ON_TIMER: _l("The network did not reply in time"),
    Cause.PROTOCOL_ERROR: _l("Signalling error"),
    Cause.INTERWORKING: _l("Ended by another network"),
    Cause.BOX_RESTART: _l("The box was restarted"),
}

AGENT_STATES = {
    AgentState.NULL: _l("Logged off"),
    AgentState.NOT_READY: _l("Paused"),
    AgentState.READY: _l("Ready"),
    AgentState.RESERVED: _l("Call ringing"),
    AgentState.BUSY: _l("In a call"),
    AgentState.WORKING_AFTER_CALL: _l("Wrap-up"),
}

PHASES = {
    CallPhase.OFFERED: _l("Arriving"),
    CallPhase.IVR: _l("In the menu"),
    CallPhase.QUEUED: _l("Waiting"),
    CallPhase.ALERTING: _l("Ringing"),
    CallPhase.DIALLING: _l("Dialling"),
    CallPhase.TALKING: _l("Talking"),
    CallPhase.HELD: _l("On hold"),
    CallPhase.TRANSFERRING: _l("Being transferred"),
    CallPhase.CLEARED: _l("Ended"),
}

DIRECTIONS = {Direction.INBOUND: _l("Inbound"), Direction.OUTBOUND: _l("Outbound")}

OUTCOMES = {
    Outcome.ANSWERED: _l("Answered"),
    Outcome.ABANDONED: _l("Gave up waiting"),
    Outcome.SHORT_ABANDONED: _l("Gave up at once"),
    Outcome.IVR_ABANDONED: _l("Hung up in the menu"),
    Outcome.IVR_COMPLETED: _l("Served by the menu"),
    Outcome.TIMED_OUT: _l("Waited too long or queue full"),
    Outcome.TRANSFERRED_OUT: _l("Transferred out"),
    Outcome.REJECTED: _l("Rejected before answer"),
    Outcome.FAILED: _l("Not reached"),
    Outcome.UNCONFIRMED: _l("Answer not confirmed"),
    Outcome.BOX_RESTART: _l("Cut off by a restart"),
}

PARTIES = {
    Party.CALLER: _l("Other side"),
    Party.AGENT: _l("Agent"),
    Party.BOX: _l("Box"),
    Party.SUPERVISOR: _l("Supervisor"),
}

ROLES = {
    Role.AGENT: _l("Agent"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.ADMINISTRATOR: _l("Administrator"),
}

CHANNELS = {
    ChannelState.OUT_OF_SERVICE: _l("Out of service"),
    ChannelState.IDLE: _l("Free"),
    ChannelState.SEIZED: _l("Seized"),
    ChannelState.ALERTING: _l("Ringing"),
    ChannelState.CONNECTED: _l("In a call"),
    ChannelState.CLEARING: _l("Clearing"),
}

ALARMS = {
    Alarm.LOS: _l("No signal on the line"),
    Alarm.LFA: _l("No frame alignment"),
    Alarm.AIS: _l("The exchange sends an alarm signal (AIS)"),
    Alarm.RAI: _l("The exchange does not receive us well (RAI)"),
    Alarm.LOMF: _l("No multiframe alignment"),
}

ALARM_ADVICE = {
    Alarm.LOS: _l("Check that the cable is plugged in at both ends and not swapped."),
    Alarm.LFA: _l("Check cable and connectors; if it stays, ask the carrier to test the line."),
    Alarm.AIS: _l("The carrier has taken the line out or its equipment failed. Call the carrier."),
    Alarm.RAI: _l("Check the transmit pair of the cable; then ask the carrier what it receives."),
    Alarm.LOMF: _l("The CRC-4 setting differs from the exchange. Compare it with the carrier."),
}

ANSWERS = {
    AnswerSign.SIGNAL: _l("Answered (signal of the exchange)"),
    AnswerSign.VOICE: _l("Answered (a voice was heard)"),
    AnswerSign.NONE: _l("Answer not confirmed: the line gives no answer signal"),
}

LINES = {
    LineState.OUT_OF_SERVICE: _l("Out of service"),
    LineState.IDLE: _l("Free"),
    LineState.RINGING: _l("Rings"),
    LineState.SEIZED: _l("Waits for dial tone"),
    LineState.DIALLING: _l("Dials"),
    LineState.CONNECTED: _l("In a call"),
    LineState.CLEARING: _l("Waits until the exchange frees the line"),
    LineState.TESTING: _l("Is being tested"),
}

FIRMWARE = {
    FirmwareState.UNKNOWN: "",
    FirmwareState.CURRENT: _l("up to date"),
    FirmwareState.WAITING: _l("an update waits until the board has no call"),
    FirmwareState.WRITING: _l("is being updated"),
    FirmwareState.RESTARTING: _l("the board restarts with the new one"),
    FirmwareState.PROVING: _l("the new one is being tried"),
    FirmwareState.FAILED: _l("the update failed, the board works on with this one"),
    FirmwareState.UNABLE: "",
}

FIRMWARE_PROBLEMS = {
    FirmwareProblem.NONE: "",
    FirmwareProblem.NO_ANSWER: _l("the board does not answer"),
    FirmwareProblem.REFUSED: _l("the board refuses it"),
    FirmwareProblem.DAMAGED: _l("it arrived damaged"),
    FirmwareProblem.FLASH: _l("the board’s memory cannot be written"),
    FirmwareProblem.NOT_BACK: _l("the board was silent after its restart"),
    FirmwareProblem.FELL_BACK: _l("the board went back to the one before"),
    FirmwareProblem.INCOMPATIBLE: _l("the box does not understand it"),
}

FAULTS = {
    LineFault.BOARD: _l("The board is not connected"),
    LineFault.NO_BATTERY: _l("No voltage on the line"),
    LineFault.SHORT: _l("Short circuit on the line"),
    LineFault.REVERSED: _l("The two wires are swapped"),
    LineFault.IN_USE: _l("Another telephone on the line is off-hook"),
    LineFault.NO_CURRENT: _l("No current flows although the line was taken"),
    LineFault.OVERLOAD: _l("Too much current"),
    LineFault.CHIP_SILENT: _l("The line’s chip does not answer"),
    LineFault.CHIP_RESET: _l("The line’s chip lost its settings"),
    LineFault.ISOLATION: _l("The line side of the board has no connection"),
    LineFault.NO_DIAL_TONE: _l("No dial tone"),
    LineFault.NOT_RELEASED: _l("The exchange did not free the line"),
    LineFault.NO_CALLER_ID: _l("The caller’s number never comes"),
}

FAULT_ADVICE = {
    LineFault.BOARD: _l("Check the USB cable and the power of the board."),
    LineFault.NO_BATTERY: _l(
        "Plug the cable in at both ends. Try a telephone in its place: without dial tone there,"
        " call the carrier."
    ),
    LineFault.SHORT: _l(
        "Both wires touch somewhere. Unplug the line at the box; if it stays, ask the carrier or"
        " check the house wiring."
    ),
    LineFault.REVERSED: _l(
        "Calls work, but polarity signals are read the wrong way round. Swap the two wires."
    ),
    LineFault.IN_USE: _l("Hang up the other telephone, or unplug what is parallel to the box."),
    LineFault.NO_CURRENT: _l("Check plug and wiring for a bad contact; then call the carrier."),
    LineFault.OVERLOAD: _l(
        "Unplug the line at once: a wrong line (ISDN, power) may be plugged in. Check the wiring."
    ),
    LineFault.CHIP_SILENT: _l("Switch the box off and on. If it comes again, replace the board."),
    LineFault.CHIP_RESET: _l(
        "The box has set it up again. If it comes often, check power supply and earthing."
    ),
    LineFault.ISOLATION: _l("Switch the box off and on. If it comes again, replace the board."),
    LineFault.NO_DIAL_TONE: _l(
        "Plug in a telephone: is there dial tone? If not, call the carrier; if so, run the test."
    ),
    LineFault.NOT_RELEASED: _l(
        "The exchange holds a line for a minute or more after some calls. If it stays, call the"
        " carrier."
    ),
    LineFault.NO_CALLER_ID: _l("Order caller display for this line from the carrier."),
}

CLEAR_SIGNS = {
    ClearSign.POLARITY: _l("polarity reversal"),
    ClearSign.BATTERY: _l("loss of voltage"),
    ClearSign.TONE: _l("busy tone"),
    ClearSign.SILENCE: _l("long silence"),
    ClearSign.LONGEST: _l("longest call reached"),
}

JOBS = {LineJobKind.TEST: _l("Line test"), LineJobKind.LEARN: _l("Learning")}

VERDICTS = {
    Verdict.GOOD: _l("Good"),
    Verdict.FAIR: _l("Worth a look"),
    Verdict.BAD: _l("Bad"),
    Verdict.SKIPPED: _l("Left out"),
}

PARTS = {
    "ivr": _l("Menu"),
    "queue": _l("Queue"),
    "ring": _l("Ringing"),
    "talk": _l("Talk"),
    "hold": _l("Hold"),
    "wrap_up": _l("Wrap-up"),
}

REFUSALS = {
    "log_in_failed": _l("The name or the password is wrong."),
    "throttled": _l("Too many tries. Wait %(seconds)s seconds, then try again."),
    "no_session": _l("You are no longer logged in."),
    "forbidden": _l("Your role does not permit this."),
    "too_large": _l("What you sent is too large."),
    "invalid": _l("Something that was typed cannot be used."),
    "wrong_password": _l("The present password is wrong."),
    "unknown_user": _l("There is no such log-in."),
    "last_administrator": _l("The last administrator must stay one."),
    "store": _l("The box cannot write to its disk at the moment."),
    "media": _l("The audio connection could not be made."),
    "config_conflict": _l("Somebody else changed the settings first."),
    "config_rejected": _l("The settings have mistakes; nothing was changed."),
    "not_in_this_state": _l("This is not possible in the present state."),
    "not_possible_now": _l("This is not possible in the present state."),
    "not_logged_on": _l("You are logged off from calls."),
    "not_a_wish": _l("Only ready, pause and logged off can be chosen."),
    "no_telephone": _l("The audio is not connected. Look at “Audio” on the desk."),
    "not_alerting": _l("The call does not ring here any more."),
    "no_such_call": _l("This call is over."),
    "no_such_agent": _l("There is no such agent."),
    "no_such_queue": _l("There is no such queue."),
    "agent_not_ready": _l("This colleague is not ready."),
    "queue_full": _l("The queue is full."),
    "already_held": _l("The caller is on hold already."),
    "not_held": _l("The caller is not on hold."),
    "invalid_number": _l("This is no telephone number."),
    "international_closed": _l("International calls to this destination are not allowed."),
    "destination_not_allowed": _l("Calls to this number are not allowed."),
    "too_many_calls": _l("The limit of outbound calls an hour is reached."),
    "too_many_minutes": _l("The limit of outbound minutes an hour is reached."),
    "no_channel": _l("All lines are busy."),
    "draining": _l("The box restarts soon: only emergency numbers can be called now."),
    "not_your_call": _l("This call is not at your desk any more."),
    "unknown_reason": _l("Choose a reason for the pause."),
    "unknown_disposition": _l("Choose a disposition."),
    "one_target": _l("Choose one target for the transfer."),
    "invalid_digits": _l("Only digits, * and # can be sent."),
    "unknown_prompt": _l("There is no such prompt."),
    "no_such_upload": _l("The file did not arrive. Upload it again."),
    "upload_changed": _l("The file did not arrive. Upload it again."),
    "line_busy": _l("The line is in use. Try again after the call."),
    "job_running": _l("A test or learning has this line already."),
    "no_job": _l("Nothing runs on this line any more."),
    "same_line": _l("A line cannot call itself. Choose another."),
    "no_board": _l("The board is not connected."),
    "no_such_trunk": _l("This board is not set up any more."),
    "no_such_line": _l("This line is not set up any more."),
    "no_number": _l("The number of this line is not set. Type it into its settings first."),
    "emergency_number": _l("The number of this line is an emergency number. Correct its settings."),
    "already_set_up": _l("This box is set up already. Log in."),
    "starting": _l("The part of the box that does updates has just started. Try again shortly."),
    "no_such_file": _l("This file is not there any more. Plug the stick in again, or upload it."),
    "no_version": _l("The other system holds no version that ran well."),
    "busy": _l("Another update is under way."),
    "upload.busy": _l("Another file is being uploaded. Wait until it has arrived."),
    "upload.no_space": _l("There is not enough room on the box’s disk for this file."),
    "upload.incomplete": _l("The file did not arrive. Upload it again."),
    "prompt.not_audio": _l("This is not a WAV audio file."),
    "prompt.unsupported": _l(
        "Only WAV files of 8 to 48 kHz, mono or stereo, as 16-bit PCM, A-law or mu-law."
    ),
    "prompt.incomplete": _l("The file is incomplete. Upload it again."),
    "prompt.empty": _l("There is no sound in the file."),
    "prompt.too_long": _l("The recording is over 5 minutes."),
    "prompt.silent": _l(
        "The recording is almost silent. Check the microphone and record it again."
    ),
    "prompt.clipped": _l(
        "The recording is too loud and distorted. Record it again at a lower level."
    ),
}
"""Codes of refused commands; the daemon's English text is shown for any other."""

PROBLEMS = {
    "missing": _l("must be given"),
    "extra_forbidden": _l("is not known here"),
    "int_parsing": _l("must be a whole number"),
    "int_type": _l("must be a whole number"),
    "int_from_float": _l("must be a whole number"),
    "float_parsing": _l("must be a number"),
    "float_type": _l("must be a number"),
    "bool_parsing": _l("must be yes or no"),
    "string_type": _l("must be text"),
    "string_too_short": _l("needs at least %(min_length)s characters"),
    "string_too_long": _l("has at most %(max_length)s characters"),
    "string_pattern_mismatch": _l("is not of the right form"),
    "greater_than": _l("must be more than %(gt)s"),
    "greater_than_equal": _l("must be at least %(ge)s"),
    "less_than": _l("must be less than %(lt)s"),
    "less_than_equal": _l("must be at most %(le)s"),
    "too_short": _l("needs at least %(min_length)s entries"),
    "too_long": _l("has at most %(max_length)s entries"),
    "enum": _l("must be one of %(expected)s"),
    "literal_error": _l("must be one of %(expected)s"),
    "dict_type": _l("must be a JSON object"),
    "list_type": _l("must be a list"),
    "tuple_type": _l("must be a list"),
    "model_type": _l("must be a JSON object"),
    "model_attributes_type": _l("must be a JSON object"),
    "union_tag_invalid": _l("is no kind of node; known are %(expected_tags)s"),
    "union_tag_not_found": _l("has no “kind”"),
    "unknown_calendar": _l("there is no calendar “%(name)s”"),
    "unknown_flow": _l("there is no flow “%(name)s”"),
    "unknown_queue": _l("there is no queue “%(name)s”"),
    "unknown_disposition": _l("there is no disposition “%(name)s”"),
    "unknown_node": _l("there is no node “%(name)s”"),
    "unreachable_node": _l("nothing leads to this node"),
    "dead_end": _l("no call can end after this node"),
    "no_such_day": _l("is no day of the calendar"),
    "closes_first": _l("closes before it opens"),
    "no_channel": _l("is no free channel: 1 to 31 without 16, each once"),
    "name_taken": _l("there is an E1 line of this name"),
    "number_taken": _l("another line has the number %(name)s"),
    "unknown_timezone": _l("there is no such time zone"),
    "exists": _l("exists already"),
    "no_time": _l("must be a time of day, as 03:00"),
    "no_url": _l("must begin with https://"),
    "no_pair": _l("certificate and private key belong together"),
    "not_json": _l("is no JSON at line %(line)s, column %(column)s"),
    "changed": _l("was changed by somebody else meanwhile"),
}
"""Codes of problems in a proposal: pydantic's types and those of `contract.config`."""


def plain(table: dict[Any, Any]) -> dict[str, str]:
    """A table for a script: JSON keys and words in the language of this request."""
    return {str(getattr(key, "value", key)): str(word) for key, word in table.items()}
