"""One poll and what follows from it: close what ended, cancel, confirm, offer."""

import hashlib
import logging
from typing import Any

from firmware.contract.update import UpdateReason, UpdateSettings
from firmware.errors import Refused
from firmware.fsm import EventRefused
from firmware.ota.ddi import feedback
from firmware.ota.ddi.consent import Consent
from firmware.ota.ddi.memory import Memory
from firmware.ota.ddi.messages import (
    BadMessage,
    CancelAction,
    ConfirmationBase,
    DeploymentBase,
    Link,
    Root,
    parse,
)
from firmware.ota.ddi.part import sum_of
from firmware.ota.ddi.server import Gone, NotTaken, Server
from firmware.ota.offer import Desk, Offer

_LOGGER = logging.getLogger(__name__)


class Conversation:
    """With one server, as long as the settings stay.  Methods raise ServerError, BadMessage."""

    def __init__(
        self, server: Server, settings: UpdateSettings, desk: Desk, memory: Memory,
        consent: Consent, *, streams: bool,
    ) -> None:  # fmt: skip
        self._server, self._settings, self._desk = server, settings, desk
        self._memory, self._consent = memory, consent
        # RAUC's reader runs as nobody, who may not read a client key.
        self._streams = streams and not settings.client_certificate
        self._mark = hashlib.sha256(server.links.root.encode()).hexdigest()[:8]
        self._stopped: set[str] = set()
        self._scheduled = ""

    async def once(self) -> Root:
        """Poll, and do what is asked for."""
        await self._close_ended()
        root = parse(Root, await self._server.get(self._server.links.root))
        await self._introduce(asked=root.links.config_data is not None)
        if root.links.cancel:
            await self._cancel(root.links.cancel)
        elif root.links.confirmation and root.links.confirmation.action:
            await self._confirm(root.links.confirmation)
        elif root.links.deployment:
            await self._deploy(root.links.deployment)
        return root

    @property
    def action(self) -> str:
        """This server's action that is under way and wants to hear of it; "" without one."""
        action = self._desk.action
        return action if self._id(action) and action not in self._stopped else ""

    async def proceeding(self, body: dict[str, Any]) -> None:
        """Tell how far the action is."""
        await self._tell("deploymentBase", self._id(self.action), body)

    def _own(self, action: str) -> str:
        """The id as the updater knows it: another server may use the same number."""
        return f"{self._mark}:{action}"

    def _id(self, own: str) -> str:
        mark, _, action = own.partition(":")
        return action if mark == self._mark else ""

    async def _tell(self, kind: str, action: str, body: dict[str, Any]) -> None:
        """Told, or not wanted any more: both are done with."""
        try:
            await self._server.send("POST", self._server.links.feedback(kind, action), body)
        except (Gone, NotTaken) as error:
            _LOGGER.warning("feedback to %s %s is not taken: %s", kind, action, error)

    async def _close_ended(self) -> None:
        for ended in self._desk.unreported():
            action = self._id(ended.action)
            if action and ended.action not in self._stopped:
                await self._tell("deploymentBase", action, feedback.closed(ended.record))
            self._desk.reported(ended.action)
            _LOGGER.info("action %s is closed: %s", ended.action, ended.record.result)

    async def _introduce(self, *, asked: bool) -> None:
        attributes = self._desk.attributes()
        if not asked and self._memory.knows(self._settings, attributes):
            return
        body = feedback.config_data(attributes)
        try:
            await self._server.send("PUT", f"{self._server.links.root}/configData", body)
        except (Gone, NotTaken) as error:
            _LOGGER.warning("configData is not taken: %s", error)
        self._memory.told(self._settings, attributes)

    async def _cancel(self, link: Link) -> None:
        said = parse(CancelAction, await self._server.get(link.href))
        own = self._own(said.cancel.stop)
        body = feedback.status("closed", ["Nothing of it was begun."], finished="success")
        if own == self._desk.action:
            try:
                self._desk.cancel()
            except EventRefused:
                late = ["Too late: the box restarts, or examines the new version."]
                body = feedback.status("rejected", late)
            else:
                self._stopped.add(own)
                body = feedback.status("closed", ["The update is stopped."], finished="success")
        await self._tell("cancelAction", said.id, body)

    async def _confirm(self, link: Link) -> None:
        said = parse(ConfirmationBase, await self._server.get(link.href))
        version, _file = said.confirmation.bundle()
        own = self._own(said.id)
        yes = self._consent.asked_for(own, version) if self._settings.confirm else True
        if yes is not None and self._consent.untold(own):
            await self._tell("confirmationBase", said.id, feedback.confirmation(yes=yes))
            self._consent.told(own)

    async def _deploy(self, link: Link) -> None:
        base = parse(DeploymentBase, await self._server.get(link.href))
        own = self._own(base.id)
        if own == self._desk.action or own in self._stopped:
            return
        if not base.deployment.may_begin:
            await self._schedule(base)
            return
        try:
            self._desk.offered(await self._offer(base))
        except BadMessage as error:
            body = feedback.failure(feedback.NOT_UNDERSTOOD, str(error))
            await self._tell("deploymentBase", base.id, body)
        except Refused as refused:
            if refused.code in set(UpdateReason):  # else (busy, starting) it is offered again
                said = feedback.refusal(UpdateReason(refused.code), refused.text)
                await self._tell("deploymentBase", base.id, said)

    async def _schedule(self, base: DeploymentBase) -> None:
        """Told once; a box with two slots downloads when it may install."""
        if self._scheduled != base.id:
            body = feedback.status("scheduled", ["The box waits for the server's window."])
            await self._tell("deploymentBase", base.id, body)
            self._scheduled = base.id

    async def _offer(self, base: DeploymentBase) -> Offer:
        version, file = base.deployment.bundle()
        if not file.href:
            raise BadMessage(f"{file.filename} has no download link")
        own, url = self._own(base.id), self._server.links.artifact(file.href)
        offer = Offer(
            action=own,
            version=version,
            name=file.filename,
            url=url,
            size=file.size,
            sha256=file.hashes.sha256,
            sha1=file.hashes.sha1,
            md5=file.hashes.md5,
            stream=self._streams and await self._server.streamable(url),
            at_once=base.deployment.at_once,
            confirmed=self._consent.given(own),
        )
        if sum_of(offer) == ("", ""):
            raise BadMessage(f"{file.filename} has no hash")
        return offer
