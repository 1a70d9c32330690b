"""A conference room: each party hears the sum of all the others, saturated once."""

import numpy as np
from numpy.typing import NDArray

PARTIES_MAX: int

def pcm(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return what each party hears: int16 of shape (parties, n); ValueError for another shape."""

def alaw(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what each party hears: A-law, uint8 of shape (parties, n); ValueError otherwise."""
