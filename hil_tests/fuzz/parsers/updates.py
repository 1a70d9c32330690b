"""What an update server says, RAUC's words, and the papers of a release."""

import contextlib
import json
import tempfile
from pathlib import Path

from firmware.errors import CallboxError
from firmware.ota import policy, release
from firmware.ota.ddi import messages
from firmware.ota.ddi.links import Links
from firmware.ota.ddi.messages import BadMessage
from firmware.ota.rauc import Bundle, _bundle
from firmware.ota.rauc_words import reason, said_by_child

_KINDS = (
    messages.Root,
    messages.DeploymentBase,
    messages.ConfirmationBase,
    messages.CancelAction,
)
_SERVER = "https://updates.example:8443/base"
_FILE = Path(tempfile.gettempdir()) / "callbox-fuzz-release"


def ddi_messages(data: bytes) -> None:
    """The server's JSON; the first byte says which answer it is."""
    if not data:
        return
    with contextlib.suppress(BadMessage):
        found = messages.parse(_KINDS[data[0] % len(_KINDS)], data[1:])
        if isinstance(found, messages.Root):
            assert found.sleep_s is None or 1 <= found.sleep_s <= 86400
            for link in (found.links.deployment, found.links.cancel, found.links.confirmation):
                assert link is None or "/" not in link.action
        if isinstance(found, messages.DeploymentBase):
            version, file = found.deployment.bundle()
            assert version.isprintable()
            assert "/" not in file.filename
            _follow(file.href)


def ddi_links(data: bytes) -> None:
    """Links of the server: the token never leaves its origin."""
    _follow(data.decode("utf-8", "replace"))


def _follow(href: str) -> None:
    links = Links(_SERVER, "default", "box")
    with contextlib.suppress(BadMessage):
        assert links.ours(links.api(href))
        assert links.api(href).startswith(links.root)
    with contextlib.suppress(BadMessage):
        links.ours(links.artifact(href))


def release_papers(data: bytes) -> None:
    """RAUC's words, a bundle's manifest as RAUC tells it, and the file of the running release."""
    text = data.decode(errors="replace")
    reason(text)
    assert len(said_by_child(text)) <= 500
    with contextlib.suppress(ValueError):
        policy.rank(text)
    _FILE.write_bytes(data)
    release.read(_FILE)
    with contextlib.suppress(CallboxError):
        policy.check_bundle(_told(text), "callbox", "1.0.0")


def _told(text: str) -> Bundle:
    """A manifest whose values are the fuzzer's; RAUC itself sees to its form."""
    version, _, rest = text.partition("\n")
    update = {"compatible": "callbox", "version": version, "description": rest}
    bundle = _bundle({"update": update, "meta": {"notes": {"en": rest, "zh_CN": rest}}})
    assert json.dumps(policy.notes(bundle).en)
    return bundle
