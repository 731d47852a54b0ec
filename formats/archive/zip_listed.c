/*
 * With random access the central directory leads: sorted by offset, judged, and then met by the
 * feed in the order of the file.
 */
#include "formats/archive/zip_input.h"

#include <string.h>

#include "formats/archive/zip_metadata.h"

static enum uvp_code copy_from_file(void *ctx, uint64_t at, void *to, size_t bytes,
                                    struct uvp_error *err)
{
    struct uvp_zip_input *const zip = ctx;
    struct uvp_stream *const stream = zip->base.stream;
    size_t got = 0;

    if (at < zip->base_at) {
        return uvp_fail(err, UVP_BAD_DATA, at, "the zip directory points too far back");
    }
    UVP_TRY(stream->ops->read_at(stream, at - zip->base_at, to, bytes, &got, err));
    if (got < bytes) {
        return uvp_fail(err, UVP_BAD_DATA, at + got, "the zip archive is cut off");
    }
    return UVP_OK;
}

/* What is behind the last member and in front of the directory, or behind it all. */
enum uvp_code uvp_zip_judge_rest(struct uvp_zip_input *zip, uint64_t after, uint64_t bytes,
                                 uint32_t signature, struct uvp_error *err)
{
    if (bytes == 0) {
        return UVP_OK;
    }
    if (bytes > UVP_ZIP_REST_MOST_BYTES || signature == UVP_ZIP_LOCAL) {
        return uvp_fail(err, UVP_BAD_DATA, after, "bytes behind the end of the zip archive");
    }
    uvp_zip_warn(zip, after, "bytes behind the end of the zip archive");
    return UVP_OK;
}

static enum uvp_code end_listed(struct uvp_zip_input *zip, struct uvp_error *err)
{
    const uint64_t size = zip->base_at + zip->base.stream->size_bytes;

    UVP_TRY(uvp_zip_pass_bytes(zip, zip->directory.end.directory_at - zip->feed.at, err));
    UVP_TRY(uvp_zip_judge_rest(zip, zip->directory.end.after, size - zip->directory.end.after,
                               0, err));
    zip->over = true;
    return UVP_END;
}

/* A member whose local header is not one: its bytes up to the next are all that is known. */
static enum uvp_code tell_damaged(struct uvp_zip_input *zip, uint64_t boundary,
                                  struct uvp_header *header, struct uvp_error *err)
{
    static const struct uvp_zip_local none = {.method = UVP_ZIP_DAMAGED_METHOD};

    uvp_buf_reset(&zip->head);
    UVP_TRY(uvp_zip_keep_name(zip, 0, err));
    uvp_zip_begin_member(zip, &none);
    zip->now.known = true;
    zip->now.body_bytes = boundary - zip->now.at;
    zip->now.size_bytes = zip->now.body_bytes;
    zip->now.why_not = "its local header is damaged";
    uvp_zip_warn(zip, zip->now.at, "the local header of a zip member is damaged");
    uvp_zip_tell(zip, header);
    return UVP_OK;
}

/* The descriptor behind a body, as far as there is one in front of `boundary`. */
static enum uvp_code find_tail(struct uvp_zip_input *zip, const struct uvp_zip_local *local,
                               uint64_t boundary, struct uvp_error *err)
{
    struct uvp_zip_member *const now = &zip->now;
    const uint64_t end = now->at + now->head_bytes + now->body_bytes;
    const struct uvp_zip_sums sums = {.crc = now->crc,
                                      .stored_bytes = now->body_bytes,
                                      .size_bytes = now->size_bytes,
                                      .zip64 = local->zip64};
    unsigned char bytes[UVP_ZIP_DESCRIPTOR_MOST + 4];
    const size_t count =
        boundary - end < sizeof bytes ? (size_t)(boundary - end) : sizeof bytes;
    uint32_t crc = 0;

    if ((local->flags & UVP_ZIP_FLAG_DESCRIPTOR) == 0 || count == 0) {
        return UVP_OK;
    }
    UVP_TRY(copy_from_file(zip, end, bytes, count, err));
    now->tail_bytes = uvp_zip_descriptor_bytes(uvp_span_of(bytes, count), &sums, &crc);
    return UVP_OK;
}

