"""Line echo cancellation: takes out of what a line says what the line was made to hear."""

import numpy as np
from numpy.typing import NDArray

BLOCK: int
TAIL_MS_MAX: int

class Canceller:
    """The canceller of one line."""

    tail_ms: int
    learns: bool
    suppresses: bool

    def __init__(self, tail_ms: int = 80) -> None: ...
    def cancel(self, far: NDArray[np.int16], near: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return near without the echo of far, or as it is while `disabled`.

        Both int16 of shape (n * BLOCK,); else ValueError.
        """

    @property
    def disabled(self) -> bool:
        """Whether a fax or modem has switched it off: 2100 Hz with reversals (G.168, 7)."""

    @property
    def return_loss_db(self) -> float:
        """How much weaker the echo is than what the line heard; 0: not known."""

    @property
    def enhancement_db(self) -> float:
        """How much the filter weakens it further, the suppressor not counted."""
