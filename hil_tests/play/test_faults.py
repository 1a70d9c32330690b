"""Every fault does what its word says; what the box makes of faults is tested elsewhere."""

import pytest

from hil_tests.play.director import play
from hil_tests.play.faults import FAULTS
from hil_tests.play.script import checked
from hil_tests.play.source import parse

STORY = """story: One bad day
time: "08:00"
people:
  Fang: {agent: 8001}
  Mr Wang: {caller: 13800138000}
steps:
  - Fang: log on
  - Fang: ready
  - Mr Wang:
      call: 01088886666
      then:
        [{listen: 0.5}, {press: 2}, {listen: 0.5}, {press: 1},
         {wait for somebody: 30}, {talk: 90}]
  - Fang: {answer: , within: 15}
  # Signalling is gone for a second, then no sound is lost, whatever the disk and the clock do.
  - fault: {d-channel: cut}
  - wait: 1
  - fault: {d-channel: back}
  - fault: {disk: slow}
  - fault: {step clock: +1 h}
  - expect: {listener: Fang, hears: Mr Wang, within: 6}
  - wait: 3
  - expect: {exchange: Mr Wang, state: connected}
  # callboxd dies: the call is over, and the page comes back.
  - fault: {kill: callboxd}
  - expect: {box: is off}
  - expect: {box: answers, within: 20}
  - expect: {exchange: Mr Wang, state: ended, ended by: box, within: 15}
  - expect: {event: BoxStarted, with: {closed_calls: 1}}
  - expect: {trunk: e1, in service: true, within: 30}
  # The board is pulled and put back; then callbox-isdn dies.
  - fault: {unplug: e1}
  - expect: {trunk: e1, board: false, in service: false, within: 5}
  - fault: {plug in: e1}
  - expect: {trunk: e1, board: true, in service: true, within: 30}
  - fault: {kill: callbox-isdn}
  - expect: {trunk: e1, in service: true, within: 30}
  - expect: {box: at rest, within: 30}
"""
ELSEWHERE = {"alarm", "cut power", "power on"}
"""These are in the examples."""


@pytest.mark.timeout(300)
def test_every_fault_comes_and_goes():
    script = checked(parse(STORY, "faults.yaml"), None)
    tried = {step.what.word for step in script.steps if type(step.what) in FAULTS}
    assert tried | ELSEWHERE == {fault.word for fault in FAULTS}
    report = play(script)
    print(report.text())
    assert report.holds
