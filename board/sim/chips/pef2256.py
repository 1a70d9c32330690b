"""Model of the PEF2256 (FALC56) framer: what its registers show for what the line does.

It knows the register values by which the Linux framer driver makes an E1 framer of the chip
(drivers/net/wan/framer/pef2256); with another value the part concerned does not work, as the real
one would not: no receive clock, no frame, a shifted highway.  Runs under MicroPython too.
"""

from board.sim import line
from board.sim.chips.pef2256_signalling import FIFO, Signalling

_CMDR, _FMR1, _FMR2, _XSW, _IMR3 = 0x02, 0x1D, 0x1E, 0x20, 0x17
_LIM0, _LIM1, _CMR1, _GCR, _VSTR, _WID, _FRS0, _FECL, _ISR3 = (
    0x36,
    0x37,
    0x44,
    0x46,
    0x4A,
    0xEC,
    0x4C,
    0x50,
    0x6B,
)
_RRES, _XRES = 0x40, 0x10
_XAIS, _PLB, _XRA, _LL, _RL = 0x01, 0x04, 0x20, 0x02, 0x02
_SEC, _RSN, _RSP = 0x40, 0x02, 0x01
_ONES = b"\xff" * line.BLOCK_BYTES
_SHIFTED = b"\x7e" * line.BLOCK_BYTES  # what a highway with wrong offsets makes of speech
_NO_FRAME = line.LOS | line.AIS | line.LFA
_XFS = 0x08  # FMR1: CRC-4 multiframe sent
_SECOND = 200  # blocks of 5 ms
_AXRA = 0x02
_ECM = 0x04
_MULTIFRAME = 0x80  # FMR2.RFS1: the receiver looks for the CRC-4 multiframe
_STATUS = {
    line.LOS: 0x80,
    line.AIS: 0x40,
    line.LFA: 0x20,
    line.RAI: 0x10,
    line.LOMF: 0x02,
}

# register: (bits that must be so, their value); bits left out may change in operation.
_RECEIVER = {
    0x36: (0xFC, 0x08),  # LIM0: short haul, the forced 1
    0x37: (0xFD, 0x40),  # LIM1: analogue, 0.21 V
    0x38: (0xFF, 10),  # PCD
    0x39: (0xFF, 21),  # PCR
    0x3A: (0xFB, 0x20),  # LIM2: slicer at 50 %
    0x1C: (0x3F, 0x30),  # FMR0: receive HDB3
    0x1D: (0xF0, 0x00),  # FMR1: E1
    0x24: (0xFF, 0xC0),  # RC0: service word ignored, loss after 4 FAS
    0x44: (0xD7, 0x00),  # CMR1
    0x45: (0xFF, 0x20),  # CMR2
}
for _i, _value in enumerate((0x00, 0x18, 0xFB, 0x0B, 0x01, 0x0B, 0xDB, 0xDF)):
    _RECEIVER[0x92 + _i] = (0xFF, _value)  # GCM1 to 8: 16.384 MHz
_SENDER = {
    0x1C: (0xC1, 0xC0),  # FMR0: transmit HDB3
    0x26: (0xFF, 0x9C),  # XPM0 to 2: the G.703 pulse
    0x27: (0xFF, 0x03),
    0x28: (0xFF, 0x00),
    0x20: (0x9F, 0x9F),  # XSW: spare bits, Si
    0x21: (0xFF, 0x04),  # XSP
    0x29: (0xFF, 0x00),  # TSWM
}
_HIGHWAY = {
    0x22: (0xFF, 0),  # XC0, XC1, RC1: offsets
    0x23: (0xFF, 4),
    0x25: (0xFF, 4),
    0x1D: (0x02, 0x00),  # FMR1.SSD
    0x1E: (0x39, 0x00),  # FMR2: not transparent, AIS to the highway on LFA only
    0x3E: (0xFC, 0x00),  # SIC1: 2.048 MHz, receive buffer of two frames
    0x3F: (0xFF, 0x00),  # SIC2
    0x40: (0xFF, 0x28),  # SIC3: edges
    0x84: (0xFF, 0x01),  # PC5: RCLK is an output
    0x86: (0xFF, 0x00),  # PC6
}
# What differs when the chip follows the line's clock (True) or its own (False).
_CLOCKING = {
    True: {0x44: 0x28, 0x85: 0x40, 0x3A: 0x24, 0x3E: 0x02, 0x20: 0xDF},
    False: {0x44: 0x00, 0x85: 0x00, 0x3A: 0x20, 0x3E: 0x00, 0x20: 0x9F},
}


