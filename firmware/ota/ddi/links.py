"""Which addresses are followed.

The token goes to the origin of the settings and nowhere else.  A link to another path of DDI is
fetched there even if the server, behind a proxy, calls itself by another name.
"""

from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from firmware.ota.ddi.messages import BadMessage

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host, port of an http(s) address without user name.  Raises BadMessage."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadMessage("a link is not an address") from None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in _PORTS or not host or parts.username is not None:
        raise BadMessage("a link is not a plain http or https address")
    if not url.isascii() or any(c <= " " or c == "\\" for c in url):
        raise BadMessage("a link has characters which addresses do not have")
    return scheme, host, port or _PORTS[scheme]


def _joined(root: str, href: str) -> str:
    try:
        full = urljoin(root, href)
    except ValueError:
        raise BadMessage("a link is not an address") from None
    origin(full)
    return full


class Links:
    """The addresses of one box on one server."""

    def __init__(self, server_url: str, tenant: str, controller: str) -> None:
        """Raises BadMessage when `server_url` is no http(s) address."""
        self.origin = origin(server_url)
        self._server = server_url.split("?", maxsplit=1)[0].rstrip("/")
        path = f"/{quote(tenant, safe='')}/controller/v1/{quote(controller, safe='')}"
        self.root = self._server + path

    def api(self, href: str) -> str:
        """Where a link to DDI is fetched: always on the server's origin.  Raises BadMessage."""
        full = _joined(self.root, href)
        there, ours = urlsplit(full), urlsplit(self.root)
        if there.path != ours.path and not there.path.startswith(ours.path + "/"):
            raise BadMessage("a link leads out of this box's part of the server")
        if any(part in (".", "..") for part in there.path.split("/")):
            raise BadMessage("a link has dots in its path")
        return urlunsplit((ours.scheme, ours.netloc, there.path, there.query, ""))

    def artifact(self, href: str) -> str:
        """Where a file is: below our root as above, else wherever the server says."""
        full = _joined(self.root, href)
        scheme, host, _port = origin(full)
        same_server = host == self.origin[1] and urlsplit(full).path.startswith(
            urlsplit(self.root).path + "/"
        )
        if same_server and scheme != self.origin[0]:
            return self.api(full)  # a server behind a proxy that does TLS for it
        return urlunsplit(urlsplit(full)._replace(fragment=""))

    def ours(self, url: str) -> bool:
        """Whether the token may go there."""
        return origin(url) == self.origin

    def feedback(self, kind: str, action: str) -> str:
        """Where an action's `kind` (deploymentBase, ...) is answered."""
        return f"{self.root}/{kind}/{quote(action, safe='')}/feedback"
