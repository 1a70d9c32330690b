/* A conference room: each party hears the sum of all the others (N-1), saturated once.
 *
 *   codes -> decode -> talk[party] -> sum of all -> less one's own -> saturate -> encode -> codes
 *
 * 16-bit linear or A-law, n samples of each party; none of the pointers may overlap.
 */
#ifndef CALLBOX_ROOM_MIX_H
#define CALLBOX_ROOM_MIX_H

#include <stdint.h>

#define ROOM_PARTIES_MAX 64

void room_pcm(const int16_t *const *said, int16_t *const *heard, int parties, int n);
void room_alaw(const uint8_t *const *said, uint8_t *const *heard, int parties, int n);

#endif
