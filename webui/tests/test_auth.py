import pytest

from webui.tests.forms import Person
from webui.tests.refusal import No

WAIT = {"path": "", "code": "wait", "text": "", "params": {"seconds": 8.0}}


def test_log_in_keeps_the_token_in_a_strict_cookie_and_nothing_else(client, served):
    person = Person(client)
    reply = person.post("/login", user="8001", password="agent-password-1")
    cookie = client.get_cookie("callbox_token")
    assert reply.status_code == 303
    assert served.do(lambda box: box.sessions[cookie.value]) == "8001"
    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "Strict")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (No(401, "log_in_failed"), "The name or the password is wrong."),
        (No(429, "throttled", problems=[WAIT]), "Wait 8.0 seconds"),
        (No(409, "something_new", "in the daemon's words"), "in the daemon&#39;s words"),
    ],
)
def test_a_refused_log_in_says_why_and_keeps_the_name(client, served, refusal, words):
    served.do(lambda box: box.refusals.update(LogIn=refusal))
    reply = Person(client).post("/login", user="8001", password="wrong")
    assert reply.status_code == 401
    assert words in reply.text
    assert 'value="8001"' in reply.text


def test_the_daemon_is_told_the_browsers_address(client, served):
    Person(client).post("/login", user="8001", password="agent-password-1")
    assert served.do(lambda box: box.seen[0].address) == "127.0.0.1"


@pytest.mark.parametrize("path", ["/desk", "/monitor", "/calls/", "/account"])
def test_pages_send_strangers_to_the_log_in_and_back(client, path):
    reply = Person(client).get(path)
    assert reply.status_code == 302
    assert reply.location == f"/login?next={path}"


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("8001", "/desk", 200),
        ("8001", "/monitor", 403),
        ("lead", "/monitor", 200),
        ("admin", "/desk", 200),
        ("8001", "/settings/", 403),
        ("lead", "/users/", 403),
        ("lead", "/prompts/", 403),
        ("admin", "/settings/", 200),
    ],
)
def test_roles_open_pages(log_in, user, path, status):
    assert log_in(user).get(path).status_code == status


@pytest.mark.parametrize(("user", "page"), [("8001", "/desk"), ("lead", "/monitor")])
def test_everybody_starts_at_his_own_page(log_in, user, page):
    assert log_in(user).get("/").location == page


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_log_in_never_leads_to_another_site(client, path):
    reply = Person(client).post(f"/login?next={path}", user="8001", password="agent-password-1")
    assert reply.location == "/"


def test_log_out_ends_the_session_in_the_daemon_too(log_in, served):
    person = log_in("8001")
    reply = person.post("/logout", token_from="/account")
    assert reply.status_code == 303
    assert person.cookie("callbox_token") is None
    assert served.do(lambda box: box.sessions) == {}


def test_a_session_that_ended_in_the_daemon_is_over_here(log_in, served):
    person = log_in("8001")
    served.do(lambda box: box.sessions.clear())
    assert person.get("/desk").location == "/login?next=/desk"
    assert person.get("/session").status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("agent-password-1", "short", "short", "at least 10 characters"),
        ("agent-password-1", "long-enough-1", "long-enough-2", "differ"),
        ("wrong", "long-enough-1", "long-enough-1", "The present password is wrong."),
    ],
)
def test_a_password_that_cannot_be_is_refused_in_words(log_in, old, new, again, words):
    reply = log_in("8001").post("/account", "/account", old=old, new=new, again=again)
    assert reply.status_code == 422
    assert words in reply.text


def test_the_own_password_changes(log_in, served):
    fields = {"old": "agent-password-1", "new": "long-enough-1", "again": "long-enough-1"}
    assert log_in("8001").post("/account", "/account", **fields).status_code == 303
    assert served.do(lambda box: box.users["8001"][1]) == "long-enough-1"


@pytest.mark.parametrize(("language", "tag"), [("zh_CN", "zh-CN"), ("en", "en")])
def test_the_language_is_remembered(log_in, language, tag):
    person = log_in("8001")
    reply = person.post("/language", "/account", language=language, next="/account")
    assert reply.location == "/account"
    assert f'<html lang="{tag}">' in person.get("/account").text


def test_without_a_choice_the_browser_decides(client):
    page = client.get("/login", base_url="https://localhost", headers={"Accept-Language": "en-GB"})
    assert '<html lang="en">' in page.text
