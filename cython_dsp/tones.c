/* Sources.  Frequencies and cadences: ITU-T E.180 Supplement 2 (various tones used in national
 * networks) as it is restated in the public zone data of Asterisk and DAHDI; CN: GB/T 3380-1982;
 * GB: BT SIN 350; SG: IMDA (IDA) TS PSTN; US: the precise tone plan.  Amplitude modulation (SG
 * ringback and call waiting, 425 Hz with 24 Hz) is sent as its two side bands, 401 and 449 Hz.
 * MY has no published congestion, call waiting or unobtainable tone in that data except 2.5/0.5 s;
 * the missing ones follow SG.  IN dial and ringback are 400 Hz with 25 Hz (375 and 425 Hz), JP
 * ringback and call waiting 400 Hz with 16 Hz (384 and 416 Hz).  AU after ACIF S002: congestion
 * has the cadence of busy.  DE, FR, JP and IN publish no tone for numbers out of use (they speak):
 * congestion is sent, as in US.
 *
 * Levels: CN -10 dBm0 (GB/T 3380: -10 +-3); US, TW, HK per frequency -13 dial, -19 ringback, -24
 * busy and congestion (precise tone plan); elsewhere E.180's -10 dBm0 in all, so -13 for a pair.
 * Special information tone: E.180 clause 6, 950 1400 1800 Hz, 330 ms each, then 1 s of silence.
 */
#include "tones.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979f
#define MILLISECOND 8
#define FULL 22827.0f          /* peak of a sine of 0 dBm0 */

#define ON(hz, ms) {{hz, 0}, ms}
#define PAIR(a, b, ms) {{a, b}, ms}
#define OFF(ms) {{0, 0}, ms}
#define EVER 0
#define SPECIAL {ON(950, 330), ON(1400, 330), ON(1800, 330), OFF(1000)}

