/*
 * Entries, and which container's code reads and renders them.
 */
#include "formats/archive/entry.h"

#include <archive_entry.h>
#include <string.h>

#include "formats/archive/container.h"
#include "formats/archive/tar_header.h"

#define READABLE_AFTER ((size_t)64)

static const char *const container_names[UVP_CONTAINER_COUNT] = {
    [UVP_CONTAINER_PLAIN] = "plain", [UVP_CONTAINER_TAR] = "tar",
    [UVP_CONTAINER_CPIO] = "cpio",   [UVP_CONTAINER_ZIP] = "zip",
    [UVP_CONTAINER_SEVENZIP] = "7z", [UVP_CONTAINER_FOLDER] = "folder",
};

const char *uvp_container_name(enum uvp_container container)
{
    return (unsigned)container < UVP_CONTAINER_COUNT ? container_names[container] : "unknown";
}

bool uvp_container_by_name(const char *name, enum uvp_container *container)
{
    for (int i = 0; i < UVP_CONTAINER_COUNT; i++) {
        if (strcmp(name, container_names[i]) == 0) {
            *container = (enum uvp_container)i;
            return true;
        }
    }
    return false;
}

void uvp_entry_init(struct uvp_entry *entry, struct uvp_mem *mem)
{
    memset(entry, 0, sizeof *entry);
    entry->mem = mem;
    entry->path = entry->path_inside;
    uvp_slices_init(&entry->raw, mem);
}

void uvp_entry_release(struct uvp_entry *entry)
{
    uvp_slices_release(&entry->raw);
    archive_entry_free(entry->metadata);
    entry->metadata = NULL;
    if (entry->path_capacity != 0) {
        uvp_mem_give(entry->mem, entry->path, entry->path_capacity);
    }
    entry->path = entry->path_inside;
    entry->path_capacity = 0;
    entry->path_inside[0] = '\0';
    entry->path_bytes = 0;
}

void uvp_entry_reset(struct uvp_entry *entry)
{
    uvp_slices_reset(&entry->raw);
    archive_entry_free(entry->metadata);
    entry->metadata = NULL;
    entry->container = UVP_CONTAINER_PLAIN;
    entry->type = UVP_ENTRY_FILE;
    entry->path[0] = '\0';
    entry->path_bytes = 0;
    entry->at = 0;
    entry->head_bytes = 0;
    entry->body_bytes = 0;
    entry->tail_bytes = 0;
    entry->size_bytes = 0;
    entry->zip_method = 0;
    entry->zip_flags = 0;
    entry->zip_crc = 0;
    entry->cpio_dialect = 0;
}

static enum uvp_code grow_path(struct uvp_entry *entry, size_t bytes, struct uvp_error *err)
{
    const size_t room =
        entry->path_capacity != 0 ? entry->path_capacity : sizeof entry->path_inside;
    char *path;

    if (bytes <= room) {
        return UVP_OK;
    }
    path = uvp_mem_take(entry->mem, bytes);
    if (path == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    if (entry->path_capacity != 0) {
        uvp_mem_give(entry->mem, entry->path, entry->path_capacity);
    }
    entry->path = path;
    entry->path_capacity = bytes;
    return UVP_OK;
}

enum uvp_code uvp_entry_set_path(struct uvp_entry *entry, const char *path, size_t path_bytes,
                                 struct uvp_error *err)
{
    size_t with_nul;

