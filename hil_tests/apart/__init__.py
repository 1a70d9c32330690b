"""callboxd as a process of its own on stepped time, to be killed: `Apart`."""

from hil_tests.apart.world import Apart

__all__ = ["Apart"]
