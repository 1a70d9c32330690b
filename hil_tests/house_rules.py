"""The budgets of the house as an executable rule: `python -m hil_tests.house_rules`.

Reads the syntax trees of what git tracks and prints everything over its limit; the exit
status is the number of findings (at most 1), so that `make check` fails on it.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES, PYX_LINES, MCU_LINES = 400, 300, 250
FUNCTION_LINES, TEST_LINES, VIEW_LINES = 40, 30, 20
CLASS_METHODS, CONSTRUCTOR_ARGUMENTS = 15, 7
FORBIDDEN_NAMES = ("utils", "helpers", "common", "manager")


def _tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.pyx"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for path in map(Path, listing.stdout.splitlines()) if path.exists()]


def _limit_of(path: Path) -> int:
    if path.suffix == ".pyx":
        return PYX_LINES
    return MCU_LINES if path.parts[:2] == ("board", "mcu") else MODULE_LINES


def _length(node: ast.AST) -> int:
    """Lines of the body; a docstring costs nothing."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _function_limit(path: Path, name: str) -> int:
    if "tests" in path.parts or path.parts[0] == "hil_tests":
        return TEST_LINES if name.startswith("test_") else FUNCTION_LINES
    return FUNCTION_LINES


def _findings(path: Path) -> Iterator[str]:
    text = path.read_text()
    count = text.count("\n")
    if count > _limit_of(path):
        yield f"{path}: {count} lines, the limit is {_limit_of(path)}"
    if path.stem in FORBIDDEN_NAMES:
        yield f"{path}: says nothing of what is in it"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            limit = _function_limit(path, node.name)
            if _length(node) > limit:
                at = f"{path}:{node.lineno}"
                yield f"{at}: {node.name} has {_length(node)} lines, the limit is {limit}"
        elif isinstance(node, ast.ClassDef):
            yield from _class_findings(path, node)


def _class_findings(path: Path, node: ast.ClassDef) -> Iterator[str]:
    methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [m for m in methods if not m.name.startswith("_")]
    if len(public) > CLASS_METHODS and "tests" not in path.parts:  # a fake is as wide as its model
        yield f"{path}:{node.lineno}: {node.name} has {len(public)} public methods"
    for method in methods:
        arguments = len(method.args.args) + len(method.args.kwonlyargs) - 1
        if method.name == "__init__" and arguments > CONSTRUCTOR_ARGUMENTS:
            yield f"{path}:{method.lineno}: {node.name} takes {arguments} arguments"


def main() -> int:
    """Print every finding; 1 if there is any."""
    findings = [line for path in _tracked() for line in _findings(path)]
    for line in findings:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"house rules: {len(findings)} findings\n")
    return min(1, len(findings))


if __name__ == "__main__":
    sys.exit(main())
