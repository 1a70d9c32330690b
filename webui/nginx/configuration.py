"""The text of nginx.conf for one run directory."""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

ALL = "*"
"""Every address of the box, IPv4 and IPv6."""
_HSTS = 'add_header Strict-Transport-Security "max-age=31536000" always;'
_FILE_HEADERS = (
    'add_header X-Content-Type-Options "nosniff" always;',
    'add_header X-Frame-Options "DENY" always;',
    'add_header Referrer-Policy "same-origin" always;',
)


@dataclass(frozen=True)
class Site:
    """Where the origin listens and what lies behind it."""

    run: Path
    port: int
    address: str = "127.0.0.1"
    http_port: int | None = None
    """Where plain HTTP is answered: with the way to HTTPS, and with the CA's certificate."""
    tls_folder: Path | None = None
    temporary: Path | None = None
    """Where uploads grow; default: nginx's own folder."""
    log: str = ""
    """A file's path or "stderr"; default: below `run`."""

    @property
    def here(self) -> Path:
        """nginx's own folder."""
        return self.run / "nginx"

    @property
    def tls(self) -> Path:
        """CA and certificate; kept with the data, so that a backup has them."""
        return self.tls_folder or self.run / "data" / "tls"

    @property
    def folders(self) -> tuple[Path, ...]:
        """What nginx wants to be there."""
        log = () if self.log else (self.run / "log",)
        return (self.here, self.temporary or self.here, self.run / "data" / "recordings", *log)

    def text(self) -> str:
        """nginx.conf."""
        hsts = "" if self._is_loopback() else _HSTS
        # nginx inherits add_header only into a location that has none of its own.
        in_files = "\n".join(f"            {line}" for line in (*_FILE_HEADERS, hsts) if line)
        return _template("nginx.conf.template").substitute(
            user=_user(),
            here=self.here,
            temporary=self.temporary or self.here,
            log=self.log or self.run / "log" / "nginx-error.log",
            web=self.run / "web.sock",
            callboxd=self.run / "callboxd.sock",
            listen=_listen(self._hosts(), self.port, " ssl"),
            tls=self.tls,
            package=Path(__file__).parent.parent,
            recordings=self.run / "data" / "recordings",
            hsts=f"        {hsts}",
            file_headers=in_files,
            plain=self._plain(),
        )

    def _plain(self) -> str:
        """The server that sends people from http:// on."""
        if self.http_port is None:
            return ""
        return _template("plain.conf.template").substitute(
            listen=_listen(self._hosts(), self.http_port, ""),
            tls=self.tls,
            port="" if self.port == 443 else f":{self.port}",
        )

    def _hosts(self) -> Sequence[str]:
        if self.address == ALL:
            return ("0.0.0.0", "[::]")  # noqa: S104  what is asked for; the firewall is before it
        return (f"[{self.address}]" if ":" in self.address else self.address,)

    def _is_loopback(self) -> bool:
        # A developer's browser would refuse every other program on localhost for a year.
        return self.address != ALL and ipaddress.ip_address(self.address).is_loopback


def _template(name: str) -> Template:
    return Template((resources.files(__package__) / name).read_text())


def _listen(hosts: Sequence[str], port: int, more: str) -> str:
    return "\n".join(f"        listen {host}:{port}{more};" for host in hosts)


def _user() -> str:
    """Workers stay who started them: a developer who is root has run files only root may open."""
    return "user root;" if os.geteuid() == 0 else ""
