"""A new box, from its first start to its last update: one machine, in the order of its life.

Each test leaves a box that works, so those after it begin where a person would.
"""

import contextlib
import re
from urllib.parse import urlsplit

import httpx
import pytest

from firmware.contract.update import UpdateReason, UpdateResult, UpdateState
from hil_tests.qemu import bundles, figures
from hil_tests.qemu.box import STARTS_S, say
from hil_tests.qemu.conftest import BAD_WEB, GOOD, NO_KERNEL
from hil_tests.qemu.machine import HOST, LABEL_PASSWORD
from hil_tests.running import until

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800)]
INSTALLS_S = 600.0
DEVICE = "box-1"
MEMORY_MIB = 550
"""At rest, everything running; a box has 2 GiB at least."""
REFUSALS = {
    UpdateReason.WRONG_SIGNATURE: {"key": "wrong"},
    UpdateReason.PLAIN_FORMAT: {"form": "plain"},
    UpdateReason.OTHER_COMPATIBLE: {"compatible": "callbox-arm64"},
}


def test_a_new_box_starts_and_says_on_its_console_how_to_begin(box):
    shown = box.machine.console.text
    assert LABEL_PASSWORD in shown
    assert re.search(r"https://[\w.]+", shown)
    shell = box.machine.shell
    total, free = (
        int(shell.run(f"sed -n 's/^{name}: *//p' /proc/meminfo").split()[0]) // 1024
        for name in ("MemTotal", "MemAvailable")
    )
    say(f"memory in use: {total - free} MiB; {shell.run('systemd-analyze time').splitlines()[0]}")
    figures.keep("memory_mib", total - free)
    assert total - free < MEMORY_MIB
    assert shell.run("systemctl --failed --plain --no-legend").strip() == ""


def test_its_data_partition_has_grown_and_nothing_else_can_be_written(box):
    shell = box.machine.shell
    assert int(shell.run("stat -f -c %b /data")) * 4096 > 1 << 30
    assert shell.attempt("touch /usr/x")[0] != 0
    assert "ro" in shell.run("findmnt -no OPTIONS /").split(",")


def test_the_watchdog_of_the_machine_is_held_by_systemd(box):
    assert "i6300ESB" in box.machine.shell.run("cat /sys/class/watchdog/watchdog0/identity")
    assert box.machine.shell.run("cat /sys/class/watchdog/watchdog0/state").strip() == "active"


def test_it_is_set_up_on_its_pages_with_the_labels_password(box):
    with contextlib.closing(box.set_up()) as visitor:  # its client is in use already
        assert visitor.get("/update/").status_code == 200
    assert box.agents


def test_a_call_is_taken_answered_and_recorded(box, lines):
    user, password = next(iter(box.agents.items()))
    with box.administrator() as boss:
        box.until(lambda: any(x["state"] == "idle" for x in lines_of(boss)), "a line", 120)
        with box.agent(user, password) as agent:
            lines.call(1)
            call = agent.answer()
            until(lambda: agent.phone.heard().size > 8000, "the caller's voice", 60)
            agent.ask("ClearConnection", call=call)
        recording = until(lambda: recorded(boss, call), "the recording", 60)
    assert recording["frames"] > 8000
    folder = "/data/callbox/recordings/"
    size = int(box.machine.shell.run(f"stat -c %s {folder}{recording['path']}"))
    assert size >= 2 * recording["frames"]  # two sides, A-law


def lines_of(boss):
    """Analogue lines in the live picture."""
    return [line for trunk in boss.get("Snapshot")["analog"] for line in trunk["lines"]]


def recorded(boss, call):
    """The recording of a finished call, once it is whole."""
    recordings = boss.get("Call", call=call)["recordings"]
    return recordings[0] if recordings and recordings[0]["frames"] else None


@pytest.mark.parametrize("reason", REFUSALS, ids=lambda reason: reason.value)
def test_a_bundle_that_is_not_for_this_box_is_refused(box, tmp_path, reason):
    bundle = bundles.small(tmp_path / "not-ours.raucb", GOOD, **REFUSALS[reason])
    refused(box, bundle, reason)


def test_a_truncated_bundle_is_refused(box, tmp_path):
    whole = bundles.small(tmp_path / "whole.raucb", GOOD)
    refused(box, bundles.cut(whole, tmp_path / "cut.raucb"), UpdateReason.DAMAGED)


def test_an_older_version_is_refused(box, tmp_path):
    bundle = bundles.small(tmp_path / "older.raucb", "0.0.2")
    refused(box, bundle, UpdateReason.OLDER_VERSION)


def refused(box, bundle, reason):
    known = len(box.history())
    version = box.release()["VERSION"]
    with contextlib.closing(box.log_in()) as visitor:
        box.upload(visitor, bundle)
    box.until(lambda: len(box.history()) > known, "the refusal", 120)
    record = box.history()[0]
    assert (record["result"], record["reason"]) == (UpdateResult.REFUSED, reason), record
    assert box.update()["version"] == version


