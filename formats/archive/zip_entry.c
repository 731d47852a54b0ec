/*
 * One member of a zip: its contents out of it, and new contents into it.
 *
 * Members are whole and in memory here, so the fast library does the work. What a header says
 * of sizes is believed only as far as the data can bear it.
 */
#include <archive_entry.h>
#include <libdeflate.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/archive/container.h"
#include "formats/archive/zip_format.h"
#include "formats/archive/zip_metadata.h"

#define READABLE_AFTER ((size_t)64)
#define DEFAULT_LEVEL 6
#define MOST_LEVEL 12
#define VERSION_PLAIN 20u
#define VERSION_ZIP64 45u

/* ---- load ---- */

static enum uvp_code check_entry(const struct uvp_entry *entry, const struct uvp_buf *store,
                                 struct uvp_error *err)
{
    const char *const why_not = uvp_zip_why_not(entry->zip_method, entry->zip_flags);

    if (entry->head_bytes < UVP_ZIP_LOCAL_BYTES || entry->head_bytes > entry->raw.bytes ||
        entry->body_bytes > entry->raw.bytes - entry->head_bytes) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "the zip member is damaged");
    }
    if (why_not != NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "%s", why_not);
    }
    if (entry->zip_method == UVP_ZIP_STORED && entry->body_bytes != entry->size_bytes) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "the sizes contradict each other");
    }
    if (entry->size_bytes / UVP_ZIP_MOST_RATIO > entry->body_bytes) {
        return uvp_fail(
            err, UVP_BAD_DATA, entry->at, "%llu bytes are declared, which %llu cannot hold",
            (unsigned long long)entry->size_bytes, (unsigned long long)entry->body_bytes);
    }
    if (store->ceiling_bytes != 0 && entry->size_bytes > store->ceiling_bytes) {
        return uvp_fail(err, UVP_LIMIT, entry->at, "more than %zu bytes of input",
                        store->ceiling_bytes);
    }
    return UVP_OK;
}

/* Room for `bytes` and the readable ones after, which the ceiling does not count. */
static enum uvp_code make_room(struct uvp_buf *store, size_t bytes, struct uvp_error *err)
{
    const size_t ceiling = store->ceiling_bytes;
    enum uvp_code code;

    uvp_buf_reset(store);
    store->ceiling_bytes = 0;
    code = bytes > SIZE_MAX - READABLE_AFTER
               ? uvp_fail_memory(err, bytes)
               : uvp_buf_reserve_exact(store, bytes + READABLE_AFTER, err);
    store->ceiling_bytes = ceiling;
    if (code == UVP_OK) {
        memset(store->data + bytes, 0, READABLE_AFTER);
    }
    return code;
}

static enum uvp_code load_stored(const struct uvp_entry *entry, struct uvp_buf *store,
                                 struct uvp_span *body, struct uvp_error *err)
{
    const size_t bytes = (size_t)entry->body_bytes;

    *body = uvp_slices_view(&entry->raw, entry->head_bytes, bytes);
    if (body->data != NULL) {
        return UVP_OK;
    }
    UVP_TRY(make_room(store, bytes, err));
    uvp_slices_copy(&entry->raw, entry->head_bytes, store->data, bytes);
    store->bytes = bytes;
    *body = uvp_buf_span(store);
    return UVP_OK;
}

static enum uvp_code inflate_whole(const struct uvp_entry *entry, struct uvp_span packed,
                                   struct uvp_buf *store, struct uvp_error *err)
{
    struct libdeflate_decompressor *const library = libdeflate_alloc_decompressor();
    size_t used = 0;
    size_t made = 0;
    enum libdeflate_result result;

    if (library == NULL) {
        return uvp_fail_memory(err, 0);
    }
    result = libdeflate_deflate_decompress_ex(library, packed.data, packed.bytes, store->data,
                                              (size_t)entry->size_bytes, &used, &made);
    libdeflate_free_decompressor(library);
    if (result == LIBDEFLATE_BAD_DATA) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "damaged deflate data");
    }
    if (result != LIBDEFLATE_SUCCESS || made != entry->size_bytes || used != packed.bytes) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at,
                        "the contents are not of the declared %llu bytes",
                        (unsigned long long)entry->size_bytes);
    }
    store->bytes = made;
    return UVP_OK;
}

