#include "echo_disabler.h"

#include <math.h>
#include <string.h>

#define PERIOD 80         /* samples of 21 whole turns of 2100 Hz: two blocks */
#define LOST 3            /* blocks without the tone; a reversal spoils one or two */
#define HEARD 131000.0    /* mean square, -33 dBm0: must be heard at -31 */
#define HOLDS 104000.0    /* -34 dBm0: must hold at -31, let go at -36 */
#define PURE 0.75         /* of a block's power is the tone */
#define NEAR_2100 0.5     /* cosine of 60° a block: 33 Hz off */
#define TURNED -0.7071    /* cosine of 135°: 155° is a reversal, 110° is none */
#define SOONEST 84        /* blocks between reversals and 1: 425 ms, and two for rounding */
#define LATEST 98         /* 475 ms */
#define RELEASE 50        /* blocks: 250 ms */

static double cosine[PERIOD], sine[PERIOD];

__attribute__((constructor)) static void fill_tables(void)
{
    for (int i = 0; i < PERIOD; i++) {
        cosine[i] = cos(2 * 3.14159265358979323846 * 21 * i / PERIOD);
        sine[i] = sin(2 * 3.14159265358979323846 * 21 * i / PERIOD);
    }
}

static void forget(disabler_path_t *p)
{
    memset(p, 0, sizeof *p);
    p->lost = LOST;
}

void echo_disabler_init(echo_disabler_t *d)
{
    memset(d, 0, sizeof *d);
    forget(&d->path[0]);
    forget(&d->path[1]);
}

/* Whether the newest of the tone stands against the one before the last, its frequency allowed for:
 * between them is the block in which it turned. */
static int turned(const disabler_path_t *p, double re, double im)
{
    double two_re = p->drift_re * p->drift_re - p->drift_im * p->drift_im;
    double two_im = 2 * p->drift_re * p->drift_im;
    double by_re = re * p->re[1] + im * p->im[1], by_im = im * p->re[1] - re * p->im[1];
    double along = by_re * two_re + by_im * two_im;

    return along < TURNED * hypot(by_re, by_im) * hypot(two_re, two_im);
}

/* Follow the tone by one block; return whether this is the second of two reversals in time. */
static int follow(disabler_path_t *p, double re, double im)
{
    double by_re = re * p->re[0] + im * p->im[0], by_im = im * p->re[0] - re * p->im[0];
    int found = 0;

    if (by_re > 0) {
        p->drift_re += (by_re - p->drift_re) / 4;
        p->drift_im += (by_im - p->drift_im) / 4;
    }
    if (p->since > 0 && p->since <= LATEST)
        p->since++;
    if (turned(p, re, im) && (p->since == 0 || p->since > LOST)) { /* else the same reversal */
        found = p->since >= SOONEST && p->since <= LATEST;
        p->since = 1;
    }
    return found;
}

/* Take a block's part at 2100 Hz and its mean square; return whether a reversal was in time. */
static int hear(disabler_path_t *p, double re, double im, double power)
{
    double tone = re * re + im * im;
    int pure = tone > PURE * ECHO_BLOCK * ECHO_BLOCK / 2 * power && power > HEARD;
    int found = 0;

    p->lost = pure ? 0 : p->lost + 1;
    if (p->lost >= LOST)
        forget(p);
    if (pure)
        found = follow(p, re, im) && p->drift_re > NEAR_2100 * hypot(p->drift_re, p->drift_im);
    p->re[1] = p->re[0], p->im[1] = p->im[0];
    p->re[0] = re, p->im[0] = im;
    return found;
}

int echo_disabler_take(echo_disabler_t *d, const int16_t *far, const int16_t *near)
{
    const int16_t *said[2] = {far, near};
    int found = 0, loud = 0;

    for (int k = 0; k < 2; k++) {
        const double *c = cosine + d->odd * ECHO_BLOCK, *s = sine + d->odd * ECHO_BLOCK;
        double re = 0, im = 0, sum = 0;
        for (int i = 0; i < ECHO_BLOCK; i++) {
            double x = said[k][i];
            re += x * c[i];
            im -= x * s[i];
            sum += x * x;
        }
        found |= hear(&d->path[k], re, im, sum / ECHO_BLOCK);
        loud |= sum / ECHO_BLOCK > HOLDS;
    }
    d->odd = !d->odd;
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
