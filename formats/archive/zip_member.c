/*
 * The member the reader stands at: its header, what is told of it, and going over its bytes.
 */
#include "formats/archive/zip_input.h"

#include <string.h>
#include <sys/stat.h>

void uvp_zip_warn(struct uvp_zip_input *zip, uint64_t at, const char *text)
{
    struct uvp_error warning;

    if (zip->base.options.warn != NULL) {
        uvp_error_clear(&warning);
        (void)uvp_fail(&warning, UVP_BAD_DATA, at, "%s", text);
        zip->base.options.warn(zip->base.options.warn_ctx, &warning);
    }
}

/* ---- going forward ---- */

/* Passes `bytes`; a stream that ends before is a failure once all it had was passed. */
enum uvp_code uvp_zip_pass_bytes(struct uvp_zip_input *zip, uint64_t bytes,
                                 struct uvp_error *err)
{
    while (bytes > 0) {
        const uint64_t some = bytes < UVP_ZIP_STEP_BYTES ? bytes : UVP_ZIP_STEP_BYTES;
        uint64_t got = 0;

        UVP_TRY(uvp_feed_fill(&zip->feed, some, &got, err));
        UVP_TRY(uvp_feed_pass(&zip->feed, got, err));
        if (got < some) {
            return uvp_fail(err, UVP_BAD_DATA, zip->feed.at,
                            "the zip archive ends inside a member");
        }
        bytes -= some;
    }
    return UVP_OK;
}

/* What the scan has found becomes the member's. */
static void adopt_scan(struct uvp_zip_input *zip)
{
    struct uvp_zip_member *const now = &zip->now;

    if (!now->known && zip->scan.found) {
        now->known = true;
        now->body_bytes = zip->scan.body_bytes;
        now->tail_bytes = zip->scan.tail_bytes;
        now->size_bytes = zip->scan.size_bytes;
        now->crc = zip->scan.crc;
    }
}

enum uvp_code uvp_zip_scan_on(struct uvp_zip_input *zip, uint64_t in, uint64_t out,
                              struct uvp_error *err)
{
    if (!zip->now.known) {
        UVP_TRY(uvp_zip_scan_step(&zip->scan, in, out, err));
        adopt_scan(zip);
    }
    return UVP_OK;
}

/* The input's offset up to which bytes are the member's for certain. */
uint64_t uvp_zip_sure_end(const struct uvp_zip_input *zip)
{
    const struct uvp_zip_member *const now = &zip->now;

    if (now->known) {
        return now->at + now->head_bytes + now->body_bytes + now->tail_bytes;
    }
    return now->at + now->head_bytes + uvp_zip_scan_sure(&zip->scan);
}

/* Goes over about a block of the member. */
enum uvp_code uvp_zip_pass_step(struct uvp_zip_input *zip, bool *more, struct uvp_error *err)
{
    uint64_t left;

    if (!zip->now.open) {
        *more = false;
        return UVP_OK;
    }
    UVP_TRY(uvp_zip_scan_on(zip, UVP_ZIP_STEP_BYTES, UVP_ZIP_STEP_OUT_BYTES, err));
    left = uvp_zip_sure_end(zip) - zip->feed.at;
    UVP_TRY(
        uvp_zip_pass_bytes(zip, left < UVP_ZIP_STEP_BYTES ? left : UVP_ZIP_STEP_BYTES, err));
    zip->now.open = !zip->now.known || left > UVP_ZIP_STEP_BYTES;
    *more = zip->now.open;
    return UVP_OK;
}

enum uvp_code uvp_zip_finish_member(struct uvp_zip_input *zip, struct uvp_error *err)
{
    bool more = zip->now.open;

    while (more) {
        UVP_TRY(uvp_zip_pass_step(zip, &more, err));
    }
    return UVP_OK;
}

/* ---- what next tells ---- */

enum uvp_code uvp_zip_keep_name(struct uvp_zip_input *zip, uint32_t name_bytes,
                                struct uvp_error *err)
{
    uvp_buf_reset(&zip->name);
    UVP_TRY(uvp_buf_reserve(&zip->name, (size_t)name_bytes + 1, err));
    if (name_bytes != 0) {
        memcpy(zip->name.data, zip->head.data + UVP_ZIP_LOCAL_BYTES, name_bytes);
    }
    zip->name.data[name_bytes] = '\0';
    zip->name.bytes = name_bytes;
    return UVP_OK;
}

