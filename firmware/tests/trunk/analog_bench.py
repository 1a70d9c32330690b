"""A trunk of analogue lines with a board and an engine that the test plays."""

import itertools

from board.host import line_events as lv
from firmware.contract.analog import AnalogTrunk as Settings
from firmware.contract.events import LineChanged
from firmware.contract.model import AnswerSign
from firmware.tests.fakes import LoopClock
from firmware.timers import LoopTimers
from firmware.trunk.analog import AnalogTrunk
from firmware.trunk.analog_channel import Kit
from firmware.trunk.line_states import OFF_HOOK, S
from hil_tests.virtual_loop import VirtualLoop

PORTS = 4


def fsk(number: str) -> bytes:
    """MDMF with date and number."""
    body = b"\x01\x0811221040" + bytes((2, len(number))) + number.encode()
    return bytes((0x80, len(body))) + body


class FakeBoard:
    """Does what it is told at once; the hooks are what the exchange would see."""

    def __init__(self):
        self.off_hook = {}
        self.configured = {}
        self.pulses = []

    def hook(self, line, *, off):
        self.off_hook[line] = off

    def pulse(self, line, pattern, digits):
        self.pulses.append((line, pattern, digits))

    def configure(self, line, country, receive_db, transmit_db):
        self.configured[line] = (country, receive_db, transmit_db)


class FakeSound:
    """Remembers what is listened for; the test speaks through `ears`."""

    def __init__(self):
        self.ears, self.tones, self.silence_s, self.caller_id, self.echo_on = {}, {}, {}, {}, {}
        self.digits, self.closed, self.played = [], [], []
        self._players = itertools.count(100)

    def keep_line(self, trunk, line, ears):
        self.ears[line] = ears
        return line

    def watch_tones(self, port, names, learnt=()):
        self.tones[port] = tuple(names)

    def watch_activity(self, port, silence_s):
        self.silence_s[port] = silence_s

    def watch_caller_id(self, port, *, on):
        self.caller_id[port] = on

    def cancel_echo(self, port, *, on):
        self.echo_on[port] = on

    def echo(self, port):
        return 12.0, 20.0

    def history(self, port, seconds):
        return b"\xd5" * int(8000 * seconds)

    def send_digits(self, port, digits):
        self.digits.append((port, digits))

    def hear(self, listener, talkers):
        self.heard = listener, list(talkers)

    def open_player(self):
        return next(self._players)

    def close(self, port):
        self.closed.append(port)

    def play(self, player, prompts, language, done):
        self.played.append(tuple(prompts))

    def tone(self, player, name):
        self.played.append(name)

    def silence(self, player):
        self.played.append("")


class User:
    """Who has a call; writes down what it is told."""

    def __init__(self, line, trunk=None):
        self.line, self.told, self.sign, self.by = line, [], None, None
        line.attach(self, "call")

    def alerting(self, *, inband):
        self.told.append("alerting")

    def unconfirmed(self):
        self.told.append("unconfirmed")

    def connected(self, sign=AnswerSign.SIGNAL):
        self.told.append(f"connected by {sign}")

    def moved(self):
        self.told.append(f"moved to {self.line.channel}")

    def cleared(self, cause, by, sign=None):
        assert not any(isinstance(t, int) for t in self.told), "told twice that it is over"
        self.told.append(cause.value)
        self.by, self.sign = by, sign
        self.line.disconnect(cause)  # as call control does


class Bench:
    """Lines 1 and 2 (`lines`), in service."""

    def __init__(self, lines=2, **settings):
        self.loop = VirtualLoop()
        self.clock = LoopClock(self.loop)
        self.timers = LoopTimers(self.loop, self.clock)
        self.board, self.sound = FakeBoard(), FakeSound()
        self.events, self.offered = [], []
        kit = Kit(self.board, self.sound, self.timers, self.clock)
        self.settings = {
            str(n): {"number": f"0108888700{n}", **settings} for n in range(1, lines + 1)
        }
        self.trunk = AnalogTrunk(
            "analog", Settings(lines=self.settings), kit, lambda: "CN",
            self.events.append, self._offered,
        )  # fmt: skip
        self.reports = {n: report(n) for n in range(1, lines + 1)}
        self.trunk.board_up(PORTS, new_session=True)
        self.run(0)
        self.tell()

    def _offered(self, line):
        self.offered.append(User(line))

    def close(self):
        self.trunk.close()
        self.loop.close()

    def run(self, seconds):
        """Time passes; the board reports each half second."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end - 1e-6:
            self.loop.advance(min(0.5, end - self.clock.monotonic()))
            self.tell()

    def tell(self, **changes):
        """A report of all lines; `changes` are shown by line 1 from now on."""
        if changes:
            self.reports[1] = report(1, **changes)
        shown = []
        for n, line in list(self.reports.items())[:PORTS]:
            off = self.board.off_hook.get(n, False)
            current = lv.Current.FLOWS if off and line.battery else lv.Current.NONE
            forced = "off_hook" in changes and n == 1
            shown.append(line if forced else with_hook(line, off, current))
        self.trunk.lines_reported(lv.LinesReported(tuple(shown), self.now))

    @property
    def now(self):
        return self.clock.monotonic()

    def hear(self, event):
        self.trunk.line_event(event)
        self.loop.settle()

    def ring(self, line=1, seconds=1.0, pause=4.0):
        """A burst, then its pause."""
        self.hear(lv.RingChanged(line, True, 25, self.now))
        self.loop.advance(seconds)
        self.hear(lv.RingChanged(line, False, 25, self.now))
        self.loop.advance(pause)

    def answered_call(self, number="13800138000"):
        """A caller on line 1 whom the box answered a second ago."""
        self.ring(pause=0.5)
        self.sound.ears[1].caller_id(fsk(number))
        user = self.offered[-1]
        user.line.connect()
        self.run(1.0)
        return user

    def dial(self, number="13900000000"):
        return User(self.trunk.seize(number, ""))

    def dialled_call(self, number="13900000000"):
        """A call on line 1 whose digits are out."""
        user = self.dial(number)
        self.hear(lv.LoopChanged(user.line.channel, lv.Current.FLOWS, self.now))
        self.tone("dial")
        self.loop.advance(0.2 * len(number) + 0.5)
        return user

    def tone(self, name, line=1):
        self.sound.ears[line].tone(name, 450.0, -12.0)
        self.loop.settle()

    def state(self, line=1):
        return self.trunk.lines[line].state

    def faults(self, line=1):
        return [fault.value for fault in self.trunk.lines[line].faults.present]

    def shown(self, line=1):
        events = [e for e in self.events if isinstance(e, LineChanged) and e.line == line]
        return events[-1]

    def hooks_agree(self):
        """The exchange sees the hook that the state says."""
        for n, line in self.trunk.lines.items():
            if line.state is not S.TESTING:
                assert self.board.off_hook.get(n, False) == (line.state in OFF_HOOK)


def report(line, **changes):
    shown = {
        "off_hook": False, "battery": True, "turned": False, "ringing": False, "in_use": False,
        "current": lv.Current.NONE, "dialling": False, "volts": -48, "milliamperes": 0,
        "chip": lv.Chip.WELL,
    }  # fmt: skip
    return lv.LineReport(line, **(shown | changes))


def with_hook(shown, off, current):
    volts = -9 if off and shown.battery else shown.volts
    values = {name: getattr(shown, name) for name in shown.__dataclass_fields__ if name != "line"}
    if values["current"] is lv.Current.OVERLOAD:
        current = lv.Current.OVERLOAD
    return lv.LineReport(
        shown.line, **(values | {"off_hook": off, "current": current, "volts": volts})
    )
