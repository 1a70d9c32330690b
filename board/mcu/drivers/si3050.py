# One line: an Si3050 with its Si3019 behind an SPI daisy chain.
#
# bus.transfer(line, control, register, value) -> int is one SPI transaction of three bytes; what
# comes back is the third byte.  Nothing here waits: a caller lets REST_BLOCKS go by after reset(),
# and after power_line_side() asks line_side_up() until the isolation link is there (DAHDI gives it
# up to 2 s).  Only setup() allocates.
from board.mcu.drivers import si3050_regs as regs
from board.mcu.runtime import const

REST_BLOCKS = const(20)  # blocks of 5 ms from reset() to setup(): DAHDI waits 100 ms, too
# Registers that nobody but the methods here changes.
_WATCHED = (
    bytes((regs.DAA2, regs.INTERNATIONAL1, regs.INTERNATIONAL3))
    + bytes((regs.RING_VALIDATION1, regs.RING_VALIDATION2, regs.RING_VALIDATION3))
    + bytes((regs.DC_TERMINATION, regs.AC_TERMINATION, regs.DAA3))
    + bytes(range(regs.PCM_MODE, regs.GAIN_RX3 + 1))
    + bytes(range(regs.HYBRID1, regs.HYBRID1 + 8))
    + bytes((regs.SPARK,))
)
_DAA1_WRITTEN = const(0x09)  # ONHM and OH; the other bits of register 5 are status
_NO_HYBRID = bytes(8)


