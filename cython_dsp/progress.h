/* Supervision by ear: call-progress tones by frequency and cadence, silence, and voice.
 *
 * A hop is 40 samples (5 ms, 16 bit, 8 kHz; a sine of 0 dBm0 has a peak of 22827).  Below 200 Hz
 * nothing is heard (hum).  Nothing here allocates, blocks or keeps state outside the struct.
 *
 *   samples -> half-band split -> high-pass -> energy of a hop -> segments of even level
 *                                           -> spectrum of 64 ms, each 20 ms of a segment
 *   segment -> is it a tone? -> of which patterns? -> cadence of each pattern -> find
 */
#ifndef CALLBOX_PROGRESS_H
#define CALLBOX_PROGRESS_H

#include <stdint.h>

#include "spectrum.h"

#define PROGRESS_HOP 40
#define PROGRESS_PATTERNS 16
#define PROGRESS_STEPS 8
#define PROGRESS_FINDS 4 /* at most so many in one hop */

typedef struct {
    float hz[2];                /* hz[1] = 0: one frequency.  300 to 1500 Hz */
    float step[PROGRESS_STEPS]; /* seconds on, off, on, off ... */
    int32_t steps;              /* even; 0: continuous */
    int32_t cycles;             /* found after so many whole ones */
    float tolerance_hz;
    float tolerance;            /* of each duration, as a part of it */
    float minimum_dbm0;
    float continuous_s;
} progress_pattern_t;

enum { PROGRESS_TONE = 1, PROGRESS_SILENCE, PROGRESS_VOICE };

typedef struct {
    int32_t kind;
    int32_t value;              /* pattern, or whole seconds of silence */
    float hz[2], level_dbm0;    /* of a tone, measured; hz[1] = 0: one frequency */
    float seconds;              /* since its first burst began */
} progress_find_t;

typedef struct {                /* a stretch of even level */
    float mean;                 /* energy of a hop (mean square) */
    int hops;                   /* in `mean` */
    int64_t begin;              /* first hop */
    int64_t sure;               /* the tone began about here; -1: at `begin` */
    float edge[2];              /* energy of the hop before `begin`, and of that hop */
    int split;                  /* no edge at `begin` */
    int next_look, looks, pure; /* looks taken, and those that show a tone */
    int spoiled;                /* looks before these that did not */
    float total;                /* energy of the pure looks */
    float spectrum[SPECTRUM_BINS]; /* sum of the pure looks */
} progress_segment_t;

typedef struct {                /* where a pattern is in its cadence */
    int at;                     /* next step */
    int cycles;                 /* whole ones seen */
    int told;
    double begun;               /* hop at which the first burst began */
    float hz[2], level_dbm0;
} progress_track_t;

typedef struct {
    int patterns;
    progress_pattern_t pattern[PROGRESS_PATTERNS];
    progress_track_t track[PROGRESS_PATTERNS];
    int active;                 /* 1: tell of voice and silence */
    int silence_hops;           /* 0: only of voice */
    /* samples */
    float even[4], odd[9];      /* the latest at 8 kHz, for the half-band filter */
    float highpass[2][2];
    float ring[SPECTRUM_SAMPLES];
    int oldest;
    float high[13];             /* energy above 2 kHz of the latest hops, 65 ms */
    float energy[12];           /* of the latest hops, the newest first */
    int64_t now;                /* hops taken */
    /* segments */
    progress_segment_t segment;
    unsigned rises, falls;      /* a bit for each of the latest hops */
    double burst_end;           /* hop at which the latest tone ended */
    float burst_level;          /* its energy, 0: none yet */
    float gap_sum, gap_db;      /* loudness of the pause, in blocks of 4 hops */
    int gap_hops, gap_changes;  /* hops listened to, changes by more than noise makes */
    /* voice and silence, in blocks of 4 hops */
    float sum, db, change;      /* change: mean difference between successive blocks, dB */
    float floor_db;             /* of the noise */
    int hops, tonal;            /* tonal: the latest look of this segment showed a tone */
    float share;                /* of that look's energy in its two strongest lines */
    int voice, pending, quiet;  /* hops: of voice; not judged yet; since anything was heard */
    int silence, sounds;        /* hops of silence; successive blocks that are none */
    int voice_told, silence_told;
} progress_t;

/* Watches nothing at first.  */
void progress_init(progress_t *p);

/* Replace the patterns; n = 0 .. PROGRESS_PATTERNS.  What was heard of the old ones is forgotten. */
void progress_watch(progress_t *p, const progress_pattern_t *pattern, int n);

/* on: tell of voice; silence_hops > 0: also of so much silence. */
void progress_activity(progress_t *p, int on, int silence_hops);

static inline int progress_listens(const progress_t *p) { return p->patterns > 0 || p->active; }

/* Whether the first burst of an intermittent tone with short pauses (at most 1 s) has just fitted:
 * the far end may be gone. */
int progress_suspects(const progress_t *p);

/* Take PROGRESS_HOP samples; returns how many finds there are. */
int progress_hop(progress_t *p, const int16_t *pcm, progress_find_t *finds);

/* --- between progress.c, cadence.c and activity.c --- */

#define PROGRESS_FAR_BELOW 316.0f /* 25 dB below the tone: rests of our own echo, say */
#define PROGRESS_DB_FULL 84.158f /* 10 log10 of the mean square of 0 dBm0 */

/* Counts hops; a line may be quiet for years. */
static inline int progress_count(int n, int more) { return n < 1 << 30 ? n + more : n; }

/* The segment was a tone from `begin` to `end` (hops); where it followed another sound without
 * a pause it began about `sure`, else that is -1. */
void cadence_burst(progress_t *p, double begin, double sure, double end);
int cadence_waits(const progress_t *p);                     /* in a pause of some pattern */
void cadence_break(progress_t *p);                          /* something else was heard */
int cadence_hop(progress_t *p, progress_find_t *finds);     /* time passes */
int cadence_lasting(progress_t *p, progress_find_t *finds); /* the tone lasts */

int activity_hop(progress_t *p, float energy, progress_find_t *finds);
void activity_judge(progress_t *p, int tonal, float share); /* a look at the segment */
void activity_segment(progress_t *p);                       /* a new one began */

#endif
