"""Where the box goes, and where its token goes."""

import pytest

from firmware.ota.ddi.links import Links
from firmware.ota.ddi.messages import BadMessage

LINKS = Links("https://ota.example/", "DEFAULT", "box 1/2")
ROOT = "https://ota.example/DEFAULT/controller/v1/box%201%2F2"


def test_the_root_is_of_the_settings() -> None:
    assert LINKS.root == ROOT
    assert LINKS.feedback("cancelAction", "7") == f"{ROOT}/cancelAction/7/feedback"
    assert Links("http://h:8080/sub", "T", "b").root == "http://h:8080/sub/T/controller/v1/b"


@pytest.mark.parametrize(
    "href",
    [
        f"{ROOT}/deploymentBase/7?c=1#part",
        f"{ROOT}/deploymentBase/7?c=1".replace("https", "http"),
        f"{ROOT}/deploymentBase/7?c=1".replace("ota.example", "inner-name:8080"),
        "/DEFAULT/controller/v1/box%201%2F2/deploymentBase/7?c=1",
    ],
)
def test_ddi_is_always_asked_at_the_origin_of_the_settings(href: str) -> None:
    assert LINKS.api(href) == f"{ROOT}/deploymentBase/7?c=1"


@pytest.mark.parametrize(
    "href",
    [
        "https://ota.example/DEFAULT/controller/v1/other/deploymentBase/7",
        f"{ROOT}/../other/deploymentBase/7",
        f"{ROOT}-not/deploymentBase/7",
        "https://ota.example/rest/v1/targets",
        "file:///etc/shadow",
        "ftp://ota.example/x",
        "https://user@ota.example/x",
        "https://ota.example:port/x",
        f"{ROOT}/a b",
        f"{ROOT}/\u0430",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_other_links_are_refused(href: str) -> None:
    with pytest.raises(BadMessage):
        LINKS.api(href)


def test_a_file_may_be_elsewhere_and_then_gets_no_token() -> None:
    url = LINKS.artifact("https://files.example/a.raucb?signature=x#part")
    assert url == "https://files.example/a.raucb?signature=x"
    assert not LINKS.ours(url)
    assert LINKS.ours("https://OTA.example:443/other")
    assert not LINKS.ours("http://ota.example/other")
    assert not LINKS.ours("https://ota.example:444/other")


def test_a_server_behind_a_proxy_may_think_it_has_no_tls() -> None:
    url = LINKS.artifact(f"{ROOT}/download".replace("https", "http"))
    assert url == f"{ROOT}/download"


@pytest.mark.parametrize("href", ["file:///etc/shadow", "smb://h/x", "http://u:p@h/x"])
def test_a_file_is_read_over_http_only(href: str) -> None:
    with pytest.raises(BadMessage):
        LINKS.artifact(href)


@pytest.mark.parametrize("url", ["ota.example", "ftp://ota.example", "https://", "https://u@h"])
def test_the_address_of_the_settings_is_checked_too(url: str) -> None:
    with pytest.raises(BadMessage):
        Links(url, "DEFAULT", "box")
