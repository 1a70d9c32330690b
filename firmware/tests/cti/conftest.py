"""The daemon's door with everything behind it but calls."""

import asyncio

import pytest
from aiohttp import test_utils
from argon2 import PasswordHasher

from firmware.config import Configuration, default_document
from firmware.contract.model import AgentState, CallPhase, Direction, LegState, Role
from firmware.contract.views import (
    AgentView,
    CallView,
    LegView,
    LevelView,
    QueueView,
    Snapshot,
    SpanView,
)
from firmware.cti.dispatcher import Dispatcher
from firmware.cti.live import Hub
from firmware.cti.server import Server
from firmware.cti.standard import (
    register_configuration,
    register_live,
    register_records,
    register_users,
)
from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.store.read import ReadModels
from firmware.users import Users

DEFAULT = default_document()
LEG = LegView("c1.2", LegState.CONNECTED, agent="8001")


class Box:
    """What the tests look at and change."""

    def __init__(self, database, clock, timers):
        self.clock, self.timers = clock, timers
        self.ledger = Ledger(open_database(database), clock, Projector())
        self.ledger.start()
        self.reads = ReadModels(database)
        self.configuration = Configuration(self.ledger, clock)
        self.configuration.load(DEFAULT)
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.users = Users(self.ledger, clock, lambda: "zh_CN", hasher)
        self.dispatcher = Dispatcher()
        self.presences = asyncio.Queue()
        self.live = {
            "spans": (SpanView("e1", "E1", board=True, link=True, alarms=(), channels=()),),
            "queues": (self.queue("sales", 0), self.queue("service", 0)),
            "agents": (self.agent("8001", "sales"), self.agent("8002", "sales", "service")),
            "calls": (),
        }
        self.levels: list[tuple[str, LevelView]] = []
        self.hub = Hub(
            self.ledger, timers, self.snapshot, self.users.sessions.lives, self.presence,
            lambda: self.levels,
        )  # fmt: skip
        register_users(self.dispatcher, self.users)
        register_configuration(self.dispatcher, self.configuration, self.reads)
        register_records(self.dispatcher, self.reads)
        register_live(self.dispatcher, self.snapshot)
        self.server = Server(self.dispatcher, self.hub, self.users.sessions)

    def presence(self, agent, *, here):
        self.presences.put_nowait((agent, here))

    def snapshot(self):
        now_ms, revision = self.clock.utc_ms(), self.configuration.revision
        return Snapshot(self.ledger.seq, now_ms, revision, **self.live)

    def token(self, user, role):
        return self.users.sessions.open(user, role)

    @staticmethod
    def queue(name, waiting):
        return QueueView(name, name, waiting, None, ready=0, busy=0, logged_in=0)

    @staticmethod
    def agent(name, *queues, state=AgentState.READY):
        return AgentView(name, name, state, 0, queues=queues)

    @staticmethod
    def call(name, agent=None, phase=CallPhase.TALKING):
        legs = (LEG,) if agent == "8001" else ()
        return CallView(name, Direction.INBOUND, phase, "139", "010", 0, agent=agent, legs=legs)


class Desktop:
    """A client on the live connection."""

    def __init__(self, socket):
        self.socket, self.number = socket, 0

    async def ask(self, method, **params):
        """Send a request; the messages up to its answer, and the answer."""
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        await self.socket.send_json(request)
        before = []
        while (message := await self.receive()).get("id") != self.number:
            before.append(message)
        return before, message

    async def subscribe(self, since=None):
        params = {} if since is None else {"since": since}
        before, answer = await self.ask("Subscribe", **params)
        return before, answer["result"]

    async def receive(self):
        return await asyncio.wait_for(self.socket.receive_json(), 5)

    async def close_code(self):
        """Read to the end."""
        while (await asyncio.wait_for(self.socket.receive(), 5)).data is not None:
            pass
        return self.socket.close_code


@pytest.fixture
async def box(tmp_path, clock, timers):
    box = Box(tmp_path / "calls.db", clock, timers)
    yield box
    box.reads.close()
    box.ledger.close()


@pytest.fixture
async def client(box):
    server = test_utils.TestServer(box.server.application())
    async with test_utils.TestClient(server) as client:
        yield client
        await box.server.close()


@pytest.fixture
def headers(box):
    """Makes the header of a person with this role."""
    names = {Role.AGENT: "8001", Role.SUPERVISOR: "lead", Role.ADMINISTRATOR: "admin"}

    def make(role=Role.AGENT, user=None):
        return {"Authorization": f"Bearer {box.token(user or names[role], role)}"}

    return make


@pytest.fixture
def connect(client, headers):
    """Opens live connections."""

    async def open_socket(role=Role.AGENT, user=None):
        return Desktop(await client.ws_connect("/live", headers=headers(role, user)))

    return open_socket
