/* SRTP and SRTCP of one leg by libsrtp2 (RFC 3711, 7714). */
#ifndef CALLBOX_RTP_CRYPT_H
#define CALLBOX_RTP_CRYPT_H

#include "leg.h"

#include <srtp2/srtp.h>

#define CRYPT_TRAILER 32       /* room a protected packet may need beyond its plain length */

typedef struct {
    srtp_t send, receive;      /* NULL: plain RTP */
} crypt_t;

/* 0, or -1: profile not known, or no memory.  Keys are copied. */
int crypt_open(crypt_t *crypt, const rtp_params_t *params);
void crypt_close(crypt_t *crypt);

/* In place.  The new length, or one of the RTP_... errors (below 0). */
int crypt_unprotect(crypt_t *crypt, uint8_t *data, int n, int is_rtcp);

/* In place, with CRYPT_TRAILER bytes of room behind.  The new length, or 0 when it failed. */
int crypt_protect(crypt_t *crypt, uint8_t *data, int n, int is_rtcp);

#endif