static enum uvp_code load_deflated(const struct uvp_entry *entry, struct uvp_buf *store,
                                   struct uvp_span *body, struct uvp_error *err)
{
    const size_t bytes = (size_t)entry->body_bytes;
    struct uvp_span packed = uvp_slices_view(&entry->raw, entry->head_bytes, bytes);
    unsigned char *gathered = NULL;
    enum uvp_code code;

    UVP_TRY(make_room(store, (size_t)entry->size_bytes, err));
    if (bytes == 0) {
        *body = uvp_buf_span(store); /* some writers deflate nothing to nothing */
        return entry->size_bytes == 0
                   ? UVP_OK
                   : uvp_fail(err, UVP_BAD_DATA, entry->at, "no deflate data");
    }
    if (packed.data == NULL) {
        gathered = uvp_mem_take(entry->mem, bytes);
        if (gathered == NULL) {
            return uvp_fail_memory(err, bytes);
        }
        uvp_slices_copy(&entry->raw, entry->head_bytes, gathered, bytes);
        packed = uvp_span_of(gathered, bytes);
    }
    code = inflate_whole(entry, packed, store, err);
    uvp_mem_give(entry->mem, gathered, bytes);
    *body = uvp_buf_span(store);
    return code;
}

enum uvp_code uvp_zip_load(const struct uvp_entry *entry, struct uvp_buf *store,
                           struct uvp_span *body, struct uvp_error *err)
{
    struct uvp_span found = {NULL, 0};

    UVP_TRY(check_entry(entry, store, err));
    if (entry->zip_method == UVP_ZIP_STORED) {
        UVP_TRY(load_stored(entry, store, &found, err));
    } else {
        UVP_TRY(load_deflated(entry, store, &found, err));
    }
    if (uvp_zip_crc(0, found) != entry->zip_crc) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "the checksum does not fit the contents");
    }
    *body = found;
    return UVP_OK;
}

/* ---- render ---- */

static enum uvp_code deflate_whole(struct uvp_span body, int level, struct uvp_buf *out,
                                   struct uvp_error *err)
{
    struct libdeflate_compressor *library;
    size_t bound;
    size_t made;

    level = level <= 0 ? DEFAULT_LEVEL : level > MOST_LEVEL ? MOST_LEVEL : level;
    library = libdeflate_alloc_compressor(level);
    if (library == NULL) {
        return uvp_fail_memory(err, 0);
    }
    bound = libdeflate_deflate_compress_bound(library, body.bytes);
    if (uvp_buf_reserve(out, bound, NULL) != UVP_OK) {
        libdeflate_free_compressor(library);
        return uvp_buf_reserve(out, bound, err); /* the same again, for its words */
    }
    made = libdeflate_deflate_compress(library, body.bytes == 0 ? (const void *)"" : body.data,
                                       body.bytes, out->data + out->bytes, bound);
    libdeflate_free_compressor(library);
    if (made == 0) {
        return uvp_fail(err, UVP_BUG, 0, "deflate needs more room than its bound");
    }
    out->bytes += made;
    return UVP_OK;
}

/* Appends the body as `method`, and tells its sums. */
static enum uvp_code append_body(struct uvp_span body, unsigned method, int level,
                                 struct uvp_buf *out, struct uvp_rendered *rendered,
                                 struct uvp_error *err)
{
    const size_t before = out->bytes;

    if (method == UVP_ZIP_STORED) {
        UVP_TRY(uvp_buf_append(out, body.data, body.bytes, err));
    } else {
        UVP_TRY(deflate_whole(body, level, out, err));
    }
    rendered->stored_bytes = out->bytes - before;
    rendered->size_bytes = body.bytes;
    rendered->crc = uvp_zip_crc(0, body);
    rendered->method = (uint16_t)method;
    return UVP_OK;
}

