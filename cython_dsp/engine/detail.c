/* What a tick may do without when ticks are late, and gets back when they are in time again. */
#include "engine/engine.h"

#define CALM_TICKS 200 /* 1 s in time gives one detail back */

static const int COUNTER[DETAILS] = {
    [DETAIL_GAUGES] = E_gauges_left_out,
    [DETAIL_LEVELS] = E_levels_left_out,
    [DETAIL_CONCEALMENT] = E_concealment_left_out,
};

void detail_told(engine_t *e, int late)
{
    if (late) {
        e->calm = 0;
        e->pressure += e->pressure < DETAILS;
    } else if (e->pressure > 0 && ++e->calm == CALM_TICKS) {
        e->calm = 0;
        e->pressure--;
    }
}

void detail_count(engine_t *e)
{
    for (int which = 0; which < e->pressure; which++)
        count_add(&e->counters[COUNTER[which]], 1);
}
