/* Line echo canceller: takes out of what a line says what the line was made to hear.
 *
 * Samples are 16-bit linear at 8 kHz, in blocks of 5 ms.  Nothing here allocates, blocks or keeps
 * state outside the struct.
 */
#ifndef CALLBOX_ECHO_H
#define CALLBOX_ECHO_H

#include <stdint.h>

#define ECHO_BLOCK 40
#define ECHO_TAPS 640 /* 80 ms */

typedef struct {
    float far[ECHO_TAPS + ECHO_BLOCK]; /* what the line heard; the oldest first */
    float tap[ECHO_TAPS];              /* the last is the newest sample's */
    float far_power, near_power, left_power; /* smoothed mean squares, while the far end speaks */
} echo_t;

void echo_init(echo_t *e);

/* Replace ECHO_BLOCK samples that the line said by what is left without the echo of `far`, the
 * samples it was sent so far (the newest is that of the same instant or earlier). */
void echo_cancel(echo_t *e, const int16_t *far, int16_t *near);

/* dB, 0 until it is known: how much weaker the echo is than what the line heard (ERL of G.168),
 * and how much the canceller weakens it further (ERLE). */
float echo_return_loss(const echo_t *e);
float echo_enhancement(const echo_t *e);

#endif
