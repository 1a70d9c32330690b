# PIO programs of the E1 board: the framer's TDM highway and its register bus.
#
# Never run on hardware; board/tests/sim/test_pio.py runs them in rp2040-pio-emulator.
# ruff: noqa: F403, F405  (the assembler gives pins, wait, out and the rest their meaning)
import rp2
from rp2 import PIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rp2.asm_pio import *

SAMPLE_PINS = 3  # consecutive: data in, clock, frame sync

# Both directions wait for the frame sync and then count 256 bits, so a lost clock costs one frame
# and no more.  Data change at the rising clock edge and are taken at the falling one.


@rp2.asm_pio(in_shiftdir=PIO.SHIFT_LEFT, autopush=True, push_thresh=32, fifo_join=PIO.JOIN_RX)
def tdm_receive():
    wrap_target()
    wait(0, pin, 2)
    wait(1, pin, 2)
    set(y, 31)
    label("slot")
    set(x, 7)
    label("bit")
    wait(1, pin, 1)
    wait(0, pin, 1)
    in_(pins, 1)
    jmp(x_dec, "bit")
    jmp(y_dec, "slot")
    wrap()


@rp2.asm_pio(
    out_init=PIO.OUT_LOW,
    out_shiftdir=PIO.SHIFT_LEFT,
    autopull=True,
    pull_thresh=32,
    fifo_join=PIO.JOIN_TX,
)
def tdm_send():
    wrap_target()
    wait(0, pin, 2)
    wait(1, pin, 2)
    set(y, 31)
    label("slot")
    set(x, 7)
    label("bit")
    out(pins, 1)
    wait(1, pin, 1)
    wait(0, pin, 1)
    jmp(x_dec, "bit")
    jmp(y_dec, "slot")
    wrap()


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
