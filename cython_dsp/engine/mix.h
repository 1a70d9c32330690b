/* Who hears whom: the gain-weighted sum of talkers, kept in 32 bits, saturated once. */
#ifndef CALLBOX_MIX_H
#define CALLBOX_MIX_H

#include <stdint.h>

#define MIX_UNITY 4096      /* gains are Q12 */
#define MIX_GAIN_MAX 16384  /* +12 dB */
#define MIX_TALKERS_MAX 32  /* 32 x 32768 x 4 stays below 2^31 */

/* hear = saturate(sum of (talk x gain + 2048) >> 12), n samples. */
void mix(const int16_t *const *talk, const int32_t *gain, int talkers, int16_t *hear, int n);

/* Mean square of n samples, rounded down. */
uint32_t mix_power(const int16_t *pcm, int n);

#endif