/* Writes the sums into the local header at `at`, once the body is behind it. */
static void patch_sums(struct uvp_buf *out, size_t at, const struct uvp_rendered *rendered,
                       unsigned char *wide)
{
    unsigned char *const p = out->data + at;

    uvp_zip_put32(p + 14, rendered->crc);
    if (wide == NULL) {
        uvp_zip_put32(p + 18, (uint32_t)rendered->stored_bytes);
        uvp_zip_put32(p + 22, (uint32_t)rendered->size_bytes);
        return;
    }
    uvp_zip_put32(p + 18, UVP_ZIP_FULL32);
    uvp_zip_put32(p + 22, UVP_ZIP_FULL32);
    uvp_zip_put64(wide, rendered->size_bytes);
    uvp_zip_put64(wide + 8, rendered->stored_bytes);
}

/* Could the body, or what it is deflated to, be too long for 32 bits? */
static bool is_long(struct uvp_span body)
{
    return body.bytes >= UVP_ZIP_FULL32 - (body.bytes >> 10) - 1024;
}

/* A zip64 field, to be filled in later. */
static enum uvp_code append_wide_field(struct uvp_buf *out, struct uvp_error *err)
{
    unsigned char field[20] = {0};

    uvp_zip_put16(field, UVP_ZIP_EXTRA_ZIP64);
    uvp_zip_put16(field + 2, 16);
    return uvp_buf_append(out, field, sizeof field, err);
}

/* Completes the header that begins at `at` (its extras are its end) and adds the body. */
static enum uvp_code complete(struct uvp_span body, unsigned method, int level, bool wide,
                              size_t at, struct uvp_buf *out, struct uvp_rendered *rendered,
                              struct uvp_error *err)
{
    const size_t name_bytes = uvp_zip_u16(out->data + at + 26);
    const size_t extra_at = at + UVP_ZIP_LOCAL_BYTES + name_bytes;
    const size_t extra_bytes = out->bytes - extra_at;

    if (extra_bytes > UINT16_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more extra fields than a zip header can hold");
    }
    uvp_zip_put16(out->data + at + 28, (unsigned)extra_bytes);
    rendered->head_bytes = (uint32_t)(out->bytes - at);
    UVP_TRY(append_body(body, method, level, out, rendered, err));
    patch_sums(out, at, rendered, wide ? out->data + extra_at + 4 : NULL);
    return UVP_OK;
}

static enum uvp_code append_old_header(struct uvp_span head, bool wide, unsigned method,
                                       struct uvp_buf *out, struct uvp_error *err)
{
    const size_t at = out->bytes;
    const size_t fixed = UVP_ZIP_LOCAL_BYTES + (size_t)uvp_zip_u16(head.data + 26);
    unsigned version;
    unsigned char *p;

    UVP_TRY(uvp_buf_append(out, head.data, fixed, err));
    if (wide) {
        UVP_TRY(append_wide_field(out, err));
    }
    UVP_TRY(uvp_zip_extra_copy_without(uvp_span_of(head.data + fixed, head.bytes - fixed),
                                       UVP_ZIP_EXTRA_ZIP64, out, err));
    p = out->data + at;
    version = uvp_zip_u16(p + 4);
    uvp_zip_put16(p + 4, wide && version < VERSION_ZIP64 ? VERSION_ZIP64 : version);
    uvp_zip_put16(p + 6, uvp_zip_u16(p + 6) & ~UVP_ZIP_FLAG_DESCRIPTOR);
    uvp_zip_put16(p + 8, method);
    return UVP_OK;
}

/* The original header with what the new contents change, and nothing else. */
static enum uvp_code render_same(const struct uvp_entry *entry, struct uvp_span body, int level,
                                 struct uvp_buf *out, struct uvp_rendered *rendered,
                                 struct uvp_error *err)
{
    const unsigned method =
        entry->zip_method == UVP_ZIP_STORED ? UVP_ZIP_STORED : UVP_ZIP_DEFLATE;
    const size_t at = out->bytes;
    const bool wide = is_long(body);
    struct uvp_buf head;
    enum uvp_code code;