class Si3050:
    def __init__(self, bus, line):
        self._bus = bus
        self._line = line
        self._reading = regs.control(line, regs.READ)
        self._writing = regs.control(line, regs.WRITE)
        self._shadow = bytearray(regs.REGISTERS)  # what was last written
        self._watch = 0
        self._monitored = 0  # ONHM as it shall be on-hook
        self._lost_hook = False
        self.answers = False  # False: on SPI is only ones, or zeros, or nonsense
        self.line_side = False  # the isolation link is in frame lock
        self.ring_p = self.ring_n = False  # beyond the ring threshold just now
        self.ring_valid = False  # a validated ring signal began since the last poll
        self.reversal = False  # LVS changed its sign since the last poll, ringing does it, too
        self.volts = 0  # ring wire against tip wire, signed
        self.milliamperes = 0  # 1: some, too little to be measured
        self.overload = False
        self.starved = False  # off-hook, but the line does not feed the line side

    def reset(self):
        # Software reset; the chip needs REST_BLOCKS after it.
        self.write(regs.CONTROL1, regs.CONTROL1_SR)

    def setup(self, row, slot):
        # All registers, on-hook and with the line side off; row: one of countries.ROWS.
        self._monitored = 0
        for register, value in regs.COMMON:
            self.write(register, value)
        self.country(row)
        self._start(regs.PCM_START, slot)
        self._start(regs.PCM_START + 2, slot)
        self.gains(0, 0)
        self.hybrid(_NO_HYBRID)
        self.write(regs.PCM_MODE, regs.PCM_ALAW)  # only now that the slots are set

    def _start(self, register, slot):
        # Time slots have 8 clocks.
        self.write(register, slot * 8 & 0xFF)
        self.write(register + 1, slot * 8 >> 8)

    def country(self, row):
        self.write(regs.INTERNATIONAL1, row[0])
        self.write(regs.DC_TERMINATION, row[1])
        self.write(regs.AC_TERMINATION, row[2])
        self.write(regs.DAA3, row[3] | regs.FOH_128 | regs.LVFD)
        self.write(regs.SPARK, regs.SQ_26_MS if row[0] & regs.OHS else 0)

    def gains(self, receive_half_db, transmit_half_db):
        # -15 to 12 dB each, in steps of half a dB; more is cut.
        self._gain(regs.GAIN_RX2, receive_half_db)
        self._gain(regs.GAIN_TX2, transmit_half_db)

    def _gain(self, register, half_db):
        half_db = min(24, max(-30, half_db))
        sign = regs.ATTENUATE if half_db < 0 else 0
        half_db = abs(half_db)
        self.write(register, half_db >> 1 | sign)
        self.write(register + 2, (half_db & 1) * 5 | sign)

    def hybrid(self, eight):
        # The coefficients of the digital hybrid.
        for i in range(8):
            self.write(regs.HYBRID1 + i, eight[i])

    def power_line_side(self):
        self.write(regs.DAA2, 0)

    def line_side_up(self):
        # Register 11 names the line side as soon as it answers; then it must be in frame lock.
        kind = self.read(regs.CHIP_A)
        if kind == 0xFF or not kind & 0xF0:
            return False
        return bool(self.read(regs.LINE_SIDE_STATUS) & regs.FDT)

    def hook(self, off):
        # The data sheet wants ONHM cleared while OH is set; on-hook it comes back by itself.
        self.write(regs.DAA1, regs.OH if off else self._monitored)

    def monitor(self, on):
        # The on-hook path, by which caller ID is heard; off-hook this is only remembered.
        self._monitored = regs.ONHM if on else 0
        if not self._shadow[regs.DAA1] & regs.OH:
            self.write(regs.DAA1, self._monitored)

    def read(self, register):
        return self._bus.transfer(self._line, self._reading, register, 0xFF)

    def write(self, register, value):
        self._shadow[register] = value
        self._bus.transfer(self._line, self._writing, register, value)

    def restore(self, register):
        # Write again what changed_register() found lost.
        self.write(register, self._shadow[register])

    def poll(self):
        # Read what changes by itself into the attributes above; once every 16 ms, or oftener.
        # Register 2 never changes; DAHDI asks for it, too, whether the chip is there.
        self.answers = self.read(regs.CONTROL2) == regs.CONTROL2_RESET
        link = self.read(regs.LINE_SIDE_STATUS) if self.answers else 0
        self.line_side = bool(link & regs.FDT)
        if self.line_side:
            self._events()
            self._measures(link & regs.LCS)
        else:
            self._nothing()

    def _events(self):
        pending = self.read(regs.INTERRUPT_SOURCE)
        if pending:
            self._bus.transfer(self._line, self._writing, regs.INTERRUPT_SOURCE, 0)
        self.ring_valid = bool(pending & regs.RDTI)
        self.reversal = bool(pending & regs.POLI)
        now = self.read(regs.DAA1)
        self._lost_hook = now & _DAA1_WRITTEN != self._shadow[regs.DAA1]
        self.ring_p = bool(now & regs.RDTP)
        self.ring_n = bool(now & regs.RDTN)

    def _measures(self, current):
        state = self.read(regs.INTERNATIONAL4)
        self.overload = current == regs.LCS_OVERLOAD or bool(state & regs.OPD)
        self.starved = bool(state & regs.DOD)
        self.milliamperes = (self.read(regs.LOOP_CURRENT) * 11 + 5) // 10
        if not self.milliamperes and self._shadow[regs.DAA1] & regs.OH and not self.starved:
            self.milliamperes = 1  # below the minimum of MINI the register shows 0
        volts = self.read(regs.LINE_VOLTAGE)
        self.volts = volts - 256 if volts > 127 else volts

    def _nothing(self):
        self.ring_p = self.ring_n = self.ring_valid = self.reversal = False
        self.overload = self.starved = self._lost_hook = False
        self.volts = self.milliamperes = 0

    def changed_register(self):
        # Compare one register a call; return it if the chip lost it, else -1.  A lost hook, and
        # what a reset does to the line side, are told by the first call after a poll.
        if not self.answers:
            return -1
        if self._lost_hook:
            return regs.DAA1
        if self.line_side:
            self._watch = (self._watch + 1) % len(_WATCHED)
        else:
            self._watch = 0  # DAA2
        register = _WATCHED[self._watch]
        return -1 if self.read(register) == self._shadow[register] else register
