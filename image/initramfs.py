"""An initramfs, on stdout: `initramfs.py /usr/lib/modules/VERSION INIT BUSYBOX < NAMES`.

NAMES are the modules it loads; what they need comes before them, uncompressed, so that nothing in
it has to know the order or the compression.  No program of the box's machine is run for it, and
the same input gives the same bytes.
"""

import lzma
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from modules import chosen, read_kernel, read_list

FOLDERS = ("bin", "dev", "modules", "proc", "root", "sys")
CONSOLE = (5, 1)
"""/dev/console, which init's own output goes to before there is a devtmpfs."""


def in_order(names: Iterable[str], needs: Mapping[str, set[str]]) -> list[str]:
    """`names` and what they need, each behind its own needs; circles are broken where met."""
    ordered: dict[str, None] = {}
    seen: set[str] = set()

    def add(name: str) -> None:
        if name not in seen:
            seen.add(name)
            for need in sorted(needs.get(name, ())):
                add(need)
            ordered[name] = None

    for name in names:
        add(name)
    return list(ordered)


def modules(folder: Path, entries: list[str]) -> Iterator[tuple[str, bytes]]:
    """The modules of one kernel that the entries mean, in the order to load them."""
    paths, files, builtin, needs = read_kernel(folder)
    for entry in entries:
        for name in in_order(sorted(chosen([entry], files, builtin)), needs):
            if name in paths:
                content = paths[name].read_bytes()
                yield name, lzma.decompress(content) if paths[name].suffix == ".xz" else content


def entry(name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One file of a cpio archive, format newc (the kernel's buffer-format.rst)."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def archive(init: bytes, busybox: bytes, loaded: Mapping[str, bytes]) -> Iterator[bytes]:
    """The whole initramfs; `loaded` has the modules in order."""
    for folder in FOLDERS:
        yield entry(folder, stat.S_IFDIR | 0o755)
    yield entry("dev/console", stat.S_IFCHR | 0o600, device=CONSOLE)
    yield entry("init", stat.S_IFREG | 0o755, init)
    yield entry("bin/busybox", stat.S_IFREG | 0o755, busybox)
    for name, content in loaded.items():
        yield entry(f"modules/{name}.ko", stat.S_IFREG | 0o644, content)
    order = "".join(f"{name}\n" for name in loaded).encode()
    yield entry("modules/order", stat.S_IFREG | 0o644, order)
    yield entry("TRAILER!!!", 0)


def main() -> None:
    """Write it."""
    folder, init, busybox = map(Path, sys.argv[1:4])
    loaded = dict(modules(folder, read_list(sys.stdin.read())))
    for part in archive(init.read_bytes(), busybox.read_bytes(), loaded):
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    main()
