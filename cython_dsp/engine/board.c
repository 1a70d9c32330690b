/* A board's serial descriptor: frames in and out, PCM blocks into and out of the fifos. */
#include "engine/engine.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "engine/g711.h"

#define TYPE_PCM_RX 0x10
#define TYPE_PCM_TX 0x11
#define PCM_HEADER 8
#define READ_PASS 65536   /* bytes of one board in one pass: more is left for the next */
#define GAP_FRAMES 120    /* up to 3 blocks that are missing are made up by silence */
#define REBLOCK_FRAMES 80 /* what a board that is not the pacer is sent waits at most so long */
#define QUEUE_FRAMES 320  /* what it says waits as long as its link delays it, at most 40 ms */
#define QUEUE_LOOKS 800   /* ticks: 4 s */

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(x >> (8 * i));
}

static void add(board_t *b, int counter, uint64_t n)
{
    count_add(&b->counters[counter], n);
}

static int idle(const board_t *b)
{
    return b->law == 0 ? ALAW_SILENCE : ULAW_SILENCE;
}

/* Everything but the ports, the counters and the descriptor as after plugging in. */
static void forget_stream(board_t *b)
{
    b->heard = b->good_run = b->silent = b->missed = 0;
    b->seq_known = b->tick_known = 0;
    b->rx_out = b->rx_in;
    b->rx_fill = b->tx_fill = b->pending_n = b->out_fill = 0;
    b->link.held = b->link.skipping = 0;
}

void board_init(board_t *b, int fd)
{
    if (b->fd >= 0)
        close(b->fd);
    b->fd = fd;
    b->lost = 0;
    forget_stream(b);
}

void board_close(board_t *b)
{
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
    forget_stream(b); /* nobody takes what still waits: the pacer's blocks are ticks */
}

void board_set_lost(engine_t *e, int index, int error)
{
    board_t *b = &e->board[index];

    if (b->lost)
        return;
    b->lost = 1;
    b->retry_tick = (int64_t)atomic_load(&e->tick) + 20;
    forget_stream(b);
    add(b, B_lost, 1);
    engine_post(e, FIND_BOARD_LOST, index, atomic_load(&e->tick), error, NULL, 0);
}

/* --- out --- */

void board_flush(board_t *b)
{
    if (b->out_fill == 0 || b->lost)
        return;
    ssize_t done = write(b->fd, b->out, (size_t)b->out_fill);
    if (done <= 0)
        return;
    b->out_fill -= (int)done;
    memmove(b->out, b->out + done, (size_t)b->out_fill);
}

/* Write a whole frame, keep the rest of one that was begun, or drop it whole.  Audio never
 * waits behind other frames: what is late is of no use to the board. */
static int write_frame(board_t *b, const uint8_t *wire, int n, int audio)
{
    ssize_t done = 0;

    board_flush(b);
    if (b->lost || (b->out_fill > 0 && (audio || b->out_fill + n > OUT_ROOM)))
        return -1;
    if (b->out_fill == 0)
        done = write(b->fd, wire, (size_t)n);
    if (done < 0)
        done = 0;
    if (done == 0 && audio)
        return -1;
    memcpy(b->out + b->out_fill, wire + done, (size_t)(n - done));
    b->out_fill += n - (int)done;
    return 0;
}

static void send_body(board_t *b, uint8_t *body, int n, int audio)
{
    uint8_t wire[LINK_MAX_WIRE];

    body[2] = (uint8_t)b->seq_out;
    body[3] = (uint8_t)(b->seq_out >> 8);
    if (write_frame(b, wire, link_send(body, n, wire), audio) < 0) {
        add(b, B_tx_dropped, 1);
        return;
    }
    b->seq_out++;
    add(b, audio ? B_pcm_out : B_frames_out, 1);
}

void board_send(board_t *b, uint8_t *body, int n)
{
    send_body(b, body, n, 0);
}

static void drop_tx(board_t *b, int frames)
{
    b->tx_fill -= frames;
    memmove(b->tx, b->tx + frames, (size_t)b->tx_fill * MAX_SLOTS);
}

