/* The other ends of RTP legs: each a socket and a leg of the same code with the keys exchanged. */
#include "stress.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t PROFILES[] = {RTP_PLAIN, RTP_AES128_CM_SHA1_80, RTP_AEAD_AES_128_GCM};

static struct {
    pthread_t thread;
    dice_t dice;
    _Atomic int stop;
    int fd[FARS + 1]; /* the last one is a stranger's: no leg has its address */
    struct sockaddr_in own[FARS + 1], engine;
    rtp_leg_t *leg[FARS];
    uint64_t packets;
} far;

static int open_socket(struct sockaddr_in *own)
{
    socklen_t n = sizeof *own;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    *own = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)own, n) != 0 ||
        getsockname(fd, (struct sockaddr *)own, &n) != 0)
        fail("no UDP socket", errno);
    return fd;
}

static void key(uint8_t *out, int number)
{
    for (int i = 0; i < 30; i++)
        out[i] = (uint8_t)(number * 37 + i);
}

void legs_params(int which, uint32_t ssrc, rtp_params_t *ours)
{
    *ours = (rtp_params_t){
        .ssrc = ssrc, .payload_type = which % 2 ? 0 : 8, .event_type = which % 2 ? 101 : 0,
        .profile = PROFILES[which % 3], .cname = "stress", .ntp_at_tick_0 = 3900000000ull << 32,
    };
    key(ours->send_key, 2 * which);
    key(ours->receive_key, 2 * which + 1);
}

void legs_address(int which, uint8_t address[ADDRESS_BYTES])
{
    memset(address, 0, ADDRESS_BYTES);
    address[1] = AF_INET;
    memcpy(address + 2, &far.own[which].sin_port, 2);
    memcpy(address + 4, &far.own[which].sin_addr, 4);
}

static void say(int which, const uint8_t *data, int n)
{
    if (n > 0) /* what the engine's socket does not take is lost, as in a network */
        (void)!sendto(far.fd[which], data, (size_t)n, MSG_NOSIGNAL,
                      (struct sockaddr *)&far.engine, sizeof far.engine);
}

static void hear(int which, uint64_t tick)
{
    uint8_t data[RTP_MAX_DATAGRAM];
    ssize_t n;

    while ((n = recv(far.fd[which], data, sizeof data, 0)) > 0) {
        if (which == FARS)
            continue;
        int what = rtp_leg_receive(far.leg[which], data, (int)n, tick);
        if (what == RTP_MALFORMED)
            fail("a packet of the engine is malformed", n);
        far.packets += what >= 0; /* several legs talk to one party, which refuses some of them */
    }
}

static void turn(int which, uint64_t tick)
{
    int16_t pcm[RTP_TICK_SAMPLES];
    uint8_t out[RTP_ROOM];

    hear(which, tick);
    rtp_leg_play(far.leg[which], pcm, tick);
    for (int i = 0; i < RTP_TICK_SAMPLES; i++)
        pcm[i] = (int16_t)(8000 * sinf((float)(tick * RTP_TICK_SAMPLES + (unsigned)i) * 0.3f));
    if (rtp_leg_has_events(far.leg[which]) && chance(&far.dice, 400))
        rtp_leg_digits(far.leg[which], "1#");
    say(which, out, rtp_leg_send(far.leg[which], pcm, out, sizeof out, tick));
    say(which, out, rtp_leg_rtcp(far.leg[which], out, sizeof out, tick));
    if (chance(&far.dice, 200)) { /* broken, or STUN from a leg's address */
        out[0] = (uint8_t)dice(&far.dice, 256);
        say(which, out, (int)dice(&far.dice, 64));
    }
}

static void renew(int which)
{
    rtp_params_t params;

    legs_params(which, dice(&far.dice, 1u << 31), &params);
    key(params.send_key, 2 * which + 1);
    key(params.receive_key, 2 * which);
    if (far.leg[which] != NULL)
        rtp_leg_free(far.leg[which]);
    far.leg[which] = rtp_leg_new(&params);
    if (far.leg[which] == NULL)
        fail("no leg", which);
}

static void *live(void *arg)
{
    int64_t due = engine_now_ns();
    uint8_t stun[20] = {0, 1};

    for (uint64_t tick = 0; !atomic_load(&far.stop); tick++) {
        due = until_next(due, TICK_NS);
        for (int i = 0; i < FARS; i++) {
            if (far.leg[i] == NULL || chance(&far.dice, 400))
                renew(i);
            turn(i, tick);
        }
        hear(FARS, tick);
        if (chance(&far.dice, 10))
            say(FARS, stun, sizeof stun);
    }
    return arg;
}

int legs_start(uint64_t seed)
{
    int ours = open_socket(&far.engine);

    far.dice = dice_of(seed, 4);
    for (int i = 0; i <= FARS; i++)
        far.fd[i] = open_socket(&far.own[i]);
    if (pthread_create(&far.thread, NULL, live, NULL) != 0)
        fail("no thread", errno);
    return ours;
}

uint64_t legs_end(void)
{
    atomic_store(&far.stop, 1);
    pthread_join(far.thread, NULL);
    for (int i = 0; i <= FARS; i++)
        close(far.fd[i]);
    for (int i = 0; i < FARS; i++)
        if (far.leg[i] != NULL)
            rtp_leg_free(far.leg[i]);
    return far.packets;
}
