"""Write nginx's configuration and become nginx: `python -m webui.nginx --run DIR --port 8443`."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from webui.nginx.ca import ensure, own_names
from webui.nginx.configuration import Site


def prepare(site: Site) -> Path:
    """Make folders, certificate and nginx.conf; the path of the latter."""
    for folder in (site.here, site.run / "log", site.run / "data" / "recordings"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ensure(site.tls, {*own_names(), site.address})
    path = site.here / "nginx.conf"
    path.write_text(site.text())
    return path


def main() -> None:
    """Parse the options and replace this process by nginx."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--run", type=Path, required=True, help="the run directory")
    options.add_argument("--port", type=int, default=8443)
    options.add_argument("--address", default="127.0.0.1", help="where to listen")
    chosen = options.parse_args()
    path = prepare(Site(chosen.run.resolve(), chosen.port, chosen.address))
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        sys.exit("nginx is not installed")
    os.execv(nginx, command(nginx, path))  # noqa: S606  no shell is the point


def command(nginx: str, path: Path) -> list[str]:
    """The command line; early errors go to standard error, which the supervisor keeps."""
    return [nginx, "-p", str(path.parent), "-e", "stderr", "-c", str(path)]


if __name__ == "__main__":
    main()
