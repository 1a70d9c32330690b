# A file descriptor as the simulated board needs it: non-blocking, on either Python.
import sys

CLOSED = -1

if sys.implementation.name == "micropython":

    class Descriptor:
        # MicroPython has no os.read; a raw file object does it, one for each direction.

        def __init__(self, number):
            self.pollable = open(number, "rb", 0)
            self._writer = open(number, "wb", 0)

        def read_into(self, buffer, size):
            # Bytes read, 0 when there is nothing now, CLOSED at the end.
            try:
                count = self.pollable.readinto(buffer, size)
            except OSError:  # EIO: nobody has the other end of the pty
                return CLOSED
            if count is None:
                return 0
            return count if count else CLOSED

        def write(self, buffer, at, size):
            # Bytes written; 0 when the other end takes nothing now or is gone.
            try:
                return self._writer.write(buffer, at, size) or 0
            except OSError:
                return 0

else:
    import os

    class Descriptor:
        def __init__(self, number):
            self.pollable = number

        def read_into(self, buffer, size):
            try:
                return os.readv(self.pollable, [memoryview(buffer)[:size]]) or CLOSED
            except BlockingIOError:
                return 0
            except OSError:
                return CLOSED

        def write(self, buffer, at, size):
            try:
                return os.write(self.pollable, memoryview(buffer)[at : at + size])
            except OSError:
                return 0
