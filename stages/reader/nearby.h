/*
 * nearby.h -- members that came by and may be asked for by others: buffers of glTF files
 *
 * Why:     a mesh may lie in two members of an archive, and a pipe is read once.
 * Use:     keep what nearby_wants; find by path.
 * Owner:   entries are shared with their blocks; what is found is lent until the next call.
 * Threads: confined to the lane's reader.
 * Limits:  so many bytes and members, the oldest go first; a single one that is longer is not
 *          kept at all. A kept slice pins its block.
 */
#ifndef UVP_STAGES_READER_NEARBY_H
#define UVP_STAGES_READER_NEARBY_H

#include "formats/archive/entry.h"

#define UVP_NEARBY_MEMBERS 64

struct uvp_nearby {
    struct uvp_mem *mem;
    uint64_t most_bytes;
    uint64_t bytes;
    uint32_t first; /* the oldest; a ring */
    uint32_t count;
    struct uvp_entry entries[UVP_NEARBY_MEMBERS];
};

void uvp_nearby_init(struct uvp_nearby *nearby, uint64_t most_bytes, struct uvp_mem *mem);
void uvp_nearby_release(struct uvp_nearby *nearby);

/* By its name: what glTF files keep buffers in. */
bool uvp_nearby_wants(const struct uvp_nearby *nearby, const char *path, size_t path_bytes,
                      uint64_t size_bytes);

UVP_MUST_USE enum uvp_code uvp_nearby_keep(struct uvp_nearby *nearby,
                                           const struct uvp_entry *entry,
                                           struct uvp_error *err);

/* The last one of that path; NULL: none. */
const struct uvp_entry *uvp_nearby_find(const struct uvp_nearby *nearby, struct uvp_span path);

/*
 * Appends the path that `name` means in the folder of `member`, both as archives have them.
 * False, with nothing appended, when it would lie outside of the archive or is no relative
 * path.
 */
UVP_MUST_USE bool uvp_nearby_path(const char *member, size_t member_bytes, struct uvp_span name,
                                  struct uvp_buf *path);

#endif
