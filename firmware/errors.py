"""Everything that callboxd raises on purpose.

CallboxError
├── TrunkError(cause)         a trunk could not do what was asked
├── MediaError                the media engine could not
├── ConfigRejected(problems)  a proposed configuration is wrong; nothing changed
├── ConfigConflict(revision, problems)  somebody saved first; nothing changed
├── Refused(code, text)       a command that is not possible now; nothing changed
└── StoreError                the database could not be read or written
"""

from collections.abc import Sequence

from firmware.contract.model import Cause
from firmware.contract.views import Problem


class CallboxError(Exception):
    """Base of all."""


class TrunkError(CallboxError):
    """A trunk could not do what was asked; `cause` is what Q.850 calls it."""

    def __init__(self, cause: Cause, text: str = "") -> None:
        super().__init__(text or cause.name)
        self.cause = cause


class MediaError(CallboxError):
    """The media engine refused: no such clip, malformed SDP, no free port."""


class ConfigRejected(CallboxError):
    """The proposed configuration has `problems`, all of them; nothing changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.text}" for p in problems))
        self.problems = tuple(problems)


class ConfigConflict(CallboxError):
    """The base revision is not the present one; `problems` are the changes since."""

    def __init__(self, revision: int, problems: Sequence[Problem] = ()) -> None:
        super().__init__(f"the configuration is now at revision {revision}")
        self.revision = revision
        self.problems = tuple(problems)


class Refused(CallboxError):
    """The command is not possible now: `code` for translation, `text` in English."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text or code


class StoreError(CallboxError):
    """The database could not be read or written; calls go on."""
