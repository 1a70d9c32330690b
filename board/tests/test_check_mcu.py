# The firmware as it goes onto the board: compiled for its processor, typed against its stubs.
import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("check_mcu", Path(__file__).parent / "check_mcu.py")
check = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(check)


@pytest.mark.parametrize("path", check.firmware(), ids=lambda path: path.stem)
def test_compiles_for_the_board(path):
    assert check.compiled(path) == ""


def test_what_is_no_micropython_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "BUILD", tmp_path / "build")
    wrong = tmp_path / "wrong.py"
    wrong.write_text("@micropython.viper\ndef f(a: ptr8) -> int:\n    return a + 'x'\n")
    assert "ViperTypeError" in check.compiled(wrong)


@pytest.mark.timeout(60)  # mypy without its cache
def test_types_agree_with_the_stubs_of_the_rp2350():
    assert check.types() == []


def test_every_file_of_the_firmware_is_checked():
    names = {path.name for path in check.firmware()}
    assert {
        "wire.py",
        "main.py",
        "main_fxo.py",
        "rp2.py",
        "rp2_fxo.py",
        "si3050.py",
        "pio.py",
    } <= names
    assert not names & check.NOT_ON_THE_BOARD
