# An FXO board on a bench without processes: firmware, chip models, a host, and pairs that do what a
# test says.  Runs on both Pythons.
import struct

from rig import Hal, HostSide

from board import wire, wire_fxo
from board.mcu.drivers import eeprom24
from board.mcu.fxo.board import FxoBoard
from board.sim import fxo_line
from board.sim.chips.si3050 import Si3050Chain

WAIT = 200  # ms after which a polled state is known for certain


class Pair:
    # What the exchange makes of one line: a fed pair with nothing on it.

    def __init__(self):
        self.volts = -48.0
        self.ohm = 1200
        self.ring = 0.0  # V rms
        self.hertz = 25.0
        self.bits = 0  # FEED_*
        self.register = 0

    def record(self):
        return struct.pack(
            fxo_line.FEED_RECORD,
            round(self.volts * 10),
            self.ohm,
            round(self.ring * 10),
            round(self.hertz * 10),
            self.bits,
            self.register,
        )

    def share(self, ohm):
        # Another telephone of so many ohm across the pair.
        self.volts = self.volts * ohm / (ohm + self.ohm)
        self.ohm = self.ohm * ohm // (ohm + self.ohm)


class Drawn:
    # What the board makes of it: a DRAW record.
    def __init__(self, record):
        self.bits, self.impedance, current, volts, self.hybrid, self.receive, self.transmit = (
            struct.unpack(fxo_line.DRAW_RECORD, record)
        )
        self.milliamperes = current / 10
        self.volts = volts / 10
        self.off_hook = bool(self.bits & fxo_line.DRAW_OFF_HOOK)
        self.monitors = bool(self.bits & fxo_line.DRAW_MONITOR)
        self.line_side = bool(self.bits & fxo_line.DRAW_LINE_SIDE)


class FxoBench(HostSide):
    def __init__(self, ports=4, lag=1, tick=0):
        identity = eeprom24.make("T-FXO", wire.BOARD_FXO, 1, ports, ports)
        super().__init__(Hal(Si3050Chain(ports), identity, 40 * ports, 0), tick)
        self.ports = ports
        self.chain = self.hal.bus
        self.board = FxoBoard(self.hal, lag, ports)
        self.pairs = [Pair() for _ in range(ports)]
        self.drawn = []
        self._request = 0

    def block(self, samples=None):
        # One block through the board; returns what goes to the lines.
        hal = self.hal
        self.set_stamp()
        hal.rx[:] = samples or b"\xd5" * len(hal.rx)
        self.chain.feed([pair.record() for pair in self.pairs])
        for pair in self.pairs:
            pair.bits &= ~(fxo_line.FEED_CHIP_RESET | fxo_line.FEED_CORRUPT)
        self.chain.highway.from_lines(hal.rx)
        self.board.half()
        self.board.step()
        self.board.between()
        self.drawn = [Drawn(record) for record in self.chain.draw()]
        self.chain.highway.to_lines(hal.tx)
        self.advance()
        return bytes(hal.tx)

    def run(self, milliseconds):
        for _ in range(milliseconds // 5):
            self.block()

    def talk(self, milliseconds):
        # The same with a host that is there.
        for at in range(0, milliseconds, 5):
            if at % 200 == 0:
                self.breathe()
            self.block()

    def breathe(self):
        # Any frame tells the board that the host is there.
        self.say(wire.EVT_ACK, wire.pack_event_ack(0xFFFF))

    def ready(self):
        # All chips are up, the host is there and has heard the first events.
        self.hello()
        self.talk(1000)
        self.events()
        self.frames = []
        return self

    def order(self, op, *values):
        # A command with a request number of its own; its status and result.
        self._request += 1
        return self.command(op, *values, request=self._request)

    def line_events(self, code, line=0):
        # [(values behind the line's number, tick)] of one kind.
        return [
            (values[1:] if len(values) > 2 else values[1], tick)
            for found, values, tick in self.events()
            if found == code and values[0] == line
        ]

    def lines(self):
        self.order(wire_fxo.OP_LINES)
        return wire_fxo.parse_lines(self.taken(wire_fxo.LINES)[-1][3])

    def hook_trace(self, milliseconds, line=0):
        # Hook of a line by blocks: [(off-hook, milliseconds), ...].
        trace = []
        for _ in range(milliseconds // 5):
            self.breathe()
            self.block()
            now = self.drawn[line].off_hook
            if trace and trace[-1][0] == now:
                trace[-1][1] += 5
            else:
                trace.append([now, 5])
        return [tuple(part) for part in trace]


def ring_burst(bench, milliseconds, line=0, volts=75.0, hertz=25.0):
    pair = bench.pairs[line]
    pair.ring = volts
    pair.hertz = hertz
    bench.talk(milliseconds)
    pair.ring = 0.0
