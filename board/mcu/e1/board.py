# The E1 board: what is done with each block of the line and each frame of the host.
import gc

from board import wire
from board.mcu.drivers import eeprom24
from board.mcu.drivers.pef2256 import Pef2256
from board.mcu.e1.commands import Commands
from board.mcu.e1.framer import Framer
from board.mcu.e1.hdlc import Hdlc
from board.mcu.e1.playout import Playout
from board.mcu.link import cobs, counters
from board.mcu.link.events import Events
from board.mcu.link.frames import BODY, Receiver, Sender
from board.mcu.runtime import const

FIRMWARE = "0.1.0"
_FRAMES = const(40)
_BYTES = const(1280)
_SILENT = const(100)  # blocks (500 ms) without a frame of the host: safe state
_STATUS = const(200)  # blocks: 1 s
_LATE_REPORT = const(200)  # blocks between two EVT_TX_LATE at least


class E1Board:
    def __init__(self, hal, lag_blocks):
        self._hal = hal
        self._counts = counters.make()
        self._sender = Sender(hal.port, self._counts)
        self._receiver = Receiver(hal.port, self._counts, self._frame)
        self._events = Events(self._sender, self._counts)
        chip = Pef2256(hal.bus)
        self._framer = Framer(chip, hal, self._events, self._counts)
        self._hdlc = Hdlc(chip, self._events, self._counts)
        self._playout = Playout(self._counts, lag_blocks)
        self._commands = Commands(chip, self._framer, self._sender, hal, self._send_status)
        self._silent = _SILENT  # blocks since the host was heard
        self._blocks = 0
        self._late_wait = 0
        self._compatible = True  # the host speaks our major version
        self._counts[counters.SAFE] = 1
        self.answering = False  # the host answers blocks and has not missed one since
        self._framer.configure(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)

    # Blocks

    def step(self):
        # A block is in hal.rx; fill hal.tx.  Nothing here allocates.
        hal = self._hal
        stamp = hal.stamp
        self._pcm(stamp)
        self._framer.step(stamp, _FRAMES)
        self._hdlc.step(stamp)
        self._events.step()
        self._watch_host(stamp)
        self._report_late(stamp)
        self._blocks += 1
        if self._blocks >= _STATUS:
            self._blocks = 0
            self._send_status()
        longest = max(self._counts[counters.LONGEST_LOOP], hal.elapsed())
        self._counts[counters.LONGEST_LOOP] = longest

    def half(self):
        # Half a block has passed: the D-channel's FIFOs cannot wait for the whole.
        self._hdlc.step(self._hal.stamp)

    def _pcm(self, stamp):
        hal = self._hal
        body = self._sender.body
        taken = self._playout.take(cobs.tick24(stamp, 0), hal.tx, hal.tx_at)
        if not taken and not self._counts[counters.SAFE]:
            counters.count(self._counts, counters.PCM_MISSING)
        waiting = self._playout.waiting()
        self._counts[counters.TX_FIFO] = waiting
        cobs.fill(body, BODY, 4, 0xFF)  # mask: all slots
        body[BODY + 4] = _FRAMES
        body[BODY + 5] = wire.A_LAW
        body[BODY + 6] = waiting & 0xFF
        body[BODY + 7] = waiting >> 8
        cobs.copy(body, BODY + wire.PCM_HEADER_SIZE, hal.rx, hal.rx_at, _BYTES)
        if self._compatible:
            self._sender.send(wire.PCM_RX, wire.PCM_HEADER_SIZE + _BYTES, stamp)

    def _watch_host(self, stamp):
        self._silent += 1
        if self._silent == _SILENT and not self._counts[counters.SAFE]:
            counters.count(self._counts, counters.SAFE_ENTRIES)
            self._safe(1, stamp)
            self._playout.clear()
            self._hdlc.clear()

    def _safe(self, on, stamp):
        self._counts[counters.SAFE] = on
        self._framer.safe(on)
        self._events.report(stamp, wire.EVT_SAFE, on)

    def _report_late(self, stamp):
        if self._late_wait:
            self._late_wait -= 1
        elif self._playout.late_now:
            self._playout.late_now = False
            self._late_wait = _LATE_REPORT
            self._events.report(stamp, wire.EVT_TX_LATE, self._counts[counters.PCM_LATE])

    def _send_status(self):
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
        if kind == wire.HDLC_TX and length >= 3:
            self._hdlc.put(body, BODY + 2, length - 2)
        elif kind == wire.EVT_ACK and length == 2:
            self._events.acknowledge(body[BODY] | body[BODY + 1] << 8)
        elif kind == wire.CMD and length >= 3:
            self._commands.take(bytes(body[BODY : BODY + length]))
        elif kind == wire.HELLO_REQ and length == 2:
            self._hello_asked(body[BODY])
        else:
            counters.count(self._counts, counters.UNKNOWN)
        return False

    def _is_block(self, body, length):
        return (
            length == wire.PCM_HEADER_SIZE + _BYTES
            and body[BODY + 4] == _FRAMES
            and body[BODY + 5] <= wire.MU_LAW
            and body[BODY] & body[BODY + 1] & body[BODY + 2] & body[BODY + 3] == 0xFF
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
        self._framer.tell_alarms(self._hal.stamp)

    def _send_hello(self):
        identity = eeprom24.read_identity(self._hal.i2c)
        # A board without a readable identity has no serial number.
        fields: "dict[str, int | str]" = {"board": wire.BOARD_E1, "revision": 0, "serial": ""}
        fields.update({"ports": 1, "slots": 32, "calibration": 0})
        fields.update(identity or {})
        fields["major"] = wire.VERSION_MAJOR
        fields["minor"] = wire.VERSION_MINOR
        fields["capabilities"] = wire.CAN_HDLC | wire.CAN_LOOP | wire.CAN_PEEK
        fields["session"] = self._hal.session
        fields["firmware"] = FIRMWARE
        payload = bytearray(wire.pack_hello(fields))
        cobs.copy(self._sender.body, BODY, payload, 0, len(payload))
        self._sender.send(wire.HELLO, len(payload), self._hal.stamp)
