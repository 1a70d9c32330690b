"""Over TLS: whose server, whose client certificate, and no way back to plain HTTP."""

import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from firmware.contract.update import UpdateReason, UpdateSettings
from firmware.ota.ddi.download import Downloads
from firmware.ota.ddi.server import Server, ServerError
from firmware.ota.offer import Offer, Stopped
from firmware.tests.ota.ddi.stub import ROOT, TOKEN, File, HawkBit, says


@dataclass(frozen=True)
class Pair:
    """A self-signed certificate, which is its own authority, and its key."""

    certificate: Path
    key: Path


def make_pair(folder: Path, name: str) -> Pair:
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
    made = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name}"
    names = "subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [*made.split(), "-addext", names, "-out", pair.certificate, "-keyout", pair.key],
        check=True,
        capture_output=True,
    )
    return pair


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    folder = tmp_path_factory.mktemp("tls")
    return {name: make_pair(folder, name) for name in ("server", "box", "stranger")}


@asynccontextmanager
async def over_tls(
    pairs: dict[str, Pair], *, mutual: bool = False
) -> AsyncIterator[tuple[HawkBit, UpdateSettings]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pairs["server"].certificate, pairs["server"].key)
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pairs["box"].certificate)
    stub = HawkBit()
    server = TestServer(stub.app(), host="127.0.0.1", scheme="https")
    await server.start_server(ssl=context)
    stub.base = str(server.make_url("")).rstrip("/")
    yield (
        stub,
        UpdateSettings(
            server_url=stub.base,
            controller_id="box-1",
            server_token=TOKEN,
            server_ca=pairs["server"].certificate.read_text(),
        ),
    )
    await server.close()


async def poll(settings: UpdateSettings) -> None:
    server = Server(settings, "box-1")
    try:
        await server.get(server.links.root)
    finally:
        await server.close()


async def test_the_authority_of_the_settings_is_the_only_one(pairs: dict[str, Pair]) -> None:
    async with over_tls(pairs) as (stub, settings):
        await poll(settings)
        assert stub.polls == 1
        for other in ("", pairs["stranger"].certificate.read_text()):
            with pytest.raises(ServerError):
                await poll(replace(settings, server_ca=other))
        assert stub.polls == 1


async def test_a_client_certificate(pairs: dict[str, Pair]) -> None:
    async with over_tls(pairs, mutual=True) as (stub, settings):
        for name, polls in (("box", 1), ("stranger", 1)):
            pair = pairs[name]
            mine = replace(
                settings,
                client_certificate=pair.certificate.read_text(),
                client_key=pair.key.read_text(),
            )
            if name == "box":
                await poll(mine)
            else:
                with pytest.raises(ServerError):
                    await poll(mine)
            assert stub.polls == polls
        with pytest.raises(ServerError):
            await poll(settings)


async def test_a_key_that_does_not_belong_to_the_certificate(pairs: dict[str, Pair]) -> None:
    settings = UpdateSettings(
        server_url="https://127.0.0.1:1",
        client_certificate=pairs["box"].certificate.read_text(),
        client_key=pairs["stranger"].key.read_text(),
    )
    with pytest.raises(ServerError, match="certificates of the settings"):
        Server(settings, "box-1")


async def test_a_redirect_does_not_leave_tls(pairs: dict[str, Pair], tmp_path: Path) -> None:
    file = File(b"x" * 1000)
    async with over_tls(pairs) as (stub, settings):
        stub.assign(file)
        file.faults = [says(302, Location=stub.base.replace("https", "http") + "/elsewhere/a")]
        url = f"{stub.base}{ROOT}/softwaremodules/1/artifacts/{file.name}"
        offer = Offer("a:7", "1.1.0", file.name, url, 1000, sha256="0" * 64)
        downloads = Downloads(lambda: settings, lambda _: "box-1", tmp_path)
        with pytest.raises(Stopped) as caught:
            await downloads.fetch(offer, tmp_path / "a.raucb", lambda _done: None)
    assert caught.value.reason == UpdateReason.NOT_FETCHED
    assert "leaves TLS" in caught.value.detail
