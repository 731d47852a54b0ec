/*
 * store.h -- what the engine made of a mesh once, kept under what it was made from
 *
 * Why:     a mesh that was solved already need not be solved again: in this run (a memory
 *          store), in an earlier one (a folder), in one that was interrupted (a journal). The
 *          three know nothing of meshes, and who uses them nothing of files.
 * Use:     find, with an empty buffer; add what was not found; forget what turned out wrong.
 * Owner:   a value is copied in and out.
 * Threads: every function from any thread. They are called while nothing is locked.
 * Limits:  a store may lose anything at any time, and never fails its caller: what went wrong
 *          is noted once in its struct uvp_trouble. What is found is what somebody added, as
 * far as a checksum can tell; whether it is right the caller must see for himself.
 */
#ifndef UVP_STAGES_STORE_STORE_H
#define UVP_STAGES_STORE_STORE_H

#include <stdbool.h>
#include <string.h>

#include "pipeline/base/blake2b.h"
#include "pipeline/base/buf.h"

struct uvp_store_key {
    unsigned char bytes[UVP_BLAKE2B_BYTES];
};

static inline bool uvp_store_key_equal(const struct uvp_store_key *a,
                                       const struct uvp_store_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

struct uvp_store {
    void *ctx;
    /* Fills `value`; false, and it is empty: not here. One longer than most_bytes is not. */
    bool (*find)(void *ctx, const struct uvp_store_key *key, size_t most_bytes,
                 struct uvp_buf *value);
    void (*add)(void *ctx, const struct uvp_store_key *key, struct uvp_span value);
    void (*forget)(void *ctx, const struct uvp_store_key *key);
    void (*destroy)(void *ctx);
};

#endif
