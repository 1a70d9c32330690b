"""A call through this release's own engine and trunk code: `python -m firmware.loopback`."""

import asyncio
import contextlib
import json
import os
import signal

from firmware.ota.proof.context import Context

LIMIT_S = 720.0
"""Emulated x86, busy with the box itself, took five minutes; the program has a limit of its own
below this.  The box takes calls meanwhile."""
_OUTPUT_MAX = 64 * 1024


async def check(context: Context) -> str:
    """Good when the call was heard as it was said.  The child never outlives this."""
    if not context.loopback:
        return ""
    child = await asyncio.create_subprocess_exec(
        *context.loopback,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_OUTPUT_MAX,
        start_new_session=True,
    )
    try:
        output = await _output(child)
        code = await child.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # boards and exchange end with their sockets
        await child.wait()
    return _judge(output, code)


async def _output(child: asyncio.subprocess.Process) -> bytes:
    if child.stdout is None:
        return b""
    output = await child.stdout.read(_OUTPUT_MAX)
    while await child.stdout.read(_OUTPUT_MAX):  # so that it never waits for us
        pass
    return output


def _judge(output: bytes, code: int) -> str:
    """The last line is the result, as JSON."""
    try:
        found = json.loads(output.decode(errors="replace").strip().splitlines()[-1])
        good, what = found["ok"] is True, str(found["what"])
    except (ValueError, LookupError, TypeError):
        return f"the loop-back call ended with {code} and said nothing of it"
    if good and code == 0:
        return ""
    return what[:500] or f"the loop-back call ended with {code}"
