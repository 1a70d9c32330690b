/* The door: one thread that does what the Python of cython_dsp/engine does, by the dice, and holds
 * what it gets against what it knows. */
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/g711.h"

#define PORTS 48     /* so few that their numbers come back soon */
#define BOARDS 2
#define CLIPS 12
#define LEGS 8
#define RECORDERS 6
#define LINES 6
#define HEADER 58    /* of a recording */
#define HISTORY (HISTORY_BYTES - 1536) /* 8 s */

typedef struct { /* numbers to give, the one that was free longest first */
    int n, first, number[PORTS];
} slots_t;

typedef struct {
    int32_t id; /* 0 = none */
    int kind, board, slot, line, leg, events;
} mine_t;

typedef struct {
    int used;
} recording_t;

static struct {
    engine_t *e;
    dice_t dice;
    const char *folder;
    int udp;
    counts_t *counts;
    int32_t taken; /* generations of ports */
    int64_t plays;
    uint64_t tick;
    slots_t ports, boards, clips, legs, recorders, lines;
    mine_t port[PORTS];
    sim_board_t board[MAX_BOARDS];
    int board_used[MAX_BOARDS], clip_used[CLIPS], held;
    recording_t recording[RECORDERS];
} door;

/* --- numbers --- */

static void slots_init(slots_t *s, int size)
{
    *s = (slots_t){.n = size - 1};
    for (int i = 1; i < size; i++)
        s->number[i - 1] = i;
}

static int slots_take(slots_t *s) /* 0: none left */
{
    if (s->n == 0)
        return 0;
    int number = s->number[s->first];
    s->first = (s->first + 1) % PORTS;
    s->n--;
    return number;
}

static void slots_give(slots_t *s, int number)
{
    s->number[(s->first + s->n++) % PORTS] = number;
}

static uint32_t roll(uint32_t sides)
{
    return dice(&door.dice, sides);
}

static int command(int op, int id, int a, int b, int64_t c, const void *data, int n)
{
    command_t head = {op, id, a, b, c};

    door.counts->calls++;
    if (ring_put(door.e->commands, &head, sizeof head, data, (uint32_t)n) == 0)
        return 0;
    engine_refused(door.e);
    door.counts->refused++;
    return -1;
}

/* One of the open ports of these kinds (a bit each), or NULL. */
static mine_t *some_port(unsigned kinds)
{
    uint32_t first = roll(PORTS);

    for (uint32_t i = 0; i < PORTS; i++) {
        mine_t *p = &door.port[(first + i) % PORTS];
        if (p->id != 0 && kinds >> p->kind & 1)
            return p;
    }
    return NULL;
}

#define TDM (1u << PORT_TDM)
#define PLAYER (1u << PORT_PLAYER)
#define RTP (1u << PORT_RTP)

static int32_t port_id(int index)
{
    door.taken = (door.taken + 1) % (1 << 18);
    return index + (1 + door.taken) * 4096;
}

/* --- ports --- */

static int slot_is_open(int board, int slot)
{
    for (int i = 0; i < PORTS; i++)
        if (door.port[i].id != 0 && door.port[i].kind == PORT_TDM &&
            door.port[i].board == board && door.port[i].slot == slot)
            return 1;
    return 0;
}

static int some_board(void)
{
    int first = 1 + (int)roll(MAX_BOARDS - 1);

    for (int i = 0; i < MAX_BOARDS - 1; i++) {
        int board = 1 + (first + i) % (MAX_BOARDS - 1);
        if (door.board_used[board])
            return board;
    }
    return 0;
}

static void open_tdm(void)
{
    int board = some_board(), slot = (int)roll(BOARD_SLOTS), line = 0;

    if (board == 0 || slot_is_open(board, slot))
        return;
    int index = slots_take(&door.ports);
    if (index == 0)
        return;
    if (chance(&door.dice, 2) && (line = slots_take(&door.lines)) != 0 &&
        engine_put_line(door.e, line) != 0)
        fail("no memory for a line", line);
    mine_t p = {.id = port_id(index), .kind = PORT_TDM, .board = board, .slot = slot, .line = line};
    if (command(OP_OPEN_TDM, p.id, board, slot, line, NULL, 0) < 0) {
        slots_give(&door.ports, index);
        if (line != 0) {
            engine_free_line(door.e, line);
            slots_give(&door.lines, line);
        }
        return;
    }
    door.port[index] = p;
}

static void open_player(void)
{
    int index = slots_take(&door.ports);

    if (index == 0)
        return;
    mine_t p = {.id = port_id(index), .kind = PORT_PLAYER};
    if (command(OP_OPEN_PLAYER, p.id, 0, 0, 0, NULL, 0) < 0)
        slots_give(&door.ports, index);
    else
        door.port[index] = p;
}

