# cython: language_level=3, boundscheck=False, wraparound=False
"""The thin door to the C engine: commands in, finds out, things handed over and taken back.

Nothing is checked here; `cython_dsp.engine.Engine` is the door for callers.
"""
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

cdef extern from "engine/engine.h" nogil:
    enum:
        COMMAND_MAX, MAX_BOARDS, MAX_CLIPS, MAX_LEGS, MAX_PORTS, MAX_RECORDERS, MAX_LINES
        B_COUNT, E_COUNT, L_COUNT, LATENESS_BUCKETS
    enum:
        OP_OPEN_TDM, OP_OPEN_PLAYER, OP_OPEN_RTP, OP_MOVE_RTP, OP_CLOSE, OP_HEAR, OP_PLAY
        OP_SILENCE, OP_TONE, OP_DIGITS, OP_UNLOAD, OP_BOARD_ADD, OP_BOARD_REOPEN
        OP_BOARD_REMOVE, OP_BOARD_SEND, OP_RECORD, OP_RECORD_TAP, OP_RECORD_PAUSE
        OP_RECORD_STOP, OP_SOCKET, OP_DATAGRAM, OP_CALLER_ID, OP_ECHO, OP_TONES
        OP_ACTIVITY, OP_FAX, OP_VOICE
    ctypedef struct ring_t:
        pass
    ctypedef struct command_t:
        int32_t op, id, a, b
        int64_t c
    ctypedef struct find_t:
        int32_t kind, port
        uint64_t tick
        int64_t value
    ctypedef struct clip_t:
        pass
    ctypedef struct rtp_params_t:
        uint32_t ssrc
        uint8_t payload_type, event_type, profile
        uint8_t send_key[30]
        uint8_t receive_key[30]
        char cname[32]
        uint64_t ntp_at_tick_0
    ctypedef struct rtp_statistics_t:
        uint64_t received, sent, octets_received, octets_sent
        int64_t lost
        uint64_t late, duplicate, malformed, refused, unknown, rtcp_received, restarts
        uint64_t concealed_ticks, dropped_ticks, added_ticks
        uint32_t ssrc
        float jitter_ms, delay_ms, rtt_ms, far_lost
        uint8_t said_bye
    ctypedef struct engine_t:
        ring_t *commands
        ring_t *finds
        ring_t *returns
        int finds_fd
        clip_t clip[1]
    const char **engine_board_counter_names
    const char **engine_counter_names
    int ring_put(ring_t *ring, const void *head, uint32_t head_n, const void *body, uint32_t n)
    int ring_get(ring_t *ring, void *out, uint32_t room)
    engine_t *engine_new()
    void engine_free(engine_t *e)
    int engine_start(engine_t *e)
    void engine_stop(engine_t *e)
    int engine_step(engine_t *e, int timeout_ms)
    void detail_told(engine_t *e, int late)
    uint64_t engine_ticks(const engine_t *e)
    uint64_t engine_counter(const engine_t *e, int which)
    uint64_t engine_board_counter(const engine_t *e, int board, int which)
    uint64_t engine_lateness(const engine_t *e, int which, int bucket)
    void engine_refused(engine_t *e)
    void engine_powers(const engine_t *e, int port, uint32_t *talk, uint32_t *hear)
    void engine_speech(const engine_t *e, int port, float *dbm0, float *activity)
    void engine_hold_writer(engine_t *e, int on)
    void engine_rearm(engine_t *e)
    int engine_put_leg(engine_t *e, int leg, const rtp_params_t *params)
    void engine_free_leg(engine_t *e, int leg)
    void engine_leg_report(const engine_t *e, int leg, rtp_statistics_t *out)
    int clip_load(clip_t *clip, const uint8_t *alaw, uint32_t n)
    void clip_unload(clip_t *clip)
    int recorder_prepare(engine_t *e, int index, int fd)
    int engine_put_line(engine_t *e, int index)
    void engine_free_line(engine_t *e, int index)
    int engine_history(const engine_t *e, int index, uint8_t *out, int n)
    void engine_echo(const engine_t *e, int index, float *loss, float *enhancement)


