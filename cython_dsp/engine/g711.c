#include "g711.h"

int16_t g711_alaw_linear[256];
int16_t g711_ulaw_linear[256];

/* Encoders by table: 4096 entries for A-law (12 bits matter), 16384 for mu-law (14 bits). */
static uint8_t alaw_code[4096];
static uint8_t ulaw_code[16384];

/* G.191 alaw_compress: 16-bit samples, the 12 upper bits count, one's complement magnitude. */
static uint8_t alaw_compress(int16_t sample)
{
    int ix = sample < 0 ? (~sample) >> 4 : sample >> 4;

    if (ix > 15) {
        int exponent = 1;
        while (ix > 16 + 15) {
            ix >>= 1;
            exponent++;
        }
        ix -= 16;
        ix += exponent << 4;
    }
    if (sample >= 0)
        ix |= 0x80;
    return (uint8_t)(ix ^ 0x55);
}

static int16_t alaw_expand(uint8_t code)
{
    int ix = (code ^ 0x55) & 0x7F;
    int exponent = ix >> 4;
    int mantissa = ix & 0x0F;

    if (exponent > 0)
        mantissa += 16;
    mantissa = (mantissa << 4) + 8;
    if (exponent > 1)
        mantissa <<= exponent - 1;
    return (int16_t)(code > 127 ? mantissa : -mantissa);
}

/* G.191 ulaw_compress: 14 bits count, one's complement magnitude plus a bias of 33. */
static uint8_t ulaw_compress(int16_t sample)
{
    int absno = (sample < 0 ? (~sample) >> 2 : sample >> 2) + 33;
    int segno = 1;

    if (absno > 0x1FFF)
        absno = 0x1FFF;
    for (int i = absno >> 6; i != 0; i >>= 1)
        segno++;
    int high = 0x8 - segno;
    int low = 0xF - ((absno >> segno) & 0xF);
    int code = (high << 4) | low;
    return (uint8_t)(sample >= 0 ? code | 0x80 : code);
}

static int16_t ulaw_expand(uint8_t code)
{
    int sign = code < 0x80 ? -1 : 1;
    int mantissa = ~code;
    int exponent = (mantissa >> 4) & 0x7;
    int step = 4 << (exponent + 1);

    mantissa &= 0xF;
    return (int16_t)(sign * ((0x80 << exponent) + step * mantissa + step / 2 - 4 * 33));
}

void g711_init(void)
{
    for (int i = 0; i < 256; i++) {
        g711_alaw_linear[i] = alaw_expand((uint8_t)i);
        g711_ulaw_linear[i] = ulaw_expand((uint8_t)i);
    }
    for (int i = 0; i < 4096; i++)
        alaw_code[i] = alaw_compress((int16_t)(uint16_t)(i << 4));
    for (int i = 0; i < 16384; i++)
        ulaw_code[i] = ulaw_compress((int16_t)(uint16_t)(i << 2));
}

uint8_t g711_alaw_encode(int16_t sample)
{
    return alaw_code[(uint16_t)sample >> 4];
}

uint8_t g711_ulaw_encode(int16_t sample)
{
    return ulaw_code[(uint16_t)sample >> 2];
}

void g711_alaw_decode_block(const uint8_t *code, int16_t *pcm, int n)
{
    for (int i = 0; i < n; i++)
        pcm[i] = g711_alaw_linear[code[i]];
}

void g711_alaw_encode_block(const int16_t *pcm, uint8_t *code, int n)
{
    for (int i = 0; i < n; i++)
        code[i] = alaw_code[(uint16_t)pcm[i] >> 4];
}

void g711_ulaw_decode_block(const uint8_t *code, int16_t *pcm, int n)
{
    for (int i = 0; i < n; i++)
        pcm[i] = g711_ulaw_linear[code[i]];
}

void g711_ulaw_encode_block(const int16_t *pcm, uint8_t *code, int n)
{
    for (int i = 0; i < n; i++)
        code[i] = ulaw_code[(uint16_t)pcm[i] >> 2];
}
