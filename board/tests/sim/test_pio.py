# The PIO programs of the boards in rp2040-pio-emulator, wired to a highway, a framer and DAAs.
import importlib.util
import sys
from pathlib import Path

import pytest
from pioemu import State, emulate

from board.mcu.drivers import si3050_regs as regs
from board.sim.chips.pef2256 import Pef2256Model
from board.sim.chips.si3050 import Si3050Chain

HERE = Path(__file__).parent
CYCLES = 24  # of the state machine for one bit; on the board 73
IDLE = 3  # bits
CLOCK, SYNC, DATA_OUT = 2, 4, 8  # pin values; data in is 1


@pytest.fixture(scope="module")
def pio():
    spec = importlib.util.spec_from_file_location("rp2", HERE / "pio_asm.py")
    fake = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fake)
    before = sys.modules.get("rp2")
    sys.modules["rp2"] = fake
    try:
        spec = importlib.util.spec_from_file_location(
            "pio_programs", HERE.parent.parent / "mcu" / "hal" / "pio.py"
        )
        programs = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(programs)
    finally:
        sys.modules.pop("rp2")
        if before:
            sys.modules["rp2"] = before
    return programs


def highway(bits):
    """Pins as the framer drives them: data change with the rising edge, sync over the first bit.

    It begins IDLE bits after the state machine.
    """

    def pins(clock: int) -> int:
        bit, phase = divmod(clock - IDLE * CYCLES, CYCLES)
        inside = 0 <= bit < len(bits)
        high = CLOCK if phase < CYCLES // 2 else 0
        return (bits[bit] if inside else 0) | high | (SYNC if inside and bit % 256 == 0 else 0)

    return pins


def to_bits(data):
    return [byte >> (7 - i) & 1 for byte in data for i in range(8)]


def until(cycles):
    return lambda _, state: state.clock >= cycles


def frames(count):
    return bytes((i * 37 + 5) & 0xFF for i in range(32 * count))


def received(program, pins, cycles):
    words = []
    for _, after in emulate(
        program.opcodes, stop_when=until(cycles), input_source=pins, **program.options
    ):
        while after.receive_fifo:
            words.append(after.receive_fifo.popleft())
    return b"".join(word.to_bytes(4, "big") for word in words)


def test_the_receiver_takes_every_slot_of_each_frame(pio):
    data = frames(3)
    got = received(pio.tdm_receive(32), highway(to_bits(data)), (3 * 256 + IDLE + 1) * CYCLES)
    assert got == data


def test_the_receiver_waits_for_the_frame_sync(pio):
    data = frames(2)
    pins = highway(to_bits(data))
    late = (IDLE + 3) * CYCLES  # it starts inside the first frame: only the second is whole
    got = received(pio.tdm_receive(32), lambda clock: pins(clock + late), 2 * 256 * CYCLES)
    assert got == data[32:]


def spoken(program, data):
    """What a sender with these bytes in its FIFO has on the highway: {bit: value}, two frames."""
    state = State(pin_directions=DATA_OUT)
    words = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    bits = {}
    for before, after in emulate(
        program.opcodes,
        stop_when=until((2 * 256 + IDLE) * CYCLES),
        initial_state=state,
        input_source=highway([0] * (2 * 256)),
        out_base=3,
        out_count=1,
        **program.options,
    ):
        while words and len(after.transmit_fifo) < 4:
            after.transmit_fifo.append(words.pop(0))
        bit, phase = divmod(before.clock - IDLE * CYCLES, CYCLES)
        if phase == CYCLES // 2:  # the falling edge
            bits[bit] = bool(after.pin_values & DATA_OUT)
    return bits


@pytest.mark.parametrize("slots", [4, 8, 16])
def test_the_receiver_of_an_fxo_board_takes_its_lines_and_leaves_the_rest(pio, slots):
    data = frames(3)
    pins = highway(to_bits(data))
    got = received(pio.tdm_receive(slots), pins, (3 * 256 + IDLE + 1) * CYCLES)
    assert got == b"".join(data[at : at + slots] for at in (0, 32, 64))


@pytest.mark.parametrize("slots", [4, 8, 16])
def test_the_sender_of_an_fxo_board_speaks_in_its_slots(pio, slots):
    data = frames(2)
    sent = data[:slots] + data[32 : 32 + slots]
    bits = spoken(pio.tdm_send(slots), sent)
    for frame in (0, 1):
        first = frame * 256
        wanted = to_bits(data[32 * frame : 32 * frame + slots])
        assert [bits[first + i] for i in range(8 * slots)] == wanted


def test_the_sender_puts_every_slot_where_the_framer_takes_it(pio):
    data = frames(2)
    bits = spoken(pio.tdm_send(32), data)
    assert [bits[i] for i in range(512)] == to_bits(data)


