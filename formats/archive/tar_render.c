/*
 * A tar or cpio member with new contents: its head patched or made anew, the body, padding.
 *
 * Heads that cannot be patched, and those of members from other containers, are made by a
 * throw-away libarchive writer: it costs some microseconds and any worker may do it.
 */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "formats/archive/container.h"
#include "formats/archive/tar_header.h"

#define TYPE_AT 156
#define SIZE_AT 124

/* ---- libarchive's writer into a buffer ---- */

struct catcher {
    struct uvp_buf *out;
    struct uvp_error *err;
    enum uvp_code code;
    bool over; /* what comes after the header is not wanted */
};

static la_ssize_t catch_bytes(struct archive *writer, void *ctx, const void *bytes,
                              size_t count)
{
    struct catcher *const catcher = ctx;

    if (catcher->over) {
        return -1;
    }
    catcher->code = uvp_buf_append(catcher->out, bytes, count, catcher->err);
    if (catcher->code != UVP_OK) {
        archive_set_error(writer, -1, "out of room");
        return -1;
    }
    return (la_ssize_t)count;
}

static const char *archive_text(struct archive *handle)
{
    const char *const text = archive_error_string(handle);

    return text == NULL ? "unknown reason" : text;
}

static enum uvp_code append_pax_head(struct archive_entry *metadata, struct uvp_buf *out,
                                     struct uvp_error *err)
{
    struct archive *const writer = archive_write_new();
    struct catcher catcher = {out, err, UVP_OK, false};
    int result;

    if (writer == NULL) {
        return uvp_fail_memory(err, sizeof catcher);
    }
    result = archive_write_set_format_pax(writer);
    if (result == ARCHIVE_OK) {
        (void)archive_write_set_bytes_per_block(writer, 0);
        (void)archive_write_set_bytes_in_last_block(writer, 1);
        result = archive_write_open(writer, &catcher, NULL, catch_bytes, NULL);
    }
    if (result == ARCHIVE_OK) {
        result = archive_write_header(writer, metadata);
    }
    if (result < ARCHIVE_WARN && catcher.code == UVP_OK) {
        catcher.code = uvp_fail(err, UVP_UNSUPPORTED, 0, "no tar header can be made: %s",
                                archive_text(writer));
    }
    catcher.over = true; /* freeing wants to write body and end; archive_write_fail leaks */
    (void)archive_write_free(writer);
    return catcher.code;
}

/* ---- heads made anew ---- */

static bool read_small_octal(const unsigned char *field, size_t *value)
{
    size_t i = 0;

    *value = 0;
    while (i < 12 && field[i] == ' ') {
        i++;
    }
    for (; i < 12 && field[i] >= '0' && field[i] <= '7'; i++) {
        *value = *value * 8 + (size_t)(field[i] - '0');
    }
    return i != 0;
}

/* Global headers hold for all later members too: they stay whatever becomes of the rest. */
static enum uvp_code append_globals(struct uvp_span head, struct uvp_buf *out,
                                    struct uvp_error *err)
{
    size_t at = 0;

    while (head.bytes - at > UVP_TAR_BLOCK) {
        const unsigned char *const block = head.data + at;
        size_t size = 0;
        size_t whole;

        if (!uvp_tar_block_is_header(block) || !read_small_octal(block + SIZE_AT, &size) ||
            size > head.bytes - at - UVP_TAR_BLOCK) {
            return UVP_OK;
        }
        whole = UVP_TAR_BLOCK + (size + UVP_TAR_BLOCK - 1) / UVP_TAR_BLOCK * UVP_TAR_BLOCK;
        if (whole > head.bytes - at) {
            return UVP_OK;
        }
        if (block[TYPE_AT] == 'g') {
            UVP_TRY(uvp_buf_append(out, block, whole, err));
        }
        at += whole;
    }
    return UVP_OK;
}

static enum uvp_code parse_head(struct archive *reader, struct uvp_span head,
                                enum uvp_container container, struct archive_entry **metadata,
                                struct uvp_error *err)
{
    int result = container == UVP_CONTAINER_TAR ? archive_read_support_format_tar(reader)
                                                : archive_read_support_format_cpio(reader);

    if (result == ARCHIVE_OK) {
        result = archive_read_open_memory(reader, head.data, head.bytes);
    }
    if (result == ARCHIVE_OK) {
        result = archive_read_next_header(reader, metadata);
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "a %s header we cannot make anew: %s",
                        uvp_container_name(container), archive_text(reader));
    }
    *metadata = archive_entry_clone(*metadata);
    return *metadata != NULL ? UVP_OK : uvp_fail_memory(err, head.bytes);
}

