/* Jitter buffer for 8 kHz samples: a ring indexed by RTP time stamp.
 *
 * Reordering, duplicates, loss and wrap need no special case: a sample has one place.  What varies
 * is `play`, the time stamp played next.  A packet's margin is how long before its play time it
 * arrives.  The delay is lengthened when packets come late or nearly so, shortened when for some
 * seconds none came close, 5 ms at a time, where the audio is quiet if possible; clock drift shows
 * as a creeping margin and is met by the same rule.
 */
#ifndef CALLBOX_JITTER_H
#define CALLBOX_JITTER_H

#include "conceal.h"

#include <stdint.h>

#define JITTER_BLOCK 40
#define JITTER_RING 4096           /* samples, a power of two: 512 ms */
#define JITTER_MIN 160             /* least delay aimed at: 20 ms */
#define JITTER_MAX 1600            /* greatest: 200 ms */
#define JITTER_WINDOW 400          /* ticks in which the least margin is looked for: 2 s */

typedef struct {
    int16_t pcm[JITTER_RING];
    uint8_t filled[JITTER_RING];
    conceal_t conceal;
    uint32_t play;
    uint32_t newest;               /* one after the newest sample stored */
    int running;
    int hold;                      /* ticks to conceal without advancing: lengthens at once */
    int starved;                   /* ticks since a sample was there to play */
    int low, low_before;           /* least margin of this window and of the one before */
    int window;                    /* ticks left in this window */
    int waiting;                   /* ticks an adjustment has waited for quiet audio */
    float margin;                  /* smoothed: the present delay, in samples */
    float energy;                  /* smoothed mean square of what is played */
    uint64_t late, restarts, concealed, dropped, added;
} jitter_t;

void jitter_init(jitter_t *j);

/* A new source: the counters stay, everything else begins again. */
void jitter_restart(jitter_t *j);

/* How a packet stands in its stream. */
enum { JITTER_OLDER = -1, JITTER_NEXT = 0, JITTER_TALKSPURT = 1 };

/* Store a packet.  Returns 0, or -1 when all of it was late.  An older packet than one already
 * seen never moves the play point. */
int jitter_put(jitter_t *j, uint32_t timestamp, const int16_t *pcm, int n, int standing);

/* The source is silent there by intention (a telephone-event): nothing to conceal. */
void jitter_silence(jitter_t *j, uint32_t timestamp, int n);

/* The next 5 ms. */
void jitter_get(jitter_t *j, int16_t pcm[JITTER_BLOCK]);

#endif
