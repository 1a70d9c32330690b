"""Where a call goes: by dialled number and calendar inwards, by permission outwards."""

import datetime
import logging
import zoneinfo
from collections import deque
from dataclasses import dataclass

from firmware.contract.config import Config
from firmware.errors import Refused
from firmware.switching.calendar import is_open
from firmware.switching.numbers import Kind, Numbers, matches
from firmware.timers import Clock

_LOGGER = logging.getLogger(__name__)
_HOUR_S = 3600.0


@dataclass(frozen=True)
class Destination:
    """What treats an inbound call."""

    flow: str
    open: bool
    emergency: bool = False
    """Calls to this number are taken even while new calls are refused."""


def numbers_of(config: Config) -> Numbers:
    """The number rules of the site."""
    return Numbers(config.site.country, config.site.area_code)


def destination(config: Config, called: str, utc_ms: int) -> Destination | None:
    """The flow for a dialled number at this time, the longest matching route; None without."""
    numbers = numbers_of(config)
    forms = (called, numbers.normal(called))
    fitting = [
        route
        for route in config.routes
        if any(
            matches(pattern, form) for form in forms for pattern in _forms(numbers, route.called)
        )
    ]
    if not fitting:
        return None
    route = max(fitting, key=lambda r: (len(r.called.rstrip("*")), not r.called.endswith("*")))
    zone = zoneinfo.ZoneInfo(config.site.timezone)
    now = datetime.datetime.fromtimestamp(utc_ms / 1000, zone)
    is_open_now = is_open(config.calendars[route.calendar], now)
    flow = route.flow if is_open_now else route.closed_flow
    return Destination(flow, is_open_now, route.emergency)


def blacklisted(config: Config, calling: str) -> bool:
    """Whether this caller is to be rejected before answer."""
    if not calling:
        return False
    numbers = numbers_of(config)
    forms = (calling, numbers.normal(calling))
    return any(
        matches(pattern, form)
        for entry in config.blacklist
        for pattern in _forms(numbers, entry.number)
        for form in forms
    )


def _forms(numbers: Numbers, pattern: str) -> tuple[str, ...]:
    return (pattern,) if pattern.endswith("*") else (pattern, numbers.normal(pattern))


@dataclass(frozen=True)
class Dial:
    """A permitted number: what is sent to the network, and whether limits apply."""

    digits: str
    emergency: bool = False


class Outbound:
    """Permission to dial, checked before anything leaves the box.

    The limits run over the last 3600 s of the monotonic clock, so a step of the wall
    clock neither opens nor closes them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: deque[float] = deque()
        self._talk: deque[tuple[float, float]] = deque()  # (begin, end) of answered calls
        self._talking: dict[int, float] = {}
        self._tickets = 0

    def permit(self, config: Config, number: str) -> Dial:
        """What to dial, or Refused: invalid_number, international_closed, ...

        Emergency numbers pass with and without a prefix, whatever limits and lists say.
        """
        numbers = numbers_of(config)
        emergency = numbers.emergency(number)
        if emergency is not None:
            return Dial(emergency, emergency=True)
        kind, normal = numbers.kind(number), numbers.normal(number)
        if kind is Kind.INVALID:
            raise Refused("invalid_number", "this is no telephone number")
        if kind is Kind.INTERNATIONAL:
            self._check_list("international_closed", config.outbound.international, normal)
            self._check_limits(config)
            return Dial(numbers.profile.international + normal.removeprefix("+"))
        self._check_list("destination_not_allowed", config.outbound.allowed, normal)
        self._check_limits(config)
        return Dial(numbers.national_digits(number))

    def begun(self) -> int:
        """An attempt leaves the box: counted.  Returns a ticket for `answered` and `ended`."""
        self._begun.append(self._clock.monotonic())
        self._tickets += 1
        return self._tickets

    def answered(self, ticket: int) -> None:
        """The far end answered: its minutes count from now.  Again changes nothing."""
        self._talking.setdefault(ticket, self._clock.monotonic())

    def ended(self, ticket: int) -> None:
        """The attempt or call is over; again changes nothing."""
        began = self._talking.pop(ticket, None)
        if began is not None:
            self._talk.append((began, self._clock.monotonic()))

    def minutes(self) -> float:
        """Minutes talked in the last hour, running calls included."""
        now = self._clock.monotonic()
        while self._talk and self._talk[0][1] <= now - _HOUR_S:
            self._talk.popleft()
        stretches = [*self._talk, *((began, now) for began in self._talking.values())]
        return sum(end - max(begin, now - _HOUR_S) for begin, end in stretches) / 60

    def _check_list(self, code: str, patterns: tuple[str, ...], normal: str) -> None:
        if not any(matches(pattern, normal) for pattern in patterns):
            raise Refused(code, "calls to this number are not allowed")

    def _check_limits(self, config: Config) -> None:
        hour_ago = self._clock.monotonic() - _HOUR_S
        while self._begun and self._begun[0] <= hour_ago:
            self._begun.popleft()
        if len(self._begun) >= config.outbound.calls_per_hour:
            raise Refused("too_many_calls", "the limit of outbound calls an hour is reached")
        if self.minutes() >= config.outbound.minutes_per_hour:
            raise Refused("too_many_minutes", "the limit of outbound minutes an hour is reached")
