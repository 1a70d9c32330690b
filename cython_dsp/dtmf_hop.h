/* What all channels need in each hop, W of them in a vector: no guard, included for each W.
 *
 * W 4 or 8, V and I the vectors of float and int32_t, OF(name) the name for this width, WAVE(x) a
 * number of the tables as it multiplies best.
 */

/* Eight numbers as vectors. */
ALWAYS_INLINE void OF(widen)(short8_t from, I *to)
{
#if W == 8
    to[0] = __builtin_convertvector(from, I);
#else
    short4_t low = __builtin_shufflevector(from, from, 0, 1, 2, 3);
    short4_t high = __builtin_shufflevector(from, from, 4, 5, 6, 7);
    to[0] = __builtin_convertvector(low, I);
    to[1] = __builtin_convertvector(high, I);
#endif
}

/* Lane by lane, of which the compiler makes one instruction. */
ALWAYS_INLINE V OF(max)(V a, V b)
{
    for (int i = 0; i < W; i++)
        a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}

ALWAYS_INLINE V OF(min)(V a, V b)
{
    for (int i = 0; i < W; i++)
        a[i] = a[i] < b[i] ? a[i] : b[i];
    return a;
}

/* A-law codes to samples (G.711 table 1a).  A code is nearly a float already: three bits of
 * exponent, four of mantissa, and half a step more.  f is right from the second segment on; the
 * first one is linear, 2 f + 256, which is the larger one there.  f is negative: the code's first
 * bit, 1 for positive, turns it. */
ALWAYS_INLINE V OF(alaw)(I code)
{
    I bits = ((code << 19) ^ (0x55 << 19)) & (0x7f << 19);
    V f = (V)(bits + (int32_t)(0x80000000u | 134u << 23 | 1u << 18));

    f = OF(max)(f, 2.0f * f + 256.0f);
    return (V)((I)f ^ ((code & 0x80) << 24));
}

ALWAYS_INLINE void OF(put_alaw)(short8_t codes, float *x)
{
    I code[LANES / W];

    OF(widen)(codes, code);
    for (int i = 0; i < LANES / W; i++)
        *(V *)(x + W * i) = OF(alaw)(code[i]);
}

ALWAYS_INLINE void OF(put_pcm)(short8_t samples, float *x)
{
    I sample[LANES / W];

    OF(widen)(samples, sample);
    for (int i = 0; i < LANES / W; i++)
        *(V *)(x + W * i) = __builtin_convertvector(sample[i], V);
}

/* A hop in place: x has two samples of the one before in front, and the results begin there.
 * Returns their energy.  What was heard is the last term: the way from a result to the next one
 * is what takes time. */
ALWAYS_INLINE V OF(highpass)(dtmf_rx_t *rx, hop_t x, int at)
{
    const float *first = SECTION[0], *second = SECTION[1];
    V b1 = *(V *)&rx->past[2][at], b2 = *(V *)&rx->past[3][at];
    V c1 = *(V *)&rx->past[4][at], c2 = *(V *)&rx->past[5][at], energy = {0};

    for (int n = 0; n < DTMF_HOP; n++) {
        V new = *(V *)&x[n + 2][at] + *(V *)&x[n][at];
        V b = new + first[0] * *(V *)&x[n + 1][at] - first[2] * b2 - first[1] * b1;
        V c = (b + b2) + second[0] * b1 - second[2] * c2 - second[1] * c1;
        b2 = b1, b1 = b, c2 = c1, c1 = c;
        *(V *)&x[n][at] = c;
        energy += c * c;
    }
    *(V *)&rx->past[2][at] = b1 + COARSE - COARSE, *(V *)&rx->past[3][at] = b2 + COARSE - COARSE;
    *(V *)&rx->past[4][at] = c1 + COARSE - COARSE, *(V *)&rx->past[5][at] = c2 + COARSE - COARSE;
    return energy;
}

/* Some tones against a hop, its middle being time zero: what is as far from it on both sides meets
 * the same cosine, and the sine with another sign, so sums and differences halve the work. */
ALWAYS_INLINE void OF(correlate)(dtmf_rx_t *rx, const V *sum, const V *difference, int tone, int at)
{
    V re[TOGETHER] = {{0}}, im[TOGETHER] = {{0}};

    for (int m = 0; m < HALF; m++) {
        for (int k = 0; k < TOGETHER; k++) {
            re[k] += sum[m] * WAVE(wave_cos[m][tone + k]);
            im[k] += difference[m] * WAVE(wave_sin[m][tone + k]);
        }
    }
    for (int k = 0; k < TOGETHER; k++) {
        float c = turn_cos[rx->hop][tone + k], s = turn_sin[rx->hop][tone + k];
        *(V *)&rx->re[rx->part][tone + k][at] = re[k] * c + im[k] * s;
        *(V *)&rx->im[rx->part][tone + k][at] = im[k] * c - re[k] * s;
    }
}

