/* When a tick is due: the blocks of a board, or a timer; in a thread, or stepped by hand. */
#define _GNU_SOURCE
#include "engine/engine.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SILENCE_NS 19000000LL    /* three blocks of the pacer are missing: another takes over */
#define CATCH_UP 4               /* ticks run at once after a stall; older audio is dropped */
#define RETURN_BLOCKS 4          /* a board must be regular again for so long to be the pacer */
#define WRITER_TICKS 40          /* stepped: rounds of the writer */
#define PRIORITY 50

static void notice(engine_t *e, const char *what, int error)
{
    engine_post(e, FIND_NOTICE, 0, atomic_load(&e->tick), error, what, (int)strlen(what));
}

/* --- which board paces --- */

static int fresh(const board_t *b, int64_t now)
{
    return b->fd >= 0 && !b->lost && b->good_run >= RETURN_BLOCKS &&
           now - b->last_block_ns < SILENCE_NS;
}

static int first_fresh(const engine_t *e, int64_t now)
{
    for (int i = 0; i < MAX_BOARDS; i++)
        if (fresh(&e->board[i], now))
            return i;
    return -1;
}

/* What waits to be sent at a board that becomes the pacer would be a delay for ever; what waits
 * from it is caught up with by ticks. */
static void make_pacer(engine_t *e, int index)
{
    e->pacer = index;
    due_begin(&e->due);
    count_add(&e->counters[E_takeovers], 1);
    if (index >= 0)
        e->board[index].tx_fill = 0;
}

/* The first board in order that is regular paces, as soon as it is. */
static void promote(engine_t *e, int64_t now)
{
    int first = first_fresh(e, now);

    if (first >= 0 && (e->pacer < 0 || first < e->pacer)) {
        make_pacer(e, first);
        e->due_ns = now + SILENCE_NS;
    }
}

/* --- the thread --- */

static void timed_tick(engine_t *e)
{
    int64_t start = engine_now_ns();

    engine_tick(e);
    uint64_t us = (uint64_t)(engine_now_ns() - start) / 1000;
    if (us > atomic_load_explicit(&e->counters[E_tick_us_max], memory_order_relaxed))
        atomic_store_explicit(&e->counters[E_tick_us_max], us, memory_order_relaxed);
}

static void done(engine_t *e, int64_t due_ns)
{
    int64_t now = engine_now_ns();

    lateness_add(&e->late[L_DUE], now - due_ns);
    lateness_add(&e->late[L_AWAKE], now - e->woke_ns);
    int late = now - due_ns > TICK_NS;
    count_add(&e->counters[E_late_ticks], (uint64_t)late);
    detail_told(e, late);
}

/* After a stall only the newest blocks are of use. */
static void drop_stale(engine_t *e, board_t *b)
{
    int over = b->rx_fill - CATCH_UP * TICK_SAMPLES;

    if (over < TICK_SAMPLES)
        return;
    over = over / TICK_SAMPLES * TICK_SAMPLES;
    board_drop_rx(b, over);
    count_add(&b->counters[B_stale], (uint64_t)(over / TICK_SAMPLES));
    engine_skip(e, (uint32_t)(over / TICK_SAMPLES));
    due_skip(&e->due, over / TICK_SAMPLES);
}

static void board_ticks(engine_t *e, int index)
{
    board_t *b = &e->board[index];

    drop_stale(e, b);
    while (b->rx_fill >= TICK_SAMPLES && !b->lost) {
        int64_t due = due_next(&e->due, e->woke_ns, TICK_NS);
        timed_tick(e);
        board_answer(e, index);
        done(e, due);
    }
    e->clock_ns = engine_now_ns();
    e->due_ns = e->clock_ns + SILENCE_NS;
}

static void timer_ticks(engine_t *e, int64_t now)
{
    int64_t due = (now - e->clock_ns) / TICK_NS;

    e->clock_ns += due * TICK_NS;
    if (due > CATCH_UP) {
        engine_skip(e, (uint32_t)(due - CATCH_UP));
        due = CATCH_UP;
    }
    for (int64_t i = 1; i <= due; i++) {
        timed_tick(e);
        done(e, e->clock_ns - (due - i) * TICK_NS);
    }
    count_add(&e->counters[E_timer_ticks], (uint64_t)due);
    e->due_ns = e->clock_ns + TICK_NS;
}

/* The pacer has been silent too long, or a timer's tick is due. */
static void time_is_up(engine_t *e, int64_t now)
{
    if (e->pacer >= 0) {
        e->board[e->pacer].silent = 1;
        e->board[e->pacer].good_run = 0;
        make_pacer(e, first_fresh(e, now));
    }
    timer_ticks(e, now);
    if (e->pacer >= 0)
        e->due_ns = e->clock_ns + SILENCE_NS;
}

static void pace(engine_t *e)
{
    int64_t now = engine_now_ns();

    promote(e, now);
    if (e->pacer >= 0 && e->board[e->pacer].rx_fill >= TICK_SAMPLES && !e->board[e->pacer].lost)
        board_ticks(e, e->pacer);
    else if (now >= e->due_ns)
        time_is_up(e, now);
}

/* Wait for bytes of a board that is not lost, or for the time, or for stop. */
static void wait_boards(engine_t *e, int64_t until_ns)
{
    struct pollfd fds[MAX_BOARDS + 1] = {{.fd = e->wake_fd, .events = POLLIN}};
    int which[MAX_BOARDS + 1], n = 1;
    int64_t left = until_ns - engine_now_ns();
    struct timespec wait = {0, left > 0 ? left : 0};

    for (int i = 0; i < MAX_BOARDS; i++) {
        if (e->board[i].fd < 0 || e->board[i].lost)
            continue;
        which[n] = i;
        fds[n++] = (struct pollfd){.fd = e->board[i].fd, .events = POLLIN};
    }
    int ready = ppoll(fds, (nfds_t)n, &wait, NULL);

    e->woke_ns = engine_now_ns();
    if (ready <= 0)
        return;
    for (int i = 1; i < n; i++)
        if (fds[i].revents != 0)
            board_read(e, which[i]);
}

