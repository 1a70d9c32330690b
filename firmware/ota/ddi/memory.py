"""What the client must know after a restart: the box's name, and what a server was told of it."""

import hashlib
import json
import logging
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from firmware.contract.update import UpdateSettings

_LOGGER = logging.getLogger(__name__)
_LONGEST = 10_000


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\z")
    told: str = Field("", pattern=r"^[0-9a-f]{0,64}\z")


class Memory:
    """A small file; when it is lost the box has a new name, so it is written once and safely."""

    def __init__(self, path: Path) -> None:
        """Read, or make; blocks."""
        self._path = path
        try:
            self._kept = _Kept.model_validate_json(path.read_bytes()[:_LONGEST])
        except (OSError, ValidationError):
            self._kept = _Kept(name=_new_name())
            self._write()
            _LOGGER.info("this box calls itself %s on update servers", self._kept.name)

    @property
    def own_name(self) -> str:
        """What the box calls itself where the settings name it not."""
        return self._kept.name

    def controller(self, settings: UpdateSettings) -> str:
        """The box's id on the server of `settings`."""
        return settings.controller_id or self._kept.name

    def knows(self, settings: UpdateSettings, attributes: Mapping[str, str]) -> bool:
        """Whether that server has been told exactly this."""
        return self._kept.told == self._digest(settings, attributes)

    def told(self, settings: UpdateSettings, attributes: Mapping[str, str]) -> None:
        """That server has been told; blocks."""
        digest = self._digest(settings, attributes)
        if digest != self._kept.told:
            self._kept = _Kept(name=self._kept.name, told=digest)
            self._write()

    def _digest(self, settings: UpdateSettings, attributes: Mapping[str, str]) -> str:
        place = [settings.server_url, settings.server_tenant, self.controller(settings)]
        text = json.dumps([place, sorted(attributes.items())])
        return hashlib.sha256(text.encode()).hexdigest()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("w") as file:
            file.write(self._kept.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _new_name() -> str:
    host = "".join(c for c in socket.gethostname().lower() if c.isascii() and c.isalnum())
    return f"{host[:40] or 'callbox'}-{secrets.token_hex(4)}"
