/* Concealment of lost audio, in the spirit of G.711 Appendix I: the last pitch period is repeated,
 * fading out between 10 and 60 ms; real audio is faded in again over 4 ms. */
#ifndef CALLBOX_CONCEAL_H
#define CALLBOX_CONCEAL_H

#include <stdint.h>

#define CONCEAL_BLOCK 40
#define CONCEAL_HISTORY 320
#define CONCEAL_LAG_MIN 40     /* 200 Hz */
#define CONCEAL_LAG_MAX 120    /* 66 Hz */
#define CONCEAL_MAX 480        /* samples; silence after that */

typedef struct {
    int16_t history[CONCEAL_HISTORY]; /* the latest audio played, oldest first */
    float period[CONCEAL_LAG_MAX];
    float step;                     /* jump at the start of the repetition, to be smoothed */
    int hurry;                      /* repeat the longest period, do not look for the pitch */
    int lag;
    int at;                         /* samples made since audio was lost, 0 = nothing is lost */
} conceal_t;

void conceal_init(conceal_t *c);

/* A block that was received: faded in if it follows made-up audio. */
void conceal_good(conceal_t *c, int16_t pcm[CONCEAL_BLOCK]);

/* Make up a block.  Returns 1, or 0 when it is silence (60 ms after the loss began). */
int conceal_lost(conceal_t *c, int16_t pcm[CONCEAL_BLOCK]);

#endif
