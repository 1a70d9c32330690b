/* The board link: bytes of a serial descriptor through COBS, CRC, frames and PCM blocks to audio.
 *
 * The engine's own board.c reads a socket pair.  An input is a list of steps: bytes as they are, a
 * frame that is sealed (no fuzzer guesses a CRC), the same with one byte changed, or a tick.
 * `--frames=N` sends N frames, whole and changed in turn, and says what became of them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"
#include "input.h"

#define BOARD 1
#define PCM_RX 0x10
#define SLOTS 3
#define LINE_SLOT 3 /* an analogue line, with echo canceller and caller ID */

static engine_t *engine;
static int far_end = -1;
static uint64_t sent, told;

static void command(int op, int id, int a, int b, int64_t c)
{
    command_t order = {op, id, a, b, c};

    ring_put(engine->commands, &order, sizeof order, NULL, 0);
}

static void open_engine(void)
{
    engine = engine_new();
    for (int slot = 1; slot <= SLOTS; slot++) {
        command(OP_OPEN_TDM, slot, BOARD, slot, slot == LINE_SLOT ? LINE_SLOT : 0);
        command(OP_ACTIVITY, slot, 1, 200, 0);
        command(OP_FAX, slot, 1, 0, 0);
    }
    if (engine_put_line(engine, LINE_SLOT) != 0)
        abort();
    command(OP_CALLER_ID, LINE_SLOT, 1, 0, 0);
    command(OP_ECHO, LINE_SLOT, 1, 0, 0);
    engine_tick(engine);
}

static void plug_in(void)
{
    board_t *b = &engine->board[BOARD];
    int32_t port[MAX_SLOTS];
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    if (far_end >= 0)
        close(far_end);
    far_end = ends[0];
    memcpy(port, b->port, sizeof port);
    if (b->fd >= 0)
        close(b->fd);
    memset(b, 0, sizeof *b);
    memcpy(b->port, port, sizeof port);
    b->fd = -1;
    board_init(b, ends[1]);
}

static void drain(void)
{
    static uint8_t find[sizeof(find_t) + LINK_MAX_FRAME + ADDRESS_BYTES];
    static uint8_t answer[65536];
    int n;

    while ((n = ring_get(engine->finds, find, sizeof find)) != -1) {
        find_t head;
        if (n == -2)
            abort(); /* longer than any find can be */
        memcpy(&head, find, sizeof head);
        told += head.kind == FIND_BOARD_FRAME;
    }
    while (recv(far_end, answer, sizeof answer, MSG_DONTWAIT) > 0)
        ;
}

static void put(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sent += bytes[i] == 0;
    if (send(far_end, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)n)
        abort(); /* the engine did not read the piece before */
    board_read(engine, BOARD);
}

/* One tick of the engine, as in its thread: the board is the clock when it has a block. */
static void tick(void)
{
    engine->pacer = engine->board[BOARD].rx_fill >= TICK_SAMPLES ? BOARD : -1;
    board_read(engine, BOARD);
    engine_tick(engine);
    board_answer(engine, BOARD);
    drain();
}

static void seal(input_t *in, int change)
{
    uint8_t body[LINK_MAX_BODY], wire[LINK_MAX_WIRE];
    unsigned extra = take16(in) % (LINK_MAX_BODY - LINK_HEADER + 1);

    take(in, body, LINK_HEADER + extra);
    int n = link_send(body, LINK_HEADER + (int)extra, wire);
    if (change)
        wire[take16(in) % (unsigned)n] ^= (uint8_t)(take8(in) | 1);
    put(wire, (size_t)n);
}

/* A block whose size fits its mask, so that its audio is played. */
static void seal_pcm(input_t *in)
{
    uint8_t body[LINK_MAX_BODY], wire[LINK_MAX_WIRE];
    unsigned mask = take8(in) | 2, frames = 1 + take8(in) % BLOCK_FRAMES_MAX;
    size_t audio = frames * (unsigned)__builtin_popcount(mask);

    memset(body, 0, LINK_HEADER + 8);
    body[0] = PCM_RX;
    take(in, body + 2, 6); /* sequence and tick */
    body[LINK_HEADER] = (uint8_t)mask;
    body[LINK_HEADER + 4] = (uint8_t)frames;
    body[LINK_HEADER + 5] = (uint8_t)(take8(in) & 1);
    take(in, body + LINK_HEADER + 8, audio);
    put(wire, (size_t)link_send(body, LINK_HEADER + 8 + (int)audio, wire));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input_t in = {data, size};
    uint8_t raw[256];

    if (engine == NULL)
        open_engine();
    plug_in();
    while (in.left > 0) {
        unsigned step = take8(&in);
        switch (step % 8) {
        case 0: put(raw, take(&in, raw, take8(&in))); break;
        case 1: case 2: seal(&in, 0); break;
        case 3: seal(&in, 1); break;
        case 4: case 5: seal_pcm(&in); break;
        default: tick();
        }
    }
    tick();
    return 0;
}

/* --- so many frames --- */

static uint32_t state = 2463534242u;

static uint32_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static int draw_frame(uint8_t *wire)
{
    uint8_t body[LINK_MAX_BODY];
    int n = LINK_HEADER + (int)(draw() % (draw() % 8 ? 64 : FRAME_PAYLOAD_MAX + 1));

    for (int i = 0; i < n; i++)
        body[i] = (uint8_t)(draw() >> 24);
    body[0] = (uint8_t)(0x20 + body[0] % 0x20); /* no PCM: each is told of */
    return link_send(body, n, wire);
}

static uint64_t counter(int which)
{
    return engine_board_counter(engine, BOARD, which);
}

/* Every whole frame is told of, no changed one is: whatever comes, the stream falls into step. */
static int send_frames(long frames)
{
    uint8_t wire[LINK_MAX_WIRE];
    uint64_t whole = 0;

    open_engine();
    plug_in();
    for (long i = 0; i < frames; i++) {
        int n = draw_frame(wire), changed = (int)(draw() % 2);
        whole += !changed;
        if (changed) /* not its end: that would join it with the next one */
            wire[draw() % (unsigned)(n - 1)] ^= (uint8_t)(1 + draw() % 255);
        put(wire, (size_t)n);
        if (i % 64 == 0)
            drain();
    }
    drain();
    printf("frames %ld whole %llu told %llu bad_cobs %llu bad_crc %llu truncated %llu\n", frames,
           (unsigned long long)whole, (unsigned long long)told,
           (unsigned long long)counter(B_bad_cobs), (unsigned long long)counter(B_bad_crc),
           (unsigned long long)counter(B_truncated));
    return whole == told ? 0 : 1;
}

static void say_frames(void)
{
    fprintf(stderr, "frames: %llu\n", (unsigned long long)sent);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    for (int i = 1; i < *argc; i++)
        if (strncmp((*argv)[i], "--frames=", 9) == 0)
            exit(send_frames(atol((*argv)[i] + 9)));
    atexit(say_frames);
    return 0;
}
