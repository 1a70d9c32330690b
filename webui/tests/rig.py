"""The pages as a browser meets them: nginx, the application, and a fake daemon behind."""

import logging
import socket
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from werkzeug.serving import BaseWSGIServer, make_server

from firmware.contract.ids import CallId
from firmware.contract.views import CallPage, CallRecord
from firmware.store.read import CallFilter
from webui.app import create_app
from webui.nginx.__main__ import command, prepare
from webui.nginx.configuration import Site
from webui.options import Options
from webui.tests import scene
from webui.tests.fake_daemon import Answer, Served


class FakeReader:
    """Call records from a list."""

    def __init__(self, records: list[CallRecord]) -> None:
        self.records = records
        self.asked: list[CallFilter] = []

    def calls(self, wanted: CallFilter, limit: int = 50, offset: int = 0) -> CallPage:
        self.asked.append(wanted)
        found = [one for one in self.records if wanted.agent in (None, one.agent)]
        found = [one for one in found if wanted.outcome in (None, one.outcome)]
        return CallPage(tuple(found[offset : offset + limit]), len(found))

    def call(self, call: CallId) -> CallRecord | None:
        return next((one for one in self.records if one.call == call), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Rig:
    """Everything up on one loopback port; `daemon` is the fake one."""

    def __init__(self, run: Path, answer: Answer | None = None) -> None:
        self.run, self.port = run, free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        self.options = Options.of(run)
        self.daemon = Served(self.options.daemon, answer)
        self.reader = FakeReader([])
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.daemon)
        now_ms = self.daemon.do(lambda box: box.now_ms())
        self.reader.records = scene.records(now_ms)
        self._serve_pages()
        self._serve_nginx()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _serve_pages(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app = create_app(self.options, records=self.reader)
        server: BaseWSGIServer = make_server(
            f"unix://{self.run / 'web.sock'}", 0, app, threaded=True
        )
        server.daemon_threads = True  # type: ignore[attr-defined]
        self.app = app
        self._stack.callback(app.extensions["daemon"].close)
        self._stack.callback(app.extensions["ota"].close)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._stack.callback(server.server_close)
        self._stack.callback(thread.join, 5)
        self._stack.callback(server.shutdown)

    def _serve_nginx(self) -> None:
        path = prepare(Site(self.run, self.port))
        process = subprocess.Popen(command("/usr/sbin/nginx", path), stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait, 5)
        self._stack.callback(process.terminate)
        until_open(self.port, process)


def until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    """nginx says nothing when it is up: the port is the sign."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise RuntimeError("nginx ended")
