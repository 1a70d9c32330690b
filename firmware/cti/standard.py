"""Commands and queries about users, configuration, records and everything live."""

import asyncio
from collections.abc import Callable

from firmware.config import Configuration
from firmware.contract import commands, queries, views
from firmware.contract.config import Labelled
from firmware.contract.ids import QueueId
from firmware.contract.model import Role
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.failures import Failure
from firmware.cti.visibility import visible
from firmware.sessions import Identity
from firmware.store.read import CallFilter, ReadModels
from firmware.users import Users


def register_users(dispatcher: Dispatcher, users: Users) -> None:
    """Log-in, passwords, log-ins of others."""
    dispatcher.register(commands.LogIn, lambda c, _: users.log_in(c.user, c.password, c.address))
    dispatcher.register(commands.LogOut, lambda _, identity: users.log_out(identity))
    dispatcher.register(
        commands.ChangePassword, lambda c, identity: users.change_password(identity, c.old, c.new)
    )
    dispatcher.register(
        commands.SetUserPassword, lambda c, _: users.set_password(c.user, c.user_role, c.password)
    )
    dispatcher.register(commands.RemoveUser, lambda c, _: users.remove(c.user))
    dispatcher.register_view("Session", lambda _, identity: users.view(identity))
    dispatcher.register_view("Users", lambda _query, _identity: users.all())


def register_configuration(
    dispatcher: Dispatcher, configuration: Configuration, reads: ReadModels
) -> None:
    """Proposals, history, and what a desk needs of the configuration."""

    async def propose(command: commands.ProposeConfig, identity: Identity) -> views.ConfigAccepted:
        base, path, value = command.base_revision, command.path, command.value
        return views.ConfigAccepted(await configuration.propose(base, path, value, identity.user))

    async def config(query: queries.Config, _: Identity) -> views.ConfigView:
        if query.revision is None:
            return views.ConfigView(configuration.revision, configuration.document())
        document = await asyncio.to_thread(configuration.document_of, query.revision)
        if document is None:
            raise Failure(404, "unknown_revision", f"there is no revision {query.revision}")
        return views.ConfigView(query.revision, document)

    dispatcher.register(commands.ProposeConfig, propose)
    dispatcher.register_view("Config", config)
    dispatcher.register_view("Revisions", lambda *_: asyncio.to_thread(reads.revisions))
    dispatcher.register_view("Desk", lambda *_: desk(configuration))


def register_records(dispatcher: Dispatcher, reads: ReadModels) -> None:
    """Call records and the ledger; an agent gets the calls in which he took part."""

    async def calls(query: queries.Calls, identity: Identity) -> views.CallPage:
        agent = query.agent if identity.may(Role.SUPERVISOR) else identity.agent
        wanted = CallFilter(
            since_ms=query.since_ms,
            until_ms=query.until_ms,
            number=query.number,
            agent=agent,
            queue=query.queue,
            direction=query.direction,
            outcome=query.outcome,
        )
        return await asyncio.to_thread(reads.calls, wanted, query.limit, query.offset)

    async def call(query: queries.Call, identity: Identity) -> views.CallRecord:
        record = await asyncio.to_thread(reads.call, query.call)
        if record is None or not _may_see(record, identity):
            raise Failure(404, "unknown_call", "there is no such call")
        return record

    async def events(query: queries.Events, _: Identity) -> views.EventPage:
        return await asyncio.to_thread(reads.events, query.since, query.limit)

    dispatcher.register_view("Calls", calls)
    dispatcher.register_view("Call", call)
    dispatcher.register_view("Events", events)


def register_live(dispatcher: Dispatcher, snapshot: Callable[[], views.Snapshot]) -> None:
    """Everything live, as far as the person may see it."""
    dispatcher.register_view("Snapshot", lambda _, identity: visible(snapshot(), identity))


def desk(configuration: Configuration) -> views.DeskView:
    """What an agent's desk offers to choose from."""
    config = configuration.current
    return views.DeskView(
        revision=configuration.revision,
        colleagues=tuple(views.Choice(a, {"": it.name}) for a, it in config.agents.items()),
        queues=tuple(
            views.DeskQueue(QueueId(name), queue.name, queue.dispositions)
            for name, queue in config.queues.items()
        ),
        pause_reasons=_choices(config.pause_reasons),
        dispositions=_choices(config.dispositions),
        nodes=tuple(
            views.Choice(f"{name}.{key}", dict(node.label))
            for name, flow in config.flows.items()
            for key, node in flow.nodes.items()
        ),
        timezone=config.site.timezone,
    )


def _choices(labelled: dict[str, Labelled]) -> tuple[views.Choice, ...]:
    return tuple(
        views.Choice(name, {language.value: text for language, text in item.label.items()})
        for name, item in labelled.items()
    )


def _may_see(record: views.CallRecord, identity: Identity) -> bool:
    took_part = {record.agent, *(part.who for part in record.parts)}
    return identity.may(Role.SUPERVISOR) or identity.agent in took_part
