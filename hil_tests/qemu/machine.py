"""A virtual mini PC: QEMU without hardware acceleration, the box's disk, its boards on USB.

KVM is never used: where the tests run it is nested and does not carry our kernel.  The guest
reaches the host's loopback as 10.0.2.2; the host reaches the guest by forwarded loopback ports.
A machine writes to an overlay of its disk only, so many may start from one image.
"""

import base64
import json
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hil_tests.qemu.console import SHELL_UNIT, SHELL_WANTED, Console, Shell
from hil_tests.running import LateError
from hil_tests.world import free_port

FIRMWARE = Path("/usr/share/OVMF")
HOST = "10.0.2.2"
"""The host's loopback, seen from the guest."""
CALLBOXD, OTA = 7001, 7002
"""Ports in the guest by which tests reach the sockets of callboxd and callbox-ota."""
_AUDIO = 10000
LABEL_PASSWORD = "ABCD-EFGH-JKLM"
_CPU = "Nehalem"
_ACCEL = "tcg,thread=multi,tb-size=512"
"""MiB of translated code.  The more there is, the longer the list that QEMU 7.2 keeps of each page
and searches at each write there: with its 1024 a start took longer."""
_ACTIONS = "reboot=shutdown,watchdog=reset"
"""A restart ends QEMU, and `Machine` starts it anew.  Within one QEMU the firmware works where
libraries were, whose translated code is still in the lists: it took 6 s, 38 s, or never ended."""
CMDLINE = (
    "clearcpuid=cx16 mitigations=off norandmaps "
    "systemd.default_device_timeout_sec=600 systemd.default_timeout_start_sec=600"
)
"""QEMU 7.2 without acceleration gets the kernel's cmpxchg16b wrong, and Debian 13's kernel dies
of it; taken from the processor it would be missed by NumPy.  So the kernel alone is told.
Its mitigations switch page tables at every system call, which no processor of today needs and an
emulator pays for dearly: pages after 129 s instead of 162.  QEMU 7.2 translates a library anew for
each address it is seen at: with the same ones, pages came after 81 s instead of 104.
The times are those of a machine that is twenty times slower than a box, and busy."""
_PATIENT = "[Service]\nWatchdogSec=120\nTimeoutStartSec=600\n"
_SERVICES = ("callboxd", "callbox-ota")  # those that tell systemd that they live


@dataclass(frozen=True)
class Build:
    """What the machine is made of."""

    memory_mib: int = 2048
    disk_gib: int = 0  # 0: as large as its image
    boards: tuple[str, ...] = ()  # character devices (ptys or links to them) behind USB adapters
    usb_disk: Path | None = None  # an overlay, too
    credentials: Mapping[str, str] = field(default_factory=dict)
    bios: bool = False
    watchdog: bool = True
    shell: bool = True
    snapshot: str = ""  # of `Machine.save`: the machine goes on from that moment


def overlay(base: Path, target: Path, gib: int = 0) -> Path:
    """A disk that shows `base` and keeps what is written; larger than it when `gib` is given."""
    kind = "qcow2" if base.suffix == ".qcow2" else "raw"
    size = [f"{gib}G"] if gib else []
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", kind, "-b", base.resolve(), target]
    subprocess.run([*map(str, command), *size], check=True)
    return target


