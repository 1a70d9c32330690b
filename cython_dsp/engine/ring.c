#include "ring.h"

#include <stdlib.h>
#include <string.h>

ring_t *ring_new(uint32_t room)
{
    size_t size = (sizeof(ring_t) + room + 63) & ~(size_t)63;
    ring_t *ring = aligned_alloc(64, size);

    if (ring == NULL)
        return NULL;
    memset(ring, 0, size);
    ring->room = room;
    return ring;
}

void ring_free(ring_t *ring)
{
    free(ring);
}

static void copy_in(ring_t *ring, uint32_t at, const void *from, uint32_t n)
{
    uint32_t start = at & (ring->room - 1);
    uint32_t first = n < ring->room - start ? n : ring->room - start;

    if (n == 0)
        return;
    memcpy(ring->data + start, from, first);
    memcpy(ring->data, (const uint8_t *)from + first, n - first);
}

static void copy_out(const ring_t *ring, uint32_t at, void *to, uint32_t n)
{
    uint32_t start = at & (ring->room - 1);
    uint32_t first = n < ring->room - start ? n : ring->room - start;

    memcpy(to, ring->data + start, first);
    memcpy((uint8_t *)to + first, ring->data, n - first);
}

uint32_t ring_space(const ring_t *ring)
{
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    uint32_t read = atomic_load_explicit(&ring->read, memory_order_acquire);

    return ring->room - (written - read);
}

int ring_put(ring_t *ring, const void *head, uint32_t head_n, const void *body, uint32_t body_n)
{
    uint32_t at = atomic_load_explicit(&ring->written, memory_order_relaxed);
    uint32_t n = head_n + body_n;

    if (n > ring->room / 2 || ring_space(ring) < n + 4)
        return -1;
    copy_in(ring, at, &n, 4);
    copy_in(ring, at + 4, head, head_n);
    copy_in(ring, at + 4 + head_n, body, body_n);
    atomic_store_explicit(&ring->written, at + 4 + n, memory_order_release);
    return 0;
}

int ring_get(ring_t *ring, void *out, uint32_t room)
{
    uint32_t at = atomic_load_explicit(&ring->read, memory_order_relaxed);
    uint32_t n;

    if (atomic_load_explicit(&ring->written, memory_order_acquire) == at)
        return -1;
    copy_out(ring, at, &n, 4);
    if (n <= room)
        copy_out(ring, at + 4, out, n);
    atomic_store_explicit(&ring->read, at + 4 + n, memory_order_release);
    return n <= room ? (int)n : -2;
}

int ring_empty(const ring_t *ring)
{
    return atomic_load_explicit(&ring->written, memory_order_acquire) ==
           atomic_load_explicit(&ring->read, memory_order_acquire);
}
