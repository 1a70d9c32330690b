"""The running box seen by an attacker: what listens, what each service may do, what is written.

Looked at from inside, and from a second machine with a cable to the box.
"""

import ipaddress
import json
import re
import sys

import pytest

from hil_tests.qemu.box import PASSWORD
from hil_tests.qemu.machine import CALLBOXD, LABEL_PASSWORD, OTA
from hil_tests.qemu.visitor import ADDRESS, Visitor

pytestmark = [pytest.mark.image, pytest.mark.timeout(900)]

OURS = (
    "callboxd",
    "callbox-isdn",
    "callbox-web",
    "callbox-nginx",
    "callbox-ota",
    "callbox-console",
)
OPEN = {("tcp", 80), ("tcp", 443), ("udp", 5353), ("udp", 10000), ("udp", 68), ("udp", 546)}
"""What may be listened on beyond loopback; the last two are the DHCP clients."""
WRITABLE = {"/data", "/boot/efi", "/tmp", "/var/tmp", "/var/log", "/var/lib/systemd"}
KERNEL = {
    "kernel/kptr_restrict": "2",
    "kernel/dmesg_restrict": "1",
    "kernel/unprivileged_bpf_disabled": "1",
    "kernel/panic_on_oops": "1",
    "net/ipv4/conf/all/accept_redirects": "0",
    "net/ipv4/tcp_syncookies": "1",
    "fs/suid_dumpable": "0",
}
WORST = 3.0
LOG_INS = {"agetty", "login", "sulogin", "sshd", "dropbear", "telnetd"}


def listeners(shell):
    """(protocol, port) of every socket that others than the box itself could reach."""
    found = set()
    for line in shell.run("ss -H -lntu").splitlines():
        fields = line.split()
        address, _, port = fields[4].rpartition(":")
        if not re.match(r"(127\.|\[::1\]|\[?::ffff:127\.)", address):
            found.add((fields[0], int(port)))
    return found


def processes(shell):
    """(user, command line) of every process."""
    each = 'echo "$(stat -c %U $p) $(tr "\\0" " " <$p/cmdline)"'
    said = shell.run(f"for p in /proc/[1-9]*; do {each} 2>/dev/null; done; true", 120)
    return [tuple(line.partition(" ")[::2]) for line in said.splitlines()]


def test_nothing_listens_that_the_firewall_does_not_know(box):
    own_doors = {("tcp", CALLBOXD), ("tcp", OTA)}  # the tests' way in
    assert listeners(box.machine.shell) - own_doors <= OPEN


def test_the_firewall_is_loaded(box):
    rules = box.machine.shell.run("nft list ruleset")
    assert rules.count("policy drop") == 2


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_shut_in(box, name):
    shell = box.machine.shell
    assert shell.run(f"systemctl is-active {name}").strip() == "active"
    said = shell.run(f"systemd-analyze security --no-pager {name}.service | tail -n 1", 120)
    level = re.search(r"level for \S+: ([\d.]+)", said)
    assert level, said
    assert float(level[1]) <= WORST


def test_no_process_of_ours_is_root(box):
    users = {user for user, line in processes(box.machine.shell) if "/opt/callbox" in line}
    assert len(users) >= 4
    assert "root" not in users


def test_the_media_engine_runs_at_real_time_priority(box):
    tasks = "/proc/$(systemctl show -p MainPID --value callboxd)/task"
    said = box.machine.shell.run(f"for task in $(ls {tasks}); do chrt -p $task; done")
    assert "SCHED_FIFO" in said, said


def test_nothing_failed_and_nothing_waits(box):
    units = json.loads(box.machine.shell.run("systemctl list-units --failed --output=json"))
    assert units == []


def test_the_kernel_is_set_as_written(box):
    said = box.machine.shell.run("cd /proc/sys && grep . " + " ".join(KERNEL))
    assert dict(line.split(":") for line in said.splitlines()) == KERNEL


def test_the_root_cannot_be_written_and_the_rest_runs_nothing(box):
    said = box.machine.shell.run("findmnt -rno TARGET,OPTIONS -t ext4,vfat,tmpfs")
    mounts = dict(line.split(" ", 1) for line in said.splitlines())
    assert "ro" in mounts["/"].split(",")
    assert mounts.keys() >= WRITABLE
    for place in WRITABLE:
        assert {"nosuid", "nodev", "noexec"} <= set(mounts[place].split(",")), place


def test_only_callbox_ota_may_speak_with_rauc(box):
    name = "de.pengutronix.rauc"
    ask = f"busctl --system get-property {name} / {name}.Installer Compatible"
    as_user = "setpriv --reuid {} --clear-groups --regid callbox -- " + ask
    shell = box.machine.shell
    assert shell.attempt(as_user.format("callbox-ota"), 60)[0] == 0
    code, said = shell.attempt(as_user.format("callbox-web") + " 2>&1", 60)
    assert code != 0
    assert "denied" in said.lower()


def test_no_log_in_is_offered(box):
    shell = box.machine.shell
    programs = {line.split(" ")[0].rpartition("/")[2] for _, line in processes(shell)}
    assert "init" in programs
    assert not programs & LOG_INS
    hashes = [line.split(":")[1] for line in shell.run("cat /etc/shadow").splitlines()]
    assert all(one.startswith(("!", "*")) for one in hashes)


def test_no_key_or_password_is_in_the_journal(box):
    secret = f"PRIVATE KEY|{LABEL_PASSWORD}|{PASSWORD}"
    said = box.machine.shell.run(
        f"journalctl -b --no-pager -o cat | grep -cE '{secret}' || true", 120
    )
    assert int(said.splitlines()[-1]) == 0


@pytest.fixture(scope="module")
def visitor(box, tmp_path_factory):
    """A second machine, plugged in at a port where nobody gives addresses."""
    with Visitor(box.machine, tmp_path_factory.mktemp("visitor")) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def seen_at(box, visitor):
    """The address that callbox.local has for the visitor."""
    ask = "import dns.message, dns.query; ask = dns.message.make_query('callbox.local', 'A'); "
    ask += f"said = dns.query.udp(ask, '224.0.0.251', 3, 5353, source='{ADDRESS}'); "
    ask += "print(said.answer[0][0].address)"

    def found():
        try:
            return visitor.run(sys.executable, "-c", ask).strip()
        except AssertionError:  # not yet
            return ""

    return box.until(found, "callbox.local", 120)


def test_a_second_machine_finds_the_box_by_name_without_a_dhcp_server(visitor, seen_at):
    assert ipaddress.ip_address(seen_at).is_link_local
    ask = f"import httpx; print(httpx.get('https://{seen_at}/', verify=False, timeout=60, "
    ask += "follow_redirects=True))"
    assert "200 OK" in visitor.run(sys.executable, "-c", ask, seconds=90)


def test_a_scan_of_all_ports_finds_the_pages_alone(visitor, seen_at):
    scan = ["nmap", "-n", "-Pn", "-sS", "-p-", "--min-rate", "1000", "--max-retries", "1"]
    said = visitor.run(*scan, "-oG", "-", seen_at, seconds=600)
    found = {int(port) for port in re.findall(r"(\d+)/open/tcp", said)}
    assert found - {CALLBOXD, OTA} == {80, 443}  # the tests' way in is theirs
