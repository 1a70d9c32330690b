# PIO programs of the boards: the TDM highway, the framer's register bus, the DAAs' SPI.
#
# Never run on hardware; board/tests/sim/test_pio.py runs them in rp2040-pio-emulator.
# ruff: noqa: F403, F405  (the assembler gives pins, wait, out and the rest their meaning)
import rp2
from rp2 import PIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rp2.asm_pio import *

SAMPLE_PINS = 3  # consecutive: data in, clock, frame sync

# Both directions wait for the frame sync and then count the bits of the first `slots` slots, so a
# lost clock costs one frame and no more.  Data change at the rising clock edge and are taken at the
# falling one.


def tdm_receive(slots):
    @rp2.asm_pio(in_shiftdir=PIO.SHIFT_LEFT, autopush=True, push_thresh=32, fifo_join=PIO.JOIN_RX)
    def program(last=slots - 1):
        wrap_target()
        wait(0, pin, 2)
        wait(1, pin, 2)
        set(y, last)
        label("slot")
        set(x, 7)
        label("bit")
        wait(1, pin, 1)
        wait(0, pin, 1)
        in_(pins, 1)
        jmp(x_dec, "bit")
        jmp(y_dec, "slot")
        wrap()

    return program


def tdm_send(slots):
    @rp2.asm_pio(
        out_init=PIO.OUT_LOW,
        out_shiftdir=PIO.SHIFT_LEFT,
        autopull=True,
        pull_thresh=32,
        fifo_join=PIO.JOIN_TX,
    )
    def program(last=slots - 1):
        wrap_target()
        wait(0, pin, 2)
        wait(1, pin, 2)
        set(y, last)
        label("slot")
        set(x, 7)
        label("bit")
        out(pins, 1)
        wait(1, pin, 1)
        wait(0, pin, 1)
        jmp(x_dec, "bit")
        jmp(y_dec, "slot")
        wrap()

    return program


# The PEF2256 on its multiplexed Intel bus.  Side pins: ALE, /RD, /WR; at rest 0b110.  A word is
# 0xFF (drive AD), address, 1 and value for a write; 0xFF, address, 0 and 0x00 (let go) for a read.
BUS_HZ = 20_000_000  # 50 ns a step: /RD and /WR last 200 ns and more


@rp2.asm_pio(
    out_init=[PIO.OUT_LOW] * 8,
    sideset_init=[PIO.OUT_LOW, PIO.OUT_HIGH, PIO.OUT_HIGH],
    out_shiftdir=PIO.SHIFT_RIGHT,
    in_shiftdir=PIO.SHIFT_LEFT,
)
def falc_bus():
    wrap_target()
    label("rest")
    pull().side(0b110)
    out(pindirs, 8).side(0b110)
    out(pins, 8).side(0b111)[1]
    out(x, 1).side(0b110)[1]  # ALE falls: the address is latched
    jmp(not_x, "read").side(0b110)
    out(pins, 8).side(0b010)[3]
    nop().side(0b010)[1]
    jmp("rest").side(0b110)[1]  # data held behind /WR
    label("read")
    out(pindirs, 8).side(0b110)
    nop().side(0b100)[3]
    in_(pins, 8).side(0b100)
    push().side(0b110)
    wrap()


def write_word(address, value):
    return 0xFF | address << 8 | 1 << 16 | value << 17


def read_word(address):
    return 0xFF | address << 8


# The Si3050s on their SPI daisy chain, as wctdm.c of DAHDI does it bit by bit: three bytes, each
# with its own /CS, SCLK at rest high, data change when it falls and are taken when it rises.  Side
# pins: SCLK, /CS.  A word is control byte, register and data from the top; back come 24 bits.
DAA_HZ = 20_000_000  # 50 ns a step: SCLK 5 MHz, /CS high 450 ns between two bytes


@rp2.asm_pio(
    out_init=PIO.OUT_LOW,
    sideset_init=[PIO.OUT_HIGH, PIO.OUT_HIGH],
    out_shiftdir=PIO.SHIFT_LEFT,
    in_shiftdir=PIO.SHIFT_LEFT,
)
def daa_bus():
    wrap_target()
    pull().side(0b11)
    set(y, 2).side(0b11)
    label("byte")
    set(x, 7).side(0b01)
    label("bit")
    out(pins, 1).side(0b00)[1]
    in_(pins, 1).side(0b01)
    jmp(x_dec, "bit").side(0b01)
    nop().side(0b11)[6]
    jmp(y_dec, "byte").side(0b11)
    push().side(0b11)
    wrap()
