"""The box brings its boards to its own firmware, over the link, on virtual time."""

import pytest

from board.host import firmware_set
from board.sim.board import SimulatedBoard
from board.sim.script import Wait, WaitConnect
from firmware.contract.events import BoardFirmwareChanged
from firmware.contract.model import FirmwareState
from firmware.trunk.line_span import LineSpan
from hil_tests import story
from hil_tests.listening import likeness
from hil_tests.world import World

pytestmark = pytest.mark.timeout(240)


def older(kind):
    """A set as an older release had it: other content, the same behaviour."""
    files = firmware_set.plain(kind).files()
    return firmware_set.make(
        kind, "plain", "0.0.9", [(n, data + b"# older\n") for n, data in files]
    )


@pytest.fixture
def held(monkeypatch):
    """While `held` is true, the board of analogue lines has a call."""
    state = {"held": True}
    quiet = LineSpan.quiet.fget
    monkeypatch.setattr(LineSpan, "quiet", property(lambda self: not state["held"] and quiet(self)))
    return state


@pytest.fixture
def both(monkeypatch, tmp_path, held):
    """E1 and analogue lines; the analogue board's flash has an older set."""
    flash = tmp_path / "flash"
    firmware_set.lay_out(flash, older("fxo"))
    plain = SimulatedBoard.__init__

    def with_flash(self, end, **choices):
        plain(self, end, **choices, flash=flash if choices.get("kind") == "fxo" else None)

    monkeypatch.setattr(SimulatedBoard, "__init__", with_flash)
    with World(lines=4) as world:
        world.told = []
        world.box.store.ledger.subscribe(lambda recorded: world.told.append(recorded.event))
        yield world


def firmware(world):
    return world.box.spans.analog["analog"].board.firmware_view()


def until(world, seconds, state):
    return world.run(seconds, lambda: firmware(world).state == state)


def test_a_board_is_updated_while_another_carries_a_call(both, held, prompt):
    world, wanted = both, firmware_set.plain("fxo").version
    shown = firmware(world)
    assert (shown.state, shown.version) == (FirmwareState.WAITING, older("fxo").version)
    assert shown.wanted == wanted
    call = world.e1s[0].office.place_call(story.NUMBER, story.CALLER, [WaitConnect(), Wait(60)])
    assert world.run(10, lambda: call.times.connect is not None)
    held["held"], began = False, world.now_ms
    assert until(world, 30, FirmwareState.RESTARTING)
    written = world.now_ms - began
    assert until(world, 30, FirmwareState.CURRENT)
    print(f"written in {written} ms, kept after {world.now_ms - began} ms of virtual time")
    assert world.run(10, lambda: world.office.tick > call.times.connect + 13 * 8000)
    the_caller_heard_it_all(call, prompt)
    it_runs_the_releases(world, wanted)


def the_caller_heard_it_all(call, prompt):
    for name in ("welcome", "language_choice"):
        # The network connects the channel some milliseconds after the box's CONNECT.
        found = likeness(prompt("zh_CN", name)[400:], call.heard().samples)
        assert found.correlation > 0.9, (name, found)
        assert found.longest_gap_s <= 0.02, (name, found)


def it_runs_the_releases(world, wanted):
    assert firmware(world).version == wanted
    health = next(b for b in world.box.health.health().boards if b.kind == "fxo")
    assert health.linked
    assert health.firmware == health.wanted == wanted
    states = [e.state for e in world.told if isinstance(e, BoardFirmwareChanged)]
    assert states == [
        FirmwareState.WRITING, FirmwareState.RESTARTING, FirmwareState.PROVING,
        FirmwareState.CURRENT,
    ]  # fmt: skip
    # The lines were set up anew, and work.
    assert world.run(10, lambda: world.line(2)["state"] == "idle")
    world.analog.place_call(world.analog.line(2), "13500000000", [Wait(60)])
    assert world.run(10, lambda: world.line(2)["state"] != "idle")
