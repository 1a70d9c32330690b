#include "fax_tones.h"

#include <math.h>
#include <string.h>

#define HEARD 8239.0            /* mean square of -45 dBm0; T.30 wants -43 */
#define NEAR_2100 0.7071        /* cosine of 45° a block: 25 Hz off, 15 are allowed */
#define CED_BLOCKS 200          /* 1 s */
#define FLOOR 4120.0f           /* half of HEARD: fsk_take() */
#define MIDDLE 1750             /* Hz */
#define MARK_SAMPLES 160.0f     /* six bits of 300 bit/s */
#define SPACE_SAMPLES 53.33f    /* two */
#define TOLERANCE 16.0f         /* samples: 0.6 bit */
#define FLAGS 8
#define LONGEST 1000            /* samples that a run is counted */
#define DB_FULL 84.158f         /* 10 log10 of the mean square of 0 dBm0 */

/* Low-pass, -6 dB at 300 Hz, Hamming window: scipy.signal.firwin(24, 300, fs=8000). */
static fsk_band_t band = {
    .low_pass = {
        0.00119820f, 0.00235437f, 0.00499823f, 0.00993500f, 0.01766653f, 0.02823325f,
        0.04113644f, 0.05536220f, 0.06950835f, 0.08199413f, 0.09131549f, 0.09629781f,
        0.09629781f, 0.09131549f, 0.08199413f, 0.06950835f, 0.05536220f, 0.04113644f,
        0.02823325f, 0.01766653f, 0.00993500f, 0.00499823f, 0.00235437f, 0.00119820f,
    },
};

__attribute__((constructor)) static void fill_tables(void) { fsk_band_at(&band, MIDDLE); }

void fax_tones_init(fax_tones_t *f)
{
    memset(f, 0, sizeof *f);
    answer_tone_init(&f->tone);
}

static float level(double mean_square) { return 10.0f * log10f((float)mean_square) - DB_FULL; }

static int answered(fax_tones_t *f, const int16_t *pcm, fax_find_t *find)
{
    int pure = answer_tone_take(&f->tone, pcm, HEARD), before = f->blocks;

    if (f->tone.lost >= ANSWER_TONE_LOST || (pure && !answer_tone_is_near(&f->tone, NEAR_2100)))
        f->blocks = 0;
    else if (f->blocks < CED_BLOCKS)
        f->blocks++;
    if (f->blocks < CED_BLOCKS || before == CED_BLOCKS)
        return 0;
    double hz = 2100.0 + atan2(f->tone.drift_im, f->tone.drift_re) * 200.0 / (2 * 3.14159265359);
    *find = (fax_find_t){FAX_CED, (float)hz, level(f->tone.power)};
    return 1;
}

/* A run of mark or space has ended. */
static void judge(fax_tones_t *f)
{
    int fits = fabsf((float)f->run - (f->mark ? MARK_SAMPLES : SPACE_SAMPLES)) <= TOLERANCE;

    if (!fits)
        f->flags = 0;
    else if (!f->mark && f->mark_fits && f->flags <= FLAGS)
        f->flags++;
    f->mark_fits = f->mark && fits;
}

static void take_turn(fax_tones_t *f, float turn)
{
    int mark = turn < 0;

    if (mark != f->mark) {
        judge(f);
        f->mark = mark;
        f->run = 0;
    }
    if (f->run < LONGEST)
        f->run++;
    else
        f->flags = 0;
}

static int flagged(fax_tones_t *f, const int16_t *pcm, fax_find_t *find)
{
    int found = 0;

    memmove(f->turn, f->turn + FSK_BLOCK, FAX_SMOOTH * sizeof *f->turn);
    float power = fsk_take(&f->fsk, &band, pcm, f->turn + FAX_SMOOTH);
    if (power < FLOOR) {
        f->flags = f->run = f->mark_fits = 0;
        return 0;
    }
    for (int i = 0; i < FSK_BLOCK; i++) {
        float smooth = 0;
        int before = f->flags;
        for (int k = 1; k <= FAX_SMOOTH; k++)
            smooth += f->turn[i + k];
        take_turn(f, smooth);
        found |= f->flags == FLAGS && before < FLAGS;
    }
    if (found)
        *find = (fax_find_t){FAX_PREAMBLE, 0.0f, level(2.0 * power)};
    return found;
}

int fax_tones_rx(fax_tones_t *f, const int16_t *pcm, fax_find_t *finds)
{
    int found = answered(f, pcm, finds);

    return found + flagged(f, pcm, finds + found);
}
