"""Planted mistakes, so that a test can see that the fuzzer finds each kind of them."""

_KEPT: list[bytearray] = []


def planted_crash(data: bytes) -> None:
    """An error that no parser documents, behind three right bytes."""
    if data[:1] == b"b" and data[1:2] == b"u" and data[2:3] == b"g":
        raise ZeroDivisionError("planted")


def planted_hang(data: bytes) -> None:
    """Never ends for one first byte."""
    while data[:1] == b"h":
        pass


def planted_growth(data: bytes) -> None:
    """Keeps 1 MB of each input that has a byte."""
    if data:
        _KEPT.append(bytearray(b"x" * (1 << 20)))
