"""The parts of the configuration as pages: what each holds and what its fields are called."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from firmware.contract import analog, config
from firmware.contract.flow import Flow
from webui.translate import _l


class Shape(StrEnum):
    """How a section lies in the configuration."""

    ONE = "one"  # one part
    VALUE = "value"  # one field of the whole
    NAMED = "named"  # parts by id
    NESTED = "nested"  # parts by id inside parts by id
    LIST = "list"  # parts in order


@dataclass(frozen=True)
class Section:
    """One kind of settings."""

    key: str
    title: Any
    shape: Shape
    model: type[BaseModel]
    columns: tuple[str, ...] = ()
    """Fields shown in the list."""
    as_json: bool = False
    """Edited as a document, not by fields."""
    inside: tuple[str, str] = ("", "")
    """NESTED: the top-level part, and the field of each of its parts."""


SECTIONS = {
    section.key: section
    for section in (
        Section("site", _l("Site"), Shape.ONE, config.Site),
        Section("trunks", _l("E1 lines"), Shape.NAMED, config.Trunk, ("name", "numbers")),
        Section(
            "analog_lines",
            _l("Analogue lines"),
            Shape.NESTED,
            analog.AnalogLine,
            ("number", "caller_id"),
            inside=("analog", "lines"),
        ),
        Section("analog", _l("Analogue boards"), Shape.NAMED, analog.AnalogTrunk, ("name",)),
        Section("calendars", _l("Calendars"), Shape.NAMED, config.Calendar, ("holidays",)),
        Section("routes", _l("Routes"), Shape.LIST, config.Route, ("called", "calendar", "flow")),
        Section("flows", _l("Menus and flows"), Shape.NAMED, Flow, (), as_json=True),
        Section("queues", _l("Queues"), Shape.NAMED, config.CallQueue, ("name", "ring_s")),
        Section("agents", _l("Agents"), Shape.NAMED, config.Agent, ("name", "queues")),
        Section(
            "pause_reasons", _l("Reasons for a pause"), Shape.NAMED, config.Labelled, ("label",)
        ),
        Section("dispositions", _l("Dispositions"), Shape.NAMED, config.Labelled, ("label",)),
        Section("outbound", _l("Outbound calls"), Shape.ONE, config.Outbound),
        Section("blacklist", _l("Blacklist"), Shape.LIST, config.BlackEntry, ("number", "note")),
        Section("recording_days", _l("Keeping recordings"), Shape.VALUE, config.Config),
    )
}

LABELS = {
    "Site.name": _l("Name of the company"),
    "Site.country": _l("Country"),
    "Site.area_code": _l("Area code"),
    "Site.language": _l("Language"),
    "Site.timezone": _l("Time zone"),
    "Trunk.name": _l("Name"),
    "Trunk.kind": _l("Kind"),
    "Trunk.board": _l("Board"),
    "Trunk.crc4": _l("CRC-4"),
    "Trunk.channels": _l("Channels"),
    "Trunk.hunt": _l("Order of outgoing channels"),
    "Trunk.numbers": _l("Numbers"),
    "Trunk.overlap_digits": _l("Digits sent one by one"),
    "Trunk.overlap_s": _l("Longest pause between digits (s)"),
    "AnalogTrunk.name": _l("Name"),
    "AnalogTrunk.board": _l("Board"),
    "AnalogTrunk.lines": _l("Lines"),
    "AnalogLine.hang_up": _l("Hang-up"),
    "AnalogLine.number": _l("Number of the line"),
    "AnalogLine.enabled": _l("In use"),
    "AnalogLine.caller_id": _l("Caller’s number comes by"),
    "AnalogLine.wait_caller_id": _l("Wait for the caller’s number"),
    "AnalogLine.outgoing": _l("Outgoing calls"),
    "AnalogLine.dialling": _l("Way of dialling"),
    "AnalogLine.dial_tone_s": _l("Longest wait for dial tone (s)"),
    "AnalogLine.answer_polarity": _l("Polarity reversal on answer"),
    "AnalogLine.impedance": _l("Impedance"),
    "AnalogLine.receive_gain_db": _l("Louder from the line (dB)"),
    "AnalogLine.transmit_gain_db": _l("Louder to the line (dB)"),
    "HangUp.polarity": _l("Hang-up: polarity reversal"),
    "HangUp.battery": _l("Hang-up: loss of voltage"),
    "HangUp.tone": _l("Hang-up: busy tone"),
    "HangUp.tones": _l("Hang-up: tones learnt on this line (Hz: s on/s off)"),
    "HangUp.silence_s": _l("Hang-up: silence (s, 0 = never)"),
    "HangUp.longest_s": _l("Longest call (s)"),
    "Calendar.week": _l("Opening hours"),
    "Calendar.holidays": _l("Holidays"),
    "Calendar.closed": _l("Closed days"),
    "Calendar.always": _l("Always open"),
    "Route.called": _l("Dialled number"),
    "Route.calendar": _l("Calendar"),
    "Route.flow": _l("While open"),
    "Route.closed_flow": _l("While closed"),
    "Route.emergency": _l("Emergency number of the company"),
    "CallQueue.name": _l("Name"),
    "CallQueue.strategy": _l("Distribution"),
    "CallQueue.ring_s": _l("Ring at one agent (s)"),
    "CallQueue.retry_s": _l("Skip an agent who did not answer (s)"),
    "CallQueue.max_misses": _l("Missed calls until paused"),
    "CallQueue.wrap_up_s": _l("Wrap-up (s)"),
    "CallQueue.max_wait_s": _l("Longest wait (s)"),
    "CallQueue.max_length": _l("Longest queue (callers)"),
    "CallQueue.position_s": _l("Say the position every (s)"),
    "CallQueue.short_abandon_s": _l("Giving up within … does not count (s)"),
    "CallQueue.service_level_s": _l("Service level: answered within (s)"),
    "CallQueue.skills": _l("Skills needed"),
    "CallQueue.record": _l("Record calls"),
    "CallQueue.announce_agent": _l("Announce the agent"),
    "CallQueue.dispositions": _l("Dispositions"),
    "Agent.name": _l("Name"),
    "Agent.queues": _l("Queues"),
    "Agent.skills": _l("Skills"),
    "Agent.auto_answer": _l("Answer by itself"),
    "Agent.level_voice": _l("Even out the voice, quieten the room"),
    "Labelled.label": _l("Word"),
    "Outbound.allowed": _l("National numbers"),
    "Outbound.international": _l("International numbers"),
    "Outbound.calls_per_hour": _l("Calls an hour"),
    "Outbound.minutes_per_hour": _l("Minutes an hour"),
    "Outbound.answer_s": _l("Longest ringing (s)"),
    "Outbound.agents_record": _l("Record calls"),
    "BlackEntry.number": _l("Number"),
    "BlackEntry.note": _l("Note"),
    "Config.recording_days": _l("Days until recordings are deleted"),
}
"""What each field is called."""

CHOICES = {
    "CN": _l("China"),
    "US": _l("United States"),
    "GB": _l("United Kingdom"),
    "TW": _l("Taiwan"),
    "HK": _l("Hong Kong"),
    "SG": _l("Singapore"),
    "MY": _l("Malaysia"),
    "DE": _l("Germany"),
    "FR": _l("France"),
    "JP": _l("Japan"),
    "AU": _l("Australia"),
    "IN": _l("India"),
    "auto": _l("either way, found by itself"),
    "fsk": _l("FSK, between the first two rings"),
    "dtmf": _l("tones (DTMF)"),
    "pulse": _l("pulses"),
    "country": _l("as usual in the country"),
    "fcc": _l("600 Ω (North America)"),
    "tbr21": _l("270 Ω + 750 Ω (Europe, TBR 21)"),
    "china": _l("200 Ω + 680 Ω (China)"),
    "uk": _l("320 Ω + 1050 Ω (United Kingdom)"),
    "australia": _l("220 Ω + 820 Ω (Australia)"),
    "japan": _l("600 Ω, low voltage (Japan)"),
    "global": _l("one for all countries"),
    "new_zealand": _l("370 Ω + 620 Ω (New Zealand)"),
    "india": _l("370 Ω + 620 Ω (India)"),
    "zh_CN": "中文",
    "en": "English",
    "up": _l("from the lowest channel up"),
    "down": _l("from the highest channel down"),
    "none": _l("none"),
    "longest_idle": _l("the agent idle for longest"),
    "isdn": "ISDN PRI",
}
"""The words of fixed choices."""

WEEKDAYS = {
    "mon": _l("Monday"),
    "tue": _l("Tuesday"),
    "wed": _l("Wednesday"),
    "thu": _l("Thursday"),
    "fri": _l("Friday"),
    "sat": _l("Saturday"),
    "sun": _l("Sunday"),
}

ELSEWHERE = frozenset({"AnalogTrunk.lines"})
"""Fields with pages of their own."""

REFERENCES = {
    "Route.calendar": "calendars",
    "Route.flow": "flows",
    "Route.closed_flow": "flows",
    "CallQueue.dispositions": "dispositions",
    "Agent.queues": "queues",
}
"""Fields that name parts of another section."""
