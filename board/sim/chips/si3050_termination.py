"""DC termination of the Si3050 model: which current flows, what stands at the terminals.

Off-hook the Si3019 is a voltage (by DCV) with 50 ohm behind it; with ILIM it turns steep before
60 mA.  The data sheet's limits that this keeps (loop characteristics): at most 6.0 V at 20 mA and
at least 9 V at 120 mA with DCV 00 and MINI 11; at most 7.5 V and at least 9 V with DCV 11; with
ILIM at most 40 V at 50 mA and at least 40 V at 60 mA.
"""

OPEN = 65535  # source resistance of a line that is cut
_AT_CHIP = (3.1, 3.2, 3.35, 3.5)  # volts by DCV (register 26, bits 7 and 6)
_BRIDGE = 1.7  # diode bridge and hook switch
_SLOPE = 50.0  # ohm
_KNEE = 0.048  # ampere, with ILIM
_STEEP = 6000.0  # ohm above the knee
_MINIMUM = (10, 12, 14, 16)  # mA by MINI (bits 5 and 4)
_ILIM = 0x02
_LEAKAGE = 5e-6  # ampere, on-hook; the data sheet's maximum at 48 V
_COLLAPSE = 4.0  # mA: below this the line does not feed the line side
_OVERLOAD = 127.0  # mA


def off_hook(control: int, volts: float, ohm: int) -> "tuple[float, float]":
    """Return (ampere, volts at the terminals) for register 26 and a source; signs as the source."""
    if ohm == OPEN:
        return 0.0, 0.0
    sign = -1.0 if volts < 0 else 1.0
    source = abs(volts)
    fixed = _AT_CHIP[control >> 6] + _BRIDGE
    ampere = (source - fixed) / (ohm + _SLOPE)
    if ampere <= 0:
        return 0.0, volts
    if control & _ILIM and ampere > _KNEE:
        above = source - fixed - _KNEE * (ohm + _SLOPE)
        ampere = _KNEE + above / (ohm + _STEEP)
    return ampere, sign * (source - ampere * ohm)


def on_hook(volts: float, ohm: int) -> float:
    """Return the volts at the terminals; the chip draws some microampere."""
    if ohm == OPEN:
        return 0.0
    drop = _LEAKAGE * ohm
    if abs(volts) <= drop:
        return 0.0
    return volts + drop if volts < 0 else volts - drop


def shown(control: int, milliampere: float) -> "tuple[int, int, bool]":
    """Return LCS (register 12), LCS2 (28) and DOD (19) for a current off-hook."""
    if milliampere < _MINIMUM[control >> 4 & 3]:
        return 0, 0, milliampere < _COLLAPSE
    fine = min(255, int(milliampere / 1.1))
    if milliampere > _OVERLOAD:
        return 31, fine, False
    return min(30, int(milliampere / 3.3)), fine, False
