"""SDP offer in, answer out: one bundled audio section, everything else rejected.

RFC 8866 (SDP), 9429 (JSEP), 9143 (BUNDLE), 8839 (ICE), 8842 (DTLS), 5764 (DTLS-SRTP),
8122 (fingerprint), 3551 and 4733 (PCMA, PCMU, telephone-event).
"""

import ipaddress
import re
from dataclasses import dataclass, field

from firmware.media.webrtc.errors import OfferError

MAX_OFFER, MAX_LINES, MAX_SECTIONS = 65536, 2000, 16
PCMU, PCMA = 0, 8
PROTOCOLS = ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP")
ANSWER_DIRECTION = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_TOKEN = re.compile(r"[!#-'*+\-.0-9A-Z^_`a-z{|}~]{1,64}")
_MEDIA = re.compile(r"(\S{1,32}) (\d{1,5})(?:/\d{1,5})? (\S{1,32})((?: \S{1,32}){1,128})")
_EVENT = re.compile(r"(\d{1,3}) telephone-event/8000(?:/1)?", re.IGNORECASE)
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}


@dataclass
class Section:
    """One m= section as it came: its line in parts, and its attributes in order."""

    kind: str = ""
    port: int = 0
    protocol: str = ""
    formats: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """Every value of one attribute."""
        return [value for key, value in self.attributes if key == name]

    def one(self, name: str) -> str | None:
        """First value of one attribute, or None."""
        return next((value for key, value in self.attributes if key == name), None)


@dataclass(frozen=True)
class Offer:
    """What an acceptable offer says about its audio section."""

    sections: tuple[Section, ...]
    audio: int  # index into sections
    mid: str
    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, bytes], ...]  # (sha-256 and stronger, digest)
    payload_types: tuple[int, ...]  # PCMA and PCMU, in the order of the offer
    event_type: int  # telephone-event/8000, 0 = not offered
    direction: str


@dataclass(frozen=True)
class Local:
    """Our side of the answer."""

    ufrag: str
    password: str
    fingerprint: str  # "sha-256 AB:CD:..."
    addresses: tuple[tuple[str, int], ...]
    ssrc: int
    cname: str
    session: int  # o= session id, 63 bits
    version: int  # o= version, one more with each answer


def parse_offer(text: str) -> Offer:
    """Read an offer; raise OfferError with the reason when it cannot be answered."""
    session, sections = _split(text)
    audio = next((i for i, section in enumerate(sections) if _is_audio(section)), None)
    if audio is None:
        raise OfferError("no audio section over UDP/TLS/RTP/SAVPF")
    section = sections[audio]
    if section.one("rtcp-mux") is None:
        raise OfferError("rtcp-mux is required")
    setup = section.one("setup") or session.one("setup")
    if setup not in ("actpass", "active"):
        raise OfferError(f"setup {setup!r}: the offerer must be able to be active")
    mid = section.one("mid") or ""
    if mid and not _TOKEN.fullmatch(mid):
        raise OfferError("mid is no token")
    payload_types = tuple(int(f) for f in section.formats if f in ("8", "0"))
    if not payload_types:
        raise OfferError("neither PCMA nor PCMU is offered")
    return Offer(
        tuple(sections),
        audio,
        mid,
        _credential(session, section, "ice-ufrag", _UFRAG),
        _credential(session, section, "ice-pwd", _PASSWORD),
        _fingerprints(section.all("fingerprint") or session.all("fingerprint")),
        payload_types,
        _event_type(section),
        _direction(session, section),
    )


def write_answer(offer: Offer, local: Local) -> str:
    """The answer: our audio section; every other section is rejected with port 0."""
    lines = [
        "v=0",
        f"o=callbox {local.session} {local.version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        *([f"a=group:BUNDLE {offer.mid}"] if offer.mid else []),
        "a=msid-semantic: WMS *",
    ]
    for index, section in enumerate(offer.sections):
        lines += _audio(offer, local) if index == offer.audio else _rejected(section)
    return "\r\n".join(lines) + "\r\n"


