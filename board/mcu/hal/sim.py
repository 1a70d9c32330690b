# The hardware layer of the simulated board: a pty for USB, a socket for the line.  Blocks of the
# line are the only clock, as the TDM frames are on the board.
#
# What the messages of the line mean and which chips are on the board is in sim_e1.py, sim_fxo.py.
import select
import sys
import time

from board.mcu.hal.descriptor import CLOSED
from board.mcu.link import cobs
from board.mcu.runtime import const
from board.sim.chips.eeprom24 import Eeprom24Model

HOST = const(1)  # wait(): the host port has bytes,
BLOCK = const(2)  # a block is in rx,
OPENED = const(4)  # the host has opened the port,
END = const(8)  # the line is gone: the simulation has ended
_HANG_UP = select.POLLHUP | select.POLLERR

if sys.implementation.name == "micropython":

    def _microseconds():
        return time.ticks_us()

else:

    def _microseconds():
        return time.monotonic_ns() // 1000


class Port:
    # The host port.  Whole frames only: while the rest of one waits, new ones are refused.

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self._tail = bytearray(4096)
        self._tail_at = self._tail_end = 0
        self.is_open = False

    def opened(self, is_open):
        # True when the host has opened the port since the last call.
        before = self.is_open
        self.is_open = is_open
        if not is_open:
            self._tail_at = self._tail_end = 0
        return is_open and not before

    def read_into(self, buffer):
        count = self.descriptor.read_into(buffer, len(buffer))
        return 0 if count == CLOSED else count

    def send(self, data, size):
        # Send data[:size]; False when the host does not take it, then nothing of it is sent.
        if not self.is_open or not self._flush():
            return False
        done = self.descriptor.write(data, 0, size)
        if done == 0:
            return False
        self._tail_at = 0
        self._tail_end = size - done
        cobs.copy(self._tail, 0, data, done, size - done)
        return True

    def _flush(self):
        if self._tail_at < self._tail_end:
            size = self._tail_end - self._tail_at
            self._tail_at += self.descriptor.write(self._tail, self._tail_at, size)
        return self._tail_at >= self._tail_end


class SimHal:
    # `host` and `end` are Descriptors: of the pty, and of the board's end of the line.  `side` is
    # the board's hardware on the line: E1Side or FxoSide.  `booted` is what slots.boot() says.

    def __init__(self, host, end, side, identity, lockstep, session, booted):
        self.port = Port(host)
        self.i2c = Eeprom24Model(identity)
        self.session = session
        self.booted = booted
        self.bus = side.bus
        self.rx = side.rx
        self.tx = side.tx
        self.rx_at = self.tx_at = side.samples_at
        self.stamp = bytearray(4)
        self.lamps = [0, 0]
        self.ended = False
        self._side = side
        self._lockstep = lockstep
        self._line = end
        self._message = bytearray(side.size)
        self._arrived = 0
        self._both = select.poll()
        self._both.register(self._line.pollable, select.POLLIN)
        self._line_only = select.poll()
        self._line_only.register(self._line.pollable, select.POLLIN)
        self._host_only = select.poll()
        self._host_only.register(self.port.descriptor.pollable, select.POLLIN)
        self._host_watched = False

    def wait(self, host):
        # Sleep until the line, or with `host` the host, brings something; HOST, BLOCK, OPENED, END.
        if self.ended:
            return END
        found = OPENED if self._look_at_host(0) else 0
        if found == 0:
            # A port that nobody has open always polls ready, so it is looked at by blocks.
            watch_both = host and self.port.is_open
            self._watch_host(watch_both)
            self._both.poll(-1) if watch_both else self._line_only.poll(-1)
        if self.port.is_open and host:
            found |= HOST
        if self._take_line():
            found |= BLOCK
        return END if self.ended else found

    def wait_for_host(self, milliseconds):
        # Lockstep: sleep until the host sends something; False when it does not in time.
        events = self._host_only.poll(milliseconds)
        return bool(events) and not events[0][1] & _HANG_UP

    def _watch_host(self, on):
        if on and not self._host_watched:
            self._both.register(self.port.descriptor.pollable, select.POLLIN)
        elif self._host_watched and not on:
            self._both.unregister(self.port.descriptor.pollable)
        self._host_watched = on

    def _look_at_host(self, milliseconds):
        # True when the host has opened the port since the last look.
        events = self._host_only.poll(milliseconds)
        return self.port.opened(not (events and events[0][1] & _HANG_UP))

    def _take_line(self):
        # Take messages up to a block; True when there is one.
        size = self._side.size
        while True:
            count = self._line.read_into(self._message, size)
            if count == CLOSED:
                self.ended = True
            if count != size:
                return False
            if self._side.take(self._message):
                self._arrived = _microseconds()
                cobs.copy(self.stamp, 0, self._message, 4, 4)
                return True

    def second_half(self):
        # The second half of the block has passed.
        self._side.second_half()

    def finish(self):
        # The block is worked off: send to the line what the chips make of tx.
        self._side.answer(self._line, self.stamp)

    def elapsed(self):
        # Ticks since the block came; only measured in real time, for in lockstep it means nothing.
        if self._lockstep:
            return 0
        return ((_microseconds() - self._arrived) & 0x3FFFFFFF) // 125

    def lamp(self, number, state):
        self.lamps[number] = state

    def restart(self):
        self.wants_restart = True

    wants_restart = False
