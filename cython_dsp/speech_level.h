/* Active speech level, ITU-T P.56 method B, of one channel at 8 kHz.
 *
 *   |x|, mean of 1 ms -> two low passes of 30 ms -> envelope q
 *   q against 15 thresholds, each twice the one before; above, and 200 ms longer, it is active
 *   energy / active time = level at each threshold; where it lies 15.9 dB above: the speech level
 *
 * P.56 wants the envelope at 694 Hz or more; 1 kHz costs an eighth of every sample.
 */
#ifndef CALLBOX_SPEECH_LEVEL_H
#define CALLBOX_SPEECH_LEVEL_H

#include <stdint.h>

#define SPEECH_STEP 8        /* samples */
#define SPEECH_THRESHOLDS 15 /* 1, 2, 4 ... 16384 of 16 bits */
#define SPEECH_ROOM 16       /* the last is never reached: whole vectors */
#define SPEECH_SILENCE -90.0f

typedef struct {
    float p, q;
    uint16_t hold[SPEECH_ROOM]; /* steps that are active still */
    float active[SPEECH_ROOM];  /* steps */
    float steps;
    double energy;              /* sum of squares */
} speech_level_t;

void speech_level_init(speech_level_t *s);

/* Hear n samples, a multiple of SPEECH_STEP. */
void speech_level_take(speech_level_t *s, const int16_t *pcm, int n);

/* What was heard so far counts only so much (0 to 1) from now on. */
void speech_level_fade(speech_level_t *s, float keep);

/* dBm0 while somebody speaks (SPEECH_SILENCE: nobody did), and for which part of the time. */
float speech_level_read(const speech_level_t *s, float *activity);

#endif
