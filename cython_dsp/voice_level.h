/* An agent's voice at one level, and less of his room between his words.
 *
 *   5 ms -> power -> least of the last 1 to 2 s: noise -> 9 dB above it: voice
 *        -> mean of the voice -> gain, towards -20 dBm0 (moves while he speaks only)
 *        -> gate: open with the first 5 ms of a word and 200 ms after it, else 12 dB less,
 *           with steady noise in its place, 6 dB below the room's
 */
#ifndef CALLBOX_VOICE_LEVEL_H
#define CALLBOX_VOICE_LEVEL_H

#include <stdint.h>

#define LEVELLER_BLOCK 40
#define LEVELLER_DBM0 -20.0f
#define LEVELLER_MOST 15.0f   /* dB */
#define LEVELLER_LEAST -12.0f
#define LEVELLER_GATE -12.0f

typedef struct {
    float gain_db, gate_db; /* present */
    float floor_db;         /* noise, dBm0 */
    float smooth_db, low, low_before; /* least level of this second, and of the one before */
    int blocks;             /* of this second */
    double power;           /* mean square of the voice */
    int voiced;             /* ticks of it, up to a second's worth */
    int hold;               /* ticks the gate stays open */
    float applied;          /* factor at the end of the last block */
    uint32_t noise;         /* state of the generator */
} leveller_t;

void leveller_init(leveller_t *l);

/* Level a block where it is.  Without `adapt` the gain stays as it is; the gate works on. */
void leveller_take(leveller_t *l, int16_t pcm[LEVELLER_BLOCK], int adapt);

#endif
