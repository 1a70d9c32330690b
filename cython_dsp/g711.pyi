"""G.711 A-law and mu-law: bytes of codes <-> bytes of 16-bit little-endian PCM."""

def alaw_decode(code: bytes) -> bytes:
    """Return the 16-bit PCM of these A-law codes."""

def alaw_encode(pcm: bytes) -> bytes:
    """Return the A-law codes of this 16-bit PCM; ValueError when it ends in half a sample."""

def ulaw_decode(code: bytes) -> bytes:
    """Return the 16-bit PCM of these mu-law codes."""

def ulaw_encode(pcm: bytes) -> bytes:
    """Return the mu-law codes of this 16-bit PCM; ValueError when it ends in half a sample."""
