/* The engine under load from all its sides at once, for ThreadSanitizer: see stress.c. */
#ifndef CALLBOX_STRESS_H
#define CALLBOX_STRESS_H

#include <pthread.h>
#include <stdint.h>

#include "engine/engine.h"

#define BOARD_SLOTS 8
#define FARS 6 /* parties at the other end of RTP legs: plain, SRTP, SRTP with GCM, and again */

/* --- stress.c --- */

_Noreturn void fail(const char *what, long long value);
int64_t until_next(int64_t due_ns, int64_t period_ns); /* sleeps; when it is due after that */

typedef struct {
    uint64_t state;
} dice_t;

dice_t dice_of(uint64_t seed, uint64_t who);
uint32_t dice(dice_t *d, uint32_t sides); /* 0 .. sides - 1 */
static inline int chance(dice_t *d, uint32_t one_in) { return dice(d, one_in) == 0; }

typedef struct { /* what was done, for the last line */
    uint64_t ring_messages, ring_refused, calls, refused, finds, recordings, recorded_blocks;
    uint64_t histories, history_blocks, stops, engines;
} counts_t;

/* --- rings.c --- */

void rings_run(int64_t ns, uint64_t seed, counts_t *counts);

/* --- boards.c: what a board sends tells its board, slot and number, 40 samples a piece --- */

typedef struct {
    pthread_t thread;
    int number, end;
    uint64_t seed;
    _Atomic int unplug;
} sim_board_t;

extern _Atomic uint64_t board_blocks, board_answers, board_frames;

int sim_board_start(sim_board_t *b, int number, uint64_t seed); /* the engine's descriptor */
void sim_board_join(sim_board_t *b, int unplug); /* else when the engine has closed its end */

/* One piece, `step` bytes from code to code: 1 and its number, 0 when it is silence. */
int piece_check(const uint8_t *codes, int step, uint32_t *number);

/* --- legs.c --- */

int legs_start(uint64_t seed);    /* the engine's socket */
void legs_address(int far, uint8_t address[ADDRESS_BYTES]); /* FARS: a stranger's */
void legs_params(int far, uint32_t ssrc, rtp_params_t *ours);
uint64_t legs_end(void);          /* packets that were taken from the engine */

/* --- door.c --- */

void door_run(int64_t ns, uint64_t seed, const char *folder, int udp, counts_t *counts);

#endif
