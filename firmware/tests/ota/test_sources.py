"""Where bundles come from: what stays open when somebody stops in the middle."""

import asyncio
import threading
import time

from firmware.ota import sources


def test_who_ends_while_a_stick_is_opened_leaves_no_file_open(tmp_path, monkeypatch):
    """All that runs is cancelled then; the thread goes on and has its file after that."""
    begun, files = threading.Event(), []

    def slow(path):
        begun.set()
        time.sleep(0.2)
        files.append(path.open("rb"))
        return files[0], 0

    async def ends():
        opening = asyncio.create_task(sources._opened(tmp_path / "bundle"))
        await asyncio.to_thread(begun.wait)
        assert not opening.done()

    (tmp_path / "bundle").touch()
    monkeypatch.setattr(sources, "_open", slow)
    asyncio.run(ends(), debug=True)
    assert files[0].closed
