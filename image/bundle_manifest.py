"""A RAUC manifest on stdout: `bundle_manifest.py VERSION BUILD COMPATIBLE NOTES_DIR CHANGELOG`.

Release notes go into the manifest's own `[meta.notes]` (keys `zh_CN` and `en`; RAUC takes no empty
ones), so they are under the signature and a box shows them before it installs anything.  They are
NOTES_DIR/VERSION.zh_CN and .en; English falls back to the changelog's part of that version, or to
its newest.
"""

import re
import sys
from pathlib import Path

FORMAT = """\
[update]
compatible={compatible}
version={version}
build={build}

[bundle]
format=verity

[image.rootfs]
filename=rootfs.ext4
adaptive=block-hash-index
"""
LANGUAGES = ("zh_CN", "en")
LONGEST = 4000
"""Characters of the notes in one language."""


def escaped(text: str) -> str:
    """A value of GLib's key files on one line."""
    return text.strip()[:LONGEST].replace("\\", "\\\\").replace("\n", "\\n").replace("\t", " ")


def of_changelog(text: str, version: str) -> str:
    """The points below the heading of a version, else those of the newest; no marks before them."""
    parts = re.split(r"^## +", text, flags=re.MULTILINE)[1:]
    chosen = [p for p in parts if p.split()[0] == version] or parts[:1]
    lines = chosen[0].splitlines()[1:] if chosen else []
    return "\n".join(line.removeprefix("- ") for line in lines if line.startswith("- "))


def notes(folder: Path, changelog: Path, version: str, language: str) -> str:
    """The notes of a version in a language; those in Chinese may be missing."""
    written = folder / f"{version}.{language}"
    if written.exists():
        return written.read_text(encoding="utf-8")
    return of_changelog(changelog.read_text(encoding="utf-8"), version) if language == "en" else ""


def main() -> None:
    """Print the manifest."""
    version, build, compatible = sys.argv[1:4]
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        sys.exit(f"{version} is no semantic version")
    folder, changelog = map(Path, sys.argv[4:6])
    texts = {name: escaped(notes(folder, changelog, version, name)) for name in LANGUAGES}
    manifest = FORMAT.format(compatible=compatible, version=version, build=build)
    lines = [f"{name}={text}\n" for name, text in texts.items() if text]
    sys.stdout.write(manifest + "\n[meta.notes]\n" * bool(lines) + "".join(lines))


if __name__ == "__main__":
    main()
