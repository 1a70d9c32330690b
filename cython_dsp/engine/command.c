/* What the door asks for, done at the border of a tick. */
#include "engine/engine.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define NEWEST_TICKS 40 /* stepped: 0.2 s after an opening only what is new counts */

typedef struct {
    command_t c;
    uint8_t data[COMMAND_MAX];
} message_t;

static port_t *open_port(engine_t *e, const command_t *c, int kind)
{
    int index = INDEX_OF(c->id);
    port_t *p = &e->port[index];

    memset(p, 0, offsetof(port_t, talk_power));
    p->id = c->id;
    p->kind = kind;
    gauges_begin(e, p);
    p->digit_on_ms = p->digit_off_ms = 100;
    dtmf_rx_forget(&e->dtmf[index / LANES], index % LANES);
    progress_init(&p->progress);
    memset(e->talk[index], 0, sizeof e->talk[index]);
    memset(e->hear[index], 0, sizeof e->hear[index]);
    if (index >= e->ports)
        e->ports = index + 1;
    return p;
}

static void open_tdm(engine_t *e, const command_t *c)
{
    port_t *p = open_port(e, c, PORT_TDM);

    p->board = c->a;
    p->slot = c->b;
    p->line = (int)c->c;
    e->board[c->a].port[c->b] = c->id;
}

static void set_paths(engine_t *e, port_t *p, const uint8_t *addresses, int n)
{
    p->paths = n / ADDRESS_BYTES;
    memcpy(p->path, addresses, (size_t)n);
    udp_routes(e);
}

static void open_rtp(engine_t *e, const command_t *c, const uint8_t *address)
{
    port_t *p = open_port(e, c, PORT_RTP);

    p->leg = c->a;
    set_paths(e, p, address, ADDRESS_BYTES);
}

static void close_port(engine_t *e, port_t *p)
{
    uint8_t bye[RTP_ROOM];

    player_silence(e, p);
    if (p->kind == PORT_TDM && e->board[p->board].port[p->slot] == p->id)
        e->board[p->board].port[p->slot] = 0;
    if (p->kind == PORT_RTP) {
        int n = rtp_leg_bye(e->leg[p->leg], bye, sizeof bye, atomic_load(&e->tick));
        if (n > 0)
            udp_send(e, p->path[0], bye, n);
        engine_return(e, RETURN_LEG, p->leg);
    }
    if (p->line != 0)
        engine_return(e, RETURN_LINE, p->line);
    p->line = 0;
    memset(e->talk[INDEX_OF(p->id)], 0, sizeof e->talk[0]);
    int was_rtp = p->kind == PORT_RTP;
    p->id = 0;
    p->kind = PORT_FREE;
    if (was_rtp)
        udp_routes(e);
}

static void unload(engine_t *e, int index)
{
    if (e->clip[index].players > 0)
        e->clip[index].dying = 1;
    else
        engine_return(e, RETURN_CLIP, index);
}

static void record(engine_t *e, const command_t *c)
{
    recorder_t *r = &e->recorder[c->id];

    r->left = c->a;
    r->right = c->b;
    r->max_frames = c->c;
    r->synced_ns = engine_now_ns();
    atomic_store_explicit(&r->state, REC_OPEN, memory_order_release);
}

static void set_socket(engine_t *e, int fd, int family)
{
    if (e->udp_fd >= 0)
        close(e->udp_fd);
    e->udp_fd = fd;
    e->udp_family = family;
}

static void tone(engine_t *e, port_t *p, const char *zone, const char *name)
{
    player_silence(e, p);
    if (tone_tx_start(&p->player.tone, zone, name) == 0)
        p->player.mode = PLAYER_TONE;
}

