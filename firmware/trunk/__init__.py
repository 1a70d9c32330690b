"""Lines to the telephone network."""
