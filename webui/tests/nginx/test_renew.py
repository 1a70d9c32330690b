import os
import signal

import pytest

from webui.nginx import renew as renewal
from webui.nginx.renew import renew


@pytest.fixture
def told():
    """How often this process, in nginx's place, was told to read again."""
    signals = []
    before = signal.signal(signal.SIGHUP, lambda number, _frame: signals.append(number))
    yield signals
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx" / "nginx.pid").write_text(f"{os.getpid()}\n")
    return tmp_path


def test_nginx_is_told_of_a_new_address_once(run, told, monkeypatch):
    monkeypatch.setattr(renewal, "own_names", lambda: ["127.0.0.1"])
    assert renew(run, run / "tls", ["callbox.local"])
    assert not renew(run, run / "tls", ["callbox.local"])
    assert len(told) == 1
    monkeypatch.setattr(renewal, "own_names", lambda: ["127.0.0.1", "192.0.2.7"])
    assert renew(run, run / "tls", ["callbox.local"])
    assert len(told) == 2


@pytest.mark.parametrize("pid", ["", "x", "999999999"])
def test_without_nginx_the_certificate_is_made_all_the_same(run, told, pid):
    (run / "nginx" / "nginx.pid").write_text(pid)
    assert renew(run, run / "tls", [])
    assert (run / "tls" / "box.crt").exists()
    assert told == []
