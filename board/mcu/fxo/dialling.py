# The digits of a pulse train: how many pulses each still has, and how long its parts last.
from board.mcu.runtime import const

ROOM = const(24)
_TICKS = const(8)  # a millisecond


class Pulses:
    def __init__(self):
        self._digits = bytearray(ROOM)
        self._count = 0
        self._left = 0  # pulses of the digit under way that are not out
        self.out = 0  # digits that are out
        self.opening = self.closing = self.pause = 0  # ticks

    def set(self, opening, closing, pause, digits):
        # Milliseconds, the pause in 10 ms; ASCII digits with zeros behind.  False: not possible.
        count = 0
        while count < len(digits) and digits[count]:
            if not 0x30 <= digits[count] <= 0x39:
                return False
            count += 1
        wanted = 20 <= opening <= 150 and 10 <= closing <= 150 and pause >= 20
        if count == 0 or any(digits[count:]) or not wanted:
            return False
        for i in range(count):
            self._digits[i] = digits[i] - 0x30
        self._count = count
        self._left = self.out = 0
        self.opening = opening * _TICKS
        self.closing = closing * _TICKS
        self.pause = pause * 10 * _TICKS
        return True

    def flash(self, milliseconds):
        # A flash is one opening and no digit; False: not possible.
        if not 20 <= milliseconds <= 1500:
            return False
        self._count = self._left = self.out = 0
        self.opening = milliseconds * _TICKS
        return True

    def begin(self):
        # The next digit; ten pulses are a nought.
        self._left = self._digits[self.out] or 10

    def opened(self):
        # One more pulse is out.
        self._left -= 1
        if self._left == 0:
            self.out += 1

    @property
    def digit_is_out(self):
        return self._left == 0

    @property
    def all_out(self):
        return self._left == 0 and self.out == self._count
