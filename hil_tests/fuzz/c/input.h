/* The fuzzer's bytes, read piece by piece; what is not there any more reads as zeros. */
#ifndef CALLBOX_FUZZ_INPUT_H
#define CALLBOX_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const uint8_t *at;
    size_t left;
} input_t;

static inline size_t take(input_t *in, uint8_t *out, size_t n)
{
    size_t there = n < in->left ? n : in->left;

    memcpy(out, in->at, there);
    memset(out + there, 0, n - there);
    in->at += there;
    in->left -= there;
    return there;
}

static inline unsigned take8(input_t *in)
{
    uint8_t byte;

    take(in, &byte, 1);
    return byte;
}

static inline unsigned take16(input_t *in)
{
    unsigned low = take8(in);

    return low | take8(in) << 8;
}

#endif
