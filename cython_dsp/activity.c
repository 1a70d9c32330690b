/* Voice and silence.  Steady noise is silence, whatever its level; a tone is neither. */
#include "progress.h"

#include <math.h>

#define BLOCK 4              /* hops: 20 ms */
#define SILENCE_DB -45.0f
#define ABOVE_NOISE 6.0f     /* dB */
#define LOWEST_DB -50.0f     /* changes below are none */
#define MOST_CHANGE 6.0f
#define STEADY 1.5f          /* dB from block to block: noise has 0.6, speech 3 and more */
#define SMOOTH 8.0f          /* blocks */
#define LINES 0.5f           /* part of the energy in two lines: not noise */
#define VOICE_HOPS 40        /* 200 ms */
#define PAUSE_HOPS 60        /* 300 ms: what was heard before does not count any more */
#define UTTERANCE_HOPS 100   /* 500 ms: the next voice is another utterance */
#define SOUND_BLOCKS 5       /* 100 ms: less than that does not end a silence */
#define NOISE_RISES 0.03f    /* dB a block */
#define STEADY_RISES 0.5f

void activity_judge(progress_t *p, int tonal, float share)
{
    if (!tonal)
        p->voice = progress_count(p->voice, p->pending);
    p->pending = 0;
    p->tonal = tonal;
    p->share = share;
}

void activity_segment(progress_t *p)
{
    p->voice = progress_count(p->voice, p->pending); /* too short to be looked at */
    p->pending = 0;
    p->tonal = 0;
    p->share = 0.0f;
}

static void track_noise(progress_t *p)
{
    if (p->db < p->floor_db)
        p->floor_db = p->db;
    else if (!p->tonal)
        p->floor_db += p->change < STEADY ? STEADY_RISES : NOISE_RISES;
    p->floor_db = fminf(p->floor_db, p->db);
}

static void count_voice(progress_t *p)
{
    if (p->db > fmaxf(SILENCE_DB, p->floor_db + ABOVE_NOISE)) {
        p->quiet = 0;
        if (p->segment.looks == 0)
            p->pending = progress_count(p->pending, BLOCK);
        else if (!p->tonal)
            p->voice = progress_count(p->voice, BLOCK);
        return;
    }
    p->quiet = progress_count(p->quiet, BLOCK);
    if (p->quiet >= PAUSE_HOPS)
        p->voice = p->pending = 0;
    if (p->quiet >= UTTERANCE_HOPS)
        p->voice_told = 0;
}

static void count_silence(progress_t *p)
{
    int steady = p->change < STEADY && !p->tonal && p->share < LINES;

    p->sounds = p->db < SILENCE_DB || steady ? 0 : progress_count(p->sounds, 1);
    p->silence = progress_count(p->silence, BLOCK);
    if (p->sounds >= SOUND_BLOCKS)
        p->silence = p->silence_told = 0;
}

int activity_hop(progress_t *p, float energy, progress_find_t *finds)
{
    int found = 0;

    p->sum += energy;
    if (++p->hops < BLOCK)
        return 0;
    float db = fmaxf(LOWEST_DB, 10.0f * log10f(p->sum / BLOCK + 1.0f) - PROGRESS_DB_FULL);
    p->change += (fminf(MOST_CHANGE, fabsf(db - p->db)) - p->change) / SMOOTH;
    p->db = db;
    p->sum = 0.0f;
    p->hops = 0;
    track_noise(p);
    count_voice(p);
    count_silence(p);
    if (!p->voice_told && p->voice >= VOICE_HOPS && p->change >= STEADY) {
        p->voice_told = 1;
        finds[found++] = (progress_find_t){.kind = PROGRESS_VOICE};
    }
    if (p->silence_hops > 0 && !p->silence_told && p->silence >= p->silence_hops) {
        p->silence_told = 1;
        finds[found++] = (progress_find_t){.kind = PROGRESS_SILENCE, .value = p->silence / 200};
    }
    return found;
}
