import re

import httpx
import pytest

from webui.daemon import Daemon
from webui.tests.forms import Person

PAGES = [
    "/login",
    "/desk",
    "/monitor",
    "/calls/",
    "/account",
    "/nowhere",
    "/settings/",
    "/users/",
    "/prompts/",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_security_headers(log_in, path):
    headers = log_in("admin").get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "script-src 'self';" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_script_or_style(log_in, path):
    text = log_in("admin").get(path).text
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in one or 'type="application/json"' in one for one in scripts)
    assert re.search(r"<style|\sstyle=|\son\w+=", text) is None


def test_what_others_typed_is_escaped(log_in, reader):
    page = log_in("admin").get(f"/calls/{reader.records[0].call}").text
    assert "&lt;b&gt;not bold&lt;/b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/logout", 405)])
def test_errors_are_pages_in_words(log_in, path, status):
    reply = log_in("8001").get(path)
    assert reply.status_code == status
    assert f"Error {status}" in reply.text


def _away(request):
    raise httpx.ConnectError("no such socket", request=request)


def test_a_daemon_that_is_away_is_said_in_words(client):
    person = Person(client)
    client.set_cookie("callbox_token", "any")
    client.application.extensions["daemon"] = Daemon(
        httpx.Client(transport=httpx.MockTransport(_away), base_url="http://callboxd")
    )
    reply = person.get("/desk")
    assert reply.status_code == 503
    assert "call control does not answer" in reply.text


def test_too_large_a_form_is_refused(log_in):
    reply = log_in("8001").post("/account", "/account", old="x" * (2 << 20))
    assert reply.status_code == 413
