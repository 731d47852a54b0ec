/*
 * kept_side.h -- what was told of the first of two inputs, until the second is read
 *
 * Why:     inputs are streams that are read once and may be longer than memory: what is needed
 *          of the first lies in a file without a name, and only where it lies is in memory.
 * Use:     init; keep for each member; seal; find and read for each of the other side; at the
 *          end each that was not found; release.
 * Owner:   owns the file, in $TMPDIR or /tmp. It has no name, and is gone with the process.
 * Threads: confined, to one thread at a time.
 * Limits:  40 bytes of memory a member; one entry is read at a time.
 */
#ifndef UVP_TOOLS_KEPT_SIDE_H
#define UVP_TOOLS_KEPT_SIDE_H

#include "pipeline/base/buf.h"
#include "stages/record.h"

struct uvp_kept_place {
    uint64_t hash; /* of the name */
    uint64_t at;   /* in the file */
    uint64_t number;
    uint32_t skip; /* of the first with this hash: so many from it on were found */
    bool found;
};

struct uvp_kept_side {
    struct uvp_mem *mem;
    int fd;
    uint64_t seed; /* of the hash: who sends names cannot make them collide */
    uint64_t file_bytes;
    struct uvp_kept_place *places; /* in order of coming; by hash once sealed */
    size_t count;
    size_t capacity;
    struct uvp_buf waiting; /* not written yet */
    struct uvp_buf entry;   /* the one that was read last */
};

/* One member, as it was kept. */
struct uvp_kept_member {
    enum uvp_member_status status;
    uint64_t bytes; /* of the file */
    struct uvp_span name;
    struct uvp_span facts; /* aligned for uint64_t */
};

void uvp_kept_side_init(struct uvp_kept_side *side, struct uvp_mem *mem);
void uvp_kept_side_release(struct uvp_kept_side *side);

/* Keeps the member under `name`, which need not be all of its path. */
UVP_MUST_USE enum uvp_code uvp_kept_side_keep(struct uvp_kept_side *side,
                                              const struct uvp_record *record,
                                              struct uvp_span name, struct uvp_error *err);

/* No more will be kept. */
UVP_MUST_USE enum uvp_code uvp_kept_side_seal(struct uvp_kept_side *side,
                                              struct uvp_error *err);

/*
 * The first member of that name that was not found before. What is read is lent until the next
 * call.
 *
 * Returns: UVP_OK; UVP_END: there is none; UVP_IO, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_kept_side_find(struct uvp_kept_side *side, struct uvp_span name,
                                              struct uvp_kept_member *member,
                                              struct uvp_error *err);

/* Those that were not found, in order of coming; *number, from 0 on, is moved on. */
UVP_MUST_USE enum uvp_code uvp_kept_side_next_left(struct uvp_kept_side *side, size_t *number,
                                                   struct uvp_kept_member *member,
                                                   struct uvp_error *err);

#endif
