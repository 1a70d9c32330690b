"""Raspberry Pi's boot-loader back end, asked as RAUC asks it, with folders for partitions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[1] / "rpi" / "tryboot"
FACTORY = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"


class Pi:
    """A board: its first partition, /run, and which boot partition the firmware took."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("boot", "run", "tree/chosen/bootloader"):
            (folder / name).mkdir(parents=True)
        self.autoboot = folder / "boot" / "autoboot.txt"
        self.autoboot.write_bytes(FACTORY.encode().ljust(512, b"\n"))
        self.start()

    def ask(self, *words, check=True):
        done = subprocess.run(
            [sys.executable, SCRIPT, *words],
            capture_output=True, text=True, check=False,
            env=os.environ | {
                "CALLBOX_AUTOBOOT": str(self.folder / "boot"),
                "CALLBOX_RUN_DIR": str(self.folder / "run"),
                "CALLBOX_DEVICE_TREE": str(self.folder / "tree"),
                "CALLBOX_CMDLINE": str(self.folder / "cmdline"),
            },
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip() if check else done

    def start(self, once=False):
        """What the firmware does: read autoboot.txt; /run is empty after it."""
        section, chosen = "[all]", {}
        for line in self.autoboot.read_text().splitlines():
            if line.startswith("["):
                section = line
            elif line.startswith("boot_partition="):
                chosen[section] = int(line.partition("=")[2])
        partition = chosen["[tryboot]"] if once else chosen["[all]"]
        (self.folder / "tree/chosen/bootloader/partition").write_bytes(partition.to_bytes(4, "big"))
        for name in ("callbox-tryboot", "systemd/reboot-param"):
            (self.folder / "run" / name).unlink(missing_ok=True)

    def reboot(self):
        argument = self.folder / "run" / "systemd" / "reboot-param"
        self.start(once=argument.exists() and argument.read_text() == "0 tryboot")


@pytest.fixture
def pi(tmp_path):
    return Pi(tmp_path)


def test_a_new_box_runs_a_and_keeps_it(pi):
    assert [pi.ask(order) for order in ("get-current", "get-primary")] == ["A", "A"]
    assert (pi.ask("get-state", "A"), pi.ask("get-state", "B")) == ("good", "bad")
    pi.reboot()
    assert pi.ask("get-current") == "A"


def test_an_update_is_tried_once_and_committed_by_mark_good(pi):
    pi.ask("set-state", "B", "bad")  # RAUC, before it writes
    pi.ask("set-primary", "B")  # RAUC, after it has written
    assert (pi.ask("get-primary"), pi.ask("get-state", "B")) == ("B", "good")
    pi.reboot()
    assert pi.ask("get-current") == "B"
    assert pi.ask("get-primary") == "A", "not committed yet"
    pi.ask("set-state", "B", "good")
    pi.reboot()
    assert (pi.ask("get-current"), pi.ask("get-primary")) == ("B", "B")
    assert pi.autoboot.stat().st_size == 512, "one sector"


def test_a_slot_that_does_not_start_falls_back_by_itself(pi):
    pi.ask("set-primary", "B")
    pi.reboot()
    pi.reboot()  # the watchdog, panic=, or a person at the switch
    assert (pi.ask("get-current"), pi.ask("get-primary")) == ("A", "A")


def test_a_slot_that_fails_its_proof_is_marked_bad(pi):
    pi.ask("set-primary", "B")
    pi.reboot()
    pi.ask("set-state", "B", "bad")
    assert pi.ask("get-state", "B") == "bad"
    pi.reboot()
    assert pi.ask("get-current") == "A"
    assert pi.ask("get-state", "B") == "bad", "kept until it is written again"


def test_a_power_cut_before_the_reboot_forgets_the_attempt(pi):
    pi.ask("set-primary", "B")
    pi.start()
    assert (pi.ask("get-current"), pi.ask("get-primary")) == ("A", "A")


def test_rolling_back_tries_the_other_slot_once(pi):
    pi.ask("set-primary", "B")
    pi.reboot()
    pi.ask("set-state", "B", "good")
    pi.ask("set-primary", "A")
    pi.reboot()
    assert pi.ask("get-current") == "A"
    pi.ask("set-primary", "B")
    assert pi.ask("get-primary") == "B", "committed: no attempt is needed"


def test_without_the_firmwares_word_the_command_line_counts(pi):
    (pi.folder / "tree/chosen/bootloader/partition").unlink()
    (pi.folder / "cmdline").write_text("ro rauc.slot=B quiet\n")
    assert pi.ask("get-current") == "B"
    (pi.folder / "cmdline").write_text("ro quiet\n")
    assert "which slot" in pi.ask("get-current", check=False).stderr


@pytest.mark.parametrize(
    "words", [(), ("get-state",), ("get-state", "C"), ("set-state", "A", "fine"), ("boot", "A")]
)
def test_wrong_orders_are_refused_and_change_nothing(pi, words):
    before = pi.autoboot.read_bytes()
    done = pi.ask(*words, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("tryboot: ")
    assert pi.autoboot.read_bytes() == before


def test_a_damaged_autoboot_is_an_error_not_a_guess(pi):
    pi.autoboot.write_text("[all]\nboot_partition=7\n")
    assert pi.ask("get-primary", check=False).returncode == 1


_ORDERS = st.one_of(
    st.tuples(st.sampled_from(["set-primary"]), st.sampled_from("AB")),
    st.tuples(st.just("set-state"), st.sampled_from("AB"), st.sampled_from(["good", "bad"])),
    st.sampled_from([("reboot",), ("power cut",)]),
)


@pytest.mark.timeout(60)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_ORDERS, max_size=8))
def test_whatever_happens_a_power_cut_leads_to_the_committed_slot(tmp_path_factory, orders):
    pi = Pi(tmp_path_factory.mktemp("pi"))
    proved = "A"
    for order in orders:
        if order == ("reboot",):
            pi.reboot()
        elif order == ("power cut",):
            pi.start()
            assert pi.ask("get-current") == proved
        else:
            pi.ask(*order)
            if order[0] == "set-state" and order[2] == "good" and order[1] == pi.ask("get-current"):
                proved = order[1]
    pi.start()
    assert pi.ask("get-current") == proved
