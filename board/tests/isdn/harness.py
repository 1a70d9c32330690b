"""callbox-isdn processes on a stepped clock, and a peer that speaks raw LAPD to one."""

import socket
import subprocess
from pathlib import Path

BINARY = Path(__file__).parents[2] / "isdn" / "callbox-isdn"
LATENCY_MS = 1  # one pass of frames from one side to the other
STRIDE_MS = 100  # when nothing is under way


def parse(message: bytes) -> tuple[str, dict[str, str]]:
    """A line of the protocol as its verb and its keys (no value here is percent-encoded)."""
    verb, *pairs = message.decode().split(" ")
    return verb, dict(pair.split("=", 1) for pair in pairs)


class Isdn:
    """One process; `step` gives what it said and the frames it sent."""

    def __init__(self, side: str, *options: str, binary: Path = BINARY) -> None:
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(5)
        fd = str(theirs.fileno())
        command = [binary, "--side", side, "--clock", "stepped", "--fd", fd, *options]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        theirs.close()
        self.said: list[tuple[str, dict[str, str]]] = []

    def send(self, line: str | bytes) -> None:
        self.socket.send(line if isinstance(line, bytes) else line.encode())

    def frame(self, frame: bytes) -> None:
        self.socket.send(b"d" + frame)

    def step(self, to_ms: int) -> list[bytes]:
        """Advance the clock; what it says goes to `said`; the frames it sent are returned."""
        self.send(f"STEP to_ms={to_ms}")
        frames = []
        while (message := self.socket.recv(4096))[:4] != b"IDLE":
            if not message:
                raise ConnectionError("callbox-isdn has gone")
            if message[:1] == b"d":
                frames.append(message[1:])
            else:
                self.said.append(parse(message))
        return frames

    def take(self, verb: str) -> list[dict[str, str]]:
        """All lines of one verb said so far; they are taken out."""
        found = [keys for said, keys in self.said if said == verb]
        self.said = [line for line in self.said if line[0] != verb]
        return found

    def close(self) -> int:
        self.socket.close()
        return self.process.wait(5)


class Pair:
    """User and network side back to back, each frame a pass of LATENCY_MS under way."""

    def __init__(self, *options: str) -> None:
        self.user, self.network = Isdn("user", *options), Isdn("network", *options)
        self.now = 0
        self.frames = 0
        self.lose = False

    def run(self, ms: int = 20) -> None:
        """Advance both clocks until nothing moves and `ms` have passed."""
        end = self.now + ms
        quiet = False
        while not quiet or self.now < end:
            stride = STRIDE_MS if quiet else LATENCY_MS
            self.now = max(self.now + LATENCY_MS, min(self.now + stride, end))
            to_network, to_user = self.user.step(self.now), self.network.step(self.now)
            quiet = not to_network and not to_user
            self.frames += len(to_network) + len(to_user)
            if self.lose:
                continue
            for frame in to_network:
                self.network.frame(frame)
            for frame in to_user:
                self.user.frame(frame)

    def bring_up(self) -> None:
        self.run(2500)  # the first SABME may have found no client; T200 is 1 s
        assert self.user.take("LINK") == self.network.take("LINK") == [{"state": "up"}]

    def close(self) -> tuple[int, int]:
        return self.user.close(), self.network.close()


class RawNetwork:
    """A network in 40 lines: LAPD (Q.921) by hand, any octets as layer 3."""

    def __init__(self, isdn: Isdn) -> None:
        self.isdn, self.now = isdn, 0
        self.sent = self.received = 0
        self.messages: list[bytes] = []
        self.deaf = False
        """It hears no frame."""

    def run(self, ms: int = 5) -> None:
        self.now += ms
        frames = self.isdn.step(self.now)
        while frames:
            for frame in frames if not self.deaf else ():
                self._take(frame)
            frames = self.isdn.step(self.now)

    def _take(self, frame: bytes) -> None:
        control = frame[2]
        if control & 0xEF == 0x6F:  # SABME
            self.sent = self.received = 0
            self.isdn.frame(b"\x00\x01" + bytes([0x63 | control & 0x10]))
        elif control & 1 == 0:
            self.received = (control >> 1) + 1 & 127
            self.messages.append(frame[4:])
            self.isdn.frame(bytes([0, 1, 1, self.received << 1]))
        elif control == 1 and frame[3] & 1 and not frame[0] & 2:  # RR command, poll
            self.isdn.frame(bytes([0, 1, 1, self.received << 1 | 1]))

    def begin_anew(self) -> None:
        """SABME: layer 2 is set up once more."""
        self.sent = self.received = 0
        self.isdn.frame(b"\x02\x01\x7f")
        self.run()

    def message(self, octets: bytes) -> None:
        """One I-frame with the octets as its layer 3."""
        self.isdn.frame(bytes([2, 1, self.sent << 1, self.received << 1]) + octets)
        self.sent = self.sent + 1 & 127
