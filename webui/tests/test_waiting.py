import httpx
import pytest

from firmware.contract.commands import LogOut
from firmware.contract.setup_views import SetupView
from webui import daemon


@pytest.fixture
def waits():
    """(client of a callboxd that answers, how long the last request would have waited)."""
    asked = {}

    def answer(request):
        asked.update(request.extensions["timeout"])
        return httpx.Response(200, json={"pending": False})

    transport = httpx.MockTransport(answer)
    client = httpx.Client(transport=transport, base_url="http://callboxd", timeout=10)
    yield daemon.Daemon(client), asked
    client.close()


def test_a_command_that_takes_long_is_not_said_to_have_failed(waits):
    client, asked = waits
    client.command(LogOut())
    assert (asked["connect"], asked["read"]) == (10, 60)


def test_a_page_does_not_wait_long_for_what_it_only_shows(waits):
    client, asked = waits
    client.view("Setup", SetupView)
    assert asked["read"] == 10
