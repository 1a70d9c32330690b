# PEF2256 / FALC56 E1 framer: register addresses and bits, by the data sheet's names.
#
# Addresses as in the Linux framer driver (drivers/net/wan/framer/pef2256/pef2256-regs.h); the
# signalling controller's as in DAHDI's wct4xxp, which drives the same core.  The set-up below is
# the order of writes of that Linux driver for E1, version 2.x, 16.384 MHz, 2.048 MHz highway.
from board import wire
from board.mcu.runtime import const

FIFO = const(0x00)  # RFIFO read, XFIFO written
CMDR = const(0x02)
CMDR_RMC = const(0x80)  # RFIFO has been read: free it
CMDR_RRES = const(0x40)
CMDR_XRES = const(0x10)
CMDR_XHF = const(0x08)  # send what is in the XFIFO
CMDR_XME = const(0x02)  # ... and it is the end of the message
CMDR_SRES = const(0x01)
MODE = const(0x03)
CCR1 = const(0x09)
CCR2 = const(0x0A)
RTR3 = const(0x0E)
TTR3 = const(0x12)
IMR0 = const(0x14)
IMR1 = const(0x15)
IMR2 = const(0x16)
IMR3 = const(0x17)
FMR0 = const(0x1C)
FMR1 = const(0x1D)
FMR1_XAIS = const(0x01)
FMR2 = const(0x1E)
FMR2_PLB = const(0x04)
XSW = const(0x20)
XSW_XRA = const(0x20)
XSP = const(0x21)
XC0 = const(0x22)
XC1 = const(0x23)
RC0 = const(0x24)
RC1 = const(0x25)
XPM0 = const(0x26)
XPM1 = const(0x27)
XPM2 = const(0x28)
TSWM = const(0x29)
LIM0 = const(0x36)
LIM0_LL = const(0x02)
LIM0_MAS = const(0x01)
LIM1 = const(0x37)
LIM1_RL = const(0x02)
PCD = const(0x38)
PCR = const(0x39)
LIM2 = const(0x3A)
SIC1 = const(0x3E)
SIC2 = const(0x3F)
SIC3 = const(0x40)
CMR1 = const(0x44)
CMR2 = const(0x45)
GCR = const(0x46)
VSTR = const(0x4A)
FRS0 = const(0x4C)
FRS0_LOS = const(0x80)
FRS0_AIS = const(0x40)
FRS0_LFA = const(0x20)
FRS0_RRA = const(0x10)
FRS0_LMFA = const(0x02)
FECL = const(0x50)
CVCL = const(0x52)
CECL = const(0x54)
EBCL = const(0x56)
SIS = const(0x64)
SIS_XFW = const(0x40)  # the XFIFO takes 32 bytes
RBCL = const(0x66)
RBCH = const(0x67)
ISR0 = const(0x68)
ISR0_RME = const(0x80)  # the end of a frame is in the RFIFO
ISR0_RPF = const(0x01)  # 32 bytes of a frame are
ISR1 = const(0x69)
ISR1_RDO = const(0x40)
ISR1_XDU = const(0x10)  # the XFIFO ran dry
ISR2 = const(0x6A)
ISR3 = const(0x6B)
ISR3_SEC = const(0x40)
ISR3_RSN = const(0x02)  # a received frame was skipped
ISR3_RSP = const(0x01)  # a received frame was repeated
RSIS_VFR = const(0x80)  # of the last byte of a frame in the RFIFO: complete,
RSIS_RDO = const(0x40)  # overflown,
RSIS_CRC16 = const(0x20)  # right FCS,
RSIS_RAB = const(0x10)  # aborted
TSBS1 = const(0xA1)
TSEO = const(0xA0)
PC5 = const(0x84)
GPC1 = const(0x85)
PC6 = const(0x86)
GCM1 = const(0x92)
WID = const(0xEC)

_CLOCKING = (0x00, 0x18, 0xFB, 0x0B, 0x01, 0x0B, 0xDB, 0xDF)  # GCM1 to 8: MCLK 16.384 MHz
_RECEIVE_SYNC = {
    wire.FRAMING_DOUBLE: 0x00,
    wire.FRAMING_CRC4: 0x80,
    wire.FRAMING_AUTO: 0xC0,
}


def setup(framing, clock, code):
    # The writes, in order, that make the chip an E1 framer; see the head of this file.
    slave = clock == wire.CLOCK_LINE
    multiframe = 0 if framing == wire.FRAMING_DOUBLE else 0x08  # FMR1.XFS
    writes = [(GCM1 + i, value) for i, value in enumerate(_CLOCKING)]
    writes += [(FMR1, 0x00), (GCR, 0x00), (CMR1, 0x00), (CMR2, 0x20)]
    writes += [(CMR1, 0x28), (LIM0, 0x08)] if slave else [(LIM0, 0x08), (LIM0, 0x09)]
    writes += [(LIM1, 0x00), (LIM1, 0x40)]  # 0.21 V receive threshold
    writes += [(XPM0, 0x9C), (XPM1, 0x03), (XPM2, 0x00)]  # pulse mask G.703
    writes += [(FMR0, 0xF0 if code == wire.CODE_HDB3 else 0xA0)]
    if multiframe:
        writes += [(FMR1, multiframe)]
    writes += [(FMR2, 0x02 | _RECEIVE_SYNC[framing])]  # RAI by itself on LFA
    writes += [(GPC1, 0x40 if slave else 0x00), (PC5, 0x00), (PC6, 0x00), (PC5, 0x01)]
    writes += [(PCD, 10), (PCR, 21), (LIM2, 0x20)]  # LOS after 176 pulses, recovery with 22
    if slave:
        writes += [(LIM2, 0x24)]  # loop timed
    writes += [(SIC1, 0x00), (SIC2, 0x00), (SIC3, 0x00)]
    if slave:
        writes += [(SIC1, 0x02)]  # transmit buffer of two frames
    writes += [(SIC3, 0x20), (SIC3, 0x28), (XC0, 0), (XC1, 4), (RC0, 0), (RC1, 4)]
    writes += [(XSW, 0x1F), (XSP, 0x00)]
    writes += [(XSW, 0x5F), (XSW, 0xDF)] if slave else [(XSW, 0x9F)]
    writes += [(XSP, 0x04), (TSWM, 0x00)]
    writes += [(FMR1, multiframe | 0x04), (GCR, 0x10), (RC0, 0x80), (RC0, 0xC0), (GCR, 0x50)]
    writes += [(IMR2, 0xF3), (CMDR, CMDR_RRES | CMDR_XRES)]
    return writes


# After DAHDI's hdlc_start: no address comparison, receiver on, flags between frames, FCS handed
# over, time slot 16 in both directions, then a reset of the controller.
SIGNALLING = (
    (MODE, 0x88),
    (TSEO, 0x00),
    (TSBS1, 0xFF),
    (CCR1, 0x18),
    (CCR2, 0x04),
    (TTR3, 0x80),
    (RTR3, 0x80),
    (IMR0, 0x7E),
    (IMR1, 0xAE),  # ours has RDO open too
    (CMDR, CMDR_SRES),
)
IMR3_OPEN = 0xBC  # ours: second, both slips