class Machine:
    """`with Machine(disk, folder, build) as box:` a machine switched on, then off for certain.

    `disk` is written to: give it an overlay.  The firmware's variables and the logs
    (console.log, shell.log) are in `folder`.
    """

    def __init__(self, disk: Path, folder: Path, build: Build = Build()) -> None:
        self.disk, self.folder, self.build = disk, folder, build
        self._ports = {port: free_port() for port in (80, 443, CALLBOXD, OTA)}
        self.audio = free_port()
        self.address = f"https://127.0.0.1:{self._ports[443]}"
        self._process: subprocess.Popen[bytes] | None = None
        self._switch, self._plugged = threading.Lock(), False
        self.on_at = 0.0

    def __enter__(self) -> Self:
        self.switch_on(self.build.snapshot)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.pull_plug()

    @property
    def on(self) -> bool:
        """Whether the machine has power."""
        return self._process is not None and self._process.poll() is None

    def switch_on(self, snapshot: str = "") -> None:
        """Power on, or go on from a snapshot; returns at once."""
        variables = self.folder / "vars.qcow2"
        if not variables.exists():
            blank = FIRMWARE / "OVMF_VARS_4M.fd"
            convert = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", blank, variables]
            subprocess.run(convert, check=True)
        for name in ("console", "shell", "monitor"):
            (self.folder / f"{name}.sock").unlink(missing_ok=True)
        self._process = self._start(*(("-loadvm", snapshot) if snapshot else ()))
        self.on_at, self._plugged = time.monotonic(), True
        self._keeper = threading.Thread(target=self._start_anew, name="qemu", daemon=True)
        self._keeper.start()
        try:
            self.console = Console(self.folder / "console.sock", self.folder / "console.log")
            self.shell = Shell(self.folder / "shell.sock", self.folder / "shell.log")
        except LateError as late:
            self._end()
            raise LateError((self.folder / "qemu.log").read_text()) from late

    def pull_plug(self) -> None:
        """Power off in this instant, by the machine's own process."""
        if self._process is None:
            return
        self._end()
        self._process = None
        self.console.close()
        self.shell.close()

    def save(self, name: str) -> None:
        """Keep this moment, memory and all, on the machine's disks."""
        words = {"command-line": f"savevm {name}"}
        assert (said := self.order("human-monitor-command", words)) == "", said

    def order(self, execute: str, arguments: Mapping[str, object]) -> Any:
        """A command of QEMU's monitor protocol; its answer.  Refusals: AssertionError."""
        asked = {"execute": execute, "arguments": arguments}
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rw") as monitor:
            line.connect(str(self.folder / "monitor.sock"))
            for words in ({"execute": "qmp_capabilities"}, asked):
                monitor.write(json.dumps(words) + "\n")
                monitor.flush()
                while "return" not in (answer := json.loads(monitor.readline())):
                    assert "error" not in answer, answer
        return answer["return"]

    def door(self, port: int) -> str:
        """The address, on our side, of a port of the guest."""
        return f"http://127.0.0.1:{self._ports[port]}"

    def seconds(self) -> float:
        """Since the power came."""
        return time.monotonic() - self.on_at

    # --- QEMU's process ---

    def _start(self, *more: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "qemu.log").open("ab") as log:
            command = [*self._command(), *more]
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _start_anew(self) -> None:
        while self._process is not None and self._process.wait() == 0:
            with self._switch:
                if not self._plugged:
                    return
                self._process = self._start()

    def _end(self) -> None:
        assert self._process is not None
        with self._switch:
            self._plugged = False
            self._process.kill()
        self._keeper.join()

    # --- QEMU's command line ---

    def _command(self) -> list[str]:
        return [
            *("setpriv", "--pdeathsig", "KILL", "--"),  # never left behind
            *("qemu-system-x86_64", "-M", "q35", "-accel", _ACCEL, "-cpu", _CPU),
            *("-qmp", f"unix:{self.folder / 'monitor.sock'},server=on,wait=off"),
            *("-smp", "2", "-m", str(self.build.memory_mib), "-nodefaults"),
            *("-display", "none", "-vga", "none", "-rtc", "base=utc"),
            *self._firmware(),
            *self._storage(),
            *self._network(),
            *self._serial(),
            *self._boards(),
            *self._credentials(),
            *("-device", "virtio-rng-pci"),
            *("-action", _ACTIONS),
            *(("-device", "i6300esb") if self.build.watchdog else ()),
        ]

    def _firmware(self) -> list[str]:
        if self.build.bios:
            return []
        code = f"if=pflash,format=raw,unit=0,file={FIRMWARE / 'OVMF_CODE_4M.fd'},readonly=on"
        variables = f"if=pflash,format=qcow2,unit=1,file={self.folder / 'vars.qcow2'}"
        return ["-drive", code, "-drive", variables]

    def _storage(self) -> list[str]:
        # Not cache=unsafe: what the guest has synced must be there after the plug is pulled;
        # "writeback" keeps it in the host's memory, which outlives QEMU.
        drive = f"if=none,id=disk,format=qcow2,cache=writeback,file={self.disk}"
        made = ["-drive", drive, "-device", "virtio-blk-pci,drive=disk,bootindex=1"]
        made += ["-device", "qemu-xhci,id=usb"]
        if self.build.usb_disk:
            stick = f"if=none,id=stick,format=qcow2,file={self.build.usb_disk}"
            made += ["-drive", stick, "-device", "usb-storage,bus=usb.0,drive=stick,removable=on"]
        return made

    def _network(self) -> list[str]:
        words = ["user,id=net", f"hostfwd=udp:127.0.0.1:{self.audio}-:{_AUDIO}"]
        words += [f"hostfwd=tcp:127.0.0.1:{ours}-:{port}" for port, ours in self._ports.items()]
        return ["-netdev", ",".join(words), "-device", "virtio-net-pci,netdev=net"]

    def _serial(self) -> list[str]:
        made = []
        for name in ("console", "shell"):
            socket = f"socket,id={name},path={self.folder / name}.sock,server=on,wait=off"
            made += ["-chardev", socket, "-serial", f"chardev:{name}"]
        return made

    def _boards(self) -> list[str]:
        # UHCI is worked through once a millisecond.  Under xHCI QEMU's adapter looks at its
        # 496 byte buffer only when something else wakes QEMU, so it comes in bursts.
        made = ["-device", "piix3-usb-uhci,id=uhci"] if self.build.boards else []
        for number, path in enumerate(self.build.boards):
            made += ["-chardev", f"serial,id=board{number},path={path}"]
            made += ["-device", f"usb-serial,bus=uhci.0,chardev=board{number}"]
        return made

    def _credentials(self) -> list[str]:
        given = {"callbox.label-password": LABEL_PASSWORD, **self.build.credentials}
        for name in _SERVICES:
            given[f"systemd.unit-dropin.{name}.service"] = _PATIENT
        if self.build.shell:
            given["systemd.extra-unit.hil-shell.service"] = SHELL_UNIT
            given["systemd.unit-dropin.sysinit.target"] = SHELL_WANTED
        made = []
        for name, value in given.items():
            coded = base64.b64encode(value.encode()).decode()
            made += ["-smbios", f"type=11,value=io.systemd.credential.binary:{name}={coded}"]
        return made
