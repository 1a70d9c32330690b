"""RAUC's own texts, as versions 1.8 and 1.13 said them, and what they mean."""

import pytest

from firmware.contract.update import UpdateReason as R
from firmware.ota.rauc_words import reason, said_by_child

TEXTS = {
    "signature verification failed: Verify error: unable to get local issuer certificate": (
        R.WRONG_SIGNATURE
    ),
    "signature verification failed: Verify error: unsuitable certificate purpose": (
        R.WRONG_SIGNATURE
    ),
    "signature verification failed: error:1700009E:CMS routines::verification failure": R.DAMAGED,
    "Invalid bundle format: Signature size (7699343444301389819) exceeds bundle size": R.DAMAGED,
    "Invalid bundle format: Failed to seek to end of bundle: Error seeking in file: Invalid "
    "argument": R.DAMAGED,
    "Failed updating slot rootfs.1: Error reading from file: Input/output error": R.DAMAGED,
    "Bundle format 'plain' not allowed": R.PLAIN_FORMAT,
    "Bundle format 'plain' not supported in streaming mode": R.PLAIN_FORMAT,
    "Installation error: Compatible mismatch: Expected 'callbox-x86_64' but bundle manifest has "
    "'callbox-arm64'": R.OTHER_COMPATIBLE,
    "Encrypted bundle detected, but no decryption key given": R.WRONG_SIGNATURE,
    "Failed updating slot rootfs.1: No space left on device": R.NO_SPACE,
    "Slot (3221225472 bytes) is too small for image (4294967296 bytes)": R.NO_SPACE,
    "No such file: /data/x.raucb": R.NOT_FETCHED,
    "failed to take ownership of bundle: failed to chown bundle to root: Read-only file system": (
        R.NOT_WRITTEN
    ),
    "": R.NOT_WRITTEN,
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_rauc_has_its_reason(text):
    assert reason(text) is TEXTS[text]


def test_the_complaint_of_a_child_is_found_between_its_messages():
    said = (
        "rauc-Message: 06:59:56.458: Reading bundle: /x.raucb\n"
        "rauc-Message: 06:59:56.458: Verifying bundle signature... \n"
        "signature verification failed: error:1700009E:CMS routines::verification failure\n"
    )
    found = "signature verification failed: error:1700009E:CMS routines::verification failure"
    assert said_by_child(said) == found
