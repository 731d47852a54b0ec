/* A member that comes from no archive: what is usual for a file, and a time that is nobody's
 * clock but the first that every archive can hold. */
#include <archive_entry.h>

#include "formats/archive/container.h"

#define FIRST_TIME 315532800 /* 1980-01-01, where the times of zip begin */

enum uvp_code uvp_entry_make(struct uvp_entry *entry, const char *path, size_t path_bytes,
                             struct uvp_error *err)
{
    uvp_entry_reset(entry);
    UVP_TRY(uvp_entry_set_path(entry, path, path_bytes, err));
    entry->metadata = archive_entry_new();
    if (entry->metadata == NULL) {
        return uvp_fail_memory(err, 0);
    }
    archive_entry_copy_pathname(entry->metadata, entry->path);
    archive_entry_set_filetype(entry->metadata, AE_IFREG);
    archive_entry_set_perm(entry->metadata, 0644);
    archive_entry_set_mtime(entry->metadata, FIRST_TIME, 0);
    return UVP_OK;
}
