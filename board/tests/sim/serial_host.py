"""The host's end of a simulated board's port, with the plain definitions of board/wire.py."""

import os
import platform
import select

from board import wire

RUNTIMES = ["micropython", "cpython"] if platform.machine() == "x86_64" else ["cpython"]
PATIENCE = 5


class Host:
    """The other end of the pty."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.decoder = wire.Decoder()
        self.frames = []

    def say(self, kind, payload=b"", tick=0):
        self.raw(wire.seal(wire.body(kind, payload, tick)))

    def raw(self, data):
        while data:
            data = data[os.write(self.fd, data) :]

    def next(self, kind):
        """Wait for the next frame of one type; others are kept."""
        while True:
            for at, frame in enumerate(self.frames):
                if frame[0] == kind:
                    return self.frames.pop(at)
            assert select.select([self.fd], [], [], PATIENCE)[0], f"no frame of type {kind:#x}"
            self.frames += [wire.split(f) for f in self.decoder.feed(os.read(self.fd, 65536))]

    def pump(self, seconds=0):
        while select.select([self.fd], [], [], seconds)[0]:
            self.frames += [wire.split(f) for f in self.decoder.feed(os.read(self.fd, 65536))]

    def command(self, op, *values, request=1):
        self.say(wire.CMD, wire.pack_command(request, op, *values))
        return wire.parse_response(self.next(wire.RSP)[3])

    def close(self):
        os.close(self.fd)
