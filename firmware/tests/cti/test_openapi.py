from firmware.contract.commands import COMMANDS
from firmware.contract.queries import QUERIES
from firmware.cti.openapi import FILE, document, main, text


def references(node):
    """All `$ref` in the document."""
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_the_file_beside_the_contract_is_current():
    assert FILE.read_text(encoding="utf-8") == text(), "run python -m firmware.cti.openapi"


def test_every_command_and_query_is_described():
    paths = document()["paths"]
    assert {n for n in COMMANDS if "post" in paths[f"/api/v1/{n}"]} == set(COMMANDS)
    assert {n for n in QUERIES if "get" in paths[f"/api/v1/{n}"]} == set(QUERIES)


def test_every_reference_leads_somewhere():
    whole = document()
    for reference in references(whole):
        place = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_tool_writes_the_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("firmware.cti.openapi.FILE", tmp_path / "openapi.json")
    main()
    assert (tmp_path / "openapi.json").read_text() == text()
    assert "openapi.json" in capsys.readouterr().out
