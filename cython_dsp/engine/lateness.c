#include "engine/lateness.h"

int lateness_bucket(int64_t us)
{
    if (us < LATENESS_STEPS)
        return us < 0 ? 0 : (int)us;
    int octave = 63 - __builtin_clzll((uint64_t)us) - 4; /* 4: of LATENESS_STEPS */
    int bucket = (octave + 1) * LATENESS_STEPS + (int)(us >> octave & (LATENESS_STEPS - 1));

    return bucket < LATENESS_BUCKETS ? bucket : LATENESS_BUCKETS - 1;
}

void lateness_add(lateness_t *l, int64_t ns)
{
    _Atomic uint64_t *count = &l->count[lateness_bucket(ns / 1000)];

    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

void due_begin(due_t *d)
{
    *d = (due_t){.least = INT64_MAX, .least_before = INT64_MAX};
}

void due_skip(due_t *d, int64_t blocks)
{
    d->blocks += blocks;
}

int64_t due_next(due_t *d, int64_t arrival_ns, int64_t period_ns)
{
    int64_t nominal = d->blocks++ * period_ns, offset = arrival_ns - nominal;

    if (offset < d->least)
        d->least = offset;
    int64_t least = d->least < d->least_before ? d->least : d->least_before;
    if (++d->looks == DUE_WINDOW) {
        d->least_before = d->least;
        d->least = INT64_MAX;
        d->looks = 0;
    }
    return least + nominal;
}
