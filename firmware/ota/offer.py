"""What a server offers, and what callbox-ota and the server's client ask of each other.

The client (`firmware.ota.ddi`) finds an `Offer` and hands it to `Desk.offered`.  Everything
after that is the updater's: it calls `Fetcher.fetch` where a file must be downloaded, or gives
RAUC the address with `Fetcher.access` where it streams.  The client follows by `Desk.view` and
`Desk.changed`, and closes the server's action from `Desk.unreported`, which outlives restarts.

Errors: OtaError
├── Stopped(reason, detail, result)   the update ends so; nothing or only the other slot changed
└── NoBus                             RAUC or the bus is not there (now)
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from firmware.contract.update import (
    Notes,
    UpdateReason,
    UpdateRecord,
    UpdateResult,
    UpdateSettings,
    UpdateView,
)
from firmware.errors import CallboxError


class OtaError(CallboxError):
    """Base of what goes wrong here."""


class Stopped(OtaError):
    """The update ends: why, in whose words, and as what."""

    def __init__(
        self, reason: UpdateReason, detail: str = "", result: UpdateResult = UpdateResult.FAILED
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.result = reason, detail, result


class NoBus(OtaError):
    """RAUC does not answer; it is tried again."""


@dataclass(frozen=True)
class Offer:
    """A bundle on a server.  Holds no secret: it is kept in ota.db."""

    action: str  # the server's id of this deployment; "" where there is none
    version: str  # as the server says; the bundle's own manifest decides
    name: str  # file name of the bundle, without a folder
    url: str
    size: int  # bytes
    sha256: str = ""  # lower-case hex; "" where the server does not say
    sha1: str = ""
    md5: str = ""
    stream: bool = False  # RAUC reads it over the network; else it is downloaded first
    at_once: bool = False  # the server forces it: the window and the confirmation do not count
    confirmed: bool = False  # a person said yes when the server asked: no second question
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True)
class Access:
    """How RAUC gets at the address when it streams; secrets, never stored or logged."""

    headers: tuple[str, ...] = field(default=(), repr=False)  # "Name: value"
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None  # RAUC reads the files as root


@dataclass(frozen=True)
class Ended:
    """A finished update that a server asked for and has not been told of."""

    action: str
    record: UpdateRecord


class Fetcher(Protocol):
    """The client's hands."""

    async def fetch(self, offer: Offer, target: Path, told: Callable[[int], None]) -> None:
        """Download to `target` (absent until it is whole, checked and on the disk).

        A part of an earlier try beside it is resumed.  `told` takes the bytes so far.
        Raises Stopped (not_fetched, damaged, no_space).
        """

    def access(self, offer: Offer) -> Access:
        """For streaming; files in it stay until the update has ended."""


class Desk(Protocol):
    """What the client asks of the updater.  All of it in one loop; nothing of it blocks long."""

    @property
    def changed(self) -> asyncio.Condition:
        """Notified at each change of state, percent or settings."""

    def offered(self, offer: Offer) -> None:
        """Begin with it.  Raises Refused: "busy", or the reason why it is not wanted.

        An offer of the action that is under way, or has ended unreported, changes nothing.
        """

    def cancel(self) -> None:
        """As a person's CancelUpdate.  Raises EventRefused when it is too late."""

    @property
    def action(self) -> str:
        """The server's action that is under way; "" when there is none."""

    def view(self) -> UpdateView:
        """The present state, as last seen."""

    def settings(self) -> UpdateSettings:
        """With the secrets."""

    def unreported(self) -> list[Ended]:
        """Oldest first."""

    def reported(self, action: str) -> None:
        """The server knows; on the disk when this returns."""

    def attributes(self) -> Mapping[str, str]:
        """Of this box, for the server: compatible, version, slot."""
