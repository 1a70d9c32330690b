/* Line echo canceller: takes out of what a line says what the line was made to hear.
 *
 * Partitioned frequency-domain Kalman filter (G. Enzner, P. Vary, "Frequency-domain adaptive
 * Kalman filter for acoustic echo control in hands-free telephones", Signal Processing 86, 2006;
 * F. Kuech et al., "State-space architecture of the partitioned-block-based acoustic echo
 * controller", ICASSP 2014).  It weighs each step by how well the path is known and by how much
 * else is on the line, so that double-talk needs no switch.  Our addition: what the remainder
 * still has in common with the far signal shows a changed path, and makes the filter learn anew.
 * The slow plain definition is cython_dsp/reference_echo.py.
 *
 * Samples are 16-bit linear at 8 kHz, in blocks of 5 ms.  Nothing here allocates, blocks or keeps
 * state outside the struct.
 */
#ifndef CALLBOX_ECHO_CANCEL_H
#define CALLBOX_ECHO_CANCEL_H

#include <stdint.h>

#define ECHO_BLOCK 40
#define ECHO_FFT 128
#define ECHO_BINS 68 /* 65 are used */
#define ECHO_PART 80 /* samples of path in one part: two blocks */
#define ECHO_PARTS 8 /* at most: 80 ms */

typedef struct {
    float re[ECHO_BINS], im[ECHO_BINS];
    float mean; /* power of a bin, of far only */
} echo_spectrum_t;

typedef struct {
    float far[ECHO_FFT];                  /* the newest samples; the oldest first */
    echo_spectrum_t x[2 * ECHO_PARTS];    /* of far; one a block, a ring */
    echo_spectrum_t path[ECHO_PARTS];
    echo_spectrum_t common[ECHO_PARTS];   /* far and remainder, smoothed: 0 when all is learned */
    float unsure[ECHO_PARTS][ECHO_BINS];  /* mean square error of path, by estimate */
    float heard[ECHO_PARTS][ECHO_BINS];   /* power of x, smoothed */
    float heard_mean[ECHO_PARTS];
    float left[ECHO_BINS];                /* power of the remainder, smoothed as `common` */
    float other[ECHO_BINS];               /* the same, smoothed faster: what is no echo */
    uint32_t blocks;                      /* since the far end was quiet */
    int parts;                            /* of the path, 10 ms each: 1 to ECHO_PARTS */
    int at;                               /* the newest of x */
    int quiet;                            /* blocks since the far end said something */
    float far_power, echo_power, left_power; /* smoothed mean squares while there is an echo */
    float leak;                           /* part of the echo that is left */
    float unknown;                        /* half the mean square that `unsure` lets expect */
    float left_now;                       /* mean square of the remainder, smoothed over 40 ms */
    float floor;                          /* its least: the line's own noise */
    float gain;                           /* of the suppressor */
    float said_slow, left_slow;           /* mean squares, smoothed over 40 ms */
    float trust;                          /* part of the estimated echo that is taken out */
    uint32_t seed;
    int learns;                           /* 0: the path stays as it is */
    int suppresses;                       /* 0: what the filter leaves is not weakened further */
} echo_t;

/* A path of so many parts of 10 ms, 1 to ECHO_PARTS. */
void echo_init(echo_t *e, int parts);

/* What was said is over, the line is the same: keep the path, forget the signals. */
void echo_rest(echo_t *e);

/* Replace ECHO_BLOCK samples that the line said by what is left without the echo of `far`: what
 * the line was sent, the newest at most as late as the newest of near. */
void echo_cancel(echo_t *e, const int16_t *far, int16_t *near);

/* dB, 0 until it is known: how much weaker the echo is than what the line heard (ERL of G.168),
 * and how much the filter weakens it further (ERLE), the suppressor not counted. */
float echo_return_loss(const echo_t *e);
float echo_enhancement(const echo_t *e);

#endif
