"""The thin door to the C engine."""

class Op:
    """Commands of the engine."""

    OPEN_TDM: int
    OPEN_PLAYER: int
    OPEN_RTP: int
    MOVE_RTP: int
    CLOSE: int
    HEAR: int
    PLAY: int
    SILENCE: int
    TONE: int
    DIGITS: int
    UNLOAD: int
    BOARD_ADD: int
    BOARD_REOPEN: int
    BOARD_REMOVE: int
    BOARD_SEND: int
    RECORD: int
    RECORD_TAP: int
    RECORD_PAUSE: int
    RECORD_STOP: int
    SOCKET: int
    DATAGRAM: int
    CALLER_ID: int
    ECHO: int
    TONES: int
    ACTIVITY: int
    FAX: int
    VOICE: int

class Limit:
    """How many of each there can be; index 0 is not used."""

    BOARDS: int
    CLIPS: int
    LEGS: int
    PORTS: int
    RECORDERS: int
    LINES: int
    COMMAND_BYTES: int

class Core:
    """One engine."""

    def start(self) -> int:
        """Start the thread; 0 or an errno."""

    def stop(self) -> None:
        """Join the thread and finish all recordings."""

    def step(self, ticks: int, timeout_ms: int) -> int:
        """Run so many ticks; 0 or an errno."""

    def tick(self) -> int:
        """Return the number of ticks since the engine was made."""

    def told(self, late: bool) -> None:
        """Stepped: the thread would say this after a tick."""

    def fileno(self) -> int:
        """Return the eventfd that is readable while finds wait."""

    def command(self, op: int, id: int, a: int, b: int, c: int, data: bytes) -> bool:
        """Queue a command; False when the ring is full."""

    def finds(self) -> list[tuple[int, int, int, int, bytes]]:
        """Take all finds: (kind, port, tick, value, data)."""

    def returns(self) -> list[tuple[int, int]]:
        """Take all (what, index) the tick has done with."""

    def load_clip(self, index: int, alaw: bytes) -> int:
        """Copy A-law samples (not empty) to a free clip; 0 or an errno."""

    def unload_clip(self, index: int) -> None:
        """Free a clip that the tick has returned."""

    def prepare_recorder(self, index: int, fd: int) -> int:
        """Hand over an open file to a free recorder and write its header; 0 or an errno."""

    def hold_writer(self, on: bool) -> None:
        """Let the writer of recordings stand still, as with a disk that does not answer."""

    def put_leg(
        self,
        index: int,
        ssrc: int,
        types: tuple[int, int, int],
        send_key: bytes,
        receive_key: bytes,
        cname: bytes,
        ntp_at_tick_0: int,
    ) -> bool:
        """Make a leg; types: payload, event, profile; keys 30 bytes.  False: refused."""

    def free_leg(self, index: int) -> None:
        """Free a leg that the tick has returned, or never got."""

    def leg_report(self, index: int) -> dict[str, float]:
        """Return the counters of a leg by name, at most half a second old."""

    def put_line(self, index: int) -> bool:
        """Make a line's memory; False: there is none."""

    def free_line(self, index: int) -> None:
        """Free a line that the tick has returned, or never got."""

    def history(self, index: int, n: int) -> bytes:
        """Return at most the last n bytes of a line's history."""

    def echo(self, index: int) -> tuple[float, float]:
        """Return echo return loss and its enhancement of a line in dB."""

    def powers(self, index: int) -> tuple[int, int]:
        """Return the smoothed mean squares of what a port says and hears."""

    def speech(self, index: int) -> tuple[float, float]:
        """Return (dBm0, part of the time) of who speaks at a port."""

    def counters(self) -> dict[str, int]:
        """Return the counters of the engine by name."""

    def board_counters(self, index: int) -> dict[str, int]:
        """Return the counters of a board by name."""

    def lateness(self) -> list[list[int]]:
        """Return the histograms of lateness, since due and since awake: a count a bucket."""