    if (!uvp_size_add(path_bytes, 1, &with_nul)) {
        return uvp_fail(err, UVP_LIMIT, 0, "a path of %zu bytes", path_bytes);
    }
    UVP_TRY(grow_path(entry, with_nul, err));
    if (path_bytes != 0) {
        memcpy(entry->path, path, path_bytes);
    }
    entry->path[path_bytes] = '\0';
    entry->path_bytes = path_bytes;
    return UVP_OK;
}

enum uvp_code uvp_entry_share(const struct uvp_entry *from, struct uvp_entry *to,
                              struct uvp_error *err)
{
    to->container = from->container;
    to->type = from->type;
    to->at = from->at;
    to->head_bytes = from->head_bytes;
    to->body_bytes = from->body_bytes;
    to->tail_bytes = from->tail_bytes;
    to->size_bytes = from->size_bytes;
    to->zip_method = from->zip_method;
    to->zip_flags = from->zip_flags;
    to->zip_crc = from->zip_crc;
    UVP_TRY(uvp_entry_set_path(to, from->path, from->path_bytes, err));
    for (uint32_t i = 0; i < from->raw.count; i++) {
        const struct uvp_slice *const slice = &from->raw.items[i];

        UVP_TRY(uvp_slices_add(&to->raw, slice->block, slice->offset, slice->bytes, err));
    }
    return UVP_OK;
}

/* ---- bodies that are stored as they are ---- */

static enum uvp_code check_body(const struct uvp_entry *entry, const struct uvp_buf *store,
                                struct uvp_error *err)
{
    if (entry->body_bytes != entry->size_bytes) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a body that is not stored plain");
    }
    if (entry->head_bytes > entry->raw.bytes ||
        entry->body_bytes > entry->raw.bytes - entry->head_bytes) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "a body cut short");
    }
    if (store->ceiling_bytes != 0 && entry->body_bytes > store->ceiling_bytes) {
        return uvp_fail(err, UVP_LIMIT, entry->at, "more than %zu bytes of input",
                        store->ceiling_bytes);
    }
    return UVP_OK;
}

static enum uvp_code check_sum(const struct uvp_entry *entry, struct uvp_span body,
                               struct uvp_error *err)
{
    const size_t bytes = entry->head_bytes < 110 ? entry->head_bytes : 110;
    unsigned char head[110];

    if (entry->container != UVP_CONTAINER_CPIO) {
        return UVP_OK;
    }
    uvp_slices_copy(&entry->raw, 0, head, bytes);
    if (!uvp_cpio_check(uvp_span_of(head, bytes), body)) {
        return uvp_fail(err, UVP_BAD_DATA, entry->at, "the checksum does not fit the contents");
    }
    return UVP_OK;
}

static enum uvp_code load_plain(const struct uvp_entry *entry, struct uvp_buf *store,
                                struct uvp_span *body, struct uvp_error *err)
{
    static const unsigned char nothing[READABLE_AFTER];
    struct uvp_span found;

    if (entry->type != UVP_ENTRY_FILE) { /* what a cpio's link has there is its target */
        *body = uvp_span_of(nothing, 0);
        return UVP_OK;
    }
    UVP_TRY(check_body(entry, store, err));
    found = uvp_slices_view(&entry->raw, entry->head_bytes, (size_t)entry->body_bytes);
    if (found.data == NULL) {
        const size_t bytes = (size_t)entry->body_bytes;

        uvp_buf_reset(store);
        UVP_TRY(uvp_buf_reserve_exact(store, bytes + READABLE_AFTER, err));
        uvp_slices_copy(&entry->raw, entry->head_bytes, store->data, bytes);
        memset(store->data + bytes, 0, READABLE_AFTER);
        store->bytes = bytes;
        found = uvp_buf_span(store);
    }
    UVP_TRY(check_sum(entry, found, err));
    *body = found;
    return UVP_OK;
}

enum uvp_code uvp_entry_load(const struct uvp_entry *entry, struct uvp_buf *store,
                             struct uvp_span *body, struct uvp_error *err)
{
    if (entry->container == UVP_CONTAINER_ZIP) {
        return uvp_zip_load(entry, store, body, err);
    }
    return load_plain(entry, store, body, err);
}

enum uvp_code uvp_entry_render(const struct uvp_entry *entry, struct uvp_span body,
                               const struct uvp_render_options *options, struct uvp_buf *out,
                               struct uvp_rendered *rendered, struct uvp_error *err)
{
    static uvp_render_fn *const renderers[UVP_CONTAINER_COUNT] = {
        [UVP_CONTAINER_PLAIN] = uvp_plain_render,  [UVP_CONTAINER_TAR] = uvp_tar_render,
        [UVP_CONTAINER_CPIO] = uvp_tar_render,     [UVP_CONTAINER_ZIP] = uvp_zip_render,
        [UVP_CONTAINER_FOLDER] = uvp_plain_render,
    };

    if ((unsigned)options->target >= UVP_CONTAINER_COUNT ||
        renderers[options->target] == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "%s archives are not written",
                        uvp_container_name(options->target));
    }
    return renderers[options->target](entry, body, options, out, rendered, err);
}
