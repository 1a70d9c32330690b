# The PEF2256 (FALC56) E1 framer behind a register bus: read(address), write(address, value).
from board import wire
from board.mcu.drivers import pef2256_regs as regs
from board.mcu.link import cobs
from board.mcu.runtime import const

NO_FRAME = const(-1)
BAD_FRAME = const(-2)  # wrong FCS or aborted
LOST_FRAME = const(-3)  # the receiver overflowed, or the frame is too long
_HALF = const(32)  # bytes of the RFIFO and XFIFO that are handed over at once
# These registers never change by themselves; a difference means that the chip lost its set-up.
_WATCHED = (regs.FMR0, regs.FMR1, regs.FMR2, regs.LIM0, regs.XSW, regs.MODE, regs.IMR2)


class ChipError(Exception):
    # The chip does not answer as a PEF2256 version 2.x.
    pass


class Pef2256:
    def __init__(self, bus):
        self._bus = bus
        self._shadow = bytearray(256)  # what was last written
        self._watch = 0
        self._rx = bytearray(304)
        self._rx_size = 0
        self._tx = bytearray(304)
        self._tx_size = 0
        self._tx_at = 0
        self.underruns = 0  # frames that broke off; Q.921 sends them again

    def setup(self, framing, clock, code):
        # Raises ChipError when it is another chip.
        version, wafer = self._bus.read(regs.VSTR), self._bus.read(regs.WID)
        if version not in (0x05, 0x10):
            raise ChipError("VSTR 0x%02x WID 0x%02x" % (version, wafer))
        for register, value in regs.setup(framing, clock, code):
            if register == regs.IMR2:
                self._bus.read(regs.ISR2)  # what is pending belongs to the time before
            self.write(register, value)
        for register, value in regs.SIGNALLING:
            self.write(register, value)
        self.write(regs.IMR3, regs.IMR3_OPEN)
        self._rx_size = self._tx_size = self._tx_at = 0

    def read(self, register):
        return self._bus.read(register)

    def write(self, register, value):
        self._shadow[register] = value
        self._bus.write(register, value)

    def _bit(self, register, bit, on):
        value = self._shadow[register] & ~bit & 0xFF
        self.write(register, value | bit if on else value)

    def send_alarms(self, alarms):
        # AIS and RAI, as asked.
        self._bit(regs.FMR1, regs.FMR1_XAIS, alarms & wire.AIS)
        self._bit(regs.XSW, regs.XSW_XRA, alarms & wire.RAI)

    def loop(self, mode):
        # wire.LOOP_*; one at a time.
        self._bit(regs.LIM0, regs.LIM0_LL, mode == wire.LOOP_LOCAL)
        self._bit(regs.LIM1, regs.LIM1_RL, mode == wire.LOOP_REMOTE)
        self._bit(regs.FMR2, regs.FMR2_PLB, mode == wire.LOOP_PAYLOAD)

    def use_clock(self, source):
        # Change between the line's clock and the own oscillator without a new set-up.
        self._bit(regs.LIM0, regs.LIM0_MAS, source == wire.CLOCK_OWN)

    def alarms(self):
        # LOS, LFA, AIS, RAI, LOMF as the chip has them now, each by itself.
        now = self._bus.read(regs.FRS0)
        found = wire.LOS if now & regs.FRS0_LOS else 0
        if now & regs.FRS0_AIS:
            found |= wire.AIS
        if now & regs.FRS0_LFA:
            found |= wire.LFA
        if now & regs.FRS0_RRA:
            found |= wire.RAI
        if now & regs.FRS0_LMFA:
            found |= wire.LOMF
        return found

    def events(self):
        # ISR3, cleared by reading: ISR3_SEC, ISR3_RSN, ISR3_RSP.
        return self._bus.read(regs.ISR3)

    def errors(self, low):
        # One 16-bit error counter of the last second, by its low register (FECL and so on).
        return self._bus.read(low) | self._bus.read(low + 1) << 8

    def changed_register(self):
        # Compare one watched register a call; return it if the chip lost it, else -1.
        self._watch = (self._watch + 1) % len(_WATCHED)
        register = _WATCHED[self._watch]
        return -1 if self._bus.read(register) == self._shadow[register] else register

    # The signalling controller (D-channel).

    def receive(self, to, at):
        # Take what the RFIFO has.  A whole frame is copied to to[at:] without FCS and its length is
        # returned; NO_FRAME when there is none (yet), BAD_FRAME or LOST_FRAME when it is spoilt.
        bus = self._bus
        while True:
            pending = bus.read(regs.ISR0)
            if pending & regs.ISR0_RME:
                count = bus.read(regs.RBCL) & (_HALF - 1)
                self._take(count or _HALF)
                return self._ended(to, at)
            if not pending & regs.ISR0_RPF:
                return NO_FRAME
            self._take(_HALF)

    def _take(self, count):
        bus = self._bus
        for _ in range(count):
            byte = bus.read(regs.FIFO)
            if self._rx_size < len(self._rx):
                self._rx[self._rx_size] = byte
            self._rx_size += 1
        bus.write(regs.CMDR, regs.CMDR_RMC)

    def _ended(self, to, at):
        # The last byte is the status, before it are two of FCS.
        size = self._rx_size
        self._rx_size = 0
        if size > len(self._rx):
            return LOST_FRAME
        status = self._rx[size - 1]
        if status & regs.RSIS_RDO:
            return LOST_FRAME
        right = status & (regs.RSIS_VFR | regs.RSIS_CRC16 | regs.RSIS_RAB)
        if right != regs.RSIS_VFR | regs.RSIS_CRC16 or size < 6:
            return BAD_FRAME
        cobs.copy(to, at, self._rx, 0, size - 3)
        return size - 3

    def overflowed(self):
        # Whether the receiver lost data since the last call; notes what the sender did, too.
        pending = self._bus.read(regs.ISR1)
        if pending & regs.ISR1_XDU:
            self.underruns += 1
            self._tx_size = self._tx_at = 0
        return bool(pending & regs.ISR1_RDO)

    def takes(self):
        # Whether a frame may be begun: the last one is all in the XFIFO.
        return self._tx_at >= self._tx_size

    def transmit(self, data, at, length):
        # Begin to send a frame (without FCS, the chip adds it); only when takes().
        cobs.copy(self._tx, 0, data, at, length)
        self._tx_size = length
        self._tx_at = 0

    def feed(self):
        # Move on: fill the XFIFO as far as it takes; each half lasts 4 ms.
        bus = self._bus
        while self._tx_at < self._tx_size and bus.read(regs.SIS) & regs.SIS_XFW:
            end = min(self._tx_at + _HALF, self._tx_size)
            for i in range(self._tx_at, end):
                bus.write(regs.FIFO, self._tx[i])
            self._tx_at = end
            last = regs.CMDR_XME if end == self._tx_size else 0
            bus.write(regs.CMDR, regs.CMDR_XHF | last)
