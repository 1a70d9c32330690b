/* What one thread writes and another copies without a lock: a number is odd during a write, and who
 * read while it changed reads again.  The data are atomic (relaxed), too: a copy that is thrown away
 * is still no data race.  (H.-J. Boehm, Can seqlocks get along with programming language memory
 * models?, 2012.) */
#ifndef CALLBOX_SEQUENCE_H
#define CALLBOX_SEQUENCE_H

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint32_t sequence_t;

static inline void sequence_begin(sequence_t *s)
{
    atomic_store_explicit(s, atomic_load_explicit(s, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}

static inline void sequence_end(sequence_t *s)
{
    atomic_store_explicit(s, atomic_load_explicit(s, memory_order_relaxed) + 1,
                          memory_order_release);
}

static inline uint32_t sequence_read(const sequence_t *s)
{
    return atomic_load_explicit(s, memory_order_acquire);
}

/* Whether what was read since sequence_read() gave `before` may be torn. */
static inline int sequence_torn(const sequence_t *s, uint32_t before)
{
    atomic_thread_fence(memory_order_acquire);
    return before % 2 != 0 || before != atomic_load_explicit(s, memory_order_relaxed);
}

#endif