enum uvp_code uvp_tar_read_head(struct uvp_span head, enum uvp_container container,
                                struct archive_entry **metadata, struct uvp_error *err)
{
    struct archive *const reader = archive_read_new();
    enum uvp_code code;

    *metadata = NULL;
    if (reader == NULL) {
        return uvp_fail_memory(err, head.bytes);
    }
    code = parse_head(reader, head, container, metadata, err);
    (void)archive_read_free(reader);
    if (code == UVP_OK) {
        archive_entry_set_dev(*metadata, 0); /* invented by the reader */
        archive_entry_set_ino64(*metadata, 0);
    }
    return code;
}

enum uvp_code uvp_tar_remake(struct uvp_span head, uint64_t size_bytes, struct uvp_buf *out,
                             struct uvp_error *err)
{
    struct archive_entry *metadata = NULL;
    enum uvp_code code;

    UVP_TRY(append_globals(head, out, err));
    UVP_TRY(uvp_tar_read_head(head, UVP_CONTAINER_TAR, &metadata, err));
    archive_entry_set_size(metadata, (la_int64_t)size_bytes);
    archive_entry_sparse_clear(metadata);
    code = append_pax_head(metadata, out, err);
    archive_entry_free(metadata);
    return code;
}

/* ---- heads of members from other containers ---- */

/* A copy of the entry's metadata, or some made up from its path: the caller frees it. */
static struct archive_entry *copy_metadata(const struct uvp_entry *entry)
{
    struct archive_entry *copy;

    if (entry->metadata != NULL) {
        copy = archive_entry_clone(entry->metadata);
    } else {
        copy = archive_entry_new();
        if (copy != NULL) {
            archive_entry_set_mode(copy, entry->type == UVP_ENTRY_FOLDER ? AE_IFDIR | 0755
                                                                         : AE_IFREG | 0644);
        }
    }
    if (copy != NULL && archive_entry_pathname(copy) == NULL) {
        archive_entry_set_pathname(copy, entry->path);
    }
    return copy;
}

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 16777619U;
    }
    return hash;
}

/* The header, and for a symbolic link its target, which is its body. */
static enum uvp_code append_cpio(const struct uvp_entry *entry, struct archive_entry *metadata,
                                 uint64_t size_bytes, struct uvp_buf *out,
                                 struct uvp_error *err)
{
    static const unsigned char zeros[4];
    const enum uvp_cpio_dialect dialect = entry->cpio_dialect != UVP_CPIO_UNKNOWN
                                              ? (enum uvp_cpio_dialect)entry->cpio_dialect
                                              : UVP_CPIO_NEWC;
    const char *const target = archive_entry_symlink(metadata);
    const uint64_t size = target != NULL ? strlen(target) : size_bytes;
    const la_int64_t mtime = archive_entry_mtime(metadata);
    const struct uvp_cpio_fields fields = {
        .ino = hash_name(entry->path), /* any will do beside nlink 1, but not the clock's */
        .mode = (uint32_t)archive_entry_mode(metadata),
        .uid = (uint32_t)archive_entry_uid(metadata),
        .gid = (uint32_t)archive_entry_gid(metadata),
        .nlink = 1,
        .mtime = mtime < 0            ? 0
                 : mtime > UINT32_MAX ? UINT32_MAX
                                      : (uint32_t)mtime,
        .size = (uint32_t)size,
    };

    if (archive_entry_hardlink(metadata) != NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at,
                        "a hard link cannot be brought into a cpio archive");
    }
    if (size > UINT32_MAX) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "too large for a cpio archive");
    }
    UVP_TRY(uvp_cpio_make(dialect, &fields, entry->path, out, err));
    if (target == NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_buf_append(out, target, (size_t)size, err));
    return uvp_buf_append(out, zeros, uvp_cpio_padding(dialect, size), err);
}

enum uvp_code uvp_tar_make(const struct uvp_entry *entry, enum uvp_container target,
                           uint64_t size_bytes, struct uvp_buf *out, struct uvp_error *err)
{
    struct archive_entry *const metadata = copy_metadata(entry);
    enum uvp_code code;

    if (metadata == NULL) {
        return uvp_fail_memory(err, sizeof *entry);
    }
    archive_entry_set_size(metadata, (la_int64_t)size_bytes);
    archive_entry_sparse_clear(metadata);
    if (target == UVP_CONTAINER_CPIO) {
        code = append_cpio(entry, metadata, size_bytes, out, err);
    } else {
        archive_entry_set_dev(metadata, 0); /* of the machine it was read on */
        archive_entry_set_ino64(metadata, 0);
        archive_entry_set_nlink(metadata, 1);
        code = append_pax_head(metadata, out, err);
    }
    archive_entry_free(metadata);
    return code;
}

