"""Is every program and library below a folder for the box's machine?  `machine.py FOLDER MACHINE`.

MACHINE is x86_64 or aarch64.  A wheel of the machine that builds would be found by nobody until
the box imports it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

NUMBERS = {"x86_64": 62, "aarch64": 183}
"""e_machine in the ELF header."""


def machine_of(path: Path) -> int | None:
    """What an ELF file says it is for; None where the file is none."""
    with path.open("rb") as file:
        header = file.read(20)
    if len(header) < 20 or not header.startswith(b"\x7fELF"):
        return None
    return int.from_bytes(header[18:20], "little")


def elf_files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every ELF file below a folder with its machine; links are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            machine = machine_of(path)
            if machine is not None:
                yield path, machine


def main() -> None:
    """Exit with what is for another machine, or say how many are right."""
    folder, wanted = Path(sys.argv[1]), NUMBERS[sys.argv[2]]
    found = dict(elf_files(folder))
    foreign = [
        str(path.relative_to(folder)) for path, machine in found.items() if machine != wanted
    ]
    if foreign or not found:
        sys.exit(f"machine: not for {sys.argv[2]}: {', '.join(foreign) or folder}")
    sys.stdout.write(f"machine: {len(found)} files for {sys.argv[2]}\n")


if __name__ == "__main__":
    main()
