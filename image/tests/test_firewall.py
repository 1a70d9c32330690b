"""The box's firewall as a visitor meets it: two network name spaces joined by a cable.

The rules are loaded where something listens on every port; the visitor tries them all.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

RULES = Path(__file__).parents[1] / "overlay/etc/nftables.conf"
BOX, VISITOR = "192.0.2.1", "192.0.2.2"
TCP = (22, 25, 53, 80, 111, 443, 5355, 8080, 8443, 10000, 50000)
UDP = (53, 67, 123, 161, 5353, 5355, 10000, 10001)
OPEN_TCP, OPEN_UDP = {80, 443}, {5353, 10000}
_LISTEN = f"""
import select, socket
tcp, udp = [], []
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    for kind, ports, to in ((socket.SOCK_STREAM, {TCP}, tcp), (socket.SOCK_DGRAM, {UDP}, udp)):
        for port in ports:
            one = socket.socket(family, kind)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
            if to is tcp:
                one.listen(1000)
            to.append(one)
print("up", flush=True)
while True:
    for one in select.select(udp, [], [])[0]:
        data, where = one.recvfrom(100)
        one.sendto(data, where)
"""
_SCAN = """
import select, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
address, scope = sys.argv[1], int(sys.argv[2])
def place(port):
    return (address, port, 0, scope) if family == socket.AF_INET6 else (address, port)
tried = []
for port in map(int, sys.argv[3].split(",")):
    one = socket.socket(family, socket.SOCK_STREAM)
    one.setblocking(False)
    one.connect_ex(place(port))
    tried.append((port, one))
asked = []
for port in map(int, sys.argv[4].split(",")):
    one = socket.socket(family, socket.SOCK_DGRAM)
    one.setblocking(False)
    one.sendto(b"?", place(port))
    asked.append((port, one))
select.select([], [], [], 1.0)  # what is dropped never answers
def connected(one):
    try:
        one.getpeername()
        return True
    except OSError:
        return False
def answered(one):
    try:
        return bool(one.recv(10))
    except OSError:
        return False
print(sorted(port for port, one in tried if connected(one)))
print(sorted(port for port, one in asked if answered(one)))
"""
_FLOOD = """
import select, socket, sys
tried = []
for _ in range(int(sys.argv[2])):
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex((sys.argv[1], 443))
    tried.append(one)
select.select([], [], [], 0.8)
connected = 0
for one in tried:
    try:
        one.getpeername()
        connected += 1
    except OSError:
        pass
print(connected)
"""


class Space:
    """A network of its own, as long as its process lives."""

    def __init__(self):
        command = ["unshare", "-n", "sh", "-c", "ip link set lo up; echo up; exec sleep 100"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "up\n":
            self.close()
            pytest.skip("no network name spaces here")

    def run(self, *command, **more):
        done = subprocess.run(
            self.command(*command), capture_output=True, text=True, check=False, **more
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def command(self, *command):
        return ["nsenter", "-t", str(self.process.pid), "-n", "--", *map(str, command)]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def spaces():
    if os.geteuid() != 0:
        pytest.skip("makes networks")
    box, visitor = Space(), Space()
    names = ("box", "type", "veth", "peer", "name", "eth0", "netns", visitor.process.pid)
    box.run("ip", "link", "add", *names)
    for space, link, address in ((box, "box", BOX), (visitor, "eth0", VISITOR)):
        space.run("ip", "address", "add", f"{address}/24", "dev", link)
        space.run("ip", "address", "add", f"fe80::{address[-1]}/64", "dev", link, "nodad")
        space.run("ip", "link", "set", link, "up")
    box.run("nft", "-f", RULES)
    listener = subprocess.Popen(
        box.command(sys.executable, "-I", "-c", _LISTEN), stdout=subprocess.PIPE, text=True
    )
    assert listener.stdout.readline() == "up\n"
    yield box, visitor
    listener.kill()
    listener.wait()
    listener.stdout.close()
    box.close()
    visitor.close()


def scan(space, address, scope=0):
    ports = (",".join(map(str, kind)) for kind in (TCP, UDP))
    said = space.run(sys.executable, "-I", "-c", _SCAN, address, scope, *ports)
    return [set(map(int, re.findall(r"\d+", line))) for line in said.splitlines()]


@pytest.mark.parametrize("address", [BOX, "fe80::1"])
def test_only_the_pages_the_name_and_the_audio_are_reached(spaces, address):
    scope = spaces[1].run("ip", "-o", "link", "show", "eth0").split(":")[0]
    assert scan(spaces[1], address, int(scope)) == [OPEN_TCP, OPEN_UDP]


def test_the_box_itself_reaches_everything_of_its_own(spaces):
    assert scan(spaces[0], "127.0.0.1") == [set(TCP), set(UDP)]


def test_a_flood_from_one_address_is_cut_off(spaces):
    connected = int(spaces[1].run(sys.executable, "-I", "-c", _FLOOD, BOX, 600))
    assert 100 < connected <= 256


def test_nothing_is_forwarded_and_nothing_else_has_a_rule(spaces):
    rules = spaces[0].run("nft", "list", "ruleset")
    assert rules.count("policy drop") == 2
    assert "hook forward" in rules
