"""By which USB identities boards are found: ours, and those named for this very box."""

import logging
import os
from pathlib import Path

from board.host.discovery import USB_IDS, Identities, identities

_LOGGER = logging.getLogger(__name__)
CREDENTIAL = "callbox.usb-ids"
VARIABLE = "CALLBOX_USB_IDS"
_LONGEST = 1000

__all__ = ["CREDENTIAL", "VARIABLE", "Identities", "usb_identities"]


def usb_identities(credentials: Path | None) -> Identities:
    """Ours and those of the variable or the credential; wrong ones are told and ignored.  Blocks.

    "VVVV:PPPP=kind" with kind e1 or fxo, comma-separated: a prototype's USB bridge, a test's.
    """
    text = os.environ.get(VARIABLE, "") or _credential(credentials)
    if not text.strip():
        return USB_IDS
    try:
        more = identities(text.strip())
    except ValueError as error:
        _LOGGER.error("USB identities of boards are ignored: %s", error)
        return USB_IDS
    _LOGGER.info("boards are also found as %s", text.strip())
    return {**more, **USB_IDS}


def _credential(folder: Path | None) -> str:
    if folder is None:
        return ""
    try:
        return (folder / CREDENTIAL).read_bytes()[:_LONGEST].decode("ascii")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        _LOGGER.error("%s cannot be read: %s", CREDENTIAL, error)
        return ""
