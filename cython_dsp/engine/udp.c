/* One UDP socket for all RTP legs: datagrams in, sorted by sender; packets out, in batches. */
#define _GNU_SOURCE
#include "engine/engine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH UDP_BATCH
#define PASS_MAX 1024    /* datagrams in one tick: more is a flood */
#define STRANGERS_MAX 16 /* STUN and DTLS in one tick from addresses that have no leg */

/* --- addresses: family and port big endian, then 16 bytes of IP; mapped IPv4 is plain IPv4 --- */

static void from_sockaddr(const struct sockaddr_storage *from, uint8_t address[ADDRESS_BYTES])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

    memset(address, 0, ADDRESS_BYTES);
    address[1] = AF_INET;
    memcpy(address + 2, &v4->sin_port, 2);
    if (from->ss_family == AF_INET) {
        memcpy(address + 4, &v4->sin_addr, 4);
    } else if (memcmp(&v6->sin6_addr, mapped, sizeof mapped) == 0) {
        memcpy(address + 4, (const uint8_t *)&v6->sin6_addr + 12, 4);
    } else {
        address[1] = AF_INET6;
        memcpy(address + 4, &v6->sin6_addr, 16);
    }
}

static socklen_t to_sockaddr(int family, const uint8_t *address, struct sockaddr_storage *to)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

    memset(to, 0, sizeof *to);
    to->ss_family = (sa_family_t)family;
    memcpy(&v4->sin_port, address + 2, 2); /* at the same place in both */
    if (family == AF_INET) {
        memcpy(&v4->sin_addr, address + 4, 4);
        return sizeof *v4;
    }
    if (address[1] == AF_INET6) {
        memcpy(&v6->sin6_addr, address + 4, 16);
    } else {
        memset((uint8_t *)&v6->sin6_addr + 10, 0xFF, 2);
        memcpy((uint8_t *)&v6->sin6_addr + 12, address + 4, 4);
    }
    return sizeof *v6;
}

/* --- which leg an address belongs to --- */

static uint32_t hash(const uint8_t *address)
{
    uint32_t h = 2166136261u;

    for (int i = 0; i < ADDRESS_BYTES; i++)
        h = (h ^ address[i]) * 16777619u;
    return h;
}

_Static_assert(MAX_LEGS * PATHS < UDP_ROUTES && MAX_PORTS * PATHS < INT16_MAX, "routes fit");

static void add_route(engine_t *e, int port, int path)
{
    uint32_t at = hash(e->port[port].path[path]) % UDP_ROUTES;

    while (e->route[at] != 0)
        at = (at + 1) % UDP_ROUTES;
    e->route[at] = (int16_t)(port * PATHS + path + 1);
}

/* Of the same address twice the earlier is found: where a leg is sent to goes before the others. */
void udp_routes(engine_t *e)
{
    memset(e->route, 0, sizeof e->route);
    for (int i = 0; i < e->ports; i++)
        if (e->port[i].kind == PORT_RTP)
            add_route(e, i, 0);
    for (int i = 0; i < e->ports; i++)
        for (int path = 1; e->port[i].kind == PORT_RTP && path < e->port[i].paths; path++)
            add_route(e, i, path);
}

static port_t *route(engine_t *e, const uint8_t *address)
{
    for (uint32_t at = hash(address) % UDP_ROUTES; e->route[at] != 0; at = (at + 1) % UDP_ROUTES) {
        port_t *p = &e->port[(e->route[at] - 1) / PATHS];
        if (memcmp(p->path[(e->route[at] - 1) % PATHS], address, ADDRESS_BYTES) == 0)
            return p;
    }
    return NULL;
}

/* --- in --- */

/* RFC 7983: the first byte tells STUN (0-3) and DTLS (20-63) from RTP and RTCP (128-191). */
static void dispatch(engine_t *e, const uint8_t *address, uint8_t *data, int n)
{
    port_t *p = route(e, address);

    if (n > 0 && data[0] >= 128 && data[0] <= 191) {
        if (p == NULL)
            count_add(&e->counters[E_udp_unknown], 1);
        else
            rtp_leg_receive(e->leg[p->leg], data, n, atomic_load(&e->tick));
    } else if (n == 0 || n > DATAGRAM_MAX || (data[0] > 3 && (data[0] < 20 || data[0] > 63))) {
        count_add(&e->counters[E_udp_malformed], 1);
    } else if (p == NULL && e->datagrams++ >= STRANGERS_MAX) {
        count_add(&e->counters[E_udp_flood], 1);
    } else {
        engine_post_bulk(e, FIND_DATAGRAM, p == NULL ? 0 : p->id, 0, address, ADDRESS_BYTES, data,
                         n);
    }
}

