/* Levels of each port: smoothed powers, and once a second how loud somebody speaks there (P.56). */
#include "engine/engine.h"

#include <math.h>

#define POWER_SHIFT 5     /* 32 ticks, 160 ms */
#define SECOND_TICKS 200
#define NOBODY -50.0f     /* dBm0: an idle line has its noise, and A-law's silence has -64 */
#define KEEP 0.75f        /* of what was said a second ago: a gauge of the last four */

static void smooth(_Atomic uint32_t *power, uint32_t now)
{
    int64_t old = atomic_load_explicit(power, memory_order_relaxed);

    atomic_store_explicit(power, (uint32_t)(old + ((int64_t)now - old) / (1 << POWER_SHIFT)),
                          memory_order_relaxed);
}

void gauges_begin(engine_t *e, port_t *p)
{
    atomic_store_explicit(&p->talk_power, 0, memory_order_relaxed);
    atomic_store_explicit(&p->hear_power, 0, memory_order_relaxed);
    atomic_store_explicit(&p->speech, 0, memory_order_relaxed);
    speech_level_init(&e->spoken[INDEX_OF(p->id)]);
}

static void tell_speech(speech_level_t *spoken, port_t *p)
{
    float activity, level = speech_level_read(spoken, &activity);
    uint32_t both = 0;

    if (level > NOBODY)
        both = (uint32_t)(uint16_t)(int16_t)lrintf(-level * 256.0f) << 16 |
               (uint32_t)lrintf(activity * 65535.0f);
    atomic_store_explicit(&p->speech, both, memory_order_relaxed);
    speech_level_fade(spoken, KEEP);
}

void gauges_talk(engine_t *e, port_t *p, const int16_t *talk)
{
    int i = INDEX_OF(p->id);

    smooth(&p->talk_power, mix_power(talk, TICK_SAMPLES));
    if (p->kind == PORT_PLAYER)
        return;
    speech_level_take(&e->spoken[i], talk, TICK_SAMPLES);
    if ((atomic_load_explicit(&e->tick, memory_order_relaxed) + (uint64_t)i) % SECOND_TICKS == 0)
        tell_speech(&e->spoken[i], p); /* not all ports in the same tick */
}

void gauges_hear(port_t *p, const int16_t *hear)
{
    smooth(&p->hear_power, mix_power(hear, TICK_SAMPLES));
}
