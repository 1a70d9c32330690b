"""Updates: what callbox-ota is asked and tells, and what it asks callboxd.

callbox-ota serves these commands and queries on its own Unix socket, in the same form as
callboxd does (`POST /api/v1/<Command>`, `GET /api/v1/<Query>`, `Authorization: Bearer <token>`,
refusals as code and text); the token is a session of callboxd, the role administrator.
On callboxd's service socket it reads `GET /health` and sends `POST /drain`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le, Len, MaxLen

from firmware.contract.commands import Command, Text
from firmware.contract.model import Role
from firmware.contract.queries import Query


class UpdateState(StrEnum):
    """Where an update is; the first and the last two last, all others must end."""

    IDLE = "idle"
    CHECKING = "checking"  # signature, compatible, version: before anything is written
    FETCHING = "fetching"  # a download to /data; not with streaming
    INSTALLING = "installing"  # RAUC writes the other slot
    WAITING = "waiting"  # installed; for the window, a confirmation, or the end of all calls
    DRAINING = "draining"  # new calls are refused, the last ones end
    REBOOTING = "rebooting"
    PROVING = "proving"  # the new slot runs and is examined
    COMMITTED = "committed"
    FELL_BACK = "fell_back"


class UpdateSource(StrEnum):
    """Where a bundle came from."""

    UPLOAD = "upload"
    USB = "usb"
    SERVER = "server"
    HAND = "hand"  # roll back by hand: no bundle, the other slot
    BOOT = "boot"  # nobody: the boot loader took the other slot


class UpdateResult(StrEnum):
    """How an update ended."""

    COMMITTED = "committed"
    FELL_BACK = "fell_back"
    REFUSED = "refused"  # before anything was written
    FAILED = "failed"  # while fetching or writing; the running version stays
    CANCELLED = "cancelled"


class UpdateReason(StrEnum):
    """Why an update was refused, failed or fell back; pages say it in words."""

    NONE = ""
    WRONG_SIGNATURE = "wrong_signature"
    DAMAGED = "damaged"  # truncated, or a block does not match its hash
    PLAIN_FORMAT = "plain_format"  # the format without block hashes
    OTHER_COMPATIBLE = "other_compatible"  # for another kind of box
    OLDER_VERSION = "older_version"
    SAME_VERSION = "same_version"
    NO_SPACE = "no_space"
    NOT_FETCHED = "not_fetched"  # server or network
    NOT_WRITTEN = "not_written"  # RAUC could not install
    POWER_CUT = "power_cut"  # the box stopped before the other slot was whole
    DID_NOT_START = "did_not_start"  # the new version never came to its proof
    STARTS_NO_MORE = "starts_no_more"  # the version that was in use does not come up any more
    SERVICES = "services"  # from here on: which part of the proof was missing
    DATABASE = "database"
    BOARDS = "boards"
    BOARD_FIRMWARE = "board_firmware"
    LOOPBACK = "loopback"
    WEB = "web"
    CLOCK = "clock"
    PROOF_LATE = "proof_late"


@dataclass(frozen=True)
class Notes:
    """Release notes, plain text, one line a point."""

    zh_CN: str = ""
    en: str = ""


@dataclass(frozen=True)
class SlotView:
    """One of the two systems on the disk."""

    name: str  # A, B
    version: str  # "" when nothing is installed
    booted: bool
    first: bool  # the boot loader takes it at the next start
    good: bool
    installed_ms: int | None = None


@dataclass(frozen=True)
class UpdateView:
    """The present state, for the page."""

    version: str  # that runs
    state: UpdateState
    slots: tuple[SlotView, ...] = ()
    target: str = ""  # version being installed
    source: UpdateSource | None = None
    percent: int = 0  # of the present state, 0 to 100
    bytes_done: int = 0
    bytes_all: int = 0
    notes: Notes = Notes()
    calls: int = 0  # still up, while draining
    starts_ms: int | None = None  # the window for the restart, while waiting
    needs_confirmation: bool = False
    reason: UpdateReason = UpdateReason.NONE  # of the last end
    detail: str = ""  # RAUC's or the system's own words, English
    can_roll_back: bool = False
    rolls_back_to: str = ""
    found: tuple[str, ...] = ()  # bundles on a USB stick: file names
    own_name: str = ""  # on update servers, where the settings name no other


@dataclass(frozen=True)
class UpdateRecord:
    """One finished update of the history."""

    number: int
    began_ms: int
    ended_ms: int
    source: UpdateSource
    before: str  # version
    after: str  # version that was to come
    result: UpdateResult
    reason: UpdateReason
    detail: str
    outage_ms: int | None = None  # from the last moment calls were taken to the first again
    notes: Notes = Notes()


@dataclass(frozen=True)
class UpdateSettings:
    """What the administrator chooses.  `server_token` is written, never shown."""

    restart: Literal["idle", "window", "by_hand"] = "window"
    window_begins: Annotated[str, Len(5, 5)] = "03:00"  # local time of the site
    window_ends: Annotated[str, Len(5, 5)] = "05:00"
    longest_drain_s: Annotated[int, Ge(0), Le(14400)] = 1800  # then the restart is put off
    server_url: Annotated[str, MaxLen(200)] = ""  # hawkBit DDI; "" means none
    server_tenant: Annotated[str, MaxLen(64)] = "DEFAULT"
    controller_id: Annotated[str, MaxLen(64)] = ""  # "" means the machine's own name
    server_token: Annotated[str, MaxLen(200)] = field(default="", repr=False)
    # Of this box, or of all boxes; S105 takes the word for a password.
    server_token_kind: Literal["target", "gateway"] = "target"  # noqa: S105
    server_ca: Annotated[str, MaxLen(20000)] = ""  # PEM; "" means the system's
    client_certificate: Annotated[str, MaxLen(20000)] = ""  # PEM chain, for mTLS
    client_key: Annotated[str, MaxLen(20000)] = field(default="", repr=False)
    poll_s: Annotated[int, Ge(10), Le(86400)] = 3600  # the server's own word goes first
    confirm: bool = False  # ask a person before a server's update is installed


# --- commands and queries of callbox-ota ---


@dataclass(frozen=True)
class InstallUpdate(Command):
    """Install a bundle: a file name of the upload folder, or one of `UpdateView.found`."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    source: Literal["upload", "usb"]
    name: Annotated[str, Len(1, 200)]


