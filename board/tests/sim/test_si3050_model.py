# The Si3050 model against its data sheet and against other drivers' writes; ours is not used here.
import json
import struct
from pathlib import Path

import pytest

from board.sim import fxo_line
from board.sim.chips import si3050_termination as termination
from board.sim.chips.si3050 import Si3050Chain

KNOWN = json.loads((Path(__file__).parent.parent / "golden" / "si3050_dahdi.json").read_text())
OFF, CHINA, FCC, TBR21 = 0x01, 0x30, 0xC0, 0xC2


class Line:
    # Line 1 of two chips, its bytes by hand.
    def __init__(self, writes=()):
        self.chain = Si3050Chain(2)
        for register, value in writes:
            self.write(register, value)
            if register == 1:
                self.feed(blocks=20)

    def write(self, register, value):
        return self.chain.transfer(1, 0x28, register, value)

    def read(self, register):
        return self.chain.transfer(1, 0x68, register, 0xFF)

    def feed(self, volts=-48.0, ohm=1000, ring=0, hertz=0, blocks=1, faults=0):
        values = (round(volts * 10), ohm, round(ring * 10), round(hertz * 10), faults, 0)
        record = struct.pack(fxo_line.FEED_RECORD, *values)
        for _ in range(blocks):
            self.chain.feed([record, record])
            drawn = self.chain.draw()[1]
        return struct.unpack(fxo_line.DRAW_RECORD, drawn)

    def rung(self, volts, hertz=25):
        # Whether RDTP and RDTN show in 200 ms.
        self.feed()
        positive = negative = False
        for _ in range(40):
            self.feed(ring=volts, hertz=hertz)
            positive |= bool(self.read(5) & 0x20)
            negative |= bool(self.read(5) & 0x40)
        return positive, negative


@pytest.fixture
def line():
    powered = Line([(6, 0)])
    powered.feed(blocks=20)
    return powered


def test_reset_values_are_the_data_sheets():
    line = Line()
    wanted = {2: 0x03, 5: 0, 6: 0x10, 16: 0, 18: 0, 22: 0x96, 23: 0x2D, 24: 0x19, 26: 0, 31: 0x20}
    assert {register: line.read(register) for register in wanted} == wanted
    assert line.read(11) == 0x05  # no line side yet


def test_status_registers_cannot_be_written(line):
    for register in (11, 12, 13, 19, 28, 29):
        before = line.read(register)
        line.write(register, before ^ 0xFF)
        assert line.read(register) == before, register


def test_the_link_comes_up_40_ms_after_power():
    line = Line([(6, 0)])
    line.feed(blocks=7)
    assert (line.read(11), line.read(12)) == (0x05, 0)
    line.feed()
    assert (line.read(11), line.read(12)) == (0x35, 0x40)


@pytest.mark.parametrize("driver", ["wctdm24xxp", "xpp"])
def test_it_works_after_the_writes_of_others(driver):
    line = Line(KNOWN[driver])
    line.feed(blocks=20)
    assert line.read(11) & 0xF0  # what DAHDI waits for
    assert line.read(29) == 256 - 48
    assert line.rung(90) == (True, True)
    line.write(5, 0x09)  # DAHDI's off-hook
    drawn = line.feed(blocks=2)
    assert drawn[0] & fxo_line.DRAW_OFF_HOOK
    assert 35 < line.read(28) < 42  # 1.1 mA a step
    line.write(5, 0x08)
    assert line.feed()[0] == fxo_line.DRAW_LINE_SIDE | fxo_line.DRAW_MONITOR


@pytest.mark.parametrize(
    ("control", "milliampere", "least", "most"),
    [
        (CHINA, 20, 0, 6.0),
        (CHINA, 120, 9.0, 40),
        (FCC, 20, 0, 7.5),
        (FCC, 120, 9.0, 40),
        (TBR21, 20, 0, 7.5),
        (TBR21, 50, 0, 40),
        (TBR21, 60, 40, 1000),
    ],
)
def test_termination_voltages_are_within_the_data_sheets_limits(control, milliampere, least, most):
    # A source of much voltage and resistance is a current.
    for ohm in range(500, 12000, 10):
        ampere, volts = termination.off_hook(control, -200.0, ohm)
        if abs(ampere * 1000 - milliampere) < 0.5:
            assert least <= -volts <= most
            return
    raise AssertionError("this current was never reached")


def test_tbr21_limits_a_short_line_to_60_ma():
    assert termination.off_hook(TBR21, -56.0, 200)[0] < 0.060
    assert termination.off_hook(FCC, -56.0, 200)[0] > 0.127


