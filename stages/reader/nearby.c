#include "stages/reader/nearby.h"

#include <string.h>

void uvp_nearby_init(struct uvp_nearby *nearby, uint64_t most_bytes, struct uvp_mem *mem)
{
    memset(nearby, 0, sizeof *nearby);
    nearby->mem = mem;
    nearby->most_bytes = most_bytes;
    for (uint32_t i = 0; i < UVP_NEARBY_MEMBERS; i++) {
        uvp_entry_init(&nearby->entries[i], mem);
    }
}

void uvp_nearby_release(struct uvp_nearby *nearby)
{
    for (uint32_t i = 0; nearby->mem != NULL && i < UVP_NEARBY_MEMBERS; i++) {
        uvp_entry_release(&nearby->entries[i]);
    }
}

bool uvp_nearby_wants(const struct uvp_nearby *nearby, const char *path, size_t path_bytes,
                      uint64_t size_bytes)
{
    static const char suffix[4] = {'.', 'b', 'i', 'n'};

    if (path_bytes <= sizeof suffix || size_bytes > nearby->most_bytes) {
        return false;
    }
    for (size_t i = 0; i < sizeof suffix; i++) {
        const char c = path[path_bytes - sizeof suffix + i];

        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != suffix[i]) {
            return false;
        }
    }
    return true;
}

static void forget_oldest(struct uvp_nearby *nearby)
{
    struct uvp_entry *const oldest = &nearby->entries[nearby->first];

    nearby->bytes -= oldest->raw.bytes;
    uvp_entry_reset(oldest);
    nearby->first = (nearby->first + 1) % UVP_NEARBY_MEMBERS;
    nearby->count--;
}

enum uvp_code uvp_nearby_keep(struct uvp_nearby *nearby, const struct uvp_entry *entry,
                              struct uvp_error *err)
{
    struct uvp_entry *place;
    enum uvp_code code;

    if (entry->raw.bytes > nearby->most_bytes) {
        return UVP_OK;
    }
    while (nearby->count == UVP_NEARBY_MEMBERS ||
           nearby->bytes + entry->raw.bytes > nearby->most_bytes) {
        forget_oldest(nearby);
    }
    place = &nearby->entries[(nearby->first + nearby->count) % UVP_NEARBY_MEMBERS];
    code = uvp_entry_share(entry, place, err);
    if (code != UVP_OK) {
        uvp_entry_reset(place);
        return code;
    }
    nearby->bytes += entry->raw.bytes;
    nearby->count++;
    return UVP_OK;
}

const struct uvp_entry *uvp_nearby_find(const struct uvp_nearby *nearby, struct uvp_span path)
{
    for (uint32_t i = nearby->count; i-- > 0;) {
        const struct uvp_entry *const entry =
            &nearby->entries[(nearby->first + i) % UVP_NEARBY_MEMBERS];

        if (entry->path_bytes == path.bytes &&
            memcmp(entry->path, path.data, path.bytes) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* Takes the last part off what was appended from `start` on; false when there is none. */
static bool go_up(struct uvp_buf *path, size_t start)
{
    size_t bytes = path->bytes;

    if (bytes == start) {
        return false;
    }
    bytes--; /* the slash at the end */
    while (bytes > start && path->data[bytes - 1] != '/') {
        bytes--;
    }
    path->bytes = bytes;
    return true;
}

/* Appends the parts of `name`, each but the last with a slash behind it. */
static bool append_parts(struct uvp_span name, struct uvp_buf *path, size_t start)
{
    size_t at = 0;

    while (at < name.bytes) {
        const unsigned char *const part = name.data + at;
        const unsigned char *const slash = memchr(part, '/', name.bytes - at);
        const size_t bytes = slash != NULL ? (size_t)(slash - part) : name.bytes - at;

        at += bytes + (slash != NULL ? 1 : 0);
        if (bytes == 0 || (bytes == 1 && part[0] == '.')) {
            continue;
        }
        if (bytes == 2 && part[0] == '.' && part[1] == '.') {
            if (!go_up(path, start)) {
                return false;
            }
            continue;
        }
        if (uvp_buf_append(path, part, bytes, NULL) != UVP_OK ||
            (slash != NULL && uvp_buf_append(path, "/", 1, NULL) != UVP_OK)) {
            return false;
        }
    }
    return path->bytes > start && path->data[path->bytes - 1] != '/';
}

bool uvp_nearby_path(const char *member, size_t member_bytes, struct uvp_span name,
                     struct uvp_buf *path)
{
    const size_t start = path->bytes;
    size_t folder = member_bytes;

    while (folder > 0 && member[folder - 1] != '/') {
        folder--;
    }
    if (name.bytes == 0 || name.data[0] == '/' || memchr(name.data, 0, name.bytes) != NULL ||
        uvp_buf_append(path, member, folder, NULL) != UVP_OK ||
        !append_parts(name, path, start)) {
        path->bytes = start;
        return false;
    }
    return true;
}
