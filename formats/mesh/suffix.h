/*
 * suffix.h -- whether a path ends in a suffix, in any case
 *
 * Threads: pure.
 */
#ifndef UVP_FORMATS_MESH_SUFFIX_H
#define UVP_FORMATS_MESH_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline char uvp_suffix_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `suffix` is in lower case, and begins with its dot. */
static inline bool uvp_suffix_is(const char *path, size_t path_bytes, const char *suffix)
{
    const size_t bytes = strlen(suffix);

    if (path_bytes < bytes) {
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (uvp_suffix_lower(path[path_bytes - bytes + i]) != suffix[i]) {
            return false;
        }
    }
    return true;
}

#endif
