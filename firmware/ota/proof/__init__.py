"""The proof of a new slot: may this version stay?

`prove(context)` examines everything that a box must be able to do, one file a check, and
gives a verdict.  The checks that need time are repeated until their limit.
"""

from firmware.ota.proof.context import Context
from firmware.ota.proof.prover import prove
from firmware.ota.proof.verdict import Verdict

__all__ = ["Context", "Verdict", "prove"]
