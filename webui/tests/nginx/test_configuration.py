import subprocess

import pytest

from webui.nginx.__main__ import command, prepare
from webui.nginx.configuration import Site

NGINX = "/usr/sbin/nginx"


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
def test_nginx_accepts_the_configuration(tmp_path, address):
    path = prepare(Site(tmp_path, 8443, address))
    done = subprocess.run(
        [*command(NGINX, path), "-t"], capture_output=True, text=True, check=False
    )
    assert "test is successful" in done.stderr, done.stderr


@pytest.mark.parametrize(("address", "strict"), [("127.0.0.1", False), ("192.0.2.1", True)])
def test_hsts_is_for_addresses_that_others_reach(tmp_path, address, strict):
    assert ("Strict-Transport-Security" in Site(tmp_path, 443, address).text()) is strict


def test_recordings_are_internal_only(tmp_path):
    text = Site(tmp_path, 443).text()
    place = text[text.index("location /protected/recordings/") :]
    assert place.index("internal;") < place.index("alias")
