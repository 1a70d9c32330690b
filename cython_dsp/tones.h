/* Call-progress tones by country.  The table and its sources are in tones.c.
 *
 * Names: dial, ringback, busy, congestion, unobtainable (also: reorder), call_waiting,
 * special (special information tone), beep (ours, before auto-answer; the same in every zone).
 * Zones: CN US GB TW HK SG MY DE FR JP AU IN (ISO 3166-1 alpha-2, upper case).
 */
#ifndef CALLBOX_TONES_H
#define CALLBOX_TONES_H

#include <stdint.h>

#define TONE_STEPS 8
#define TONE_FREQUENCIES 2

typedef struct {
    uint16_t hz[TONE_FREQUENCIES]; /* 0 = not used; both 0 = silence */
    uint16_t ms;                   /* 0 with hz = for ever; 0 without hz = end of the cadence */
} tone_step_t;

typedef struct {
    char zone[3];
    const char *name;
    float level_dbm0;              /* of each frequency */
    int8_t once;                   /* 1: silence after the last step; 0: begin again */
    tone_step_t step[TONE_STEPS];
} tone_t;

typedef struct {
    const tone_t *tone;            /* NULL = silence */
    int step;
    int sample;                    /* samples since the step began */
    float amplitude;
    uint32_t phase[TONE_FREQUENCIES];
} tone_tx_t;

/* Returns 0, or -1 (tx then gives silence) when zone or name is not known. */
int tone_tx_start(tone_tx_t *tx, const char *zone, const char *name);

/* Fill n samples (8 kHz, 16 bit).  Never ends by itself, except `beep`, which turns to silence. */
void tone_tx(tone_tx_t *tx, int16_t *pcm, int n);

/* The i-th row of the table, or NULL after the last: for tests and documentation. */
const tone_t *tone_table(int i);

#endif