static void compare_local(struct uvp_zip_input *zip, const struct uvp_zip_record *record,
                          const struct uvp_zip_local *local)
{
    if (zip->name.bytes != record->name_bytes ||
        uvp_zip_crc(0, uvp_buf_span(&zip->name)) != record->name_crc ||
        local->method != record->method) {
        zip->now.why_not = "its local header and the zip directory contradict each other";
        uvp_zip_warn(zip, zip->now.at,
                     "a local header and the zip directory contradict each other");
    }
}

enum uvp_code uvp_zip_next_listed(struct uvp_zip_input *zip, struct uvp_header *header,
                                  struct uvp_error *err)
{
    const struct uvp_zip_directory *const directory = &zip->directory;
    const struct uvp_zip_record *record;
    struct uvp_zip_local local;
    uint64_t boundary;
    bool whole = false;

    if (zip->next_record == directory->count) {
        return end_listed(zip, err);
    }
    record = &directory->records[zip->next_record];
    UVP_TRY(uvp_zip_pass_bytes(zip, record->local_at - zip->feed.at, err));
    zip->next_record++;
    boundary =
        zip->next_record < directory->count ? record[1].local_at : directory->end.directory_at;
    UVP_TRY(uvp_zip_read_local(zip, boundary - record->local_at, &local, &whole, err));
    if (!whole || boundary - record->local_at - local.head_bytes < record->stored_bytes) {
        return tell_damaged(zip, boundary, header, err);
    }
    UVP_TRY(uvp_zip_keep_name(zip, local.name_bytes, err));
    uvp_zip_begin_member(zip, &local);
    zip->now.known = true;
    zip->now.body_bytes = record->stored_bytes;
    zip->now.size_bytes = record->size_bytes;
    zip->now.crc = record->crc;
    zip->now.method = record->method;
    zip->now.flags = record->flags | (local.flags & UVP_ZIP_FLAG_ENCRYPTED);
    zip->now.mode = uvp_zip_mode_of(record->made_by, record->external);
    UVP_TRY(find_tail(zip, &local, boundary, err));
    compare_local(zip, record, &local);
    uvp_zip_tell(zip, header);
    return UVP_OK;
}

/* Another archive's directory may be in front of the end of one that was cut: a file that
 * begins with a member is not a program with an archive behind it. */
static bool is_trustworthy(struct uvp_zip_input *zip)
{
    const struct uvp_zip_directory *const directory = &zip->directory;
    unsigned char first[4];

    if (directory->end.directory_at == directory->end.stated_at && directory->count != 0) {
        return true;
    }
    if (copy_from_file(zip, 0, first, sizeof first, NULL) != UVP_OK) {
        return false;
    }
    return uvp_zip_u32(first) != UVP_ZIP_LOCAL ||
           (directory->count != 0 && directory->records[0].local_at == 0);
}

enum uvp_code uvp_zip_load_directory(struct uvp_zip_input *zip, struct uvp_error *err)
{
    const struct uvp_zip_source source = {.copy = copy_from_file, .ctx = zip};

    UVP_TRY(uvp_zip_directory_load(&zip->directory, source, zip->base_at,
                                   zip->base_at + zip->base.stream->size_bytes, err));
    return UVP_OK;
}

/* Without a directory that can be used the members are looked for as on a pipe. */
enum uvp_code uvp_zip_prepare(struct uvp_zip_input *zip, struct uvp_error *err)
{
    const struct uvp_stream *const stream = zip->base.stream;
    struct uvp_error why;
    enum uvp_code code;

    zip->prepared = true;
    if (stream->ops->read_at == NULL || !stream->size_known) {
        return UVP_OK;
    }
    uvp_error_clear(&why);
    code = uvp_zip_load_directory(zip, &why);
    if (code == UVP_OK && is_trustworthy(zip)) {
        zip->listed = true;
        return uvp_zip_directory_check(&zip->directory, err);
    }
    if (code == UVP_OK || code == UVP_BAD_DATA) {
        uvp_zip_directory_release(&zip->directory);
        return UVP_OK;
    }
    if (err != NULL) {
        *err = why;
    }
    return code;
}