static int receive_batch(engine_t *e)
{
    struct sockaddr_storage from[BATCH];
    struct mmsghdr message[BATCH];
    struct iovec piece[BATCH];
    uint8_t address[ADDRESS_BYTES];

    memset(message, 0, sizeof message);
    for (int i = 0; i < BATCH; i++) {
        piece[i] = (struct iovec){e->udp_in[i], RTP_MAX_DATAGRAM};
        message[i].msg_hdr.msg_iov = &piece[i];
        message[i].msg_hdr.msg_iovlen = 1;
        message[i].msg_hdr.msg_name = &from[i];
        message[i].msg_hdr.msg_namelen = sizeof from[i];
    }
    int n = recvmmsg(e->udp_fd, message, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        from_sockaddr(&from[i], address);
        if (message[i].msg_hdr.msg_flags & MSG_TRUNC)
            count_add(&e->counters[E_udp_malformed], 1);
        else
            dispatch(e, address, e->udp_in[i], (int)message[i].msg_len);
    }
    return n;
}

/* What a flood leaves in the socket after one pass is the kernel's to drop. */
void udp_receive(engine_t *e)
{
    int total = 0, n = BATCH;

    e->datagrams = 0;
    if (e->udp_fd < 0)
        return;
    while (n == BATCH && total < PASS_MAX) {
        n = receive_batch(e);
        if (n > 0)
            total += n;
    }
    count_add(&e->counters[E_udp_in], (uint64_t)total);
}

/* --- out --- */

void udp_send(engine_t *e, const uint8_t *address, const uint8_t *data, int n)
{
    struct sockaddr_storage to;
    socklen_t to_n = to_sockaddr(e->udp_family, address, &to);

    if (e->udp_fd < 0 || sendto(e->udp_fd, data, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL,
                                (struct sockaddr *)&to, to_n) != n)
        count_add(&e->counters[E_udp_send_failed], 1);
    else
        count_add(&e->counters[E_udp_out], 1);
}

void udp_flush(engine_t *e)
{
    udp_out_t *out = &e->udp_out;
    struct sockaddr_storage to[64];
    struct mmsghdr message[64];
    struct iovec piece[64];
    int sent = 0;

    memset(message, 0, sizeof message);
    for (int i = 0; i < out->n; i++) {
        piece[i] = (struct iovec){out->data[i], (size_t)out->length[i]};
        message[i].msg_hdr.msg_iov = &piece[i];
        message[i].msg_hdr.msg_iovlen = 1;
        message[i].msg_hdr.msg_namelen = to_sockaddr(e->udp_family, out->address[i], &to[i]);
        message[i].msg_hdr.msg_name = &to[i];
    }
    while (e->udp_fd >= 0 && sent < out->n) {
        int n = sendmmsg(e->udp_fd, message + sent, (unsigned)(out->n - sent),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            count_add(&e->counters[E_udp_out], (uint64_t)n);
        else /* the first of them cannot be sent: an unreachable peer must not stop the others */
            count_add(&e->counters[E_udp_send_failed], 1);
        sent += n > 0 ? n : 1;
    }
    if (e->udp_fd < 0)
        count_add(&e->counters[E_udp_send_failed], (uint64_t)out->n);
    out->n = 0;
}

static void queue_made(engine_t *e, const port_t *p, int n)
{
    udp_out_t *out = &e->udp_out;

    if (n <= 0)
        return;
    memcpy(out->address[out->n], p->path[0], ADDRESS_BYTES);
    out->length[out->n++] = n;
    if (out->n == 64)
        udp_flush(e);
}

void udp_queue_rtp(engine_t *e, port_t *p, int with_audio)
{
    udp_out_t *out = &e->udp_out;
    uint64_t tick = atomic_load(&e->tick);
    rtp_leg_t *leg = e->leg[p->leg];
    const int16_t *pcm = with_audio ? e->hear[INDEX_OF(p->id)] : NULL;

    queue_made(e, p, rtp_leg_send(leg, pcm, out->data[out->n], RTP_ROOM, tick));
    queue_made(e, p, rtp_leg_rtcp(leg, out->data[out->n], RTP_ROOM, tick));
}