/* PCM_TX for one block, from the oldest frames of the tx fifo, silence where there are none. */
static void answer_one(board_t *b, const pending_t *block)
{
    uint8_t body[LINK_HEADER + PCM_HEADER + BLOCK_FRAMES_MAX * MAX_SLOTS];
    uint8_t *out = body + LINK_HEADER + PCM_HEADER;
    int have = b->tx_fill < block->frames ? b->tx_fill : block->frames;

    body[0] = TYPE_PCM_TX;
    body[1] = 0;
    put32(body + 4, block->tick);
    put32(body + LINK_HEADER, block->mask);
    body[LINK_HEADER + 4] = block->frames;
    body[LINK_HEADER + 5] = block->law;
    body[LINK_HEADER + 6] = (uint8_t)(b->tx_fill - have);
    body[LINK_HEADER + 7] = 0;
    for (int f = 0; f < block->frames; f++)
        for (int slot = 0; slot < MAX_SLOTS; slot++)
            if (block->mask >> slot & 1)
                *out++ = f < have ? b->tx[f][slot] : (uint8_t)idle(b);
    if (have < block->frames)
        add(b, B_slips_out, 1);
    drop_tx(b, have);
    send_body(b, body, (int)(out - body), 1);
}

void board_answer(engine_t *e, int index)
{
    board_t *b = &e->board[index];
    int paces = e->pacer == index;
    int done = 0;

    while (done < b->pending_n && (!(paces || e->stepped) || b->pending[done].end <= b->rx_out)) {
        const pending_t *block = &b->pending[done++];
        /* The pacer's answer is of this very tick: what older silence left behind is dropped. */
        if (paces && b->tx_fill > block->frames)
            drop_tx(b, b->tx_fill - block->frames);
        answer_one(b, block);
    }
    b->pending_n -= done;
    memmove(b->pending, b->pending + done, (size_t)b->pending_n * sizeof *b->pending);
}

/* --- in --- */

void board_drop_rx(board_t *b, int frames)
{
    int stale = 0;

    b->rx_fill -= frames;
    b->rx_out += (uint64_t)frames;
    memmove(b->rx, b->rx + frames, (size_t)b->rx_fill * MAX_SLOTS);
    while (stale < b->pending_n && b->pending[stale].end <= b->rx_out)
        stale++;
    b->pending_n -= stale;
    memmove(b->pending, b->pending + stale, (size_t)b->pending_n * sizeof *b->pending);
}

static void push_silence(board_t *b, int frames)
{
    if (frames > FIFO_FRAMES - b->rx_fill)
        frames = FIFO_FRAMES - b->rx_fill;
    memset(b->rx[b->rx_fill], idle(b), (size_t)frames * MAX_SLOTS);
    b->rx_fill += frames;
    b->rx_in += (uint64_t)frames;
}

/* 0: go on; -1: the block was here before. */
static int check_tick(board_t *b, uint32_t tick, int frames)
{
    int32_t ahead = (int32_t)(tick - b->next_tick);

    if (b->tick_known && ahead < 0 && ahead >= -FIFO_FRAMES) {
        add(b, B_duplicates, 1);
        return -1;
    }
    if (b->tick_known && ahead != 0) {
        add(b, B_tick_gaps, 1);
        if (ahead > 0 && ahead <= GAP_FRAMES && b->missed < ahead)
            push_silence(b, ahead - b->missed);
        b->missed = ahead > 0 && ahead < b->missed ? b->missed - ahead : 0;
    }
    b->tick_known = 1;
    b->next_tick = tick + (uint32_t)frames;
    return 0;
}

static void push_block(board_t *b, const uint8_t *audio, int frames, uint32_t mask)
{
    if (b->rx_fill + frames > FIFO_FRAMES) {
        board_drop_rx(b, frames);
        add(b, B_stale, 1);
    }
    for (int f = 0; f < frames; f++)
        for (int slot = 0; slot < MAX_SLOTS; slot++)
            b->rx[b->rx_fill + f][slot] = mask >> slot & 1 ? *audio++ : (uint8_t)idle(b);
    b->rx_fill += frames;
    b->rx_in += (uint64_t)frames;
}

static void push_pending(board_t *b, uint32_t tick, int frames, uint32_t mask)
{
    if (b->pending_n == PENDING_MAX) { /* never answered: the engine stood still */
        memmove(b->pending, b->pending + 1, (PENDING_MAX - 1) * sizeof *b->pending);
        b->pending_n--;
    }
    b->pending[b->pending_n++] =
        (pending_t){tick, mask, (uint8_t)frames, (uint8_t)b->law, b->rx_in};
}

