"""The words of line tests and learning that pages translate; each is a key, never shown itself."""

STEPS = (
    "battery",
    "loop_current",
    "dial_tone",
    "noise",
    "echo",
    "own_number",
    "call_now",
    "hang_up_now",
    "listening",
    "saving",
)
"""`LineJob.step`; the first six are of a test, the others of learning."""

CHECKS = (
    "battery",  # V, on-hook
    "polarity",
    "loop_current",  # mA
    "dial_tone",  # Hz
    "dial_tone_level",  # dBm0
    "dial_tone_delay",  # s after off-hook
    "noise",  # dBm0p: as the ear hears it
    "echo",  # dB echo return loss
    "own_number",
    "tone",  # Hz; learning, from here on
    "tone_second",  # Hz, of a tone of two frequencies
    "tone_on",  # s
    "tone_off",  # s
    "tone_level",  # dBm0
    "polarity_drop",
    "battery_drop",
)
"""`LineCheck.name`; one job has each at most once."""

DETAILS = (
    "no_battery",  # battery: below 3 V
    "in_use",  # battery: another telephone on the pair is off-hook
    "low",  # battery, loop_current: below what a public exchange gives
    "high",  # loop_current: above what exchanges give
    "no_current",  # loop_current: too little for the board
    "overload",  # loop_current: above 127 mA
    "reversed",  # polarity: the wires are swapped
    "no_dial_tone",  # dial_tone; noise, echo: skipped for that; own_number: on the other line
    "weak",  # dial_tone_level
    "late",  # dial_tone_delay
    "hum",  # noise: the mains is heard
    "not_measured",  # noise, echo: no result in time
    "no_number",  # own_number: not in the settings
    "emergency_number",  # own_number: the settings have one of the emergency services
    "no_other_line",  # own_number: no other line of the board is idle
    "line_busy",  # own_number: the other line is in a call
    "caller",  # own_number: somebody else rang meanwhile
    "no_board",  # own_number: the board went away
    "line_lost",  # own_number: the other line's chip failed
    "no_ring",  # own_number: the call did not arrive here
    "no_caller_id",  # own_number: it rang, without the caller's number
    "private",  # own_number: it rang, the number was withheld
    "other_number",  # own_number: it rang with a number that is not the other line's
)
"""`LineCheck.detail`."""

PROBLEMS = (
    "cancelled",
    "caller",  # a caller rang and got the line
    "no_board",
    "line_lost",  # the line's chip failed, or the line was taken out of the settings
    "no_battery",
    "in_use",  # another telephone on the pair is off-hook
    "no_call",  # learning: the test call did not come
    "no_dial_tone",  # learning: the line that was to call has none
    "nothing",  # learning: no sign was found
    "only_dial_tone",  # learning: a dial tone was heard, which says nothing of a hang-up
    "only_ringback",  # learning: the same of ringback
    "not_saved",  # learning: found, but the configuration could not be written
    "no_such_line",  # learning: found, but the line is no more in the configuration
)
"""`LineJob.problem`."""

REFUSALS = (
    "no_such_trunk",
    "no_such_line",
    "no_board",
    "line_busy",
    "job_running",
    "same_line",  # a line cannot call itself
    "no_number",
    "emergency_number",
    "no_job",  # nothing to cancel
)
"""Codes with which TestLine, LearnLine and CancelLineJob are refused."""
