import subprocess

import pytest

from webui.nginx.__main__ import command, options, prepare
from webui.nginx.configuration import Site

NGINX = "/usr/sbin/nginx"


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "*"])
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


def on_the_box(tmp_path):
    site, names = options(
        ["--run", str(tmp_path / "run"), "--address", "*", "--port", "443", "--http-port", "80",
         "--tls", str(tmp_path / "tls"), "--temporary", str(tmp_path / "temporary"),
         "--log", "stderr", "--name", "callbox.local"]
    )  # fmt: skip
    return site, names


def test_the_box_listens_on_all_addresses_and_nowhere_else(tmp_path):
    site, _ = on_the_box(tmp_path)
    listens = [line.split()[1:] for line in site.text().splitlines() if "listen " in line]
    assert listens == [
        ["0.0.0.0:443", "ssl;"], ["[::]:443", "ssl;"], ["0.0.0.0:80;"], ["[::]:80;"],
    ]  # fmt: skip


def test_the_box_keeps_keys_and_uploads_off_the_run_folder(tmp_path):
    site, names = on_the_box(tmp_path)
    path = prepare(site, names)
    text = path.read_text()
    assert f"client_body_temp_path {tmp_path / 'temporary'}/body;" in text
    assert f"ssl_certificate_key {tmp_path / 'tls'}/box.key;" in text
    assert "error_log stderr" in text
    assert not (tmp_path / "run" / "log").exists()
    assert b"PRIVATE" not in (tmp_path / "run" / "nginx" / "ca.crt").read_bytes()


def test_an_update_goes_straight_to_the_pages(tmp_path):
    text = Site(tmp_path, 443).text()
    place = text[text.index("location = /update/upload") :]
    place = place[: place.index("}")]
    assert "proxy_request_buffering off;" in place
    assert "client_max_body_size 2g;" in place
    assert "limit_conn" in place