class Pef2256Model:
    """The chip.  `read` and `write` are its bus; the rest is its line and highway side."""

    def __init__(self) -> None:
        self.registers = bytearray(256)
        self.registers[0x14:0x1A] = b"\xff" * 6  # IMR0 to 5: all masked
        self.registers[_VSTR] = 0x05
        self.registers[_WID] = 0x40  # version 2.2
        self.signalling = Signalling(self.registers)
        self._isr3 = 0
        self._errors = [0, 0, 0, 0]
        self._blocks = 0
        self._receiving = self._sending = False
        self._set_up_right = {"receiver": False, "sender": False, "highway": False}
        self._sent = bytes(line.BLOCK_BYTES)
        self.faults = 0  # line bits as the receiver sees them

    def read(self, address: int) -> int:
        """One read cycle."""
        if address in self.signalling.READS:
            return self.signalling.read(address)
        if address == _ISR3:
            pending = self._isr3
            self._isr3 = 0
            return pending
        return self.registers[address]

    def write(self, address: int, value: int) -> None:
        """One write cycle."""
        if address == _CMDR:
            self._command(value)
        elif address == FIFO:
            self.signalling.write_fifo(value)
        elif address not in (_VSTR, _WID, _FRS0):
            self.registers[address] = value
            self._judge()

    def _command(self, value: int) -> None:
        self._receiving |= bool(value & _RRES)
        self._sending |= bool(value & _XRES)
        self.signalling.command(value)

    def _judge(self) -> None:
        clocking = _CLOCKING[bool(self.registers[_CMR1] & 0x08)]
        # The clocking registers belong together; a mixture leaves the highway without a clock.
        clocked = all(
            (self.registers[at] ^ value) & ~(0x20 if at == 0x20 else 0) == 0
            for at, value in clocking.items()
        )
        self._set_up_right["receiver"] = self._holds(_RECEIVER)
        self._set_up_right["sender"] = self._holds(_SENDER)
        self._set_up_right["highway"] = clocked and self._holds(_HIGHWAY)

    def _holds(self, table: "dict[int, tuple[int, int]]") -> bool:
        return all(self.registers[at] & mask == value for at, (mask, value) in table.items())

    def count_errors(self, counts: "tuple[int, ...]") -> None:
        """Code violations, FAS errors, CRC-4 errors, E bits that the line has shown."""
        violations, fas, crc, e_bits = counts
        for i, count in enumerate((fas, violations, crc, e_bits)):
            self._errors[i] = min(0xFFFF, self._errors[i] + count)

    def from_line(self, bits: int, block: bytearray) -> None:
        """A block message has come: update the status, turn it into what the highway gets."""
        if self.registers[_LIM0] & _LL:
            bits = 0
            block[line.HEADER_SIZE :] = self._sent
        self.faults = self._seen(bits)
        self.registers[_FRS0] = 0
        for bit, status in _STATUS.items():
            if self.faults & bit:
                self.registers[_FRS0] |= status
        self._slips(bits)
        self._second()
        self.signalling_half()
        if self.faults & _NO_FRAME:
            block[line.HEADER_SIZE :] = _ONES
        elif not self._set_up_right["highway"]:
            block[line.HEADER_SIZE :] = _SHIFTED

    def signalling_half(self) -> None:
        """2.5 ms of slot 16 pass: the first half in from_line, the second when this is called."""
        self.signalling.advance(aligned=not self.faults & _NO_FRAME)

    def _seen(self, bits: int) -> int:
        powered = not self.registers[_GCR] & 0x01
        receiving = self._receiving and powered and self._set_up_right["receiver"]
        if bits & line.LOS or not receiving:
            return line.LOS | line.LFA
        if bits & line.AIS:
            return line.AIS | line.LFA
        if bits & line.LFA:
            return line.LFA
        seen = bits & line.RAI
        if self.registers[_FMR2] & _MULTIFRAME and bits & line.LOMF:
            seen |= line.LOMF
        return seen

    def _slips(self, bits: int) -> None:
        shown = 0
        if bits & line.SLIP_LOST:
            shown |= _RSN
        if bits & line.SLIP_REPEATED:
            shown |= _RSP
        self._isr3 |= shown & ~self.registers[_IMR3]

    def _second(self) -> None:
        self._blocks += 1
        if self._blocks % _SECOND:
            return
        self._isr3 |= _SEC & ~self.registers[_IMR3]
        if self.registers[_FMR1] & _ECM and self.registers[_GCR] & 0x10:
            for i, count in enumerate(self._errors):
                self.registers[_FECL + 2 * i] = count & 0xFF
                self.registers[_FECL + 2 * i + 1] = count >> 8
            self._errors = [0, 0, 0, 0]

    def to_line(self, block: bytearray, received: bytearray) -> int:
        """Turn the samples of a block message into what goes out; return the line bits.

        LOS: nothing is sent; LOMF: frames without the CRC-4 multiframe.  `received` is the message
        that the line brought, for the loops.
        """
        if not self._sending or not self._set_up_right["sender"]:
            block[line.HEADER_SIZE :] = bytes(line.BLOCK_BYTES)
            return line.LOS
        if self.registers[_LIM1] & _RL or self.registers[_FMR2] & _PLB:
            block[line.HEADER_SIZE :] = received[line.HEADER_SIZE :]
        elif not self._set_up_right["highway"]:
            block[line.HEADER_SIZE :] = _SHIFTED
        if self.registers[_LIM0] & _LL:
            self._sent = bytes(block[line.HEADER_SIZE :])
        if self.registers[_FMR1] & _XAIS:
            block[line.HEADER_SIZE :] = _ONES
            return line.AIS
        by_itself = self.registers[_FMR2] & _AXRA and self.faults & line.LFA
        bits = line.RAI if by_itself or self.registers[_XSW] & _XRA else 0
        return bits if self.registers[_FMR1] & _XFS else bits | line.LOMF
