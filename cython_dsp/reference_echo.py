"""Slow, plain definition of the line echo canceller: echo_cancel.c must equal it but for rounding.

A path of up to 640 taps in parts of 80.  Each part is a spectrum of 128 points, valid for the
newest 40.  With X the spectra of what the line heard, W the path, U its mean square error (by
estimate), E the spectrum of the remainder, s = 40/128 and N the noise that is always supposed,
per bin:

    step = U / (max(smoothed |E|^2, |E|^2) + N + s sum(U (|X|^2 + M)))      the Kalman gain
    W <- W + step conj(X) E              U <- k^2 (1 - s step |X|^2) U + (1 - k^2) |W|^2

and before that U is raised to what far and remainder have in common beyond chance, C being the
smoothed conj(X) E:  U >= min((|C|^2 - chance) / (smoothed s (|X|^2 + S) + N)^2, of a new line).

S and M, 0.3 and 1.7 of the mean of |X|^2, are what the edges of a block smear over all bins:
without M a tone makes all the other bins drift.  W itself does not fade: a long tone would make
forgotten what it does not show of the path.

The suppressor takes for echo the larger of what usually is left and half of s sum(U |X|^2).
"""

import numpy as np
from numpy.typing import NDArray

from cython_dsp.reference import Samples

Real = NDArray[np.float64]
Spectra = NDArray[np.complex128]

BLOCK, FFT, PART, PARTS = 40, 128, 80, 8
BINS = FFT // 2 + 1
SHARE = BLOCK / FFT
QUIET = 400.0
NOISE = 100.0 * BLOCK
KEEP, UNKNOWN, SPREAD, SMEAR = 0.9998, 0.03, 0.3, 1.7
SLOW, FAST, RISE = 0.975, 0.8, 0.001
CHANCE = 8 * (1 - SLOW) / SHARE
WORSE, FAR_WORSE, FORGET = 2.0, 4.0, 0.9
SUPPRESS, LEAST_GAIN, LEAST_LEAK, NOISE_MOST, FLOOR_MEAN = 4.0, 0.03, 1e-4, 52100.0, 1.5


def _square(x: Real) -> float:
    return float((x**2).mean())


