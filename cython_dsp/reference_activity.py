"""Slow, plain definition of voice and silence: what activity.c must equal.

A block is 4 hops, 20 ms.  What the looks say of tones comes from reference_progress.py.
"""

from dataclasses import dataclass

from cython_dsp.reference_progress import Measured, Pcm, Supervision, dbm0

VOICE, SILENCE = "voice", "silence"


@dataclass
class _Heard:
    """Hops of sound that is voice, or may be: it is not known before the first look."""

    surely: int = 0
    perhaps: int = 0

    def judge(self, *, tonal: bool) -> None:
        self.surely += 0 if tonal else self.perhaps
        self.perhaps = 0


class Activity:
    """Everything told of one signal: (hop, VOICE or SILENCE)."""

    def __init__(self, pcm: Pcm, silence_hops: int) -> None:
        self.found: list[tuple[int, str]] = []
        self._silence_hops = silence_hops
        self._heard = _Heard()
        self._tonal, self._part = False, 0.0
        self._db = self._change = self._floor = 0.0
        self._quiet = self._silence = self._sounds = 0
        self._told: set[str] = set()
        judged = Supervision(pcm, [])
        energy = Measured(pcm).energy
        for hop in range(len(energy)):
            self._judgement(judged, hop)
            if hop % 4 == 3:
                self._block(float(energy[hop - 3 : hop + 1].mean()), judged.looks_of[hop])
                self._tell(hop)

    def _judgement(self, judged: Supervision, hop: int) -> None:
        if hop in judged.opened:  # too short to be looked at: no tone
            self._heard.judge(tonal=False)
            self._tonal, self._part = False, 0.0
        if hop in judged.looked:
            self._tonal, self._part = judged.looked[hop]
            self._heard.judge(tonal=self._tonal)

    def _block(self, power: float, looks: int) -> None:
        db = max(-50.0, dbm0(power + 1))
        self._change += (min(6.0, abs(db - self._db)) - self._change) / 8
        self._db = db
        steady = self._change < 1.5
        if db >= self._floor and not self._tonal:
            self._floor += 0.5 if steady else 0.03
        self._floor = min(self._floor, db)
        self._voice(looks)
        noise = steady and not self._tonal and self._part < 0.5
        self._sounds = 0 if db < -45 or noise else self._sounds + 1
        self._silence += 4
        if self._sounds >= 5:
            self._silence = 0
            self._told.discard(SILENCE)

    def _voice(self, looks: int) -> None:
        if self._db > max(-45.0, self._floor + 6):
            self._quiet = 0
            if looks == 0:
                self._heard.perhaps += 4
            elif not self._tonal:
                self._heard.surely += 4
            return
        self._quiet += 4
        if self._quiet >= 60:
            self._heard = _Heard()
        if self._quiet >= 100:
            self._told.discard(VOICE)

    def _tell(self, hop: int) -> None:
        voice = self._heard.surely >= 40 and self._change >= 1.5
        silence = 0 < self._silence_hops <= self._silence
        for kind, true in ((VOICE, voice), (SILENCE, silence)):
            if true and kind not in self._told:
                self._told.add(kind)
                self.found.append((hop, kind))
