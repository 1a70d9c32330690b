"""A box killed anywhere in an update is old or new, and its history true (20 of 200 kills)."""

import asyncio

import pytest

from firmware.tests.ota import powercut

KILLS = 20


@pytest.mark.timeout(600)  # 60 starts of the program; longer on a busy machine
async def test_a_kill_anywhere_leaves_the_old_or_the_new_version(disk, bus, workshop):
    asyncio.get_running_loop().set_debug(False)  # it looks at the box all the time
    done = await powercut.trials(disk, bus, workshop, KILLS)
    assert len(done) == KILLS
    assert {trial.killed_in for trial in done} >= {"installing", "rebooting"}  # the longest
    assert any(trial.cut for trial in done)
