"""Make and check every clip: `python -m firmware.prompts.make [--keep] [id ...]`.

Speaks the catalogue and the sentences of the simulated callers, plays the music, writes the
A-law files, then has each file recognised again and prints a table.  Exit status 1 where a
clip differs from its text by more than is allowed beside it.  --keep only checks the files.
"""

import argparse
import sys
from collections.abc import Sequence

from firmware.prompts import heard, level, studio
from firmware.prompts.alaw import decode
from firmware.prompts.catalogue import BYTES_A_SECOND, Catalogue
from firmware.prompts.jobs import Check, Job, prompt_jobs, speech_jobs, write_index


def main() -> int:
    """Make, check, print."""
    options = _options()
    jobs = [*prompt_jobs(Catalogue()), *speech_jobs()]
    if options.id:
        jobs = [job for job in jobs if job.id in options.id]
    if not options.keep:
        make(jobs)
    return check(jobs)


def make(jobs: Sequence[Job]) -> None:
    """Write every file, then the index of the speech."""
    for job in jobs:
        job.file.parent.mkdir(parents=True, exist_ok=True)
        job.file.write_bytes(job.make())
    write_index()


def check(jobs: Sequence[Job]) -> int:
    """Recognise every file, print a line for each; 1 when one differs too much."""
    failed = 0
    for job in jobs:
        heard_as = [_understood(wanted) for wanted in job.checks]
        failed += not all(passed for passed, _ in heard_as)
        sys.stdout.write(" | ".join([_measured(job), *(text for _, text in heard_as)]) + "\n")
        sys.stdout.flush()
    size = sum(job.file.stat().st_size for job in jobs)
    sys.stdout.write(f"{len(jobs)} clips, {size} bytes, {failed} beyond what is allowed\n")
    return int(failed > 0)


def _measured(job: Job) -> str:
    clip = job.file.read_bytes()
    measure = level.active_speech if job.checks else level.rms
    seconds, loud = len(clip) / BYTES_A_SECOND, measure(decode(clip))
    return f"{job.file.parent.name:6}{job.id:24}{seconds:6.2f} s {loud:6.1f} dBm0"


def _understood(wanted: Check) -> tuple[bool, str]:
    text = studio.listen(wanted.clip(), wanted.language)
    rate = heard.error_rate(wanted.text, text, wanted.language)
    passed = rate <= wanted.allowed
    verdict = "" if passed else " TOO FAR"
    return passed, f"{rate:.3f} of {wanted.allowed:.3f}{verdict} {text}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make and check the prompts.")
    parser.add_argument("--keep", action="store_true", help="only check the files that are there")
    parser.add_argument("id", nargs="*", help="only these clips")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
