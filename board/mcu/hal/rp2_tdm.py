# The TDM highway on the RP2350: two PIO state machines, four DMA channels, no sample in Python.
#
# Never run on hardware.  Each direction has a ring of eight half-blocks (2.5 ms each, 20 ms in all)
# filled by two DMA channels that start each other; a channel that ends interrupts, counts, and is
# pointed at its next half-block while the other runs.
import uctypes
from machine import Pin
from rp2 import DMA, StateMachine

from board.mcu.hal import pio
from board.mcu.runtime import const

FRAMES = const(20)  # of a half-block
HALVES = const(8)
_PIO0 = 0x50200000
_TXF = const(0x10)
_RXF = const(0x20)
_DREQ_TX = const(0)  # of PIO0's state machines 0 to 3
_DREQ_RX = const(4)
_SYSTEM_HZ = 150_000_000


class Ring:
    # One direction: `memory`, and the count of half-blocks that have passed.

    def __init__(self, fifo, request, to_memory, half):
        # `half`: bytes of a half-block.
        self.memory = bytearray(b"\xd5") * (half * HALVES)  # A-law silence
        self.passed = 0
        self._to_memory = to_memory
        start = uctypes.addressof(self.memory)
        self._halves = [start + half * i for i in range(HALVES)]
        self._channels = (DMA(), DMA())
        for i in range(2):
            self._configure(i, fifo, request, half // 4)

    def _configure(self, i, fifo, request, words):
        channel = self._channels[i]
        other = self._channels[1 - i]
        control = channel.pack_ctrl(
            size=2,
            inc_read=not self._to_memory,
            inc_write=self._to_memory,
            treq_sel=request,
            chain_to=other.channel,  # type: ignore[attr-defined]  # documented, not in the stubs
            bswap=True,  # the first slot is the top byte of a word
            irq_quiet=False,
        )
        first = self._halves[i]
        channel.config(
            read=fifo if self._to_memory else first,
            write=first if self._to_memory else fifo,
            count=words,
            ctrl=control,
        )
        channel.irq(self._ended, hard=True)

    def start(self):
        self._channels[0].active(1)

    def _ended(self, channel):
        # Interrupt: no heap.  The other channel runs; this one is next but one.
        self.passed = (self.passed + 1) & 0x3FFFFFFF
        half = self._halves[(self.passed + 1) % HALVES]
        if self._to_memory:
            channel.write = half
        else:
            channel.read = half


class Tdm:
    # Pins: data in, clock and frame sync in a row from `first`, and data out.  `slots` (a multiple
    # of four, for they travel in words) are the first ones of each frame; others are left alone.

    def __init__(self, first, data_out, slots):
        self.half = FRAMES * slots
        base = Pin(first, Pin.IN)
        for i in range(1, pio.SAMPLE_PINS):
            Pin(first + i, Pin.IN)
        out = Pin(data_out, Pin.OUT)
        self._receiver = StateMachine(0, pio.tdm_receive(slots), freq=_SYSTEM_HZ, in_base=base)
        self._sender = StateMachine(
            1, pio.tdm_send(slots), freq=_SYSTEM_HZ, in_base=base, out_base=out
        )
        self.rx = Ring(_PIO0 + _RXF, _DREQ_RX, True, self.half)  # noqa: FBT003
        self.tx = Ring(_PIO0 + _TXF + 4, _DREQ_TX + 1, False, self.half)  # noqa: FBT003

    def start(self):
        # Both state machines wait for the same frame sync, so both rings count alike.
        self.rx.start()
        self.tx.start()
        self._receiver.active(1)
        self._sender.active(1)
