/* G.711 A-law and mu-law, by table.  The tables are made once by g711_init() from the
 * algorithm of ITU-T G.191 (alaw_compress, ulaw_compress ...), so that they are exact. */
#ifndef CALLBOX_G711_H
#define CALLBOX_G711_H

#include <stdint.h>

#define ALAW_SILENCE 0xD5
#define ULAW_SILENCE 0xFF

extern int16_t g711_alaw_linear[256];
extern int16_t g711_ulaw_linear[256];

/* Idempotent; called by everything that loads the engine, before any other thread runs. */
void g711_init(void);

uint8_t g711_alaw_encode(int16_t sample);
uint8_t g711_ulaw_encode(int16_t sample);

void g711_alaw_decode_block(const uint8_t *code, int16_t *pcm, int n);
void g711_alaw_encode_block(const int16_t *pcm, uint8_t *code, int n);
void g711_ulaw_decode_block(const uint8_t *code, int16_t *pcm, int n);
void g711_ulaw_encode_block(const int16_t *pcm, uint8_t *code, int n);

#endif