/* 1: the ticks of this block were run without it, so to play it now would add delay. */
static int too_late(board_t *b, int frames)
{
    if (b->missed < frames)
        return 0;
    b->missed -= frames;
    add(b, B_stale, 1);
    return 1;
}

static void take_pcm(engine_t *e, int index, const uint8_t *body, int n)
{
    board_t *b = &e->board[index];
    const uint8_t *head = body + LINK_HEADER;
    uint32_t mask = n < LINK_HEADER + PCM_HEADER ? 0 : get32(head);
    int frames = mask ? head[4] : 0;

    if (frames < 1 || frames > BLOCK_FRAMES_MAX || head[5] > 1 ||
        n != LINK_HEADER + PCM_HEADER + frames * __builtin_popcount(mask)) {
        add(b, B_bad_pcm, 1);
        return;
    }
    b->law = head[5];
    if (check_tick(b, get32(body + 4), frames) < 0)
        return;
    b->last_block_ns = engine_now_ns();
    b->good_run++;
    b->heard = 1;
    b->silent = 0;
    add(b, B_pcm_in, 1);
    if (too_late(b, frames))
        return;
    push_block(b, head + PCM_HEADER, frames, mask);
    push_pending(b, get32(body + 4), frames, mask);
    if (index != e->pacer && !e->stepped)
        board_answer(e, index);
}

static void take_body(engine_t *e, int index, const uint8_t *body, int n)
{
    board_t *b = &e->board[index];
    uint16_t seq = (uint16_t)(body[2] | body[3] << 8);

    if (b->lost) {
        b->lost = 0;
        engine_post(e, FIND_BOARD_BACK, index, atomic_load(&e->tick), 0, NULL, 0);
    }
    if (b->seq_known && seq != (uint16_t)(b->seq_in + 1))
        add(b, B_seq_gaps, 1);
    b->seq_known = 1;
    b->seq_in = seq;
    if (body[0] == TYPE_PCM_RX) {
        take_pcm(e, index, body, n);
        return;
    }
    if (n > LINK_HEADER + FRAME_PAYLOAD_MAX) {
        add(b, B_oversize, 1);
        return;
    }
    add(b, B_frames_in, 1);
    engine_post_bulk(e, FIND_BOARD_FRAME, index, 0, NULL, 0, body, n);
}

static void take_bytes(engine_t *e, int index, const uint8_t *data, int n)
{
    static const int counter[] = {
        [-LINK_BAD_COBS] = B_bad_cobs, [-LINK_BAD_CRC] = B_bad_crc,
        [-LINK_OVERSIZE] = B_oversize, [-LINK_TRUNCATED] = B_truncated,
    };
    board_t *b = &e->board[index];
    int used;

    for (; n > 0; data += used, n -= used) {
        int found = link_receive(&b->link, data, n, &used);
        if (found == LINK_BODY)
            take_body(e, index, b->link.body, b->link.n);
        else if (found != LINK_MORE)
            add(b, counter[-found], 1);
    }
}