@dataclass(frozen=True)
class CancelUpdate(Command):
    """Stop before the restart; what was installed is not started."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR


@dataclass(frozen=True)
class RestartNow(Command):
    """Confirm, and do not wait for the window: drain and restart."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR


@dataclass(frozen=True)
class RollBack(Command):
    """Start the other slot's version again."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    why: Text = ""


@dataclass(frozen=True)
class ChangeUpdateSettings(Command):
    """Replace the settings; empty secrets keep what is stored."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    settings: UpdateSettings


UPDATE_COMMANDS: dict[str, type[Command]] = {
    kind.__name__: kind
    for kind in (InstallUpdate, CancelUpdate, RestartNow, RollBack, ChangeUpdateSettings)
}


@dataclass(frozen=True)
class Update(Query):
    """The present state."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "UpdateView"


@dataclass(frozen=True)
class UpdateHistory(Query):
    """Finished updates, newest first, 100 at most."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "list[UpdateRecord]"


@dataclass(frozen=True)
class CurrentUpdateSettings(Query):
    """The settings, without their secrets."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "UpdateSettings"


UPDATE_QUERIES: dict[str, type[Query]] = {
    kind.__name__: kind for kind in (Update, UpdateHistory, CurrentUpdateSettings)
}


# --- callboxd's service socket ---


@dataclass(frozen=True)
class BoardHealth:
    """A board of the configuration, as callboxd sees it."""

    trunk: str
    kind: str  # e1, fxo
    linked: bool
    firmware: str  # version in its HELLO, "" before that
    was_linked: bool  # at any time since callboxd's data exist: a trunk without board is no fault
    wanted: str = ""  # equals `firmware` when the board runs the release's; "" when none is known


@dataclass(frozen=True)
class Health:
    """`GET /health` of callboxd."""

    version: str
    calls: int
    emergency_calls: int
    draining: bool
    boards: tuple[BoardHealth, ...]
    database: str  # schema revision
    timezone: str  # of the site, for the window
    up_s: float
    call_possible_ms: int | None = None  # UTC of the moment since when a call can be taken


@dataclass(frozen=True)
class Drain:
    """Body of `POST /drain`: refuse new calls (cause 42, but for the emergency class), or not."""

    on: bool
