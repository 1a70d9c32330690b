"""Caller ID on analogue lines, every variant an exchange may send; 16 lines ring at once."""

from dataclasses import replace

import pytest

from board.sim import adsi
from board.sim.analog.caller_id import NONE, CallerIdStyle, Kind, Where
from board.sim.script import HangUp, Wait, WaitConnect

pytestmark = pytest.mark.timeout(240)
FSK = [
    CallerIdStyle(kind, where, standard=standard)
    for kind in (Kind.FSK_SDMF, Kind.FSK_MDMF)
    for where in (Where.FIRST_RING, Where.REVERSAL, Where.SHORT_RING)
    for standard in (adsi.BELL202, adsi.V23)
]
DTMF = [
    CallerIdStyle(Kind.DTMF, where, start=start, end=end)
    for where in (Where.NOTHING, Where.REVERSAL, Where.SHORT_RING)
    for start, end in (("A", "C"), ("B", "C"), ("C", "C"), ("D", "C"), ("*", "#"))
] + [CallerIdStyle(Kind.DTMF, Where.NOTHING, start=start, end="#") for start in "ABCD"]
DTMF += [CallerIdStyle(Kind.DTMF, Where.NOTHING, start="", end="")]
PATIENT = [WaitConnect(20), Wait(1), HangUp()]


def ring(world, styles, presentation="allowed", script=PATIENT):
    """Call one line for each style; the box's picture of each call when all were answered."""
    for n, style in enumerate(styles, 1):
        line = world.analog.line(n)
        line.service.caller_id = style
        world.analog.place_call(line, number(n), script, presentation=presentation)
    told = {}

    def all_told():
        for view in world.snapshot["calls"]:
            told[view["called"]] = view
        return len(told) == len(styles)

    assert world.run(20, all_told), f"{len(told)} of {len(styles)} calls came"
    world.run(6)
    return [told[world.analog.line(n).number] for n in range(1, len(styles) + 1)]


def number(n):
    return f"138001380{n:02}"


@pytest.mark.parametrize("fxo", [16], indirect=True)
@pytest.mark.parametrize("styles", [FSK, DTMF[:10], DTMF[10:]], ids=["fsk", "dtmf-1", "dtmf-2"])
@pytest.mark.parametrize("noise_dbm0", [-90, -33.5], ids=["clean", "20 dB"])
def test_every_variant_tells_the_number(fxo, styles, noise_dbm0):
    for line in fxo.analog.lines:
        line.pair.noise_dbm0 = noise_dbm0
    views = ring(fxo, styles)
    assert [view["calling"] for view in views] == [number(n + 1) for n in range(len(styles))]


def test_a_reversal_that_announced_the_number_ends_no_call(fxo):
    """It lasts until the first ring, and the box may answer at once."""
    styles = [DTMF[0], DTMF[5], FSK[2], FSK[4]]
    assert {style.where for style in styles} == {Where.NOTHING, Where.REVERSAL, Where.SHORT_RING}
    calls = []
    for n, style in enumerate(styles, 1):
        fxo.analog.line(n).service.caller_id = style
        script = [WaitConnect(20), Wait(6), HangUp()]
        calls.append(fxo.analog.place_call(fxo.analog.line(n), number(n), script))
    assert fxo.run(40, lambda: all(call.ended for call in calls))
    assert [call.cleared_by for call in calls] == ["network"] * 4


@pytest.mark.parametrize("presentation", ["private", "unavailable"])
def test_a_withheld_number_is_withheld(fxo, presentation):
    styles = [FSK[0], FSK[2], DTMF[0], DTMF[4]]
    views = ring(fxo, styles, presentation)
    assert [view["calling"] for view in views] == [""] * 4


def test_a_wrong_or_missing_number_is_no_number(fxo):
    wrong = replace(FSK[2], wrong_checksum=True)
    views = ring(fxo, [wrong, replace(FSK[0], wrong_checksum=True), NONE, FSK[2]])
    assert [view["calling"] for view in views] == ["", "", "", number(4)]


def test_who_need_not_be_known_is_answered_at_the_first_ring(fxo):
    path, admin = "analog.analog.lines.1.wait_caller_id", fxo.agent("admin")
    admin.ask("ProposeConfig", base_revision=1, path=path, value=False)
    calls = [fxo.analog.place_call(fxo.analog.line(n), number(n), PATIENT) for n in (1, 2)]
    assert fxo.run(20, lambda: all(call.times.connect for call in calls))
    rings = [(call.times.connect - call.times.alerting) / 8000 for call in calls]
    assert rings[0] < 1.0, "the answer cuts the caller ID"
    assert 1.0 < rings[1] < 6.5, "after the number, at the second ring at the latest"
    told = {view["called"]: view["calling"] for view in fxo.snapshot["calls"]}
    assert list(told.values()).count(number(2)) == 1
    assert number(1) not in told.values()