/* Commands about a port; one that was closed meanwhile has nothing to do. */
static void port_command(engine_t *e, port_t *p, message_t *m, int n)
{
    const command_t *c = &m->c;

    switch (c->op) {
    case OP_MOVE_RTP:
        set_paths(e, p, m->data, n);
        break;
    case OP_VOICE:
        p->levels = c->a;
        leveller_init(&p->leveller);
        break;
    case OP_CLOSE:
        close_port(e, p);
        break;
    case OP_HEAR:
        p->edges = n / (int)sizeof(edge_t);
        memcpy(p->edge, m->data, (size_t)n);
        break;
    case OP_PLAY:
        player_play(e, p, (const int32_t *)m->data, n / 4, c->a, c->c);
        break;
    case OP_SILENCE:
        player_silence(e, p);
        break;
    case OP_TONE: /* zone, 0, name, 0 */
        tone(e, p, (const char *)m->data, (const char *)m->data + c->a);
        break;
    case OP_DIGITS:
        digits_queue(e, p, (const char *)m->data, n, c->a);
        break;
    case OP_CALLER_ID: case OP_ECHO:
        line_command(e, p, c);
        break;
    case OP_TONES: case OP_ACTIVITY: case OP_FAX:
        supervision_command(p, c, m->data, n);
        break;
    }
}

/* Its ports stay open, and nothing is put there any more: not the same 5 ms for ever. */
static void remove_board(engine_t *e, board_t *b)
{
    for (int slot = 0; slot < MAX_SLOTS; slot++)
        if (b->port[slot] != 0)
            memset(e->talk[INDEX_OF(b->port[slot])], 0, sizeof e->talk[0]);
    board_close(b);
}

static void board_command(engine_t *e, message_t *m, int n)
{
    board_t *b = &e->board[m->c.id];

    switch (m->c.op) {
    case OP_BOARD_ADD:
        memset(b->port, 0, sizeof b->port);
        for (int i = 0; i < B_COUNT; i++)
            atomic_store_explicit(&b->counters[i], 0, memory_order_relaxed);
        board_init(b, m->c.a);
        break;
    case OP_BOARD_REOPEN:
        board_init(b, m->c.a);
        b->lost = 1; /* until its first good frame, which is told as BOARD_BACK */
        b->newest = NEWEST_TICKS;
        b->retry_tick = 0;
        break;
    case OP_BOARD_REMOVE:
        remove_board(e, b);
        break;
    case OP_BOARD_SEND:
        board_send(b, m->data, n);
        break;
    }
}

/* What is meant for a recording that ended meanwhile must not touch the next one of its number. */
static void recorder_command(engine_t *e, const command_t *c)
{
    recorder_t *r = &e->recorder[c->id];

    if (c->op == OP_RECORD) {
        record(e, c);
    } else if (atomic_load_explicit(&r->state, memory_order_relaxed) != REC_OPEN) {
        return;
    } else if (c->op == OP_RECORD_STOP) {
        recorder_end(e, c->id);
    } else if (c->op == OP_RECORD_PAUSE) {
        r->paused = c->a;
    } else {
        r->left = c->a;
        r->right = c->b;
    }
}

static void apply(engine_t *e, message_t *m, int n)
{
    port_t *p;

    switch (m->c.op) {
    case OP_OPEN_TDM:
        open_tdm(e, &m->c);
        break;
    case OP_OPEN_PLAYER:
        open_port(e, &m->c, PORT_PLAYER);
        break;
    case OP_OPEN_RTP:
        open_rtp(e, &m->c, m->data);
        break;
    case OP_UNLOAD:
        unload(e, m->c.id);
        break;
    case OP_BOARD_ADD: case OP_BOARD_REOPEN: case OP_BOARD_REMOVE: case OP_BOARD_SEND:
        board_command(e, m, n);
        break;
    case OP_RECORD: case OP_RECORD_TAP: case OP_RECORD_PAUSE: case OP_RECORD_STOP:
        recorder_command(e, &m->c);
        break;
    case OP_SOCKET:
        set_socket(e, m->c.a, m->c.b);
        break;
    case OP_DATAGRAM:
        udp_send(e, m->data, m->data + ADDRESS_BYTES, n - ADDRESS_BYTES);
        break;
    default:
        p = engine_port(e, m->c.id);
        if (p != NULL)
            port_command(e, p, m, n);
    }
}

void commands_apply(engine_t *e)
{
    message_t m;
    int n;

    while ((n = ring_get(e->commands, &m, sizeof m)) >= 0) {
        apply(e, &m, n - (int)sizeof(command_t));
        count_add(&e->counters[E_commands], 1);
    }
}
