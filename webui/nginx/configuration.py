"""The text of nginx.conf for one run directory."""

import ipaddress
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

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

    @property
    def here(self) -> Path:
        """nginx's own folder."""
        return self.run / "nginx"

    @property
    def tls(self) -> Path:
        """CA and certificate; kept with the data, so that a backup has them."""
        return self.run / "data" / "tls"

    def text(self) -> str:
        """nginx.conf."""
        template = Template((resources.files(__package__) / "nginx.conf.template").read_text())
        hsts = "" if self._is_loopback() else _HSTS
        # nginx inherits add_header only into a location that has none of its own.
        in_files = "\n".join(f"            {line}" for line in (*_FILE_HEADERS, hsts) if line)
        return template.substitute(
            user=_user(),
            here=self.here,
            log=self.run / "log",
            web=self.run / "web.sock",
            callboxd=self.run / "callboxd.sock",
            listen=f"{self._host()}:{self.port}",
            tls=self.tls,
            package=Path(__file__).parent.parent,
            recordings=self.run / "data" / "recordings",
            hsts=f"        {hsts}",
            file_headers=in_files,
        )

    def _host(self) -> str:
        return f"[{self.address}]" if ":" in self.address else self.address

    def _is_loopback(self) -> bool:
        # A developer's browser would refuse every other program on localhost for a year.
        return ipaddress.ip_address(self.address).is_loopback


def _user() -> str:
    """Workers stay who started them: a developer who is root has run files only root may open."""
    return "user root;" if os.geteuid() == 0 else ""
