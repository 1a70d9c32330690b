"""A second machine with a cable to the box: a network name space joined to a port of QEMU.

What visits is what people have: nmap, a browser's resolver.  The cable is plugged into a running
box, whose new port finds no DHCP server: both ends have link-local addresses (RFC 3927).
"""

import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Self

from hil_tests.qemu.machine import Machine
from hil_tests.running import until

ADDRESS = "169.254.77.1"
_PORT = "visitor"
_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000  # linux/if_tun.h
_FRAME = 65536
_SET_UP = f"""set -e
ip link set lo up
ip address add {ADDRESS}/16 dev {_PORT}
ip link set {_PORT} up
ip route add 224.0.0.0/4 dev {_PORT}"""


class Visitor:
    """`with Visitor(machine, folder) as visitor:` the cable is in; afterwards it is out again."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine, self._folder = machine, folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        box, ours = self._folder / "box.cable", self._folder / "visitor.cable"
        self._process = subprocess.Popen(
            ["unshare", "--map-root-user", "--net", sys.executable, "-m", __name__, ours, box]
        )
        until(ours.exists, "the visitor's machine", 20)
        ends = {"local": _unix(box), "remote": _unix(ours)}
        self._machine.order("netdev_add", {"type": "dgram", "id": "cable", **ends})
        card = {"driver": "usb-net", "id": "card", "bus": "usb.0", "netdev": "cable"}
        self._machine.order("device_add", card)
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()
        self._machine.order("device_del", {"id": "card"})

    def run(self, *command: str, seconds: float = 60) -> str:
        """Run a command on the visitor's machine; its output."""
        assert self._process is not None
        within = ["nsenter", "-t", str(self._process.pid), "-U", "-n", "--preserve-credentials"]
        done = subprocess.run(
            [*within, *command], check=False, capture_output=True, text=True, timeout=seconds
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _unix(path: Path) -> dict[str, str]:
    return {"type": "unix", "path": str(path)}


def carry(ours: str, box: str) -> None:
    """Carry frames between this name space's port and QEMU's socket, until ended."""
    port = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(port, _TUNSETIFF, struct.pack("16sH", _PORT.encode(), _IFF_TAP | _IFF_NO_PI))
    subprocess.run(["sh", "-c", _SET_UP], check=True)
    cable = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    cable.bind(ours)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        for ready in select.select([port, cable], [], [])[0]:
            if ready is cable:
                os.write(port, cable.recv(_FRAME))
                continue
            frame = os.read(port, _FRAME)
            try:
                cable.sendto(frame, box)
            except OSError:  # the cable is not in, or not any more
                continue


if __name__ == "__main__":
    carry(sys.argv[1], sys.argv[2])
