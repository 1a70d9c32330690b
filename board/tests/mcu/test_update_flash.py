# An update on littlefs itself, whose flash loses its power at a write.  CPython has no littlefs, so
# there only MicroPython's run says something.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from test_update import NEW_SET, fill, whole_update
from update_rig import Bench, PowerCut

from board import wire_update as wu
from board.mcu.update.slots import Files, Slots

IS_MICROPYTHON = sys.implementation.name == "micropython"
_BLOCK = 512
_BLOCKS = 160


class Chip:
    # Flash of so many blocks in memory; the power goes at the write that `left` counts to.
    def __init__(self, data):
        self.data = data
        self.left = 1 << 20
        self.writes = 0

    def readblocks(self, number, buffer, offset=0):
        at = number * _BLOCK + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, number, buffer, offset=0):
        self.writes += 1
        self.left -= 1
        at = number * _BLOCK + offset
        if self.left < 0:
            half = len(buffer) // 2 if self.left == -1 else 0
            self.data[at : at + half] = buffer[:half]  # the page that was under way is torn
            raise OSError(5)
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, op, argument):
        if op == 4:
            return _BLOCKS
        if op == 5:
            return _BLOCK
        if op == 6:
            self.left -= 1
            return 5 if self.left < 0 else 0
        return 0


def mounted(chip):
    import vfs  # noqa: PLC0415  CPython has none

    vfs.mount(vfs.VfsLfs2(chip), "/flash")
    return Files("/flash")


def unmount():
    import vfs  # noqa: PLC0415

    try:  # noqa: SIM105  MicroPython has no contextlib
        vfs.umount("/flash")
    except OSError:
        pass


def fresh():
    import vfs  # noqa: PLC0415

    chip = Chip(bytearray(_BLOCKS * _BLOCK))
    vfs.VfsLfs2.mkfs(chip)
    fill(mounted(chip))
    unmount()
    return bytes(chip.data)


def cut_at(image, writes):
    # The flash after a power cut in the middle of an update.
    chip = Chip(bytearray(image))
    files = mounted(chip)
    chip.left = writes
    try:  # noqa: SIM105
        whole_update(files)
    except (OSError, PowerCut, AssertionError):
        pass  # what the board did not live to see
    unmount()
    chip.left = 1 << 20
    return chip


def test_littlefs_that_loses_power_at_a_write_has_the_old_or_the_new_set():
    if not IS_MICROPYTHON:
        return
    image = fresh()
    chip = Chip(bytearray(image))
    whole_update(mounted(chip))
    unmount()
    assert chip.writes > 45
    last = set()
    for cut in range(chip.writes + 20):
        broken = cut_at(image, cut)
        slots = Slots(mounted(broken))
        for _ in range(4):
            place, _ = slots.choose()
            assert slots.whole(place), cut
        last.add(slots.head(place)[2])
        unmount()
    assert last == {"0.1+0000000a", "0.2+0000000b"}


def test_littlefs_with_what_a_cut_left_takes_the_next_update():
    if not IS_MICROPYTHON:
        return
    image = fresh()
    for cut in (10, 25, 40):
        files = mounted(cut_at(image, cut))
        assert Bench(files).write(*NEW_SET)[0] == wu.STATE_READY
        unmount()
