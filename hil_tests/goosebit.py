"""goosebit, an update server of somebody else's, as a process of its own on loopback.

Its Python packages are in `.venv-goosebit` (`make build/goosebit.stamp`), not in ours.

    with goosebit(folder) as server:
        server.roll_out(server.upload(bundle))
        ...                                   # the box registers by its first polls
        server.follow("box-1")
        server.device("box-1")["last_state"]  # Registered, Running, Finished, Error

What it wants: a semantic version (each once for a compatible), the device's hw_boardname equal to
the bundle's compatible.  A device in Error gets no offer until `force`.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PYTHON = Path(__file__).parent.parent / ".venv-goosebit" / "bin" / "python"
_SERVE = """
import asyncio, pathlib, socket, sys, aerich, goosebit, uvicorn
from goosebit.db.config import TORTOISE_CONF

async def migrate():  # goosebit does not start with an empty database and does not make one
    where = pathlib.Path(goosebit.__file__).parent / "db" / "migrations"
    async with aerich.Command(TORTOISE_CONF, location=str(where)) as command:
        await command.upgrade(run_in_transaction=True)

asyncio.run(migrate())
server = uvicorn.Server(uvicorn.Config(goosebit.app, log_level="info"))
server.run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""
_STARTS_S = 150.0
_PASSWORD = "of-the-tests-only"


def installed() -> bool:
    """Whether its environment has been made."""
    return PYTHON.exists()


class Goosebit:
    """A running server, with its administrator logged in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def set_up(self) -> None:
        """The first visitor becomes the administrator."""
        who = {"username": "operator@example.com", "password": _PASSWORD}
        answer = self._http.post("/setup", data=who).raise_for_status()
        token = answer.json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def upload(self, bundle: Path) -> int:
        """A bundle's id; its manifest says the version.  HTTPStatusError when it is not taken."""
        with bundle.open("rb") as file:
            answer = self._http.put("/api/v1/software", files={"file": (bundle.name, file)})
        return int(answer.raise_for_status().json()["id"])

    def roll_out(self, software: int, feed: str = "stable") -> int:
        """Offer it to all devices of `feed` whose hardware it is for."""
        body = {"name": f"of-{software}", "feed": feed, "software_id": software}
        return int(self._http.put("/api/v1/rollouts", json=body).raise_for_status().json()["id"])

    def pause(self, rollout: int, *, paused: bool) -> None:
        """Stop a rollout, or go on with it."""
        body = {"ids": [rollout], "paused": paused}
        self._http.patch("/api/v1/rollouts", json=body).raise_for_status()

    def rollouts(self) -> list[dict[str, Any]]:
        """With success_count and failure_count."""
        answer = self._http.get("/api/v1/rollouts").raise_for_status()
        return list(answer.json()["rollouts"])

    def register(self, device: str, token: str) -> None:
        """Make a device known before it polls, with its TargetToken."""
        self._change("PUT", device, auth_token=token)

    def follow(self, device: str, feed: str = "stable") -> None:
        """The device takes what is rolled out in `feed`."""
        self._change("PATCH", device, software="rollout", feed=feed)

    def force(self, device: str) -> None:
        """Offer again, though the last try failed or the version is the same."""
        self._change("PATCH", device, force_update=True)

    def device(self, device: str) -> dict[str, Any]:
        """last_state (Unknown, Registered, Running, Error, Finished), sw_version, hardware ..."""
        answer = self._http.get(f"/api/v1/devices/{device}").raise_for_status()
        return dict(answer.json())

    def log(self, device: str) -> str:
        """The details of all feedbacks to the present action."""
        answer = self._http.get(f"/api/v1/devices/{device}/log").raise_for_status()
        return str(answer.json()["log"] or "")

    def close(self) -> None:
        """End the administrator's connection."""
        self._http.close()

    def _change(self, method: str, device: str, **what: Any) -> None:
        body = {"devices": [device], **what}
        self._http.request(method, "/api/v1/devices", json=body).raise_for_status()


@contextmanager
def goosebit(folder: Path, *, tokens: bool = False, poll: str = "00:01:00") -> Iterator[Goosebit]:
    """A new server with its data in `folder`; `tokens`: only registered devices are let in."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        (folder / "goosebit.log").open("wb") as log,
    ):
        process = subprocess.Popen(
            [PYTHON, "-c", _SERVE, str(listener.fileno())],
            cwd=folder,
            env=_environment(folder, poll=poll, tokens=tokens),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )
        server = Goosebit(f"http://127.0.0.1:{listener.getsockname()[1]}")
        try:
            _wait_for(server, process, folder / "goosebit.log")
            server.set_up()
            yield server
        finally:
            server.close()
            _stop(process)


def _environment(folder: Path, *, poll: str, tokens: bool) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ},
        "HOME": str(folder),
        "GOOSEBIT_DB_URI": f"sqlite:///{folder.resolve() / 'goosebit.sqlite3'}",
        "GOOSEBIT_ARTIFACTS_DIR": str(folder.resolve() / "artifacts"),
        "GOOSEBIT_POLL_TIME": poll,
        "GOOSEBIT_DEVICE_AUTH__ENABLE": str(tokens).lower(),
        "GOOSEBIT_DEVICE_AUTH__MODE": "strict",
    }


def _wait_for(server: Goosebit, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _STARTS_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"goosebit ended: {log.read_text()[-2000:]}")
        try:
            httpx.get(f"{server.url}/setup", timeout=5, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError(f"goosebit does not answer: {log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
