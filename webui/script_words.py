"""The words that scripts say, by page; a template puts them into the page as JSON."""

from typing import Any

from webui import words
from webui.translate import _l

LIVE = {
    "firmware": _l("Firmware %(version)s"),
    "up": _l("Connected"),
    "down": _l("Connection lost, trying again"),
    "lost": _l("There is no connection to the box at the moment. Try again."),
    "gone": _l("You were logged out."),
    "withheld": _l("Number withheld"),
}

DESK = {
    **LIVE,
    "stage_ringing": _l("Incoming call"),
    "stage_dialling": _l("Dialling"),
    "stage_talking": _l("Connected, talking"),
    "stage_held": _l("Caller on hold, hears music"),
    "stage_wrap_up": _l("Wrap-up: say what the call was about"),
    "ringing_from": _l("Incoming call from %(number)s"),
    "state_null": _l("You are logged off"),
    "state_not_ready": _l("You are paused"),
    "state_ready": _l("You are ready for calls"),
    "pending_null": _l("After this call: log off"),
    "pending_not_ready": _l("After this call: pause"),
    "pending_ready": _l("After this call: ready"),
    "pending_reason": _l("%(what)s (%(reason)s)"),
    "call_ended": _l("Call ended: %(cause)s"),
    "call_failed": _l("Call to %(number)s failed: %(cause)s"),
    "wrap_saved": _l("The wrap-up was saved."),
    "audio_off": _l("Audio is off"),
    "audio_asking": _l("Allow the microphone in the browser’s question"),
    "audio_connecting": _l("Connecting audio"),
    "audio_connected": _l("Audio is connected"),
    "voice_too_quiet": _l("You are hard to hear: speak closer to the microphone, or turn it up."),
    "voice_too_loud": _l("You are too loud: move away from the microphone, or turn it down."),
    "audio_lost": _l("Audio lost, connecting again"),
    "audio_failed": _l("No audio"),
    "microphone_refused": _l(
        "The microphone was refused. Click the symbol beside the address, allow the microphone,"
        " then try again."
    ),
    "microphone_missing": _l("No microphone was found. Plug in the headset, then try again."),
    "microphone_in_use": _l("Another program uses the microphone. Close it there, then try again."),
    "microphone_insecure": _l(
        "The browser gives the microphone to secure pages only. Open the page with https://."
    ),
    "microphone_ended": _l("The microphone was unplugged. Plug it in, then try again."),
    "playback_blocked": _l("The browser does not play sound yet. Click anywhere on the page."),
    "network": _l("The box was not reached over the network."),
}

MONITOR = {
    **LIVE,
    "channel": _l("Channel %(n)s: %(state)s"),
    "board_missing": _l("The board is not connected"),
    "board_missing_advice": _l("Check the USB cable and the power of the board."),
    "link_down": _l("The exchange does not answer on the signalling channel"),
    "link_down_advice": _l("If there is no line alarm, ask the carrier about the D-channel."),
    "line_good": _l("In service"),
    "line_alarm": _l("Alarm on %(line)s: %(alarm)s"),
    "line_good_again": _l("%(line)s is in service again"),
    "in_use": _l("%(used)s of %(all)s in use"),
    "set_state": _l("Set state"),
    "set_state_of": _l("Set the state of %(name)s"),
    "state_set": _l("The state was set."),
    "telephone_down": _l("No audio"),
    "pending": _l("then %(state)s"),
}

LINES = {
    **LIVE,
    "line_name": _l("Line %(n)s %(number)s"),
    "line_well": _l("%(line)s is in order again"),
    "this_line": _l("this line"),
    "test_of": _l("Test: %(line)s"),
    "test_text": _l(
        "The line is taken for about 20 seconds. A caller who rings meanwhile gets through. With a"
        " second line the number of this one is checked too."
    ),
    "test_nobody": _l("no call, check everything else"),
    "test_done": _l("The test is done."),
    "learn_of": _l("Learn: %(line)s"),
    "learn_text": _l(
        "The box finds out how the exchange tells that a caller hung up. Either call the line from"
        " a mobile phone, or let another line of the box do it."
    ),
    "learn_nobody": _l("a mobile phone"),
    "learn_done": _l("Learnt and saved; it holds from the next call on."),
}

JOB_STEPS = {
    "battery": _l("Measuring the voltage"),
    "loop_current": _l("Taking the line, measuring the current"),
    "dial_tone": _l("Listening for dial tone"),
    "noise": _l("Measuring the noise"),
    "echo": _l("Measuring the echo"),
    "own_number": _l("Waiting for the call of the other line"),
    "call_now": _l("Call %(number)s now, for instance from a mobile phone."),
    "hang_up_now": _l("Hang up now."),
    "listening": _l("Listening how the exchange tells it (up to a minute)"),
    "saving": _l("Saving"),
}
"""What a job does at the moment."""