class Op:
    """Commands of the engine."""

    OPEN_TDM, OPEN_PLAYER, OPEN_RTP, MOVE_RTP, CLOSE = (
        OP_OPEN_TDM, OP_OPEN_PLAYER, OP_OPEN_RTP, OP_MOVE_RTP, OP_CLOSE)
    HEAR, PLAY, SILENCE, TONE, DIGITS, UNLOAD = (
        OP_HEAR, OP_PLAY, OP_SILENCE, OP_TONE, OP_DIGITS, OP_UNLOAD)
    BOARD_ADD, BOARD_REOPEN, BOARD_REMOVE, BOARD_SEND = (
        OP_BOARD_ADD, OP_BOARD_REOPEN, OP_BOARD_REMOVE, OP_BOARD_SEND)
    RECORD, RECORD_TAP, RECORD_PAUSE, RECORD_STOP = (
        OP_RECORD, OP_RECORD_TAP, OP_RECORD_PAUSE, OP_RECORD_STOP)
    SOCKET, DATAGRAM = OP_SOCKET, OP_DATAGRAM
    CALLER_ID, ECHO, TONES, ACTIVITY = OP_CALLER_ID, OP_ECHO, OP_TONES, OP_ACTIVITY
    FAX, VOICE = OP_FAX, OP_VOICE


class Limit:
    """How many of each there can be; index 0 of boards, ports, clips, recorders is not used."""

    BOARDS, CLIPS, LEGS, PORTS, RECORDERS, LINES = (
        MAX_BOARDS, MAX_CLIPS, MAX_LEGS, MAX_PORTS, MAX_RECORDERS, MAX_LINES)
    COMMAND_BYTES = COMMAND_MAX


