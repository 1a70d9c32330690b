"""Remove the kernel modules the box does not need: `modules.py /usr/lib/modules/VERSION LIST`.

LIST names modules, or folders below kernel/ (ending with a slash); what they depend on stays.
A name the kernel does not have at all is an error: it is misspelt, or the kernel has changed.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple


def module_name(path: str) -> str:
    """The name modprobe uses for a file: no folder, no suffix, underscores."""
    return Path(path).name.split(".ko")[0].replace("-", "_")


def read_list(text: str) -> list[str]:
    """The entries of a list file, without comments."""
    return [entry for line in text.splitlines() if (entry := line.split("#")[0].strip())]


def dependencies(modules_dep: str, modules_softdep: str) -> dict[str, set[str]]:
    """What each module needs, by name, from depmod's two files."""
    needs: dict[str, set[str]] = {}
    for line in modules_dep.splitlines():
        module, _, rest = line.partition(":")
        needs[module_name(module)] = {module_name(path) for path in rest.split()}
    for line in modules_softdep.splitlines():
        words = line.split()
        if words[:1] == ["softdep"]:
            soft = {word.replace("-", "_") for word in words[2:] if not word.endswith(":")}
            needs.setdefault(words[1].replace("-", "_"), set()).update(soft)
    return needs


def chosen(entries: Iterable[str], files: Mapping[str, str], builtin: set[str]) -> set[str]:
    """The names the entries mean; `files` maps a module's name to its path below kernel/.

    Raises:
        ValueError: an entry is neither a module nor a folder of this kernel.
    """
    found: set[str] = set()
    unknown = []
    for entry in entries:
        name = entry.replace("-", "_")
        if entry.endswith("/"):
            names = {module for module, path in files.items() if path.startswith(entry)}
        else:
            names = {name} & files.keys()
        if not names and name not in builtin:
            unknown.append(entry)
        found |= names
    if unknown:
        raise ValueError(f"this kernel has no {', '.join(unknown)}")
    return found


def closure(names: set[str], needs: Mapping[str, set[str]]) -> set[str]:
    """`names` and everything they need."""
    kept: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        kept.add(name)
        waiting |= needs.get(name, set()) - kept
    return kept


class Kernel(NamedTuple):
    """The modules of one kernel version, by name."""

    paths: dict[str, Path]
    files: dict[str, str]
    """Below kernel/."""
    builtin: set[str]
    needs: dict[str, set[str]]


def read_kernel(folder: Path) -> Kernel:
    """What is in /usr/lib/modules/VERSION, from its files and those of depmod."""
    kernel = folder / "kernel"
    paths = {module_name(path.name): path for path in kernel.rglob("*.ko*")}
    files = {name: str(path.relative_to(kernel)) for name, path in paths.items()}
    builtin = {module_name(line) for line in (folder / "modules.builtin").read_text().splitlines()}
    needs = dependencies(
        (folder / "modules.dep").read_text(), (folder / "modules.softdep").read_text()
    )
    return Kernel(paths, files, builtin, needs)


def trim(folder: Path, entries: Iterable[str]) -> int:
    """Delete from `folder` (of one kernel version) what is not kept; return how many stay."""
    kernel, found = folder / "kernel", read_kernel(folder)
    paths, needs = found.paths, found.needs
    kept = closure(chosen(entries, found.files, found.builtin), needs)
    for name, path in paths.items():
        if name not in kept:
            path.unlink()
    for path in sorted(kernel.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    return len(kept & paths.keys())


if __name__ == "__main__":
    trim(Path(sys.argv[1]), read_list(Path(sys.argv[2]).read_text()))
