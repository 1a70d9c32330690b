"""The echo of the board's own signal: what its hybrid does not take away, and what returns later.

The board drives the pair through the impedance that it synthesises (register ACIM) and takes half
of what it drives from what it hears.  On a line of another impedance the reflection
(Z - A) / (Z + A) is left.  Z is the exchange's impedance at the far end of a 0.4 mm cable.  The
digital hybrid subtracts a filter of eight taps (registers 45 to 52).  No public source gives their
scale: here 128 is one, and the first tap meets the first sample of the echo.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import RATE
from board.sim.analog.impairments import Block, echo_response

TAPS = 281  # 35 ms; with a block of 40 the transform has 320 points, a fast length
_NEAR_TAPS = 64
_EARLY = 2  # samples before the first one: what band limiting spreads to the left
_DESIGN = 512
# Per km of a 0.4 mm polyethylene pair: ohm, henry, farad (the cable "PE04" of ETSI TS 101 388).
_OHM_KM, _HENRY_KM, _FARAD_KM = 280.0, 587e-6, 50e-9
_PHONE_OHM = 600.0
Spectrum = NDArray[np.complexfloating]


@dataclass(frozen=True)
class Network:
    """A resistance in series with another that has a capacitor (farad) beside or behind it."""

    series_ohm: float
    parallel_ohm: float = 0.0
    farad: float = 0.0

    def impedance(self, omega: Block) -> Spectrum:
        """Return ohms by angular frequency (not 0)."""
        jw: Spectrum = 1j * omega
        if not self.parallel_ohm:
            behind = 1 / (jw * self.farad) if self.farad else 0
            return self.series_ohm + behind + 0 * jw
        return self.series_ohm + self.parallel_ohm / (1 + jw * self.parallel_ohm * self.farad)


CHINA = Network(200, 680, 100e-9)
SIX_HUNDRED = Network(600)
# Si3050 data sheet, register 30, as an Si3019 has it.  For F, "global complex", it names no parts;
# the TBR21-like network between the European ones stands for it.
ACIM = (
    SIX_HUNDRED,
    Network(900),
    Network(270, 750, 150e-9),
    Network(220, 820, 120e-9),
    Network(370, 620, 310e-9),
    Network(320, 1050, 230e-9),
    Network(370, 820, 110e-9),
    Network(275, 780, 115e-9),
    Network(120, 820, 110e-9),
    Network(350, 1000, 210e-9),
    CHINA,
    Network(600, 0, 2.16e-6),
    Network(900, 0, 1e-6),
    Network(900, 0, 2.16e-6),
    Network(600, 0, 1e-6),
    Network(275, 780, 150e-9),
)


@dataclass(frozen=True)
class EchoPath:
    """Everything that an echo depends on."""

    network: Network
    loop_ohm: int
    acim: int
    hybrid: bytes
    parallel: bool = False
    tail_ms: float = 0.0
    tail_delay_ms: float = 0.0
    tail_loss_db: float = 20.0
    seed: int = 0


@lru_cache(maxsize=1024)
def response(path: EchoPath) -> Block:
    """Return the impulse response from what the board says to what it hears, at most TAPS long."""
    whole: Block = np.zeros(TAPS)
    whole[:_NEAR_TAPS] = _reflection(path)
    taps = np.frombuffer(path.hybrid, np.int8) / 128.0
    whole[_EARLY : _EARLY + len(taps)] -= taps
    if path.tail_ms > 0:
        tail = echo_response(path.seed, path.tail_loss_db, path.tail_delay_ms, path.tail_ms)
        tail = tail[:TAPS]
        whole[: len(tail)] += tail
    return whole


def return_loss_db(path: EchoPath) -> float:
    """Return the loss of white noise by the whole echo path, at most 90 dB."""
    return -10 * math.log10(max(1e-9, float(np.sum(response(path) ** 2))))


def line_impedance(path: EchoPath, omega: Block) -> Spectrum:
    """Return what the board's terminals see."""
    far = path.network.impedance(omega)
    kilometres = path.loop_ohm / _OHM_KM
    series = (_OHM_KM + 1j * omega * _HENRY_KM) * kilometres
    shunt = 1j * omega * _FARAD_KM * kilometres
    seen = far
    if kilometres > 0:
        own = np.sqrt(series / shunt)
        turn = np.tanh(np.sqrt(series * shunt))
        seen = own * (far + own * turn) / (own + far * turn)
    return seen * _PHONE_OHM / (seen + _PHONE_OHM) if path.parallel else seen


def _reflection(path: EchoPath) -> Block:
    hertz = np.fft.rfftfreq(_DESIGN, 1 / RATE)
    omega = 2 * np.pi * np.maximum(hertz, 50.0)  # no DC passes the transformer
    line, own = line_impedance(path, omega), ACIM[path.acim & 15].impedance(omega)
    left = (line - own) / (line + own)
    left[0] = left[0].real
    spread: Block = np.fft.irfft(left, _DESIGN)
    near = np.roll(spread, _EARLY)[:_NEAR_TAPS]
    fade = np.minimum(1.0, np.arange(_NEAR_TAPS, 0, -1) / 16)
    return near * fade