cdef class Core:
    """One engine."""

    cdef engine_t *e

    def __cinit__(self):
        self.e = engine_new()
        if self.e == NULL:
            raise MemoryError

    def __dealloc__(self):
        if self.e != NULL:
            with nogil:
                engine_free(self.e)

    def start(self) -> int:
        """Start the thread; 0 or an errno."""
        return engine_start(self.e)

    def stop(self) -> None:
        """Join the thread and finish all recordings."""
        with nogil:
            engine_stop(self.e)

    def step(self, int ticks, int timeout_ms) -> int:
        """Run so many ticks; 0 or an errno."""
        cdef int error = 0
        with nogil:
            while ticks > 0 and error == 0:
                error = engine_step(self.e, timeout_ms)
                ticks -= 1
        return error

    def tick(self) -> int:
        """Return the number of ticks since the engine was made."""
        return engine_ticks(self.e)

    def told(self, bint late) -> None:
        """Stepped: the thread would say this after a tick."""
        detail_told(self.e, late)

    def fileno(self) -> int:
        """Return the eventfd that is readable while finds wait."""
        return self.e.finds_fd

    def command(self, int op, int id, int a, int b, int64_t c, bytes data) -> bool:
        """Queue a command; False when the ring is full."""
        cdef command_t head
        head.op, head.id, head.a, head.b, head.c = op, id, a, b, c
        if ring_put(self.e.commands, &head, sizeof(head), PyBytes_AS_STRING(data),
                    <uint32_t> PyBytes_GET_SIZE(data)) < 0:
            engine_refused(self.e)
            return False
        return True

    def finds(self) -> list:
        """Take all finds: (kind, port, tick, value, data)."""
        cdef uint8_t message[4096]
        cdef find_t head
        cdef int n
        found = []
        engine_rearm(self.e)
        while (n := ring_get(self.e.finds, message, sizeof(message))) >= 0:
            memcpy(&head, message, sizeof(head))
            data = (<char *> message)[sizeof(head):n] if n > <int> sizeof(head) else b""
            found.append((head.kind, head.port, head.tick, head.value, data))
        return found

    def returns(self) -> list:
        """Take all (what, index) the tick has done with."""
        cdef int32_t message[2]
        done = []
        while ring_get(self.e.returns, message, sizeof(message)) >= 0:
            done.append((message[0], message[1]))
        return done

    def load_clip(self, int index, const uint8_t[::1] alaw) -> int:
        """Copy A-law samples (not empty) to a free clip; 0 or an errno."""
        return clip_load(&self.e.clip[index], &alaw[0], <uint32_t> alaw.shape[0])

    def unload_clip(self, int index) -> None:
        """Free a clip that the tick has returned."""
        clip_unload(&self.e.clip[index])

    def prepare_recorder(self, int index, int fd) -> int:
        """Hand over an open file to a free recorder and write its header; 0 or an errno."""
        cdef int error
        with nogil:
            error = recorder_prepare(self.e, index, fd)
        return error

    def hold_writer(self, bint on) -> None:
        """Let the writer of recordings stand still, as with a disk that does not answer."""
        engine_hold_writer(self.e, on)

    def put_leg(self, int index, uint32_t ssrc, tuple types, bytes send_key, bytes receive_key,
                bytes cname, uint64_t ntp_at_tick_0) -> bool:
        """Make a leg; types: payload, event, profile; keys 30 bytes.  False: refused."""
        cdef rtp_params_t params
        memset(&params, 0, sizeof(params))
        params.ssrc, params.ntp_at_tick_0 = ssrc, ntp_at_tick_0
        params.payload_type, params.event_type, params.profile = types
        if len(send_key) != 30 or len(receive_key) != 30 or len(cname) > 31:
            raise ValueError("keys have 30 bytes, CNAME at most 31")
        memcpy(params.send_key, PyBytes_AS_STRING(send_key), 30)
        memcpy(params.receive_key, PyBytes_AS_STRING(receive_key), 30)
        memcpy(params.cname, PyBytes_AS_STRING(cname), len(cname))
        return engine_put_leg(self.e, index, &params) == 0

    def free_leg(self, int index) -> None:
        """Free a leg that the tick has returned, or never got."""
        engine_free_leg(self.e, index)

    def leg_report(self, int index) -> dict:
        """Return the counters of a leg by name, at most half a second old."""
        cdef rtp_statistics_t report
        engine_leg_report(self.e, index, &report)
        return report

    def put_line(self, int index) -> bool:
        """Make a line's memory; False: there is none."""
        return engine_put_line(self.e, index) == 0

    def free_line(self, int index) -> None:
        """Free a line that the tick has returned, or never got."""
        engine_free_line(self.e, index)

    def history(self, int index, int n) -> bytes:
        """Return at most the last n bytes of a line's history."""
        cdef bytearray out = bytearray(n)
        return bytes(out[:engine_history(self.e, index, <uint8_t *> <char *> out, n)])

    def echo(self, int index) -> tuple:
        """Return echo return loss and its enhancement of a line in dB."""
        cdef float loss = 0, enhancement = 0
        engine_echo(self.e, index, &loss, &enhancement)
        return loss, enhancement

    def powers(self, int index) -> tuple:
        """Return the smoothed mean squares of what a port says and hears."""
        cdef uint32_t talk = 0, hear = 0
        engine_powers(self.e, index, &talk, &hear)
        return talk, hear

    def speech(self, int index) -> tuple:
        """Return (dBm0, part of the time) of who speaks at a port."""
        cdef float level = 0, activity = 0
        engine_speech(self.e, index, &level, &activity)
        return level, activity

    def counters(self) -> dict:
        """Return the counters of the engine by name."""
        return {engine_counter_names[i].decode(): engine_counter(self.e, i)
                for i in range(E_COUNT)}

    def board_counters(self, int index) -> dict:
        """Return the counters of a board by name."""
        return {engine_board_counter_names[i].decode(): engine_board_counter(self.e, index, i)
                for i in range(B_COUNT)}

    def lateness(self) -> list:
        """Return the histograms of lateness, since due and since awake: a count a bucket."""
        return [[engine_lateness(self.e, which, bucket) for bucket in range(LATENESS_BUCKETS)]
                for which in range(L_COUNT)]
