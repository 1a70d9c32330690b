# A value that is believed only when it has lasted.


class Debounced:
    def __init__(self, value):
        self.value = value  # as believed
        self.held = 0  # ticks since the value seen last was first seen
        self._seen = value

    def step(self, seen, passed, need):
        # `seen` now, `passed` ticks after the last call; True when it has become the value, and
        # then `held` tells how long ago it began.
        if seen == self.value:
            self._seen = seen
            return False
        if seen != self._seen:
            self._seen = seen
            self.held = 0
        else:
            self.held += passed
        if self.held < need:
            return False
        self.value = seen
        return True

    @property
    def in_doubt(self):
        # Something else is seen than what is believed.
        return self._seen != self.value

    def set(self, value):
        # The value is known from elsewhere.
        self.value = self._seen = value

    def forget(self):
        # What was seen lately does not count: something disturbed it.
        self._seen = self.value
