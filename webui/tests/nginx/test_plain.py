"""What is answered on the port of plain HTTP, by a real nginx."""

import subprocess

import httpx
import pytest

from webui.nginx.__main__ import command, prepare
from webui.nginx.configuration import Site
from webui.tests.rig import free_port, until_open


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("run"), free_port(), http_port=free_port())
    process = subprocess.Popen(command("/usr/sbin/nginx", prepare(site)), stderr=subprocess.DEVNULL)
    until_open(site.http_port, process)
    yield site
    process.terminate()
    process.wait(5)


def test_people_are_sent_to_https(site):
    answer = httpx.get(f"http://127.0.0.1:{site.http_port}/calls?page=2")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"https://127.0.0.1:{site.port}/calls?page=2"


def test_the_certificate_of_the_ca_can_be_had_before_it_is_trusted(site):
    answer = httpx.get(f"http://127.0.0.1:{site.http_port}/callbox-ca.crt")
    assert answer.content == (site.tls / "ca.crt").read_bytes()
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"


@pytest.mark.parametrize("path", ["/static/css/base.css", "/protected/recordings/x", "/ca.key"])
def test_nothing_else_comes_over_plain_http(site, path):
    assert httpx.get(f"http://127.0.0.1:{site.http_port}{path}").status_code == 308
