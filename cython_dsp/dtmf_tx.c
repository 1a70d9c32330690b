#include "dtmf_tx.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979f
#define RATE 8000.0f
#define MILLISECOND 8

static const char DIGIT[4][5] = {"123A", "456B", "789C", "*0#D"};
static const float HZ[8] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};

static uint32_t step_of(float hz) { return (uint32_t)(hz / RATE * 4294967296.0f); }

static int position(char digit, int *row, int *column)
{
    if (digit >= 'a' && digit <= 'd')
        digit = (char)(digit - 'a' + 'A');
    for (*row = 0; *row < 4; ++*row)
        for (*column = 0; *column < 4; ++*column)
            if (DIGIT[*row][*column] == digit)
                return 0;
    return -1;
}

int dtmf_tx_start(dtmf_tx_t *tx, const char *digits, int on_ms, int off_ms)
{
    int row, column;
    size_t length = strlen(digits);

    if (length > DTMF_MAX_DIGITS || on_ms < 1 || on_ms > 10000 || off_ms < 1 || off_ms > 10000)
        return -1;
    for (size_t i = 0; i < length; i++)
        if (position(digits[i], &row, &column) != 0)
            return -1;
    memset(tx, 0, sizeof *tx);
    memcpy(tx->digits, digits, length);
    tx->on = on_ms * MILLISECOND;
    tx->off = off_ms * MILLISECOND;
    return 0;
}

/* -9 dBm0 for the row, -7 dBm0 for the column: the line takes more of the high tones. */
static int16_t tone_sample(dtmf_tx_t *tx)
{
    int row = 0, column = 0;

    position(tx->digits[tx->at], &row, &column);
    float low = 8099.0f * sinf((float)tx->phase[0] * (2.0f * PI / 4294967296.0f));
    float high = 10196.0f * sinf((float)tx->phase[1] * (2.0f * PI / 4294967296.0f));
    tx->phase[0] += step_of(HZ[row]);
    tx->phase[1] += step_of(HZ[4 + column]);
    return (int16_t)lrintf(low + high);
}

int dtmf_tx(dtmf_tx_t *tx, int16_t *pcm, int n)
{
    for (int i = 0; i < n; i++) {
        if (tx->digits[tx->at] == 0) {
            memset(pcm + i, 0, (size_t)(n - i) * sizeof *pcm);
            return 0;
        }
        pcm[i] = tx->sample < tx->on ? tone_sample(tx) : 0;
        if (++tx->sample == tx->on + tx->off) {
            tx->sample = 0;
            tx->phase[0] = tx->phase[1] = 0;
            tx->at++;
        }
    }
    return tx->digits[tx->at] != 0;
}
