"""Lines of callbox-isdn to events, orders to lines (board/isdn/PROTOCOL.md).  No I/O."""

from collections.abc import Callable
from urllib.parse import quote, unquote

from board.host import isdn_events as ev

VERSION = 1
FRAME_MARK = b"d"
MAX_LINE = 1024
MAX_FRAME = 264  # octets: Q.921 header and N201 = 260
FIRST_INCOMING_CALL = 0x80000000

_Keys = dict[str, str]
_COUNTERS = ("frames_in", "frames_out", "frames_lost", "frames_bad", "messages_bad")


class LineError(ValueError):
    """The message is no line, or no order, of this protocol."""


def line(verb: str, **keys: str | int | bool) -> bytes:
    """Return an order as its message; True and False become 1 and 0.  Raises LineError."""
    words = [verb]
    for key, value in keys.items():
        text = str(int(value)) if isinstance(value, bool) else str(value)
        words.append(f"{key}={quote(text, safe='*#+/:,')}")
    message = " ".join(words).encode("ascii")
    if len(message) > MAX_LINE:
        raise LineError("line too long")
    return message


def frame(octets: bytes) -> bytes:
    """Return a D-channel frame (no flags, no FCS) as its message.  Raises LineError."""
    if not 0 < len(octets) <= MAX_FRAME:
        raise LineError(f"a frame has 1 to {MAX_FRAME} octets")
    return FRAME_MARK + octets


def _split(message: bytes) -> tuple[str, _Keys]:
    try:
        verb, *pairs = message.decode("ascii").split(" ")
        keys = dict(pair.split("=", 1) for pair in pairs)
    except ValueError as error:
        raise LineError(f"not a line: {message[:40]!r}") from error
    return verb, {key: unquote(value) for key, value in keys.items()}


def _flag(keys: _Keys, key: str) -> bool:
    return keys[key] == "1"


def _setup(keys: _Keys) -> ev.Setup:
    return ev.Setup(
        call=int(keys["call"]),
        channel=int(keys["channel"]),
        called=keys["called"],
        calling=keys["calling"],
        presentation=keys["presentation"],
        complete=_flag(keys, "complete"),
        called_type=int(keys["called_type"]),
        calling_type=int(keys["calling_type"]),
        redirecting=keys.get("redirecting", ""),
    )


def _step(make: Callable[[int, int, bool], ev.Event]) -> Callable[[_Keys], ev.Event]:
    return lambda keys: make(int(keys["call"]), int(keys["channel"]), _flag(keys, "inband"))


def _progress(keys: _Keys) -> ev.Progress:
    call, channel = int(keys["call"]), int(keys["channel"])
    return ev.Progress(call, channel, _flag(keys, "inband"), int(keys.get("cause", "0")))


def _held(keys: _Keys) -> ev.HeldCall:
    return ev.HeldCall(
        int(keys["call"]),
        keys["direction"] == "in",
        keys["state"],
        int(keys["channel"]),
        keys["called"],
        keys["calling"],
    )


def _hello(keys: _Keys) -> ev.Hello:
    link_up, now_ms = keys["link"] == "up", int(keys["now_ms"])
    return ev.Hello(int(keys["version"]), keys["side"], keys["clock"], link_up, now_ms)


_EVENTS: dict[str, Callable[[_Keys], ev.Event]] = {
    "HELLO": _hello,
    "LINK": lambda keys: ev.Link(keys["state"] == "up"),
    "SETUP": _setup,
    "SETUP_ACK": _step(ev.SetupAck),
    "INFO": lambda keys: ev.Info(int(keys["call"]), keys["digits"], _flag(keys, "complete")),
    "PROCEEDING": _step(ev.Proceeding),
    "ALERTING": _step(ev.Alerting),
    "PROGRESS": _progress,
    "CONNECT": _step(ev.Connect),
    "DISCONNECT": lambda keys: ev.Disconnect(
        int(keys["call"]), int(keys["channel"]), int(keys["cause"])
    ),
    "RELEASED": lambda keys: ev.Released(int(keys["call"]), int(keys["cause"])),
    "RESTART": lambda keys: ev.Restart(int(keys["channel"])),
    "RESTART_ACK": lambda keys: ev.RestartAck(int(keys["channel"])),
    "IDLE": lambda keys: ev.Idle(int(keys["now_ms"]), int(keys["due_ms"])),
    "ERROR": lambda keys: ev.Refusal(
        keys["text"], keys.get("verb", ""), int(keys.get("call") or "0")
    ),
}


class Reader:
    """Messages of one connection to events; holds the CALL lines until their SNAPSHOT."""

    def __init__(self) -> None:
        self._held: list[ev.HeldCall] = []

    def read(self, message: bytes) -> ev.Event | bytes | None:
        """Return an event, the octets of a D-channel frame, or None.  Raises LineError."""
        if message[:1] == FRAME_MARK:
            return message[1:]
        verb, keys = _split(message)
        try:
            if verb == "CALL":
                self._held.append(_held(keys))
                return None
            if verb == "SNAPSHOT":
                return self._snapshot(keys)
            return _EVENTS[verb](keys)
        except (KeyError, ValueError) as error:
            raise LineError(f"bad or unknown line {verb[:20]!r}") from error

    def _snapshot(self, keys: _Keys) -> ev.Snapshot:
        held, self._held = tuple(self._held), []
        counters = {name: int(keys[name]) for name in _COUNTERS}
        return ev.Snapshot(held, keys["link"] == "up", counters)
