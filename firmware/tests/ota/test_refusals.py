"""Bundles that are not installed: nothing is written to the other slot, and the page says why."""

import os
import subprocess

import pytest

from firmware.contract.update import InstallUpdate, UpdateReason, UpdateResult, UpdateState
from firmware.errors import Refused
from firmware.tests.ota.box import Box
from firmware.tests.ota.rauc_box import RaucBox

R = UpdateReason

pytestmark = pytest.mark.timeout(180)  # the real RAUC, and a machine that may be busy


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("wrong-ca", R.WRONG_SIGNATURE),
        ("truncated", R.DAMAGED),
        ("tampered", R.DAMAGED),
        ("junk", R.DAMAGED),
        ("other-kind", R.OTHER_COMPATIBLE),
        ("0.9.0", R.OLDER_VERSION),
        ("1.0.0", R.SAME_VERSION),
    ],
)
async def test_a_bundle_that_is_not_for_this_box_now_is_refused(box, name, reason):
    before = box.rauc.content("B")
    await box.upload(name)
    record = await box.record(UpdateResult.REFUSED, reason)
    assert record.detail
    assert box.rauc.content("B") == before
    assert box.view().state is UpdateState.IDLE
    assert box.view().reason is reason


async def test_the_format_without_block_hashes_is_refused(disk, bus, workshop, monkeypatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    box = Box(disk, RaucBox(disk, bus, workshop.ca, plain=False), workshop)
    await box.power_on()
    await box.upload("1.1.0")
    await box.record(UpdateResult.REFUSED, R.PLAIN_FORMAT)
    await box.power_off()


@pytest.fixture
def small_disk(box):
    downloads = box.folder / "data" / "downloads"
    downloads.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", downloads], check=True)
    yield
    subprocess.run(["umount", "-l", downloads], check=True)


@pytest.mark.usefixtures("small_disk")
async def test_without_space_for_the_bundle_nothing_begins(box):
    await box.upload("1.1.0")
    await box.record(UpdateResult.FAILED, R.NO_SPACE)


@pytest.mark.parametrize(
    "name", ["../data/ota.db", "missing.raucb", ".hidden.raucb", "link.raucb", "pipe.raucb", "a.sh"]
)
async def test_only_a_plain_bundle_of_the_folder_is_an_upload(box, name):
    uploads = box.folder / "uploads"
    (uploads / "link.raucb").symlink_to(box.workshop.path("1.1.0"))
    (uploads / ".hidden.raucb").touch()
    (uploads / "a.sh").touch()
    os.mkfifo(uploads / "pipe.raucb")
    for source in ("upload", "usb"):
        with pytest.raises(Refused) as refused:
            await box.ask(InstallUpdate(source, name))
        assert refused.value.code == "no_such_file"


async def test_one_update_at_a_time(box):
    box.settings(restart="by_hand")
    await box.upload("1.1.0")
    with pytest.raises(Refused) as refused:
        await box.upload("1.2.0")
    assert refused.value.code == "busy"


async def test_what_was_fetched_is_gone_when_the_update_has_ended(box):
    await box.upload("wrong-ca")
    await box.record(UpdateResult.REFUSED, R.WRONG_SIGNATURE)
    await box.until_gone(box.folder / "data" / "downloads")
