"""Steps of a stepped clock that are left out change nothing: both sides, with and without them."""

from board.host import isdn_events as ev
from board.host.isdn_steps import Steps
from board.sim.isdn_side import IsdnSide
from board.tests.isdn.harness import BINARY

TICK_MS = 5
THEIRS = 0x80000001
"""The first call that comes in."""
OTHER = {"user": "network", "network": "user"}


class Line:
    """User and network side in turns of 5 ms; `log` is all that was said and sent, and when."""

    def __init__(self):
        self.sides = {name: IsdnSide(name, stepped=True, binary=BINARY) for name in OTHER}
        self.under_way = {name: [] for name in OTHER}
        self.now, self.log, self.lose = 0, [], False

    def run(self, seconds):
        for _ in range(round(seconds * 1000 / TICK_MS)):
            self.now += TICK_MS
            for name in OTHER:
                self._turn(name)

    def _turn(self, name):
        side, coming = self.sides[name], self.under_way[name]
        self.under_way[name] = []
        for frame in coming:
            side.frame(frame)
        events, frames = side.turn(self.now)
        self.log += [(self.now, name, what) for what in (*events, *frames)]
        if not self.lose:
            self.under_way[OTHER[name]] += frames

    def story(self):
        """A call is answered; 30 s; the line is lost for 5 s; the call is cleared."""
        user, network = self.sides["user"], self.sides["network"]
        self.run(3)
        network.order("SETUP", call=1, called="88886666", calling="13800138000")
        self.run(0.5)
        user.order("CONNECT", call=THEIRS)
        self.run(30)
        self.lose = True
        user.order("DISCONNECT", call=THEIRS, cause=16)
        self.run(5)
        self.lose = False
        self.run(40)
        return self.log

    def close(self):
        for side in self.sides.values():
            side.close()


def told():
    line = Line()
    try:
        return line.story()
    finally:
        line.close()


def test_a_step_that_is_left_out_changes_nothing(monkeypatch):
    steps, sent = Steps.step, []
    monkeypatch.setattr(Steps, "step", lambda self, ms: sent.append(ms) or steps(self, ms))
    seen, few = told(), len(sent)
    monkeypatch.setattr(Steps, "quiet", lambda _self, _now: False)
    assert told() == seen
    assert few < (len(sent) - few) / 20
    assert any(isinstance(what, ev.Connect) for _, _, what in seen)
    assert any(isinstance(what, ev.Released) for _, _, what in seen)


def test_a_message_after_a_quiet_time_comes_at_its_time():
    steps = Steps()
    steps.step(5)
    assert steps.idle(ev.Idle(5, 1000))
    assert steps.quiet(900)
    assert steps.before_message() == b"STEP to_ms=900"
    assert steps.before_message() is None
    assert not steps.quiet(905)


def test_a_timer_that_is_due_is_not_left_out():
    steps = Steps()
    steps.step(5)
    steps.idle(ev.Idle(5, 1000))
    assert steps.quiet(995)
    assert not steps.quiet(1000)


def test_what_is_said_after_a_step_is_not_settled_by_its_end():
    steps = Steps()
    steps.step(5)
    steps.before_message()
    steps.idle(ev.Idle(5, -1))
    assert not steps.quiet(10)


def test_an_end_of_an_earlier_step_is_none_of_the_last():
    steps = Steps()
    steps.step(5)
    steps.idle(ev.Idle(5, -1))
    steps.quiet(100)
    steps.before_message()
    steps.step(105)
    assert not steps.idle(ev.Idle(100, -1))
    assert steps.idle(ev.Idle(105, -1))
