"""An agent's voice at one level, and less of his room between his words: voice_level.c."""

import numpy as np
from numpy.typing import NDArray

BLOCK: int
"""Samples: what is levelled at once is a multiple of it."""

class Leveller:
    """Of one voice."""

    @property
    def gain_db(self) -> float:
        """Of the voice."""

    @property
    def gate_db(self) -> float:
        """Of the room: 0 while somebody speaks, else less."""

    def pcm(self, samples: NDArray[np.int16], *, adapt: bool = True) -> NDArray[np.int16]:
        """Return int16 samples of shape (n * BLOCK,), levelled; ValueError for another shape.

        Without `adapt` the gain stays as it is.
        """
