/* RTP, RTCP and SRTP of one leg, and the UDP socket before it.
 *
 * Three legs: plain, and both SRTP profiles; a datagram for one of those is protected first with
 * the far side's key (no fuzzer guesses an authentication tag), or is left as it is.  One of
 * the steps sends a datagram through the engine's socket and its routes. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"
#include "input.h"
#include "rtp/crypt.h"

#define LEGS 3
#define LONGEST 1400

static const uint8_t profiles[LEGS] = {RTP_PLAIN, RTP_AES128_CM_SHA1_80, RTP_AEAD_AES_128_GCM};
static rtp_leg_t *leg[LEGS];
static crypt_t far_side[LEGS];
static uint64_t now_tick;

static engine_t *engine;
static int stranger = -1;

static rtp_params_t params_of(int index)
{
    rtp_params_t params = {.ssrc = 0x11223344, .payload_type = 8, .event_type = 101};

    params.profile = profiles[index];
    memset(params.send_key, 0x5A, sizeof params.send_key);
    memset(params.receive_key, 0xA5, sizeof params.receive_key);
    memcpy(params.cname, "callbox", 8);
    return params;
}

/* Opened when it is needed: libsrtp takes half a millisecond for a session. */
static rtp_leg_t *leg_of(int index)
{
    rtp_params_t ours = params_of(index), theirs = ours;

    if (leg[index] != NULL)
        return leg[index];
    memcpy(theirs.send_key, ours.receive_key, sizeof theirs.send_key);
    theirs.ssrc = 0x01020304; /* libsrtp sends for this source only */
    leg[index] = rtp_leg_new(&ours);
    if (leg[index] == NULL || crypt_open(&far_side[index], &theirs) != 0)
        abort();
    return leg[index];
}

static void close_legs(void)
{
    for (int i = 0; i < LEGS; i++) {
        if (leg[i] == NULL)
            continue;
        rtp_leg_free(leg[i]);
        crypt_close(&far_side[i]);
        leg[i] = NULL;
    }
}

/* --- the socket: a leg of the engine at a stranger's address, all on loopback --- */

static void open_socket(void)
{
    struct sockaddr_in ours = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in theirs = ours;
    socklen_t n = sizeof ours;
    rtp_params_t params = params_of(0);
    struct { command_t c; uint8_t address[ADDRESS_BYTES]; } order = {.c = {OP_OPEN_RTP, 1, 0, 0, 0}};

    engine = engine_new();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    stranger = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (engine == NULL || bind(fd, (struct sockaddr *)&ours, n) != 0 ||
        bind(stranger, (struct sockaddr *)&theirs, n) != 0 ||
        getsockname(fd, (struct sockaddr *)&ours, &n) != 0 ||
        getsockname(stranger, (struct sockaddr *)&theirs, &n) != 0 ||
        connect(stranger, (struct sockaddr *)&ours, n) != 0 || engine_put_leg(engine, 0, &params))
        abort();
    engine->udp_fd = fd;
    engine->udp_family = AF_INET;
    order.address[1] = AF_INET;
    memcpy(order.address + 2, &theirs.sin_port, 2);
    memcpy(order.address + 4, &theirs.sin_addr, 4);
    ring_put(engine->commands, &order.c, sizeof order.c, order.address, ADDRESS_BYTES);
    engine_tick(engine);
}

static void through_the_socket(const uint8_t *datagram, size_t n)
{
    static uint8_t out[RTP_MAX_DATAGRAM + sizeof(find_t) + ADDRESS_BYTES];

    if (engine == NULL)
        open_socket();
    if (send(stranger, datagram, n, 0) < 0)
        return;
    udp_receive(engine);
    engine_tick(engine);
    while (ring_get(engine->finds, out, sizeof out) != -1)
        ;
    while (recv(stranger, out, sizeof out, 0) >= 0)
        ;
}

/* --- the legs --- */

static void receive(input_t *in, int which, int protect)
{
    _Alignas(4) uint8_t datagram[LONGEST + 64];
    int n = (int)take(in, datagram, take16(in) % LONGEST);
    int is_rtcp = n > 1 && datagram[1] >= 192 && datagram[1] <= 223;
    rtp_leg_t *receiver = leg_of(which);

    if (protect && n >= 12) {
        static const uint8_t source[4] = {1, 2, 3, 4};
        datagram[0] = (uint8_t)((datagram[0] & 0x3F) | 0x80);
        memcpy(datagram + (is_rtcp ? 4 : 8), source, sizeof source);
        n = crypt_protect(&far_side[which], datagram, n, is_rtcp);
    }
    (void)rtp_leg_receive(receiver, datagram, n, now_tick);
}

static void tick(int which)
{
    static int16_t pcm[RTP_TICK_SAMPLES];
    uint8_t out[RTP_ROOM];
    rtp_statistics_t statistics;
    rtp_leg_t *speaker = leg_of(which);

    now_tick++;
    (void)rtp_leg_play(speaker, pcm, now_tick);
    (void)rtp_leg_send(speaker, pcm, out, sizeof out, now_tick);
    (void)rtp_leg_rtcp(speaker, out, sizeof out, now_tick);
    rtp_leg_statistics(speaker, &statistics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input_t in = {data, size};
    uint8_t datagram[RTP_MAX_DATAGRAM];

    now_tick = 1000;
    while (in.left > 0) {
        unsigned step = take8(&in);
        int which = (int)(step >> 3) % LEGS;
        switch (step % 8) {
        case 0: case 1: receive(&in, 0, 0); break;
        case 2: case 3: receive(&in, which, 1); break;
        case 4: receive(&in, which, 0); break;
        case 5: through_the_socket(datagram, take(&in, datagram, take16(&in) % 1600)); break;
        case 6: now_tick += take8(&in); break;
        default: tick(which);
        }
    }
    close_legs();
    return 0;
}
