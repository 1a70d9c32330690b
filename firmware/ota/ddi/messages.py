"""What a server says.  All of it is hostile until these models have taken it.

A value out of bounds refuses its message; what is not known is ignored, for servers grow.
"""

import re
from typing import Annotated, Literal, TypeVar

from annotated_types import Ge, Le, Len
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

M = TypeVar("M", bound=BaseModel)
MOST_BYTES = 4 << 30
"""Of a bundle; a slot has 3 GiB."""
LONGEST_MESSAGE = 256 << 10
"""Bytes of JSON that are read."""
_SUFFIX = ".raucb"
_ID_IN_LINK = re.compile(r"/(?:deploymentBase|cancelAction|confirmationBase)/([\w.-]{1,64})\Z")
_SLEEP = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")


class BadMessage(Exception):
    """The server's answer is not what DDI says."""


def _file_name(name: str) -> str:
    bad = name.startswith(".") or any(c in "/\\" or not c.isprintable() for c in name)
    if bad:
        raise ValueError("a file name without a folder is wanted")
    return name


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _seconds(sleep: object) -> object:
    match = _SLEEP.fullmatch(sleep) if isinstance(sleep, str) else None
    if match is None:
        return None  # no word of the server's about it; ours counts
    hours, minutes, seconds = map(int, match.groups())
    return max(1, min(86400, hours * 3600 + minutes * 60 + seconds))


Id = Annotated[str, StringConstraints(pattern=r"^-?[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\z")]
"""The server's number of an action: a path segment of ours, so no slash and no dots alone."""
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_file_name)]
Word = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^([0-9a-fA-F]{64})?\z")]
Sha1 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^([0-9a-fA-F]{40})?\z")]
Md5 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^([0-9a-fA-F]{32})?\z")]
Handling = Literal["skip", "attempt", "forced"]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Link(_Message):
    """A reference; the query of one may change while its path stays."""

    href: Address

    @property
    def action(self) -> str:
        """The action's id at the end of the path; "" when there is none."""
        match = _ID_IN_LINK.search(self.href.partition("?")[0])
        return match[1] if match else ""


class _Polling(_Message):
    sleep: Annotated[int | None, BeforeValidator(_seconds)] = None


class _Config(_Message):
    polling: _Polling = _Polling()


class RootLinks(_Message):
    """What waits for the box."""

    deployment: Link | None = Field(None, alias="deploymentBase")
    cancel: Link | None = Field(None, alias="cancelAction")
    confirmation: Link | None = Field(None, alias="confirmationBase")
    config_data: Link | None = Field(None, alias="configData")


class Root(_Message):
    """The answer to a poll."""

    config: _Config = _Config()
    links: RootLinks = Field(RootLinks(), alias="_links")

    @property
    def sleep_s(self) -> int | None:
        """Seconds until the next poll, 1 to 86400; None when the server does not say."""
        return self.config.polling.sleep


class Hashes(_Message):
    """In lower-case hex; "" where the server has none."""

    sha256: Sha256 = ""
    sha1: Sha1 = ""
    md5: Md5 = ""


class _ArtifactLinks(_Message):
    download: Link | None = None
    download_http: Link | None = Field(None, alias="download-http")


class Artifact(_Message):
    """One file of a deployment."""

    filename: Name
    size: Annotated[int, Ge(1), Le(MOST_BYTES)]
    hashes: Hashes = Hashes()
    links: _ArtifactLinks = Field(_ArtifactLinks(), alias="_links")

    @property
    def href(self) -> str:
        """Where it is: over TLS where the server has both; "" when it says neither."""
        link = self.links.download or self.links.download_http
        return link.href if link else ""


class _Chunk(_Message):
    version: Word = ""
    name: Word = ""
    artifacts: Annotated[tuple[Artifact, ...], Len(0, 50)] = ()


class Deployment(_Message):
    """Files to install, and how much of a hurry there is."""

    download: Handling = "attempt"
    update: Handling = "attempt"
    window: Literal["available", "unavailable"] | None = Field(None, alias="maintenanceWindow")
    chunks: Annotated[tuple[_Chunk, ...], Len(0, 50)] = ()

    @property
    def may_begin(self) -> bool:
        """Not while the server's maintenance window is closed, or it only wants a download."""
        return "skip" not in (self.download, self.update) and self.window != "unavailable"

    @property
    def at_once(self) -> bool:
        """The server keeps the window of this update itself, and it is open."""
        return self.update == "forced" and self.window == "available"

    def bundle(self) -> tuple[str, Artifact]:
        """Version and file of the one bundle in it.  Raises BadMessage."""
        files = [(chunk.version, file) for chunk in self.chunks for file in chunk.artifacts]
        bundles = [item for item in files if item[1].filename.endswith(_SUFFIX)] or files
        if len(bundles) != 1:
            raise BadMessage(f"one bundle is wanted, there are {len(bundles)}")
        return bundles[0]


class DeploymentBase(_Message):
    """`GET deploymentBase/{id}`."""

    id: Id
    deployment: Deployment


class ConfirmationBase(_Message):
    """`GET confirmationBase/{id}`: what would be deployed after a yes."""

    id: Id
    confirmation: Deployment


class _Stop(_Message):
    stop: Id = Field(alias="stopId")


class CancelAction(_Message):
    """`GET cancelAction/{id}`: the id of the cancelling itself, and of what is to stop."""

    id: Id
    cancel: _Stop = Field(alias="cancelAction")


def parse(kind: type[M], body: bytes) -> M:
    """`body` as `kind`.  Raises BadMessage, without the body's own words."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(map(str, first["loc"]))[:100]
        raise BadMessage(f"{kind.__name__} {at}: {first['msg'][:200]}") from None