static const tone_t TABLE[] = {
    {"CN", "dial", -10, 0, {ON(450, EVER)}},
    {"CN", "ringback", -10, 0, {ON(450, 1000), OFF(4000)}},
    {"CN", "busy", -10, 0, {ON(450, 350), OFF(350)}},
    {"CN", "congestion", -10, 0, {ON(450, 700), OFF(700)}},
    {"CN", "unobtainable", -10, 0,
     {ON(450, 100), OFF(100), ON(450, 100), OFF(100), ON(450, 100), OFF(100), ON(450, 400),
      OFF(400)}},
    {"CN", "call_waiting", -10, 0, {ON(450, 400), OFF(4000)}},
    {"CN", "special", -10, 0, SPECIAL},

    {"US", "dial", -13, 0, {PAIR(350, 440, EVER)}},
    {"US", "ringback", -19, 0, {PAIR(440, 480, 2000), OFF(4000)}},
    {"US", "busy", -24, 0, {PAIR(480, 620, 500), OFF(500)}},
    {"US", "congestion", -24, 0, {PAIR(480, 620, 250), OFF(250)}},
    {"US", "unobtainable", -24, 0, {PAIR(480, 620, 250), OFF(250)}},
    {"US", "call_waiting", -13, 0, {ON(440, 300), OFF(10000)}},
    {"US", "special", -13, 0, SPECIAL},

    {"GB", "dial", -13, 0, {PAIR(350, 440, EVER)}},
    {"GB", "ringback", -13, 0,
     {PAIR(400, 450, 400), OFF(200), PAIR(400, 450, 400), OFF(2000)}},
    {"GB", "busy", -10, 0, {ON(400, 375), OFF(375)}},
    {"GB", "congestion", -10, 0, {ON(400, 400), OFF(350), ON(400, 225), OFF(525)}},
    {"GB", "unobtainable", -10, 0, {ON(400, EVER)}},
    {"GB", "call_waiting", -10, 0, {ON(400, 100), OFF(4000)}},
    {"GB", "special", -10, 0, SPECIAL},

    {"TW", "dial", -13, 0, {PAIR(350, 440, EVER)}},
    {"TW", "ringback", -19, 0, {PAIR(440, 480, 1000), OFF(2000)}},
    {"TW", "busy", -24, 0, {PAIR(480, 620, 500), OFF(500)}},
    {"TW", "congestion", -24, 0, {PAIR(480, 620, 250), OFF(250)}},
    {"TW", "unobtainable", -24, 0, {PAIR(480, 620, 250), OFF(250)}},
    {"TW", "call_waiting", -13, 0,
     {PAIR(350, 440, 250), OFF(250), PAIR(350, 440, 250), OFF(3250)}},
    {"TW", "special", -13, 0, SPECIAL},

    {"HK", "dial", -13, 0, {PAIR(350, 440, EVER)}},
    {"HK", "ringback", -19, 0,
     {PAIR(440, 480, 400), OFF(200), PAIR(440, 480, 400), OFF(3000)}},
    {"HK", "busy", -24, 0, {PAIR(480, 620, 500), OFF(500)}},
    {"HK", "congestion", -24, 0, {PAIR(480, 620, 250), OFF(250)}},
    {"HK", "unobtainable", -24, 0, {PAIR(480, 620, EVER)}},
    {"HK", "call_waiting", -13, 0, {ON(440, 300), OFF(10000)}},
    {"HK", "special", -13, 0, SPECIAL},

    {"SG", "dial", -10, 0, {ON(425, EVER)}},
    {"SG", "ringback", -13, 0,
     {PAIR(401, 449, 400), OFF(200), PAIR(401, 449, 400), OFF(2000)}},
    {"SG", "busy", -10, 0, {ON(425, 750), OFF(750)}},
    {"SG", "congestion", -10, 0, {ON(425, 250), OFF(250)}},
    {"SG", "unobtainable", -10, 0, {ON(425, 2500), OFF(500)}},
    {"SG", "call_waiting", -13, 0,
     {PAIR(401, 449, 300), OFF(200), PAIR(401, 449, 300), OFF(3200)}},
    {"SG", "special", -10, 0, SPECIAL},

    {"MY", "dial", -10, 0, {ON(425, EVER)}},
    {"MY", "ringback", -10, 0, {ON(425, 400), OFF(200), ON(425, 400), OFF(2000)}},
    {"MY", "busy", -10, 0, {ON(425, 500), OFF(500)}},
    {"MY", "congestion", -10, 0, {ON(425, 250), OFF(250)}},
    {"MY", "unobtainable", -10, 0, {ON(425, 2500), OFF(500)}},
    {"MY", "call_waiting", -10, 0, {ON(425, 300), OFF(200), ON(425, 300), OFF(3200)}},
    {"MY", "special", -10, 0, SPECIAL},

    {"DE", "dial", -10, 0, {ON(425, EVER)}},
    {"DE", "ringback", -10, 0, {ON(425, 1000), OFF(4000)}},
    {"DE", "busy", -10, 0, {ON(425, 480), OFF(480)}},
    {"DE", "congestion", -10, 0, {ON(425, 240), OFF(240)}},
    {"DE", "unobtainable", -10, 0, {ON(425, 240), OFF(240)}},
    {"DE", "call_waiting", -10, 0, {ON(425, 200), OFF(200), ON(425, 200), OFF(5000)}},
    {"DE", "special", -10, 0, SPECIAL},

    {"FR", "dial", -10, 0, {ON(440, EVER)}},
    {"FR", "ringback", -10, 0, {ON(440, 1500), OFF(3500)}},
    {"FR", "busy", -10, 0, {ON(440, 500), OFF(500)}},
    {"FR", "congestion", -10, 0, {ON(440, 250), OFF(250)}},
    {"FR", "unobtainable", -10, 0, {ON(440, 250), OFF(250)}},
    {"FR", "call_waiting", -10, 0, {ON(440, 300), OFF(10000)}},
    {"FR", "special", -10, 0, SPECIAL},

    {"JP", "dial", -10, 0, {ON(400, EVER)}},
    {"JP", "ringback", -13, 0, {PAIR(384, 416, 1000), OFF(2000)}},
    {"JP", "busy", -10, 0, {ON(400, 500), OFF(500)}},
    {"JP", "congestion", -10, 0, {ON(400, 500), OFF(500)}},
    {"JP", "unobtainable", -10, 0, {ON(400, 500), OFF(500)}},
    {"JP", "call_waiting", -13, 0, {PAIR(384, 416, 500), OFF(8000)}},
    {"JP", "special", -10, 0, SPECIAL},

    {"AU", "dial", -13, 0, {PAIR(413, 438, EVER)}},
    {"AU", "ringback", -13, 0,
     {PAIR(413, 438, 400), OFF(200), PAIR(413, 438, 400), OFF(2000)}},
    {"AU", "busy", -10, 0, {ON(425, 375), OFF(375)}},
    {"AU", "congestion", -10, 0, {ON(425, 375), OFF(375), ON(420, 375), OFF(375)}},
    {"AU", "unobtainable", -10, 0, {ON(425, 2500), OFF(500)}},
    {"AU", "call_waiting", -10, 0, {ON(425, 200), OFF(200), ON(425, 200), OFF(4400)}},
    {"AU", "special", -10, 0, SPECIAL},

    {"IN", "dial", -13, 0, {PAIR(375, 425, EVER)}},
    {"IN", "ringback", -13, 0,
     {PAIR(375, 425, 400), OFF(200), PAIR(375, 425, 400), OFF(2000)}},
    {"IN", "busy", -10, 0, {ON(400, 750), OFF(750)}},
    {"IN", "congestion", -10, 0, {ON(400, 250), OFF(250)}},
    {"IN", "unobtainable", -10, 0, {ON(400, 250), OFF(250)}},
    {"IN", "call_waiting", -10, 0, {ON(400, 200), OFF(100), ON(400, 200), OFF(7500)}},
    {"IN", "special", -10, 0, SPECIAL},

    /* Ours, no network's: heard by the agent only, higher than any tone of the table. */
    {"", "beep", -16, 1, {ON(1000, 120), OFF(80), ON(1400, 120)}},
};

