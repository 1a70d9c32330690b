"""The loop of the loop-back call, for tests."""

from firmware.loopback.virtual_loop import InlineExecutor, VirtualLoop

__all__ = ["InlineExecutor", "VirtualLoop"]
