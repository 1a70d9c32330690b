/* What an analogue line says: caller ID by FSK, DTMF, tones and voices, and the echo canceller.
 *
 * An input is a list of steps: A-law samples as they are, bytes that are sent as FSK after the mark
 * they need (no fuzzer finds the phase of a tone), or DTMF digits. */
#include <math.h>
#include <stdlib.h>

#include "caller_id.h"
#include "dtmf_rx.h"
#include "dtmf_tx.h"
#include "echo_disabler.h"
#include "engine/g711.h"
#include "input.h"
#include "fax_tones.h"
#include "progress.h"
#include "spectrum.h"

#define MARK_BITS 40
#define AMPLITUDE 8000.0

typedef struct {
    caller_id_t caller_id;
    dtmf_rx_t dtmf;
    progress_t progress;
    fax_tones_t fax;
    echo_t echo;
    echo_disabler_t disabler;
    int16_t block[CALLER_ID_BLOCK];
    int filled;
    double phase, owed; /* of the tone; samples of a bit that are not whole yet */
} line_sound_t;

static void listen(line_sound_t *line)
{
    progress_find_t finds[PROGRESS_FINDS];
    int16_t far[ECHO_BLOCK] = {0};
    const int16_t *lines[LANES] = {line->block};
    char digit[LANES] = {0};

    memcpy(far, line->block, sizeof far);
    int n = caller_id_rx(&line->caller_id, line->block);
    if (n < 0 || n > CALLER_ID_MAX)
        abort();
    if (dtmf_rx(&line->dtmf, lines, digit) != 0 && strchr("0123456789ABCD*#", digit[0]) == NULL)
        abort();
    int found = progress_hop(&line->progress, line->block, finds);
    if (found < 0 || found > PROGRESS_FINDS)
        abort();
    fax_find_t fax[FAX_FINDS];
    int heard = fax_tones_rx(&line->fax, line->block, fax);
    if (heard < 0 || heard > FAX_FINDS)
        abort();
    echo_cancel_or_pass(&line->echo, &line->disabler, far, line->block);
}

static void hear(line_sound_t *line, int16_t sample)
{
    line->block[line->filled++] = sample;
    if (line->filled < CALLER_ID_BLOCK)
        return;
    listen(line);
    line->filled = 0;
}

static void send_bit(line_sound_t *line, int mark, int v23)
{
    static const double hertz[2][2] = {{2200, 1200}, {2100, 1300}};

    for (line->owed += 8000.0 / 1200; line->owed >= 1; line->owed -= 1) {
        hear(line, (int16_t)(AMPLITUDE * sin(line->phase)));
        line->phase = fmod(line->phase + 2 * 3.14159265 * hertz[v23][mark] / 8000, 2 * 3.14159265);
    }
}

static void send_fsk(line_sound_t *line, input_t *in, int v23)
{
    uint8_t message[256];
    uint8_t sum = 0;
    size_t n = take(in, message, take8(in));

    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + message[i]);
    message[n] = (uint8_t)-sum; /* right when type and length were meant */
    for (int i = 0; i < MARK_BITS; i++)
        send_bit(line, 1, v23);
    for (size_t i = 0; i <= n; i++) {
        send_bit(line, 0, v23);
        for (int bit = 0; bit < 8; bit++)
            send_bit(line, message[i] >> bit & 1, v23);
        send_bit(line, 1, v23);
    }
}

static void send_digits(line_sound_t *line, input_t *in)
{
    char digits[9] = {0};
    int16_t pcm[DTMF_HOP];
    dtmf_tx_t sender;

    take(in, (uint8_t *)digits, 8);
    if (dtmf_tx_start(&sender, digits, 40 + (int)take8(in), 40) != 0)
        return;
    for (int more = 1; more;) {
        more = dtmf_tx(&sender, pcm, DTMF_HOP);
        for (int i = 0; i < DTMF_HOP; i++)
            hear(line, pcm[i]);
    }
}

static void play(line_sound_t *line, input_t *in)
{
    uint8_t law[256];
    size_t n = take(in, law, take8(in));

    for (unsigned times = 1 + take8(in) % 32; times > 0; times--)
        for (size_t i = 0; i < n; i++)
            hear(line, g711_alaw_decode(law[i]));
}

/* Busy, ringback of two frequencies and dial tone, silence and voice: all there is to listen for. */
static void begin(line_sound_t *line)
{
    static const progress_pattern_t patterns[] = {
        {{450, 0}, {0.35f, 0.35f}, 2, 2, 20, 0.2f, -40, 0},
        {{440, 480}, {2, 4}, 2, 1, 20, 0.2f, -40, 0},
        {{450, 0}, {0}, 0, 0, 20, 0.2f, -40, 1},
    };

    memset(line, 0, sizeof *line);
    caller_id_init(&line->caller_id);
    dtmf_rx_init(&line->dtmf);
    fax_tones_init(&line->fax);
    progress_init(&line->progress);
    progress_watch(&line->progress, patterns, sizeof patterns / sizeof *patterns);
    progress_activity(&line->progress, 1, 200);
    echo_init(&line->echo, ECHO_PARTS);
    echo_disabler_init(&line->disabler);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static line_sound_t line;
    input_t in = {data, size};

    begin(&line);
    while (in.left > 0) {
        unsigned step = take8(&in);
        switch (step % 4) {
        case 0: play(&line, &in); break;
        case 1: send_digits(&line, &in); break;
        default: send_fsk(&line, &in, (int)(step % 2));
        }
    }
    return 0;
}
