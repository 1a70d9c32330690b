"""Model of one Si3050 with its Si3019: registers on one side, the pair on the other.

A line side without a link is on-hook.  A status register shows what the last block found; the
hook acts on the pair at once.  LVS is what stands at the terminals at the block's begin, ringing
included, because the chip does not smooth it: its sign flips while it rings.
"""

import struct

from board.sim import fxo_line
from board.sim.chips import si3050_registers as regs
from board.sim.chips import si3050_termination as termination
from board.sim.chips.si3050_ring import RingDetector

_REVISION = 0x05
_SI3019 = 0x30
_LINE_SIDE_REVISION = 0x18
_FDT = 0x40
_RDTN, _RDTP, _RDT = 0x40, 0x20, 0x04
_RDTI, _FDTI, _DODI, _POLI = 0x80, 0x20, 0x08, 0x01
_DOD = 0x02
_LVFD = 0x01
_OHS, _OHS2, _SQ = 0x40, 0x08, 0x50
_LINK_BLOCKS = 8  # 40 ms from power to frame lock
_REST_BLOCKS = 2  # a chip in software reset takes nothing
_NOTHING = 0xFF  # SDO without a driver


class Si3050Chip:
    """`read` and `write` are its SPI side; `feed` and `draw` the pair."""

    def __init__(self) -> None:
        self.registers = regs.Registers()
        self._bytes = self.registers.bytes
        self._ring = RingDetector(self._bytes)
        self._volts, self._ohm = 0.0, termination.OPEN
        self._silent = self._down = False
        self._resting = 0
        self._settled = False  # a block with the same record would change nothing
        self._record = self._drawn = b""
        self._line_off()
        self._show_nothing()

    def _line_off(self) -> None:
        self._link = _LINK_BLOCKS  # blocks until the link is up
        self._closing = 0  # blocks until the pair is open after the hook went on
        self._off_hook = False
        self._ring.clear()

    def _up(self) -> bool:
        return self._link == 0

    def read(self, register: int) -> int:
        """One read; ones when the chip does not answer."""
        return _NOTHING if self._silent else self._bytes[register]

    def write(self, register: int, value: int) -> None:
        """One write."""
        if self._silent or self._resting:
            return
        self._settled = False
        self._drawn = b""
        if register == 1:
            if value & 0x80:
                self._reset()
                self._resting = _REST_BLOCKS
            return
        self.registers.write(register, value)
        if register == regs.DAA1:
            self._hook()

    def _reset(self) -> None:
        self.registers.reset()
        self._line_off()
        self._show_nothing()

    def _hook(self) -> None:
        if self._bytes[regs.DAA1] & regs.OH:
            self._off_hook, self._closing = self._up(), 0
            self._ring.clear()
        elif self._off_hook and not self._closing:
            self._closing = self._on_hook_blocks()
            self._off_hook = self._closing > 0

    def _on_hook_blocks(self) -> int:
        # Less than 0.5 ms, 3 ms (ETSI) or 26 ms (Australia), in blocks begun.
        if self._bytes[regs.INTERNATIONAL1] & _OHS:
            return 6 if self._bytes[regs.SPARK] & _SQ == _SQ else 0
        return 1 if self._bytes[regs.DAA3] & _OHS2 else 0

    def feed(self, record: bytes) -> bool:
        """A block begins with this FEED record; return whether it changed registers (a fault)."""
        if self._settled and record == self._record:
            return False
        self._record, self._drawn = record, b""
        self._settled = False
        volts, ohm, ring, hertz, bits, register = struct.unpack(fxo_line.FEED_RECORD, record)
        self._volts, self._ohm = volts / 10, ohm
        self._faults(bits, register)
        if self._closing:
            self._closing -= 1
            self._off_hook = self._closing > 0
        self._resting = max(0, self._resting - 1)
        self._advance_link()
        if self._up():
            self._measure(ring / 10, hertz / 10)
        else:
            self._show_nothing()
        return bool(bits & (fxo_line.FEED_CHIP_RESET | fxo_line.FEED_CORRUPT))

    def _faults(self, bits: int, register: int) -> None:
        self._silent = bool(bits & fxo_line.FEED_CHIP_SILENT)
        self._down = bool(bits & fxo_line.FEED_ISOLATION_DOWN)
        if bits & fxo_line.FEED_CHIP_RESET:
            self._reset()
        if bits & fxo_line.FEED_CORRUPT:
            self.registers.corrupt(register)
            self._hook()

    def _advance_link(self) -> None:
        if self._down or self._bytes[regs.DAA2] & regs.PDL:
            if self._up():
                self._bytes[regs.INTERRUPT_SOURCE] |= _FDTI
            self._line_off()
        elif self._link:
            self._link -= 1
            if self._up():
                self._hook()  # what register 5 says takes effect

    def _show_nothing(self) -> None:
        self._bytes[regs.DAA1] &= regs.ONHM | regs.OH
        self._bytes[regs.CHIP_A] = _REVISION
        for register in (regs.LINK, regs.CHIP_B, regs.INTERNATIONAL4, regs.LOOP, regs.VOLTAGE):
            self._bytes[register] = 0

    def _measure(self, ring: float, hertz: float) -> None:
        # Status registers for this block.
        if self._ohm == termination.OPEN:
            ring = 0.0
        wave = self._ring.wave(ring, hertz)
        ampere, volts = self._pair()
        if self._off_hook:
            wave = 0.0
            coarse, fine, lost = termination.shown(self._bytes[regs.DC], ampere * 1000)
        else:
            coarse = fine = 0
            lost = False
            self._ring.block(volts, wave, hertz if ring else 0.0)
        self._bytes[regs.CHIP_A] = _REVISION | _SI3019
        self._bytes[regs.CHIP_B] = _LINE_SIDE_REVISION
        self._bytes[regs.LINK] = _FDT | coarse
        self._bytes[regs.LOOP] = fine
        self._bytes[regs.INTERNATIONAL4] = _DOD if lost else 0
        self._show_voltage(volts + wave)
        self._show_ring()
        if lost:
            self._bytes[regs.INTERRUPT_SOURCE] |= _DODI
        quiet = self._off_hook or (not ring and self._ring.quiet(volts))
        self._settled = quiet and not (self._closing or self._resting)

    def _show_voltage(self, volts: float) -> None:
        if abs(volts) <= 3 and not self._bytes[regs.DAA3] & _LVFD:
            volts = 0.0
        before = self._bytes[regs.VOLTAGE]
        self._bytes[regs.VOLTAGE] = max(-127, min(127, round(volts))) & 0xFF
        if (before ^ self._bytes[regs.VOLTAGE]) & 0x80:
            self._bytes[regs.INTERRUPT_SOURCE] |= _POLI

    def _show_ring(self) -> None:
        shown = _RDTP if self._ring.positive else 0
        if self._ring.negative:
            shown |= _RDTN
        if self._ring.detected:
            shown |= _RDT
        self._bytes[regs.DAA1] = self._bytes[regs.DAA1] & (regs.ONHM | regs.OH) | shown
        if self._ring.begun:
            self._bytes[regs.INTERRUPT_SOURCE] |= _RDTI

    def _pair(self) -> "tuple[float, float]":
        # Ampere and volts at the terminals, without ringing.
        if self._off_hook:
            return termination.off_hook(self._bytes[regs.DC], self._volts, self._ohm)
        return 0.0, termination.on_hook(self._volts, self._ohm)

    def draw(self) -> bytes:
        """The block ends: what the pair sees, a DRAW record."""
        if self._settled and self._drawn:
            return self._drawn
        bits = fxo_line.DRAW_LINE_SIDE if self._up() else 0
        if self._off_hook:
            bits |= fxo_line.DRAW_OFF_HOOK
        elif bits and self._bytes[regs.DAA1] & regs.ONHM:
            bits |= fxo_line.DRAW_MONITOR
        ampere, volts = self._pair()
        record = struct.pack(
            fxo_line.DRAW_RECORD,
            bits,
            self._bytes[regs.AC] & 0x0F,
            round(ampere * 10000),
            max(-32768, min(32767, round(volts * 10))),
            bytes(self._bytes[regs.HYBRID : regs.HYBRID + 8]),
            self._gain(1),
            self._gain(0),
        )
        if self._settled:
            self._drawn = record
        return record

    def _gain(self, receive: int) -> int:
        # Half a dB: registers 38 and 40 transmit, 39 and 41 receive; bit 4 means attenuation.
        coarse = self._bytes[regs.GAIN + receive]
        fine = self._bytes[regs.GAIN + 2 + receive]
        tenths = (coarse & 15 if coarse & 16 else min(12, coarse & 15)) * (
            -10 if coarse & 16 else 10
        )
        tenths += (fine & 15) * (-1 if fine & 16 else 1)
        return round(tenths / 5)