    if (entry->head_bytes < UVP_ZIP_LOCAL_BYTES || entry->head_bytes > entry->raw.bytes) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "the zip member is damaged");
    }
    uvp_buf_init(&head, entry->mem, 0);
    code = uvp_buf_reserve_exact(&head, entry->head_bytes, err);
    if (code == UVP_OK) {
        uvp_slices_copy(&entry->raw, 0, head.data, entry->head_bytes);
        head.bytes = entry->head_bytes;
        code = uvp_zip_local_bytes(head.data) != head.bytes
                   ? uvp_fail(err, UVP_BAD_DATA, entry->at, "the zip member is damaged")
                   : append_old_header(uvp_buf_span(&head), wide, method, out, err);
    }
    uvp_buf_release(&head);
    if (code != UVP_OK) {
        return code;
    }
    return complete(body, method, level, wide, at, out, rendered, err);
}

/* Strict: no overlong forms, no surrogates. */
static bool is_utf8(const unsigned char *p, size_t bytes, bool *ascii)
{
    size_t i = 0;

    *ascii = true;
    while (i < bytes) {
        const unsigned first = p[i];
        const size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint32_t code = more == 0 ? first : first & (0x3fu >> more);

        if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || bytes - i <= more) {
            return false;
        }
        for (size_t k = 1; k <= more; k++) {
            if ((p[i + k] & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | (p[i + k] & 0x3fu);
        }
        if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) ||
            (more == 3 && (code < 0x10000 || code > 0x10ffff))) {
            return false;
        }
        *ascii = *ascii && more == 0;
        i += more + 1;
    }
    return true;
}

static enum uvp_code append_times(struct archive_entry *metadata, struct uvp_buf *out,
                                  struct uvp_error *err)
{
    const int64_t seconds = archive_entry_mtime(metadata);
    unsigned char field[9];

    if (seconds < INT32_MIN || seconds > INT32_MAX) {
        return UVP_OK;
    }
    uvp_zip_put16(field, UVP_ZIP_EXTRA_TIMES);
    uvp_zip_put16(field + 2, 5);
    field[4] = 1;
    uvp_zip_put32(field + 5, (uint32_t)seconds);
    return uvp_buf_append(out, field, sizeof field, err);
}

static enum uvp_code append_owner(struct archive_entry *metadata, struct uvp_buf *out,
                                  struct uvp_error *err)
{
    const int64_t uid = archive_entry_uid(metadata);
    const int64_t gid = archive_entry_gid(metadata);
    unsigned char field[15];

    if (uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX) {
        return UVP_OK;
    }
    uvp_zip_put16(field, UVP_ZIP_EXTRA_OWNER);
    uvp_zip_put16(field + 2, 11);
    field[4] = 1;
    field[5] = 4;
    uvp_zip_put32(field + 6, (uint32_t)uid);
    field[10] = 4;
    uvp_zip_put32(field + 11, (uint32_t)gid);
    return uvp_buf_append(out, field, sizeof field, err);
}

static enum uvp_code append_name(const struct uvp_entry *entry, struct uvp_buf *out,
                                 struct uvp_error *err)
{
    const bool slash = entry->type == UVP_ENTRY_FOLDER &&
                       (entry->path_bytes == 0 || entry->path[entry->path_bytes - 1] != '/');

    if (entry->path_bytes + (slash ? 1 : 0) > UINT16_MAX) {
        return uvp_fail(err, UVP_LIMIT, entry->at, "a name too long for a zip");
    }
    UVP_TRY(uvp_buf_append(out, entry->path, entry->path_bytes, err));
    return slash ? uvp_buf_append(out, "/", 1, err) : UVP_OK;
}