static void open_rtp(void)
{
    uint8_t address[ADDRESS_BYTES];
    int which = (int)roll(FARS), leg = slots_take(&door.legs);
    rtp_params_t params;

    if (leg == 0)
        return;
    legs_params(which, roll(1u << 31) + 10000, &params);
    legs_address(which, address);
    if (engine_put_leg(door.e, leg, &params) != 0)
        fail("no leg", leg);
    int index = slots_take(&door.ports);
    mine_t p = {.id = port_id(index), .kind = PORT_RTP, .leg = leg,
                .events = params.event_type != 0};
    if (index == 0 || command(OP_OPEN_RTP, p.id, leg, 0, 0, address, sizeof address) < 0) {
        if (index != 0)
            slots_give(&door.ports, index);
        engine_free_leg(door.e, leg);
        slots_give(&door.legs, leg);
        return;
    }
    door.port[index] = p;
}

static void close_port(void)
{
    mine_t *p = some_port(TDM | PLAYER | RTP);

    if (p == NULL || command(OP_CLOSE, p->id, 0, 0, 0, NULL, 0) < 0)
        return;
    slots_give(&door.ports, INDEX_OF(p->id));
    p->id = 0;
}

static void move_rtp(void)
{
    uint8_t address[PATHS][ADDRESS_BYTES];
    int n = 1 + (int)roll(PATHS);
    mine_t *p = some_port(RTP);

    if (p == NULL)
        return;
    for (int i = 0; i < n; i++)
        legs_address(FARS, address[i]);
    command(OP_MOVE_RTP, p->id, 0, 0, 0, address, n * ADDRESS_BYTES);
}

static void hear(void)
{
    edge_t edge[8];
    mine_t *listener = some_port(TDM | RTP);
    int n = (int)roll(8);

    if (listener == NULL)
        return;
    for (int i = 0; i < n; i++)
        edge[i] = (edge_t){some_port(TDM | PLAYER | RTP)->id,
                           chance(&door.dice, 3) ? (int32_t)roll(MIX_GAIN_MAX + 1) : MIX_UNITY};
    command(OP_HEAR, listener->id, 0, 0, 0, edge, n * (int)sizeof *edge);
}

static void send_digits(void)
{
    static const char DIGITS[] = "0123456789ABCD*#0123456789ABCD*#0123456789ABCD*#0123456789ABCD*#";
    mine_t *p = some_port(TDM | PLAYER | RTP);

    if (p != NULL)
        command(OP_DIGITS, p->id, p->events && chance(&door.dice, 2), 0, 0, DIGITS + roll(16),
                1 + (int)roll(6));
}

static void watch(void)
{
    static const progress_pattern_t BUSY = {
        {450, 0}, {0.35f, 0.35f}, 2, 2, 20, 0.15f, -35, 1,
    };
    mine_t *p = some_port(TDM);

    if (p == NULL)
        return;
    if (chance(&door.dice, 2))
        command(OP_TONES, p->id, 0, 0, 0, &BUSY, chance(&door.dice, 2) ? (int)sizeof BUSY : 0);
    else if (chance(&door.dice, 2))
        command(OP_FAX, p->id, (int)roll(2), 0, 0, NULL, 0);
    else
        command(OP_ACTIVITY, p->id, (int)roll(2), (int)roll(400), 0, NULL, 0);
}

/* --- lines: numbers of pieces rise, whatever is written meanwhile --- */

static void read_history(mine_t *p)
{
    static uint8_t copy[HISTORY];
    int n = engine_history(door.e, p->line, copy, (int)roll(HISTORY + 1));
    uint32_t number, before = 0;

    door.counts->histories++;
    for (int at = n % TICK_SAMPLES; at < n; at += TICK_SAMPLES) {
        if (piece_check(copy + at, 1, &number) == 0)
            continue;
        if (before != 0 && number <= before)
            fail("a history goes back, in its pieces at", at);
        before = number;
        door.counts->history_blocks++;
    }
}

static void line(void)
{
    float loss, enhancement;
    mine_t *p = some_port(TDM);

    if (p == NULL || p->line == 0)
        return;
    switch (roll(4)) {
    case 0:
        command(OP_CALLER_ID, p->id, (int)roll(2), 0, 0, NULL, 0);
        break;
    case 1:
        command(OP_ECHO, p->id, (int)roll(2), 0, 0, NULL, 0);
        break;
    case 2:
        engine_echo(door.e, p->line, &loss, &enhancement);
        break;
    default:
        read_history(p);
    }
}

