"""All targets by name.  A new parser of foreign bytes gets a line here, and a target."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
CORPUS = FOLDER / "corpus"
BUILT = ROOT / "build" / "fuzz"


@dataclass(frozen=True)
class Target:
    """One parser."""

    name: str
    module: str = ""
    """In `parsers`, with a function of the target's name; "" for a program in C."""
    sources: Path = FOLDER / "c"
    """Of a program in C: where its Makefile is."""
    longest: int = 4096
    """Bytes of an input."""

    @property
    def corpus(self) -> Path:
        """The inputs that are kept."""
        return CORPUS / self.name

    @property
    def program(self) -> Path:
        """Of a target in C, where it is built."""
        return BUILT / "bin" / self.name


_TARGETS = (
    Target("board_link"),
    Target("rtp_leg"),
    Target("line_sound", longest=1024),
    Target("callbox_isdn", sources=ROOT / "board" / "isdn" / "fuzz"),
    Target("board_frames", "board"),
    Target("board_payloads", "board", longest=600),
    Target("board_port", "board"),
    Target("firmware_files", "board"),
    Target("isdn_lines", "board"),
    Target("sdp_offer", "browser", longest=8192),
    Target("stun_message", "browser"),
    Target("dtls_datagrams", "browser"),
    Target("webrtc_leg", "browser"),
    Target("caller_id_fsk", "exchange", longest=300),
    Target("caller_id_dtmf", "exchange", longest=300),
    Target("http_bytes", "daemon"),
    Target("http_command", "daemon"),
    Target("json_rpc", "daemon"),
    Target("flow_document", "daemon", longest=8192),
    Target("config_document", "daemon", longest=8192),
    Target("ota_fields", "daemon"),
    Target("prompt_wav", "uploads", longest=16384),
    Target("settings_form", "uploads", longest=6000),
    Target("ddi_messages", "updates"),
    Target("ddi_links", "updates", longest=300),
    Target("release_papers", "updates"),
)
TARGETS = {target.name: target for target in _TARGETS}
PLANTED = {
    target.name: target
    for target in (
        Target("planted"),
        Target("planted_crash", "planted"),
        Target("planted_hang", "planted"),
        Target("planted_growth", "planted"),
    )
}
"""Mistakes that the fuzzer must find: for its own test, never run otherwise."""