enum uvp_code uvp_zip_new_header(const struct uvp_entry *entry, unsigned method, unsigned flags,
                                 bool wide, struct uvp_buf *out, struct uvp_error *err)
{
    const size_t at = out->bytes;
    unsigned char fixed[UVP_ZIP_LOCAL_BYTES] = {0};
    uint16_t time = 0;
    uint16_t date = 0;
    bool ascii = true;
    size_t name_bytes;

    if (is_utf8((const unsigned char *)entry->path, entry->path_bytes, &ascii) && !ascii) {
        flags |= UVP_ZIP_FLAG_UTF8;
    }
    uvp_zip_unix_to_dos(entry->metadata != NULL ? archive_entry_mtime(entry->metadata) : 0,
                        &time, &date);
    uvp_zip_put32(fixed, UVP_ZIP_LOCAL);
    uvp_zip_put16(fixed + 4, wide ? VERSION_ZIP64 : VERSION_PLAIN);
    uvp_zip_put16(fixed + 6, flags);
    uvp_zip_put16(fixed + 8, method);
    uvp_zip_put16(fixed + 10, time);
    uvp_zip_put16(fixed + 12, date);
    UVP_TRY(uvp_buf_append(out, fixed, sizeof fixed, err));
    UVP_TRY(append_name(entry, out, err));
    name_bytes = out->bytes - at - sizeof fixed;
    uvp_zip_put16(out->data + at + 26, (unsigned)name_bytes);
    if (wide) {
        UVP_TRY(append_wide_field(out, err));
        uvp_zip_put32(out->data + at + 18, UVP_ZIP_FULL32);
        uvp_zip_put32(out->data + at + 22, UVP_ZIP_FULL32);
    }
    if (entry->metadata != NULL && archive_entry_mtime_is_set(entry->metadata)) {
        UVP_TRY(append_times(entry->metadata, out, err));
    }
    if (entry->metadata != NULL) {
        UVP_TRY(append_owner(entry->metadata, out, err));
    }
    uvp_zip_put16(out->data + at + 28, (unsigned)(out->bytes - at - sizeof fixed - name_bytes));
    return UVP_OK;
}

/* A symbolic link's contents are where it points; a folder has none. */
static enum uvp_code find_contents(const struct uvp_entry *entry, struct uvp_span *body,
                                   unsigned *method, struct uvp_error *err)
{
    const char *link;

    *method = UVP_ZIP_DEFLATE;
    switch (entry->type) {
    case UVP_ENTRY_FILE:
        return UVP_OK;
    case UVP_ENTRY_FOLDER:
        *body = uvp_span_of(NULL, 0);
        *method = UVP_ZIP_STORED;
        return UVP_OK;
    case UVP_ENTRY_LINK:
        link = entry->metadata != NULL ? archive_entry_symlink(entry->metadata) : NULL;
        if (link == NULL) {
            return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a zip has no hard links");
        }
        *body = uvp_span_of_text(link);
        *method = UVP_ZIP_STORED;
        return UVP_OK;
    default:
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a zip has no devices");
    }
}

static enum uvp_code render_foreign(const struct uvp_entry *entry, struct uvp_span body,
                                    int level, struct uvp_buf *out,
                                    struct uvp_rendered *rendered, struct uvp_error *err)
{
    const size_t at = out->bytes;
    unsigned method;
    bool wide;

    UVP_TRY(find_contents(entry, &body, &method, err));
    wide = is_long(body);
    UVP_TRY(uvp_zip_new_header(entry, method, 0, wide, out, err));
    return complete(body, method, level, wide, at, out, rendered, err);
}

enum uvp_code uvp_zip_render(const struct uvp_entry *entry, struct uvp_span body,
                             const struct uvp_render_options *options, struct uvp_buf *out,
                             struct uvp_rendered *rendered, struct uvp_error *err)
{
    const size_t before = out->bytes;
    struct uvp_rendered made;
    enum uvp_code code;

    memset(&made, 0, sizeof made);
    code = entry->container == UVP_CONTAINER_ZIP
               ? render_same(entry, body, options->zip_level, out, &made, err)
               : render_foreign(entry, body, options->zip_level, out, &made, err);
    if (code != UVP_OK) {
        out->bytes = before;
        return code;
    }
    *rendered = made;
    return UVP_OK;
}
