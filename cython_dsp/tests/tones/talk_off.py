"""Hours of talk and music, without a key: python -m cython_dsp.tests.tones.talk_off FOLDER.

Asterisk's prompts in five languages and its music on hold, from Debian's packages (Creative
Commons, fetched into FOLDER, not installed), the box's own prompts in two, and an hour of our own
speech-like signals and music, harsher than either.  No key may be heard in what is real; those of
the hour are printed.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

from cython_dsp import dtmf, sound
from cython_dsp.reference import alaw_decode
from cython_dsp.tests.tones.signals import music_like, speech_like
from cython_dsp.wav import Coding

PROMPTS = [f"asterisk-core-sounds-{language}-wav" for language in ("en", "es", "fr", "it", "ru")]
PACKAGES = [*PROMPTS, "asterisk-moh-opsound-wav"]
OWN = Path(__file__).parents[3] / "firmware" / "prompts"
HOUR_MIN = 60
HEADER = 44


def fetch(folder):
    """Unpack the packages below `folder`; what is there is not fetched again."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if (folder / package).exists():
            continue
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
        [archive] = folder.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, folder / "new"], check=True)
        (folder / "new").rename(folder / package)  # whole, or not there
        archive.unlink()


def keys(pcm):
    """What a receiver hears, after a silence and before one."""
    whole = np.concatenate([np.zeros(800, np.int16), pcm, np.zeros(1600, np.int16)])
    whole = np.append(whole, np.zeros(-whole.size % dtmf.HOP, np.int16))
    return [one.digit for one in dtmf.Receiver(1).pcm(whole[None, :])]


def heard(name, recordings):
    """Print one line; return the number of keys.  FileNotFoundError when there is no recording."""
    seconds = files = 0
    found = []
    for pcm in recordings:
        files += 1
        seconds += pcm.size / 8000
        found += keys(pcm)
    if not files:
        raise FileNotFoundError(name)
    print(f"{name}: {files} files, {seconds / 60:.1f} minutes, keys: {''.join(found) or 'none'}")
    return len(found)


def packaged(folder):
    sounding = (path for path in folder.rglob("*.wav") if path.stat().st_size > HEADER)
    for path in sorted(sounding):
        yield sound.read(str(path), Coding.PCM, 8000).samples[0]


def own(language):
    for path in sorted((OWN / language).rglob("*.alaw")):
        yield alaw_decode(np.frombuffer(path.read_bytes(), np.uint8))


def main():
    folder = Path(sys.argv[1])
    fetch(folder)
    false = sum(heard(package, packaged(folder / package)) for package in PACKAGES)
    false += sum(heard(f"own prompts, {language}", own(language)) for language in ("zh_CN", "en"))
    heard("speech-like", (speech_like(seed, 60) for seed in range(HOUR_MIN // 2)))
    heard("music", (music_like(seed, 60) for seed in range(HOUR_MIN // 2)))
    sys.exit(bool(false))


if __name__ == "__main__":
    main()
