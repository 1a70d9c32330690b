"""Which bundle is taken, and when the box restarts."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firmware.contract.update import Health, Notes, UpdateReason, UpdateResult, UpdateSettings
from firmware.ota import policy
from firmware.ota.offer import Stopped
from firmware.ota.rauc import Bundle

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
HOUR = 3_600_000
ORDER = (  # semver.org 2.0.0, 11.4
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.10.0",
    "2.0.0-0",
)
NUMBERS = st.tuples(*[st.integers(0, 10**9)] * 3)


def text(numbers):
    return ".".join(map(str, numbers))


def at(zone, *fields):
    return int(datetime.datetime(*fields, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_versions_are_in_the_order_of_the_standard():
    assert sorted(reversed(ORDER), key=policy.rank) == list(ORDER)


@given(NUMBERS, NUMBERS)
def test_only_a_newer_version_is_installed(new, old):
    assume(new != old)
    if new > old:
        policy.check_version(text(new), text(old))
    else:
        with pytest.raises(Stopped) as stopped:
            policy.check_version(text(new), text(old))
        assert stopped.value.reason is UpdateReason.OLDER_VERSION
        assert stopped.value.result is UpdateResult.REFUSED


@given(NUMBERS, st.from_regex(r"[0-9A-Za-z-]{1,9}", fullmatch=True))
def test_build_metadata_makes_no_other_version(numbers, build):
    with pytest.raises(Stopped) as stopped:
        policy.check_version(f"{text(numbers)}+{build}", text(numbers))
    assert stopped.value.reason is UpdateReason.SAME_VERSION


@pytest.mark.parametrize(
    "version", ["", "1", "1.0", "01.0.0", "1.0.0-01", "1.0.0-", "v1.0.0", "1.0.0\n", "9" * 300]
)
def test_what_is_no_version_is_refused(version):
    with pytest.raises(Stopped) as stopped:
        policy.check_version(version, "1.0.0")
    assert stopped.value.reason is UpdateReason.DAMAGED


def test_a_bundle_for_another_box_is_refused():
    with pytest.raises(Stopped) as stopped:
        policy.check_bundle(Bundle("callbox-arm64", "9.0.0"), "callbox-x86_64", "1.0.0")
    assert stopped.value.reason is UpdateReason.OTHER_COMPATIBLE


def test_release_notes_come_from_the_manifest():
    meta = {"notes": {"en": "One.\\nTwo.", "zh_CN": "一"}}
    assert policy.notes(Bundle("", "", "old", meta=meta)) == Notes("一", "One.\nTwo.")
    assert policy.notes(Bundle("", "", "Plain words.")) == Notes(en="Plain words.")


NIGHT = UpdateSettings(restart="window", window_begins="23:30", window_ends="01:30")


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ((2026, 5, 4, 12, 0), (2026, 5, 4, 23, 30)),
        ((2026, 5, 4, 23, 45), (2026, 5, 4, 23, 45)),
        ((2026, 5, 5, 1, 29), (2026, 5, 5, 1, 29)),
        ((2026, 5, 5, 1, 30), (2026, 5, 5, 23, 30)),
    ],
)
def test_a_window_may_go_over_midnight_of_the_site(now, begins):
    found = policy.restart_from(NIGHT, SHANGHAI, at(SHANGHAI, *now))
    assert found == at(SHANGHAI, *begins)


def test_summer_time_moves_the_window_with_the_clock_on_the_wall():
    settings = UpdateSettings(window_begins="03:00", window_ends="05:00")
    eve = at(BERLIN, 2026, 3, 28, 22, 0)  # the night in which 2:00 becomes 3:00
    assert policy.restart_from(settings, BERLIN, eve) == at(BERLIN, 2026, 3, 29, 3, 0)
    assert policy.restart_from(settings, BERLIN, eve) - eve == 4 * HOUR


def test_a_window_in_the_hour_that_does_not_exist_is_left_out():
    settings = UpdateSettings(window_begins="02:00", window_ends="03:00")
    eve = at(BERLIN, 2026, 3, 28, 22, 0)
    assert policy.restart_from(settings, BERLIN, eve) == at(BERLIN, 2026, 3, 30, 2, 0)


def test_a_restart_that_was_put_off_waits_for_the_next_window():
    now = at(SHANGHAI, 2026, 5, 5, 0, 30)
    until = policy.window_ends(NIGHT, SHANGHAI, now)
    assert until == at(SHANGHAI, 2026, 5, 5, 1, 30)
    assert policy.restart_from(NIGHT, SHANGHAI, now, until) == at(SHANGHAI, 2026, 5, 5, 23, 30)


@given(
    st.integers(0, 4_000_000_000_000),
    st.sampled_from([SHANGHAI, BERLIN, "America/St_Johns", "", "No/Where", "../etc/passwd"]),
    st.times(),
    st.times(),
    st.integers(0, 10 * HOUR),
)
def test_a_window_always_comes_within_three_days(now, zone, begins, ends, later):
    settings = UpdateSettings(window_begins=f"{begins:%H:%M}", window_ends=f"{ends:%H:%M}")
    found = policy.restart_from(settings, zone, now, now + later)
    assert found is not None
    assert now + later <= found <= now + later + 72 * HOUR
    assert policy.window_ends(settings, zone, found) is not None


def test_by_hand_means_never_by_itself():
    assert policy.restart_from(UpdateSettings(restart="by_hand"), SHANGHAI, 0) is None


def health(calls, emergency):
    return Health("1.0.0", calls, emergency, False, (), "", "", 1.0)


def test_a_restart_waits_for_calls_and_emergency_calls():
    assert policy.quiet(None)
    assert policy.quiet(health(0, 0))
    assert not policy.quiet(health(1, 0))
    assert not policy.quiet(health(0, 1))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"window_begins": "24:00"}, "settings.window_begins"),
        ({"window_ends": "3:000"}, "settings.window_ends"),
        ({"server_url": "ftp://x"}, "settings.server_url"),
        ({"client_certificate": "x"}, "settings.client_certificate"),
    ],
)
def test_settings_that_cannot_work_are_told(changes, path):
    assert [p.path for p in policy.problems(UpdateSettings(**changes))] == [path]
    assert policy.problems(UpdateSettings()) == ()
