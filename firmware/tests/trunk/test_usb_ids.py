import logging

import pytest

from board.host.discovery import USB_IDS
from firmware.trunk.usb_ids import CREDENTIAL, VARIABLE, usb_identities


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


def test_a_box_knows_its_own_boards(tmp_path):
    assert usb_identities(None) == usb_identities(tmp_path) == USB_IDS


def test_a_credential_adds_identities(tmp_path):
    (tmp_path / CREDENTIAL).write_text("0403:6001=fxo, 10C4:ea60=e1\n")
    more = {(0x0403, 0x6001): "fxo", (0x10C4, 0xEA60): "e1"}
    assert usb_identities(tmp_path) == {**USB_IDS, **more}


def test_the_variable_goes_first_and_ours_cannot_be_changed(tmp_path, monkeypatch):
    (tmp_path / CREDENTIAL).write_text("0403:6001=fxo")
    monkeypatch.setenv(VARIABLE, "1209:cb01=fxo,0403:6001=e1")
    assert usb_identities(tmp_path) == {**USB_IDS, (0x0403, 0x6001): "e1"}


@pytest.mark.parametrize(
    "wrong",
    [
        b"0403:6001", b"403:6001=fxo", b"0403:6001=sip", b"0403:6001=fxo,", b"\xff\xfe",
        b"0403:6001=fxo=e1", b"x" * 5000,
    ],
)  # fmt: skip
def test_wrong_ones_are_told_and_ignored(wrong, tmp_path, caplog):
    (tmp_path / CREDENTIAL).write_bytes(wrong)
    with caplog.at_level(logging.ERROR):
        assert usb_identities(tmp_path) == USB_IDS
    assert len(caplog.records) == 1
    assert len(caplog.text) < 300


def test_an_unreadable_credential_is_told(tmp_path, caplog):
    (tmp_path / CREDENTIAL).mkdir()
    assert usb_identities(tmp_path) == USB_IDS
    assert "cannot be read" in caplog.text