def test_current_steps_overload_and_drop_out():
    assert termination.shown(FCC, 33.1) == (10, 30, False)
    assert termination.shown(FCC, 126.9)[0] == 30
    assert termination.shown(FCC, 127.1)[0] == 31
    assert termination.shown(FCC, 9.9) == (0, 0, False)  # MINI 00: 10 mA
    assert termination.shown(CHINA, 15.9) == (0, 0, False)  # MINI 11: 16 mA
    assert termination.shown(CHINA, 3.9) == (0, 0, True)


def test_on_hook_only_leakage_flows(line):
    assert line.feed(ohm=60000)[2:4] == (0, -477)
    assert line.read(28) == 0
    assert line.feed(volts=-0.1, ohm=60000)[3] == 0


def test_a_cut_line_has_no_voltage(line):
    assert line.feed(ohm=termination.OPEN, ring=90, hertz=25)[2:4] == (0, 0)
    assert line.read(29) == 0


def test_three_volts_are_hidden_unless_lvfd(line):
    seen = []
    for lvfd in (0x20, 0x21):
        line.write(31, lvfd)
        for volts in (-3.0, -4.0, 0.0):
            line.feed(volts=volts)
            seen.append(line.read(29))
    assert seen == [0, 252, 0, 253, 252, 0]


def test_ring_thresholds(line):
    line.write(18, 0x02)
    for rt, never, always in ((0, 13.5, 16.5), (1, 19.35, 23.65)):
        line.write(16, rt)
        for hertz in (16.7, 20, 25, 50):
            assert line.rung(never, hertz) == (False, False), (rt, hertz)
            assert line.rung(always, hertz) == (True, True), (rt, hertz)


def test_half_wave_shows_positive_ringing_only(line):
    assert line.rung(90) == (True, False)


def test_without_validation_ring_detect_is_a_one_shot_of_5_s(line):
    line.rung(90)
    line.feed(blocks=990)
    assert line.read(5) & 0x04
    line.feed(blocks=15)
    assert not line.read(5) & 0x04


def test_going_off_hook_ends_ring_detect(line):
    line.rung(90)
    line.write(5, OFF)
    line.feed()
    assert not line.read(5) & 0x64


def test_a_reversal_is_a_short_pulse_of_the_ring_detector(line):
    line.write(18, 0x02)
    pulses = 0
    for _ in range(40):
        line.feed(volts=48.0)
        pulses += bool(line.read(5) & 0x20)
    assert 1 <= pulses <= 4
    assert line.read(4) & 0x01  # POLI


def test_ringing_turns_the_shown_polarity_round(line):
    signs = set()
    for _ in range(16):
        line.feed(ring=90, hertz=25)
        signs.add(line.read(29) >> 7)
    assert signs == {0, 1}


def test_interrupt_sources_stay_until_zero_is_written(line):
    line.write(4, 0)
    line.feed(volts=48.0)
    assert line.read(4) == 0x81  # the reversal is a ring pulse, too
    line.feed(blocks=5)
    line.write(4, 0x7E)
    assert line.read(4) == 0
    line.feed(faults=fxo_line.FEED_ISOLATION_DOWN)
    assert line.read(4) == 0x20


@pytest.mark.parametrize("control", [0x00, 0x20, 0x2C, 0x24, 0x38, 0x08, 0xE8, 0xFF])
def test_a_wrong_control_byte_gets_no_answer_and_changes_nothing(line, control):
    assert line.chain.transfer(1, control, 45, 0x12) == 0xFF
    assert line.read(45) == 0
    assert line.chain.wrong == 1


def test_a_broadcast_reaches_all_chips(line):
    line.chain.transfer(1, 0xA0, 45, 0x12)
    assert [chip.read(45) for chip in line.chain.chips] == [0x12, 0x12]


def test_slots_and_law_of_the_highway(line):
    def heard():
        samples = bytearray(b"\x11\x22" * fxo_line.BLOCK_FRAMES)
        line.chain.highway.from_lines(samples)
        assert bytes(samples) == bytes(samples[:2]) * fxo_line.BLOCK_FRAMES
        return bytes(samples[:2])

    silence = fxo_line.SILENCE
    assert heard() == bytes((silence, silence))  # PCM is off after a reset
    line.write(33, 0x20)
    assert heard() == bytes((0x22, silence))  # slot 0
    line.write(34, 8)
    assert heard() == bytes((silence, 0x22))
    for register, value in ((34, 9), (34, 16), (35, 1), (33, 0x28), (33, 0x21)):
        before = line.read(register)
        line.write(register, value)
        assert heard() == bytes((silence, silence)), (register, value)
        line.write(register, before)
    spoken = bytearray(b"\x33\x44" * fxo_line.BLOCK_FRAMES)
    line.chain.highway.to_lines(spoken)
    assert bytes(spoken[:2]) == bytes((silence, 0x33))  # the receive slot is still 0


def test_a_chain_has_1_to_16_chips():
    for lines in (0, 17):
        with pytest.raises(ValueError, match="1 to 16"):
            Si3050Chain(lines)
