"""The docstring under each field of a model: the help text of its form field.

`extract` gives the same texts to Babel, so that they are in the catalogues.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import IO, Any

from pydantic import BaseModel


@cache
def of(model: type[BaseModel]) -> dict[str, str]:
    """Field name -> the docstring below it, on one line."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    return {name: text for _line, name, text in _fields(tree.body[0])}


def extract(
    fileobj: IO[bytes], _keywords: Any, _comments: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extraction method: line, function, message, comments; there are no `options`."""
    del options
    for node in ast.walk(ast.parse(fileobj.read())):
        if isinstance(node, ast.ClassDef):
            for line, _name, text in _fields(node):
                yield line, "", text, []


def _fields(node: ast.AST) -> Iterator[tuple[int, str, str]]:
    body = node.body if isinstance(node, ast.ClassDef) else []
    for field, below in pairwise(body):
        match (field, below):
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield below.lineno, name, " ".join(text.split())