#define ROWS ((int)(sizeof TABLE / sizeof TABLE[0]))

const tone_t *tone_table(int i) { return i >= 0 && i < ROWS ? &TABLE[i] : NULL; }

static int is_zone(const char *zone)
{
    for (int i = 0; i < ROWS; i++)
        if (TABLE[i].zone[0] && strcmp(TABLE[i].zone, zone) == 0)
            return 1;
    return 0;
}

int tone_tx_start(tone_tx_t *tx, const char *zone, const char *name)
{
    memset(tx, 0, sizeof *tx);
    if (strcmp(name, "reorder") == 0)
        name = "unobtainable";
    for (int i = 0; i < ROWS; i++) {
        const tone_t *tone = &TABLE[i];
        int fits = tone->zone[0] ? strcmp(tone->zone, zone) == 0 : is_zone(zone);
        if (!fits || strcmp(tone->name, name) != 0)
            continue;
        tx->tone = tone;
        tx->amplitude = FULL * powf(10.0f, tone->level_dbm0 / 20.0f);
        return 0;
    }
    return -1;
}

static int is_end(const tone_step_t *step) { return step->hz[0] == 0 && step->ms == 0; }

/* Move on when the present step is over. */
static void advance(tone_tx_t *tx)
{
    const tone_step_t *step = &tx->tone->step[tx->step];

    if (step->ms == 0 || tx->sample < step->ms * MILLISECOND)
        return;
    tx->sample = 0;
    memset(tx->phase, 0, sizeof tx->phase);
    tx->step++;
    if (tx->step < TONE_STEPS && !is_end(&tx->tone->step[tx->step]))
        return;
    tx->step = 0;
    if (tx->tone->once)
        tx->tone = NULL;
}

static int16_t sample(tone_tx_t *tx)
{
    const tone_step_t *step = &tx->tone->step[tx->step];
    float sum = 0.0f;

    for (int i = 0; i < TONE_FREQUENCIES; i++) {
        if (step->hz[i] == 0)
            continue;
        sum += tx->amplitude * sinf((float)tx->phase[i] * (2.0f * PI / 4294967296.0f));
        tx->phase[i] += (uint32_t)(((uint64_t)step->hz[i] << 32) / 8000);
    }
    if (step->ms != 0)
        tx->sample++;              /* a step for ever needs no count, which would run over */
    return (int16_t)lrintf(sum);
}

void tone_tx(tone_tx_t *tx, int16_t *pcm, int n)
{
    for (int i = 0; i < n; i++) {
        pcm[i] = tx->tone != NULL ? sample(tx) : 0;
        if (tx->tone != NULL)
            advance(tx);
    }
}
