# The host port on the RP2350: USB CDC-ACM with whole-block transfers, no byte passes Python alone.
#
# Never run on hardware.  Frames are padded with 0x00 (empty frames, which the host skips) to a
# multiple of 128 bytes: Linux' cdc-acm reads 128 at a time, and its read ends without a short
# packet.  The host's frames must not be a multiple of 64 long for the same reason; when one is, it
# waits for the next.
from machine import USBDevice

from board import wire
from board.mcu.link import cobs
from board.mcu.runtime import const

_IN = const(0x82)
_OUT = const(0x02)
_STEP = const(128)
_LENGTH = 1664  # the longest frame, rounded up to a multiple of _STEP
_BUFFERS = const(8)  # 40 ms
_SET_LINE_CODING = const(0x20)
_GET_LINE_CODING = const(0x21)
_SET_CONTROL_LINE_STATE = const(0x22)

# The numbers by which board/host/discovery.py knows the boards.
VENDOR = 0x1209
E1, FXO = 0xCB01, 0xCB02
_DEVICE = bytes((18, 1, 0, 2, 0xEF, 2, 1, 64, VENDOR & 0xFF, VENDOR >> 8))
_FUNCTIONAL = b"\x05\x24\x00\x10\x01\x05\x24\x01\x00\x01\x04\x24\x02\x02\x05\x24\x06\x00\x01"
_INTERFACES = (
    b"\x08\x0b\x00\x02\x02\x02\x00\x00"  # association: CDC-ACM, two interfaces
    b"\x09\x04\x00\x00\x01\x02\x02\x00\x04" + _FUNCTIONAL + b"\x07\x05\x81\x03\x08\x00\x10"
    b"\x09\x04\x01\x00\x02\x0a\x00\x00\x00\x07\x05\x02\x02\x40\x00\x00\x07\x05\x82\x02\x40\x00\x00"
)
_CONFIGURATION = bytes((9, 2, 9 + len(_INTERFACES), 0, 2, 1, 0, 0x80, 125)) + _INTERFACES


class UsbPort:
    def __init__(self, serial, product, name):
        self.is_open = False  # the host has set DTR
        self._line_coding = bytearray(b"\x00\xc2\x01\x00\x00\x00\x08")
        self._in = [bytearray(_LENGTH) for _ in range(_BUFFERS)]
        # A slice is an object on the heap, so all that can be needed are made now.
        self._views = [
            [memoryview(buffer)[: _STEP * (i + 1)] for i in range(_LENGTH // _STEP)]
            for buffer in self._in
        ]
        self._sizes = [0] * _BUFFERS
        self._first = self._waiting = 0
        self._out = (bytearray(_LENGTH), bytearray(_LENGTH))
        self._filling = 0  # which of _out the host writes to
        self._full = 0  # bytes in the other one
        self._device = USBDevice()
        self._device.active(False)  # noqa: FBT003
        # Documented for machine.USBDevice, but not in the stubs.
        self._device.builtin_driver = self._device.BUILTIN_NONE  # type: ignore[attr-defined]
        self._device.config(
            _DEVICE + bytes((product & 0xFF, product >> 8, 0, 1, 1, 2, 3, 1)),
            _CONFIGURATION,
            desc_strs=[None, "Callbox", name, serial, "PCM"],
            open_itf_cb=self._opened,
            reset_cb=self._reset,
            control_xfer_cb=self._control,
            xfer_cb=self._done,
        )
        self._device.active(True)  # noqa: FBT003

    def _reset(self):
        self.is_open = False
        self._waiting = self._full = 0

    def _opened(self, descriptor):
        self._device.submit_xfer(_OUT, self._out[self._filling])

    def _control(self, stage, request):
        # Returns True to go on, a buffer for data, False to refuse.
        what = request[1]
        if what in (_SET_LINE_CODING, _GET_LINE_CODING):
            return self._line_coding if stage == 1 else True
        if what == _SET_CONTROL_LINE_STATE:
            if stage == 3:
                self.is_open = bool(request[2] & 1)
            return True
        return False

    def _done(self, endpoint, result, count):
        if endpoint == _IN:
            self._first = (self._first + 1) % _BUFFERS
            self._waiting -= 1
            self._next()
        elif endpoint == _OUT:
            self._full = count if result == 0 else 0
            if self._full == 0:
                self._device.submit_xfer(_OUT, self._out[self._filling])
            else:
                self._filling = 1 - self._filling

    def _next(self):
        if self._waiting:
            size = self._sizes[self._first]
            self._device.submit_xfer(_IN, self._views[self._first][size // _STEP - 1])

    def has_data(self):
        return self._full > 0

    def read_into(self, buffer):
        # What the host sent in one transfer; the next may then come.
        size = self._full
        if size:
            cobs.copy(buffer, 0, self._out[1 - self._filling], 0, size)
            self._full = 0
            self._device.submit_xfer(_OUT, self._out[self._filling])
        return size

    def send(self, data, size):
        # Queue data[:size]; False when all buffers wait for the host.
        if not self.is_open or self._waiting == _BUFFERS or size > wire.MAX_WIRE:
            return False
        slot = (self._first + self._waiting) % _BUFFERS
        padded = (size + _STEP - 1) // _STEP * _STEP
        cobs.copy(self._in[slot], 0, data, 0, size)
        cobs.fill(self._in[slot], size, padded - size, 0)
        self._sizes[slot] = padded
        self._waiting += 1
        if self._waiting == 1:
            self._next()
        return True
