"""callboxd's border without callboxd: HTTP and /live on a Unix socket, around a FakeBox.

callbox-ota's socket is served beside it.  `python -m webui.tests.fake_daemon RUN` serves
RUN/callboxd.sock and RUN/ota.sock, to look at pages.
"""

import argparse
import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from firmware.contract.model import Role
from firmware.contract.views import Snapshot
from webui.tests.fake_box import FakeBox
from webui.tests.fake_ota import FakeOta
from webui.tests.refusal import No

T = TypeVar("T")
Answer = Callable[[str], Awaitable[str]]


def plain(value: Any) -> Any:
    """JSON of views."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def views_of(snapshot: Snapshot) -> dict[str, Any]:
    """Gauges by name, as the daemon calls them."""
    lists = {
        "span": (snapshot.spans, "trunk"),
        "queue": (snapshot.queues, "queue"),
        "agent": (snapshot.agents, "agent"),
        "call": (snapshot.calls, "call"),
        "analog": (snapshot.analog, "trunk"),
    }
    return {
        f"{name}.{getattr(view, key)}": plain(view)
        for name, (views, key) in lists.items()
        for view in views
    }


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class FakeDaemon:
    """Serves one box; `answer` is the far side of the audio leg."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.box = FakeBox(self._broadcast, _now_ms)
        self._answer = answer
        self._live: dict[web.WebSocketResponse, tuple[str, dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.ota = FakeOta(self._role_of, _now_ms())

    def renew(self) -> None:
        sessions = self.box.sessions
        self.box = FakeBox(self._broadcast, _now_ms)
        self.box.sessions = sessions
        self.ota = FakeOta(self._role_of, _now_ms())

    def _role_of(self, token: str) -> Role:
        return self.box.session(token).role

    def updates(self) -> web.Application:
        """callbox-ota."""
        app = web.Application()
        app.router.add_post("/api/v1/{name}", self._update_command)
        app.router.add_get("/api/v1/{name}", self._update_view)
        return app

    async def _update_command(self, request: web.Request) -> web.Response:
        name, params = request.match_info["name"], await request.json()
        return _say(lambda: self.ota.command(name, params, _bearer(request)))

    async def _update_view(self, request: web.Request) -> web.Response:
        return _say(lambda: self.ota.answer(request.match_info["name"], _bearer(request)))

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/v1/{name}", self._post)
        app.router.add_get("/api/v1/{name}", self._get)
        app.router.add_get("/live", self._connect)
        app.on_shutdown.append(self._end_live)
        return app

    async def drop_live(self) -> None:
        """Cut every live connection, as a restart would."""
        for socket in list(self._live):
            await socket.close()

    async def _end_live(self, _app: web.Application) -> None:
        await self.drop_live()

    async def _post(self, request: web.Request) -> web.Response:
        token = _bearer(request)
        return await self._carry_out(request.match_info["name"], await request.json(), token)

    async def _get(self, request: web.Request) -> web.Response:
        name, token = request.match_info["name"], _bearer(request)
        return _say(lambda: self.box.view(name, token, **request.query))

    async def _carry_out(self, name: str, params: Any, token: str) -> web.Response:
        try:
            return web.json_response(await self._command(name, params, token))
        except No as no:
            return web.json_response(no.body, status=no.status)

    async def _command(self, name: str, params: Any, token: str) -> Any:
        result = plain(self.box.command(name, params, token))
        if name == "OfferMedia" and self._answer is not None:
            answer = await self._answer(params["sdp"])
            self.box.telephone(self.box.sessions[token], up=True)
            return {"sdp": answer}
        return result

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        token = request.cookies.get("callbox_token", "")
        try:
            self.box.session(token)
        except No:
            return web.Response(status=401)
        if request.headers.get("Origin") != f"https://{request.headers.get('Host')}":
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._rpc(socket, message.json(), token)
        self._live.pop(socket, None)
        return socket

    async def _rpc(self, socket: web.WebSocketResponse, message: Any, token: str) -> None:
        answer = {"jsonrpc": "2.0", "id": message.get("id")}
        try:
            if message["method"] == "Subscribe":
                await self._subscribe(socket, message["params"].get("since"), token)
                answer["result"] = {"seq": self.box.seq, "complete": True}
            else:
                answer["result"] = await self._command(message["method"], message["params"], token)
        except No as no:
            answer["error"] = {"code": -32000, "message": no.body["text"], "data": no.body}
        with contextlib.suppress(ConnectionError):
            await socket.send_json(answer)

    async def _subscribe(
        self, socket: web.WebSocketResponse, since: int | None, token: str
    ) -> None:
        snapshot = self.box.visible(token)
        await self._notify(socket, "Snapshot", plain(snapshot))
        for event in self.box.events:
            if since is not None and event["seq"] > since:
                await self._notify(socket, "Event", event)
        self._live[socket] = (token, views_of(snapshot))

    async def _notify(self, socket: web.WebSocketResponse, method: str, params: Any) -> None:
        with contextlib.suppress(ConnectionError):  # a browser that closes is no fault
            await socket.send_json({"jsonrpc": "2.0", "method": method, "params": params})

    def _broadcast(self, event: dict[str, Any]) -> None:
        """Send an event, and after this turn of the loop each view that changed."""
        task = asyncio.get_running_loop().create_task(self._tell(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, event: dict[str, Any]) -> None:
        for socket, (token, before) in list(self._live.items()):
            if socket.closed or token not in self.box.sessions:
                continue
            await self._notify(socket, "Event", event)
            after = views_of(self.box.visible(token))
            self._live[socket] = (token, after)
            for name in before.keys() | after.keys():
                if before.get(name) != after.get(name):
                    gauge = {"name": name, "value": after.get(name)}
                    await self._notify(socket, "Gauge", gauge)


class Served:
    """A fake daemon on a socket, in a thread of its own."""

    def __init__(self, socket: Path, answer: Answer | None = None) -> None:
        self.daemon = FakeDaemon(answer)
        self._socket = socket
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._up.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def do(self, act: Callable[[FakeBox], T]) -> T:
        """Run `act` on the box, in its loop."""

        async def run() -> T:
            return act(self.daemon.box)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)

    def wait(self, act: Callable[[], Awaitable[T]]) -> T:
        """Await `act()` in the daemon's loop."""

        async def run() -> T:
            return await act()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)

    def renew(self) -> None:
        """A box as at first; who is logged in stays so."""
        self.do(lambda _box: self.daemon.renew())

    def drop_live(self) -> None:
        asyncio.run_coroutine_threadsafe(self.daemon.drop_live(), self._loop).result(5)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        updates = self._socket.with_name("ota.sock")
        runners = [
            await _listen(self.daemon.application(), self._socket),
            await _listen(self.daemon.updates(), updates),
        ]
        self._up.set()
        await self._stop.wait()
        for runner in runners:
            await runner.cleanup()


async def _listen(app: web.Application, socket: Path) -> web.AppRunner:
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    return runner


def _say(answer: Callable[[], Any]) -> web.Response:
    try:
        return web.json_response(plain(answer()))
    except No as no:
        return web.json_response(no.body, status=no.status)


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("run", type=Path)
    run: Path = options.parse_args().run
    run.mkdir(parents=True, exist_ok=True)
    for name in ("callboxd.sock", "ota.sock"):
        (run / name).unlink(missing_ok=True)
    with Served(run / "callboxd.sock"):
        threading.Event().wait()


if __name__ == "__main__":
    main()
