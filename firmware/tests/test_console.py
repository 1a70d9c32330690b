import hashlib
import os
import pty
import ssl
import tty

import pytest

from firmware.console import Sources, show, text
from webui.nginx.ca import ensure


@pytest.fixture
def sources(tmp_path):
    ensure(tmp_path / "tls", ["127.0.0.1"])
    (tmp_path / "release").write_text("VERSION=1.2.3\nBUILD=20261122T000000Z\n")
    (tmp_path / "first").write_text("setup abcd-efgh-jkmn\n")
    return Sources(tmp_path / "release", tmp_path / "first", tmp_path / "tls" / "ca.crt")


def test_it_says_version_addresses_and_password(sources):
    screen = text(sources, ["192.0.2.7", "2001:db8::7"])
    assert "Callbox 1.2.3\n" in screen
    for place in ("callbox.local", "192.0.2.7", "[2001:db8::7]"):
        assert f"    https://{place}\n" in screen
    assert "setup abcd-efgh-jkmn" in screen


def test_the_fingerprint_is_that_of_the_certificate(sources):
    der = ssl.PEM_cert_to_DER_cert(sources.ca.read_text())
    shown = "".join(text(sources, []).split())
    assert hashlib.sha256(der).hexdigest().upper() in shown.replace(":", "")


def test_without_a_network_it_asks_for_the_cable(sources):
    screen = text(sources, [])
    assert "Is the cable in?" in screen
    assert "https://" not in screen


def test_after_set_up_no_password_is_left(sources):
    sources.first.unlink()
    assert "assword" not in text(sources, ["192.0.2.7"])


def test_a_new_box_without_any_file_is_shown_too(tmp_path):
    nothing = tmp_path / "nothing"
    assert "Callbox\n" in text(Sources(nothing, nothing, nothing), [])


def test_files_cannot_send_commands_to_the_terminal(sources):
    sources.first.write_bytes(b"\x1b]0;x\x07\xff" + b"y" * 9000)
    screen = text(sources, [])
    assert "\x1b" not in screen
    assert "\x07" not in screen
    assert max(map(len, screen.splitlines())) <= 79


def test_it_fits_a_screen_of_25_lines(sources):
    sources.first.write_text("\n".join(f"80{n:02} 0123456789ab" for n in range(5)))
    assert len(text(sources, ["192.0.2.7", "2001:db8::7"]).splitlines()) < 25


def test_a_terminal_shows_it_in_place_of_the_old_text():
    reader, terminal = pty.openpty()
    tty.setraw(terminal)
    show(os.ttyname(terminal), "one\ntwo\n")
    assert os.read(reader, 100) == b"\x1b[H\x1b[2J\x1b[3Jone\r\ntwo\r\n"
    os.close(reader)
    os.close(terminal)


def test_a_terminal_that_is_not_there_is_left(tmp_path):
    show(tmp_path / "ttyS0", "text")
    assert list(tmp_path.iterdir()) == []
