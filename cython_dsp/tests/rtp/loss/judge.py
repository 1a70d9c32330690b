"""ViSQOL's opinion: pairs of files on standard input, a MOS-LQO a line; runs in .venv-visqol.

Speech mode, polynomial mapping, not scaled up to 5.
"""

import sys

from visqol.api import VisqolApi


def main():
    api = VisqolApi()
    api.create(mode="speech", use_lattice_model=False, use_unscaled_speech=True)
    for line in sys.stdin:
        reference, heard = line.split()
        print(api.measure(reference, heard).moslqo, flush=True)


if __name__ == "__main__":
    main()
