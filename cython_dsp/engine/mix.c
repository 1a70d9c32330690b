#include "mix.h"

#include <string.h>

static inline int16_t saturate(int32_t x)
{
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

void mix(const int16_t *const *talk, const int32_t *gain, int talkers, int16_t *hear, int n)
{
    int32_t sum[n];

    memset(sum, 0, sizeof sum);
    for (int t = 0; t < talkers; t++)
        for (int i = 0; i < n; i++)
            sum[i] += (talk[t][i] * gain[t] + MIX_UNITY / 2) >> 12;
    for (int i = 0; i < n; i++)
        hear[i] = saturate(sum[i]);
}

uint32_t mix_power(const int16_t *pcm, int n)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += (uint32_t)(pcm[i] * pcm[i]);
    return (uint32_t)(sum / (uint32_t)n);
}
