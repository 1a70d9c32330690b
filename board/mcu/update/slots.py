# Two places for the firmware on the board's flash, /a and /b, and which of them runs.
#
# This file is in each set, and once more beside them, where main.py uses it to start a set.  That
# one no update replaces: so it imports nothing of a set, and BOOT keeps its form for ever.
# BOOT: good place, place on trial or "-", starts left to the trial, CRC-32 of that in hex.
import hashlib
import os
import sys
from binascii import crc32, hexlify

STARTS = 3  # of a set on trial; a start is counted before it is made
_BOOT = "BOOT"
MANIFEST = "MANIFEST"
_BLOCK = 512
_FOLDER = 0x4000


class Files:
    # The flash file system below a folder.  littlefs writes a file for good when it is closed, and
    # a rename is done wholly or not at all; the simulated flash is a folder with fsync.

    def __init__(self, root):
        self._root = root

    def path(self, name):
        return self._root + "/" + name

    def open(self, name, mode="rb"):
        return open(self.path(name), mode)

    def close(self, file):
        # Close a file that was written.
        file.flush()
        if hasattr(os, "fsync"):
            os.fsync(file.fileno())
        file.close()

    def write(self, name, data):
        # Replace a file in one step.
        fresh = self.open(name + ".new", "wb")
        fresh.write(data)
        self.close(fresh)
        self.rename(name + ".new", name)

    def rename(self, old, new):
        os.rename(self.path(old), self.path(new))

    def remove(self, name):
        os.remove(self.path(name))

    def rmdir(self, name):
        os.rmdir(self.path(name))

    def mkdir(self, name):
        os.mkdir(self.path(name))

    def names(self, folder):
        return os.listdir(self.path(folder))

    def is_folder(self, name):
        return bool(os.stat(self.path(name))[0] & _FOLDER)


def other(place):
    return "b" if place == "a" else "a"


class Slots:
    def __init__(self, files):
        self.files = files

    def read(self):
        # (good place, place on trial or "", starts left); a new or damaged BOOT: the first place.
        try:
            with self.files.open(_BOOT) as file:
                good, trial, starts, crc = file.read(64).decode().split()
            if int(crc, 16) != _crc(good, trial, starts):
                raise ValueError
            return good, trial if trial != "-" else "", int(starts)
        except (OSError, ValueError):
            return "a", "", 0

    def write(self, good, trial="", starts=0):
        trial = trial or "-"
        line = "%s %s %d %08x\n" % (good, trial, starts, _crc(good, trial, starts))
        self.files.write(_BOOT, line.encode())

    def head(self, place):
        # (kind, target, version) of the set in a place.
        with self.files.open(place + "/" + MANIFEST) as file:
            return tuple(file.readline().decode().split()[2:5])

    def whole(self, place):
        # Whether a place has a set, and every file of it is as its manifest says.
        try:
            with self.files.open(place + "/" + MANIFEST) as file:
                lines = file.read().decode().split("\n")
            for line in lines[1:-1]:
                digest, size, name = line.split()
                if self.digest(place + "/" + name) != (int(size), digest):
                    return False
        except (OSError, ValueError):
            return False
        return len(lines) > 2

    def digest(self, name):
        # (size, SHA-256 in hex) of a file.
        seen, size = hashlib.sha256(), 0
        with self.files.open(name) as file:
            while True:
                block = file.read(_BLOCK)
                if not block:
                    return size, hexlify(seen.digest()).decode()
                seen.update(block)
                size += len(block)

    def choose(self):
        # At power-on: (place to run, whether it is on trial).
        good, trial, starts = self.read()
        if trial and starts and self.whole(trial):
            self.write(good, trial, starts - 1)
            return trial, True
        if trial:
            self.write(good)
        if not self.whole(good) and self.whole(other(good)):
            good = other(good)
            self.write(good)
        return good, False


def _crc(good, trial, starts):
    return crc32(("%s %s %s" % (good, trial, starts)).encode()) & 0xFFFFFFFF


def boot(root, *arguments):
    # Run the set that is to run: run(booted, *arguments) of its board/mcu/main, and return what it
    # returns.  `booted` is a dictionary, because its maker may be much older than its reader.
    slots = Slots(Files(root))
    place, trial = slots.choose()
    kind, target, version = slots.head(place)
    booted = {"root": root, "place": place, "trial": trial, "kind": kind}
    booted.update({"target": target, "version": version})
    sys.path.insert(0, slots.files.path(place))
    try:
        return __import__("board.mcu.main", None, None, ("run",)).run(booted, *arguments)
    finally:
        sys.path.pop(0)