def _split(text: str) -> tuple[Section, list[Section]]:
    if len(text) > MAX_OFFER:
        raise OfferError("offer is too long")
    lines = text.splitlines()
    if not 0 < len(lines) <= MAX_LINES or lines[0] != "v=0":
        raise OfferError("no SDP")
    session, sections = Section(), list[Section]()
    for number, line in enumerate(lines, 1):
        kind, value = _line(line, number)
        if kind == "m":
            sections.append(_media(value, number))
        elif kind == "a":
            name, _, value = value.partition(":")
            (sections[-1] if sections else session).attributes.append((name, value.strip()))
    if len(sections) > MAX_SECTIONS:
        raise OfferError("too many sections")
    return session, sections


def _line(line: str, number: int) -> tuple[str, str]:
    if not line:
        return "", ""
    if len(line) < 2 or line[1] != "=" or not line.isprintable():
        raise OfferError(f"line {number} is no SDP line")
    return line[0], line[2:]


def _media(value: str, number: int) -> Section:
    match = _MEDIA.fullmatch(value)
    if match is None or int(match[2]) > 65535:
        raise OfferError(f"line {number} is no media line")
    return Section(match[1], int(match[2]), match[3], match[4].split())


def _is_audio(section: Section) -> bool:
    return section.kind == "audio" and section.port != 0 and section.protocol in PROTOCOLS


def _credential(session: Section, section: Section, name: str, form: re.Pattern[str]) -> str:
    value = section.one(name) or session.one(name)
    if value is None or not form.fullmatch(value):
        raise OfferError(f"{name} is missing or malformed")
    return value


def _fingerprints(values: list[str]) -> tuple[tuple[str, bytes], ...]:
    found = []
    for value in values[:16]:
        name, _, digest = value.partition(" ")
        size = _DIGEST_BYTES.get(name.lower())
        if size is None:
            continue
        if not re.fullmatch(rf"(?:[0-9A-Fa-f]{{2}}:){{{size - 1}}}[0-9A-Fa-f]{{2}}", digest):
            raise OfferError("fingerprint is malformed")
        found.append((name.lower(), bytes.fromhex(digest.replace(":", ""))))
    if not found:
        raise OfferError("no fingerprint of sha-256 or stronger")
    return tuple(found)


def _event_type(section: Section) -> int:
    for value in section.all("rtpmap"):
        match = _EVENT.fullmatch(value)
        if match and match[1] in section.formats and 96 <= int(match[1]) <= 127:
            return int(match[1])
    return 0


def _direction(session: Section, section: Section) -> str:
    for source in (section, session):
        for name, _ in source.attributes:
            if name in ANSWER_DIRECTION:
                return name
    return "sendrecv"


def _audio(offer: Offer, local: Local) -> list[str]:
    names = {PCMA: "PCMA", PCMU: "PCMU"}
    formats = [pt for pt in (PCMA, PCMU) if pt in offer.payload_types]
    events = [offer.event_type] if offer.event_type else []
    host, port = local.addresses[0]
    protocol = offer.sections[offer.audio].protocol
    return [
        f"m=audio {port} {protocol} {' '.join(str(pt) for pt in formats + events)}",
        f"c=IN {_family(host)} {host}",
        "a=rtcp-mux",
        *([f"a=mid:{offer.mid}"] if offer.mid else []),
        f"a={ANSWER_DIRECTION[offer.direction]}",
        *(f"a=rtpmap:{pt} {names[pt]}/8000" for pt in formats),
        *(f"a=rtpmap:{pt} telephone-event/8000" for pt in events),
        *(f"a=fmtp:{pt} 0-15" for pt in events),
        "a=ptime:20",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:{local.fingerprint}",
        "a=setup:passive",
        "a=msid:callbox callbox-audio",
        f"a=ssrc:{local.ssrc} cname:{local.cname}",
        *(_candidate(i, *address) for i, address in enumerate(local.addresses)),
        "a=end-of-candidates",
    ]


def _candidate(index: int, host: str, port: int) -> str:
    # Host preference 126, component 1 (RFC 8445 5.1.2.1); the first address is the preferred one.
    priority = (126 << 24) | ((65535 - index) << 8) | 255
    return f"a=candidate:{index + 1} 1 udp {priority} {host} {port} typ host"


def _rejected(section: Section) -> list[str]:
    mid = section.one("mid")
    return [
        f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        *([f"a=mid:{mid}"] if mid and _TOKEN.fullmatch(mid) else []),
    ]


def _family(host: str) -> str:
    return f"IP{ipaddress.ip_address(host).version}"
