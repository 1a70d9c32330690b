#include "room_mix.h"

#include <string.h>

#include "engine/g711.h"
#include "clones.h"

#define BLOCK 160 /* samples at a time: a room of three stays in the first cache */

ALWAYS_INLINE int16_t saturate(int32_t x)
{
    x = x < INT16_MAX ? x : INT16_MAX;
    return (int16_t)(x > INT16_MIN ? x : INT16_MIN);
}

CLONES static void add(const int16_t *restrict talk, int32_t *restrict sum, int n)
{
    for (int i = 0; i < n; i++)
        sum[i] += talk[i];
}

CLONES static void others(const int32_t *restrict sum, const int16_t *restrict own,
                                int16_t *restrict hear, int n)
{
    for (int i = 0; i < n; i++)
        hear[i] = saturate(sum[i] - own[i]);
}

static int part(int at, int n) { return n - at < BLOCK ? n - at : BLOCK; }

void room_pcm(const int16_t *const *said, int16_t *const *heard, int parties, int n)
{
    int32_t sum[BLOCK];

    for (int at = 0; at < n; at += BLOCK) {
        memset(sum, 0, sizeof sum);
        for (int p = 0; p < parties; p++)
            add(said[p] + at, sum, part(at, n));
        for (int p = 0; p < parties; p++)
            others(sum, said[p] + at, heard[p] + at, part(at, n));
    }
}

void room_alaw(const uint8_t *const *said, uint8_t *const *heard, int parties, int n)
{
    int16_t talk[ROOM_PARTIES_MAX][BLOCK], hear[BLOCK];
    int32_t sum[BLOCK];

    for (int at = 0; at < n; at += BLOCK) {
        memset(sum, 0, sizeof sum);
        for (int p = 0; p < parties; p++) {
            g711_alaw_decode_block(said[p] + at, talk[p], part(at, n));
            add(talk[p], sum, part(at, n));
        }
        for (int p = 0; p < parties; p++) {
            others(sum, talk[p], hear, part(at, n));
            g711_alaw_encode_block(hear, heard[p] + at, part(at, n));
        }
    }
}
