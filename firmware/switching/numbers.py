"""Telephone numbers: one normal form per trunk area code, and country profiles as data.

The normal form is what is compared: national numbers with the trunk prefix where the
country has one (01088886666), mobiles without it (13800138000), short codes and service
numbers as they are (95588), foreign numbers with `+`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a dialled number is, as far as permission to dial goes."""

    EMERGENCY = "emergency"
    NATIONAL = "national"
    INTERNATIONAL = "international"
    INVALID = "invalid"


@dataclass(frozen=True)
class Profile:
    """What differs between countries."""

    code: str
    trunk_prefix: str
    international: str
    emergency: frozenset[str]
    short: str
    """Numbers that take no area code: services, free-phone, short codes (full match)."""
    mobile: str
    """Mobile numbers without trunk prefix; empty where they are written with it."""
    subscriber: str
    """A number inside one's own area (full match)."""
    carriers: tuple[str, ...] = ()
    """Prefixes that choose a long-distance carrier and are not part of the number."""


_CHINA = Profile(
    code="86",
    trunk_prefix="0",
    international="00",
    emergency=frozenset({"110", "119", "120", "122", "999", "112"}),
    short=r"1[0-9]{2}|1[012][0-9]{2,3}|9[56][0-9]{3,6}|[48]00[0-9]{7}",
    mobile=r"1[3-9][0-9]{9}",
    subscriber=r"[2-8][0-9]{6,7}",
    carriers=("17951", "17911", "17909", "12593", "10193"),
)
PROFILES: dict[str, Profile] = {
    "CN": _CHINA,
    "US": Profile("1", "1", "011", frozenset({"911", "112"}), r"[2-9]11|[0-9]{5,6}", "",
                  r"[2-9][0-9]{6}"),
    "GB": Profile("44", "0", "00", frozenset({"999", "112"}), r"1[0-9]{2,5}", "",
                  r"[2-9][0-9]{4,7}"),
    "TW": Profile("886", "0", "002", frozenset({"110", "119", "112"}), r"1[0-9]{2,4}", "",
                  r"[2-8][0-9]{5,7}"),
    "HK": Profile("852", "", "001", frozenset({"999", "112", "992"}), r"1[0-9]{2,6}", "",
                  r"[2-9][0-9]{7}"),
    "SG": Profile("65", "", "001", frozenset({"999", "995", "993", "112"}), r"1[0-9]{3,6}", "",
                  r"[3689][0-9]{7}"),
    "MY": Profile("60", "0", "00", frozenset({"999", "112"}), r"1[0-9]{2,9}", "",
                  r"[2-9][0-9]{6,7}"),
    "DE": Profile("49", "0", "00", frozenset({"112", "110"}), r"11[0-9]{1,4}|19222", "",
                  r"[2-9][0-9]{3,10}"),
    "FR": Profile("33", "0", "00", frozenset({"112", "15", "17", "18", "114"}),
                  r"1[0-9]{1,5}|3[0-9]{3}", "", r"[1-9][0-9]{8}"),
    "JP": Profile("81", "0", "010", frozenset({"110", "119", "118", "112"}), r"1[0-9]{2}", "",
                  r"[2-9][0-9]{5,7}"),
    "AU": Profile("61", "0", "0011", frozenset({"000", "112", "106"}), r"1[0-9]{2,9}", "",
                  r"[2-9][0-9]{7}"),
    "IN": Profile("91", "0", "00", frozenset({"112", "100", "101", "102", "108"}),
                  r"1[0-9]{2,10}", r"[6-9][0-9]{9}", r"[2-5][0-9]{5,7}"),
}  # fmt: skip
_OUTSIDE_LINE = ("0", "9")
_EXTENSION = re.compile(r"(?:转|轉|ext\.?|[x,;]).*$", re.IGNORECASE)


@dataclass(frozen=True)
class Numbers:
    """The rules at one trunk: its country and its area code with the trunk prefix."""

    country: str = "CN"
    area_code: str = "010"

    @property
    def profile(self) -> Profile:
        """The country's profile."""
        return PROFILES[self.country]

    def normal(self, number: str) -> str:
        """The normal form of a number as dialled or as the network gave it."""
        digits = _digits(number)
        profile = self.profile
        for carrier in profile.carriers:
            if digits.startswith(carrier) and len(digits) > len(carrier) + 6:
                digits = digits[len(carrier) :]
        foreign = self._foreign(digits)
        if foreign is None:
            return self._national(digits)
        if foreign.startswith(profile.code):
            return self._national(foreign.removeprefix(profile.code), written_abroad=True)
        return "+" + foreign

    def emergency(self, number: str) -> str | None:
        """The emergency number that was meant: with or without a prefix for an outside line."""
        digits = _digits(number)
        prefixes = ("", *_OUTSIDE_LINE, self.area_code)
        for prefix in prefixes:
            if digits.startswith(prefix) and digits.removeprefix(prefix) in self.profile.emergency:
                return digits.removeprefix(prefix)
        return None

    def kind(self, number: str) -> Kind:
        """What a dialled number is."""
        if self.emergency(number) is not None:
            return Kind.EMERGENCY
        normal = self.normal(number)
        if normal.startswith("+"):
            return Kind.INTERNATIONAL if 8 <= len(normal) <= 16 else Kind.INVALID
        return Kind.NATIONAL if 3 <= len(normal) <= 16 and normal.isdigit() else Kind.INVALID

    def national_digits(self, number: str) -> str:
        """What is dialled for a national number: as given, written from inside the country."""
        digits = _digits(number)
        return self.normal(number) if digits.startswith("+") else digits

    def _foreign(self, digits: str) -> str | None:
        """The digits after `+` or the international prefix, or None."""
        if digits.startswith("+"):
            return digits[1:]
        access = self.profile.international
        if digits.startswith(access) and len(digits) > len(access) + 5:
            return digits.removeprefix(access)
        return None

    def _national(self, digits: str, *, written_abroad: bool = False) -> str:
        profile, prefix = self.profile, self.profile.trunk_prefix
        bare = digits.removeprefix(prefix) if prefix else digits
        if profile.mobile and re.fullmatch(profile.mobile, bare):
            return bare
        if re.fullmatch(profile.short, bare if written_abroad else digits):
            return digits
        if not written_abroad and re.fullmatch(profile.subscriber, digits):
            return self.area_code + digits
        own = self.area_code.removeprefix(prefix)
        if own and re.fullmatch(own + profile.subscriber, digits):
            return prefix + digits  # ISDN type "national": area code without the prefix
        return prefix + bare if prefix and (written_abroad or digits != bare) else digits


def matches(pattern: str, number: str) -> bool:
    """Whether a number fits a pattern: equal, or beginning as the pattern does before `*`."""
    if pattern.endswith("*"):
        return number.startswith(pattern[:-1])
    return number == pattern


def _digits(number: str) -> str:
    """Digits, `*`, `#` and a leading `+`; blanks, brackets, dashes and extensions are dropped."""
    plain = _EXTENSION.sub("", number.strip())
    kept = re.sub(r"[^0-9*#]", "", plain)
    return "+" + kept if plain.startswith("+") else kept
