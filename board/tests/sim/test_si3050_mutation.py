# Each value of the Si3050's set-up with each bit wrong: the tests of test_si3050.py fail.
#
# The bit is turned round on its way to the chip, so nothing in the driver can put it right.  It
# must differ from the list of writes, and where it matters to what the model simulates a check on
# what the line does must fail, in China's row or in Australia's (26 ms on-hook).
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "mcu"))
import si3050_bench as checks
from si3050_bench import AUSTRALIA, CHINA, Bench

from board.sim.chips.si3050 import Si3050Chain

# Bits without effect: they do not exist, or act on what the model does not have.
NO_EFFECT = {
    2: 0x08,
    3: 0xFF,  # interrupts: the pin is not used
    4: 0xFF,  # writing 1 leaves a source as it is; at the set-up there are none
    5: 0xF6,
    6: 0xEF,
    16: 0xBE,  # but OHS and RT: ringer impedance, IIR filter
    18: 0xFD,
    24: 0x40,
    26: 0x0D,  # DCR
    30: 0xF0,  # FULL2
    31: 0xF6,  # FULL, FOH, FILT: full scale, off-hook counter, 200 Hz; OHS2 and LVFD are left
    33: 0x44,
    35: 0xFC,
    37: 0xFC,
    38: 0xF0,  # 0 dB of attenuation are 0 dB of gain
    39: 0xF0,
    40: 0xF3,  # 0.1 and 0.2 dB are less than the DRAW record shows
    41: 0xF3,
    59: 0xAF,
}


class Wrong:
    """A bus on which one bit of the n-th write is wrong."""

    def __init__(self, chain, number, bit):
        self._chain, self._left, self._bit = chain, number, bit
        self.writes = []

    def transfer(self, line, control, register, value):
        if not control & 0x40:
            if self._left == 0:
                value ^= self._bit
            self._left -= 1
            self.writes.append((register, value))
        return self._chain.transfer(line, control, register, value)


def set_up(row, number=-1, bit=0):
    return Bench(row, bus=lambda chain: Wrong(chain, number, bit))


def works(number=-1, bit=0):
    """Whether lines would work; cheap checks first."""

    def china():
        return set_up(CHINA, number, bit)

    def australia():
        return set_up(AUSTRALIA, number, bit)

    return (
        checks.check_the_line_side_is_off_until_it_gets_power(china())
        and checks.check_on_hook_the_line_is_open(china())
        and checks.check_the_impedance_gains_and_hybrid_are_neutral(china(), 0x0A)
        and checks.check_the_impedance_gains_and_hybrid_are_neutral(australia(), 0x03)
        and checks.check_small_voltages_are_shown(china())
        and checks.check_off_hook_the_voltage_is_3_1_v_and_the_bridge_and_50_ohm(china())
        and checks.check_the_least_current_is_16_ma_and_70_ma_flow(china())
        and checks.on_hook_blocks(china()) == 0
        and checks.on_hook_blocks(australia()) == 6
        and checks.check_samples_are_in_the_lines_slot(china())
        and checks.check_both_halves_of_ringing_show_from_16_5_volts(china())
        and checks.check_a_pause_of_640_ms_ends_ringing(china())
        and checks.check_ringing_is_valid_from_10_to_83_hertz_after_150_ms(china())
    )


def sent(row, number=-1, bit=0):
    """What the chip gets for a set-up."""
    bus = Wrong(Si3050Chain(checks.LINES), number, bit)
    checks.Si3050(bus, checks.LINE).setup(row, checks.LINE)
    return bus.writes


RIGHT = sent(CHINA)
LAST = {register: number for number, (register, _) in enumerate(RIGHT)}


def test_the_right_set_up_works():
    assert works()


@pytest.mark.parametrize(
    "number", range(len(RIGHT)), ids=[f"{n}-reg{r}" for n, (r, _) in enumerate(RIGHT)]
)
def test_a_wrong_value_is_noticed(number):
    register, _ = RIGHT[number]
    for bit in (1 << n for n in range(8)):
        assert sent(CHINA, number, bit) != RIGHT
        if LAST[register] == number and not NO_EFFECT.get(register, 0) & bit:
            assert not works(number, bit), f"bit 0x{bit:02x} of register {register}"


def test_the_list_of_bits_without_effect_is_no_longer_than_needed():
    """Each of them leaves all checks as they are."""
    for register, bits in NO_EFFECT.items():
        for part in (bits & 0x55, bits & 0xAA):  # 0.1 and 0.2 dB together would be seen
            assert works(LAST[register], part), register
