#define XXH_INLINE_ALL
#include "tools/uvpipe/kept_side.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#define WRITE_BYTES ((size_t)1 << 20)
#define ALIGNMENT 8

/* In front of each entry: then the name, then, aligned, the facts. */
struct head {
    uint64_t name_bytes;
    uint64_t facts_bytes;
    uint64_t bytes;
    uint64_t status;
};

void uvp_kept_side_init(struct uvp_kept_side *side, struct uvp_mem *mem)
{
    memset(side, 0, sizeof *side);
    side->mem = mem;
    side->fd = -1;
    (void)getrandom(&side->seed, sizeof side->seed, GRND_NONBLOCK);
    uvp_buf_init(&side->waiting, mem, 0);
    uvp_buf_init(&side->entry, mem, 0);
}

void uvp_kept_side_release(struct uvp_kept_side *side)
{
    if (side->fd >= 0) {
        (void)close(side->fd);
    }
    side->fd = -1;
    uvp_mem_give(side->mem, side->places, side->capacity * sizeof *side->places);
    side->places = NULL;
    side->count = 0;
    side->capacity = 0;
    uvp_buf_release(&side->waiting);
    uvp_buf_release(&side->entry);
}

static uint64_t hash_of(const struct uvp_kept_side *side, struct uvp_span name)
{
    return XXH3_64bits_withSeed(name.data, name.bytes, side->seed);
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* ---- the file ---- */

static enum uvp_code open_file(struct uvp_kept_side *side, struct uvp_error *err)
{
    const char *const given = getenv("TMPDIR");
    const char *const folder = given != NULL && *given != '\0' ? given : "/tmp";
    char path[4096];

    if (side->fd >= 0) {
        return UVP_OK;
    }
    side->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (side->fd < 0 &&
        snprintf(path, sizeof path, "%s/uvpipe-XXXXXX", folder) < (int)sizeof path) {
        side->fd = mkostemp(path, O_CLOEXEC); /* a file system without the former */
        if (side->fd >= 0) {
            (void)unlink(path);
        }
    }
    return side->fd >= 0
               ? UVP_OK
               : uvp_fail_sys(err, UVP_IO, errno, 0, "no temporary file in %s", folder);
}

static enum uvp_code write_waiting(struct uvp_kept_side *side, struct uvp_error *err)
{
    size_t done = 0;

    UVP_TRY(open_file(side, err));
    while (done < side->waiting.bytes) {
        const ssize_t written =
            write(side->fd, side->waiting.data + done, side->waiting.bytes - done);
        if (written < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot write a temporary file");
        }
        done += written > 0 ? (size_t)written : 0;
    }
    uvp_buf_reset(&side->waiting);
    return UVP_OK;
}

static enum uvp_code read_at(const struct uvp_kept_side *side, uint64_t at, void *to,
                             size_t bytes, struct uvp_error *err)
{
    unsigned char *const data = to;
    size_t done = 0;

    while (done < bytes) {
        const ssize_t got = pread(side->fd, data + done, bytes - done, (off_t)(at + done));
        if (got == 0) {
            return uvp_fail(err, UVP_IO, 0, "a temporary file has become shorter");
        }
        if (got < 0 && errno != EINTR) {
            return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot read a temporary file");
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return UVP_OK;
}

/* ---- keeping ---- */

static enum uvp_code make_room(struct uvp_kept_side *side, struct uvp_error *err)
{
    const size_t capacity = side->capacity == 0 ? 64 : side->capacity * 2;
    void *grown;

    if (side->count < side->capacity) {
        return UVP_OK;
    }
    grown = uvp_mem_resize(side->mem, side->places, side->capacity * sizeof *side->places,
                           capacity * sizeof *side->places);
    if (grown == NULL) {
        return uvp_fail_memory(err, capacity * sizeof *side->places);
    }
    side->places = grown;
    side->capacity = capacity;
    return UVP_OK;
}

static enum uvp_code append(struct uvp_kept_side *side, const void *data, size_t bytes,
                            struct uvp_error *err)
{
    static const unsigned char nothing[ALIGNMENT] = {0};

    UVP_TRY(uvp_buf_append(&side->waiting, data, bytes, err));
    return uvp_buf_append(&side->waiting, nothing, aligned(bytes) - bytes, err);
}

enum uvp_code uvp_kept_side_keep(struct uvp_kept_side *side, const struct uvp_record *record,
                                 struct uvp_span name, struct uvp_error *err)
{
    const struct head head = {
        .name_bytes = name.bytes,
        .facts_bytes = record->facts.bytes,
        .bytes = record->bytes_in,
        .status = (uint64_t)record->status,
    };

    UVP_TRY(make_room(side, err));
    UVP_TRY(append(side, &head, sizeof head, err));
    UVP_TRY(append(side, name.data, name.bytes, err));
    UVP_TRY(append(side, record->facts.data, record->facts.bytes, err));
    side->places[side->count] = (struct uvp_kept_place){
        .hash = hash_of(side, name), .at = side->file_bytes, .number = side->count};
    side->count++;
    side->file_bytes += sizeof head + aligned(name.bytes) + aligned(record->facts.bytes);
    return side->waiting.bytes >= WRITE_BYTES ? write_waiting(side, err) : UVP_OK;
}

static int by_hash(const void *a, const void *b)
{
    const struct uvp_kept_place *const x = a;
    const struct uvp_kept_place *const y = b;

    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

enum uvp_code uvp_kept_side_seal(struct uvp_kept_side *side, struct uvp_error *err)
{
    UVP_TRY(write_waiting(side, err));
    uvp_buf_release(&side->waiting);
    if (side->count != 0) {
        qsort(side->places, side->count, sizeof *side->places, by_hash);
    }
    return UVP_OK;
}

/* ---- finding ---- */

/* The sizes are our own, of a file that nobody else can open. */
static enum uvp_code read_entry(struct uvp_kept_side *side, const struct uvp_kept_place *place,
                                struct uvp_kept_member *member, struct uvp_error *err)
{
    struct head head;
    size_t rest;

    UVP_TRY(read_at(side, place->at, &head, sizeof head, err));
    rest = aligned((size_t)head.name_bytes) + (size_t)head.facts_bytes;
    uvp_buf_reset(&side->entry);
    UVP_TRY(uvp_buf_reserve(&side->entry, rest, err));
    UVP_TRY(read_at(side, place->at + sizeof head, side->entry.data, rest, err));
    member->status = (enum uvp_member_status)head.status;
    member->bytes = head.bytes;
    member->name = uvp_span_of(side->entry.data, (size_t)head.name_bytes);
    member->facts = uvp_span_of(side->entry.data + aligned((size_t)head.name_bytes),
                                (size_t)head.facts_bytes);
    return UVP_OK;
}

static size_t first_of_hash(const struct uvp_kept_side *side, uint64_t hash)
{
    size_t low = 0;
    size_t high = side->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (side->places[middle].hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

enum uvp_code uvp_kept_side_find(struct uvp_kept_side *side, struct uvp_span name,
                                 struct uvp_kept_member *member, struct uvp_error *err)
{
    const uint64_t hash = hash_of(side, name);
    const size_t first = first_of_hash(side, hash);
    size_t i = first + (first < side->count ? side->places[first].skip : 0);

    for (; i < side->count && side->places[i].hash == hash; i++) {
        struct uvp_kept_place *const place = &side->places[i];

        if (place->found) {
            side->places[first].skip += i == first + side->places[first].skip ? 1 : 0;
            continue;
        }
        UVP_TRY(read_entry(side, place, member, err));
        if (member->name.bytes == name.bytes &&
            (name.bytes == 0 || memcmp(member->name.data, name.data, name.bytes) == 0)) {
            place->found = true;
            return UVP_OK;
        }
    }
    return UVP_END;
}

static int by_number(const void *a, const void *b)
{
    const struct uvp_kept_place *const x = a;
    const struct uvp_kept_place *const y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

enum uvp_code uvp_kept_side_next_left(struct uvp_kept_side *side, size_t *number,
                                      struct uvp_kept_member *member, struct uvp_error *err)
{
    if (*number == 0 && side->count != 0) {
        qsort(side->places, side->count, sizeof *side->places, by_number);
    }
    while (*number < side->count) {
        const struct uvp_kept_place *const place = &side->places[(*number)++];

        if (!place->found) {
            return read_entry(side, place, member, err);
        }
    }
    return UVP_END;
}
