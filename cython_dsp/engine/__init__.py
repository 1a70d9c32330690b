"""The media engine: every sample of the box, in one native thread, every 5 ms."""

from cython_dsp.engine.engine import Engine
from cython_dsp.engine.errors import CommandsFull, EngineBusy, EngineError, NoRoom, UnknownHandle
from cython_dsp.engine.finds import Find, FindKind
from cython_dsp.engine.rtp import Profile, RtpParams, pack_address, unpack_address

__all__ = [
    "CommandsFull",
    "Engine",
    "EngineBusy",
    "EngineError",
    "Find",
    "FindKind",
    "NoRoom",
    "Profile",
    "RtpParams",
    "UnknownHandle",
    "pack_address",
    "unpack_address",
]
