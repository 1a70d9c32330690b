"""RAUC's own words (English, versions 1.8 to 1.13) as reasons that the pages translate."""

import re

from firmware.contract.update import UpdateReason as R

_TABLE = [
    (re.compile(words, re.IGNORECASE | re.DOTALL), reason)
    for words, reason in (
        ("bundle format '[a-z]*' not allowed", R.PLAIN_FORMAT),
        ("not supported in streaming mode", R.PLAIN_FORMAT),
        # The signature is good, the content is not what was signed; before "signature".
        ("content verify error|CMS routines::verification failure|digest failure", R.DAMAGED),
        ("signature verification failed", R.WRONG_SIGNATURE),
        ("no decryption key given|failed to decrypt", R.WRONG_SIGNATURE),
        ("compatible mismatch", R.OTHER_COMPATIBLE),
        ("min(imum)?[- ]bundle[- ]version|version limit", R.OLDER_VERSION),
        ("no space left|too small for image|exceeds slot size", R.NO_SPACE),
        ("failed to (download|stream|fetch)|nbd|http (code|response)|curl", R.NOT_FETCHED),
        ("no such file", R.NOT_FETCHED),
        ("invalid bundle format|signature size|exceeds bundle size", R.DAMAGED),
        ("checksum|data block .*corrupted|squashfs|error reading|dm-?verity", R.DAMAGED),
        ("input/output error", R.DAMAGED),
    )
]


def reason(words: str, otherwise: R = R.NOT_WRITTEN) -> R:
    """The reason behind RAUC's `words`: the first line of the table that fits."""
    return next((found for pattern, found in _TABLE if pattern.search(words)), otherwise)


_SAYS_WHY = re.compile(
    r"failed|error|mismatch|not allowed|invalid|exceeds|unable|no such", re.IGNORECASE
)
_NOISE = re.compile(r"^(\(rauc:\d+\): )?rauc-\w+( \*\*)?: [\d:.]+: ")


def said_by_child(stderr: str) -> str:
    """What a `rauc` child process complained of, one line."""
    lines = [_NOISE.sub("", line).strip() for line in stderr.splitlines()]
    return "; ".join(line for line in lines if _SAYS_WHY.search(line))[:500]
