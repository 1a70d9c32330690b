import os
import platform
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "sources.sh"
HOST = platform.freedesktop_os_release()["VERSION_CODENAME"]
TARGETS = f"""\
http://one.invalid/debian/ {HOST} main
http://one.invalid/debian/ {HOST} contrib
http://one.invalid/debian/ {HOST}-updates main
http://two.invalid/security/ {HOST}-security main
http://one.invalid/debian/ {HOST}-backports main
http://other.invalid/tool/ stable main
"""


@pytest.fixture
def run(tmp_path):
    def with_targets(text):
        apt = tmp_path / "apt-get"
        apt.write_text(f"#!/bin/sh\ncat <<'END'\n{text}END\n")
        apt.chmod(0o755)
        path = f"{tmp_path}:{os.environ['PATH']}"
        command = ["sh", str(SCRIPT), "trixie"]
        return subprocess.run(
            command, check=False, env={"PATH": path}, capture_output=True, text=True
        )

    return with_targets


def stanzas(text):
    fields = (line.split(": ", 1) for line in text.splitlines() if line)
    return [value for name, value in fields if name in ("URIs", "Suites")]


def test_the_hosts_own_archives_under_the_boxes_suite(run):
    assert stanzas(run(TARGETS).stdout) == [
        *("http://one.invalid/debian/", "trixie"),
        *("http://one.invalid/debian/", "trixie-updates"),
        *("http://two.invalid/security/", "trixie-security"),
    ]


def test_every_source_must_be_signed(run):
    text = run(TARGETS).stdout
    assert text.count("Signed-By: /usr/share/keyrings/") == text.count("URIs:") == 3


def test_a_host_without_debian_sources_is_told_so(run):
    done = run("http://other.invalid/tool/ stable main\n")
    assert done.returncode != 0
    assert "no Debian source" in done.stderr
