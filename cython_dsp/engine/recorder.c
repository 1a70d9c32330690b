/* Recordings: the tick's side puts frames into a ring, the writer's side puts them on the disk.
 *
 * A file is a two-channel A-law WAV (format tag 6).  Its sizes are written again after each
 * piece of audio, so that whatever stops the process leaves a file that can be played up to the
 * last piece.  What could not be kept becomes silence of the same length: times stay aligned.
 */
#include "engine/engine.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "engine/g711.h"

#define HEADER 58
#define WRITE_MS 200        /* the writer's round */
#define SYNC_NS 1000000000LL
#define SILENCE_BLOCK 4000  /* frames */

/* Messages in a recorder's ring. */
enum { REC_AUDIO = 1, REC_GAP = 2 };
typedef struct {
    uint16_t kind, why;
    uint32_t frames;
} rec_head_t;

/* --- the tick's side --- */

/* Both sides lose frames, so this is a true atomic addition. */
static void lose(recorder_t *r, uint32_t frames)
{
    atomic_fetch_add_explicit(&r->lost, frames, memory_order_relaxed);
}

static void put_gap(recorder_t *r, int why, uint32_t frames)
{
    rec_head_t head = {REC_GAP, (uint16_t)why, frames};

    if (why == GAP_LOST)
        lose(r, frames);
    if (r->gap > 0 || ring_put(r->ring, &head, sizeof head, NULL, 0) < 0)
        r->gap += frames; /* no room even for that: told when there is */
}

static int flush_gap(recorder_t *r)
{
    rec_head_t head = {REC_GAP, GAP_LOST, r->gap};

    if (r->gap > 0 && ring_put(r->ring, &head, sizeof head, NULL, 0) < 0)
        return -1;
    r->gap = 0;
    return 0;
}

static void put_audio(engine_t *e, recorder_t *r, uint32_t frames)
{
    rec_head_t head = {REC_AUDIO, 0, frames};
    uint8_t stereo[2 * TICK_SAMPLES], code[TICK_SAMPLES];
    const int32_t ports[2] = {r->left, r->right};

    for (int side = 0; side < 2; side++) {
        memset(code, ALAW_SILENCE, sizeof code);
        if (engine_port(e, ports[side]) != NULL)
            g711_alaw_encode_block(e->talk[INDEX_OF(ports[side])], code, (int)frames);
        for (uint32_t i = 0; i < frames; i++)
            stereo[2 * i + side] = code[i];
    }
    if (flush_gap(r) < 0 || ring_put(r->ring, &head, sizeof head, stereo, 2 * frames) < 0) {
        r->gap += frames;
        lose(r, frames);
        count_add(&e->counters[E_record_frames_lost], frames);
    }
}

static uint32_t room_left(const recorder_t *r, uint32_t frames)
{
    int64_t left = r->max_frames - r->frames;

    return left < frames ? (uint32_t)left : frames;
}

void recorder_end(engine_t *e, int index)
{
    recorder_t *r = &e->recorder[index];
    uint64_t one = 1;

    if (atomic_load(&r->state) != REC_OPEN)
        return;
    flush_gap(r);
    atomic_store_explicit(&r->state, REC_ENDED, memory_order_release);
    if (write(e->writer_fd, &one, sizeof one) < 0)
        return; /* it is signalled already */
}

static void advance(engine_t *e, int index, uint32_t frames)
{
    e->recorder[index].frames += frames;
    if (e->recorder[index].frames >= e->recorder[index].max_frames)
        recorder_end(e, index);
}

void recorder_tap(engine_t *e)
{
    for (int i = 0; i < MAX_RECORDERS; i++) {
        recorder_t *r = &e->recorder[i];
        if (atomic_load_explicit(&r->state, memory_order_relaxed) != REC_OPEN)
            continue;
        uint32_t frames = room_left(r, TICK_SAMPLES);
        if (r->paused)
            put_gap(r, GAP_PAUSE, frames);
        else
            put_audio(e, r, frames);
        advance(e, i, frames);
    }
}

void recorder_gap(engine_t *e, uint32_t frames)
{
    for (int i = 0; i < MAX_RECORDERS; i++) {
        recorder_t *r = &e->recorder[i];
        if (atomic_load_explicit(&r->state, memory_order_relaxed) != REC_OPEN)
            continue;
        uint32_t n = room_left(r, frames);
        put_gap(r, r->paused ? GAP_PAUSE : GAP_LOST, n);
        advance(e, i, n);
    }
}

