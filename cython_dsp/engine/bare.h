/* A timer and nothing else: what the machine itself is late by, for comparison. */
#ifndef CALLBOX_BARE_H
#define CALLBOX_BARE_H

#include "engine/lateness.h"

typedef struct {
    lateness_t late;
    _Atomic uint64_t more; /* later than a whole period */
    _Atomic int stop;      /* set by anyone */
} bare_t;

void bare_run(bare_t *b, int64_t period_ns); /* until stop */

#endif
