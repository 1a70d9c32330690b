/* Switches an echo canceller off for modems and fax: the tone disabler of ITU-T G.168, clause 7.
 *
 * 2100 Hz ± 21 Hz of at least -31 dBm0 on either path, whose phase turns by 180° ± 25° every
 * 450 ± 25 ms: the second turn switches it off.  It comes back when both paths have been below
 * -36 dBm0 for 250 ms, whatever was heard since.
 * The slow plain definition is cython_dsp/reference_disabler.py.
 *
 * Samples are 16-bit linear at 8 kHz.  Nothing here allocates, blocks or keeps state outside the
 * structs.
 */
#ifndef CALLBOX_ECHO_DISABLER_H
#define CALLBOX_ECHO_DISABLER_H

#include <stdint.h>

#include "answer_tone.h"
#include "echo_cancel.h"

typedef struct {
    answer_tone_t tone;
    int since; /* blocks since a reversal and 1; 0: there was none */
} disabler_path_t;

typedef struct {
    disabler_path_t path[2];
    int off;   /* the canceller is switched off */
    int quiet; /* blocks without anything loud */
} echo_disabler_t;

void echo_disabler_init(echo_disabler_t *d);

/* Take ECHO_BLOCK samples of both paths; return whether the canceller is to be off. */
int echo_disabler_take(echo_disabler_t *d, const int16_t *far, const int16_t *near);

/* echo_cancel(), but near stays as it is while the tone has switched the canceller off. */
void echo_cancel_or_pass(echo_t *e, echo_disabler_t *d, const int16_t *far, int16_t *near);

#endif
