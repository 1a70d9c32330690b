/* The media engine: state shared by its files.
 *
 * One thread runs engine_tick() every 5 ms (or the owner steps it by hand: the same function).
 * Three parties meet here: the door (Python, under the GIL), the tick, and the writer of
 * recordings.  Fields belong to the tick unless marked otherwise; nothing in the tick allocates,
 * blocks or takes a lock.
 */
#ifndef CALLBOX_ENGINE_H
#define CALLBOX_ENGINE_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "caller_id.h"
#include "dtmf_rx.h"
#include "dtmf_tx.h"
#include "echo_cancel.h"
#include "echo_disabler.h"
#include "engine/lateness.h"
#include "engine/link.h"
#include "engine/mix.h"
#include "engine/ring.h"
#include "engine/sequence.h"
#include "fax_tones.h"
#include "progress.h"
#include "rtp/leg.h"
#include "speech_level.h"
#include "tones.h"
#include "voice_level.h"

#define TICK_SAMPLES 40
#define TICK_NS 5000000LL
#define MAX_BOARDS 9 /* index 0 of boards, ports, clips and recorders stays unused */
#define MAX_SLOTS 32
#define MAX_PORTS 2048
#define MAX_CLIPS 1024
#define MAX_LEGS 1152  /* of 500 calls and their listeners */
#define MAX_RECORDERS 640
#define MAX_LINES 129
#define PLAY_MAX 64           /* clips in one play */
#define DIGITS_MAX 64         /* digits in one command, and waiting at one port */
#define FRAME_PAYLOAD_MAX 600 /* of a board's frame that is not PCM */
#define BLOCK_FRAMES_MAX 40
#define FIFO_FRAMES 640       /* 80 ms: what a pseudo-terminal can hold back */
#define PENDING_MAX 32
#define OUT_ROOM 8192
#define UDP_BATCH 32
#define PATHS 8               /* addresses at which one RTP leg is heard */
#define UDP_ROUTES 16384      /* power of two, nearly twice what can be in it */
#define ADDRESS_BYTES 20      /* family u16, port u16 (both big endian), IP 16 bytes */
#define DATAGRAM_MAX 1500
#define COMMAND_MAX 2048      /* bytes after the command's head */
#define INDEX_OF(id) ((id) & 0xFFF)

/* --- what can be counted --- */

#define BOARD_COUNTERS(X) \
    X(frames_in) X(frames_out) X(pcm_in) X(pcm_out) X(bad_cobs) X(bad_crc) X(oversize) \
    X(truncated) X(bad_pcm) X(seq_gaps) X(tick_gaps) X(stale) X(duplicates) X(slips_in) \
    X(slips_out) X(tx_dropped) X(lost)
#define ENGINE_COUNTERS(X) \
    X(ticks) X(skipped_ticks) X(late_ticks) X(tick_us_max) X(timer_ticks) X(takeovers) \
    X(commands) X(commands_refused) X(finds) X(finds_lost) X(realtime) X(memory_locked) \
    X(udp_in) X(udp_out) X(udp_unknown) X(udp_malformed) X(udp_flood) X(udp_send_failed) \
    X(record_frames_lost) X(gauges_left_out) X(levels_left_out) X(concealment_left_out)

#define AS_ENUM(prefix, name) prefix##name,
#define B_ENUM(name) B_##name,
#define E_ENUM(name) E_##name,
enum { BOARD_COUNTERS(B_ENUM) B_COUNT };
enum { ENGINE_COUNTERS(E_ENUM) E_COUNT };
extern const char *const engine_board_counter_names[];
extern const char *const engine_counter_names[];
typedef _Atomic uint64_t counter_t; /* one writer, so a plain add and a relaxed store do */

