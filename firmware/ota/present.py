"""The update that is under way, as it is kept on the disk."""

from dataclasses import dataclass, field

from firmware.contract.update import (
    Notes,
    UpdateReason,
    UpdateRecord,
    UpdateSource,
    UpdateState,
)
from firmware.ota.offer import Offer


@dataclass(frozen=True)
class Present:
    """One row, replaced at each step: what a start after a power cut must know."""

    state: UpdateState = UpdateState.IDLE
    source: UpdateSource | None = None
    bundle: str = ""  # path of the file that RAUC is given, "" when it streams
    offer: Offer | None = None  # of a server
    manifest: str = ""  # hash of the bundle's manifest, where RAUC says it
    before: str = ""  # version that ran when it began
    target: str = ""  # version that is to run
    notes: Notes = field(default_factory=Notes)
    slot_before: str = ""  # boot name (A, B) of the slot that ran when it began; at rest, that runs
    slot_target: str = ""  # boot name of the slot to start
    began_ms: int = 0
    install_began_ms: int = 0
    drain_began_ms: int | None = None  # the last moment a call could be taken
    not_before_ms: int = 0  # a put-off restart waits until then
    confirmed: bool = False  # a person said so
    hurry: bool = False  # restart without waiting for the window
    cancelled: bool = False  # while RAUC writes: end when it is done
    boot: str = ""  # names the run of the box in which this was written
    absent: tuple[str, ...] = ()  # trunks whose board was gone already before the restart
    armed: bool = False  # the boot loader was told to take the other slot
    tries: int = 0  # of the present state: restarts, proofs, resumptions
    reason: UpdateReason = UpdateReason.NONE  # what the proof, or the last end, found missing
    detail: str = ""


@dataclass(frozen=True)
class Told:
    """A finished update in the history, and what is owed because of it."""

    record: UpdateRecord
    action: str = ""  # the server's, when it has not been told yet
    drain_began_ms: int | None = None  # the outage is not known yet, and began then


@dataclass(frozen=True)
class Slots:
    """What is known of the box beside RAUC's own papers."""

    versions: dict[str, str] = field(default_factory=dict)  # that ran, by boot name
    timezone: str = ""  # of the site, as callboxd last said
