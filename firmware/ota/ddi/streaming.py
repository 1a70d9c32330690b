"""Whether this box's RAUC reads bundles over the network: only builds with it have the option."""

import asyncio
from pathlib import Path

_OPTION = b"--http-header"
_LONGEST_S = 10.0


async def rauc_streams(rauc: Path = Path("/usr/bin/rauc")) -> bool:
    """Ask the program; False when it is not there or says nothing."""
    try:
        process = await asyncio.create_subprocess_exec(
            rauc,
            "install",
            "--help-all",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(_LONGEST_S):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return _OPTION in output
