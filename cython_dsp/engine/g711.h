/* G.711 A-law and mu-law by arithmetic, exact after ITU-T G.191 (alaw_compress, alaw_expand ...).
 *
 * A code is sign, 3 bits of exponent and 4 of mantissa, as a float is sign, 8 and 23: so a sample's
 * magnitude made a float has its code 19 bits up, and a code put there is its magnitude.  Loops over
 * these become vectors, which tables do not.
 */
#ifndef CALLBOX_G711_H
#define CALLBOX_G711_H

#include <stdint.h>
#include <string.h>

#define ALAW_SILENCE 0xD5
#define ULAW_SILENCE 0xFF

#define G711_UP 19                     /* from a code to a float's exponent and mantissa */
#define G711_ALAW_BIAS (130 << 4)      /* of the float 16.0, whose A-law magnitude is 16 */
#define G711_ULAW_BIAS (2239)          /* of 33.0, whose mu-law magnitude is 127 */
#define G711_HALF_STEP (1u << 18)
#define G711_EXPONENT (134u << 23)     /* codes are 13 and 14 bits of 16 */

static inline int32_t g711_float_bits(int32_t magnitude)
{
    float number = (float)magnitude;
    int32_t bits;

    memcpy(&bits, &number, sizeof bits);
    return bits >> G711_UP;
}

static inline int32_t g711_of_bits(int32_t code)
{
    uint32_t bits = ((uint32_t)code << G711_UP) + G711_HALF_STEP + G711_EXPONENT;
    float number;

    memcpy(&number, &bits, sizeof number);
    return (int32_t)number;
}

static inline uint8_t g711_alaw_encode(int16_t sample)
{
    int32_t sign = sample >> 15, magnitude = (sample ^ sign) >> 4;
    int32_t least = magnitude < 15 ? magnitude : 15; /* the first segment is linear */
    int32_t code = g711_float_bits(magnitude) - G711_ALAW_BIAS;

    code = code > least ? code : least;
    return (uint8_t)((code | (~sign & 0x80)) ^ 0x55);
}

static inline int16_t g711_alaw_decode(uint8_t code)
{
    int32_t magnitude = g711_of_bits((code ^ 0x55) & 0x7F), linear = 2 * magnitude - 256;
    int32_t sign = (code >> 7) - 1;

    magnitude = magnitude < linear ? magnitude : linear; /* of the first segment */
    return (int16_t)((magnitude ^ sign) - sign);
}

static inline uint8_t g711_ulaw_encode(int16_t sample)
{
    int32_t sign = sample >> 15, magnitude = ((sample ^ sign) >> 2) + 33;

    magnitude = magnitude < 0x1FFF ? magnitude : 0x1FFF;
    return (uint8_t)((G711_ULAW_BIAS - g711_float_bits(magnitude)) | (~sign & 0x80));
}

static inline int16_t g711_ulaw_decode(uint8_t code)
{
    int32_t magnitude = g711_of_bits(~code & 0x7F) - 4 * 33;
    int32_t sign = (code >> 7) - 1;

    return (int16_t)((magnitude ^ sign) - sign);
}

void g711_alaw_decode_block(const uint8_t *code, int16_t *pcm, int n);
void g711_alaw_encode_block(const int16_t *pcm, uint8_t *code, int n);
void g711_ulaw_decode_block(const uint8_t *code, int16_t *pcm, int n);
void g711_ulaw_encode_block(const int16_t *pcm, uint8_t *code, int n);

#endif
