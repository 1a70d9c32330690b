import json

import pytest

from firmware.sizing.__main__ import main


def test_advice_is_printed(capsys):
    assert main(["plan", "--trade", "utility", "--customers", "40000"]) == 0
    said = capsys.readouterr().out
    assert "Lines: " in said
    assert "Recordings of 180 days" in said


def test_advice_in_chinese_and_as_json(capsys):
    assert main(["plan", "--calls-a-day", "300", "--language", "zh_CN"]) == 0
    assert "线路：" in capsys.readouterr().out
    assert main(["plan", "--calls-a-day", "300", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["agents"]["expected"] == 6


def test_half_hours_from_a_file(capsys, tmp_path):
    history = tmp_path / "h.csv"
    history.write_text("start,offered,handle_s\n2026-11-16T09:30,40,200\n2026-11-16T10:00,20,\n")
    assert main(["forecast", "--history", str(history), "--day", "2026-11-23"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["09:30", "10:00"]
    assert said[0].endswith("7 agents")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "nothing is known of a Monday"),
        ("a,b\n1,2\n", "line 2"),
        ("start,offered,handle_s\n2026-11-16T09:30,many,1\n", "line 2"),
        ("start,offered,handle_s\n2026-11-16T09:30,-1,1\n", "line 2"),
        ("start,offered,handle_s\n2026-11-16T09:30,1,nan\n", "line 2"),
        ("start,offered,handle_s\n2026-11-16T09:30\n", "line 2"),
    ],
)
def test_a_broken_file_is_told_with_its_line(capsys, tmp_path, text, wanted):
    history = tmp_path / "h.csv"
    history.write_text(text)
    assert main(["forecast", "--history", str(history), "--day", "2026-11-23"]) == 2
    assert wanted in capsys.readouterr().err


def test_answers_that_cannot_be_are_named(capsys):
    assert main(["plan", "--calls-a-day", "300", "--hours", "30"]) == 2
    assert "hours" in capsys.readouterr().err
    assert main(["plan"]) == 2
    assert "calls" in capsys.readouterr().err
