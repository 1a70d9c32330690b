# Each value of the framer's set-up with each bit wrong: the test that names the register fails.
#
# The value is made wrong in the driver's own table, so nothing in the driver can put it right.  It
# must differ from the other drivers' accesses (golden/pef2256_linux.json) and, where the value
# matters to what the model simulates, calls must not work.
import importlib.util
from pathlib import Path

import pytest

from board import wire
from board.mcu.drivers import pef2256_regs as regs

_PATH = Path(__file__).parent.parent / "mcu" / "test_pef2256.py"
_SPEC = importlib.util.spec_from_file_location("pef2256_checks", _PATH)
checks = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(checks)

LINE = regs.setup(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)
TABLE = [*LINE, *regs.SIGNALLING]
FINAL = {address: number for number, (address, _) in enumerate(TABLE) if address != regs.CMDR}
# Bits without effect: not simulated, not used by the driver, or written again by its methods for
# loops, alarms and clock (test_framer.py has these).
NO_EFFECT = {
    regs.LIM0: regs.LIM0_LL | regs.LIM0_MAS,
    regs.LIM1: regs.LIM1_RL,
    regs.FMR1: regs.FMR1_XAIS,
    regs.XSW: regs.XSW_XRA,
    regs.IMR0: 0x7E,  # other interrupts of the signalling controller
    regs.IMR1: 0xFF,  # overflow and underrun: tests of their own in test_hdlc.py
    regs.IMR2: 0xFF,  # the driver polls FRS0
    regs.FMR2: regs.FMR2_PLB | 0x40,  # the latter: CRC-4 asked for, or found by itself
    regs.GCR: 0xEE,  # interrupt pin and second timer
}


def with_wrong_bit(monkeypatch, number, bit):
    wrong = [(a, v ^ bit) if i == number else (a, v) for i, (a, v) in enumerate(TABLE)]
    monkeypatch.setattr(regs, "setup", lambda *_: wrong[: len(LINE)])
    monkeypatch.setattr(regs, "SIGNALLING", wrong[len(LINE) :])


@pytest.mark.parametrize(
    "number", range(len(TABLE)), ids=[f"{n}-reg{a:02x}" for n, (a, _) in enumerate(TABLE)]
)
def test_a_wrong_value_is_noticed(number, monkeypatch):
    address, _ = TABLE[number]
    for bit in (1 << n for n in range(8)):
        with_wrong_bit(monkeypatch, number, bit)
        compare = (
            checks.test_the_set_up_is_the_linux_drivers_access_by_access
            if number < len(LINE)
            else checks.test_the_signalling_set_up_is_dahdis_with_one_more_interrupt_and_imr3
        )
        with pytest.raises(AssertionError):
            compare()
        if FINAL.get(address) == number and not NO_EFFECT.get(address, 0) & bit:
            assert not checks.works(checks.Bench()), f"bit 0x{bit:02x} of 0x{address:02x}"