/* --- clips --- */

static void load_clip(void)
{
    static uint8_t alaw[4000];
    int clip = slots_take(&door.clips);

    if (clip == 0)
        return;
    memset(alaw, (int)roll(256), sizeof alaw);
    if (clip_load(&door.e->clip[clip], alaw, 1 + roll(sizeof alaw)) != 0)
        fail("no clip", clip);
    door.clip_used[clip] = 1;
}

static int some_clip(void)
{
    int first = (int)roll(CLIPS);

    for (int i = 0; i < CLIPS; i++)
        if (door.clip_used[(first + i) % CLIPS])
            return (first + i) % CLIPS;
    return 0;
}

static void unload_clip(void)
{
    int clip = some_clip();

    if (clip != 0 && command(OP_UNLOAD, clip, 0, 0, 0, NULL, 0) == 0)
        door.clip_used[clip] = 0;
}

static void play(void)
{
    int32_t clips[PLAY_MAX];
    int n = 1 + (int)roll(chance(&door.dice, 10) ? PLAY_MAX : 4);
    mine_t *p = some_port(PLAYER);

    if (p == NULL || some_clip() == 0)
        return;
    for (int i = 0; i < n; i++)
        clips[i] = some_clip();
    command(OP_PLAY, p->id, chance(&door.dice, 4), 0, ++door.plays, clips, 4 * n);
}

static void tone_or_silence(void)
{
    mine_t *p = some_port(PLAYER);

    if (p != NULL && chance(&door.dice, 2))
        command(OP_TONE, p->id, 3, 0, 0, "CN\0busy", 8);
    else if (p != NULL)
        command(OP_SILENCE, p->id, 0, 0, 0, NULL, 0);
}

/* --- recordings --- */

static void path_of(int recorder, char *path, size_t n)
{
    snprintf(path, n, "%s/%d.wav", door.folder, recorder);
}

/* A port, or 0; left sides are of boards without a line, whose canceller would change pieces. */
static int32_t left_side(void)
{
    mine_t *p = some_port(TDM);

    return p == NULL || p->line != 0 ? 0 : p->id;
}

static int32_t right_side(void)
{
    mine_t *p = some_port(TDM | PLAYER | RTP);

    return p == NULL ? 0 : p->id;
}

static void begin_recording(void)
{
    char path[512];
    int recorder = slots_take(&door.recorders);
    int64_t frames = (int64_t)TICK_SAMPLES * (1 + roll(800));

    if (recorder == 0)
        return;
    path_of(recorder, path, sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0 || recorder_prepare(door.e, recorder, fd) != 0)
        fail("a recording cannot be made", errno);
    if (command(OP_RECORD, recorder, left_side(), right_side(), frames, NULL, 0) < 0) {
        close(fd);
        unlink(path);
        slots_give(&door.recorders, recorder);
        return;
    }
    door.recording[recorder].used = 1;
}

static void change_recording(void)
{
    int recorder = 1 + (int)roll(RECORDERS - 1);

    if (!door.recording[recorder].used)
        return;
    if (chance(&door.dice, 3))
        command(OP_RECORD_STOP, recorder, 0, 0, 0, NULL, 0);
    else if (chance(&door.dice, 2))
        command(OP_RECORD_PAUSE, recorder, (int)roll(2), 0, 0, NULL, 0);
    else
        command(OP_RECORD_TAP, recorder, left_side(), right_side(), 0, NULL, 0);
}

/* The file of a recording that is done: its sizes, and whole pieces on the left. */
static void check_recording(int recorder, int64_t frames)
{
    static uint8_t file[1 << 20];
    char path[512];
    uint32_t told, number;

    path_of(recorder, path, sizeof path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, file, sizeof file);
    if (n < HEADER + 2 * frames || frames % TICK_SAMPLES != 0)
        fail("a recording is too short", (long long)n);
    memcpy(&told, file + 46, sizeof told); /* little endian, as every machine of ours */
    if (told != (uint32_t)frames)
        fail("a recording's header tells of other frames", told);
    for (int64_t at = 0; at < frames; at += TICK_SAMPLES)
        door.counts->recorded_blocks += (uint64_t)piece_check(file + HEADER + 2 * at, 2, &number);
    close(fd);
    unlink(path);
    door.counts->recordings++;
}

/* --- boards and the socket --- */

