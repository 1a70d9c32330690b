"""Test door to the C code of RTP leg, DTMF and tones: compiled when changed, called by ctypes.

The engine links the same files; this door needs neither its build nor its thread.
"""

import ctypes
import functools
import hashlib
import os
import subprocess
from ctypes import POINTER, c_char, c_float, c_int, c_int16, c_int64, c_uint8, c_uint32, c_uint64
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
SOURCES = ("dtmf_tx.c", "tones.c", "engine/g711.c", "rtp/*.c")
TICK = 40
PLAIN, AES_CM, AES_GCM = 0, 1, 7
OK, OK_RTCP, MALFORMED, REFUSED, DUPLICATE, LATE, UNKNOWN = 0, 1, -1, -2, -3, -4, -5


class Params(ctypes.Structure):
    _fields_ = [
        ("ssrc", c_uint32),
        ("payload_type", c_uint8),
        ("event_type", c_uint8),
        ("profile", c_uint8),
        ("send_key", c_uint8 * 30),
        ("receive_key", c_uint8 * 30),
        ("cname", c_char * 32),
        ("ntp_at_tick_0", c_uint64),
    ]


class Statistics(ctypes.Structure):
    _fields_ = [
        ("received", c_uint64),
        ("sent", c_uint64),
        ("octets_received", c_uint64),
        ("octets_sent", c_uint64),
        ("lost", c_int64),
        *((name, c_uint64) for name in ("late", "duplicate", "malformed", "refused", "unknown")),
        ("rtcp_received", c_uint64),
        *((name, c_uint64) for name in ("restarts", "concealed", "dropped", "added")),
        ("ssrc", c_uint32),
        *((name, c_float) for name in ("jitter_ms", "delay_ms", "rtt_ms", "far_lost")),
        ("said_bye", c_uint8),
    ]


def _compile(sources, out):
    out.parent.mkdir(parents=True, exist_ok=True)
    flags = ["-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    flags += [f"-I{ROOT}", "-fsanitize=undefined,bounds", "-fno-sanitize-recover=all"]
    new = out.with_suffix(f".{os.getpid()}")
    subprocess.run(["cc", *flags, *sources, "-lsrtp2", "-lm", "-o", str(new)], check=True)
    new.rename(out)  # whole, also for another run at the same time


def built():
    """The shared object's file, made with every warning and the undefined-behaviour sanitizer."""
    sources = [p for pattern in SOURCES for p in sorted(ROOT.glob(pattern))]
    headers = sorted(ROOT.glob("*.h")) + sorted(ROOT.glob("*/*.h"))
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in [*sources, *headers])).hexdigest()
    out = ROOT.parent / "build" / "door" / f"door-{digest[:16]}.so"
    if not out.exists():
        _compile([str(p) for p in sources], out)
    return out


@functools.cache
def library():
    """The shared object, loaded."""
    door = ctypes.CDLL(str(built()))
    door.rtp_leg_new.restype = ctypes.c_void_p
    door.rtp_leg_new.argtypes = [POINTER(Params)]
    leg = ctypes.c_void_p
    for name, arguments in {
        "rtp_leg_free": [leg],
        "rtp_leg_receive": [leg, ctypes.c_char_p, c_int, c_uint64],
        "rtp_leg_play": [leg, POINTER(c_int16), c_uint64],
        "rtp_leg_has_events": [leg],
        "rtp_leg_send": [leg, POINTER(c_int16), ctypes.c_char_p, c_int, c_uint64],
        "rtp_leg_digits": [leg, ctypes.c_char_p],
        "rtp_leg_digits_left": [leg],
        "rtp_leg_rtcp": [leg, ctypes.c_char_p, c_int, c_uint64],
        "rtp_leg_bye": [leg, ctypes.c_char_p, c_int, c_uint64],
        "rtp_leg_statistics": [leg, POINTER(Statistics)],
    }.items():
        getattr(door, name).argtypes = arguments
    return door


def pointer(pcm):
    return pcm.ctypes.data_as(POINTER(c_int16))


class Leg:
    """One C leg.  `key_a` is what it sends with, `key_b` what it receives with."""

    def __init__(self, ssrc=1, payload_type=8, event_type=101, profile=PLAIN, keys=(b"", b"")):
        self._door = library()
        params = Params(ssrc, payload_type, event_type, profile, cname=b"callbox")
        params.send_key[: len(keys[0])] = keys[0]
        params.receive_key[: len(keys[1])] = keys[1]
        params.ntp_at_tick_0 = 3_900_000_000 << 32
        self._leg = self._door.rtp_leg_new(ctypes.byref(params))
        if not self._leg:
            raise ValueError("refused")
        self._out = ctypes.create_string_buffer(512)

    def __del__(self):
        if getattr(self, "_leg", None):
            self._door.rtp_leg_free(self._leg)

    def receive(self, datagram, tick):
        return self._door.rtp_leg_receive(self._leg, datagram, len(datagram), tick)

    def play(self, tick):
        """Samples of one tick, and the digit that came ("" = none)."""
        pcm = np.empty(TICK, np.int16)
        digit = self._door.rtp_leg_play(self._leg, pointer(pcm), tick)
        return pcm, chr(digit) if digit else ""

    def send(self, pcm, tick):
        samples = None if pcm is None else pointer(np.ascontiguousarray(pcm, np.int16))
        n = self._door.rtp_leg_send(self._leg, samples, self._out, 512, tick)
        return self._out.raw[:n]

    def digits(self, digits):
        return self._door.rtp_leg_digits(self._leg, digits.encode())

    def digits_left(self):
        return self._door.rtp_leg_digits_left(self._leg)

    def rtcp(self, tick):
        n = self._door.rtp_leg_rtcp(self._leg, self._out, 512, tick)
        return self._out.raw[:n]

    def bye(self, tick):
        n = self._door.rtp_leg_bye(self._leg, self._out, 512, tick)
        return self._out.raw[:n]

    @property
    def statistics(self):
        found = Statistics()
        self._door.rtp_leg_statistics(self._leg, ctypes.byref(found))
        return found


class _Opaque:
    """A C struct the door does not look into: room enough, wiped at the start."""

    def __init__(self):
        self._door = library()
        self._state = ctypes.create_string_buffer(4096)


class DtmfSender(_Opaque):
    def start(self, digits, on_ms, off_ms):
        return self._door.dtmf_tx_start(self._state, digits.encode(), on_ms, off_ms)

    def give(self, n):
        pcm = np.empty(n, np.int16)
        return self._door.dtmf_tx(self._state, pointer(pcm), n), pcm


class ToneSender(_Opaque):
    def start(self, zone, name):
        return self._door.tone_tx_start(self._state, zone.encode(), name.encode())

    def give(self, n, block=TICK):
        pcm = np.empty(n, np.int16)
        for at in range(0, n, block):
            piece = pcm[at : at + block]
            self._door.tone_tx(self._state, pointer(piece), len(piece))
        return pcm


class ToneStep(ctypes.Structure):
    _fields_ = [("hz", ctypes.c_uint16 * 2), ("ms", ctypes.c_uint16)]


class Tone(ctypes.Structure):
    _fields_ = [
        ("zone", c_char * 3),
        ("name", ctypes.c_char_p),
        ("level_dbm0", c_float),
        ("once", ctypes.c_int8),
        ("step", ToneStep * 8),
    ]


def tone_table():
    door = library()
    door.tone_table.restype = POINTER(Tone)
    rows = []
    while row := door.tone_table(len(rows)):
        rows.append(row.contents)
    return rows


if __name__ == "__main__":  # for another machine: `cc` is a cross compiler then
    built()
