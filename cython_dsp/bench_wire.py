"""The far ends of the engine in benchmarks: E1 boards and telephones."""

import contextlib
import socket
import struct

import numpy as np
import pylibsrtp

from cython_dsp import g711
from cython_dsp.engine import Engine, Profile, RtpParams
from cython_dsp.engine.kernels import seal

PACKET, BLOCK = 160, 1280
_KEY = bytes(range(28))


def voice(seed: int, samples: int) -> bytes:
    """A-law noise in syllables, about as loud as speech."""
    noise = np.random.default_rng(seed).normal(0, 3000, samples)
    syllables = 0.5 + 0.5 * np.sin(np.arange(samples) * (2 * np.pi * 4 / 8000))
    return g711.alaw_encode((noise * syllables).clip(-32768, 32767).astype("<i2").tobytes())


class Boards:
    """E1 boards that always have a block for the next tick."""

    def __init__(self, engine: Engine, boards: int) -> None:
        self._engine, self._tick = engine, 0
        self._audio = voice(1, BLOCK * 64)
        self._far: list[socket.socket] = []
        self._numbers: list[int] = []
        for _ in range(boards):
            far, near = socket.socketpair()
            for end in (far, near):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            self._numbers.append(engine.add_board(near.fileno()))
            near.close()
            self._far.append(far)

    def port(self, channel: int) -> int:
        """A new port on the board's time slot; 30 channels a board."""
        return self._engine.open_tdm(self._numbers[channel // 30], 1 + channel % 30)

    def feed(self) -> None:
        """Put a block before the engine on each board."""
        start = self._tick * 32 % (BLOCK * 63)
        head = struct.pack("<BBHIIBBH", 0x10, 0, 0, self._tick, 0xFFFFFFFF, 40, 0, 0)
        for far in self._far:
            far.sendall(seal(head + self._audio[start : start + BLOCK]))
        self._tick += 40

    def drain(self) -> None:
        """Take away what the engine sent."""
        for far in self._far:
            with contextlib.suppress(BlockingIOError):
                while far.recv(65536, socket.MSG_DONTWAIT):
                    pass

    def close(self) -> None:
        """Pull the cables."""
        for far in self._far:
            far.close()


class Telephone:
    """Speaks and hears RTP, or SRTP."""

    def __init__(self, number: int, box: tuple[str, int], profile: Profile) -> None:
        self._ssrc, self._box, self._profile = 0x1000 + number, box, profile
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0)
        self._audio = voice(number, PACKET * 50)
        self._sent = self.heard = 0
        self._session = None
        if profile is not Profile.PLAIN:
            policy = pylibsrtp.Policy(
                key=_KEY,
                ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
                srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
            )
            self._session = pylibsrtp.Session(policy)

    def parameters(self, *, events: bool) -> RtpParams:
        """What the engine has to know of it."""
        secret = self._profile is not Profile.PLAIN
        return RtpParams(
            self._ssrc + 0x100000,
            self.socket.getsockname(),
            event_type=101 if events else 0,
            profile=self._profile,
            send_key=_KEY if secret else b"",
            receive_key=_KEY if secret else b"",
        )

    def speak(self) -> None:
        """Send the packet that is due."""
        at = self._sent % 50 * PACKET
        head = struct.pack("!BBHII", 0x80, 8, self._sent & 0xFFFF, self._sent * PACKET, self._ssrc)
        packet = head + self._audio[at : at + PACKET]
        self.socket.sendto(self._session.protect(packet) if self._session else packet, self._box)
        self._sent += 1

    def listen(self) -> None:
        """Take away what came."""
        with contextlib.suppress(BlockingIOError):
            while self.socket.recv(2048):
                self.heard += 1

    def close(self) -> None:
        """Hang up."""
        self.socket.close()