static inline void count_add(counter_t *c, uint64_t n)
{
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

/* A tick's lateness: until its answer was given, since it was due (L_DUE), and since the thread
 * was awake for it (L_AWAKE: without the bus and the wake-up). */
enum { L_DUE, L_AWAKE, L_COUNT };

/* What late ticks do without, the first first (detail.c); never audio of a call. */
enum {
    DETAIL_GAUGES,      /* levels stay as they were */
    DETAIL_LEVELS,      /* agents' gain stays as it is */
    DETAIL_CONCEALMENT, /* what was lost is repeated without looking for its pitch */
    DETAILS
};

/* --- commands down, finds up --- */

enum {
    OP_OPEN_TDM, OP_OPEN_PLAYER, OP_OPEN_RTP, OP_MOVE_RTP, OP_CLOSE, OP_HEAR, OP_PLAY, OP_SILENCE,
    OP_TONE, OP_DIGITS, OP_UNLOAD, OP_BOARD_ADD, OP_BOARD_REOPEN, OP_BOARD_REMOVE, OP_BOARD_SEND,
    OP_RECORD, OP_RECORD_TAP, OP_RECORD_PAUSE, OP_RECORD_STOP, OP_SOCKET, OP_DATAGRAM,
    OP_CALLER_ID, OP_ECHO, OP_TONES, OP_ACTIVITY, OP_FAX, OP_VOICE,
};

typedef struct {
    int32_t op;
    int32_t id; /* port, board, recorder or clip */
    int32_t a, b;
    int64_t c;
} command_t;

enum { /* FindKind of Python */
    FIND_BOARD_FRAME = 1, FIND_BOARD_LOST, FIND_BOARD_BACK, FIND_PLAY_DONE, FIND_DIGITS_SENT,
    FIND_DIGIT, FIND_RECORD_DONE, FIND_RECORD_LOST, FIND_DATAGRAM, FIND_NOTICE,
    FIND_TONE, FIND_SILENCE, FIND_VOICE, FIND_CALLER_ID, FIND_FAX,
};

typedef struct {
    int32_t kind, port;
    uint64_t tick;
    int64_t value;
} find_t;

enum { RETURN_LEG = 1, RETURN_CLIP, RETURN_RECORDER, RETURN_LINE }; /* the tick has done with it: door frees it */

/* --- boards --- */

typedef struct {
    uint32_t tick, mask;
    uint8_t frames, law;
    uint64_t end; /* rx_in when its last frame had come */
} pending_t;

typedef struct {
    int fd;                /* -1: no such board */
    int lost, heard;       /* heard: at least one block has come since it was opened */
    int good_run;          /* blocks since the last silence */
    int silent;            /* it was the pacer and its blocks did not come */
    int missed;            /* frames of ticks run without it meanwhile: they come too late */
    int newest;            /* stepped: ticks in which only its newest block counts */
    int law;
    uint32_t next_tick;    /* of the next PCM_RX */
    uint16_t seq_in, seq_out;
    int seq_known, tick_known;
    int64_t last_block_ns, retry_tick;
    uint64_t rx_in, rx_out; /* frames ever put in and taken out of rx */
    int rx_fill, tx_fill;   /* frames in the fifos */
    int queue_low, queue_looks; /* least of rx_fill after so many ticks */
    uint8_t rx[FIFO_FRAMES][MAX_SLOTS], tx[FIFO_FRAMES][MAX_SLOTS];
    int pending_n;
    pending_t pending[PENDING_MAX];
    int out_fill;           /* rest of a frame that was written in part, and frames behind it */
    uint8_t out[OUT_ROOM];
    int32_t port[MAX_SLOTS]; /* port id of each slot, 0 = none */
    link_rx_t link;
    counter_t counters[B_COUNT];
} board_t;

/* --- ports --- */

enum { PORT_FREE, PORT_TDM, PORT_PLAYER, PORT_RTP };
enum { PLAYER_SILENT, PLAYER_CLIPS, PLAYER_TONE };
enum { DIGITS_INBAND, DIGITS_RFC4733 };

typedef struct {
    int mode, loop;
    int n, at;             /* clips in the list, index of the one being played */
    uint32_t pos;          /* next sample of it */
    int64_t play;          /* number of this play, told in PLAY_DONE */
    int32_t clip[PLAY_MAX];
    tone_tx_t tone;
} player_t;

typedef struct {
    int32_t talker; /* port id */
    int32_t gain;   /* Q12 */
} edge_t;

typedef struct {
    int32_t id; /* 0 = free */
    int kind;
    int board, slot;
    int leg;
    int levels; /* an agent's voice: RTP */
    leveller_t leveller;
    int line; /* 0 = none */
    int hears; /* somebody is connected to this listener in this tick */
    int edges;
    edge_t edge[MIX_TALKERS_MAX];
    player_t player;
    dtmf_tx_t dtmf_tx;
    progress_t progress;
    int hears_fax;
    fax_tones_t fax;
    int sending; /* dtmf_tx or telephone-events are under way */
    int waiting; /* digits behind them */
    int digit_on_ms, digit_off_ms;
    char queue[DIGITS_MAX + 1];
    int paths;
    uint8_t path[PATHS][ADDRESS_BYTES]; /* RTP: heard at all of them, the first is sent to */
    /* The door may read them at any time, of a port not opened yet, too: they stay the last. */
    _Atomic uint32_t talk_power, hear_power; /* mean squares, smoothed over about 160 ms */
    _Atomic uint32_t speech; /* -dBm0 * 256 << 16 | activity * 65535; written once a second */
} port_t;

typedef struct { /* filled by the door before its number is used in a command */
    uint8_t *alaw;
    uint32_t n;
    int players; /* that have it in their list */
    int dying;
} clip_t;

/* --- what a TDM port of an analogue line has besides --- */

#define HISTORY_BYTES (1u << 16) /* 8.2 s */

typedef struct {
    sequence_t seq;          /* of the history */
    int hears_caller, cancels;
    _Atomic uint64_t said;   /* samples ever put into the history */
    _Atomic uint8_t history[HISTORY_BYTES]; /* A-law, as it came */
    _Atomic float loss, enhancement; /* dB */
    caller_id_t caller_id;
    echo_t echo;
    echo_disabler_t disabler;
} line_t;

/* --- recorders --- */

enum { REC_FREE, REC_OPEN, REC_ENDED, REC_CLOSED };
enum { GAP_LOST = 1, GAP_PAUSE = 2 };
#define REC_RING (1u << 17) /* about 8 s */
#define REC_PAUSES 64

typedef struct {
    _Atomic int state;       /* REC_OPEN, REC_ENDED, REC_FREE by the tick, REC_CLOSED by the writer */
    /* door, before OP_RECORD */
    int fd;
    ring_t *ring;
    /* tick */
    int32_t left, right;
    int paused, announced;
    int64_t frames, max_frames;
    uint32_t gap;            /* frames not in the ring because it was full */
    uint64_t lost_told;
    /* writer */
    int64_t written;         /* frames in the file */
    uint32_t owed;           /* frames the disk refused, to be made up by silence */
    int pauses, was_paused;
    uint32_t pause_at[REC_PAUSES], pause_end[REC_PAUSES];
    int64_t synced_ns;
    _Atomic uint64_t lost;   /* frames without audio: ring full, or disk refused */
    _Atomic int error;       /* errno of the last refused write */
} recorder_t;

/* --- the engine --- */

typedef struct {
    int n;
    int length[64];
    uint8_t address[64][ADDRESS_BYTES];
    uint8_t data[64][RTP_ROOM];
} udp_out_t;

#define REPORT_WORDS (sizeof(rtp_statistics_t) / sizeof(uint64_t))

typedef struct { /* copied out by the door: written twice a second */
    sequence_t seq;
    _Atomic uint64_t now[REPORT_WORDS]; /* an rtp_statistics_t */
} leg_report_t;

typedef struct engine {
    ring_t *commands; /* door -> tick */
    ring_t *finds;    /* tick -> door */
    ring_t *returns;  /* tick -> door: things to free */
    int finds_fd;     /* eventfd */
    int wake_fd;      /* eventfd: stop the thread */
    int writer_fd;    /* eventfd: a recording ended */
    int found;        /* finds were put since the last signal */
    _Atomic uint64_t tick;
    _Atomic int running, stop;
    _Atomic int held; /* the writer writes nothing: a disk that does not answer, for tests */
    pthread_t thread, writer;
    /* pace */
    int pacer;        /* board whose blocks are the ticks, -1 = timer */
    int stepped;
    int64_t clock_ns, due_ns;
    board_t board[MAX_BOARDS];
    port_t port[MAX_PORTS];
    dtmf_rx_t dtmf[MAX_PORTS / LANES];
    int ports;        /* highest used index + 1 */
    speech_level_t spoken[MAX_PORTS]; /* by who speaks at the port, not by players */
    int16_t talk[MAX_PORTS][TICK_SAMPLES];
    int16_t hear[MAX_PORTS][TICK_SAMPLES];
    clip_t clip[MAX_CLIPS];
    recorder_t recorder[MAX_RECORDERS];
    line_t *line[MAX_LINES]; /* put by the door before OP_OPEN_TDM */
    rtp_leg_t *leg[MAX_LEGS];
    leg_report_t report[MAX_LEGS];
    /* UDP */
    int udp_fd, udp_family;
    int16_t route[UDP_ROUTES]; /* hash of an address -> port index * PATHS + path + 1 */
    int datagrams;       /* sent up in this tick */
    udp_out_t udp_out;
    uint8_t udp_in[UDP_BATCH][RTP_MAX_DATAGRAM];
    counter_t counters[E_COUNT];
    /* lateness of ticks in the thread */
    int pressure, calm;  /* details left out; ticks in time since */
    int64_t woke_ns;     /* the wait for this tick's block or time ended */
    due_t due;           /* of the pacer */
    lateness_t late[L_COUNT];
} engine_t;

/* engine.c */
engine_t *engine_new(void);
void engine_free(engine_t *e); /* stops it first */
int64_t engine_now_ns(void);
void engine_post(engine_t *e, int kind, int32_t port, uint64_t tick, int64_t value,
                 const void *data, int n);
/* Of finds that may be many: refused while the ring is three quarters full. 0 or -1. */
int engine_post_bulk(engine_t *e, int kind, int32_t port, int64_t value, const void *head,
                     int head_n, const void *data, int n);
void engine_return(engine_t *e, int what, int index);
void engine_signal(engine_t *e);
port_t *engine_port(engine_t *e, int32_t id); /* NULL when closed meanwhile */

/* engine.c, for the door */
uint64_t engine_ticks(const engine_t *e);
uint64_t engine_counter(const engine_t *e, int which);
uint64_t engine_board_counter(const engine_t *e, int board, int which);
void engine_refused(engine_t *e); /* a command found no room */
void engine_powers(const engine_t *e, int port, uint32_t *talk, uint32_t *hear);
void engine_speech(const engine_t *e, int port, float *dbm0, float *activity);
int engine_put_leg(engine_t *e, int leg, const rtp_params_t *params); /* 0 or -1 */
void engine_free_leg(engine_t *e, int leg);
void engine_leg_report(const engine_t *e, int leg, rtp_statistics_t *out);
void engine_hold_writer(engine_t *e, int on);
uint64_t engine_lateness(const engine_t *e, int which, int bucket);
void engine_rearm(engine_t *e);   /* finds_fd becomes readable with the next find */

/* command.c */
void commands_apply(engine_t *e);

/* tick.c */
void engine_tick(engine_t *e);
void engine_skip(engine_t *e, uint32_t ticks); /* time passes without audio */

/* pace.c: the thread, or by hand.  0, or an errno. */
int engine_start(engine_t *e);
void engine_stop(engine_t *e);
int engine_step(engine_t *e, int timeout_ms); /* ETIMEDOUT, EBUSY */

/* board.c */
void board_init(board_t *b, int fd);
void board_close(board_t *b);
int board_read(engine_t *e, int index);   /* everything there is; frames taken */
void board_flush(board_t *b);
void board_send(board_t *b, uint8_t *body, int n);
void board_receive_audio(engine_t *e);    /* rx fifo -> talk of the TDM ports */
void board_send_audio(engine_t *e);       /* hear of the TDM ports -> tx fifo */
void board_answer(engine_t *e, int index);
void board_drop_rx(board_t *b, int frames);
void board_set_lost(engine_t *e, int index, int error);

/* player.c */
int clip_load(clip_t *clip, const uint8_t *alaw, uint32_t n); /* door; 0, or an errno */
void clip_unload(clip_t *clip);                               /* door */
void player_play(engine_t *e, port_t *p, const int32_t *clips, int n, int loop, int64_t play);
void player_silence(engine_t *e, port_t *p);
void player_fill(engine_t *e, port_t *p, int16_t *pcm);

/* digits.c */
void digits_queue(engine_t *e, port_t *p, const char *digits, int n, int method);
void digits_fill(engine_t *e, port_t *p);   /* in-band: replaces what the port's other side hears */
void digits_detect(engine_t *e);

/* detail.c */
void detail_told(engine_t *e, int late); /* after each tick of the thread */
void detail_count(engine_t *e);          /* what this tick does without */
static inline int detail_wanted(const engine_t *e, int which) { return e->pressure <= which; }

/* gauges.c: what nobody's audio depends on */
void gauges_begin(engine_t *e, port_t *p);
void gauges_talk(engine_t *e, port_t *p, const int16_t *talk);
void gauges_hear(port_t *p, const int16_t *hear);

/* supervision.c */
void supervision_command(port_t *p, const command_t *c, const void *data, int n);
void supervision_listen(engine_t *e, port_t *p); /* to a TDM port */

/* line.c */
void line_command(engine_t *e, port_t *p, const command_t *c);
void lines_listen(engine_t *e);
void lines_gap(engine_t *e, uint32_t samples);
int engine_put_line(engine_t *e, int index); /* door; 0 or -1 */
void engine_free_line(engine_t *e, int index);
int engine_history(const engine_t *e, int index, uint8_t *out, int n); /* door; bytes copied */
void engine_echo(const engine_t *e, int index, float *loss, float *enhancement);

/* recorder.c: tick side, then writer side */
void recorder_tap(engine_t *e);
void recorder_gap(engine_t *e, uint32_t frames);
void recorder_end(engine_t *e, int index);
void recorder_collect(engine_t *e);         /* tells of what the writer has closed or lost */
void writer_pass(engine_t *e);
void *writer_run(void *engine);
int recorder_prepare(engine_t *e, int index, int fd); /* door, before OP_RECORD; errno */

/* udp.c */
void udp_receive(engine_t *e);
void udp_routes(engine_t *e);               /* after a leg came, moved or went */
void udp_send(engine_t *e, const uint8_t *address, const uint8_t *data, int n);
void udp_queue_rtp(engine_t *e, port_t *p, int with_audio);
void udp_flush(engine_t *e);

#endif
