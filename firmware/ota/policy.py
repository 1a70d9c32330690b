"""What is installed, and when the box restarts: pure functions, time is an argument."""

import datetime
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from firmware.contract.update import Health, Notes, UpdateReason, UpdateResult, UpdateSettings
from firmware.contract.views import Problem
from firmware.ota.offer import Stopped
from firmware.ota.rauc import Bundle

_PART = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    rf"(?:-({_PART}(?:\.{_PART})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LONGEST = 256
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NOTES_MAX = 4000
Rank = tuple[tuple[int, int, int], int, tuple[tuple[int, int, str], ...]]


def rank(version: str) -> Rank:
    """What orders versions (semver.org 2.0.0, 11); build metadata does not.  ValueError."""
    match = _SEMVER.fullmatch(version) if len(version) <= _LONGEST else None
    if match is None:
        raise ValueError(f"no semantic version: {version[:64]!r}")
    major, minor, patch, before = match.groups()
    parts = before.split(".") if before else []
    order = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)
    return (int(major), int(minor), int(patch)), 0 if before else 1, order


def check_version(version: str, running: str) -> None:
    """Only newer ones are installed; going back is by hand.  Stopped (REFUSED)."""
    try:
        new = rank(version)
    except ValueError as error:
        raise _refused(UpdateReason.DAMAGED, str(error)) from None
    try:
        old = rank(running)
    except ValueError:
        return  # a developer's root without a release: anything is better
    if new == old:
        raise _refused(UpdateReason.SAME_VERSION, f"{version} runs already")
    if new < old:
        raise _refused(UpdateReason.OLDER_VERSION, f"{version} is older than {running}")


def check_offer(version: str, running: str) -> None:
    """Spare a download: what a server calls it, where it says so in our way.  Stopped."""
    try:
        rank(version)
    except ValueError:
        return
    check_version(version, running)


def check_bundle(bundle: Bundle, compatible: str, running: str) -> None:
    """Whether a well-signed bundle is for this box, and newer.  Stopped (REFUSED)."""
    if bundle.compatible != compatible:
        detail = f"for {bundle.compatible[:64]!r}, this box is {compatible!r}"
        raise _refused(UpdateReason.OTHER_COMPATIBLE, detail)
    check_version(bundle.version, running)


def notes(bundle: Bundle) -> Notes:
    """Of the manifest: [meta.notes], which RAUC 1.8 does not tell, else its description."""
    told = bundle.meta.get("notes", {})
    english = told.get("en", "" if told else bundle.description)
    return Notes(_text(told.get("zh_CN", "")), _text(english))


def problems(settings: UpdateSettings) -> tuple[Problem, ...]:
    """What the types of the settings do not say."""
    times = {"window_begins": settings.window_begins, "window_ends": settings.window_ends}
    found = [
        Problem(f"settings.{name}", "no_time", "must be HH:MM")
        for name, text in times.items()
        if not _TIME.fullmatch(text)
    ]
    if settings.server_url and not settings.server_url.startswith(("https://", "http://")):
        found.append(Problem("settings.server_url", "no_url", "must begin with https://"))
    if bool(settings.client_certificate) != bool(settings.client_key):
        text = "certificate and key belong together"
        found.append(Problem("settings.client_certificate", "no_pair", text))
    return tuple(found)


def absent(health: Health | None) -> tuple[str, ...]:
    """Trunks that had a board once, and have none now: no fault of what is started next."""
    boards = health.boards if health is not None else ()
    return tuple(board.trunk for board in boards if board.was_linked and not board.linked)


def quiet(health: Health | None) -> bool:
    """Whether a restart hurts nobody: callboxd is absent, or has no call."""
    return health is None or (health.calls == 0 and health.emergency_calls == 0)


def restart_from(
    settings: UpdateSettings, timezone: str, now_ms: int, not_before_ms: int = 0
) -> int | None:
    """UTC ms at which a restart may begin, now or later; None: only when a person says so."""
    earliest = max(now_ms, not_before_ms)
    if settings.restart == "by_hand":
        return None
    if settings.restart == "idle":
        return earliest
    for begins, ends in _windows(settings, timezone, earliest):
        if earliest < ends:
            return max(begins, earliest)
    return None


def window_ends(settings: UpdateSettings, timezone: str, now_ms: int) -> int | None:
    """UTC ms of the end of the window that is open now; None outside of it."""
    for begins, ends in _windows(settings, timezone, now_ms):
        if begins <= now_ms < ends:
            return ends
    return None


def _windows(settings: UpdateSettings, timezone: str, at_ms: int) -> Iterator[tuple[int, int]]:
    """From the one of the evening before; local times, so that summer time moves them."""
    zone = _zone(timezone)
    begins, ends = _time(settings.window_begins), _time(settings.window_ends)
    today = datetime.datetime.fromtimestamp(at_ms / 1000, zone).date()
    for days in range(-1, 4):
        day = today + datetime.timedelta(days)
        last = day if begins < ends else day + datetime.timedelta(1)
        first_ms, last_ms = _utc_ms(day, begins, zone), _utc_ms(last, ends, zone)
        if first_ms < last_ms:  # an hour that summer time leaves out is no window
            yield first_ms, last_ms


def _utc_ms(day: datetime.date, time: datetime.time, zone: datetime.tzinfo) -> int:
    return int(datetime.datetime.combine(day, time, zone).timestamp() * 1000)


def _zone(name: str) -> datetime.tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return datetime.UTC


def _time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text) if _TIME.fullmatch(text) else datetime.time(3)


def _text(text: str) -> str:
    """Of a key file, where the end of a line is written with a backslash."""
    return text.replace("\\n", "\n")[:_NOTES_MAX]


def _refused(why: UpdateReason, detail: str) -> Stopped:
    return Stopped(why, detail, UpdateResult.REFUSED)
