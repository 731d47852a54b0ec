/*
 * zip_map.h -- where an input's bytes went in the output, and which members are not as they
 * were
 *
 * Why:     the directory of the input is kept; its offsets have to follow the members.
 * Use:     place and change while members are written, in any order; then find.
 * Limits:  memory grows with the changes, not with the members.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_MAP_H
#define UVP_FORMATS_ARCHIVE_ZIP_MAP_H

#include <stdbool.h>

#include "pipeline/base/mem.h"

struct uvp_zip_change {
    uint64_t at; /* of the member, in the input */
    uint64_t stored_bytes;
    uint64_t size_bytes;
    uint32_t crc;
    uint16_t method;
    bool dropped;
};

struct uvp_zip_place {
    uint64_t at;  /* in the input; what follows lies in the same order */
    uint64_t out; /* in the output */
};

struct uvp_zip_map {
    struct uvp_mem *mem;
    struct uvp_zip_place *places;
    size_t place_count;
    size_t place_capacity;
    struct uvp_zip_change *changes;
    size_t change_count;
    size_t change_capacity;
    uint64_t next_at; /* behind the last piece placed */
    uint64_t next_out;
    bool sorted;
};

void uvp_zip_map_init(struct uvp_zip_map *map, struct uvp_mem *mem);
void uvp_zip_map_release(struct uvp_zip_map *map);
void uvp_zip_map_reset(struct uvp_zip_map *map);

/* The input's bytes [at, at + bytes) begin at `out` (or what stands for them does). */
UVP_MUST_USE enum uvp_code uvp_zip_map_place(struct uvp_zip_map *map, uint64_t at,
                                             uint64_t bytes, uint64_t out,
                                             struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_zip_map_change(struct uvp_zip_map *map,
                                              const struct uvp_zip_change *change,
                                              struct uvp_error *err);

/* Is everything where it was, as it was? */
bool uvp_zip_map_is_identity(const struct uvp_zip_map *map);
bool uvp_zip_map_is_empty(const struct uvp_zip_map *map);

/* Where the member at `at` begins in the output; false when it never came. */
bool uvp_zip_map_find(struct uvp_zip_map *map, uint64_t at, uint64_t *out);
/* NULL when it was not changed. */
const struct uvp_zip_change *uvp_zip_map_find_change(struct uvp_zip_map *map, uint64_t at);

#endif
