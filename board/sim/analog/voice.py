"""The voice of all lines at once: what arrives of it at the board and at the exchange."""

import math
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import DECODE, SILENCE, Samples, encode
from board.sim.analog.carrier import NO_BOARD, Codes, Draw
from board.sim.analog.echo import TAPS, EchoPath, response
from board.sim.analog.impairments import Block, FirBank, Impairments
from board.sim.analog.pair import Pair

_PHONE_LOSS = 2 / 3  # another 600 ohm across the pair: 3.5 dB
_LATE = 4  # blocks of echo kept while the exchange is behind


class Voice:
    """Impairments, gains, echo and muting of `len(pairs)` lines."""

    def __init__(self, pairs: Sequence[Pair], seed: int) -> None:
        self._pairs = pairs
        self._seed = seed
        self._way_down = Impairments(pairs, seed)
        self._bank = FirBank(len(pairs), TAPS)
        self._paths: list[object] = [None] * len(pairs)
        self._echoes: deque[Block] = deque(maxlen=_LATE)
        self._draws: list[Draw] = [NO_BOARD] * len(pairs)

    def to_board(self, codes: Codes) -> bytes:
        """Return what the board hears of A-law (lines, frames), frame-major."""
        heard = self._way_down.block(DECODE[codes].astype(np.float64))
        heard *= self._column([_PHONE_LOSS if p.parallel_off_hook else 1.0 for p in self._pairs])
        if self._echoes:
            heard += self._echoes.popleft()
        heard *= self._column([_gain(draw.receive_db) for draw in self._draws])
        whole = np.clip(np.rint(heard), -32768, 32767).astype(np.int16)
        sent = np.frombuffer(encode(whole), np.uint8).reshape(whole.shape)
        passes = self._column([draw.hears for draw in self._draws])
        return np.where(passes, sent, np.uint8(SILENCE)).T.tobytes()

    def from_board(self, codes: Codes, draws: list[Draw]) -> tuple[Codes, Samples]:
        """Return what the exchange hears of A-law (frames, lines), as (lines, frames)."""
        self._draws = draws
        speaks = self._column([_gain(d.transmit_db) if d.speaks else 0.0 for d in draws])
        said = DECODE[codes.T] * speaks
        self._set_paths(draws)
        self._echoes.append(self._bank.block(said))
        losses = [10 ** (-p.loss_db / 20) * self._bridge(p) for p in self._pairs]
        arrived = np.clip(np.rint(said * self._column(losses)), -32768, 32767).astype(np.int16)
        heard = np.frombuffer(encode(arrived), np.uint8).reshape(arrived.shape)
        return heard, DECODE[heard]

    @staticmethod
    def _bridge(pair: Pair) -> float:
        return _PHONE_LOSS if pair.parallel_off_hook else 1.0

    def _set_paths(self, draws: list[Draw]) -> None:
        for line, (pair, draw) in enumerate(zip(self._pairs, draws, strict=True)):
            path = (
                pair.network,
                pair.loop_ohm,
                draw.acim,
                draw.hybrid,
                pair.parallel_off_hook,
                pair.tail_ms,
                pair.tail_delay_ms,
                pair.tail_loss_db,
                self._seed + line,
            )
            if path != self._paths[line]:
                self._paths[line] = path
                self._bank.set(line, response(EchoPath(*path)))

    @staticmethod
    def _column(values: Sequence[float]) -> NDArray[np.float64]:
        return np.array(values)[:, None]


def _gain(decibel: float) -> float:
    return math.pow(10.0, decibel / 20)
