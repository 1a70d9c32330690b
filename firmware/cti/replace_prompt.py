"""ReplacePrompt: an uploaded file is checked, converted and played from then on."""

import asyncio
import hashlib
import re
from pathlib import Path

from firmware.contract import commands
from firmware.contract.model import Language
from firmware.errors import Refused
from firmware.media.clips import Clips
from firmware.prompts import upload
from firmware.prompts.catalogue import UnknownPrompt
from firmware.sessions import Identity

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,190}")


class PromptReplacer:
    """`uploads` is where the web puts files, named in the command."""

    def __init__(self, clips: Clips, uploads: Path) -> None:
        self._clips, self._uploads = clips, uploads

    async def replace(self, command: commands.ReplacePrompt, _who: Identity) -> None:
        """Refused with the problem of the file (`prompt.*`), unknown_prompt or no_such_upload."""
        if command.language not in set(Language):
            raise Refused("unknown_prompt", "there is no such language")
        data = await asyncio.to_thread(self._read, command)
        catalogue = self._clips.catalogue
        try:
            await asyncio.to_thread(
                upload.replace, catalogue, command.prompt, command.language, data
            )
        except UnknownPrompt:
            raise Refused("unknown_prompt", "there is no such prompt") from None
        self._clips.replace(command.prompt, Language(command.language))

    def _read(self, command: commands.ReplacePrompt) -> bytes:
        if not _FILE_NAME.fullmatch(command.upload):
            raise Refused("no_such_upload", "name a file of the upload folder")
        path = self._uploads / command.upload
        try:
            if path.stat().st_size > upload.MAX_BYTES:
                raise upload.PromptRejected(upload.Problem.TOO_LONG)
            data = path.read_bytes()
        except OSError:
            raise Refused("no_such_upload", "that file is not in the upload folder") from None
        if hashlib.sha256(data).hexdigest() != command.sha256.lower():
            raise Refused("upload_changed", "the file is not the one that was uploaded")
        return data
