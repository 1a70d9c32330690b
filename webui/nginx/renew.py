"""A new certificate when the box's addresses changed or its end is near, and nginx told of it.

`python -m webui.nginx.renew --run DIR --tls DIR --name NAME`: by a timer and at each change of
the network.  It does nothing when all is well.
"""

import argparse
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from webui.nginx.ca import ensure, own_names

_LOGGER = logging.getLogger(__name__)


def renew(run: Path, tls: Path, names: Sequence[str]) -> bool:
    """Whether there is a new certificate; nginx reads it without an end of any connection."""
    if not ensure(tls, {*own_names(), *names}):
        return False
    try:
        process = int((run / "nginx" / "nginx.pid").read_text())
        os.kill(process, signal.SIGHUP)
    except (OSError, ValueError) as error:  # it will read the certificate when it starts
        _LOGGER.info("nginx is not told: %s", error)
    return True


def main() -> None:
    """Parse the options and look once."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the run directory")
    parser.add_argument("--tls", type=Path, required=True, help="folder of CA and certificate")
    parser.add_argument("--name", action="append", default=[], help="in the certificate, too")
    chosen = parser.parse_args()
    if renew(chosen.run, chosen.tls, chosen.name):
        _LOGGER.info("there is a new certificate")


if __name__ == "__main__":
    main()
