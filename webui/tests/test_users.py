import pytest

NEW = {"user": "8003", "role": "agent", "password": "long-enough-1"}


def test_a_log_in_is_created(log_in, served):
    reply = log_in("admin").post("/users/", "/users/", **NEW)
    assert reply.status_code == 303
    assert served.do(lambda box: box.users["8003"]) == ("agent", "long-enough-1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "short"}, "at least 10 characters"),
        ({"user": " "}, "Name and role must be given."),
        ({"role": "king"}, "Name and role must be given."),
    ],
)
def test_a_log_in_that_cannot_be_is_refused(log_in, served, change, words):
    reply = log_in("admin").post("/users/", "/users/", **(NEW | change))
    assert reply.status_code == 422
    assert words in reply.text
    assert "8003" not in served.do(lambda box: box.users)


def test_a_log_in_is_removed(log_in, served):
    log_in("admin").post("/users/8002/remove", "/users/")
    assert "8002" not in served.do(lambda box: box.users)


def test_a_password_never_comes_back_in_a_page(log_in):
    reply = log_in("admin").post("/users/", "/users/", **(NEW | {"user": ""}))
    assert "long-enough-1" not in reply.text
