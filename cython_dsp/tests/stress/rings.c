/* A producer and a consumer: nothing is lost, torn or in another order. */
#include "stress.h"

#include <sched.h>
#include <stdlib.h>

#define ROOM_MAX (1u << 16)

typedef struct {
    ring_t *ring;
    uint64_t seed;
    int64_t end_ns;
    uint64_t put, refused;
    _Atomic int done;
} pair_t;

static uint8_t byte_of(uint32_t number, uint32_t i)
{
    return (uint8_t)(number * 31 + i * 7 + (i >> 8));
}

static void *produce(void *arg)
{
    static uint8_t body[ROOM_MAX];
    pair_t *p = arg;
    dice_t d = dice_of(p->seed, 1);
    uint32_t number = 0;

    while (engine_now_ns() < p->end_ns) {
        uint32_t most = chance(&d, 8) ? p->ring->room / 2 - 4 : 24;
        uint32_t n = dice(&d, most + 1);
        for (uint32_t i = 0; i < n; i++)
            body[i] = byte_of(number, i);
        while (ring_put(p->ring, &number, sizeof number, body, n) < 0) {
            p->refused++;
            if (ring_space(p->ring) > p->ring->room)
                fail("a ring has more space than room", ring_space(p->ring));
            sched_yield();
        }
        number++;
    }
    p->put = number;
    atomic_store(&p->done, 1);
    return NULL;
}

/* Now and then too little room is given: the message is dropped, the next one is whole. */
static uint32_t consume(pair_t *p, dice_t *d, uint32_t number)
{
    static uint8_t message[ROOM_MAX];
    uint32_t room = chance(d, 50) ? dice(d, 16) : sizeof message, found;
    int n = ring_get(p->ring, message, room);

    if (n == -1) {
        sched_yield();
        return number;
    }
    if (n == -2 && room < sizeof message)
        return number + 1;
    if (n < (int)sizeof found)
        fail("a ring gave a message that is too short", n);
    memcpy(&found, message, sizeof found);
    if (found != number)
        fail("a ring lost a message or changed the order", number);
    for (uint32_t i = 0; i < (uint32_t)n - sizeof found; i++)
        if (message[sizeof found + i] != byte_of(number, i))
            fail("a ring tore a message", number);
    return number + 1;
}

static void run_one(uint32_t room, int64_t ns, uint64_t seed, counts_t *counts)
{
    pair_t p = {.ring = ring_new(room), .seed = seed, .end_ns = engine_now_ns() + ns};
    dice_t d = dice_of(seed, 2);
    pthread_t producer;
    uint32_t number = 0;

    if (p.ring == NULL || pthread_create(&producer, NULL, produce, &p) != 0)
        fail("a ring cannot be made", room);
    while (!atomic_load(&p.done) || !ring_empty(p.ring))
        number = consume(&p, &d, number);
    pthread_join(producer, NULL);
    if (number != p.put)
        fail("a ring lost the last messages", (long long)p.put - number);
    counts->ring_messages += number;
    counts->ring_refused += p.refused;
    ring_free(p.ring);
}

void rings_run(int64_t ns, uint64_t seed, counts_t *counts)
{
    static const uint32_t ROOMS[] = {64, 1024, ROOM_MAX};

    for (int i = 0; i < 3; i++)
        run_one(ROOMS[i], ns / 3, seed * 3 + (uint64_t)i, counts);
}
