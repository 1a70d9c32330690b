"""What is in a tar archive, one entry a line, so that `diff` can tell two builds apart."""

import hashlib
import sys
import tarfile


def line(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> str:
    """Type, mode, owner, time, target and hash of the content of one entry."""
    content = archive.extractfile(entry) if entry.isreg() else None
    digest = hashlib.sha256(content.read()).hexdigest()[:16] if content else "-"
    return (
        f"{entry.name} {entry.type.decode()} {entry.mode:04o} {entry.uid}:{entry.gid} "
        f"{entry.mtime} {entry.size} {entry.linkname or '-'} {digest}"
    )


if __name__ == "__main__":
    with tarfile.open(sys.argv[1]) as opened:
        for member in opened:
            sys.stdout.write(line(opened, member) + "\n")
