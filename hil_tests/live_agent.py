"""An agent of a running box, in real time: commands by HTTP, audio by SRTP in a thread."""

import re
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from hil_tests.browser_phone import BrowserPhone
from hil_tests.running import Running, until

TICK_S = 0.005


class LogIn:
    """`with LogIn(place, user, password) as person:`: somebody logged in, without a telephone.

    `place` is callboxd's socket, or the address of a door to it.
    """

    def __init__(self, place: Path | str, user: str, password: str) -> None:
        self.user = user
        if isinstance(place, Path):
            by_socket = httpx.HTTPTransport(uds=str(place))
            self._http = httpx.Client(base_url="http://box", transport=by_socket, timeout=10)
        else:
            self._http = httpx.Client(base_url=place, timeout=60)
        body = {"user": user, "password": password, "address": "127.0.0.1"}
        self.token = self.ask("LogIn", **body)["token"]
        self._http.headers["Authorization"] = f"Bearer {self.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(self, command: str, **fields: Any) -> Any:
        """A command; returns its result."""
        answer = self._http.post(f"/api/v1/{command}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, name: str, **fields: Any) -> Any:
        """A read model."""
        answer = self._http.get(f"/api/v1/{name}", params=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()


class LiveAgent(LogIn):
    """An agent whose telephone is connected once entered."""

    def __init__(
        self, place: Path | str, user: str, password: str, audio_port: int | None = None
    ) -> None:
        """`audio_port`: where the box's audio is on this machine, when not where it says."""
        super().__init__(place, user, password)
        self._audio_port = audio_port
        self.phone = BrowserPhone()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._pace, name=f"telephone {user}", daemon=True)

    def __enter__(self) -> Self:
        answer = self.ask("OfferMedia", sdp=self.phone.offer())["sdp"]
        if self._audio_port is not None:
            there = rf"\1 127.0.0.1 {self._audio_port} typ"
            answer = re.sub(r"^(a=candidate:(?:\S+ ){3}\S+) \S+ \d+ typ", there, answer, flags=re.M)
        self.phone.accept(answer)
        self._thread.start()
        until(lambda: self.phone.connected, "audio")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self.phone.close()
        super().__exit__(kind, error, at)

    @property
    def me(self) -> Any:
        """This agent in the live picture."""
        return next(a for a in self.get("Snapshot")["agents"] if a["agent"] == self.user)

    def answer(self) -> str:
        """Get ready, wait for a call, answer it; return its id."""
        self.ask("SetAgentState", state="ready")
        until(lambda: self.me["state"] == "reserved", "a call for the agent", 60)
        call = str(self.me["call"])
        self.ask("AnswerCall", call=call)
        until(lambda: self.me["state"] == "busy", "the conversation")
        return call

    def _pace(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            self.phone.step()
            due += TICK_S
            self._stop.wait(max(0.0, due - time.monotonic()))


def until_in_service(box: Running) -> None:
    """Wait until the box says that its line works: board there, no alarm, layer 2 established.

    The exchange has its side of layer 2 up earlier; a call in between is lost by its reset.
    """
    with LogIn(box.run / "callboxd.sock", "admin", box.passwords()["admin"]) as administrator:

        def works() -> bool:
            (span,) = administrator.get("Snapshot")["spans"]
            return bool(span["board"] and span["link"] and not span["alarms"])

        until(works, "the line")