static void add_board(void)
{
    int used = 0, board;

    for (int i = 1; i < MAX_BOARDS; i++)
        used += door.board_used[i];
    if (used == BOARDS || (board = slots_take(&door.boards)) == 0)
        return;
    int fd = sim_board_start(&door.board[board], board, roll(1u << 31));
    if (command(OP_BOARD_ADD, board, fd, 0, 0, NULL, 0) < 0) {
        close(fd);
        sim_board_join(&door.board[board], 1);
        slots_give(&door.boards, board);
        return;
    }
    door.board_used[board] = 1;
}

static void change_board(void)
{
    int board = some_board();

    if (board == 0)
        return;
    if (chance(&door.dice, 2)) {
        if (command(OP_BOARD_REMOVE, board, 0, 0, 0, NULL, 0) < 0)
            return;
        sim_board_join(&door.board[board], 1);
        door.board_used[board] = 0;
        slots_give(&door.boards, board);
        return;
    }
    sim_board_join(&door.board[board], 1); /* unplugged; then plugged in again, lost or not */
    usleep(roll(30000));
    int fd = sim_board_start(&door.board[board], board, roll(1u << 31));
    while (command(OP_BOARD_REOPEN, board, fd, 0, 0, NULL, 0) < 0)
        if (engine_step(door.e, 1) == EBUSY)
            usleep(5000);
}

static void board_frame(void)
{
    uint8_t body[LINK_HEADER + FRAME_PAYLOAD_MAX] = {0x21};
    int board = some_board(), n = LINK_HEADER + (int)roll(FRAME_PAYLOAD_MAX + 1);

    if (board == 0)
        return;
    for (int i = LINK_HEADER; i < n; i++)
        body[i] = (uint8_t)(n + i);
    command(OP_BOARD_SEND, board, 0, 0, 0, body, n);
}

static void socket_or_datagram(void)
{
    uint8_t data[ADDRESS_BYTES + 100] = {0};

    if (chance(&door.dice, 10)) {
        int mine = dup(door.udp);
        if (mine < 0 || command(OP_SOCKET, 0, mine, AF_INET, 0, NULL, 0) < 0)
            close(mine);
        return;
    }
    legs_address(FARS, data);
    command(OP_DATAGRAM, 0, 0, 0, 0, data, sizeof data);
}

/* --- what is read --- */

static void read_counters(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < E_COUNT; i++)
        sum += engine_counter(door.e, i);
    for (int i = 0; i < LATENESS_BUCKETS; i++)
        sum += engine_lateness(door.e, (int)roll(L_COUNT), i);
    if (sum == 0)
        fail("nothing is counted", 0);
}

static void read_board_counters(void)
{
    int board = some_board();

    for (int i = 0; board != 0 && i < B_COUNT; i++)
        engine_board_counter(door.e, board, i);
}

static void read_tick(void)
{
    uint64_t tick = engine_ticks(door.e);

    if (tick < door.tick)
        fail("time goes back at tick", (long long)tick);
    door.tick = tick;
}

static void read_levels(void)
{
    uint32_t talk, hears;

    for (int i = 0; i < PORTS; i++)
        if (door.port[i].id != 0)
            engine_powers(door.e, i, &talk, &hears);
}

static void read_report(void)
{
    rtp_statistics_t now;
    mine_t *p = some_port(RTP);

    if (p == NULL)
        return;
    engine_leg_report(door.e, p->leg, &now);
    if (now.octets_sent > now.sent * 160 || now.octets_received > now.received * 160)
        fail("a report is torn", (long long)now.sent);
}

static void take_back(int what, int index)
{
    if (what == RETURN_CLIP) {
        clip_unload(&door.e->clip[index]);
        slots_give(&door.clips, index);
    } else if (what == RETURN_RECORDER) {
        door.recording[index].used = 0;
        slots_give(&door.recorders, index);
    } else if (what == RETURN_LEG) {
        engine_free_leg(door.e, index);
        slots_give(&door.legs, index);
    } else {
        engine_free_line(door.e, index);
        slots_give(&door.lines, index);
    }
}

static void take_find(const find_t *find, const uint8_t *data, int n)
{
    door.counts->finds++;
    if (find->kind < FIND_BOARD_FRAME || find->kind > FIND_FAX)
        fail("a find of no kind", find->kind);
    if (find->kind == FIND_PLAY_DONE && (find->value < 1 || find->value > door.plays))
        fail("the end of a play that was not begun", find->value);
    if (find->kind == FIND_RECORD_DONE)
        check_recording(find->port, find->value);
    for (int i = LINK_HEADER; find->kind == FIND_BOARD_FRAME && i < n; i++)
        if (data[i] != (uint8_t)(n - 2 * LINK_HEADER + i))
            fail("a frame of a board is torn at byte", i);
}

