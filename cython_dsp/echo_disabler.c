#include "echo_disabler.h"

#include <math.h>
#include <string.h>

#define HEARD 131000.0    /* mean square, -33 dBm0: must be heard at -31 */
#define HOLDS 104000.0    /* -34 dBm0: must hold at -31, let go at -36 */
#define NEAR_2100 0.5     /* cosine of 60° a block: 33 Hz off */
#define TURNED -0.7071    /* cosine of 135°: 155° is a reversal, 110° is none */
#define SOONEST 84        /* blocks between reversals and 1: 425 ms, and two for rounding */
#define LATEST 98         /* 475 ms */
#define RELEASE 50        /* blocks: 250 ms */

void echo_disabler_init(echo_disabler_t *d)
{
    memset(d, 0, sizeof *d);
    answer_tone_init(&d->path[0].tone);
    answer_tone_init(&d->path[1].tone);
}

/* Whether the newest of the tone stands against the one before the last, its frequency allowed for:
 * between them is the block in which it turned. */
static int turned(const answer_tone_t *t)
{
    double two_re = t->drift_re * t->drift_re - t->drift_im * t->drift_im;
    double two_im = 2 * t->drift_re * t->drift_im;
    double by_re = t->re[0] * t->re[2] + t->im[0] * t->im[2];
    double by_im = t->im[0] * t->re[2] - t->re[0] * t->im[2];
    double along = by_re * two_re + by_im * two_im;

    return along < TURNED * hypot(by_re, by_im) * hypot(two_re, two_im);
}

/* Take a block; return whether it has the second of two reversals in time. */
static int hear(disabler_path_t *p, const int16_t *pcm)
{
    int pure = answer_tone_take(&p->tone, pcm, HEARD), found = 0;

    if (p->tone.lost >= ANSWER_TONE_LOST)
        p->since = 0;
    if (!pure)
        return 0;
    if (p->since > 0 && p->since <= LATEST)
        p->since++;
    if (turned(&p->tone) && (p->since == 0 || p->since > ANSWER_TONE_LOST)) { /* else the same */
        found = p->since >= SOONEST && p->since <= LATEST;
        p->since = 1;
    }
    return found && answer_tone_is_near(&p->tone, NEAR_2100);
}

int echo_disabler_take(echo_disabler_t *d, const int16_t *far, const int16_t *near)
{
    int found = hear(&d->path[0], far) | hear(&d->path[1], near);
    int loud = d->path[0].tone.power > HOLDS || d->path[1].tone.power > HOLDS;

    d->quiet = loud ? 0 : d->quiet < RELEASE ? d->quiet + 1 : RELEASE;
    d->off = found || (d->off && d->quiet < RELEASE);
    return d->off;
}

void echo_cancel_or_pass(echo_t *e, echo_disabler_t *d, const int16_t *far, int16_t *near)
{
    int was_off = d->off;

    if (echo_disabler_take(d, far, near))
        return;
    if (was_off)
        echo_rest(e); /* the line is the same, the signals it last saw are long gone */
    echo_cancel(e, far, near);
}
