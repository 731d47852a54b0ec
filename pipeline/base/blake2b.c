/*
 * BLAKE2b (Aumasson, Neves, Wilcox-O'Hearn, Winnerlein 2013; RFC 7693) with 32 bytes of output.
 * The last block is kept back until finish, for it is marked as the last; so a full block is
 * taken in only when more bytes follow it.
 */
#include "pipeline/base/blake2b.h"

#include <string.h>

#define ROUNDS 12

static const uint64_t start[8] = {
    UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
    UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179),
};

static const unsigned char order[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t turn_right(uint64_t value, unsigned by)
{
    return value >> by | value << (64 - by);
}

static uint64_t read_word(const unsigned char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
    v[a] = v[a] + v[b] + x;
    v[d] = turn_right(v[d] ^ v[a], 32);
    v[c] = v[c] + v[d];
    v[b] = turn_right(v[b] ^ v[c], 24);
    v[a] = v[a] + v[b] + y;
    v[d] = turn_right(v[d] ^ v[a], 16);
    v[c] = v[c] + v[d];
    v[b] = turn_right(v[b] ^ v[c], 63);
}

/* `count`: bytes up to and with this block. */
static void take_in(struct uvp_blake2b *digest, const unsigned char *block, uint64_t count,
                    uint64_t last)
{
    uint64_t word[16];
    uint64_t v[16];

    for (int i = 0; i < 16; i++) {
        word[i] = read_word(block + 8 * i);
    }
    memcpy(v, digest->chain, sizeof digest->chain);
    memcpy(v + 8, start, sizeof start);
    v[12] ^= count;
    v[14] ^= last;
    /* unrolled, the order of words is known while compiling: a quarter faster */
#pragma GCC unroll 12
    for (int round = 0; round < ROUNDS; round++) {
        const unsigned char *const s = order[round % 10];
        mix(v, 0, 4, 8, 12, word[s[0]], word[s[1]]);
        mix(v, 1, 5, 9, 13, word[s[2]], word[s[3]]);
        mix(v, 2, 6, 10, 14, word[s[4]], word[s[5]]);
        mix(v, 3, 7, 11, 15, word[s[6]], word[s[7]]);
        mix(v, 0, 5, 10, 15, word[s[8]], word[s[9]]);
        mix(v, 1, 6, 11, 12, word[s[10]], word[s[11]]);
        mix(v, 2, 7, 8, 13, word[s[12]], word[s[13]]);
        mix(v, 3, 4, 9, 14, word[s[14]], word[s[15]]);
    }
    for (int i = 0; i < 8; i++) {
        digest->chain[i] ^= v[i] ^ v[i + 8];
    }
}

void uvp_blake2b_init(struct uvp_blake2b *digest)
{
    memset(digest, 0, sizeof *digest);
    memcpy(digest->chain, start, sizeof start);
    digest->chain[0] ^= UINT64_C(0x01010000) ^ UVP_BLAKE2B_BYTES; /* no key, no tree */
}

static void take_in_kept(struct uvp_blake2b *digest)
{
    digest->count += UVP_BLAKE2B_BLOCK_BYTES;
    take_in(digest, digest->block, digest->count, 0);
    digest->used = 0;
}

void uvp_blake2b_update(struct uvp_blake2b *digest, const void *data, size_t bytes)
{
    const unsigned char *at = data;

    while (bytes > 0) {
        size_t part = UVP_BLAKE2B_BLOCK_BYTES - digest->used;

        if (part == 0) {
            take_in_kept(digest);
            continue;
        }
        if (digest->used == 0 && bytes > UVP_BLAKE2B_BLOCK_BYTES) {
            digest->count += UVP_BLAKE2B_BLOCK_BYTES;
            take_in(digest, at, digest->count, 0);
            part = UVP_BLAKE2B_BLOCK_BYTES;
        } else {
            part = part < bytes ? part : bytes;
            memcpy(digest->block + digest->used, at, part);
            digest->used += part;
        }
        at += part;
        bytes -= part;
    }
}

void uvp_blake2b_finish(struct uvp_blake2b *digest, unsigned char out[UVP_BLAKE2B_BYTES])
{
    memset(digest->block + digest->used, 0, UVP_BLAKE2B_BLOCK_BYTES - digest->used);
    take_in(digest, digest->block, digest->count + digest->used, UINT64_MAX);
    for (int i = 0; i < UVP_BLAKE2B_BYTES; i++) {
        out[i] = (unsigned char)(digest->chain[i / 8] >> (8 * (i % 8)));
    }
}

void uvp_blake2b_u32(struct uvp_blake2b *digest, uint32_t value)
{
    const unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                                    (unsigned char)(value >> 16), (unsigned char)(value >> 24)};

    uvp_blake2b_update(digest, bytes, sizeof bytes);
}

void uvp_blake2b_u64(struct uvp_blake2b *digest, uint64_t value)
{
    uvp_blake2b_u32(digest, (uint32_t)value);
    uvp_blake2b_u32(digest, (uint32_t)(value >> 32));
}

void uvp_blake2b_float(struct uvp_blake2b *digest, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    uvp_blake2b_u32(digest, bits);
}

void uvp_blake2b_text(struct uvp_blake2b *digest, const char *text)
{
    if (text == NULL) {
        uvp_blake2b_u64(digest, UINT64_MAX);
        return;
    }
    uvp_blake2b_u64(digest, strlen(text));
    uvp_blake2b_update(digest, text, strlen(text));
}
