/*
 * blocks.h -- ref-counted blocks of bytes, and slices of them
 *
 * Why:     input bytes are read once and then only pointed at: a member is a list of slices,
 *          and what nobody touches goes out from where it was read to.
 * Use:     a reader takes blocks from a pool and fills them; slices hold references; the last
 *          reference gives the block back to its pool.
 * Threads: taking and giving references is safe from any thread; a block's bytes are written
 *          by its reader only, before (or beyond) what any slice shows. A struct uvp_slices is
 *          confined. The pool's own list is behind a lock of a few instructions.
 * Limits:  a slice pins its whole block.
 */
#ifndef UVP_FORMATS_ARCHIVE_BLOCKS_H
#define UVP_FORMATS_ARCHIVE_BLOCKS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/span.h"
#include "pipeline/base/status.h"

#define UVP_BLOCK_BYTES ((size_t)1 << 20)

struct uvp_block_pool;

struct uvp_block {
    _Atomic uint32_t refs;
    struct uvp_block_pool *pool;
    struct uvp_block *next; /* the pool's */
    unsigned char *data;    /* `capacity` bytes, 64-byte aligned, 64 readable bytes after */
    size_t capacity;
};

struct uvp_slice {
    struct uvp_block *block;
    uint32_t offset;
    uint32_t bytes;
};

#define UVP_SLICES_INLINE 3

struct uvp_slices {
    struct uvp_mem *mem;
    struct uvp_slice *items; /* `inside`, or from mem when more are needed */
    uint32_t count;
    uint32_t capacity;
    uint64_t bytes; /* sum over the slices */
    struct uvp_slice inside[UVP_SLICES_INLINE];
};

/* The pool lives until it is released and its last block has come back. */
UVP_MUST_USE enum uvp_code uvp_block_pool_create(struct uvp_mem *mem, uint32_t keep_blocks,
                                                 struct uvp_block_pool **pool,
                                                 struct uvp_error *err);
void uvp_block_pool_release(struct uvp_block_pool *pool);

/* A block with one reference; UVP_BLOCK_BYTES ones are recycled, other sizes are not. */
UVP_MUST_USE enum uvp_code uvp_block_take(struct uvp_block_pool *pool, size_t capacity,
                                          struct uvp_block **block, struct uvp_error *err);
void uvp_block_hold(struct uvp_block *block);
void uvp_block_drop(struct uvp_block *block); /* NULL allowed */

static inline struct uvp_span uvp_slice_span(const struct uvp_slice *slice)
{
    return uvp_span_of(slice->block->data + slice->offset, slice->bytes);
}

/* A slices object must not be copied or moved by value (it may point into itself). */
void uvp_slices_init(struct uvp_slices *slices, struct uvp_mem *mem);
void uvp_slices_release(struct uvp_slices *slices); /* drops all references */
void uvp_slices_reset(struct uvp_slices *slices);   /* drops them, keeps the memory */

/* Adds a reference to part of a block; joins with the last slice when it continues it. */
UVP_MUST_USE enum uvp_code uvp_slices_add(struct uvp_slices *slices, struct uvp_block *block,
                                          size_t offset, size_t bytes, struct uvp_error *err);

/* Moves all of `from` to the end of `to`; `from` is empty afterwards. */
UVP_MUST_USE enum uvp_code uvp_slices_move(struct uvp_slices *to, struct uvp_slices *from,
                                           struct uvp_error *err);

/* Copies bytes [at, at + bytes) of the slices' contents to `to`; the range must be inside. */
void uvp_slices_copy(const struct uvp_slices *slices, uint64_t at, void *to, size_t bytes);

/* The contents of [at, at + bytes) when they lie in one slice, else data == NULL. */
struct uvp_span uvp_slices_view(const struct uvp_slices *slices, uint64_t at, size_t bytes);

#endif