enum uvp_entry_type uvp_zip_type_of(const struct uvp_zip_input *zip)
{
    const size_t bytes = zip->name.bytes;

    if (bytes != 0 && zip->name.data[bytes - 1] == '/') {
        return UVP_ENTRY_FOLDER;
    }
    switch (zip->now.mode & S_IFMT) {
    case 0:
    case S_IFREG:
        return UVP_ENTRY_FILE;
    case S_IFDIR:
        return UVP_ENTRY_FOLDER;
    case S_IFLNK:
        return UVP_ENTRY_LINK;
    default:
        return UVP_ENTRY_OTHER;
    }
}

static const char *judge_sizes(const struct uvp_zip_member *now)
{
    if (!now->known) {
        return NULL;
    }
    if (now->method == UVP_ZIP_STORED && now->size_bytes != now->body_bytes) {
        return "its sizes contradict each other";
    }
    if (now->size_bytes / UVP_ZIP_MOST_RATIO > now->body_bytes) {
        return "it declares more bytes than its data can hold";
    }
    return NULL;
}

void uvp_zip_tell(struct uvp_zip_input *zip, struct uvp_header *header)
{
    struct uvp_zip_member *const now = &zip->now;
    const char *why_not = now->why_not;

    now->type = uvp_zip_type_of(zip);
    if (why_not == NULL && now->type != UVP_ENTRY_FILE) {
        why_not = "it is not a regular file";
    }
    if (why_not == NULL) {
        why_not = uvp_zip_why_not(now->method, now->flags);
    }
    if (why_not == NULL) {
        why_not = judge_sizes(now);
    }
    memset(header, 0, sizeof *header);
    header->path = (const char *)zip->name.data;
    header->path_bytes = zip->name.bytes;
    header->type = now->type;
    header->size_known = now->known;
    header->size_bytes = now->known ? now->size_bytes : 0;
    header->stored_bytes = now->known ? now->body_bytes : 0;
    header->at = now->at;
    header->replaceable = why_not == NULL;
    header->why_not = why_not;
}

/* Brings the local header at the feed's place into `head`; *whole is false when there is none.
 */
enum uvp_code uvp_zip_read_local(struct uvp_zip_input *zip, uint64_t room,
                                 struct uvp_zip_local *local, bool *whole,
                                 struct uvp_error *err)
{
    unsigned char fixed[UVP_ZIP_LOCAL_BYTES];
    uint64_t got = 0;
    uint32_t bytes;

    *whole = false;
    UVP_TRY(uvp_feed_fill(&zip->feed, sizeof fixed, &got, err));
    if (got < sizeof fixed || room < sizeof fixed) {
        return UVP_OK;
    }
    uvp_feed_copy(&zip->feed, 0, fixed, sizeof fixed);
    bytes = uvp_zip_local_bytes(fixed);
    if (bytes == 0 || bytes > room) {
        return UVP_OK;
    }
    UVP_TRY(uvp_feed_fill(&zip->feed, bytes, &got, err));
    if (got < bytes) {
        return UVP_OK;
    }
    uvp_buf_reset(&zip->head);
    UVP_TRY(uvp_buf_reserve(&zip->head, bytes, err));
    uvp_feed_copy(&zip->feed, 0, zip->head.data, bytes);
    zip->head.bytes = bytes;
    *whole = uvp_zip_local_parse(uvp_buf_span(&zip->head), local);
    return UVP_OK;
}

void uvp_zip_begin_member(struct uvp_zip_input *zip, const struct uvp_zip_local *local)
{
    struct uvp_zip_member *const now = &zip->now;

    memset(now, 0, sizeof *now);
    now->open = true;
    now->at = zip->feed.at;
    now->head_bytes = local->head_bytes;
    now->body_bytes = local->stored_bytes;
    now->size_bytes = local->size_bytes;
    now->crc = local->crc;
    now->method = local->method;
    now->flags = local->flags;
    now->time = local->time;
    now->date = local->date;
}
