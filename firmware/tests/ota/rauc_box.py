"""A box without a machine: a private bus, the real `rauc service`, a boot loader as GRUB's.

Slots are files; the boot loader's environment has ORDER, X_OK and X_TRY as on the box, kept by
a custom back end, and `BootLoader.start` chooses the slot as grub.cfg does.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from firmware.tests.ota.bundles import COMPATIBLE, image

TRIES = 3
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""
_CONF = """[system]
compatible={compatible}
bootloader=custom
mountprefix={folder}/mnt
data-directory={folder}/rauc
{formats}
[keyring]
path={ca}
check-purpose=codesign
[handlers]
bootloader-custom-backend={folder}/backend
[slot.rootfs.0]
device={folder}/slot-A
type=raw
bootname=A
[slot.rootfs.1]
device={folder}/slot-B
type=raw
bootname=B
"""
_BACKEND = """#!/bin/sh
set -eu
env={folder}/grubenv
. $env
while [ $1 = set-state ] && [ -e {folder}/hold-$2 ]; do sleep 0.02; done
ok() {{ eval "[ \\$${{1}}_OK = 1 ] && [ \\$${{1}}_TRY = 0 ]"; }}
other() {{ [ $1 = A ] && echo B || echo A; }}
case $1 in
get-primary) for s in $ORDER; do if ok $s; then echo $s; exit; fi; done; exit 1 ;;
set-primary) ORDER="$2 $(other $2)"; eval "${{2}}_OK=1 ${{2}}_TRY=0" ;;
get-state) if ok $2; then echo good; else echo bad; fi; exit ;;
set-state) eval "${{2}}_TRY=0"; [ $3 = good ] && ok=1 || ok=0; eval "${{2}}_OK=$ok" ;;
get-current) exit 1 ;;
esac
cat >$env.new <<END
ORDER="$ORDER"
A_OK=$A_OK
A_TRY=$A_TRY
B_OK=$B_OK
B_TRY=$B_TRY
END
mv $env.new $env
"""


class BootLoader:
    """grubenv, and the choice at power-on."""

    def __init__(self, folder: Path) -> None:
        self._env = folder / "grubenv"
        self.dead: set[str] = set()
        """Slots whose system does not start: each try ends in a reset."""
        self._write({"ORDER": '"A B"', "A_OK": "1", "A_TRY": "0", "B_OK": "0", "B_TRY": "0"})

    def read(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self._env.read_text().splitlines())

    def start(self) -> str:
        """Boot name of the slot that comes up."""
        while True:
            env = self.read()
            order = env["ORDER"].strip('"').split()
            slot = next(s for s in order if env[f"{s}_OK"] == "1" and int(env[f"{s}_TRY"]) < TRIES)
            env[f"{slot}_TRY"] = str(int(env[f"{slot}_TRY"]) + 1)
            self._write(env)
            if slot not in self.dead:
                return slot

    def _write(self, env: dict[str, str]) -> None:
        self._env.write_text("".join(f"{key}={value}\n" for key, value in env.items()))


class Bus:
    """One private system bus; `address` goes into DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self, folder: Path) -> None:
        self._socket, self._conf = folder / "bus", folder / "bus.conf"
        self._conf.write_text(_BUS.format(socket=self._socket))
        self.address = f"unix:path={self._socket}"
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._daemon = _start("dbus-daemon", f"--config-file={self._conf}", "--nofork")
        _until(self._socket.exists)

    def stop(self) -> None:
        _stop(self._daemon)
        self._socket.unlink(missing_ok=True)


class RaucBox:
    """Disk, boot loader and RAUC of one box."""

    def __init__(self, folder: Path, bus: Bus, ca: Path, *, plain: bool = True) -> None:
        self.folder, self.bus = folder, bus
        for name in ("mnt", "rauc"):
            (folder / name).mkdir()
        (folder / "slot-A").write_bytes(image("1.0.0"))
        (folder / "slot-B").write_bytes(bytes(4096))
        formats = "" if plain else "bundle-formats=-plain"
        fields = {"folder": folder, "compatible": COMPATIBLE, "ca": ca, "formats": formats}
        self.conf = folder / "system.conf"
        self.conf.write_text(_CONF.format(**fields))
        backend = folder / "backend"
        backend.write_text(_BACKEND.format(folder=folder))
        backend.chmod(0o755)
        self.loader = BootLoader(folder)
        self.slot = ""
        self._service: subprocess.Popen[bytes] | None = None

    @property
    def release(self) -> Path:
        """Of the root that runs."""
        return self.folder / "release"

    def power_on(self) -> None:
        """The boot loader takes a slot, and RAUC is there."""
        self.slot = self.loader.start()
        self.release.write_bytes(self.content(self.slot)[:4096].rstrip(b"\n") + b"\n")
        self.start_rauc()

    def power_off(self) -> None:
        """At once."""
        self.stop_rauc(signal.SIGKILL)
        mounted = self.folder / "mnt" / "bundle"
        with contextlib.suppress(subprocess.CalledProcessError):
            if mounted.is_mount():  # the kernel would have forgotten it
                subprocess.run(["umount", mounted], check=True, capture_output=True)

    def stop_rauc(self, number: int = signal.SIGTERM) -> None:
        _stop(self._service, number)

    def start_rauc(self) -> None:
        environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.bus.address}
        options = (f"--conf={self.conf}", f"--override-boot-slot={self.slot}")
        self._service = _start("rauc", *options, "service", environment=environment)
        _until(self._named)

    def content(self, slot: str) -> bytes:
        return (self.folder / f"slot-{slot}").read_bytes()

    def _named(self) -> bool:
        """RAUC has its name on the bus."""
        command = ("dbus-send", f"--bus={self.bus.address}", "--print-reply", "--dest=")
        asked = ("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner")
        reply = subprocess.run(
            [*command[:3], f"--dest={asked[0]}", *asked[1:], "string:de.pengutronix.rauc"],
            check=False,
            capture_output=True,
        )
        return b"boolean true" in reply.stdout


def _start(*command: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _stop(process: subprocess.Popen[bytes] | None, number: int = signal.SIGTERM) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(number)
        process.wait(10)


def _until(there: "object") -> None:
    """Wait for another program's start; 10 s at most."""
    end = time.monotonic() + 10
    while not there():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError("a program did not start")
        time.sleep(0.005)
