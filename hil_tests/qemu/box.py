"""The box in its virtual machine, as the tests use it: log-in, updates, calls."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from hil_tests.live_agent import LiveAgent, LogIn
from hil_tests.qemu.machine import CALLBOXD, LABEL_PASSWORD, OTA, Machine
from hil_tests.running import LateError

PASSWORD = "a-good-password"
COMPANY = "Blue Lantern Ltd"
STARTS_S = 400.0
"""From power-on to a page, without acceleration on a busy machine with two cores."""
_SOCKETS = {CALLBOXD: "/run/callbox/callboxd.sock", OTA: "/run/callbox/ota.sock"}
_RELAY = Path(__file__).with_name("relay.py")


def say(words: str) -> None:
    """Progress, seen with `pytest -s` (as `make image-test` does)."""
    print(f"  {time.strftime('%H:%M:%S')} {words}", flush=True)


def token(page: httpx.Response) -> str:
    """The form token of a page."""
    found = re.search(r'(?:name="form_token" value|data-token)="([^"]+)"', page.text)
    assert found, page.text[:2000]
    return found[1]


def send(visitor: httpx.Client, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
    """Send a form of a page."""
    return visitor.post(path, data={"form_token": token(page), **fields})


class Box:
    """`up` first; everything else speaks to a box whose pages answer."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.started_in_s: float | None = None
        self.agents: dict[str, str] = {}  # passwords by log-in, as the set-up showed them once
        self._token = "none"  # one log-in for many questions: a hash takes this machine seconds

    # --- the machine ---

    def up(self, seconds: float = STARTS_S) -> None:
        """Wait until the pages answer, then open the tests' doors."""
        # Asking costs a guest without acceleration a good part of a second: not before it can know.
        self.machine.console.expect("https://", seconds)
        self.until(self._answers, "the pages", seconds)
        self.started_in_s = self.machine.seconds()
        say(f"pages after {self.started_in_s:.0f} s")
        self.machine.shell.ready(60)
        self._open_doors()

    def until(self, condition: Callable[[], Any], what: str, seconds: float) -> Any:
        """Wait for something in the box, two seconds between two looks; return its value."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise LateError(f"not within {seconds:.0f} s: {what}\n{self._tail()}")
            time.sleep(2)
        return value

    def restarted(self, seconds: float = STARTS_S) -> None:
        """Wait until the box has begun again; the shell of before is gone with it."""
        self.machine.console.expect("Callbox: starting slot", seconds)
        say("restarts")

    def release(self) -> dict[str, str]:
        """/etc/callbox-release."""
        lines = self.machine.shell.run("cat /etc/callbox-release").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def slot(self) -> str:
        """A or B: the one that runs."""
        found = re.search(r"rauc\.slot=(\w)", self.machine.shell.run("cat /proc/cmdline"))
        assert found
        return found[1]

    def received(self) -> int:
        """Bytes that came from the network since the start."""
        return int(self.machine.shell.run("cat /sys/class/net/en*/statistics/rx_bytes"))

    # --- people and pages ---

    def page(self) -> httpx.Client:
        """A visitor of the one origin; the certificate is the box's own."""
        return httpx.Client(
            base_url=self.machine.address, verify=False, timeout=60, follow_redirects=True
        )

    def set_up(self) -> httpx.Client:
        """What the first person does, on the pages; returns the administrator's browser."""
        visitor = self.page()
        begin = visitor.get("/")
        assert "label_password" in begin.text, begin.text[:500]
        form = send(visitor, begin, "/setup/label", label_password=LABEL_PASSWORD)
        assert 'name="company"' in form.text, form.text[:500]
        typed = {"company": COMPANY, "language": "en", "country": "GB", "area_code": "020"}
        typed |= {"timezone": "Europe/London", "agents": "Ann Lee\nBob Ray"}
        done = send(visitor, form, "/setup/", **typed, password=PASSWORD, again=PASSWORD)
        assert done.status_code == 200, done.text[:2000]
        log_ins = re.findall(r"<td><code>(.+?)</code></td><td><code>(.+?)</code></td>", done.text)
        self.agents = dict(log_ins)
        return visitor

    def log_in(self) -> httpx.Client:
        """The administrator's browser, on a box that is set up."""
        visitor = self.page()
        page = visitor.get("/login")
        seen = send(visitor, page, "/login", user="admin", password=PASSWORD)
        assert seen.status_code == 200, seen.text[:500]
        return visitor

    def upload(self, visitor: httpx.Client, bundle: Path) -> httpx.Response:
        """Drop an update file on the page of updates."""
        page = visitor.get("/update/")
        with bundle.open("rb") as body:
            return visitor.post(
                "/update/upload", content=body, timeout=300,
                headers={"X-Form-Token": token(page), "Content-Length": str(bundle.stat().st_size)},
            )  # fmt: skip

    def administrator(self) -> LogIn:
        """A session of callboxd."""
        return LogIn(self.machine.door(CALLBOXD), "admin", PASSWORD)

    def agent(self, user: str, password: str) -> LiveAgent:
        """An agent whose audio goes through the forwarded port."""
        return LiveAgent(self.machine.door(CALLBOXD), user, password, self.machine.audio)

    # --- updates ---

    def ota(self, command: str, /, **fields: Any) -> Any:
        """A command of callbox-ota, with an administrator's session.  Refusals: AssertionError."""
        return self._ask_ota("POST", command, json=fields)

    def update(self) -> dict[str, Any]:
        """UpdateView."""
        return dict(self._ask_ota("GET", "Update"))

    def history(self) -> list[dict[str, Any]]:
        """UpdateRecords, newest first."""
        return list(self._ask_ota("GET", "UpdateHistory"))

    def _ask_ota(self, method: str, name: str, **more: Any) -> Any:
        answer = self._with_token(method, name, more)
        if answer.status_code == 401:  # the box has begun again
            with self.administrator() as person:
                self._token = person.token
            answer = self._with_token(method, name, more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _with_token(self, method: str, name: str, more: dict[str, Any]) -> httpx.Response:
        return httpx.request(
            method, f"{self.machine.door(OTA)}/api/v1/{name}", timeout=60,
            headers={"Authorization": f"Bearer {self._token}"}, **more,
        )  # fmt: skip

    # --- inside ---

    def _answers(self) -> bool:
        try:
            with self.page() as visitor:
                return visitor.get("/").status_code == 200
        except httpx.HTTPError:
            return False

    def _open_doors(self) -> None:
        words = " ".join(f"{port}={path}" for port, path in _SOCKETS.items())
        ports = ", ".join(map(str, _SOCKETS))
        shell = self.machine.shell
        shell.put(_RELAY, "/run/relay.py")
        shell.run(f"nft insert rule inet callbox input tcp dport {{ {ports} }} accept")
        shell.run(f"(setsid python3 /run/relay.py {words} >/run/relay.log 2>&1 &)")
        for port, path in _SOCKETS.items():
            self.until(lambda port=port: self._door_open(port), path, STARTS_S)

    def _door_open(self, port: int) -> bool:
        try:
            return httpx.get(f"{self.machine.door(port)}/api/v1/Setup").status_code < 500
        except httpx.HTTPError:
            return False

    def _tail(self) -> str:
        return json.dumps(self.machine.console.text[-1500:])
