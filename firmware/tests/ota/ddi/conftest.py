"""One goosebit for all tests of a run: it takes three seconds to start."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.tests.ota.bundles import Workshop
from firmware.tests.ota.ddi.bundles import make_bundle
from hil_tests.goosebit import Goosebit, goosebit

TOKEN = "a-token-of-one-box"


@dataclass
class Site:
    """A server that offers 1.1.0 (verity) in the feed "stable", 1.2.0 (plain) in "plain"."""

    server: Goosebit
    bundle: Path
    rollout: int


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("goosebit")
    bundle = make_bundle(workshop.folder, folder, "1.1.0", os.urandom(2 << 20))
    with goosebit(folder / "data", tokens=True) as server:
        server.roll_out(server.upload(workshop.path("1.2.0")), feed="plain")
        yield Site(server, bundle, server.roll_out(server.upload(bundle)))