def test_an_update_from_a_server_is_streamed_proven_and_committed(box, server, good):
    before = box.slot()
    server.roll_out(server.upload(good))
    settings = {"restart": "idle", "server_url": f"http://{HOST}:{urlsplit(server.url).port}"}
    settings |= {"controller_id": DEVICE, "poll_s": 10}
    box.ota("ChangeUpdateSettings", settings=settings)
    box.until(lambda: registered(server), "the box at the server", 120)
    server.follow(DEVICE)
    begun, received = box.machine.seconds(), box.received()
    box.until(lambda: box.update()["state"] == UpdateState.INSTALLING, "the installation", 180)
    fetched = installed(box) - received
    box.restarted(INSTALLS_S)
    say(f"installed in {box.machine.seconds() - begun:.0f} s, {fetched >> 10} KiB fetched")
    figures.keep("install_s", box.machine.seconds() - begun)
    figures.keep("stream_mb", fetched / 1e6)
    box.up()
    ended(box, UpdateResult.COMMITTED, UpdateReason.NONE)
    outage = box.until(lambda: box.history()[0]["outage_ms"], "the outage", 120)
    figures.keep("outage_s", outage / 1000)
    assert box.slot() != before
    assert box.release()["VERSION"] == GOOD
    box.until(lambda: server.device(DEVICE)["last_state"] == "Finished", "closed success", 120)


def installed(box):
    """Wait until all is written; bytes received up to then."""
    received = box.received()

    def over():
        nonlocal received
        try:
            if box.update()["state"] != UpdateState.INSTALLING:
                return True
        except httpx.HTTPError:  # it goes down already
            return True
        received = box.received()
        return False

    box.until(over, "the restart", INSTALLS_S)
    return received


def registered(server):
    """Whether the box has polled."""
    try:
        return server.device(DEVICE)["hardware"]
    except httpx.HTTPStatusError:
        return False


def test_an_application_that_fails_its_proof_gives_way_to_the_old_one(box):
    before = box.slot()
    install_from_stick(box, "bad-web.raucb")
    box.restarted(INSTALLS_S)  # the new one ...
    box.restarted(STARTS_S)  # ... marked bad by itself: no second attempt
    box.up()
    ended(box, UpdateResult.FELL_BACK, UpdateReason.SERVICES, UpdateReason.WEB)
    assert (box.slot(), box.release()["VERSION"]) == (before, GOOD)
    assert BAD_WEB not in box.update()["version"]


def test_a_version_without_a_kernel_gives_way_after_its_attempts(box):
    before = box.slot()
    install_from_stick(box, "no-kernel.raucb")
    for _ in range(2):
        box.restarted(INSTALLS_S)
        box.machine.console.expect("cannot be loaded", 60)
    box.restarted(60)
    box.up()
    ended(box, UpdateResult.FELL_BACK, UpdateReason.DID_NOT_START)
    assert (box.slot(), box.release()["VERSION"]) == (before, GOOD)
    assert NO_KERNEL not in box.update()["version"]


def test_the_plug_pulled_while_a_slot_is_written_leaves_the_old_version(box, lines):
    before = box.slot()
    install_from_stick(box, "bad-web.raucb")
    box.until(lambda: written(box) > 20, "a part of it written", INSTALLS_S)
    box.machine.pull_plug()
    box.machine.switch_on()
    figures.keep("start_s", lines.answered(2, STARTS_S) - box.machine.on_at)
    box.up()
    assert (box.slot(), box.release()["VERSION"]) == (before, GOOD)
    ended(box, UpdateResult.FAILED, UpdateReason.POWER_CUT)
    assert intact(box)


def install_from_stick(box, name):
    """Begin with a file of the USB stick, as the page's button does."""
    found = lambda: [one for one in box.update()["found"] if one.endswith(name)]  # noqa: E731
    (path,) = box.until(found, "the stick", 120)
    box.ota("InstallUpdate", source="usb", name=path)


def written(box):
    """Percent of the other slot."""
    view = box.update()
    return view["percent"] if view["state"] == UpdateState.INSTALLING else 0


def ended(box, result, *reasons):
    """The newest update of the history ended so."""
    box.until(lambda: box.update()["state"] in SETTLED, "the end of the update", STARTS_S)
    record = box.history()[0]
    say(f"{record['after']}: {record['result']} {record['reason']}")
    assert record["result"] == result, record
    assert record["reason"] in reasons, record


SETTLED = (UpdateState.IDLE, UpdateState.COMMITTED, UpdateState.FELL_BACK)


def intact(box):
    """SQLite's own word on both databases."""
    check = "import sqlite3, sys; base = sqlite3.connect(sys.argv[1]); "
    check += "print(base.execute('pragma integrity_check').fetchone()[0])"
    said = [
        box.machine.shell.run(f'python3 -c "{check}" {path}').strip()
        for path in ("/data/callbox/calls.db", "/data/ota/ota.db")
    ]
    return said == ["ok", "ok"]
