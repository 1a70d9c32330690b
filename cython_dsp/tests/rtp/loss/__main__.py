"""What lost packets do to speech: `python -m cython_dsp.tests.rtp.loss PYTHON [FILE]`.

Three pieces of ten seconds of our prompts in each language go through an RTP leg of the engine and
lose 0, 1, 3 and 5 % of their packets of 20 ms at random; ViSQOL, run by PYTHON, says how good what
was heard is.  Beside them, with the same losses: silence in place of what was lost, and the
concealment of libspandsp, which gets every packet in time and needs no delay.  Writes its part of
FILE, by default BENCHMARKS.md, and build/bench.json.
"""

import ctypes
import ctypes.util
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from cython_dsp import figures
from cython_dsp.bench import put
from cython_dsp.figures import Figure
from cython_dsp.reference import alaw_decode
from cython_dsp.tests.door import Leg
from cython_dsp.tests.rtp.streams import PACKET, on_time, packets, play

PROMPTS = Path(__file__).parents[4] / "firmware" / "prompts"
LANGUAGES, PIECES, SECONDS = ("zh_CN", "en"), 3, 10
RATES = (0, 1, 3, 5)  # per cent
DELAY = 160  # samples, of the leg when nothing disturbs it


def pieces(language):
    """Long prompts one after the other, whole packets of them."""
    files = sorted((PROMPTS / language).rglob("*.alaw"), key=lambda file: -file.stat().st_size)
    for first in range(PIECES):
        codes = b"".join(file.read_bytes() for file in files[first::PIECES])
        pcm = alaw_decode(np.frombuffer(codes, np.uint8))
        yield pcm[: SECONDS * 8000 // PACKET * PACKET]


def engine(pcm, lost):
    """Through the leg: its jitter buffer and its concealment."""
    sent = on_time(packets(pcm))
    came = [one for one, gone in zip(sent, lost, strict=True) if not gone]
    heard, _ = play(Leg(), came, (pcm.size + DELAY) // 40)
    return heard[DELAY:]


def silence(pcm, lost):
    """Nothing in place of what was lost."""
    return np.where(np.repeat(lost, PACKET), 0, pcm).astype(np.int16)


def spandsp(pcm, lost):
    """libspandsp's plc_rx and plc_fillin."""
    library = ctypes.CDLL(ctypes.util.find_library("spandsp"))
    library.plc_init.restype = ctypes.c_void_p
    state, heard = ctypes.c_void_p(library.plc_init(None)), silence(pcm, lost)
    for i, gone in enumerate(lost):
        packet = ctypes.c_void_p(heard[i * PACKET :].ctypes.data)
        (library.plc_fillin if gone else library.plc_rx)(state, packet, PACKET)
    library.plc_free(state)
    return heard


WAYS = {"engine": engine, "libspandsp": spandsp, "silence": silence}


def save(file, pcm):
    """At 16 kHz, which ViSQOL's speech mode wants."""
    samples = np.clip(np.round(resample_poly(pcm.astype(float), 2, 1)), -32768, 32767)
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 16000, samples.size, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())


def pairs(folder):
    """Make the files; yields (way, rate, reference, heard)."""
    rng = np.random.default_rng(1)
    for number, pcm in enumerate(pcm for language in LANGUAGES for pcm in pieces(language)):
        save(reference := folder / f"{number}.wav", pcm)
        for rate in RATES:
            lost = rng.permutation(np.arange(pcm.size // PACKET)) < pcm.size // PACKET * rate / 100
            lost[0] = False
            for way, conceal in WAYS.items():
                save(heard := folder / f"{number}-{way}-{rate}.wav", conceal(pcm, lost))
                yield way, rate, reference, heard


def judged(python):
    """The mean opinion of each way at each rate: {(way, rate): MOS-LQO}."""
    with tempfile.TemporaryDirectory() as folder:
        made = list(pairs(Path(folder)))
        names = "".join(f"{reference} {heard}\n" for *_, reference, heard in made)
        judge = [python, str(Path(__file__).with_name("judge.py"))]
        answer = subprocess.run(judge, input=names, stdout=subprocess.PIPE, text=True, check=True)
    opinions = {}
    for (way, rate, *_), mos in zip(made, answer.stdout.split(), strict=True):
        opinions.setdefault((way, rate), []).append(float(mos))
    return {key: float(np.mean(values)) for key, values in opinions.items()}


def page(mos):
    """The part of BENCHMARKS.md."""
    rows = "\n".join(
        f"| {way} | " + " | ".join(f"{mos[way, rate]:.2f}" for rate in RATES) + " |" for way in WAYS
    )
    heads = " | ".join(f"{rate} %" for rate in RATES)
    return f"""## Speech with lost packets (`make bench`)

MOS-LQO by ViSQOL 3 (speech mode, not scaled up to 5) of {len(LANGUAGES) * PIECES} pieces of
{SECONDS} s, packets of 20 ms lost at random, the same ones for each way.

| in place of what was lost | {heads} |
| --- |{" --- |" * len(RATES)}
{rows}
"""


def main():
    """Measure and write."""
    python, *rest = sys.argv[1:]
    mos = judged(python)
    figures.keep(
        {
            f"mos_loss_{rate}": Figure(
                round(mos["engine", rate], 3),
                "MOS-LQO",
                f"libspandsp {mos['libspandsp', rate]:.3f}",
            )
            for rate in RATES
        }
    )
    put(Path(rest[0] if rest else "BENCHMARKS.md"), "loss", page(mos))


if __name__ == "__main__":
    main()
