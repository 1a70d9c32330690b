"""What a proof comes to."""

from dataclasses import dataclass

from firmware.contract.update import UpdateReason


@dataclass(frozen=True)
class Verdict:
    """Good, or what was missing: a reason for the page, and its detail in English."""

    reason: UpdateReason = UpdateReason.NONE
    detail: str = ""

    @property
    def good(self) -> bool:
        """Whether the slot may be marked good."""
        return self.reason is UpdateReason.NONE