ALWAYS_INLINE void OF(correlate_all)(dtmf_rx_t *rx, hop_t x, int at)
{
    V sum[HALF], difference[HALF];

    for (int m = 0; m < HALF; m++) {
        V before = *(V *)&x[HALF - 1 - m][at], after = *(V *)&x[HALF + m][at];
        sum[m] = after + before;
        difference[m] = after - before;
    }
    for (int tone = 0; tone < DTMF_TONES; tone += TOGETHER)
        OF(correlate)(rx, sum, difference, tone, at);
}

/* The strongest of four tones where it is well above the others, else nothing. */
ALWAYS_INLINE V OF(outstanding)(const V *energy)
{
    V a = OF(max)(energy[0], energy[1]), b = OF(max)(energy[2], energy[3]);
    V c = OF(min)(energy[0], energy[1]), d = OF(min)(energy[2], energy[3]);
    V best = OF(max)(a, b), next = OF(max)(OF(min)(a, b), OF(max)(c, d));

    for (int i = 0; i < W; i++)
        best[i] = next[i] * NEIGHBOUR <= best[i] ? best[i] : 0.0f;
    return best;
}

/* The latest hops as one.  l->spare is not negative where a digit may be: a tone off its frequency
 * has lost some of its energy. */
ALWAYS_INLINE void OF(look)(const dtmf_rx_t *rx, look_t *l, int at)
{
    V energy[DTMF_TONES], total = {0};

    for (int i = 0; i < DTMF_PARTS; i++)
        total += *(const V *)&rx->energy[i][at];
    for (int k = 0; k < DTMF_TONES; k++) {
        V re = {0}, im = {0};
        for (int i = 0; i < DTMF_PARTS; i++) {
            re += *(const V *)&rx->re[i][k][at];
            im += *(const V *)&rx->im[i][k][at];
        }
        energy[k] = 2.0f / SPAN * (re * re + im * im);
        *(V *)&l->re[k][at] = re;
        *(V *)&l->im[k][at] = im;
        *(V *)&l->energy[k][at] = energy[k];
    }
    V row = OF(outstanding)(energy), column = OF(outstanding)(energy + 4);
    *(V *)&l->total[at] = total;
    *(V *)&l->spare[at] = OF(min)(OF(min)(row, column) - LEAST_ENERGY * LEAST_KEPT,
                                  row + column - LOOK_PURITY * LEAST_KEPT * total);
}

ALWAYS_INLINE void OF(hop)(dtmf_rx_t *rx, hop_t x, look_t *l)
{
    memcpy(x, rx->past, 2 * sizeof x[0]);
    memcpy(rx->past, x + DTMF_HOP, 2 * sizeof x[0]);
    for (int at = 0; at < LANES; at += W) {
        *(V *)&rx->energy[rx->part][at] = OF(highpass)(rx, x, at);
        OF(correlate_all)(rx, x, at);
    }
    rx->part = (rx->part + 1) % DTMF_PARTS;
    rx->hop = (rx->hop + 1) % DTMF_HOPS;
    for (int at = 0; at < LANES; at += W)
        OF(look)(rx, l, at);
}

TARGET static void OF(look_at_pcm)(dtmf_rx_t *rx, const int16_t *const pcm[LANES], look_t *l)
{
    float x[2 + DTMF_HOP][LANES];

    for (int n = 0; n < DTMF_HOP; n += LANES) {
        short8_t row[LANES];
        for (int lane = 0; lane < LANES; lane++)
            row[lane] = pcm[lane] ? *(const short8_t *)(pcm[lane] + n) : (short8_t){0};
        lanes_transpose(row);
        for (int i = 0; i < LANES; i++)
            OF(put_pcm)(row[i], x[2 + n + i]);
    }
    OF(hop)(rx, x, l);
}

TARGET static void OF(look_at_alaw)(dtmf_rx_t *rx, const uint8_t *const codes[LANES], look_t *l)
{
    float x[2 + DTMF_HOP][LANES];

    for (int n = 0; n < DTMF_HOP; n += LANES) {
        short8_t row[LANES];
        for (int lane = 0; lane < LANES; lane++)
            row[lane] = codes[lane] ? lanes_bytes(codes[lane] + n) : SILENT;
        lanes_transpose(row);
        for (int i = 0; i < LANES; i++)
            OF(put_alaw)(row[i], x[2 + n + i]);
    }
    OF(hop)(rx, x, l);
}

TARGET static void OF(look_at_bus)(dtmf_rx_t *rx, const uint8_t *codes, int stride, look_t *l)
{
    float x[2 + DTMF_HOP][LANES];

    for (int n = 0; n < DTMF_HOP; n++)
        OF(put_alaw)(lanes_bytes(codes + (ptrdiff_t)n * stride), x[2 + n]);
    OF(hop)(rx, x, l);
}