static void drain(void)
{
    uint8_t message[4096];
    find_t find;
    int32_t done[2];
    int n;

    engine_rearm(door.e);
    while ((n = ring_get(door.e->finds, message, sizeof message)) >= 0) {
        memcpy(&find, message, sizeof find);
        take_find(&find, message + sizeof find, n - (int)sizeof find);
    }
    if (n != -1)
        fail("a find has no room", n);
    while (ring_get(door.e->returns, done, sizeof done) >= 0)
        take_back(done[0], done[1]);
}

static void drain_when_told(void)
{
    struct pollfd p = {.fd = door.e->finds_fd, .events = POLLIN};

    if (poll(&p, 1, (int)roll(3)) > 0)
        drain();
}

static void hold_writer(void)
{
    door.held = !door.held && chance(&door.dice, 4);
    engine_hold_writer(door.e, door.held);
}

/* --- the engine itself --- */

static void new_engine(void)
{
    door.e = engine_new();
    if (door.e == NULL)
        fail("no engine", errno);
    door.counts->engines++;
    door.tick = 0;
    slots_init(&door.ports, PORTS);
    slots_init(&door.boards, MAX_BOARDS);
    slots_init(&door.clips, CLIPS);
    slots_init(&door.legs, LEGS);
    slots_init(&door.recorders, RECORDERS);
    slots_init(&door.lines, LINES);
    command(OP_SOCKET, 0, dup(door.udp), AF_INET, 0, NULL, 0);
}

static void start(void)
{
    if (engine_start(door.e) != 0)
        fail("the engine does not start", errno);
    if (engine_start(door.e) != EBUSY || engine_step(door.e, 1) != EBUSY)
        fail("the engine runs and is not busy", 0);
}

/* All recordings end with it. */
static void stop(void)
{
    door.held = 0;
    engine_hold_writer(door.e, 0);
    engine_stop(door.e);
    drain();
    for (int steps = (int)roll(20); steps >= 0; steps--)
        engine_step(door.e, 10);
    engine_stop(door.e);
    drain();
    for (int i = 1; i < RECORDERS; i++)
        if (door.recording[i].used)
            fail("the engine has stopped and not finished recording", i);
    door.counts->stops++;
}

static void end(void)
{
    stop();
    for (int i = 1; i < MAX_BOARDS; i++)
        if (door.board_used[i])
            sim_board_join(&door.board[i], 1);
    engine_free(door.e);
    memset(door.port, 0, sizeof door.port);
    memset(door.board_used, 0, sizeof door.board_used);
    memset(door.clip_used, 0, sizeof door.clip_used);
}

/* A second one in the same process shares nothing with the first. */
static void another_engine(void)
{
    engine_t *e = engine_new();

    if (e == NULL || engine_step(e, 1) != 0)
        fail("no second engine", errno);
    engine_free(e);
}

static void restart(void)
{
    if (chance(&door.dice, 3)) {
        end();
        new_engine();
    } else {
        stop();
    }
    start();
}

static void something(void)
{
    static const struct {
        void (*what)(void);
        uint32_t weight;
    } DEEDS[] = {
        {open_tdm, 60}, {open_player, 10}, {open_rtp, 20}, {close_port, 30}, {move_rtp, 2},
        {hear, 100}, {send_digits, 20}, {watch, 30}, {line, 60}, {load_clip, 20},
        {unload_clip, 10}, {play, 40}, {tone_or_silence, 20}, {begin_recording, 20},
        {change_recording, 5}, {add_board, 10}, {change_board, 1}, {board_frame, 30},
        {socket_or_datagram, 10}, {read_counters, 20}, {read_board_counters, 20}, {read_tick, 20},
        {read_levels, 60}, {read_report, 60}, {drain_when_told, 60}, {hold_writer, 5},
        {another_engine, 1},
    };
    const size_t n = sizeof DEEDS / sizeof *DEEDS;
    uint32_t total = 0;
    size_t i = 0;

    for (size_t k = 0; k < n; k++)
        total += DEEDS[k].weight;
    for (uint32_t at = roll(total); at >= DEEDS[i].weight; i++)
        at -= DEEDS[i].weight;
    DEEDS[i].what();
}

void door_run(int64_t ns, uint64_t seed, const char *folder, int udp, counts_t *counts)
{
    int64_t until = engine_now_ns() + ns;

    door.dice = dice_of(seed, 5);
    door.folder = folder;
    door.udp = udp;
    door.counts = counts;
    new_engine();
    start();
    while (engine_now_ns() < until) {
        if (chance(&door.dice, 10000))
            restart();
        something();
        if (chance(&door.dice, 40))
            usleep(roll(4000));
    }
    end();
    close(udp);
}
