/* How late ticks are: when each was due, and a histogram of how much later it was done. */
#ifndef CALLBOX_LATENESS_H
#define CALLBOX_LATENESS_H

#include <stdatomic.h>
#include <stdint.h>

/* Microseconds, log-linear: each below 16, then 16 steps an octave (6 %), to 16 s. */
#define LATENESS_STEPS 16
#define LATENESS_BUCKETS 336

typedef struct { /* one writer, any reader */
    _Atomic uint64_t count[LATENESS_BUCKETS];
} lateness_t;

/* Blocks of a board are due by its own clock: as early as the earliest of the last one to two
 * windows was, counted in blocks.  So a late bus, a late wake-up and late work all are seen. */
#define DUE_WINDOW 200

typedef struct {
    int64_t blocks;          /* since it was begun */
    int64_t least, least_before; /* of arrival - blocks * period, this window and the last */
    int looks;
} due_t;

int lateness_bucket(int64_t us);
void lateness_add(lateness_t *l, int64_t ns); /* below 0 counts as 0 */

void due_begin(due_t *d);
void due_skip(due_t *d, int64_t blocks);      /* they came, nobody ran a tick for them */
int64_t due_next(due_t *d, int64_t arrival_ns, int64_t period_ns);

#endif
