#include "r2_rx.h"

#include <math.h>
#include <string.h>

#define LEAST 18400.0  /* mean square of each, -38.5 dBm0: must be heard at -35, not at -42 */
#define TWIST 10.0     /* 10 dB: must be heard with 7, not with 20 */
#define ALONE 5.0      /* 7 dB to the third; 10 Hz off, two leave 11 dB */
#define PURE 0.5       /* of a look's power is in the two */
#define BEGIN_LOOKS 2  /* after so many alike it is heard, */
#define END_LOOKS 3    /* and after so many others not any more: 7 ms may be lost */

static double cosine[2][R2_FREQUENCIES][R2_WINDOW], sine[2][R2_FREQUENCIES][R2_WINDOW];

__attribute__((constructor)) static void fill_tables(void)
{
    for (int back = 0; back < 2; back++)
        for (int k = 0; k < R2_FREQUENCIES; k++)
            for (int i = 0; i < R2_WINDOW; i++) {
                double hertz = back ? 1140 - 120 * k : 1380 + 120 * k;
                double angle = 2 * 3.14159265358979323846 * hertz / 8000 * i;
                cosine[back][k][i] = cos(angle);
                sine[back][k][i] = sin(angle);
            }
}

void r2_rx_init(r2_rx_t *r, int backward)
{
    memset(r, 0, sizeof *r);
    r->backward = backward != 0;
}

/* Mean square of each frequency in the window; returns that of all. */
static double measure(const r2_rx_t *r, double *power)
{
    double all = 0;

    for (int i = 0; i < R2_WINDOW; i++)
        all += (double)r->last[i] * r->last[i];
    for (int k = 0; k < R2_FREQUENCIES; k++) {
        const double *c = cosine[r->backward][k], *s = sine[r->backward][k];
        double re = 0, im = 0;
        for (int i = 0; i < R2_WINDOW; i++) {
            re += r->last[i] * c[i];
            im += r->last[i] * s[i];
        }
        power[k] = 2 * (re * re + im * im) / ((double)R2_WINDOW * R2_WINDOW);
    }
    return all / R2_WINDOW;
}

static int loudest(const double *power)
{
    int best = 0;

    for (int k = 1; k < R2_FREQUENCIES; k++)
        if (power[k] > power[best])
            best = k;
    return best;
}

/* The signal that the window shows, or 0. */
static int look(const r2_rx_t *r)
{
    double power[R2_FREQUENCIES], all = measure(r, power);
    int a = loudest(power);
    double first = power[a];
    power[a] = 0;
    int b = loudest(power);
    double second = power[b];
    power[b] = 0;
    double third = power[loudest(power)];

    if (second < LEAST || first > TWIST * second || third * ALONE > second ||
        first + second < PURE * all)
        return 0;
    int high = a > b ? a : b, low = a > b ? b : a;
    return high * (high - 1) / 2 + low + 1; /* Q.441, table 5: 01, 02, 12, 03 ... */
}

int r2_rx(r2_rx_t *r, const int16_t *pcm)
{
    memmove(r->last, r->last + R2_HOP, (R2_WINDOW - R2_HOP) * sizeof *r->last);
    memcpy(r->last + R2_WINDOW - R2_HOP, pcm, R2_HOP * sizeof *pcm);
    int shown = look(r);
    r->looks = shown == r->pending ? r->looks + (r->looks < END_LOOKS) : 1;
    r->pending = shown;
    if (shown == r->signal || r->looks < (shown != 0 ? BEGIN_LOOKS : END_LOOKS))
        return 0;
    r->signal = shown;
    return 1;
}
