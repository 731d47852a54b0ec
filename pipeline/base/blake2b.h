/*
 * blake2b.h -- 256 bits that stand for bytes (RFC 7693, without key)
 *
 * Why:     what is found by its contents must not be found by other contents, made on purpose
 *          or not; so it is a digest nobody knows how to collide, and no faster hash.
 * Use:     init, update as often as needed, finish once.
 * Owner:   the state holds no memory: it may be dropped at any time.
 * Threads: confined.
 */
#ifndef UVP_PIPELINE_BASE_BLAKE2B_H
#define UVP_PIPELINE_BASE_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

#define UVP_BLAKE2B_BYTES 32
#define UVP_BLAKE2B_BLOCK_BYTES 128

struct uvp_blake2b {
    uint64_t chain[8];
    uint64_t count; /* bytes of the blocks taken in so far */
    unsigned char block[UVP_BLAKE2B_BLOCK_BYTES];
    size_t used; /* of the block */
};

void uvp_blake2b_init(struct uvp_blake2b *digest);
void uvp_blake2b_update(struct uvp_blake2b *digest, const void *data, size_t bytes);
void uvp_blake2b_finish(struct uvp_blake2b *digest, unsigned char out[UVP_BLAKE2B_BYTES]);

/* Numbers go in as little-endian bytes, whatever the machine. */
void uvp_blake2b_u32(struct uvp_blake2b *digest, uint32_t value);
void uvp_blake2b_u64(struct uvp_blake2b *digest, uint64_t value);
/* By its bits: 0 and -0 differ, as they may to whoever computes with them. */
void uvp_blake2b_float(struct uvp_blake2b *digest, float value);
/* Its length first, so that two texts cannot run into each other. NULL is no text. */
void uvp_blake2b_text(struct uvp_blake2b *digest, const char *text);

#endif
