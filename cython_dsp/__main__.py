"""`python -m cython_dsp VERB FILE...`: the media engine by itself (cython_dsp/command/)."""

import os
import sys
from io import TextIOWrapper

from cython_dsp.command import program


def main() -> int:
    """Run the command; its status, 1 where nobody takes what it prints, 130 when interrupted."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # names of files are any bytes
    try:
        status = program.main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except OSError as e:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(e, BrokenPipeError):
            sys.stderr.write(f"standard output: {e.strerror}.\n")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
