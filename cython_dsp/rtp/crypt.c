#include "crypt.h"

#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Fails when another module of the process did it first (libsrtp2 2.5: bad_param); if it really
 * failed, srtp_create does too. */
static void start(void) { (void)srtp_init(); }

static srtp_t session(const rtp_params_t *params, const uint8_t *key, srtp_ssrc_t ssrc)
{
    srtp_policy_t policy;
    srtp_t made = NULL;

    memset(&policy, 0, sizeof policy);
    if (params->profile == RTP_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    policy.ssrc = ssrc;
    policy.key = (unsigned char *)key;
    policy.window_size = 128;
    return srtp_create(&made, &policy) == srtp_err_status_ok ? made : NULL;
}

int crypt_open(crypt_t *crypt, const rtp_params_t *params)
{
    crypt->send = crypt->receive = NULL;
    if (params->profile == RTP_PLAIN)
        return 0;
    if (params->profile != RTP_AES128_CM_SHA1_80 && params->profile != RTP_AEAD_AES_128_GCM)
        return -1;
    pthread_once(&once, start);
    crypt->send = session(params, params->send_key,
                          (srtp_ssrc_t){.type = ssrc_specific, .value = params->ssrc});
    crypt->receive = session(params, params->receive_key,
                             (srtp_ssrc_t){.type = ssrc_any_inbound});
    if (crypt->send == NULL || crypt->receive == NULL) {
        crypt_close(crypt);
        return -1;
    }
    return 0;
}

void crypt_close(crypt_t *crypt)
{
    if (crypt->send != NULL)
        srtp_dealloc(crypt->send);
    if (crypt->receive != NULL)
        srtp_dealloc(crypt->receive);
    crypt->send = crypt->receive = NULL;
}

int crypt_unprotect(crypt_t *crypt, uint8_t *data, int n, int is_rtcp)
{
    srtp_err_status_t status;

    if (crypt->receive == NULL)
        return n;
    status = is_rtcp ? srtp_unprotect_rtcp(crypt->receive, data, &n)
                     : srtp_unprotect(crypt->receive, data, &n);
    switch (status) {
    case srtp_err_status_ok:
        return n;
    case srtp_err_status_replay_fail:
        return RTP_DUPLICATE;
    case srtp_err_status_parse_err:
    case srtp_err_status_bad_param:
        return RTP_MALFORMED;
    default:
        return RTP_REFUSED;
    }
}

int crypt_protect(crypt_t *crypt, uint8_t *data, int n, int is_rtcp)
{
    srtp_err_status_t status;

    if (crypt->send == NULL)
        return n;
    status = is_rtcp ? srtp_protect_rtcp(crypt->send, data, &n)
                     : srtp_protect(crypt->send, data, &n);
    return status == srtp_err_status_ok ? n : 0;
}
