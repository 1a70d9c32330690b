"""Commands and queries to those who carry them out: validated, and rights checked, here only.

The same for HTTP and for the WebSocket.  Results are JSON data.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from firmware.contract.commands import COMMANDS, Command
from firmware.contract.model import Role
from firmware.contract.queries import QUERIES, Query
from firmware.cti.failures import EXPECTED, Failure, failure, forbidden, invalid, no_session
from firmware.sessions import Identity

C = TypeVar("C", bound=Command)
Handler = Callable[[Any, Identity], Any | Awaitable[Any]]
"""`handler(command, identity) -> view`; may be a coroutine function."""


class Dispatcher:
    """One for the daemon."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._providers: dict[str, Handler] = {}
        self._adapters: dict[type, TypeAdapter[Any]] = {}

    def register(
        self, kind: type[C], handler: Callable[[C, Identity], Any | Awaitable[Any]]
    ) -> None:
        """Have `handler` carry out commands of this kind."""
        self._handlers[kind.__name__] = handler

    def register_view(
        self, name: str, provider: Callable[[Any, Identity], Any | Awaitable[Any]]
    ) -> None:
        """Have `provider(query, identity)` answer the query of this name."""
        if name not in QUERIES:
            raise KeyError(name)
        self._providers[name] = provider

    def missing(self) -> set[str]:
        """Commands and queries that nobody carries out: a mistake of the program."""
        return (set(COMMANDS) - set(self._handlers)) | (set(QUERIES) - set(self._providers))

    def is_open(self, name: str) -> bool:
        """Say whether this command needs no session (LogIn)."""
        return name in COMMANDS and COMMANDS[name].role is None

    async def command(self, name: str, fields: Any, identity: Identity | None) -> Any:
        """Carry out the command `name`; raises Failure."""
        kind, handler = COMMANDS.get(name), self._handlers.get(name)
        if kind is None or handler is None:
            raise Failure(404, "unknown_command", f"there is no command '{name[:64]}'")
        _allow(kind.role, identity)
        try:
            command = self._adapter(kind).validate_python(fields)
        except ValidationError as error:
            raise invalid(error) from None
        return await _answer(handler, command, identity)

    async def query(self, name: str, fields: Mapping[str, str], identity: Identity | None) -> Any:
        """Answer the query `name`; `fields` are texts, as in an address; raises Failure."""
        kind, provider = QUERIES.get(name), self._providers.get(name)
        if kind is None or provider is None:
            raise Failure(404, "unknown_view", f"there is no view '{name[:64]}'")
        _allow(kind.role, identity)
        try:
            query: Query = self._adapter(kind).validate_strings(fields)
        except ValidationError as error:
            raise invalid(error) from None
        return await _answer(provider, query, identity)

    def _adapter(self, kind: type) -> TypeAdapter[Any]:
        if kind not in self._adapters:
            self._adapters[kind] = TypeAdapter(kind)
        return self._adapters[kind]


def _allow(role: Role | None, identity: Identity | None) -> None:
    """The one place where rights are checked."""
    if role is None:
        return
    if identity is None:
        raise no_session()
    if not identity.may(role):
        raise forbidden()


async def _answer(handler: Handler, asked: Any, identity: Any) -> Any:
    try:
        result = handler(asked, identity)
        if inspect.isawaitable(result):
            result = await result
    except EXPECTED as error:
        raise failure(error) from error
    return to_jsonable_python(result)
