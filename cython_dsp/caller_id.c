#include "caller_id.h"

#include <string.h>

#define BIT_SAMPLES (8000.0f / 1200)
#define MIDDLE 1700            /* Hz, of both pairs */
#define FLOOR 3272.0f          /* mean square around 1700 Hz of a sine of -46 dBm0 */
/* Halfway between the marks of both standards, 1200 and 1300 Hz, measured from 1700 Hz. */
#define MARK_BORDER (-450 * 2 * 3.14159265f / 8000)
#define IDLE_BITS 20           /* of mark before a message; GR-30 sends 180 or 80, EN 300 659 the same */
#define SETTLE 12              /* samples at the start of a mark that still show the space */

/* Low-pass, -6 dB at 950 Hz, Hamming window: scipy.signal.firwin(24, 950, fs=8000). */
static fsk_band_t band = {
    .low_pass = {
        0.00165029f, 0.00293299f, 0.00353912f, 0.00049681f, -0.00881480f, -0.02159023f,
        -0.02704887f, -0.01048980f, 0.03692181f, 0.10894448f, 0.18311295f, 0.23034525f,
        0.23034525f, 0.18311295f, 0.10894448f, 0.03692181f, -0.01048980f, -0.02704887f,
        -0.02159023f, -0.00881480f, 0.00049681f, 0.00353912f, 0.00293299f, 0.00165029f,
    },
};

__attribute__((constructor)) static void fill_tables(void) { fsk_band_at(&band, MIDDLE); }

void caller_id_init(caller_id_t *c)
{
    memset(c, 0, sizeof *c);
}

/* Types of message there are: GR-30-CORE, EN 300 659-3 clause 5.2 (call setup, message waiting,
 * advice of charge, short message). */
static int known(uint8_t type)
{
    return type == 0x04 || type == 0x06 || type == 0x80 || type == 0x82 || type == 0x86 ||
           type == 0x89;
}

static void forget(caller_id_t *c)
{
    c->n = 0;
    c->ready = 0;
}

/* A byte of a message; the number of bytes to tell when it was the last one. */
static int take_byte(caller_id_t *c)
{
    uint8_t sum = 0;

    if (c->n == 0) {
        if (!c->ready || !known(c->byte)) {
            forget(c);
            return 0;
        }
        c->message[c->n++] = c->standard;
    }
    c->message[c->n++] = c->byte;
    if (c->n < 3 || c->n < c->message[2] + 4)
        return 0;
    for (int i = 1; i < c->n; i++)
        sum = (uint8_t)(sum + c->message[i]);
    int told = sum == 0 && c->message[2] > 0 ? c->n - 1 : 0;
    c->n = 0;
    c->ready = told > 0; /* another one may follow at once */
    return told;
}

/* The middle of a bit: its turn, above 0 = space. */
static int take_bit(caller_id_t *c, float turn)
{
    int mark = turn < 0;

    if (c->bit == 1) {
        c->bit = mark ? 0 : 2; /* a start bit that is none was a crackle */
        c->byte = 0;
        return 0;
    }
    if (c->bit <= 9) {
        c->byte = (uint8_t)(c->byte >> 1 | mark << 7);
        c->bit++;
        return 0;
    }
    c->bit = 0;
    if (mark)
        return take_byte(c);
    forget(c);
    return 0;
}

/* A space begins, `past` samples ago. */
static void begin_byte(caller_id_t *c, float past)
{
    if (c->marks >= (int)(IDLE_BITS * BIT_SAMPLES)) {
        c->n = 0;
        c->ready = 1;
        c->standard = c->mark_sum / (float)(c->marks - SETTLE) < MARK_BORDER ? CALLER_ID_BELL_202
                                                                            : CALLER_ID_V23;
    }
    c->bit = 1;
    c->wait = BIT_SAMPLES / 2 - past;
}

static int take_turn(caller_id_t *c, float turn)
{
    int told = 0;

    if (c->bit == 0 && turn >= 0 && c->before < 0)
        begin_byte(c, turn / (turn - c->before));
    else if (c->bit != 0 && (c->wait -= 1) <= 0) {
        /* The middle was c->wait samples ago, at most one. */
        told = take_bit(c, turn + c->wait * (turn - c->before));
        c->wait += BIT_SAMPLES;
    }
    if (turn >= 0) {
        c->marks = 0;
        c->mark_sum = 0;
    } else if (++c->marks > SETTLE) {
        c->mark_sum += turn;
    }
    c->before = turn;
    return told;
}

int caller_id_rx(caller_id_t *c, const int16_t *pcm)
{
    int told = 0;

    memmove(c->turn, c->turn + CALLER_ID_BLOCK, CALLER_ID_SMOOTH * sizeof *c->turn);
    float power = fsk_take(&c->fsk, &band, pcm, c->turn + CALLER_ID_SMOOTH);
    if (power < FLOOR) {
        forget(c);
        c->marks = c->bit = 0;
        c->mark_sum = c->before = 0;
        return 0;
    }
    for (int i = 0; i < CALLER_ID_BLOCK; i++) {
        const float *turn = c->turn + i + 1;
        float smooth = (turn[0] + turn[1] + turn[2] + turn[3] + turn[4]) / CALLER_ID_SMOOTH;
        int n = take_turn(c, smooth);
        told = n > 0 ? n : told;
    }
    return told;
}
