"""The OpenAPI 3.1 document, made from the contract: `python -m firmware.cti.openapi`.

It is kept beside the contract; a test says when it is not current.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from firmware.contract import setup_views, views
from firmware.contract.commands import COMMANDS, Command
from firmware.contract.model import Role
from firmware.contract.queries import QUERIES, Query

FILE = Path(__file__).parents[1] / "contract" / "openapi.json"
_REF = "#/components/schemas/{model}"
_FAILURES = {
    "400": "Malformed, or fields that are wrong: all of them in `problems`.",
    "401": "No session, or log-in failed.",
    "403": "The role does not allow this.",
    "404": "There is no such thing.",
    "409": "Not possible now, or somebody else changed it first.",
    "413": "More than 1 MB.",
    "422": "The configuration has problems: all of them in `problems`.",
    "429": "Too many attempts; `problems` says how long to wait.",
    "503": "The database cannot be written now.",
}


def document() -> dict[str, Any]:
    """The whole document as JSON data."""
    schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Callbox", "version": "1"},
        "security": [{"token": []}],
        "paths": {f"/api/v1/{name}": _path(name) for name in sorted({*COMMANDS, *QUERIES})},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
            "responses": {status: _failure(text) for status, text in _FAILURES.items()},
        },
    }


def _path(name: str) -> dict[str, Any]:
    path: dict[str, Any] = {}
    if name in COMMANDS:
        path["post"] = _command(name, COMMANDS[name])
    if name in QUERIES:
        path["get"] = _query(name, QUERIES[name])
    return path


def _command(name: str, kind: type[Command]) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=f"{name}Command")}
    operation = {
        "operationId": name,
        "summary": _summary(kind),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": _responses(kind.returns),
    }
    return operation | _right(kind.role)


def _query(name: str, kind: type[Query]) -> dict[str, Any]:
    fields = TypeAdapter(kind).json_schema(ref_template=_REF)
    required = fields.get("required", [])
    parameters = [
        {"name": field, "in": "query", "required": field in required, "schema": _inline(schema)}
        for field, schema in fields.get("properties", {}).items()
    ]
    operation = {
        "operationId": f"get{name}",
        "summary": _summary(kind),
        "parameters": parameters,
        "responses": _responses(kind.returns),
    }
    return operation | _right(kind.role)


def _right(role: Role | None) -> dict[str, Any]:
    """Who may; nobody needs to be logged in for role None."""
    return {"security": []} if role is None else {"x-role": role.value}


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _responses(returns: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "null"}
    if returns:
        name = returns.removeprefix("list[").removesuffix("]")
        answer = {"$ref": _REF.format(model=name)}
        if name != returns:
            answer = {"type": "array", "items": answer}
    content = {"application/json": {"schema": answer}}
    failures = {status: {"$ref": f"#/components/responses/{status}"} for status in _FAILURES}
    return {"200": {"description": "Done.", "content": content}} | failures


def _failure(text: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="Failure")}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _schemas() -> dict[str, Any]:
    """All commands' and views' schemas, with the enumerations that they use."""
    schemas: dict[str, Any] = {"Failure": _FAILURE}
    named: list[tuple[str, Any]] = [(f"{name}Command", kind) for name, kind in COMMANDS.items()]
    returned = {kind.returns for kind in COMMANDS.values()} | {"Problem"}
    returned |= {query.returns for query in QUERIES.values()}
    names = {name.removeprefix("list[").removesuffix("]") for name in returned if name}
    named += [(name, _view(name)) for name in sorted(names)]
    for query in QUERIES.values():
        schemas |= TypeAdapter(query).json_schema(ref_template=_REF).get("$defs", {})
    for name, kind in named:
        mode: Any = "validation" if name.endswith("Command") else "serialization"
        schema = TypeAdapter(kind).json_schema(ref_template=_REF, mode=mode)
        schemas |= schema.pop("$defs", {})
        schemas[name] = schema
    return dict(sorted(schemas.items()))


def _view(name: str) -> Any:
    return getattr(views, name, None) or getattr(setup_views, name)


_FAILURE = {
    "type": "object",
    "required": ["status", "code", "text", "problems"],
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "text": {"type": "string"},
        "problems": {"type": "array", "items": {"$ref": _REF.format(model="Problem")}},
    },
}


def _summary(kind: type) -> str:
    return (kind.__doc__ or "").split("\n", 1)[0]


def text() -> str:
    """The file's content."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")


if __name__ == "__main__":
    main()
