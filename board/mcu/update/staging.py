# A set on its way into the spare place: one slice of work at a time, so that the board's loop is
# never kept for long.  Without a MANIFEST a place has no set; it is the last that is written, and
# the first that is removed.
import hashlib
from binascii import hexlify

from board import wire_update as wu
from board.mcu.runtime import const
from board.mcu.update.slots import MANIFEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SLICE = const(2048)  # bytes read back in one slice


class Wrong(Exception):
    # The set cannot be taken: wire_update.ERROR_*.
    pass


class Staging:
    # `place` is the spare one; `own` (kind, target) is what the board is.

    def __init__(self, slots, place, own, manifest_size, size, digest):
        self.digest, self.size = digest, size
        self.written = 0
        self._files, self._place, self._own = slots.files, place, own
        self._manifest_size = manifest_size
        self._manifest = b""
        self._listed = []  # (name, size, SHA-256) of the files
        self._at = 0  # which of them is being written, or read back
        self._left = 0  # bytes of it still to come
        self._file: "Any" = None
        self._seen: "Any" = None
        self._doomed = [place]  # folders being emptied, the innermost last

    def _path(self, name):
        return self._place + "/" + name

    # Emptying

    def clear(self):
        # Remove one thing; True when all is gone.
        folder = self._doomed[-1]
        if len(self._doomed) == 1:
            self._first()
        names = self._names(folder)
        if names:
            path = folder + "/" + names[0]
            if self._files.is_folder(path):
                self._doomed.append(path)
            else:
                self._files.remove(path)
            return False
        self._doomed.pop()
        if self._doomed:
            self._files.rmdir(folder)
        return not self._doomed

    def _first(self):
        # The manifest goes before any file of the set.
        if MANIFEST in self._names(self._place):
            self._files.remove(self._path(MANIFEST))

    def _names(self, folder):
        try:
            return self._files.names(folder)
        except OSError:
            self._files.mkdir(folder)  # a board's first update: there is no second place yet
            return []

    # Writing

    def put(self, data):
        # The next bytes of the stream.
        if self.written + len(data) > self.size:
            raise Wrong(wu.ERROR_STATE)
        self.written += len(data)
        missing = self._manifest_size - len(self._manifest)
        if missing:
            self._manifest += data[:missing]
            data = data[missing:]
            if len(self._manifest) == self._manifest_size:
                self._take_manifest()
        while data:
            part = data[: self._left]
            data = data[len(part) :]
            self._file.write(part)
            self._left -= len(part)
            self._next()

    def _take_manifest(self):
        try:
            head, self._listed = wu.parse_manifest(self._manifest)
        except wu.UpdateError:
            raise Wrong(wu.ERROR_MANIFEST) from None
        right = hashlib.sha256(self._manifest).digest() == self.digest and head[:2] == self._own
        if not right or self._manifest_size + sum(size for _, size, _ in self._listed) != self.size:
            raise Wrong(wu.ERROR_MANIFEST)
        self._open()
        self._next()

    def _open(self):
        name, self._left, _ = self._listed[self._at]
        at = name.find("/")
        while at >= 0:
            try:
                self._files.mkdir(self._path(name[:at]))
            except OSError:
                pass  # an earlier file is in it already
            at = name.find("/", at + 1)
        self._file = self._files.open(self._path(name), "wb")

    def _next(self):
        # Close the files that are complete, some of them empty, and open the one that is not.
        while self._left == 0 and self._file is not None:
            self._files.close(self._file)
            self._file = None
            self._at += 1
            if self._at < len(self._listed):
                self._open()

    # Reading back

    def begin_check(self):
        if self.written != self.size:
            raise Wrong(wu.ERROR_STATE)
        self._at = 0
        self._file = None

    def check(self):
        # Read back one slice; True when every file is right and the place has its manifest.
        if self._at == len(self._listed):
            self._files.write(self._path(MANIFEST), self._manifest)
            return True
        name, size, digest = self._listed[self._at]
        if self._file is None:
            self._file = self._files.open(self._path(name))
            self._seen = hashlib.sha256()
            self._left = size
        data = self._file.read(_SLICE)
        if data:
            self._seen.update(data)
            self._left -= len(data)
            return False
        self.stop()
        if self._left or hexlify(self._seen.digest()) != hexlify(digest):
            raise Wrong(wu.ERROR_HASH)
        self._at += 1
        return False

    def stop(self):
        # Let go of the file that is open.
        if self._file is not None:
            self._file.close()
            self._file = None
