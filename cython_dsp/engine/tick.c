/* One tick: 5 ms of every port.  The thread and step() run this same function. */
#include "engine/engine.h"

#include <string.h>

#define RETRY_TICKS 20  /* a lost board is looked at again each 100 ms */
#define REPORT_TICKS 100
#define DUCK 8          /* 18 dB */

static void receive_rtp(engine_t *e, port_t *p, int16_t *talk)
{
    rtp_leg_hurry(e->leg[p->leg], !detail_wanted(e, DETAIL_CONCEALMENT));
    int digit = rtp_leg_play(e->leg[p->leg], talk, atomic_load(&e->tick));

    if (p->levels)
        leveller_take(&p->leveller, talk, detail_wanted(e, DETAIL_LEVELS));
    if (digit != 0)
        engine_post(e, FIND_DIGIT, p->id, atomic_load(&e->tick), digit, NULL, 0);
}

/* What is said into a tone comes back as echo and spoils its cadence: be quiet a moment. */
static void duck(const port_t *p, int16_t *hear)
{
    if (progress_listens(&p->progress) && progress_suspects(&p->progress))
        for (int i = 0; i < TICK_SAMPLES; i++)
            hear[i] /= DUCK;
}

/* What each port says. */
static void listen_all(engine_t *e)
{
    board_receive_audio(e);
    lines_listen(e);
    udp_receive(e);
    for (int i = 0; i < e->ports; i++) {
        port_t *p = &e->port[i];
        if (p->kind == PORT_RTP)
            receive_rtp(e, p, e->talk[i]);
        else if (p->kind == PORT_PLAYER)
            player_fill(e, p, e->talk[i]);
        if (p->kind == PORT_PLAYER && p->sending)
            digits_fill(e, p);
    }
}

static void detect_all(engine_t *e)
{
    digits_detect(e);
    for (int i = 0; i < e->ports; i++) {
        port_t *p = &e->port[i];
        if (p->kind == PORT_FREE)
            continue;
        if (detail_wanted(e, DETAIL_GAUGES))
            gauges_talk(e, p, e->talk[i]);
        if (p->kind == PORT_TDM)
            supervision_listen(e, p);
    }
}

static void mix_port(engine_t *e, port_t *p, int16_t *hear)
{
    const int16_t *talk[MIX_TALKERS_MAX];
    int32_t gain[MIX_TALKERS_MAX];
    int n = 0;

    for (int i = 0; i < p->edges; i++) {
        if (engine_port(e, p->edge[i].talker) == NULL)
            continue;
        talk[n] = e->talk[INDEX_OF(p->edge[i].talker)];
        gain[n++] = p->edge[i].gain;
    }
    p->hears = n > 0;
    if (n == 1 && gain[0] == MIX_UNITY)
        memcpy(hear, talk[0], TICK_SAMPLES * sizeof *hear);
    else
        mix(talk, gain, n, hear, TICK_SAMPLES);
}

static void mix_all(engine_t *e)
{
    for (int i = 0; i < e->ports; i++) {
        port_t *p = &e->port[i];
        if (p->kind != PORT_TDM && p->kind != PORT_RTP)
            continue;
        mix_port(e, p, e->hear[i]);
        if (p->kind == PORT_TDM)
            duck(p, e->hear[i]);
        if (p->sending)
            digits_fill(e, p);
        if (detail_wanted(e, DETAIL_GAUGES))
            gauges_hear(p, e->hear[i]);
    }
}

static void send_all(engine_t *e)
{
    board_send_audio(e);
    for (int i = 0; i < e->ports; i++)
        if (e->port[i].kind == PORT_RTP)
            udp_queue_rtp(e, &e->port[i], e->port[i].hears);
    udp_flush(e);
}

static void report(leg_report_t *to, const rtp_leg_t *leg)
{
    rtp_statistics_t statistics;
    uint64_t now[REPORT_WORDS];

    memset(&statistics, 0, sizeof statistics); /* what is between its members, too */
    rtp_leg_statistics(leg, &statistics);
    memcpy(now, &statistics, sizeof now);
    sequence_begin(&to->seq);
    for (size_t i = 0; i < REPORT_WORDS; i++)
        atomic_store_explicit(&to->now[i], now[i], memory_order_relaxed);
    sequence_end(&to->seq);
}

static void report_legs(engine_t *e)
{
    for (int i = 0; i < e->ports; i++)
        if (e->port[i].kind == PORT_RTP)
            report(&e->report[e->port[i].leg], e->leg[e->port[i].leg]);
}

static void retry_lost(engine_t *e)
{
    int64_t tick = (int64_t)atomic_load(&e->tick);

    for (int i = 0; i < MAX_BOARDS; i++) {
        board_t *b = &e->board[i];
        if (b->fd >= 0 && b->lost && tick >= b->retry_tick) {
            b->retry_tick = tick + RETRY_TICKS;
            board_read(e, i);
        } else if (b->fd >= 0) {
            board_flush(b);
        }
    }
}

void engine_skip(engine_t *e, uint32_t ticks)
{
    if (ticks == 0)
        return;
    atomic_store(&e->tick, atomic_load(&e->tick) + ticks);
    count_add(&e->counters[E_skipped_ticks], ticks);
    recorder_gap(e, ticks * TICK_SAMPLES);
    lines_gap(e, ticks * TICK_SAMPLES);
}

void engine_tick(engine_t *e)
{
    uint64_t tick = atomic_load(&e->tick);

    commands_apply(e);
    detail_count(e);
    retry_lost(e);
    listen_all(e);
    detect_all(e);
    mix_all(e);
    send_all(e);
    recorder_tap(e);
    recorder_collect(e);
    if (tick % REPORT_TICKS == 0)
        report_legs(e);
    count_add(&e->counters[E_ticks], 1);
    atomic_store(&e->tick, tick + 1);
}
