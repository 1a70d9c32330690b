/* The rings, then the whole engine: its thread and writer, two boards, six RTP legs and the door,
 * as the Python layers use it (one caller at a time), for some seconds.
 *
 *   stress SECONDS SEED FOLDER
 *
 * Status 0 and a line of counts, or a sentence of what was wrong.  Made for ThreadSanitizer, which
 * tells of data races by itself and makes the status 66. */
#include "stress.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

_Noreturn void fail(const char *what, long long value)
{
    fprintf(stderr, "stress: %s (%lld)\n", what, value);
    _exit(1);
}

/* With a sanitizer the engine takes several times as long: at its real-time priority it would not
 * let the machine do anything else.  It is told that it may not have it. */
int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
    (void)thread, (void)policy, (void)param;
    return EPERM;
}

int64_t until_next(int64_t due_ns, int64_t period_ns)
{
    int64_t now = engine_now_ns();
    struct timespec at = {due_ns / 1000000000LL, due_ns % 1000000000LL};

    if (now > due_ns + 20 * period_ns) /* the machine stood still */
        return now + period_ns;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    return due_ns + period_ns;
}

dice_t dice_of(uint64_t seed, uint64_t who)
{
    return (dice_t){(seed + 1) * 0x9E3779B97F4A7C15u ^ (who + 1) * 0xBF58476D1CE4E5B9u};
}

uint32_t dice(dice_t *d, uint32_t sides)
{
    d->state ^= d->state << 13; /* xorshift64 */
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (uint32_t)((d->state >> 32) * sides >> 32);
}

static void hangs(int signal_number)
{
    static const char said[] = "stress: it hangs\n";

    (void)signal_number;
    (void)!write(STDERR_FILENO, said, sizeof said - 1);
    _exit(1);
}

static void tell(const counts_t *c, uint64_t packets)
{
    printf("stress: rings: %llu messages, %llu refused\n", (unsigned long long)c->ring_messages,
           (unsigned long long)c->ring_refused);
    printf("stress: engine: %llu calls (%llu refused), %llu finds, %llu recordings of %llu pieces, "
           "%llu histories of %llu pieces, %llu stops, %llu engines; boards: %llu blocks, "
           "%llu answers, %llu frames; legs: %llu packets\n",
           (unsigned long long)c->calls, (unsigned long long)c->refused,
           (unsigned long long)c->finds, (unsigned long long)c->recordings,
           (unsigned long long)c->recorded_blocks, (unsigned long long)c->histories,
           (unsigned long long)c->history_blocks, (unsigned long long)c->stops,
           (unsigned long long)c->engines, (unsigned long long)board_blocks,
           (unsigned long long)board_answers, (unsigned long long)board_frames,
           (unsigned long long)packets);
}

/* What was not reached was not tried. */
static void all_happened(const counts_t *c, uint64_t packets)
{
    if (c->ring_messages == 0 || c->recorded_blocks == 0 || c->history_blocks == 0 ||
        c->finds == 0 || board_answers == 0 || board_frames == 0 || packets == 0)
        fail("something did not happen at all", 0);
}

int main(int argc, char **argv)
{
    counts_t counts = {0};

    if (argc != 4) {
        fprintf(stderr, "usage: stress SECONDS SEED FOLDER\n");
        return 2;
    }
    unsigned seconds = (unsigned)atoi(argv[1]);
    uint64_t seed = strtoull(argv[2], NULL, 10);
    signal(SIGALRM, hangs);
    alarm(60 + 4 * seconds);
    rings_run(seconds * 1000000000LL / 5, seed, &counts);
    int udp = legs_start(seed);
    door_run(seconds * 1000000000LL * 4 / 5, seed, argv[3], udp, &counts);
    uint64_t packets = legs_end();
    tell(&counts, packets);
    all_happened(&counts, packets);
    return 0;
}
