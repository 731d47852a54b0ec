#include "formats/mesh/format.h"

#include <string.h>

#include "formats/mesh/foreign.h"
#include "formats/mesh/suffix.h"

#define UVP_FORMAT(name) extern const struct uvp_format uvp_format_##name;
#include "formats/mesh/formats.def"
#undef UVP_FORMAT

const struct uvp_format *const *uvp_formats(void)
{
#define UVP_FORMAT(name) &uvp_format_##name,
    static const struct uvp_format *const formats[] = {
#include "formats/mesh/formats.def"
        NULL,
    };
#undef UVP_FORMAT

    return formats;
}

const struct uvp_format *uvp_format_by_path(const char *path, size_t path_bytes)
{
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        for (const char *const *suffix = (*at)->suffixes; *suffix != NULL; suffix++) {
            if (uvp_suffix_is(path, path_bytes, *suffix)) {
                return *at;
            }
        }
    }
    return NULL;
}

/* A name without a dot, but for those in front, says nothing about its contents. */
static bool has_suffix(const char *path, size_t path_bytes)
{
    size_t base = path_bytes;

    while (base > 0 && path[base - 1] != '/') {
        base--;
    }
    while (base < path_bytes && path[base] == '.') {
        base++;
    }
    return memchr(path + base, '.', path_bytes - base) != NULL;
}

/* What bytes that no format takes are instead; the first row that fits. */
static const char *name_contents(struct uvp_span head)
{
    static const struct {
        const char *start;
        size_t bytes;
        const char *reason;
    } rows[] = {
        {"version https://git-lfs", 23, "a Git LFS pointer, not the file itself"},
        {"<", 1, "HTML or XML, not a mesh"},
        {"\xff\xfe", 2, "UTF-16 text"},
        {"\xfe\xff", 2, "UTF-16 text"},
        {"\x4c\x01", 2, "an object file of a compiler, not a mesh"},
        {"\x64\x86", 2, "an object file of a compiler, not a mesh"},
        {"\x64\xaa", 2, "an object file of a compiler, not a mesh"},
        {"\x00\x00\xff\xff", 4, "an object file of a compiler, not a mesh"},
        {"\x7f"
         "ELF",
         4, "an object file of a compiler, not a mesh"},
    };

    if (head.bytes == 0) {
        return "empty";
    }
    if (uvp_foreign_by_contents(head) != UVP_FOREIGN_NONE) {
        return uvp_foreign_reason(uvp_foreign_by_contents(head));
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (head.bytes >= rows[i].bytes &&
            memcmp(head.data, rows[i].start, rows[i].bytes) == 0) {
            return rows[i].reason;
        }
    }
    return "contents do not fit the name";
}

static const struct uvp_format *find_by_contents(struct uvp_span head, bool whole)
{
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        if ((*at)->probe(head, whole) == UVP_PROBE_YES) {
            return *at;
        }
    }
    return NULL;
}

/* Of bytes that no format takes, under a name that is no format's. */
static const char *name_stranger(const char *path, size_t path_bytes, struct uvp_span head)
{
    const char *const reason = uvp_foreign_reason(uvp_foreign_by_contents(head));

    return reason != NULL ? reason : uvp_format_why_not(path, path_bytes);
}

const char *uvp_format_why_not(const char *path, size_t path_bytes)
{
    const char *const reason = uvp_foreign_reason(uvp_foreign_by_path(path, path_bytes));

    return reason != NULL ? reason : "not a mesh format";
}

bool uvp_format_is_unnamed(const char *path, size_t path_bytes)
{
    return !has_suffix(path, path_bytes);
}

const struct uvp_format *uvp_format_find(const char *path, size_t path_bytes,
                                         struct uvp_span head, bool whole, const char **reason)
{
    const struct uvp_format *const named = uvp_format_by_path(path, path_bytes);
    const struct uvp_format *found = NULL;
    enum uvp_probe probe;

    if (head.bytes > UVP_FORMAT_HEAD_BYTES) {
        head.bytes = UVP_FORMAT_HEAD_BYTES;
        whole = false;
    }
    *reason = "";
    probe = named == NULL ? UVP_PROBE_NO : named->probe(head, whole);
    if (probe == UVP_PROBE_YES) {
        return named;
    }
    if (named != NULL || !has_suffix(path, path_bytes)) {
        found = find_by_contents(head, whole);
    }
    if (found == NULL && probe == UVP_PROBE_MAYBE &&
        uvp_foreign_by_contents(head) == UVP_FOREIGN_NONE) {
        found = named;
    }
    if (found == NULL) {
        *reason = named != NULL ? name_contents(head) : name_stranger(path, path_bytes, head);
    }
    return found;
}
