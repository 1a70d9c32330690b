#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "engine/g711.h"

#define RETURNS_ROOM (1 << 16)
#define RETURN_BYTES 12 /* two numbers and their length */
_Static_assert(RETURN_BYTES * (MAX_LEGS + MAX_CLIPS + MAX_RECORDERS + MAX_LINES) <= RETURNS_ROOM,
               "there is room for everything the tick can return");
_Static_assert(REPORT_WORDS * sizeof(uint64_t) == sizeof(rtp_statistics_t), "whole words");

#define NAME(name) #name,
const char *const engine_board_counter_names[] = {BOARD_COUNTERS(NAME) NULL};
const char *const engine_counter_names[] = {ENGINE_COUNTERS(NAME) NULL};

int64_t engine_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

engine_t *engine_new(void)
{
    engine_t *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->commands = ring_new(1 << 18);
    e->finds = ring_new(1 << 19);
    e->returns = ring_new(RETURNS_ROOM);
    e->finds_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    e->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    e->writer_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    e->udp_fd = -1;
    e->pacer = -1;
    due_begin(&e->due);
    e->stepped = 1;
    for (int i = 0; i < MAX_BOARDS; i++)
        e->board[i].fd = -1;
    if (!e->commands || !e->finds || !e->returns || e->finds_fd < 0 || e->wake_fd < 0 ||
        e->writer_fd < 0) {
        engine_free(e);
        return NULL;
    }
    return e;
}

void engine_free(engine_t *e)
{
    engine_stop(e);
    for (int i = 0; i < MAX_BOARDS; i++)
        board_close(&e->board[i]);
    for (int i = 0; i < MAX_LEGS; i++)
        if (e->leg[i] != NULL)
            rtp_leg_free(e->leg[i]);
    for (int i = 0; i < MAX_CLIPS; i++)
        clip_unload(&e->clip[i]);
    for (int i = 0; i < MAX_LINES; i++)
        engine_free_line(e, i);
    for (int i = 0; i < MAX_RECORDERS; i++)
        ring_free(e->recorder[i].ring);
    if (e->udp_fd >= 0)
        close(e->udp_fd);
    close(e->finds_fd);
    close(e->wake_fd);
    close(e->writer_fd);
    ring_free(e->commands);
    ring_free(e->finds);
    ring_free(e->returns);
    free(e);
}

static int put_find(engine_t *e, const find_t *find, const void *data, int n)
{
    if (ring_put(e->finds, find, sizeof *find, data, (uint32_t)n) < 0) {
        count_add(&e->counters[E_finds_lost], 1);
        return -1;
    }
    count_add(&e->counters[E_finds], 1);
    e->found = 1;
    return 0;
}

void engine_post(engine_t *e, int kind, int32_t port, uint64_t tick, int64_t value,
                 const void *data, int n)
{
    find_t find = {kind, port, tick, value};

    put_find(e, &find, data, n);
}

int engine_post_bulk(engine_t *e, int kind, int32_t port, int64_t value, const void *head,
                     int head_n, const void *data, int n)
{
    uint8_t body[ADDRESS_BYTES + LINK_MAX_FRAME];
    find_t find = {kind, port, atomic_load(&e->tick), value};

    if (head_n + n > (int)sizeof body || ring_space(e->finds) < e->finds->room / 4) {
        count_add(&e->counters[E_finds_lost], 1);
        return -1;
    }
    if (head_n > 0)
        memcpy(body, head, (size_t)head_n);
    memcpy(body + head_n, data, (size_t)n);
    return put_find(e, &find, body, head_n + n);
}

void engine_return(engine_t *e, int what, int index)
{
    int32_t message[2] = {what, index};

    /* Cannot be full: each leg, clip, recorder and line is in it once at most. */
    ring_put(e->returns, message, sizeof message, NULL, 0);
}

void engine_signal(engine_t *e)
{
    uint64_t one = 1;

    if (!e->found)
        return;
    e->found = 0;
    if (write(e->finds_fd, &one, sizeof one) < 0)
        return; /* the counter is at its maximum: readable anyway */
}

port_t *engine_port(engine_t *e, int32_t id)
{
    int index = INDEX_OF(id);

    if (id <= 0 || index >= MAX_PORTS || e->port[index].id != id)
        return NULL;
    return &e->port[index];
}

uint64_t engine_ticks(const engine_t *e)
{
    return atomic_load(&e->tick);
}

uint64_t engine_counter(const engine_t *e, int which)
{
    return atomic_load_explicit(&e->counters[which], memory_order_relaxed);
}

uint64_t engine_board_counter(const engine_t *e, int board, int which)
{
    return atomic_load_explicit(&e->board[board].counters[which], memory_order_relaxed);
}

uint64_t engine_lateness(const engine_t *e, int which, int bucket)
{
    return atomic_load_explicit(&e->late[which].count[bucket], memory_order_relaxed);
}

void engine_hold_writer(engine_t *e, int on)
{
    atomic_store(&e->held, on);
}

void engine_refused(engine_t *e)
{
    count_add(&e->counters[E_commands_refused], 1);
}

void engine_powers(const engine_t *e, int port, uint32_t *talk, uint32_t *hear)
{
    *talk = atomic_load_explicit(&e->port[port].talk_power, memory_order_relaxed);
    *hear = atomic_load_explicit(&e->port[port].hear_power, memory_order_relaxed);
}

void engine_speech(const engine_t *e, int port, float *dbm0, float *activity)
{
    uint32_t both = atomic_load_explicit(&e->port[port].speech, memory_order_relaxed);

    *dbm0 = both == 0 ? SPEECH_SILENCE : -(float)(int16_t)(both >> 16) / 256.0f;
    *activity = (float)(both & 0xFFFF) / 65535.0f;
}

void engine_rearm(engine_t *e)
{
    uint64_t signals;

    if (read(e->finds_fd, &signals, sizeof signals) < 0)
        return; /* it was not set */
}

int engine_put_leg(engine_t *e, int leg, const rtp_params_t *params)
{
    memset(&e->report[leg], 0, sizeof e->report[leg]);
    e->leg[leg] = rtp_leg_new(params);
    return e->leg[leg] != NULL ? 0 : -1;
}

void engine_free_leg(engine_t *e, int leg)
{
    rtp_leg_free(e->leg[leg]);
    e->leg[leg] = NULL;
}

void engine_leg_report(const engine_t *e, int leg, rtp_statistics_t *out)
{
    const leg_report_t *report = &e->report[leg];
    uint64_t now[REPORT_WORDS];
    uint32_t before;

    do {
        before = sequence_read(&report->seq);
        for (size_t i = 0; i < REPORT_WORDS; i++)
            now[i] = atomic_load_explicit(&report->now[i], memory_order_relaxed);
    } while (sequence_torn(&report->seq, before));
    memcpy(out, now, sizeof *out);
}
