/* Prompts, music and tones: a talker made of clips (A-law, loaded once) or of a tone. */
#include "engine/engine.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/g711.h"

/* Locked where that is permitted: a prompt must never wait for the card. */
int clip_load(clip_t *clip, const uint8_t *alaw, uint32_t n)
{
    void *memory = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return errno;
    memcpy(memory, alaw, n);
    (void)!mlock(memory, n);
    *clip = (clip_t){memory, n, 0, 0};
    return 0;
}

void clip_unload(clip_t *clip)
{
    if (clip->alaw != NULL)
        munmap(clip->alaw, clip->n);
    *clip = (clip_t){0};
}

/* The clips of the list are no longer needed by this player. */
static void release_clips(engine_t *e, player_t *player)
{
    for (int i = 0; i < player->n; i++) {
        clip_t *clip = &e->clip[player->clip[i]];
        clip->players--;
        if (clip->dying && clip->players == 0) {
            clip->dying = 0;
            engine_return(e, RETURN_CLIP, player->clip[i]);
        }
    }
    player->n = 0;
}

void player_silence(engine_t *e, port_t *p)
{
    release_clips(e, &p->player);
    p->player.mode = PLAYER_SILENT;
}

void player_play(engine_t *e, port_t *p, const int32_t *clips, int n, int loop, int64_t play)
{
    player_t *player = &p->player;

    for (int i = 0; i < n; i++)
        e->clip[clips[i]].players++; /* before the old list goes: it may hold the same clips */
    release_clips(e, player);
    memcpy(player->clip, clips, (size_t)n * sizeof *clips);
    player->mode = PLAYER_CLIPS;
    player->n = n;
    player->at = 0;
    player->pos = 0;
    player->loop = loop;
    player->play = play;
}

/* The next clip of the list that has samples; 0 when the list has ended. */
static int next_clip(engine_t *e, player_t *player)
{
    for (int passed = 0; passed <= player->n; passed++) {
        if (player->at >= player->n && player->loop)
            player->at = 0;
        if (player->at >= player->n)
            return 0;
        if (player->pos < e->clip[player->clip[player->at]].n)
            return 1;
        player->at++;
        player->pos = 0;
    }
    return 0; /* a loop of empty clips */
}

static void fill_clips(engine_t *e, port_t *p, int16_t *pcm)
{
    player_t *player = &p->player;
    int made = 0;

    while (made < TICK_SAMPLES && next_clip(e, player)) {
        const clip_t *clip = &e->clip[player->clip[player->at]];
        uint32_t n = clip->n - player->pos;
        if (n > (uint32_t)(TICK_SAMPLES - made))
            n = (uint32_t)(TICK_SAMPLES - made);
        g711_alaw_decode_block(clip->alaw + player->pos, pcm + made, (int)n);
        player->pos += n;
        made += (int)n;
    }
    memset(pcm + made, 0, (size_t)(TICK_SAMPLES - made) * sizeof *pcm);
    if (!next_clip(e, player)) {
        engine_post(e, FIND_PLAY_DONE, p->id, atomic_load(&e->tick), player->play, NULL, 0);
        player_silence(e, p);
    }
}

void player_fill(engine_t *e, port_t *p, int16_t *pcm)
{
    if (p->player.mode == PLAYER_CLIPS)
        fill_clips(e, p, pcm);
    else if (p->player.mode == PLAYER_TONE)
        tone_tx(&p->player.tone, pcm, TICK_SAMPLES);
    else
        memset(pcm, 0, TICK_SAMPLES * sizeof *pcm);
}
