"""The running box audited by lynis, a tool of others: `make image-audit`.

Its many small programs take an emulator long, so this is not in `make image-test`.
"""

import re
import subprocess

import pytest

from hil_tests.qemu.box import say

pytestmark = [pytest.mark.image, pytest.mark.timeout(3600)]
SKIPPED = ("CRYP-7902",)
"""Dates of Mozilla's 150 certificates, each by a program of its own."""
EXPLAINED = {"LOGG-2138": "journald keeps the kernel's messages; lynis asks `ps`, which no box has"}
LEAST = 60
"""Of 100.  What is left is for servers with people on them: pam, umask, banners, scanners."""


def test_lynis_warns_of_nothing_that_is_not_explained(box, tmp_path):
    shell = box.machine.shell
    unpack(shell, tmp_path / "lynis.tar")
    audit = "audit system --quick --no-colors --quiet --report-file /run/lynis/report"
    shell.run(f"cd /run/lynis && sh ./lynis {audit} --logfile /dev/null", 3000)
    report = shell.run("cat /run/lynis/report")
    warned = re.findall(r"^warning\[\]=([^|]+)\|(.*)", report, re.MULTILINE)
    index = int(re.search(r"^hardening_index=(\d+)", report, re.MULTILINE)[1])
    say(f"lynis: {index} of 100; {warned}")
    assert [one for one in warned if one[0] not in EXPLAINED] == []
    assert index >= LEAST


def unpack(shell, tar):
    """The host's lynis, in one folder of the guest."""
    names = ["usr/sbin/lynis", "usr/share/lynis", "etc/lynis/default.prf"]
    flat = ["--transform", "s,usr/sbin/,,;s,usr/share/lynis/,,;s,etc/lynis/,,"]
    subprocess.run(["tar", "-cf", tar, "-C", "/", *flat, *names], check=True)
    shell.put(tar, "/run/lynis.tar")
    shell.run("mkdir -p /run/lynis/plugins && tar -xf /run/lynis.tar -C /run/lynis --no-same-owner")
    skipped = "\\n".join(f"skip-test={name}" for name in SKIPPED)
    shell.run(f"printf '{skipped}\\n' >/run/lynis/custom.prf")