/* A terminal in pyserial's mode gives 0 for "nothing there"; only poll knows of an unplugging. */
static int hung_up(const board_t *b)
{
    struct pollfd p = {.fd = b->fd};

    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* Stepped, a block that came after its tick would delay all that follow for ever: after an opening
 * nobody knows when the first one comes. */
static void keep_newest(board_t *b)
{
    if (b->rx_fill >= 2 * TICK_SAMPLES)
        board_drop_rx(b, (b->rx_fill / TICK_SAMPLES - 1) * TICK_SAMPLES);
}

int board_read(engine_t *e, int index)
{
    board_t *b = &e->board[index];
    uint8_t data[4096];
    int total = 0;

    while (total < READ_PASS && b->fd >= 0) {
        ssize_t n = read(b->fd, data, sizeof data);
        if (n > 0) {
            take_bytes(e, index, data, (int)n);
            total += (int)n;
            if (e->stepped && b->rx_fill >= TICK_SAMPLES && b->newest == 0)
                break;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            board_set_lost(e, index, errno);
        else if (hung_up(b))
            board_set_lost(e, index, 0);
        break;
    }
    if (e->stepped && b->newest > 0)
        keep_newest(b);
    return total;
}

/* --- the tick's side --- */

static void decode_slot(const board_t *b, int slot, int16_t *pcm)
{
    uint8_t code[TICK_SAMPLES];

    for (int i = 0; i < TICK_SAMPLES; i++)
        code[i] = b->rx[i][slot];
    (b->law == 0 ? g711_alaw_decode_block : g711_ulaw_decode_block)(code, pcm, TICK_SAMPLES);
}

/* A tick without this board's audio. */
static void miss(board_t *b)
{
    if (!b->silent)
        add(b, B_slips_in, 1);
    else if (b->missed < FIFO_FRAMES)
        b->missed += TICK_SAMPLES;
}

/* Late audio is not thrown away for being late: a caller's number may be in it.  A link that brings
 * blocks in bursts keeps as long a queue as they need; what was never needed for 4 s goes. */
static void shorten_queue(board_t *b)
{
    if (b->rx_fill < b->queue_low)
        b->queue_low = b->rx_fill;
    if (++b->queue_looks < QUEUE_LOOKS && b->rx_fill <= QUEUE_FRAMES)
        return;
    if (b->queue_low > TICK_SAMPLES || b->rx_fill > QUEUE_FRAMES) {
        b->rx_out += TICK_SAMPLES;
        b->rx_fill -= TICK_SAMPLES;
        memmove(b->rx, b->rx + TICK_SAMPLES, (size_t)b->rx_fill * MAX_SLOTS);
        add(b, B_slips_in, 1);
    }
    b->queue_low = b->rx_fill;
    b->queue_looks = 0;
}

void board_receive_audio(engine_t *e)
{
    for (int index = 0; index < MAX_BOARDS; index++) {
        board_t *b = &e->board[index];
        if (b->fd < 0)
            continue;
        int audible = !b->lost && b->rx_fill >= TICK_SAMPLES;
        if (!audible && b->heard)
            miss(b);
        for (int slot = 0; slot < MAX_SLOTS; slot++) {
            int16_t *talk = e->talk[INDEX_OF(b->port[slot])];
            if (b->port[slot] == 0)
                continue;
            if (audible)
                decode_slot(b, slot, talk);
            else
                memset(talk, 0, TICK_SAMPLES * sizeof *talk);
        }
        if (audible) {
            b->rx_fill -= TICK_SAMPLES;
            b->rx_out += TICK_SAMPLES;
            memmove(b->rx, b->rx + TICK_SAMPLES, (size_t)b->rx_fill * MAX_SLOTS);
        }
        if (index != e->pacer && !e->stepped)
            shorten_queue(b);
    }
}

static void encode_slot(board_t *b, int slot, const int16_t *pcm)
{
    uint8_t (*out)[MAX_SLOTS] = b->tx + b->tx_fill;
    uint8_t code[TICK_SAMPLES];

    (b->law == 0 ? g711_alaw_encode_block : g711_ulaw_encode_block)(pcm, code, TICK_SAMPLES);
    for (int i = 0; i < TICK_SAMPLES; i++)
        out[i][slot] = code[i];
}

void board_send_audio(engine_t *e)
{
    for (int index = 0; index < MAX_BOARDS; index++) {
        board_t *b = &e->board[index];
        if (b->fd < 0 || b->lost || !b->heard)
            continue;
        if (b->tx_fill > REBLOCK_FRAMES && (e->pacer != index || b->silent)) {
            drop_tx(b, TICK_SAMPLES);
            add(b, B_slips_out, !b->silent);
        }
        if (b->tx_fill + TICK_SAMPLES > FIFO_FRAMES)
            drop_tx(b, TICK_SAMPLES);
        memset(b->tx[b->tx_fill], idle(b), TICK_SAMPLES * MAX_SLOTS);
        for (int slot = 0; slot < MAX_SLOTS; slot++) {
            const port_t *p = &e->port[INDEX_OF(b->port[slot])];
            if (b->port[slot] != 0 && p->hears)
                encode_slot(b, slot, e->hear[INDEX_OF(b->port[slot])]);
        }
        b->tx_fill += TICK_SAMPLES;
    }
}
