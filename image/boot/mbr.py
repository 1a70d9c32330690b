"""GRUB for BIOS on a GPT disk without grub-install: `mbr.py DISK BOOT_IMG CORE_IMG SECTOR SECTORS`.

The MBR's code learns where core.img begins, core.img where its own rest is (its block list is
the last 12 bytes of its first sector): GRUB's sources, boot/i386/pc/boot.S and diskboot.S.
"""

import struct
import sys
from pathlib import Path

SECTOR = 512
CODE = 440
"""Bytes of the MBR that are code; behind them are the disk's signature and the partitions."""
KERNEL_SECTOR, DRIVE_CHECK = 0x5C, 0x66
SEGMENT = 0x820
"""Where the first sector of core.img loads the rest, in paragraphs."""


def boot_code(boot: bytes, sector: int) -> bytes:
    """The MBR's code that loads core.img from `sector`."""
    code = bytearray(boot[:CODE])
    struct.pack_into("<Q", code, KERNEL_SECTOR, sector)
    code[DRIVE_CHECK : DRIVE_CHECK + 2] = b"\x90\x90"  # trust the BIOS's drive number
    return bytes(code)


def core_code(core: bytes, sector: int, room: int) -> bytes:
    """core.img with the list of its own sectors.  ValueError when it does not fit in `room`."""
    sectors = -(-len(core) // SECTOR)
    if sectors > room:
        raise ValueError(f"core.img has {sectors} sectors, the partition {room}")
    listed = struct.pack("<QHH", sector + 1, sectors - 1, SEGMENT)
    return core[: SECTOR - len(listed)] + listed + core[SECTOR:]


def main() -> None:
    """Write both into the disk image."""
    disk, boot, core = map(Path, sys.argv[1:4])
    sector, room = map(int, sys.argv[4:6])
    with disk.open("r+b") as file:
        file.write(boot_code(boot.read_bytes(), sector))
        file.seek(sector * SECTOR)
        file.write(core_code(core.read_bytes(), sector, room))


if __name__ == "__main__":
    main()
