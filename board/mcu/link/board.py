# What every board does alike: audio both ways, watching the host, the safe state, HELLO, STATUS.
#
# A kind of board derives from it, adds its commands, and says what is its own: `_work` once a
# block, `_enter_safe`, `_frame_of_kind` for the frames only it knows, `_greeted` for a new host.
import gc

from board import wire
from board.mcu.drivers import eeprom24
from board.mcu.link import cobs, counters
from board.mcu.link.commands import Commands
from board.mcu.link.events import Events
from board.mcu.link.frames import BODY, Receiver, Sender
from board.mcu.link.lamps import Lamps
from board.mcu.link.playout import Playout
from board.mcu.runtime import const
from board.mcu.update.update import Update

FRAMES = const(40)  # ticks of a block
_SILENT = const(100)  # blocks (500 ms) without a frame of the host: safe state
_STATUS = const(200)  # blocks: 1 s
_LATE_REPORT = const(200)  # blocks between two EVT_TX_LATE at least


class Kind:
    # What differs between the boards as far as the link goes.

    def __init__(self, board, ports, slots, capabilities):
        self.board = board  # wire.BOARD_*
        self.ports = ports
        self.slots = slots  # time slots in a block, and bits of its mask
        self.capabilities = capabilities  # wire.CAN_*