class Framer:
    """The PEF2256 model on an Intel bus: AD are pins 0 to 7, ALE 8, /RD 9, /WR 10."""

    def __init__(self):
        self.chip = Pef2256Model()
        self.accesses = []
        self._address = 0
        self._before = 0b110
        self._answer = 0

    def look(self, state: State) -> int:
        """The pins the chip drives, after what the state machine did to the others."""
        pins = state.pin_values
        control = pins >> 8 & 7
        driven = state.pin_directions & 0xFF
        if self._before & 1 and not control & 1:  # ALE falls
            assert driven == 0xFF
            self._address = pins & 0xFF
        if not self._before & 4 and control & 4:  # /WR rises
            assert driven == 0xFF
            self.accesses.append(("w", self._address, pins & 0xFF))
            self.chip.write(self._address, pins & 0xFF)
        if self._before & 2 and not control & 2:  # /RD falls
            assert driven == 0, "both drive the bus"
            self.accesses.append(("r", self._address))
            self._answer = self.chip.read(self._address)
        self._before = control
        return self._answer if not control & 2 else 0x5A


def run_bus(pio, words, framer, cycles):
    program = pio.falc_bus
    state = State(pin_directions=0x7FF, pin_values=0b110 << 8)
    state.transmit_fifo.extend(words)
    answers, low = [], {"rd": 0, "wr": 0}
    for before, after in emulate(
        program.opcodes,
        stop_when=until(cycles),
        initial_state=state,
        input_source=framer.look,
        out_count=8,
        side_set_base=8,
        **program.options,
    ):
        while after.receive_fifo:
            answers.append(after.receive_fifo.popleft())
        control = after.pin_values >> 8 & 7
        low["rd"] += 0 if control & 2 else after.clock - before.clock
        low["wr"] += 0 if control & 4 else after.clock - before.clock
    return answers, low


def test_the_bus_writes_and_reads_registers_of_the_framer(pio):
    framer = Framer()
    words = [pio.write_word(0x1C, 0xF0), pio.read_word(0x1C), pio.write_word(0x36, 0x08)]
    words.append(pio.read_word(0x4A))
    answers, _ = run_bus(pio, words, framer, 120)
    assert answers == [0xF0, 0x05]
    assert framer.accesses == [("w", 0x1C, 0xF0), ("r", 0x1C), ("w", 0x36, 0x08), ("r", 0x4A)]


def test_reading_and_writing_leave_the_bus_as_it_was(pio):
    framer = Framer()
    words = [pio.write_word(0x20, 0xFF), pio.read_word(0x20), pio.write_word(0x21, 0x00)]
    answers, low = run_bus(pio, words, framer, 100)
    assert answers == [0xFF]
    assert framer.chip.registers[0x21] == 0x00
    assert low["rd"] >= 4  # of 50 ns each
    assert low["wr"] >= 2 * 4


class Chain:
    """The Si3050 models on an SPI: SDO is pin 0, SDI 1, SCLK 2, /CS 3."""

    def __init__(self):
        self.chips = Si3050Chain(4)
        self.bytes = []
        self._before = 0b1100
        self._bits, self._count, self._answer = 0, 0, 0xFF
        self.high = 0  # pins the chips drive

    def look(self, state: State) -> int:
        pins = state.pin_values
        falls, rises = self._before & ~pins, pins & ~self._before
        if rises & 8:  # /CS ends a byte
            assert self._count == 8
            self.bytes.append(self._bits)
            self._bits = self._count = 0
            if len(self.bytes) % 3 == 2:  # control and register are known: the data comes next
                control, register = self.bytes[-2:]
                self._answer = self.chips.transfer(0, control, register, 0) if control & 64 else 0
            elif len(self.bytes) % 3 == 0 and not self.bytes[-3] & 64:
                self.chips.transfer(self._line(), *self.bytes[-3:])
        if falls & 4 and not pins & 8:  # SCLK falls: SDO changes
            self.high = 1 if self._answer >> (7 - self._count) & 1 else 0
        if rises & 4 and not pins & 8:  # SCLK rises: SDI is taken
            self._bits = self._bits << 1 | pins >> 1 & 1
            self._count += 1
        self._before = pins
        return self.high

    def _line(self):
        return {0: 0, 8: 1, 4: 2, 12: 3}[self.bytes[-3] & 15]


def test_the_spi_of_the_daas_carries_three_bytes_each_with_its_select(pio):
    chain = Chain()
    words = [regs.control(line, regs.WRITE) << 24 | 38 << 16 | line << 8 for line in range(4)]
    words += [regs.control(0, regs.READ) << 24 | 2 << 16 | 0xFF00]
    program = pio.daa_bus
    state = State(pin_directions=0b1110, pin_values=0b1100)
    answers, gaps, gap = [], [], 0
    for before, after in emulate(
        program.opcodes,
        stop_when=until(1200),
        initial_state=state,
        input_source=chain.look,
        out_base=1,
        out_count=1,
        side_set_base=2,
        **program.options,
    ):
        while words and len(after.transmit_fifo) < 4:
            after.transmit_fifo.append(words.pop(0))
        while after.receive_fifo:
            answers.append(after.receive_fifo.popleft() & 0xFF)
        gap = gap + after.clock - before.clock if after.pin_values & 8 else gaps.append(gap) or 0
    assert chain.bytes[:6] == [0x20, 38, 0, 0x28, 38, 1]
    assert [chip.registers.bytes[38] for chip in chain.chips.chips] == [0, 1, 2, 3]
    assert answers[4] == 0x03  # register 2 after power-on
    assert min([g for g in gaps if g][1:]) >= 5  # 250 ns
