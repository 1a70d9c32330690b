"""The clock is not before the build of this release, and not far after it.

A certificate, a session and a call record need a true time; a box whose battery is empty
starts years before, until the network tells it the time.
"""

import datetime
import time

from firmware.ota.proof.context import Context

LATEST_YEARS = 5
_FORMAT = "%Y%m%dT%H%M%SZ"


async def check(context: Context) -> str:
    """Good when the UTC clock is sane."""
    built = build_time(context.release.read_text())
    now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
    if now < built:
        return f"the clock shows {now:%Y-%m-%d %H:%M}, before the build at {built:%Y-%m-%d %H:%M}"
    if now > built + datetime.timedelta(days=LATEST_YEARS * 365):
        return f"the clock shows {now:%Y-%m-%d}, {LATEST_YEARS} years after the build"
    return ""


def build_time(release: str) -> datetime.datetime:
    """BUILD of the release file, UTC.  Raises ValueError where there is none."""
    lines = (line.partition("=") for line in release.splitlines())
    values = {key.strip(): value.strip().strip('"') for key, _, value in lines}
    if "BUILD" not in values:
        raise ValueError("the release file has no BUILD")
    return datetime.datetime.strptime(values["BUILD"], _FORMAT).replace(tzinfo=datetime.UTC)