class Board:
    def __init__(self, hal, lag_blocks, kind, event_room, event_size):
        self._hal = hal
        self._kind = kind
        self._bytes = FRAMES * kind.slots
        self._mask = bytearray(_mask_bytes(kind.slots))
        self._counts = counters.make()
        self._sender = Sender(hal.port, self._counts)
        self._receiver = Receiver(hal.port, self._counts, self._frame)
        self._events = Events(self._sender, self._counts, event_room, event_size)
        self._playout = Playout(self._counts, lag_blocks, self._bytes)
        self._lamps = Lamps(hal)
        self._commands = Commands(self._sender, hal, self._lamps, self.send_status)
        self._update = Update(hal, self._sender, self._counts)
        self._silent = _SILENT  # blocks since the host was heard
        self._blocks = 0
        self._late_wait = 0
        self._compatible = True  # the host speaks our major version
        self._counts[counters.SAFE] = 1
        self.answering = False  # the host answers blocks and has not missed one since

    # What a kind of board adds

    def _work(self, stamp):
        # Once a block, after its audio; may not allocate.
        raise NotImplementedError

    def _enter_safe(self, on):
        # The host has fallen silent, or speaks again.
        raise NotImplementedError

    def _frame_of_kind(self, kind, body, length):
        # A frame that the link does not know; False when this board does not know it either.
        return False

    def _greeted(self, stamp):
        # A host has come that knows nothing: tell it what there is.
        raise NotImplementedError

    def half(self):
        # Half a block has passed.
        pass

    # Blocks

    def step(self):
        # A block is in hal.rx; fill hal.tx.  Nothing here allocates.
        hal = self._hal
        stamp = hal.stamp
        self._pcm(stamp)
        self._work(stamp)
        self._events.step()
        self._watch_host(stamp)
        self._report_late(stamp)
        self._blocks += 1
        if self._blocks >= _STATUS:
            self._blocks = 0
            self.send_status()
        longest = max(self._counts[counters.LONGEST_LOOP], hal.elapsed())
        self._counts[counters.LONGEST_LOOP] = longest

    def between(self):
        # Between two blocks, each time: what may allocate and take its time.
        self._update.work()

    def _pcm(self, stamp):
        hal = self._hal
        body = self._sender.body
        taken = self._playout.take(cobs.tick24(stamp, 0), hal.tx, hal.tx_at)
        if not taken and not self._counts[counters.SAFE]:
            counters.count(self._counts, counters.PCM_MISSING)
        waiting = self._playout.waiting()
        self._counts[counters.TX_FIFO] = waiting
        cobs.copy(body, BODY, self._mask, 0, 4)
        body[BODY + 4] = FRAMES
        body[BODY + 5] = wire.A_LAW
        body[BODY + 6] = waiting & 0xFF
        body[BODY + 7] = waiting >> 8
        cobs.copy(body, BODY + wire.PCM_HEADER_SIZE, hal.rx, hal.rx_at, self._bytes)
        if self._compatible:
            self._sender.send(wire.PCM_RX, wire.PCM_HEADER_SIZE + self._bytes, stamp)

    def _watch_host(self, stamp):
        self._silent = min(self._silent + 1, _SILENT + 1)
        if self._silent == _SILENT and not self._counts[counters.SAFE]:
            counters.count(self._counts, counters.SAFE_ENTRIES)
            self._safe(1, stamp)
            self._playout.clear()

    def _safe(self, on, stamp):
        self._counts[counters.SAFE] = on
        self._enter_safe(on)
        self._events.report(stamp, wire.EVT_SAFE, on)

    def _report_late(self, stamp):
        if self._late_wait:
            self._late_wait -= 1
        elif self._playout.late_now:
            self._playout.late_now = False
            self._late_wait = _LATE_REPORT
            self._events.report(stamp, wire.EVT_TX_LATE, self._counts[counters.PCM_LATE])

    def send_status(self):
        counts = self._counts
        counts[counters.HEAP_FREE] = gc.mem_free() if hasattr(gc, "mem_free") else 0
        length = counters.put(counts, self._sender.body, BODY)
        self._sender.send(wire.STATUS, length, self._hal.stamp)
        counts[counters.LONGEST_LOOP] = 0

    # The host

    def port_opened(self):
        # Somebody opened our port: what was half received belongs to another.
        self._receiver.reset()
        self._send_hello()
        self._events.resend()

    def receive(self):
        # Take what the port has; False when it has nothing.
        return self._receiver.poll()

    def pause_at_answers(self, on):
        # Lockstep: take what follows a PCM_TX only after the block which plays it.
        self._receiver.pausing = on

    def waits_for_host(self):
        # Lockstep: whether the answer that this block plays is still on its way.
        due = self._playout.due(cobs.tick24(self._hal.stamp, 0))
        return self.answering and not self._playout.has(due)

    def host_missed(self):
        # Lockstep: the answer did not come in time; do not wait before it answers again.
        self.answering = False

    def _frame(self, body, length):
        # A checked frame; True stops the receiver behind it (lockstep).
        self._silent = 0
        if self._counts[counters.SAFE]:
            self._safe(0, self._hal.stamp)
        kind = body[0]
        if kind == wire.PCM_TX and self._is_block(body, length):
            return self._take_block(body)
        if kind == wire.EVT_ACK and length == 2:
            self._events.acknowledge(body[BODY] | body[BODY + 1] << 8)
        elif kind == wire.CMD and length >= 3:
            self._commands.take(bytes(body[BODY : BODY + length]))
        elif kind == wire.HELLO_REQ and length == 2:
            self._hello_asked(body[BODY])
        elif not (self._update.take(kind, body, length) or self._frame_of_kind(kind, body, length)):
            counters.count(self._counts, counters.UNKNOWN)
        return False

    def _is_block(self, body, length):
        return (
            length == wire.PCM_HEADER_SIZE + self._bytes
            and body[BODY + 4] == FRAMES
            and body[BODY + 5] <= wire.MU_LAW
            and cobs.equal(body, BODY, self._mask, 0, 4)
        )

    def _take_block(self, body):
        tick = cobs.tick24(body, 4)
        if not self._playout.put(tick, body, BODY + wire.PCM_HEADER_SIZE):
            counters.count(self._counts, counters.UNKNOWN)
            return False
        self.answering = True
        return True

    def _hello_asked(self, major):
        self._compatible = major == wire.VERSION_MAJOR
        self._commands.forget()
        self._send_hello()
        self._events.resend()
        self._greeted(self._hal.stamp)

    def _send_hello(self):
        kind = self._kind
        identity = eeprom24.read_identity(self._hal.i2c) or {}
        # A board without a readable identity has no serial number.
        fields: "dict[str, int | str]" = {"revision": 0, "serial": "", "calibration": 0}
        fields.update(identity)
        # What it is, the program knows; the EEPROM of another board must not say otherwise.
        fields.update({"board": kind.board, "ports": kind.ports, "slots": kind.slots})
        fields["major"] = wire.VERSION_MAJOR
        fields["minor"] = wire.VERSION_MINOR
        fields["capabilities"] = kind.capabilities | self._update.capabilities
        fields["session"] = self._hal.session
        fields["firmware"] = self._hal.booted["version"]
        payload = bytearray(wire.pack_hello(fields))
        cobs.copy(self._sender.body, BODY, payload, 0, len(payload))
        self._sender.send(wire.HELLO, len(payload), self._hal.stamp)


def _mask_bytes(slots):
    # The channel mask of the first `slots` slots, as on the wire.
    return bytes((1 << min(max(slots - 8 * i, 0), 8)) - 1 for i in range(4))
