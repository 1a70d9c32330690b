# Si3050 voice DAA with Si3019 line side: register numbers and bits, by the data sheet's names.
#
# From the Si3050 + Si3011/18/19 data sheet (revision 1.5) and the data sheet of the Si3056, whose
# DAA registers are the same; the numbers agree with DAHDI's wctdm24xxp and xpp/card_fxo.c.
from board.mcu.runtime import const

# The first byte of an SPI transaction; then come the register's number and the data.  The chip's
# place on the daisy chain is in bits 3 to 0, LSB first (wctdm24xxp: 0x00, 0x08, 0x04, 0x0C).
WRITE = const(0x20)
READ = const(0x60)

CONTROL1 = const(1)
CONTROL1_SR = const(0x80)  # software reset, clears itself
CONTROL2 = const(2)
CONTROL2_RESET = const(0x03)
INTERRUPT_MASK = const(3)
INTERRUPT_SOURCE = const(4)
RDTI = const(0x80)  # a valid ring signal has begun (writing 0 clears it)
POLI = const(0x01)  # the sign of LVS has changed (writing 0 clears it)
DAA1 = const(5)
RDTN = const(0x40)  # the line is beyond the ring threshold on the negative side now,
RDTP = const(0x20)  # on the positive side
ONHM = const(0x08)  # on-hook line monitor: what the line says is heard without the hook
OH = const(0x01)
DAA2 = const(6)
DAA2_RESET = const(0x10)  # PDL: the line side is without power
CHIP_A = const(11)  # line-side kind in the upper nibble, 0 without one; revision in the lower
LINE_SIDE_STATUS = const(12)
FDT = const(0x40)  # the isolation link has frame lock
LCS = const(0x1F)  # loop current, 3.3 mA a step, 31: overload
LCS_OVERLOAD = const(0x1F)
CHIP_B = const(13)
INTERNATIONAL1 = const(16)
OHS = const(0x40)
RT = const(0x01)
INTERNATIONAL3 = const(18)
RFWE = const(0x02)  # both halves of a ring cycle are shown
INTERNATIONAL4 = const(19)
DOD = const(0x02)  # off-hook, and the line does not feed the line side
OPD = const(0x01)  # overload protection is active
RING_VALIDATION1 = const(22)
RING_VALIDATION2 = const(23)
RING_VALIDATION3 = const(24)
RNGV = const(0x80)
DC_TERMINATION = const(26)
ILIM = const(0x02)
LOOP_CURRENT = const(28)  # LCS2: 1.1 mA a step
LINE_VOLTAGE = const(29)  # LVS: signed, 1 V a step
AC_TERMINATION = const(30)
DAA3 = const(31)
FOH_128 = const(0x20)  # off-hook counter 128 ms
OHS2 = const(0x08)
LVFD = const(0x01)  # voltages up to 3 V are shown, too
PCM_MODE = const(33)
PCM_ALAW = const(0x20)  # PCME with 8-bit A-law
PCM_START = const(34)  # 34, 35 transmit, 36, 37 receive: clocks from the frame's begin
GAIN_TX2 = const(38)  # whole dB; 0x10 means attenuation
GAIN_RX2 = const(39)
GAIN_TX3 = const(40)  # tenths of a dB; 0x10 means attenuation
GAIN_RX3 = const(41)
ATTENUATE = const(0x10)
HYBRID1 = const(45)  # 45 to 52
SPARK = const(59)
SQ_26_MS = const(0x50)  # SQ1, SQ0: with OHS, on-hook in 26 ms
REGISTERS = const(60)


def control(line, direction):
    # The control byte for a line, READ or WRITE, with the chip's number in reverse order of bits.
    return direction | (line & 1) << 3 | (line & 2) << 1 | (line & 4) >> 1 | (line & 8) >> 3


# What all lines have in common, before country, slot and gains.
COMMON = (
    (DAA1, 0x00),
    (DAA2, DAA2_RESET),
    (PCM_MODE, 0x00),
    (CONTROL2, CONTROL2_RESET),  # no interrupts: the driver polls
    (INTERRUPT_MASK, 0x00),
    (INTERRUPT_SOURCE, 0x00),  # what is pending belongs to the time before
    (INTERNATIONAL3, RFWE),
    (RING_VALIDATION1, 0x16),  # 10 to 83 Hz, told without delay,
    (RING_VALIDATION2, 0x29),  # confirmed after 150 ms, over 640 ms after the last crossing
    (RING_VALIDATION3, RNGV | 0x19),
)
