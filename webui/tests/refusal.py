"""How the fake box says no."""

from typing import Any


class No(Exception):
    """A refusal as the daemon words it."""

    def __init__(self, status: int, code: str, text: str = "", problems: Any = ()) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": code, "text": text or code, "problems": list(problems)}
