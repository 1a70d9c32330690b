"""The tones by which fax machines find one another (ITU-T T.30): made, and heard.

    from cython_dsp import fax
    for tone in fax.Receiver().pcm(fax.generate("CNG", 7)):
        print(tone.name, tone.end / 8000)

CNG is the calling machine (1100 Hz, 0.5 s on, 3 s off), CED the answering one (2100 Hz, modems
send it too), V.21 the flags before the answering machine says what it can do.
"""

import numpy as np
from numpy.typing import NDArray

from cython_dsp import fax_rx, progress_rx
from cython_dsp.progress import TonePattern, packed
from cython_dsp.tones import HOP, RATE, Tone

CNG = TonePattern((1100.0,), (0.5, 3.0), cycles=1, tolerance_hz=38.0, tolerance=0.2)
"""For Engine.watch_tones(), from -38 dBm0 on; T.30: 1100 Hz ± 38 Hz, both durations ± 15 %."""
NAMES = ("CNG", "CED", "V.21")
_LASTED_S = {"CED": 1.0, "V.21": 8 * 8 / 300}  # when they are told
_FLAG = (0, 1, 1, 1, 1, 1, 1, 0)
_MARK_HZ, _SPACE_HZ, _BAUD = 1650, 1850, 300
_FULL = 22827.0  # peak of a sine of 0 dBm0
_TONE = 1  # PROGRESS_TONE of progress.h
_LONGEST_S = 3600.0


def generate(name: str, seconds: float, level_dbm0: float = -10.0) -> NDArray[np.int16]:
    """Return int16 samples of one of `NAMES`, CNG with its cadence; ValueError for others."""
    if name not in NAMES:
        raise ValueError(f"no fax tone {name!r} is known, only {', '.join(NAMES)}")
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError(f"seconds are 0 to {_LONGEST_S:g}, not {seconds}")
    if not -60 <= level_dbm0 <= 3:
        raise ValueError(f"level_dbm0 is -60 to 3, not {level_dbm0}")
    n = np.arange(round(seconds * RATE))
    peak = _FULL * 10 ** (level_dbm0 / 20)
    wave = peak * np.sin(2 * np.pi * np.cumsum(_hertz(name, n)) / RATE)
    if name == "CNG":
        wave = np.where(n % (3.5 * RATE) < 0.5 * RATE, wave, 0)
    return np.clip(np.round(wave), -32768, 32767).astype(np.int16)


def _hertz(name: str, n: NDArray[np.int_]) -> NDArray[np.int_]:
    """Frequency of each sample."""
    if name != "V.21":
        return np.full(n.size, 1100 if name == "CNG" else 2100)
    bits = np.array(_FLAG)[n * _BAUD // RATE % len(_FLAG)]
    return np.where(bits == 1, _MARK_HZ, _SPACE_HZ)


class Receiver:
    """Hears all three in one channel; a tone is told once for each time."""

    def __init__(self) -> None:
        self._calling, self._answering = progress_rx.Listener(), fax_rx.Listener()
        self._calling.watch(packed([CNG]))
        self.samples = 0

    def pcm(self, samples: NDArray[np.int16]) -> list[Tone]:
        """Hear linear samples: int16 of shape (n * HOP,); ValueError for another.

        CNG is certain after one cycle (3.1 s), CED after 1 s, V.21 after 8 flags (0.21 s).
        """
        found = np.asarray(samples)
        if found.dtype != np.int16 or found.ndim != 1 or found.size % HOP:
            wanted = f"int16 of shape (n * {HOP},)"
            raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
        before, self.samples = self.samples, self.samples + found.size
        pcm = np.ascontiguousarray(found)
        heard = [
            _tone("CNG", before + (hop + 1) * HOP, (hz,), level, seconds)
            for hop, kind, _, hz, _, level, seconds in self._calling.take(pcm)
            if kind == _TONE
        ]
        for block, kind, hz, level in self._answering.take(pcm):
            hertz = (hz,) if hz else (float(_MARK_HZ), float(_SPACE_HZ))
            end = before + (block + 1) * HOP
            heard.append(_tone(NAMES[kind], end, hertz, level, _LASTED_S[NAMES[kind]]))
        return sorted(heard, key=lambda tone: tone.end)


def _tone(name: str, end: int, hertz: tuple[float, ...], level: float, seconds: float) -> Tone:
    return Tone(name, max(0, end - round(seconds * RATE)), end, hertz, level)
