/*
 * On a pipe each local header is met in turn, and the directory at the end has to agree with
 * what was seen.
 *
 * A member whose end nobody can find (encrypted or oddly compressed, sizes behind it) makes the
 * rest of the stream go to a spool, which has random access: from there the directory leads.
 */
#include "formats/archive/zip_input.h"

#include <string.h>

#include "formats/archive/spool.h"

#define LOOK_IN_BYTES ((uint64_t)4 << 20)   /* how far a member of unknown size is followed */
#define LOOK_OUT_BYTES ((uint64_t)64 << 20) /* before it is told of without its size */

static enum uvp_code copy_from_feed(void *ctx, uint64_t at, void *to, size_t bytes,
                                    struct uvp_error *err)
{
    struct uvp_zip_input *const zip = ctx;
    const uint64_t skip = at - zip->feed.at;
    uint64_t got = 0;

    UVP_TRY(uvp_feed_fill(&zip->feed, skip + bytes, &got, err));
    if (got < skip + bytes) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at + got, "the zip directory is cut off");
    }
    uvp_feed_copy(&zip->feed, skip, to, bytes);
    return UVP_OK;
}

static enum uvp_code tally_record(void *ctx, const struct uvp_zip_record *record,
                                  struct uvp_span bytes, uint64_t at, struct uvp_error *err)
{
    (void)bytes;
    (void)at;
    (void)err;
    uvp_zip_tally_add(ctx, record->local_at);
    return UVP_OK;
}

static enum uvp_code compare_tally(const struct uvp_zip_input *zip,
                                   const struct uvp_zip_tally *stated, uint64_t at,
                                   struct uvp_error *err)
{
    if (stated->count != zip->seen.count) {
        return uvp_fail(err, UVP_BAD_DATA, at,
                        "the zip directory lists %llu members and %llu were there",
                        (unsigned long long)stated->count, (unsigned long long)zip->seen.count);
    }
    if (stated->sum != zip->seen.sum) {
        return uvp_fail(err, UVP_BAD_DATA, at,
                        "the zip directory lists other members than were there");
    }
    return UVP_OK;
}

/* Reads the directory to its end, which stays in the feed for the trailer, and compares. */
static enum uvp_code end_scanned(struct uvp_zip_input *zip, struct uvp_error *err)
{
    const struct uvp_zip_source source = {.copy = copy_from_feed, .ctx = zip};
    const uint64_t at = zip->feed.at;
    struct uvp_zip_tally stated = {0, 0};
    struct uvp_zip_window window;
    struct uvp_zip_end end;
    unsigned char first[4] = {0};
    uint64_t got = 0;
    enum uvp_code code;

    uvp_zip_window_init(&window, source, UINT64_MAX, 0, zip->base.options.mem);
    code = uvp_zip_directory_walk(&window, at, tally_record, &stated, &end, err);
    uvp_zip_window_release(&window);
    if (code != UVP_OK) {
        return code;
    }
    UVP_TRY(compare_tally(zip, &stated, at, err));
    if (end.stated_at != at) {
        return uvp_fail(err, UVP_BAD_DATA, at, "the zip directory is not where it should be");
    }
    UVP_TRY(uvp_feed_fill(&zip->feed, end.after - at + UVP_ZIP_REST_MOST_BYTES + 1, &got, err));
    if (got >= end.after - at + 4) {
        uvp_feed_copy(&zip->feed, end.after - at, first, 4);
    }
    UVP_TRY(
        uvp_zip_judge_rest(zip, end.after, got - (end.after - at), uvp_zip_u32(first), err));
    zip->over = true;
    return UVP_END;
}

/* Puts the rest of the stream aside and goes on with the copy. */
static enum uvp_code spool_rest(struct uvp_zip_input *zip, struct uvp_error *err)
{
    const struct uvp_input_options *const options = &zip->base.options;
    struct uvp_stream *copy = NULL;
    struct uvp_spool *spool = NULL;
    enum uvp_code code;

    UVP_TRY(uvp_spool_create(options->spool_limit_bytes, options->mem, &spool, err));
    code = UVP_OK;
    for (uint64_t skip = 0; code == UVP_OK && skip < zip->feed.ahead_bytes;) {
        const struct uvp_span piece = uvp_feed_piece(&zip->feed, skip);

        code = uvp_spool_add(spool, piece, err);
        skip += piece.bytes;
    }
    if (code == UVP_OK && !zip->feed.ended) {
        code = uvp_spool_add_stream(spool, zip->base.stream, err);
    }
    if (code == UVP_OK) {
        code = uvp_spool_reread(spool, options->pool, options->stop, &copy, err);
    }
    uvp_spool_destroy(spool);
    if (code != UVP_OK) {
        return code;
    }
    zip->base_at = zip->feed.at;
    uvp_feed_switch(&zip->feed, copy);
    uvp_stream_close(zip->base.stream);
    zip->base.stream = copy;
    return UVP_OK;
}

