"""The running box audited by lynis, a tool of others: `make image-audit`.

Its many small programs take an emulator long, so this is not in `make image-test`.
"""

import re
import subprocess

import pytest

from hil_tests.qemu.box import say

pytestmark = [pytest.mark.image, pytest.mark.timeout(3600)]


def test_lynis_finds_nothing_to_warn_of(box, tmp_path):
    tree, shell = tmp_path / "lynis.tar", box.machine.shell
    names = ["usr/sbin/lynis", "usr/share/lynis", "etc/lynis/default.prf"]
    flat = ["--transform", "s,usr/sbin/,,;s,usr/share/lynis/,,;s,etc/lynis/,,"]
    subprocess.run(["tar", "-cf", tree, "-C", "/", *flat, *names], check=True)
    shell.put(tree, "/run/lynis.tar")
    shell.run("mkdir -p /run/lynis/plugins && tar -xf /run/lynis.tar -C /run/lynis --no-same-owner")
    audit = "audit system --quick --no-colors --quiet --report-file /run/lynis/report"
    shell.run(f"cd /run/lynis && sh ./lynis {audit} --logfile /dev/null", 900)
    report = shell.run("cat /run/lynis/report")
    warned = re.findall(r"^warning\[\]=(.*)", report, re.MULTILINE)
    index = int(re.search(r"^hardening_index=(\d+)", report, re.MULTILINE)[1])
    say(f"lynis: {index} of 100")
    assert warned == []
