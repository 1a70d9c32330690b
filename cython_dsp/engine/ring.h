/* Messages of bytes from one thread to one other (single producer, single consumer).
 *
 * Flat: no pointer inside, so that both sides may map it at different addresses.  The room is a
 * power of two and follows the head.  A message is a 4-byte length and its bytes. */
#ifndef CALLBOX_RING_H
#define CALLBOX_RING_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct {
    _Alignas(64) _Atomic uint32_t written; /* bytes ever written, wraps */
    _Alignas(64) _Atomic uint32_t read;    /* bytes ever read, wraps */
    _Alignas(64) uint32_t room;            /* bytes in data, a power of two */
    uint8_t data[];
} ring_t;

/* NULL when there is no memory.  room is a power of two. */
ring_t *ring_new(uint32_t room);
void ring_free(ring_t *ring);

/* Producer: append head and body as one message.  0, or -1 when it does not fit (nothing changed). */
int ring_put(ring_t *ring, const void *head, uint32_t head_n, const void *body, uint32_t body_n);

/* Producer: bytes that still fit, length words included. */
uint32_t ring_space(const ring_t *ring);

/* Consumer: take the oldest message into out.  Its length; -1 when empty; -2 when it is longer
 * than room (it is then dropped). */
int ring_get(ring_t *ring, void *out, uint32_t room);

int ring_empty(const ring_t *ring);

#endif
