# A board's flash in a folder, and an update of it, one request at a time.  Runs on both Pythons.
import hashlib
import os
from binascii import hexlify

from board import wire_update as wu
from board.mcu.link import cobs, counters
from board.mcu.link.frames import BODY
from board.mcu.update.slots import Files, Slots
from board.mcu.update.update import Update

OLD = [("board/mcu/main.py", b"old = 1\n"), ("board/wire.py", b"# wire\n" * 40)]
NEW = [
    ("board/__init__.py", b""),
    ("board/mcu/e1/board.py", b"# the board\n" * 200),
    ("board/mcu/main.py", b"new = 1\n"),
]


def make(files, version, kind="e1", target="plain"):
    # (manifest, stream) of a set.
    listed = [(n, len(d), hexlify(hashlib.sha256(d).digest()).decode()) for n, d in files]
    manifest = wu.manifest_lines(kind, target, version, listed).encode()
    return manifest, manifest + b"".join(data for _, data in files)


def digest_of(manifest):
    return hashlib.sha256(manifest).digest()


class PowerCut(Exception):
    pass


class CutFiles(Files):
    # Flash whose power goes before the operation `left` counts to; what was being written is torn.

    def __init__(self, root, left=1 << 20):
        super().__init__(root)
        self.left = left
        self.done = 0
        self._open = []

    def _operation(self):
        self.done += 1
        self.left -= 1
        if self.left < 0:
            for file in self._open:
                file.close()
            raise PowerCut()

    def open(self, name, mode="rb"):
        if mode == "wb":
            self._operation()
        file = super().open(name, mode)
        self._open.append(file)
        return file

    def close(self, file):
        if self.left <= 0:
            file.write(b"torn")
            file.close()
        self._operation()
        super().close(file)

    def rename(self, old, new):
        self._operation()
        super().rename(old, new)

    def remove(self, name):
        self._operation()
        super().remove(name)

    def rmdir(self, name):
        self._operation()
        super().rmdir(name)

    def mkdir(self, name):
        self._operation()
        super().mkdir(name)


def erase(files, folder):
    for name in files.names(folder):
        path = folder + "/" + name
        if files.is_folder(path):
            erase(files, path)
            files.rmdir(path)
        else:
            files.remove(path)


def lay_out(files, place, manifest, content):
    # A set in a place, as production leaves it.
    for name, data in content + [("MANIFEST", manifest)]:  # noqa: RUF005  older language
        at = 0
        path = place + "/" + name
        while "/" in path[at:]:
            at = path.index("/", at) + 1
            try:  # noqa: SIM105  MicroPython has no contextlib
                files.mkdir(path[: at - 1])
            except OSError:
                pass
        with files.open(path, "wb") as file:
            file.write(data)


def folder():
    # In memory where that is possible: each operation has its fsync.
    try:
        os.stat("/dev/shm")  # noqa: PTH116
        base = "/dev/shm"
    except OSError:
        base = "/tmp"
    root = base + "/callbox-flash-" + hexlify(os.urandom(6)).decode()
    os.mkdir(root)  # noqa: PTH102  MicroPython has no pathlib
    return root


class Sender:
    def __init__(self):
        self.body = bytearray(200)
        self.said = []

    def send(self, kind, length, stamp):
        assert kind == wu.UPDATE_STATUS
        self.said.append(wu.parse_status(bytes(self.body[BODY : BODY + length])))


class Hal:
    def __init__(self, booted):
        self.booted = booted
        self.stamp = bytearray(4)
        self.restarts = 0

    def restart(self):
        self.restarts += 1


class Bench:
    # One start of a board: what runs, and the host's requests to it.

    def __init__(self, files, target="plain"):
        self.files = files
        self.slots = Slots(files)
        self.place, self.trial = self.slots.choose()
        kind, _, self.version = self.slots.head(self.place)
        booted = {"root": "", "place": self.place, "trial": self.trial}
        booted.update({"kind": kind, "target": target, "version": self.version})
        self.hal, self.sender = Hal(booted), Sender()
        self.counts = counters.make()
        self.update = Update(self.hal, self.sender, self.counts)
        self.update._slots = self.slots
        self.update._starts = self.slots.read()[2]
        self.number = 0

    def blocks(self, count=1):
        for _ in range(count):
            self.update.work()

    def ask(self, kind, payload):
        # The answer to one request: (state, error, flags, starts, digest, written, size), or None.
        body = bytearray(BODY + len(payload))
        cobs.copy(body, BODY, bytearray(payload), 0, len(payload))
        self.update.take(kind, body, len(payload))
        self.sender.said = []
        self.blocks()
        return self.sender.said[-1][1:] if self.sender.said else None

    def named(self, kind, manifest):
        self.number += 1
        return self.ask(kind, wu.pack_named(self.number, digest_of(manifest)))

    def status(self):
        self.number += 1
        return self.ask(wu.UPDATE_ASK, wu.pack_ask(self.number))

    def begin(self, manifest, stream):
        self.number += 1
        packed = wu.pack_begin(self.number, len(manifest), len(stream), digest_of(manifest))
        answer = self.ask(wu.UPDATE_BEGIN, packed)
        for _ in range(100):
            if self.status()[0] != wu.STATE_CLEARING:
                break
            self.blocks()
        return answer

    def data(self, manifest, stream, offset, size=300):
        self.number += 1
        chunk = stream[offset : offset + size]
        return self.ask(
            wu.UPDATE_DATA, wu.pack_data(self.number, digest_of(manifest), offset, chunk)
        )

    def write(self, manifest, stream):
        # Up to the check's end; the last state.
        self.begin(manifest, stream)
        while self.status()[0] == wu.STATE_RECEIVING and self.status()[5] < len(stream):
            self.data(manifest, stream, self.status()[5])
        self.named(wu.UPDATE_VERIFY, manifest)
        for _ in range(100):
            if self.status()[0] != wu.STATE_CHECKING:
                break
            self.blocks()
        return self.status()
