# A board on a bench without processes: the firmware, the chip models, a host and a line in memory.
#
# Runs on both Pythons.  The hal is the simulated one's parts with lists instead of descriptors.
from board import wire
from board.mcu.drivers import eeprom24
from board.mcu.e1.board import E1Board
from board.mcu.link import cobs
from board.sim import line
from board.sim.chips.eeprom24 import Eeprom24Model
from board.sim.chips.pef2256 import Pef2256Model

SILENCE = b"\xd5" * line.BLOCK_BYTES


class Port:
    def __init__(self):
        self.to_board = b""
        self.sent = b""
        self.takes = True  # False: the host does not read

    def read_into(self, buffer):
        part = self.to_board[: len(buffer)]
        self.to_board = self.to_board[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def send(self, data, size):
        if self.takes:
            self.sent += bytes(data[:size])
        return self.takes


class Hal:
    def __init__(self, bus, content, size, at):
        self.port = Port()
        self.bus = bus
        self.i2c = Eeprom24Model(content)
        self.session = 99
        self.booted = {"version": "0.0.0+test"}
        self.stamp = bytearray(4)
        self.rx = bytearray(size)
        self.tx = bytearray(size)
        self.rx_at = self.tx_at = at
        self.lamps = [0, 0]
        self.restarts = 0
        self.spent = 0

    def elapsed(self):
        return self.spent

    def lamp(self, number, state):
        self.lamps[number] = state

    def restart(self):
        self.restarts += 1


class HostSide:
    # The host of a board: what it says, and what it got.

    def __init__(self, hal, tick):
        self.hal = hal
        self.tick = tick
        self.frames = []  # (type, seq, tick, payload) the host got
        self._decoder = wire.Decoder()

    def set_stamp(self):
        cobs.put32(self.hal.stamp, 0, self.tick & 0x3FFFFFFF)
        self.hal.stamp[3] = (self.tick >> 24) & 0xFF

    def advance(self):
        self.tick = (self.tick + wire.BLOCK_FRAMES) & 0xFFFFFFFF
        self.collect()

    def collect(self):
        for frame in self._decoder.feed(self.hal.port.sent):
            self.frames.append(wire.split(frame))
            if frame[0] == wire.PCM_RX and len(self.frames) > 60:
                self._forget_audio()
        self.hal.port.sent = b""
        assert self._decoder.bad == 0

    def _forget_audio(self):
        # A second of audio would fill MicroPython's heap.
        self.frames = [f for f in self.frames if f[0] != wire.PCM_RX or f is self.frames[-1]]

    def say(self, kind, payload=b"", tick=0):
        # A frame of the host.
        self.raw(wire.seal(wire.body(kind, payload, tick)))

    def raw(self, data):
        self.hal.port.to_board += data
        while self.board.receive():
            pass
        self.collect()

    def hello(self):
        self.say(wire.HELLO_REQ, wire.pack_hello_req())

    def command(self, op, *values, request=7):
        self.say(wire.CMD, wire.pack_command(request, op, *values))
        return wire.parse_response(self.taken(wire.RSP)[-1][3])[1:]

    def taken(self, kind):
        # Frames of one type, and forget them.
        found = [frame for frame in self.frames if frame[0] == kind]
        self.frames = [frame for frame in self.frames if frame[0] != kind]
        return found

    def events(self, acknowledge=True):
        # [(code, values, tick)] since the last call, each event once.
        seen = {}
        for _, _, tick, payload in self.taken(wire.EVT):
            number, code, values = wire.parse_event(payload)
            seen[number] = (code, values, tick)
            if acknowledge:
                self.say(wire.EVT_ACK, wire.pack_event_ack(number))
        return [seen[number] for number in sorted(seen)]

    def status(self):
        self.command(wire.OP_STATUS, request=65000 + self.tick // 40 % 500)
        return wire.parse_status(self.taken(wire.STATUS)[-1][3])


class Bench(HostSide):
    def __init__(self, lag=1, tick=0, chip=None, content=None):
        content = eeprom24.make("T-17") if content is None else content
        super().__init__(Hal(chip or Pef2256Model(), content, line.SIZE, line.HEADER_SIZE), tick)
        self.chip = self.hal.bus
        self.board = E1Board(self.hal, lag)
        self.bits = 0  # what the line shows
        self.out_bits = 0  # what the board sends

    def block(self, samples=SILENCE, bits=None):
        # One block through the board; returns what goes to the line.
        hal = self.hal
        self.set_stamp()
        hal.rx[hal.rx_at :] = samples
        received = bytearray(hal.rx)
        self.chip.from_line(self.bits if bits is None else bits, hal.rx)
        self.board.half()
        self.chip.signalling_half()
        self.board.step()
        self.board.between()
        self.out_bits = self.chip.to_line(hal.tx, received)
        self.advance()
        return bytes(hal.tx[hal.tx_at :])

    def run(self, milliseconds, bits=None):
        if bits is not None:
            self.bits = bits
        for _ in range(milliseconds // 5):
            self.block()

    def answer(self, samples, tick=None):
        # PCM_TX for the last block.
        asked = (self.tick - wire.BLOCK_FRAMES) & 0xFFFFFFFF if tick is None else tick
        self.say(wire.PCM_TX, wire.pack_pcm(samples), asked)

    def d_frames(self, acknowledge=True):
        found = []
        for _, _, _, payload in self.taken(wire.HDLC_RX):
            number, frame = wire.parse_hdlc(payload)
            found.append(frame)
            if acknowledge:
                self.say(wire.EVT_ACK, wire.pack_event_ack(number))
        return found
