import pytest

from firmware.contract.commands import FinishSetup
from webui.tests.fake_setup import KEY, LABEL
from webui.tests.forms import Person
from webui.tests.refusal import No

FORM = {
    "company": "华星科技",
    "language": "zh_CN",
    "country": "CN",
    "area_code": "010",
    "timezone": "Asia/Shanghai",
    "numbers.e1": "010 8888-6666，010 8888-6667",
    "numbers.analog.1": "(010) 88887001",
    "numbers.analog.2": "",
    "password": "long-enough-1",
    "again": "long-enough-1",
    "agents": "王芳\n\n 李强 ",
}
WAIT = {"path": "", "code": "wait", "text": "", "params": {"seconds": 8.0}}


@pytest.fixture
def new_box(served):
    served.do(lambda box: box.setup.begin())
    return served


@pytest.fixture
def person(client, new_box):
    return Person(client)


def opened(person):
    """Past the first step."""
    assert person.post("/setup/label", "/setup/", label_password=LABEL).status_code == 303
    return person


def finish(person, **changes):
    return person.post("/setup/", "/setup/", **FORM | changes)


@pytest.mark.parametrize("path", ["/", "/login", "/desk", "/monitor", "/update/", "/nothing/"])
def test_every_page_of_a_new_box_leads_to_its_set_up(person, path):
    reply = person.get(path)
    assert (reply.status_code, reply.location) in [(302, "/setup/"), (404, None)]
    assert (reply.status_code == 404) == (path == "/nothing/")


def test_forms_of_other_pages_are_refused_meanwhile(person):
    assert person.post("/login", "/setup/", user="admin", password="x").status_code == 409


def test_the_language_can_be_chosen_first(person):
    reply = person.post("/language", "/setup/", language="zh_CN", next="/setup/")
    assert reply.status_code == 303
    assert "标签上的密码" in person.get("/setup/").text


def test_the_first_step_asks_for_the_labels_password_only(person):
    assert "Password on the label" in person.get("/setup/").text
    opened(person)
    cookie = person.client.get_cookie("callbox_setup", path="/setup")
    assert cookie.value == KEY
    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "Strict")
    assert "Name of the company" in person.get("/setup/").text


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (No(401, "log_in_failed"), "This is not the password on the label."),
        (No(429, "throttled", problems=[WAIT]), "Wait 8.0 seconds"),
        (No(409, "already_set_up"), "set up already"),
    ],
)
def test_a_refused_label_says_why(person, new_box, refusal, words):
    new_box.do(lambda box: box.refusals.update(OpenSetup=refusal))
    reply = person.post("/setup/label", "/setup/", label_password="nope")
    assert reply.status_code == 401
    assert words in reply.text


def test_what_is_typed_becomes_one_command(person, new_box):
    reply = finish(opened(person))
    assert reply.status_code == 200
    seen = new_box.do(lambda box: [one for one in box.seen if isinstance(one, FinishSetup)])
    (command,) = seen
    assert command.numbers == {"e1": ("01088886666", "01088886667"), "analog.1": ("01088887001",)}
    assert command.agents == ("王芳", "李强")
    assert (command.label_password, command.address) == (KEY, "127.0.0.1")


def test_the_end_shows_the_log_ins_once_and_logs_the_administrator_in(person, new_box):
    page = finish(opened(person)).text
    for words in ("王芳", "8001", "pass-word-0000", "8002", "pass-word-0001", "shown this once"):
        assert words in page
    token = person.cookie("callbox_token")
    assert new_box.do(lambda box: box.sessions[token]) == "admin"
    assert person.client.get_cookie("callbox_setup", path="/setup") is None
    assert person.get("/setup/").location == "/login"
    assert person.get("/settings/").status_code == 200


def test_a_box_is_set_up_once(person, new_box):
    opened(person)
    token_page = person.get("/setup/")
    assert token_page.status_code == 200
    finish(person)
    reply = person.post("/setup/", "/account", **FORM)
    assert reply.status_code == 409
    assert "set up already" in reply.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("company", " ", "must be given"),
        ("password", "short", "needs at least 10 characters"),
        ("again", "something else", "The two passwords differ."),
        ("timezone", "Asia/Nowhere", "there is no such time zone"),
        ("numbers.e1", "010 CALL ME", "This is no telephone number."),
        ("numbers.analog.1", "0101, 0102", "An analogue line has one number."),
        ("agents", "\n".join("x" * 31), "At most 30 here"),
        ("agents", "x" * 81, "A name is too long."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_stays(person, field, value, words):
    reply = finish(opened(person), **{field: value})
    assert reply.status_code == 422
    place = reply.text.partition(f'<div id="{field}-more">')[2].partition("</div>")[0]
    assert words in place
    assert "李强" in reply.text or field == "agents"
    assert "long-enough-1" not in reply.text


def test_a_key_that_is_too_old_leads_back_to_the_first_step(person, new_box):
    opened(person)
    new_box.do(lambda box: box.refusals.update(FinishSetup=No(401, "log_in_failed")))
    reply = finish(person)
    assert reply.status_code == 401
    assert "Type the label’s password again" in reply.text
    assert person.client.get_cookie("callbox_setup", path="/setup") is None


def test_lines_without_a_board_are_not_asked_for(person):
    page = opened(person).get("/setup/").text
    assert "numbers.analog.2" in page
    assert "numbers.analog.3" not in page


def test_a_box_that_is_set_up_has_no_set_up_page(client, served):
    person = Person(client)
    assert person.get("/setup/").location == "/login"
    assert person.get("/login").status_code == 200
    reply = person.post("/setup/label", label_password=LABEL)
    assert "set up already" in reply.text
