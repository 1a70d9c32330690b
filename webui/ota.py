"""The client of callbox-ota: the same form as callboxd's, on a socket of its own."""

from pathlib import Path

import httpx
from flask import current_app, g

from firmware.contract.update import UpdateRecord, UpdateSettings, UpdateView
from webui.daemon import Daemon

_TIMEOUT_S = 10.0


class Ota(Daemon):
    """Speaks for one person; the token is a session of callboxd."""

    def update(self) -> UpdateView:
        """The present state."""
        return self.view("Update", UpdateView)

    def history(self) -> list[UpdateRecord]:
        """Finished updates, newest first."""
        return self.view("UpdateHistory", list[UpdateRecord])

    def settings(self) -> UpdateSettings:
        """What the administrator chose; secrets are left out."""
        return self.view("CurrentUpdateSettings", UpdateSettings)


def connect(socket: Path) -> Ota:
    """A client for callbox-ota's Unix socket; connects at the first request."""
    transport = httpx.HTTPTransport(uds=str(socket))
    return Ota(httpx.Client(transport=transport, base_url="http://callbox-ota", timeout=_TIMEOUT_S))


def ota() -> Ota:
    """callbox-ota, speaking for whoever made this request."""
    bound: Ota = current_app.extensions["ota"].with_token(g.get("token", ""))
    return bound
