#include "engine/g711.h"

#include "clones.h"

#define BLOCK(name, from, to, one)                                        \
    CLONES void name(const from *in, to *restrict out, int n)       \
    {                                                                     \
        for (int i = 0; i < n; i++)                                       \
            out[i] = one(in[i]);                                          \
    }

BLOCK(g711_alaw_decode_block, uint8_t, int16_t, g711_alaw_decode)
BLOCK(g711_alaw_encode_block, int16_t, uint8_t, g711_alaw_encode)
BLOCK(g711_ulaw_decode_block, uint8_t, int16_t, g711_ulaw_decode)
BLOCK(g711_ulaw_encode_block, int16_t, uint8_t, g711_ulaw_encode)
