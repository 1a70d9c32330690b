/* Eight channels side by side, one sample of each: float x[LANES].
 *
 * A kernel is written once for vectors of W channels and compiled for W = 4 (SSE, NEON) and, on
 * x86-64, for W = 8 (AVX2): its header is included for each (dtmf_hop.h).
 */
#ifndef CALLBOX_LANES_H
#define CALLBOX_LANES_H

#include <stdint.h>
#include <string.h>

#include "clones.h"

#define LANES 8

typedef float float4_t __attribute__((vector_size(16), aligned(4)));
typedef float float8_t __attribute__((vector_size(32), aligned(4)));
typedef int32_t int4_t __attribute__((vector_size(16), aligned(4)));
typedef int32_t int8_lanes_t __attribute__((vector_size(32), aligned(4)));
typedef int16_t short4_t __attribute__((vector_size(8), aligned(2)));
typedef int16_t short8_t __attribute__((vector_size(16), aligned(2)));

/* Rows of eight samples, a channel each, become columns: zipping the halves three times. */
ALWAYS_INLINE void lanes_transpose(short8_t row[LANES])
{
    short8_t zipped[LANES];

    for (int stage = 0; stage < 3; stage++) {
        for (int i = 0; i < LANES / 2; i++) {
            short8_t a = row[i], b = row[i + LANES / 2];
            zipped[2 * i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
            zipped[2 * i + 1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
        }
        memcpy(row, zipped, sizeof zipped);
    }
}

/* Eight bytes as numbers. */
ALWAYS_INLINE short8_t lanes_bytes(const uint8_t *bytes)
{
    typedef uint8_t bytes_t __attribute__((vector_size(16)));
    typedef uint64_t words_t __attribute__((vector_size(16)));
    uint64_t eight;

    memcpy(&eight, bytes, sizeof eight);
    return (short8_t)__builtin_shufflevector((bytes_t)(words_t){eight, 0}, (bytes_t){0},
                                             0, 16, 1, 16, 2, 16, 3, 16,
                                             4, 16, 5, 16, 6, 16, 7, 16);
}

#endif