class Canceller:
    """One line."""

    def __init__(self, parts: int = PARTS) -> None:
        self.parts = parts
        self.far = np.zeros(FFT)
        self.x: Spectra = np.zeros((2 * self.parts, BINS), complex)  # the newest first
        self.path: Spectra = np.zeros((self.parts, BINS), complex)
        self.unsure = np.full((self.parts, BINS), UNKNOWN)
        self.common: Spectra = np.zeros((self.parts, BINS), complex)
        self.heard = np.zeros((self.parts, BINS))
        self.left, self.other = np.zeros(BINS), np.zeros(BINS)
        self.blocks, self.quiet = 0, 2 * self.parts
        self.left_now, self.floor, self.leak, self.gain = 2.0**30, 2.0**30, 1.0, 1.0
        self.echo_power, self.left_power, self.unknown = 0.0, 0.0, 0.0
        self.said_slow, self.left_slow, self.trust = 0.0, 0.0, 1.0
        self.seed = 1
        self.learns = self.suppresses = True

    def block(self, far: Samples, near: Samples) -> Samples:
        """Return what is left of 40 samples."""
        self.far = np.concatenate([self.far[BLOCK:], far])
        self.x = np.concatenate([np.fft.rfft(self.far)[None], self.x[:-1]])
        self.quiet = 0 if _square(self.far[-BLOCK:]) > QUIET else self.quiet + 1
        if not near.any():
            return near
        if self.quiet >= 2 * self.parts:
            self._follow_floor(_square(near.astype(float)), RISE)
            return near
        echo = np.fft.irfft((self.path * self.x[::2]).sum(axis=0))[-BLOCK:]
        left = near - echo
        if self.learns:
            self._learn(left)
        self._measure(_square(self.far[-BLOCK:]), _square(echo), _square(left))
        said = _square(near.astype(float))
        used = near - self._trusted(said, _square(left)) * echo
        if self.suppresses:
            used = self._suppressed(used, said, _square(echo), _square(left))
        pcm: Samples = np.clip(np.rint(used), -32768, 32767).astype(np.int16)
        return pcm

    def _learn(self, remainder: Real) -> None:
        left = np.fft.rfft(np.concatenate([np.zeros(FFT - BLOCK), remainder]))
        power, x = np.abs(left) ** 2, self.x[::2]
        heard = np.abs(x) ** 2
        self.left = SLOW * self.left + (1 - SLOW) * power
        self.other = FAST * self.other + (1 - FAST) * power
        self.heard = SLOW * self.heard + (1 - SLOW) * SHARE * heard
        self.common = SLOW * self.common + (1 - SLOW) * x.conj() * left
        beyond = np.abs(self.common) ** 2 - CHANCE * self.heard * self.left
        least = NOISE + SPREAD * self.heard.mean(axis=1, keepdims=True)
        missing = np.minimum(beyond / (self.heard + least) ** 2, UNKNOWN)
        self.unsure = np.maximum(self.unsure, missing)
        expected = np.maximum(self.other, power) + NOISE
        smeared = heard + SMEAR * heard.mean(axis=1, keepdims=True)
        step = self.unsure / (expected + SHARE * (self.unsure * smeared).sum(axis=0))
        self.unknown = SHARE * float((self.unsure * heard).sum()) / (FFT * BLOCK)
        self.path = self.path + step * x.conj() * left
        kept = KEEP**2 * (1 - SHARE * step * heard) * self.unsure
        self.unsure = kept + (1 - KEEP**2) * np.abs(self.path) ** 2
        part = self.blocks % self.parts
        taps = np.fft.irfft(self.path[part])
        self.path[part] = np.fft.rfft(np.concatenate([taps[:PART], np.zeros(FFT - PART)]))
        self.blocks += 1

    def _follow_floor(self, left: float, rise: float) -> None:
        self.left_now += (left - self.left_now) / 8
        self.floor = min(self.left_now, self.floor * (1 + rise) + 10 * rise)

    def _measure(self, far: float, echo: float, left: float) -> None:
        self._follow_floor(left, RISE / 10)
        if echo < 4 * self.floor or far < QUIET:
            return
        self.echo_power += (echo - self.echo_power) / 32
        self.left_power += (left - self.left_power) / 32
        excess = self.left_power - FLOOR_MEAN * self.floor
        leak = max(min(excess / self.echo_power, 1), LEAST_LEAK)
        self.leak += (leak - self.leak) * (0.2 if leak < self.leak else 0.0005)

    def _trusted(self, said: float, left: float) -> Real:
        self.said_slow += (said - self.said_slow) / 8
        self.left_slow += (left - self.left_slow) / 8
        worse, before = self.left_slow > WORSE * self.said_slow, self.trust
        self.trust = min(max(before - 0.25 if worse else before + 0.25, 0.0), 1.0)
        if self.left_slow >= FAR_WORSE * self.said_slow and self.learns:
            self.path *= FORGET
        trust: Real = before + (self.trust - before) * np.arange(1, BLOCK + 1) / BLOCK
        return trust

    def _suppressed(self, pcm: Real, said: float, echo: float, left: float) -> Real:
        likely = max(self.leak * echo, self.unknown)
        wanted = max((left - SUPPRESS * likely) / (left + 1), LEAST_GAIN**2) ** 0.5
        before = self.gain
        self.gain = wanted if wanted > before else before + (wanted - before) / 4
        gain = before + (self.gain - before) * np.arange(1, BLOCK + 1) / BLOCK
        hiss = (3 * min(self.floor, NOISE_MOST, said)) ** 0.5
        noise = np.array([self._random() for _ in range(BLOCK)])
        hidden: Real = np.sqrt(np.maximum(1 - gain**2, 0)) * hiss * noise
        return gain * pcm + hidden

    def _random(self) -> float:
        self.seed = (self.seed * 1664525 + 1013904223) % 2**32
        return (self.seed >> 8) / 2**23 - 1
