#define _GNU_SOURCE
#include "engine/bare.h"

#include <errno.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void bare_run(bare_t *b, int64_t period_ns)
{
    int64_t due = now_ns();

    while (!atomic_load(&b->stop)) {
        due += period_ns;
        struct timespec at = {due / 1000000000LL, due % 1000000000LL};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
            ;
        int64_t behind = now_ns() - due;
        lateness_add(&b->late, behind);
        if (behind > period_ns)
            atomic_fetch_add(&b->more, 1);
    }
}