CHECKS = {
    "battery": _l("Voltage on-hook"),
    "polarity": _l("Polarity"),
    "loop_current": _l("Loop current"),
    "dial_tone": _l("Dial tone"),
    "dial_tone_level": _l("Level of the dial tone"),
    "dial_tone_delay": _l("Dial tone after"),
    "noise": _l("Noise"),
    "echo": _l("Echo return loss"),
    "own_number": _l("Own number"),
    "tone": _l("Tone after hang-up"),
    "tone_second": _l("Second frequency"),
    "tone_on": _l("Tone on for"),
    "tone_off": _l("Pause of the tone"),
    "tone_level": _l("Level of the tone"),
    "polarity_drop": _l("Polarity reversal after hang-up"),
    "battery_drop": _l("Loss of voltage after hang-up"),
}
"""Checks of a job by `LineCheck.name`."""

CHECK_DETAILS = {
    "no_battery": _l("No voltage: the line is unplugged, or the carrier has a fault."),
    "in_use": _l("Another telephone on this line is off-hook."),
    "low": _l("Below what a public exchange gives; usual behind a PBX."),
    "high": _l("Above what exchanges give."),
    "no_current": _l("Too little current for the board."),
    "overload": _l("Far too much current. Unplug the line."),
    "reversed": _l("The two wires are swapped."),
    "no_dial_tone": _l("There is no dial tone."),
    "weak": _l("Weak."),
    "late": _l("Late."),
    "hum": _l("Hum of the mains: look for a wire to ground or a power cable beside the line."),
    "not_measured": _l("Could not be measured."),
    "no_number": _l("The number of this line is not set."),
    "emergency_number": _l("The settings have an emergency number here."),
    "no_other_line": _l("No other line of the board is idle."),
    "line_busy": _l("The other line is in use."),
    "caller": _l("A caller had the other line."),
    "no_board": _l("The board is not connected."),
    "line_lost": _l("The other line failed."),
    "no_ring": _l(
        "The call did not arrive here: the number in the settings is not that of this line."
    ),
    "no_caller_id": _l(
        "It rang without the caller's number: order caller display from the carrier."
    ),
    "private": _l("It rang, the number was withheld."),
    "other_number": _l("It rang with another number than that of the calling line."),
}
"""What a check found, by `LineCheck.detail`."""

JOB_PROBLEMS = {
    "cancelled": _l("It was stopped."),
    "caller": _l("A caller rang and got the line; the test was broken off."),
    "line_lost": _l("The line failed while it was tried."),
    "no_battery": _l("The line has no voltage: it is unplugged, or the carrier has a fault."),
    "in_use": _l("Another telephone on this line is off-hook. Hang it up and try again."),
    "no_dial_tone": _l("The line that was to call has no dial tone."),
    "only_dial_tone": _l(
        "After the hang-up there was only a dial tone, which says nothing of it. Ask the"
        " carrier for polarity reversal."
    ),
    "only_ringback": _l("Only ringback was heard. Did the caller hang up? Try once more."),
    "not_saved": _l("It was found, but could not be saved. Try once more."),
    "no_such_line": _l("The line was taken out of the settings meanwhile."),
    "no_board": _l("The board is not connected."),
    "no_call": _l("No call arrived. Start again and call within five minutes."),
    "nothing": _l("No sign of the hang-up was found. Did the caller hang up? Try once more."),
}
"""Why a job ended without result, by `LineJob.problem`."""

REASONS = {
    "no_answer": _l("calls not answered"),
    "telephone_lost": _l("audio lost"),
    "logged_on": _l("just logged on"),
}
"""Reasons of a state that the box itself gives; others are pause reasons or free text."""


def line_words(ui: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Everything the page of analogue lines may have to say."""
    return {
        "ui": words.plain(ui),
        "lines": words.plain(words.LINES),
        "firmware": words.plain(words.FIRMWARE),
        "firmware_problems": words.plain(words.FIRMWARE_PROBLEMS),
        "faults": words.plain(words.FAULTS),
        "fault_advice": words.plain(words.FAULT_ADVICE),
        "jobs": words.plain(words.JOBS),
        "verdicts": words.plain(words.VERDICTS),
        "job_steps": words.plain(JOB_STEPS),
        "job_problems": words.plain(JOB_PROBLEMS),
        "checks": words.plain(CHECKS),
        "check_details": words.plain(CHECK_DETAILS),
        "refusals": words.plain(words.REFUSALS),
    }


def page_words(ui: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Everything a script of one page may have to say."""
    return {
        "ui": words.plain(ui),
        "states": words.plain(words.AGENT_STATES),
        "causes": words.plain(words.CAUSES),
        "phases": words.plain(words.PHASES),
        "channels": words.plain(words.CHANNELS),
        "alarms": words.plain(words.ALARMS),
        "advice": words.plain(words.ALARM_ADVICE),
        "firmware": words.plain(words.FIRMWARE),
        "firmware_problems": words.plain(words.FIRMWARE_PROBLEMS),
        "directions": words.plain(words.DIRECTIONS),
        "refusals": words.plain(words.REFUSALS),
        "reasons": words.plain(REASONS),
    }
