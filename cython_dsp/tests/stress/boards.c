/* Boards at the other end of socket pairs: blocks each 5 ms by their own clock, frames, faults of
 * the line; what the engine answers is whole and in order. */
#include "stress.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/g711.h"

#define PCM_RX 0x10
#define PCM_TX 0x11
#define PIECE TICK_SAMPLES

_Atomic uint64_t board_blocks, board_answers, board_frames;

typedef struct {
    sim_board_t *b;
    dice_t dice;
    uint32_t tick;   /* of the next block */
    uint16_t seq;
    int seq_known;
    uint16_t seq_in; /* of the engine's last frame */
    link_rx_t link;
} side_t;

/* --- pieces of audio that can be told from each other --- */

static uint8_t code_of(const uint8_t head[4], int i)
{
    return (uint8_t)(head[0] * 7 + head[1] * 13 + head[2] * 29 + head[3] * 3 + i * 31);
}

static void piece_make(uint8_t codes[PIECE], int board, int slot, uint32_t number)
{
    codes[0] = (uint8_t)number;
    codes[1] = (uint8_t)(number >> 8);
    codes[2] = (uint8_t)(number >> 16);
    codes[3] = (uint8_t)(board << 4 | slot);
    for (int i = 4; i < PIECE; i++)
        codes[i] = code_of(codes, i);
}

int piece_check(const uint8_t *codes, int step, uint32_t *number)
{
    uint8_t head[4];
    int silent = 1;

    for (int i = 0; i < PIECE; i++)
        silent &= codes[i * step] == ALAW_SILENCE;
    if (silent)
        return 0;
    for (int i = 0; i < 4; i++)
        head[i] = codes[i * step];
    for (int i = 4; i < PIECE; i++)
        if (codes[i * step] != code_of(head, i))
            fail("audio of a board is torn at sample", i);
    *number = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16;
    return 1;
}

/* --- down the line --- */

/* All of it, or nothing when the engine does not read. 0, or -1 at the end of the line. */
static int push(side_t *s, const uint8_t *wire, int n)
{
    int done = 0;

    while (done < n) {
        ssize_t sent = send(s->b->end, wire + done, (size_t)(n - done), MSG_NOSIGNAL);
        if (sent > 0) {
            done += (int)sent;
        } else if (errno != EAGAIN || atomic_load(&s->b->unplug)) {
            return -1;
        } else if (done == 0) {
            return 0;
        } else {
            struct pollfd p = {.fd = s->b->end, .events = POLLOUT};
            poll(&p, 1, 5);
        }
    }
    return 0;
}

static int frame(side_t *s, uint8_t *body, int n, int bad)
{
    uint8_t wire[LINK_MAX_WIRE];

    body[2] = (uint8_t)s->seq;
    body[3] = (uint8_t)(s->seq++ >> 8);
    int length = link_send(body, n, wire);
    if (bad)
        wire[dice(&s->dice, (uint32_t)length - 1)] ^= 0x55;
    return push(s, wire, length);
}

static int block(side_t *s)
{
    uint8_t body[LINK_HEADER + 8 + PIECE * BOARD_SLOTS] = {PCM_RX};
    uint8_t *audio = body + LINK_HEADER + 8, codes[PIECE];
    uint32_t number = s->tick / PIECE;

    for (int i = 0; i < 4; i++)
        body[4 + i] = (uint8_t)(s->tick >> (8 * i));
    body[LINK_HEADER] = (1 << BOARD_SLOTS) - 1; /* mask */
    body[LINK_HEADER + 4] = PIECE;
    for (int slot = 0; slot < BOARD_SLOTS; slot++) {
        piece_make(codes, s->b->number, slot, number);
        for (int i = 0; i < PIECE; i++)
            audio[i * BOARD_SLOTS + slot] = codes[i];
    }
    if (!chance(&s->dice, 50)) /* sent twice it is a duplicate, with the same number */
        s->tick += PIECE;
    if (chance(&s->dice, 200)) /* lost, or more of them */
        s->tick += PIECE * dice(&s->dice, 5);
    atomic_fetch_add(&board_blocks, 1);
    return frame(s, body, sizeof body, chance(&s->dice, 200));
}

static int other_frame(side_t *s)
{
    uint8_t body[LINK_HEADER + FRAME_PAYLOAD_MAX] = {0x20};
    uint32_t n = dice(&s->dice, FRAME_PAYLOAD_MAX + 1);

    for (uint32_t i = 0; i < n; i++)
        body[LINK_HEADER + i] = (uint8_t)(n + i);
    return frame(s, body, (int)(LINK_HEADER + n), chance(&s->dice, 50));
}

/* --- up the line --- */

static void take(side_t *s)
{
    const uint8_t *body = s->link.body;
    uint16_t seq = (uint16_t)(body[2] | body[3] << 8);

    if (s->seq_known && seq != (uint16_t)(s->seq_in + 1))
        fail("a frame to a board was lost or moved", seq);
    s->seq_known = 1;
    s->seq_in = seq;
    if (body[0] != PCM_TX) {
        for (int i = LINK_HEADER; i < s->link.n; i++)
            if (body[i] != (uint8_t)(s->link.n + i))
                fail("a frame to a board is torn at byte", i);
        atomic_fetch_add(&board_frames, 1);
        return;
    }
    if (s->link.n != LINK_HEADER + 8 + PIECE * BOARD_SLOTS)
        fail("an answer has another length", s->link.n);
    atomic_fetch_add(&board_answers, 1);
}

static int pull(side_t *s)
{
    uint8_t data[8192];
    ssize_t n;

    while ((n = recv(s->b->end, data, sizeof data, 0)) > 0) {
        int used;
        for (int at = 0; at < n; at += used) {
            int found = link_receive(&s->link, data + at, (int)n - at, &used);
            if (found == LINK_BODY)
                take(s);
            else if (found != LINK_MORE)
                fail("a frame to a board is broken", found);
        }
    }
    return n < 0 && errno == EAGAIN ? 0 : -1;
}

static void *live(void *arg)
{
    static _Atomic uint32_t ticks[MAX_BOARDS]; /* numbers go on in a board's next life */
    sim_board_t *b = arg;
    side_t s = {.b = b, .dice = dice_of(b->seed, 3)};
    int64_t due = engine_now_ns();

    s.tick = atomic_load(&ticks[b->number]) + PIECE;
    while (!atomic_load(&b->unplug)) {
        due = until_next(due, TICK_NS);
        if (chance(&s.dice, 500)) /* as long as another board takes over */
            due += 10 * TICK_NS;
        if (block(&s) < 0 || (chance(&s.dice, 10) && other_frame(&s) < 0) || pull(&s) < 0)
            break;
    }
    atomic_store(&ticks[b->number], s.tick);
    close(b->end);
    return NULL;
}

int sim_board_start(sim_board_t *b, int number, uint64_t seed)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        fail("no socket pair", errno);
    b->number = number;
    b->end = ends[0];
    b->seed = seed;
    atomic_store(&b->unplug, 0);
    if (pthread_create(&b->thread, NULL, live, b) != 0)
        fail("no thread", errno);
    return ends[1];
}

void sim_board_join(sim_board_t *b, int unplug)
{
    if (unplug)
        atomic_store(&b->unplug, 1);
    pthread_join(b->thread, NULL);
}
