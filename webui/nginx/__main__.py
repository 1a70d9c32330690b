"""Write nginx's configuration and become nginx: `python -m webui.nginx --run DIR --port 8443`."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from webui.nginx.ca import ensure, own_names
from webui.nginx.configuration import ALL, Site


def prepare(site: Site, names: Sequence[str] = ()) -> Path:
    """Make folders, certificate and nginx.conf; the path of the latter.

    `names`: under which the box is reached, besides its addresses.
    """
    for folder in site.folders:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = [] if site.address == ALL else [site.address]
    ensure(site.tls, {*own_names(), *address, *names})
    # A copy for those who may not look into the folder of the keys: the console.
    (site.here / "ca.crt").write_bytes((site.tls / "ca.crt").read_bytes())
    path = site.here / "nginx.conf"
    path.write_text(site.text())
    return path


def main() -> None:
    """Parse the options and replace this process by nginx."""
    site, names = options()
    path = prepare(site, names)
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        sys.exit("nginx is not installed")
    os.execv(nginx, command(nginx, path))  # noqa: S606  no shell is the point


def options(arguments: Sequence[str] | None = None) -> tuple[Site, list[str]]:
    """The command line: the site, and its names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the run directory")
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--address", default="127.0.0.1", help="where to listen, * for all")
    parser.add_argument("--http-port", type=int, help="also answer plain HTTP, with a redirect")
    parser.add_argument("--name", action="append", default=[], help="in the certificate, too")
    parser.add_argument("--tls", type=Path, help="folder of CA and certificate")
    parser.add_argument("--temporary", type=Path, help="folder where uploads grow")
    parser.add_argument("--log", default="", help="file of errors, or stderr")
    chosen = parser.parse_args(arguments)
    site = Site(
        chosen.run.resolve(),
        chosen.port,
        chosen.address,
        chosen.http_port,
        chosen.tls,
        chosen.temporary,
        chosen.log,
    )
    return site, chosen.name


def command(nginx: str, path: Path) -> list[str]:
    """The command line; early errors go to standard error, which the supervisor keeps."""
    return [nginx, "-p", str(path.parent), "-e", "stderr", "-c", str(path)]


if __name__ == "__main__":
    main()
