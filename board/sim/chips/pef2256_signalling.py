"""The signalling controller of the PEF2256 model: HDLC in time slot 16 through its two FIFOs.

2.5 ms carry 20 bytes of slot 16; each frame needs two more for the FCS and one for a flag.
The receive FIFO holds 64 bytes, the transmit FIFO two halves of 32: a driver that comes too
seldom loses frames here as on the chip.
"""

from board.sim import line

_STEP = 20  # bytes in 2.5 ms
_HALF = 32
_RECEIVE_FIFO = 64
_QUEUE = 64  # frames under way on the line; more is no 64 kbit/s channel any more
FIFO, _MODE, _CCR1, _CCR2, _RTR3, _TTR3, _IMR0, _IMR1 = 0, 0x03, 0x09, 0x0A, 0x0E, 0x12, 0x14, 0x15
_SIS, _RBCL, _RBCH, _ISR0, _ISR1 = 0x64, 0x66, 0x67, 0x68, 0x69
_XFW = 0x40
_RME, _RPF, _RDO, _XDU = 0x80, 0x01, 0x40, 0x10
_VFR, _OVERFLOWN, _CRC16, _RAB = 0x80, 0x40, 0x20, 0x10  # RSIS
_CMDR_RMC, _CMDR_XHF, _CMDR_XME, _CMDR_SRES = 0x80, 0x08, 0x02, 0x01
# register: value without which nothing is received or sent
_SET_UP = {_MODE: 0x88, 0xA0: 0x00, 0xA1: 0xFF, _CCR1: 0x18, _CCR2: 0x04}  # and TSEO, TSBS1


def fcs(frame: bytes) -> bytes:
    """Return the frame check sequence of Q.921 2.7 (CRC-16, as sent)."""
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
    crc ^= 0xFFFF
    return bytes((crc & 0xFF, crc >> 8))


class Signalling:
    """Registers 0x00 (FIFO), SIS, RBCL, RBCH, ISR0, ISR1 and CMDR of the chip."""

    READS = (FIFO, _SIS, _RBCL, _RBCH, _ISR0, _ISR1)

    def __init__(self, registers: bytearray) -> None:
        self._registers = registers
        self.on_line: list[tuple[bytes, int]] = []  # frames the far end sends: (frame, bits)
        self.sent: list[bytes] = []  # frames that have gone out whole
        self._running = False
        self._reset()

    def _reset(self) -> None:
        self._coming = b""  # rest of the frame that is on the line now, with FCS and status
        self._length = 0
        self._spoilt = False
        self._chunks: list[tuple[bytes, int]] = []  # (bytes, 0 or length of the ended frame)
        self._read_at = 0
        self._isr0 = self._isr1 = 0
        self._writing = bytearray()
        self._halves: list[tuple[bytes, bool]] = []
        self._going = bytearray()

    def _on(self, slot_register: int) -> bool:
        return (
            self._running
            and self._registers[slot_register] == 0x80
            and all(self._registers[at] == value for at, value in _SET_UP.items())
        )

    def read(self, address: int) -> int:
        """One read cycle of a register in READS."""
        if address == FIFO:
            return self._read_fifo()
        if address == _SIS:
            return _XFW if len(self._halves) < 2 else 0
        if address == _ISR0:
            pending, self._isr0 = self._isr0, 0
            return int(pending & ~self._registers[_IMR0])
        if address == _ISR1:
            pending, self._isr1 = self._isr1, 0
            return int(pending & ~self._registers[_IMR1])
        length = self._chunks[0][1] if self._chunks else 0
        return length & 0xFF if address == _RBCL else length >> 8

    def _read_fifo(self) -> int:
        if not self._chunks or self._read_at >= len(self._chunks[0][0]):
            return 0
        self._read_at += 1
        return self._chunks[0][0][self._read_at - 1]

    def write_fifo(self, value: int) -> None:
        """A byte for the half of the transmit FIFO that is open."""
        if len(self._writing) < _HALF and len(self._halves) < 2:
            self._writing.append(value)

    def command(self, value: int) -> None:
        """The bits of CMDR that are this controller's."""
        if value & _CMDR_SRES:
            self._running = True
            self._reset()
        if value & _CMDR_RMC and self._chunks:
            self._chunks.pop(0)
            self._read_at = 0
            self._show()
        if value & _CMDR_XHF:
            self._halves.append((bytes(self._writing), bool(value & _CMDR_XME)))
            self._writing = bytearray()

    def _show(self) -> None:
        if self._chunks:
            self._isr0 |= _RME if self._chunks[0][1] else _RPF

    def advance(self, *, aligned: bool) -> None:
        """2.5 ms of slot 16 pass, both ways; without frame alignment nothing comes in."""
        if aligned and self._on(_RTR3):
            self._receive()
        else:
            self.on_line.clear()
            self._coming = b""
        if self._on(_TTR3):
            self._send()
        else:
            self._halves.clear()

    def _receive(self) -> None:
        room = _STEP
        while room > 0 and (self._coming or self.on_line):
            if not self._coming:
                self._begin()
            take = min(room, len(self._coming), _HALF - len(self._part))
            self._part += self._coming[:take]
            self._coming = self._coming[take:]
            room -= take
            if not self._coming:
                room -= 1  # the flag
                self._hand_over(self._length)
            elif len(self._part) == _HALF:
                self._hand_over(0)

    def _begin(self) -> None:
        frame, bits = self.on_line.pop(0)
        right = 0 if bits & line.BAD_FCS else _CRC16
        aborted = _RAB if bits & line.ABORTED else 0
        status = _VFR | right | aborted | 0x02
        self._coming = frame + fcs(frame) + bytes((status,))
        self._length = len(self._coming)
        self._part = b""
        self._spoilt = False

    def _hand_over(self, length: int) -> None:
        part, self._part = self._part, b""
        held = sum(len(chunk) for chunk, _ in self._chunks)
        if held + len(part) > _RECEIVE_FIFO:
            self._isr1 |= _RDO
            self._spoilt = True
        if self._spoilt:
            if not length:
                return
            # What is left of an overflown frame is its status.
            part = bytes((_OVERFLOWN,))
            length = 1
        self._chunks.append((part, length))
        if len(self._chunks) == 1:
            self._read_at = 0
            self._show()

    def _send(self) -> None:
        room = _STEP
        while room > 0 and self._halves:
            half, last = self._halves[0]
            take = min(room, len(half))
            self._going += half[:take]
            room -= take
            if take < len(half):
                self._halves[0] = (half[take:], last)
                return
            self._halves.pop(0)
            if last:
                self.sent.append(bytes(self._going))
                self._going = bytearray()
                room -= 3  # FCS and flag
        if room > 0 and self._going:
            self._going = bytearray()  # nothing to send in the middle of a frame: abort
            self._isr1 |= _XDU