/* ---- whole members ---- */

static enum uvp_code append_tar_head(struct uvp_span head, uint64_t size_bytes,
                                     struct uvp_buf *out, struct uvp_error *err)
{
    bool done = false;

    UVP_TRY(uvp_tar_patch(head, size_bytes, out, &done, err));
    return done ? UVP_OK : uvp_tar_remake(head, size_bytes, out, err);
}

static enum uvp_code append_cpio_head(struct uvp_span head, struct uvp_span body,
                                      struct uvp_buf *out, struct uvp_error *err)
{
    const size_t at = out->bytes;

    UVP_TRY(uvp_buf_append(out, head.data, head.bytes, err));
    return uvp_cpio_patch(out->data + at, head.bytes, body, err);
}

static enum uvp_code append_own_head(const struct uvp_entry *entry, struct uvp_span body,
                                     struct uvp_buf *out, struct uvp_error *err)
{
    struct uvp_span head = uvp_slices_view(&entry->raw, 0, entry->head_bytes);
    struct uvp_buf store;
    enum uvp_code code = UVP_OK;

    uvp_buf_init(&store, out->mem, 0);
    if (head.data == NULL) {
        code = uvp_buf_reserve_exact(&store, entry->head_bytes, err);
    }
    if (code == UVP_OK && head.data == NULL) {
        uvp_slices_copy(&entry->raw, 0, store.data, entry->head_bytes);
        head = uvp_span_of(store.data, entry->head_bytes);
    }
    if (code == UVP_OK) {
        code = entry->container == UVP_CONTAINER_TAR
                   ? append_tar_head(head, body.bytes, out, err)
                   : append_cpio_head(head, body, out, err);
    }
    uvp_buf_release(&store);
    return code;
}

static size_t padding_after(const struct uvp_buf *out, size_t start, enum uvp_container target,
                            uint64_t body_bytes)
{
    const struct uvp_span head = uvp_span_of(out->data + start, out->bytes - start);

    if (target == UVP_CONTAINER_CPIO) {
        return uvp_cpio_padding(uvp_cpio_dialect(head), body_bytes);
    }
    return (UVP_TAR_BLOCK - (size_t)(body_bytes % UVP_TAR_BLOCK)) % UVP_TAR_BLOCK;
}

static enum uvp_code append_member(const struct uvp_entry *entry, struct uvp_span body,
                                   enum uvp_container target, struct uvp_buf *out,
                                   struct uvp_rendered *rendered, struct uvp_error *err)
{
    static const unsigned char zeros[UVP_TAR_BLOCK];
    const size_t start = out->bytes;
    const bool own = entry->container == target && entry->head_bytes != 0;
    size_t padding;

    if (own) {
        UVP_TRY(append_own_head(entry, body, out, err));
    } else {
        if (entry->type != UVP_ENTRY_FILE) {
            body.bytes = 0; /* a zip has a link's target there; here it is in the head */
        }
        UVP_TRY(uvp_tar_make(entry, target, body.bytes, out, err));
        if (entry->cpio_dialect == UVP_CPIO_CRC) {
            UVP_TRY(uvp_cpio_patch(out->data + start, out->bytes - start, body, err));
        }
    }
    rendered->head_bytes = (uint32_t)(out->bytes - start);
    padding = padding_after(out, start, target, body.bytes);
    UVP_TRY(uvp_buf_reserve_exact(out, body.bytes + padding, err));
    UVP_TRY(uvp_buf_append(out, body.data, body.bytes, err));
    return uvp_buf_append(out, zeros, padding, err);
}

enum uvp_code uvp_tar_render(const struct uvp_entry *entry, struct uvp_span body,
                             const struct uvp_render_options *options, struct uvp_buf *out,
                             struct uvp_rendered *rendered, struct uvp_error *err)
{
    const size_t start = out->bytes;
    enum uvp_code code;

    memset(rendered, 0, sizeof *rendered);
    code = append_member(entry, body, options->target, out, rendered, err);
    if (code != UVP_OK) {
        out->bytes = start;
        return code;
    }
    rendered->stored_bytes = body.bytes;
    rendered->size_bytes = body.bytes;
    return UVP_OK;
}
