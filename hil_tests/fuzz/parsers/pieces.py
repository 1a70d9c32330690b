"""The fuzzer's bytes, cut into pieces: each begins with its length."""

from collections.abc import Iterator

MOST_PIECES = 200


def pieces(data: bytes) -> Iterator[bytes]:
    """A byte of length, so many bytes, and on to the end; 255 is all that is left."""
    for _ in range(MOST_PIECES):
        if not data:
            return
        size = len(data) if data[0] == 255 else data[0]
        yield data[1 : 1 + size]
        data = data[1 + size :]


def join(*parts: bytes) -> bytes:
    """Undo `pieces`; a part that is longer than 254 bytes must be the last one."""
    sizes = (min(len(part), 255) for part in parts)
    return b"".join(bytes([size]) + part for size, part in zip(sizes, parts, strict=True))
