/*
 * A new file beside a member: what is known of the member's mode, owner and times holds for it,
 * too. Rendering and writing take it for a member from another container, which has a name and
 * metadata and nothing else.
 */
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/archive/container.h"
#include "formats/archive/tar_header.h"
#include "formats/archive/zip_metadata.h"

static enum uvp_code read_zip_head(struct uvp_span head, struct archive_entry **metadata,
                                   struct uvp_error *err)
{
    struct uvp_zip_about about = {.path = "", .type = UVP_ENTRY_FILE};
    struct uvp_zip_local local;

    if (!uvp_zip_local_parse(head, &local)) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "the zip member is damaged");
    }
    about.extras =
        uvp_span_of(head.data + UVP_ZIP_LOCAL_BYTES + local.name_bytes, local.extra_bytes);
    about.dos_time = local.time;
    about.dos_date = local.date;
    return uvp_zip_metadata_make(&about, metadata, err);
}

static enum uvp_code read_head(const struct uvp_entry *entry, struct uvp_entry *side,
                               struct uvp_span head, struct uvp_error *err)
{
    if (entry->container == UVP_CONTAINER_ZIP) {
        return read_zip_head(head, &side->metadata, err);
    }
    if (entry->container == UVP_CONTAINER_CPIO) {
        side->cpio_dialect = (unsigned)uvp_cpio_dialect(head);
    }
    return uvp_tar_read_head(head, entry->container, &side->metadata, err);
}

static enum uvp_code read_own_head(const struct uvp_entry *entry, struct uvp_entry *side,
                                   struct uvp_error *err)
{
    struct uvp_buf head;
    enum uvp_code code;

    if (entry->head_bytes == 0 || entry->head_bytes > entry->raw.bytes) {
        return UVP_OK; /* nothing is known of it: what is usual will do */
    }
    uvp_buf_init(&head, entry->mem, 0);
    code = uvp_buf_reserve_exact(&head, entry->head_bytes, err);
    if (code == UVP_OK) {
        uvp_slices_copy(&entry->raw, 0, head.data, entry->head_bytes);
        head.bytes = entry->head_bytes;
        code = read_head(entry, side, uvp_buf_span(&head), err);
    }
    uvp_buf_release(&head);
    return code;
}

/* A file of its own, whatever else the entry was. */
static void make_regular(struct uvp_entry *side)
{
    struct archive_entry *const metadata = side->metadata;

    if (metadata == NULL) {
        return;
    }
    archive_entry_set_filetype(metadata, AE_IFREG);
    archive_entry_set_perm(metadata, archive_entry_perm(metadata) & 0777);
    archive_entry_set_hardlink(metadata, NULL);
    archive_entry_set_symlink(metadata, NULL);
    archive_entry_set_nlink(metadata, 1);
    archive_entry_sparse_clear(metadata);
    archive_entry_copy_pathname(metadata, side->path);
}

static enum uvp_code name_beside(const struct uvp_entry *entry, const char *suffix,
                                 struct uvp_entry *side, struct uvp_error *err)
{
    const size_t suffix_bytes = strlen(suffix);
    struct uvp_buf path;
    enum uvp_code code;

    uvp_buf_init(&path, entry->mem, 0);
    code = uvp_buf_append(&path, entry->path, entry->path_bytes, err);
    if (code == UVP_OK) {
        code = uvp_buf_append(&path, suffix, suffix_bytes, err);
    }
    if (code == UVP_OK) {
        code = uvp_entry_set_path(side, (const char *)path.data, path.bytes, err);
    }
    uvp_buf_release(&path);
    return code;
}

enum uvp_code uvp_entry_beside(const struct uvp_entry *entry, const char *suffix,
                               struct uvp_entry *side, struct uvp_error *err)
{
    side->type = UVP_ENTRY_FILE;
    side->container = UVP_CONTAINER_PLAIN;
    side->at = entry->at;
    UVP_TRY(name_beside(entry, suffix, side, err));
    if (entry->metadata != NULL) {
        side->metadata = archive_entry_clone(entry->metadata);
        if (side->metadata == NULL) {
            return uvp_fail_memory(err, sizeof *side);
        }
    } else {
        UVP_TRY(read_own_head(entry, side, err));
    }
    make_regular(side);
    return UVP_OK;
}