static void be_realtime(engine_t *e)
{
    struct sched_param priority = {.sched_priority = PRIORITY};
    int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);

    if (error != 0)
        notice(e, "SCHED_FIFO", error);
    else
        atomic_store(&e->counters[E_realtime], 1);
    /* ONFAULT: what is touched stays; what is only mapped (stacks, libraries) costs nothing. */
    if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
        notice(e, "mlockall", errno);
    else
        atomic_store(&e->counters[E_memory_locked], 1);
    engine_signal(e);
}

static void *engine_run(void *engine)
{
    engine_t *e = engine;

    be_realtime(e);
    e->clock_ns = engine_now_ns();
    e->due_ns = e->clock_ns + TICK_NS;
    while (!atomic_load(&e->stop)) {
        wait_boards(e, e->due_ns);
        pace(e);
        engine_signal(e);
    }
    return NULL;
}

int engine_start(engine_t *e)
{
    sigset_t all, old;
    int error;

    sigfillset(&all);
    if (atomic_load(&e->running))
        return EBUSY;
    atomic_store(&e->stop, 0);
    e->stepped = 0;
    e->pacer = -1;
    pthread_sigmask(SIG_BLOCK, &all, &old); /* signals are Python's */
    error = pthread_create(&e->writer, NULL, writer_run, e);
    if (error == 0 && (error = pthread_create(&e->thread, NULL, engine_run, e)) != 0) {
        atomic_store(&e->stop, 1);
        pthread_join(e->writer, NULL);
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (error != 0) /* else the thread has it */
        e->stepped = 1;
    atomic_store(&e->running, error == 0);
    return error;
}

static void close_recordings(engine_t *e)
{
    for (int i = 0; i < MAX_RECORDERS; i++)
        recorder_end(e, i);
    writer_pass(e);
    recorder_collect(e);
    engine_signal(e);
}

void engine_stop(engine_t *e)
{
    uint64_t one = 1;

    atomic_store(&e->stop, 1);
    if (atomic_load(&e->running)) {
        if (write(e->wake_fd, &one, sizeof one) > 0)
            pthread_join(e->thread, NULL);
        if (write(e->writer_fd, &one, sizeof one) > 0)
            pthread_join(e->writer, NULL);
        if (read(e->wake_fd, &one, sizeof one) > 0)
            atomic_store(&e->running, 0);
    }
    e->stepped = 1;
    e->pacer = -1;
    for (int i = 0; i < MAX_BOARDS; i++)
        e->board[i].silent = 0;
    if (e->writer_fd >= 0 && e->finds != NULL)
        close_recordings(e);
}

/* --- by hand --- */

/* The first board in order that is not lost; only its block is waited for at all costs. */
static int master(const engine_t *e)
{
    for (int i = 0; i < MAX_BOARDS; i++)
        if (e->board[i].fd >= 0 && !e->board[i].lost)
            return i;
    return -1;
}

static int wanting(const board_t *b)
{
    return b->fd >= 0 && !b->lost && !b->silent && b->rx_fill < TICK_SAMPLES;
}

/* Read what is there; how many boards still lack a block. */
static int read_wanting(engine_t *e)
{
    int lacking = 0;

    for (int i = 0; i < MAX_BOARDS; i++) {
        board_t *b = &e->board[i];
        if (b->fd >= 0 && !b->lost && (b->rx_fill < TICK_SAMPLES || b->newest > 0))
            board_read(e, i);
        lacking += wanting(&e->board[i]);
    }
    return lacking;
}

static void wait_wanting(engine_t *e, int64_t until_ns)
{
    struct pollfd fds[MAX_BOARDS];
    nfds_t n = 0;
    int64_t left = until_ns - engine_now_ns();
    struct timespec wait = {left / 1000000000LL, left % 1000000000LL};

    for (int i = 0; i < MAX_BOARDS; i++)
        if (wanting(&e->board[i]))
            fds[n++] = (struct pollfd){.fd = e->board[i].fd, .events = POLLIN};
    if (left > 0)
        ppoll(fds, n, &wait, NULL);
}

/* A board that did not send is not waited for again until it sends. */
static int gather_blocks(engine_t *e, int timeout_ms)
{
    int64_t until = engine_now_ns() + timeout_ms * 1000000LL;

    while (read_wanting(e) > 0) {
        if (engine_now_ns() < until) {
            wait_wanting(e, until);
            continue;
        }
        int first = master(e);
        if (first >= 0 && e->board[first].rx_fill < TICK_SAMPLES)
            return ETIMEDOUT;
        for (int i = 0; i < MAX_BOARDS; i++)
            e->board[i].silent |= wanting(&e->board[i]);
    }
    return 0;
}

int engine_step(engine_t *e, int timeout_ms)
{
    if (atomic_load(&e->running))
        return EBUSY;
    commands_apply(e);
    int error = gather_blocks(e, timeout_ms);
    if (error != 0) {
        engine_signal(e);
        return error;
    }
    e->pacer = master(e);
    engine_tick(e);
    for (int i = 0; i < MAX_BOARDS; i++) {
        if (e->board[i].fd >= 0)
            board_answer(e, i);
        e->board[i].newest -= e->board[i].newest > 0 && !e->board[i].lost;
    }
    if (atomic_load(&e->tick) % WRITER_TICKS == 0)
        writer_pass(e);
    engine_signal(e);
    return 0;
}
