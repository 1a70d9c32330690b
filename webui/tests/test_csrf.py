import re

import pytest

from webui.tests.forms import Person

TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def token(person, path="/account"):
    return TOKEN.search(person.get(path).text)[1]


@pytest.mark.parametrize("sent", [None, "", "made-up", "nonce-abc.aaaa.bbbb"])
def test_a_form_without_a_good_token_is_refused_and_changes_nothing(log_in, served, sent):
    person = log_in("8001")
    data = {"old": "agent-password-1", "new": "long-enough-1", "again": "long-enough-1"}
    if sent is not None:
        data["form_token"] = sent
    reply = person.client.post("/account", base_url="https://localhost", data=data)
    assert reply.status_code == 400
    assert "out of date" in reply.text
    assert served.do(lambda box: box.users["8001"][1]) == "agent-password-1"


def test_a_token_of_another_browser_is_refused(log_in):
    first, second = log_in("8001"), log_in("8001")
    reply = second.client.post(
        "/logout", base_url="https://localhost", data={"form_token": token(first)}
    )
    assert reply.status_code == 400


def test_a_token_from_before_the_log_in_is_refused_after_it(client):
    person = Person(client)
    old = token(person, "/login")
    person.post("/login", user="8001", password="agent-password-1")
    reply = client.post("/logout", base_url="https://localhost", data={"form_token": old})
    assert reply.status_code == 400


def test_a_script_may_send_the_token_as_a_header(log_in):
    person = log_in("8001")
    headers = {"X-Form-Token": token(person)}
    assert person.client.post(
        "/logout", base_url="https://localhost", headers=headers
    ).status_code == 303  # fmt: skip