void recorder_collect(engine_t *e)
{
    uint64_t tick = atomic_load(&e->tick);

    for (int i = 0; i < MAX_RECORDERS; i++) {
        recorder_t *r = &e->recorder[i];
        int state = atomic_load_explicit(&r->state, memory_order_acquire);
        if (state == REC_FREE)
            continue;
        uint64_t lost = atomic_load_explicit(&r->lost, memory_order_relaxed);
        int error = atomic_load_explicit(&r->error, memory_order_relaxed);
        if (lost != r->lost_told && (r->lost_told == 0 || state == REC_CLOSED)) {
            r->lost_told = lost;
            engine_post(e, FIND_RECORD_LOST, i, tick, (int64_t)lost, &error, sizeof error);
        }
        if (state == REC_CLOSED) {
            engine_post(e, FIND_RECORD_DONE, i, tick, r->written, NULL, 0);
            atomic_store_explicit(&r->state, REC_FREE, memory_order_release);
            engine_return(e, RETURN_RECORDER, i);
        }
    }
}

/* --- the writer's side --- */

static void put_le(uint8_t *p, uint32_t x, int n)
{
    for (int i = 0; i < n; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

/* RIFF header for so many frames and `extra` bytes of chunks behind the audio. */
static int write_header(int fd, int64_t frames, uint32_t extra)
{
    uint8_t h[HEADER] = "RIFF....WAVEfmt ";

    put_le(h + 4, (uint32_t)(HEADER - 8 + 2 * frames + extra), 4);
    put_le(h + 16, 18, 4);
    put_le(h + 20, 6, 2);      /* WAVE_FORMAT_ALAW */
    put_le(h + 22, 2, 2);      /* channels */
    put_le(h + 24, 8000, 4);   /* frames a second */
    put_le(h + 28, 16000, 4);  /* bytes a second */
    put_le(h + 32, 2, 2);      /* bytes a frame */
    put_le(h + 34, 8, 2);      /* bits a sample */
    put_le(h + 36, 0, 2);      /* no more of the format */
    memcpy(h + 38, "fact", 4);
    put_le(h + 42, 4, 4);
    put_le(h + 46, (uint32_t)frames, 4);
    memcpy(h + 50, "data", 4);
    put_le(h + 54, (uint32_t)(2 * frames), 4);
    errno = EIO; /* for a write that is short without a reason */
    return pwrite(fd, h, sizeof h, 0) == (ssize_t)sizeof h ? 0 : errno;
}

int recorder_prepare(engine_t *e, int index, int fd)
{
    recorder_t *r = &e->recorder[index];
    ring_t *ring = r->ring != NULL ? r->ring : ring_new(REC_RING);

    if (ring == NULL)
        return ENOMEM;
    /* All but `state`, which tick and writer look at; it is REC_FREE. */
    memset((char *)r + offsetof(recorder_t, fd), 0, sizeof *r - offsetof(recorder_t, fd));
    r->ring = ring;
    r->fd = fd;
    return write_header(fd, 0, 0);
}

/* Append frames; those the disk refuses are owed. */
static void append(recorder_t *r, const uint8_t *stereo, uint32_t frames)
{
    uint32_t done = 0;

    while (done < frames) {
        ssize_t n = pwrite(r->fd, stereo + 2 * done, 2 * (frames - done),
                           HEADER + 2 * (r->written + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 2) {
            atomic_store_explicit(&r->error, n < 0 ? errno : ENOSPC, memory_order_relaxed);
            break;
        }
        done += (uint32_t)n / 2;
    }
    r->written += done;
    r->owed += frames - done;
}

/* Make up what is owed; 0 when nothing is owed any more. */
static int pay(recorder_t *r)
{
    static const uint8_t silence[2 * SILENCE_BLOCK] = {
        [0 ... 2 * SILENCE_BLOCK - 1] = ALAW_SILENCE,
    };

    while (r->owed > 0) {
        uint32_t n = r->owed < SILENCE_BLOCK ? r->owed : SILENCE_BLOCK;
        uint32_t before = r->owed;
        r->owed -= n;
        append(r, silence, n);
        if (r->owed == before)
            return -1;
    }
    return 0;
}

static void write_audio(recorder_t *r, const uint8_t *stereo, uint32_t frames)
{
    if (pay(r) == 0) {
        append(r, stereo, frames);
        lose(r, r->owed);
        return;
    }
    r->owed += frames;
    lose(r, frames);
}

static void note_pause(recorder_t *r, int pausing)
{
    uint32_t at = (uint32_t)(r->written + r->owed);

    if (pausing && !r->was_paused && r->pauses < REC_PAUSES)
        r->pause_at[r->pauses++] = at;
    if (!pausing && r->was_paused && r->pauses > 0)
        r->pause_end[r->pauses - 1] = at;
    r->was_paused = pausing;
}

/* What the ring holds; frames taken. */
static uint32_t drain(recorder_t *r)
{
    uint8_t piece[2 * 8192];
    struct {
        rec_head_t head;
        uint8_t stereo[2 * TICK_SAMPLES];
    } message;
    uint32_t held = 0, total = 0;

    while (ring_get(r->ring, &message, sizeof message) >= 0) {
        uint32_t frames = message.head.frames;
        int audio = message.head.kind == REC_AUDIO;
        if (held > 0 && (!audio || held + frames > sizeof piece / 2)) {
            write_audio(r, piece, held);
            held = 0;
        }
        note_pause(r, !audio && message.head.why == GAP_PAUSE);
        if (audio) {
            memcpy(piece + 2 * held, message.stereo, 2 * frames);
            held += frames;
        } else {
            r->owed += frames;
        }
        total += frames;
    }
    if (held > 0)
        write_audio(r, piece, held);
    pay(r);
    return total;
}

/* The pauses as cue points: 1, 3 ... where one begins, 2, 4 ... where it ends.  Bytes written. */
static uint32_t write_cues(recorder_t *r)
{
    uint8_t chunk[12 + 24 * 2 * REC_PAUSES] = "cue ";
    uint32_t points = 2 * (uint32_t)r->pauses;
    uint32_t size = 12 + 24 * points;

    if (points == 0)
        return 0;
    note_pause(r, 0);
    put_le(chunk + 4, size - 8, 4);
    put_le(chunk + 8, points, 4);
    for (uint32_t i = 0; i < points; i++) {
        uint8_t *p = chunk + 12 + 24 * i;
        uint32_t at = i % 2 == 0 ? r->pause_at[i / 2] : r->pause_end[i / 2];
        put_le(p, i + 1, 4);
        put_le(p + 4, at, 4);
        memcpy(p + 8, "data", 4);
        put_le(p + 20, at, 4);
    }
    return pwrite(r->fd, chunk, size, HEADER + 2 * r->written) == (ssize_t)size ? size : 0;
}

static void finish(recorder_t *r)
{
    write_header(r->fd, r->written, write_cues(r));
    if (fsync(r->fd) < 0)
        atomic_store_explicit(&r->error, errno, memory_order_relaxed);
    close(r->fd);
    r->fd = -1;
    atomic_store_explicit(&r->state, REC_CLOSED, memory_order_release);
}

static void write_one(engine_t *e, recorder_t *r, int state)
{
    int error;

    if (drain(r) > 0 && (error = write_header(r->fd, r->written, 0)) != 0)
        atomic_store_explicit(&r->error, error, memory_order_relaxed);
    /* Stepped, a second may last a moment: the disk is then made sure of at the end only. */
    if (!e->stepped && engine_now_ns() - r->synced_ns >= SYNC_NS) {
        fdatasync(r->fd);
        r->synced_ns = engine_now_ns();
    }
    if (state == REC_ENDED)
        finish(r);
}

void writer_pass(engine_t *e)
{
    for (int i = 0; i < MAX_RECORDERS && !atomic_load(&e->held); i++) {
        int state = atomic_load_explicit(&e->recorder[i].state, memory_order_acquire);
        if (state == REC_OPEN || state == REC_ENDED)
            write_one(e, &e->recorder[i], state);
    }
}

void *writer_run(void *engine)
{
    engine_t *e = engine;
    uint64_t signals;

    while (!atomic_load(&e->stop)) {
        struct pollfd p = {.fd = e->writer_fd, .events = POLLIN};
        if (poll(&p, 1, WRITE_MS) > 0 && read(e->writer_fd, &signals, sizeof signals) < 0)
            continue;
        writer_pass(e);
    }
    return NULL;
}
