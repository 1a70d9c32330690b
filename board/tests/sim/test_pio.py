# The PIO programs of the E1 board in rp2040-pio-emulator, wired to a highway and to a framer.
import importlib.util
import sys
from pathlib import Path

import pytest
from pioemu import State, emulate

from board.sim.chips.pef2256 import Pef2256Model

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
    got = received(pio.tdm_receive, highway(to_bits(data)), (3 * 256 + IDLE + 1) * CYCLES)
    assert got == data


def test_the_receiver_waits_for_the_frame_sync(pio):
    data = frames(2)
    pins = highway(to_bits(data))
    late = (IDLE + 3) * CYCLES  # it starts inside the first frame: only the second is whole
    got = received(pio.tdm_receive, lambda clock: pins(clock + late), 2 * 256 * CYCLES)
    assert got == data[32:]


def test_the_sender_puts_every_slot_where_the_framer_takes_it(pio):
    data = frames(2)
    clock = highway([0] * (2 * 256))
    program = pio.tdm_send
    state = State(pin_directions=DATA_OUT)
    words = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    bits = {}
    for before, after in emulate(
        program.opcodes,
        stop_when=until((2 * 256 + IDLE) * CYCLES),
        initial_state=state,
        input_source=clock,
        out_base=3,
        out_count=1,
        **program.options,
    ):
        while words and len(after.transmit_fifo) < 4:
            after.transmit_fifo.append(words.pop(0))
        bit, phase = divmod(before.clock - IDLE * CYCLES, CYCLES)
        if phase == CYCLES // 2:  # the falling edge
            bits[bit] = bool(after.pin_values & DATA_OUT)
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
