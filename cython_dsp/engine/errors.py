"""What the engine refuses.

EngineError
├── EngineBusy      stepped while its thread runs, or started twice
├── CommandsFull    the thread does not take commands as fast as they come
├── NoRoom          no free board, port, line, clip, leg or recorder, or no memory for clips
└── UnknownHandle   the board, port, clip or recorder was never opened, or is closed
"""


class EngineError(Exception):
    """Base of all the errors of the engine."""


class EngineBusy(EngineError):
    """Stepped by hand while the thread runs, or started twice."""


class CommandsFull(EngineError):
    """The ring of commands is full; nothing was done."""


class NoRoom(EngineError):
    """A limit of the engine is reached; nothing was done."""


class UnknownHandle(EngineError):
    """There is no open board, port, clip or recorder of this number."""
