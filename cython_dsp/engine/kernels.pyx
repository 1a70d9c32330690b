# cython: language_level=3, boundscheck=False, wraparound=False
"""The engine's kernels, each alone, for tests and tools: framing, mixing, rings, lateness.

Each has its slow plain definition in cython_dsp/reference.py.
"""
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t

cdef extern from "engine/link.h" nogil:
    enum:
        LINK_MAX_BODY, LINK_MAX_STUFFED, LINK_MAX_WIRE, LINK_MORE, LINK_BODY
    ctypedef struct link_rx_t:
        int n
        uint8_t *body
    int link_receive(link_rx_t *rx, const uint8_t *data, int n, int *used)
    int link_send(const uint8_t *body, int n, uint8_t *out)

cdef extern from "engine/mix.h" nogil:
    enum:
        MIX_TALKERS_MAX, MIX_GAIN_MAX
    void c_mix "mix"(const int16_t *const *talk, const int32_t *gain, int talkers,
                     int16_t *hear, int n)

cdef extern from "engine/ring.h" nogil:
    ctypedef struct ring_t:
        pass
    ring_t *ring_new(uint32_t room)
    void ring_free(ring_t *ring)
    int ring_put(ring_t *ring, const void *head, uint32_t head_n, const void *body, uint32_t n)
    int ring_get(ring_t *ring, void *out, uint32_t room)

cdef extern from "engine/lateness.h" nogil:
    enum:
        LATENESS_BUCKETS
    ctypedef struct lateness_t:
        uint64_t *count
    ctypedef struct due_t:
        pass
    void lateness_add(lateness_t *l, int64_t ns)
    void due_begin(due_t *d)
    void due_skip(due_t *d, int64_t blocks)
    int64_t due_next(due_t *d, int64_t arrival_ns, int64_t period_ns)

cdef extern from "engine/bare.h" nogil:
    ctypedef struct bare_t:
        lateness_t late
        uint64_t more
        int stop
    void bare_run(bare_t *b, int64_t period_ns)


def seal(bytes body not None) -> bytes:
    """Return what goes on the wire for header and payload; ValueError when it is too long."""
    cdef uint8_t out[LINK_MAX_WIRE]
    if PyBytes_GET_SIZE(body) > LINK_MAX_BODY:
        raise ValueError("body too long")
    cdef int n = link_send(<const uint8_t *> PyBytes_AS_STRING(body),
                           <int> PyBytes_GET_SIZE(body), out)
    return (<char *> out)[:n]


cdef class Receiver:
    """Takes a byte stream apart."""

    cdef link_rx_t rx

    def feed(self, bytes data not None) -> list:
        """Return what `data` completes: checked bodies, or the negative number of what is wrong."""
        cdef int used = 0, found, at = 0, n = <int> PyBytes_GET_SIZE(data)
        out = []
        while at < n:
            found = link_receive(&self.rx, <const uint8_t *> PyBytes_AS_STRING(data) + at,
                                 n - at, &used)
            at += used
            if found == LINK_BODY:
                out.append((<char *> self.rx.body)[:self.rx.n])
            elif found != LINK_MORE:
                out.append(found)
        return out


def mix(const int16_t[:, ::1] talk not None, const int32_t[::1] gain not None,
        int16_t[::1] hear not None) -> None:
    """Put the gain-weighted sum of the rows of talk into hear; gains are Q12, 0 to 16384."""
    cdef const int16_t *rows[MIX_TALKERS_MAX]
    cdef const int32_t *gains = NULL
    cdef Py_ssize_t i
    if talk.shape[0] != gain.shape[0] or talk.shape[1] != hear.shape[0]:
        raise ValueError("a gain for each talker, and equal lengths")
    if talk.shape[0] > MIX_TALKERS_MAX or hear.shape[0] == 0:
        raise ValueError("too many talkers, or no samples")
    for i in range(gain.shape[0]):
        if not 0 <= gain[i] <= MIX_GAIN_MAX:
            raise ValueError("gain out of range")
        rows[i] = &talk[i, 0]
    if gain.shape[0]:
        gains = &gain[0]
    c_mix(rows, gains, <int> talk.shape[0], &hear[0], <int> hear.shape[0])


cdef class Ring:
    """A ring of messages; room is a power of two."""

    cdef ring_t *ring

    def __cinit__(self, uint32_t room):
        if room < 8 or room & (room - 1):
            raise ValueError("room is a power of two")
        self.ring = ring_new(room)
        if self.ring == NULL:
            raise MemoryError

    def __dealloc__(self):
        ring_free(self.ring)

    def put(self, bytes message not None) -> bool:
        """Append a message; False when it does not fit."""
        return ring_put(self.ring, NULL, 0, PyBytes_AS_STRING(message),
                        <uint32_t> PyBytes_GET_SIZE(message)) == 0

    def get(self) -> bytes | None:
        """Take the oldest message; None when there is none."""
        cdef uint8_t out[65536]
        cdef int n = ring_get(self.ring, out, sizeof(out))
        return (<char *> out)[:n] if n >= 0 else None


cdef class Lateness:
    """A histogram of lateness; `cython_dsp.engine.lateness` says what its buckets are."""

    cdef lateness_t late

    def add(self, int64_t ns) -> None:
        """Count something that was so late."""
        lateness_add(&self.late, ns)

    def counts(self) -> list:
        """Return how many there were in each bucket."""
        return [self.late.count[bucket] for bucket in range(LATENESS_BUCKETS)]


cdef class Due:
    """When the blocks of a board are due, by its own clock; times in ns."""

    cdef due_t due

    def __cinit__(self):
        due_begin(&self.due)

    def next(self, int64_t arrival_ns, int64_t period_ns) -> int:
        """Return when the block that has arrived was due."""
        return due_next(&self.due, arrival_ns, period_ns)

    def skip(self, int64_t blocks) -> None:
        """So many have come that nobody asks about."""
        due_skip(&self.due, blocks)


cdef class Bare:
    """A timer and nothing else: `run` in a thread, until `stop`."""

    cdef bare_t bare

    def run(self, int64_t period_ns) -> None:
        """Wake up each period, and count how late; without the GIL."""
        with nogil:
            bare_run(&self.bare, period_ns)

    def stop(self) -> None:
        """`run` returns within a period."""
        self.bare.stop = 1

    def counts(self) -> list:
        """Return the histogram, as `Lateness` does."""
        return [self.bare.late.count[bucket] for bucket in range(LATENESS_BUCKETS)]

    def more_late(self) -> int:
        """Return how often it was late by more than a period."""
        return self.bare.more
