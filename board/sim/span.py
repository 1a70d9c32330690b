"""The exchange's end of one E1 line: a block of 40 frames each 5 ms, and the D-channel."""

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from board.sim import line
from board.sim.alaw import SILENCE

SLOTS = 32
BLOCK_FRAMES = 40
Block = NDArray[np.uint8]  # 40 frames of 32 slots
_REPLY_TIMEOUT_S = 60.0  # in lockstep; an emulated board is slow to start


class BoardSilent(Exception):
    """The board does not answer a block (lockstep only)."""


@dataclass
class Reply:
    """What the board sent in one block; `bits` are its alarms, None: no board is there."""

    tick: int
    samples: Block
    bits: int | None
    frames: list[bytes] = field(default_factory=list)


class LineEnd(Protocol):
    """What `Span` needs of a socket that comes and goes."""

    def get(self) -> socket.socket | None:
        """Return the connected socket, or None while no board is there."""

    def drop(self) -> None:
        """The socket is dead."""


class FixedLine:
    """A socket that was connected before (board.sim.line.pair)."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket: socket.socket | None = sock

    def get(self) -> socket.socket | None:
        """Return the socket until it dies."""
        return self._socket

    def drop(self) -> None:
        """Close it."""
        if self._socket:
            self._socket.close()
        self._socket = None


class ListeningLine:
    """A path where boards connect; the latest one has the line, as with a plug."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._listener.settimeout(0)
        self._socket: socket.socket | None = None

    def get(self) -> socket.socket | None:
        """Return the board's socket; a board that connects takes over from one that hangs."""
        with contextlib.suppress(BlockingIOError):
            fresh, _ = self._listener.accept()
            self.drop()
            self._socket = fresh
        return self._socket

    def drop(self) -> None:
        """Close it; another may connect."""
        if self._socket:
            self._socket.close()
        self._socket = None


class Ticked(Protocol):
    """What `BlockLink` needs of a reply."""

    @property
    def tick(self) -> int:
        """The tick of its block."""


R = TypeVar("R", bound=Ticked)


class BlockLink(Generic[R]):
    """Carries blocks.  Lockstep waits for each answer; else it takes what is there."""

    def __init__(self, end: LineEnd, size: int, *, lockstep: bool) -> None:
        """`size` of the board's messages in bytes."""
        self._end, self._size, self._lockstep = end, size, lockstep
        self._asked: socket.socket | None = None
        self.blocks_unsent = 0
        self.blocks_unanswered = 0
        self.messages_bad = 0

    def read(self, message: bytes) -> R | None:
        """Return the reply that this message completes, if any; raise ValueError."""
        raise NotImplementedError

    def nothing(self, tick: int) -> R:
        """Return what stands for a reply while no board is there."""
        raise NotImplementedError

    def send(self, messages: Sequence[bytes]) -> None:
        """Send the messages of a block; `answers` has to follow.  Raises BoardSilent."""
        self._asked = self._end.get()
        if self._asked is None:
            return
        try:
            self._asked.settimeout(_REPLY_TIMEOUT_S if self._lockstep else 0)
            for message in messages:
                self._asked.send(message)
        except BlockingIOError:
            self.blocks_unsent += 1  # the board sleeps: what it has not read is enough for it
        except OSError as error:
            self._lost(error)

    def answers(self, tick: int) -> list[R]:
        """Return what has come back.  Raises BoardSilent.

        Lockstep: exactly the answer to the block of this tick.  Real time: of blocks before, too.
        """
        return [self.nothing(tick)] if self._asked is None else self._answers(self._asked, tick)

    def close(self) -> None:
        """Cut the line."""
        self._end.drop()

    def _lost(self, error: OSError | None) -> None:
        self._end.drop()
        self._asked = None
        if self._lockstep:
            raise BoardSilent("the board does not answer") from error

    def _answers(self, sock: socket.socket, tick: int) -> list[R]:
        replies: list[R] = []
        while True:
            try:
                message = sock.recv(self._size + 1)
            except BlockingIOError:
                break
            except OSError as error:
                self._lost(error)
                return [self.nothing(tick)]
            if not message:
                self._lost(None)
                return [self.nothing(tick)]
            reply = self._checked(message)
            if reply is not None:
                replies.append(reply)
                if self._lockstep and reply.tick == tick & 0xFFFFFFFF:
                    break
        self.blocks_unanswered += not replies
        return replies

    def _checked(self, message: bytes) -> R | None:
        try:
            return self.read(message)
        except ValueError:
            self.messages_bad += 1
            return None


class Span(BlockLink[Reply]):
    """One E1 line."""

    def __init__(self, end: LineEnd, *, lockstep: bool) -> None:
        super().__init__(end, line.SIZE, lockstep=lockstep)
        self._silence: Block = np.full((BLOCK_FRAMES, SLOTS), SILENCE, np.uint8)
        self._frames: list[bytes] = []  # their block is still to come

    def send_block(
        self, tick: int, bits: int, samples: Block, before: Sequence[bytes] = ()
    ) -> None:
        """Send a block, `before` it other line messages; `answers` has to follow."""
        self.send([*before, line.block(tick, bits, samples.tobytes())])

    def nothing(self, tick: int) -> Reply:
        """No board: silence, and frames of a board that is gone belong to nothing."""
        self._frames.clear()
        return Reply(tick, self._silence, None)

    def read(self, message: bytes) -> Reply | None:
        """Keep D-channel frames until their block comes."""
        kind, bits, tick, payload = line.parse(message)
        if kind == line.HDLC:
            self._frames.append(payload)
        if kind != line.BLOCK:
            return None
        frames, self._frames = self._frames, []
        block = np.frombuffer(payload, np.uint8).reshape(BLOCK_FRAMES, SLOTS)
        return Reply(tick, block, bits, frames)
