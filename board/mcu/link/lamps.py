# The two lamps of a board: what the board shows, and what the host has taken over to find it.
from board.mcu.runtime import const

GREEN = const(1)
YELLOW = const(2)
_BLINK = const(100)  # blocks: half a second on, half off


class Lamps:
    def __init__(self, hal):
        self._hal = hal
        self._shown = 0  # bits as the board wants them
        self._lent = 0  # bits that the host has taken over
        self._blocks = 0

    def blink(self):
        # Once a block: whether a blinking lamp is on now.
        self._blocks = (self._blocks + 1) % (2 * _BLINK)
        return self._blocks < _BLINK

    def show(self, bits):
        # GREEN | YELLOW as they shall be now.
        changed = (bits ^ self._shown) & ~self._lent
        self._shown = bits
        for lamp in range(2):
            if changed >> lamp & 1:
                self._hal.lamp(lamp, bits >> lamp & 1)

    def take(self, lamp, state):
        # The host: state 0 off, 1 on, 2 back to what the board shows.
        if state == 2:
            self._lent &= ~(1 << lamp)
            self._hal.lamp(lamp, self._shown >> lamp & 1)
            return
        self._lent |= 1 << lamp
        self._hal.lamp(lamp, state)