/* From here on the directory leads; what it says of the members before must be what was seen.
 */
static enum uvp_code switch_to_listed(struct uvp_zip_input *zip, struct uvp_error *err)
{
    struct uvp_zip_tally stated = {0, 0};
    const uint64_t at = zip->feed.at;

    UVP_TRY(spool_rest(zip, err));
    UVP_TRY(uvp_zip_load_directory(zip, err));
    UVP_TRY(uvp_zip_directory_check(&zip->directory, err));
    while (stated.count < zip->directory.count &&
           zip->directory.records[stated.count].local_at < at) {
        uvp_zip_tally_add(&stated, zip->directory.records[stated.count].local_at);
    }
    UVP_TRY(compare_tally(zip, &stated, zip->directory.end.directory_at, err));
    if (stated.count == zip->directory.count ||
        zip->directory.records[stated.count].local_at != at) {
        return uvp_fail(err, UVP_BAD_DATA, at, "a zip member that is not in the directory");
    }
    zip->next_record = (size_t)stated.count;
    zip->listed = true;
    return UVP_OK;
}

/* Are a member's sizes behind it? Some writers know the file's size ahead, but not the stored.
 */
static bool is_open_ended(const struct uvp_zip_local *local)
{
    if ((local->flags & UVP_ZIP_FLAG_DESCRIPTOR) == 0) {
        return false;
    }
    return local->stored_bytes == 0 || (local->stored_bytes == UVP_ZIP_FULL32 && !local->zip64);
}

static enum uvp_code start_scan(struct uvp_zip_input *zip, const struct uvp_zip_local *local,
                                struct uvp_error *err)
{
    const uint64_t start = zip->now.at + zip->now.head_bytes;
    enum uvp_zip_scan_way way = UVP_ZIP_SCAN_COUNT;

    zip->now.known = (local->flags & UVP_ZIP_FLAG_DESCRIPTOR) == 0;
    if (zip->now.known) {
        return UVP_OK;
    }
    if (is_open_ended(local)) {
        way = local->method == UVP_ZIP_STORED ? UVP_ZIP_SCAN_SEARCH : UVP_ZIP_SCAN_INFLATE;
    }
    UVP_TRY(uvp_zip_scan_begin(&zip->scan, way, local, start, err));
    zip->scan.may_be_bare = uvp_zip_type_of(zip) == UVP_ENTRY_FOLDER;
    return uvp_zip_scan_on(zip, LOOK_IN_BYTES, LOOK_OUT_BYTES, err);
}

static enum uvp_code scan_member(struct uvp_zip_input *zip, struct uvp_header *header,
                                 struct uvp_error *err)
{
    struct uvp_zip_local local;
    bool whole = false;

    UVP_TRY(uvp_zip_read_local(zip, UINT64_MAX, &local, &whole, err));
    if (!whole) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at,
                        "the local header of a zip member is cut or damaged");
    }
    if (is_open_ended(&local) && uvp_zip_why_not(local.method, local.flags) != NULL) {
        UVP_TRY(switch_to_listed(zip, err));
        return uvp_zip_next_listed(zip, header, err);
    }
    uvp_zip_tally_add(&zip->seen, zip->feed.at);
    UVP_TRY(uvp_zip_keep_name(zip, local.name_bytes, err));
    uvp_zip_begin_member(zip, &local);
    UVP_TRY(start_scan(zip, &local, err));
    uvp_zip_tell(zip, header);
    return UVP_OK;
}

enum uvp_code uvp_zip_next_scanned(struct uvp_zip_input *zip, struct uvp_header *header,
                                   struct uvp_error *err)
{
    unsigned char first[4] = {0};
    uint64_t got = 0;
    uint32_t signature;

    UVP_TRY(uvp_feed_fill(&zip->feed, 4, &got, err));
    uvp_feed_copy(&zip->feed, 0, first, (size_t)got);
    signature = uvp_zip_u32(first);
    if (zip->feed.at == 0 && (signature == UVP_ZIP_DESCRIPTOR || signature == UVP_ZIP_WHOLE)) {
        UVP_TRY(uvp_zip_pass_bytes(zip, 4, err));
        return uvp_zip_next_scanned(zip, header, err); /* once: the offset is not 0 any more */
    }
    switch (signature) {
    case UVP_ZIP_LOCAL:
        return scan_member(zip, header, err);
    case UVP_ZIP_CENTRAL:
    case UVP_ZIP_END:
    case UVP_ZIP_END64:
        return end_scanned(zip, err);
    case UVP_ZIP_EXTRA_DATA:
        return uvp_fail(err, UVP_UNSUPPORTED, zip->feed.at, "the zip directory is encrypted");
    default:
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at + (got < 4 ? got : 0),
                        got < 4 ? "the zip directory is missing"
                                : "neither a zip member nor the zip directory");
    }
}
