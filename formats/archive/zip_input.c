/*
 * The face of a zip: what can be asked of it, whichever way it is read (zip_listed.c,
 * zip_scanned.c). The bytes come through the feed once, in order, so what is not taken goes
 * out as it came.
 *
 * Formats: PKWARE APPNOTE 6.3.10.
 */
#include "formats/archive/zip_input.h"

#include <archive_entry.h>
#include <string.h>

#include "formats/archive/zip_metadata.h"

#define LINK_MOST_BYTES 4096u

static struct uvp_zip_input *zip_of(struct uvp_input *input)
{
    return (struct uvp_zip_input *)input;
}

bool uvp_zip_sniff(struct uvp_span head)
{
    uint32_t signature;

    if (head.bytes < 4) {
        return false;
    }
    signature = uvp_zip_u32(head.data);
    if (signature == UVP_ZIP_DESCRIPTOR || signature == UVP_ZIP_WHOLE) {
        return head.bytes >= 8 && uvp_zip_u32(head.data + 4) == UVP_ZIP_LOCAL;
    }
    return signature == UVP_ZIP_LOCAL || signature == UVP_ZIP_END || signature == UVP_ZIP_END64;
}

/* A failure that stays: every later call tells it again, and flush gives what was read. */
static enum uvp_code settle(struct uvp_zip_input *zip, enum uvp_code code,
                            const struct uvp_error *found, struct uvp_error *err)
{
    if (code == UVP_OK || code == UVP_END) {
        return code;
    }
    if (code != UVP_CANCELLED) {
        zip->failure = *found;
        zip->failure.code = code;
    }
    if (err != NULL && err->code == UVP_OK) {
        *err = *found;
    }
    return code;
}

static enum uvp_code repeat(const struct uvp_zip_input *zip, struct uvp_error *err)
{
    if (err != NULL && err->code == UVP_OK) {
        *err = zip->failure;
    }
    return zip->failure.code;
}

/* ---- the operations ---- */

static enum uvp_code next_step(struct uvp_zip_input *zip, struct uvp_header *header,
                               struct uvp_error *err)
{
    if (!zip->prepared) {
        UVP_TRY(uvp_zip_prepare(zip, err));
    }
    UVP_TRY(uvp_zip_finish_member(zip, err));
    if (zip->over) {
        return UVP_END;
    }
    return zip->listed ? uvp_zip_next_listed(zip, header, err)
                       : uvp_zip_next_scanned(zip, header, err);
}

static enum uvp_code next(struct uvp_input *input, struct uvp_header *header,
                          struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);
    struct uvp_error found;

    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    uvp_error_clear(&found);
    return settle(zip, next_step(zip, header, &found), &found, err);
}

static enum uvp_code pass(struct uvp_input *input, bool *more, struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);
    struct uvp_error found;

    *more = false;
    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    uvp_error_clear(&found);
    return settle(zip, uvp_zip_pass_step(zip, more, &found), &found, err);
}

/* Where a symbolic link points: its contents. NULL when it cannot be read. */
static const char *read_link(const struct uvp_entry *entry, struct uvp_buf *store)
{
    struct uvp_span body = {NULL, 0};

    if (entry->size_bytes == 0 || entry->size_bytes > LINK_MOST_BYTES ||
        uvp_zip_load(entry, store, &body, NULL) != UVP_OK) {
        return NULL;
    }
    if (body.data != store->data) {
        uvp_buf_reset(store);
        if (uvp_buf_append(store, body.data, body.bytes, NULL) != UVP_OK) {
            return NULL;
        }
    }
    if (uvp_buf_append(store, "", 1, NULL) != UVP_OK) {
        return NULL;
    }
    return (const char *)store->data;
}

static enum uvp_code add_metadata(struct uvp_zip_input *zip, struct uvp_entry *entry,
                                  const struct uvp_entry *whole, struct uvp_error *err)
{
    const struct uvp_zip_member *const now = &zip->now;
    struct uvp_zip_about about = {
        .path = entry->path,
        .type = now->type,
        .size_known = now->known,
        .size_bytes = now->size_bytes,
        .mode = now->mode,
        .dos_time = now->time,
        .dos_date = now->date,
    };
    struct uvp_buf store;
    enum uvp_code code;

    if (zip->head.bytes >= UVP_ZIP_LOCAL_BYTES) {
        const size_t extra_at = UVP_ZIP_LOCAL_BYTES + zip->name.bytes;
        about.extras = uvp_span_of(zip->head.data + extra_at, zip->head.bytes - extra_at);
    }
    uvp_buf_init(&store, zip->base.options.mem, (size_t)LINK_MOST_BYTES + 1);
    if (now->type == UVP_ENTRY_LINK && whole != NULL) {
        about.link = read_link(whole, &store);
        if (about.link == NULL) {
            uvp_zip_warn(zip, now->at, "where a symbolic link points cannot be read");
        }
    }
    code = uvp_zip_metadata_make(&about, &entry->metadata, err);
    uvp_buf_release(&store);
    return code;
}

static enum uvp_code describe(struct uvp_zip_input *zip, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    const struct uvp_zip_member *const now = &zip->now;

    entry->container = UVP_CONTAINER_ZIP;
    entry->type = now->type;
    entry->at = now->at;
    entry->head_bytes = now->head_bytes;
    entry->body_bytes = now->body_bytes;
    entry->tail_bytes = now->tail_bytes;
    entry->size_bytes = now->size_bytes;
    entry->zip_method = now->method;
    entry->zip_flags = now->flags;
    entry->zip_crc = now->crc;
    return uvp_entry_set_path(entry, (const char *)zip->name.data, zip->name.bytes, err);
}

/* The whole member comes into the feed; only then it is handed over, all or nothing. */
static enum uvp_code bring_member(struct uvp_zip_input *zip, uint64_t *bytes,
                                  struct uvp_error *err)
{
    uint64_t got = 0;

    while (!zip->now.known) {
        UVP_TRY(uvp_zip_scan_on(zip, UVP_ZIP_STEP_BYTES, UVP_ZIP_STEP_OUT_BYTES, err));
    }
    *bytes = uvp_zip_sure_end(zip) - zip->feed.at;
    UVP_TRY(uvp_feed_fill(&zip->feed, *bytes, &got, err));
    if (got < *bytes) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at + got,
                        "the zip archive ends inside a member");
    }
    return UVP_OK;
}

static enum uvp_code share_member(struct uvp_zip_input *zip, uint64_t bytes,
                                  struct uvp_entry *entry, struct uvp_error *err)
{
    enum uvp_code code = uvp_feed_share(&zip->feed, &entry->raw, bytes, err);

    if (code == UVP_OK) {
        code = describe(zip, entry, err);
    }
    if (code == UVP_OK && zip->base.options.keep_metadata) {
        code = add_metadata(zip, entry, entry, err);
    }
    if (code != UVP_OK) {
        uvp_entry_reset(entry);
    }
    return code;
}

static enum uvp_code take(struct uvp_input *input, struct uvp_entry *entry,
                          struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);
    struct uvp_error found;
    uint64_t bytes = 0;
    enum uvp_code code;

    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    if (!zip->now.open || zip->feed.at != zip->now.at) {
        return uvp_fail(err, UVP_USAGE, zip->feed.at, "no zip member to take");
    }
    uvp_error_clear(&found);
    code = bring_member(zip, &bytes, &found);
    if (code == UVP_NO_MEMORY) {
        return uvp_fail_memory(err, 0); /* the member can still be passed */
    }
    if (code != UVP_OK) {
        return settle(zip, code, &found, err);
    }
    if (zip->feed.passed.bytes != 0) {
        return uvp_fail(err, UVP_USAGE, zip->feed.at, "bytes before the member not flushed");
    }
    UVP_TRY(share_member(zip, bytes, entry, err));
    uvp_feed_skip(&zip->feed, bytes);
    zip->now.open = false;
    return UVP_OK;
}

static enum uvp_code announce_link(struct uvp_zip_input *zip, struct uvp_entry *entry,
                                   struct uvp_error *err)
{
    struct uvp_entry whole;
    uint64_t bytes = 0;
    enum uvp_code code;

    uvp_entry_init(&whole, zip->base.options.mem);
    code = bring_member(zip, &bytes, err);
    if (code == UVP_OK) {
        code = uvp_feed_share(&zip->feed, &whole.raw, bytes, err);
    }
    if (code == UVP_OK) {
        code = describe(zip, &whole, err);
    }
    if (code == UVP_OK) {
        code = add_metadata(zip, entry, &whole, err);
    }
    uvp_entry_release(&whole);
    return code;
}

static enum uvp_code announce(struct uvp_input *input, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);

    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    UVP_TRY(describe(zip, entry, err));
    entry->head_bytes = 0;
    entry->body_bytes = 0;
    entry->tail_bytes = 0;
    if (!zip->base.options.keep_metadata) {
        return UVP_OK;
    }
    if (zip->now.type == UVP_ENTRY_LINK && zip->now.open &&
        zip->now.size_bytes <= LINK_MOST_BYTES) {
        return announce_link(zip, entry, err);
    }
    return add_metadata(zip, entry, NULL, err);
}

/* ---- decoded ---- */

static enum uvp_code begin_reading(struct uvp_zip_input *zip, struct uvp_error *err)
{
    const struct uvp_zip_member *const now = &zip->now;
    uint64_t got = 0;

    if (now->method == UVP_ZIP_DAMAGED_METHOD) {
        return uvp_fail(err, UVP_BAD_DATA, now->at, "%s", now->why_not);
    }
    if (uvp_zip_why_not(now->method, now->flags) != NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, now->at, "%s",
                        uvp_zip_why_not(now->method, now->flags));
    }
    UVP_TRY(uvp_zip_body_begin(&zip->body, now->method == UVP_ZIP_DEFLATE, err));
    UVP_TRY(uvp_feed_fill(&zip->feed, now->head_bytes, &got, err));
    uvp_feed_skip(&zip->feed, now->head_bytes);
    zip->now.reading = true;
    return UVP_OK;
}

static enum uvp_code end_reading(struct uvp_zip_input *zip, struct uvp_error *err)
{
    struct uvp_zip_member *const now = &zip->now;
    uint64_t got = 0;

    now->open = false;
    if (zip->body.used != now->body_bytes || zip->body.made != now->size_bytes) {
        return uvp_fail(err, UVP_BAD_DATA, now->at, "a zip member is not of its stated size");
    }
    if (zip->body.crc != now->crc) {
        return uvp_fail(err, UVP_BAD_DATA, now->at,
                        "the checksum of a zip member does not fit");
    }
    UVP_TRY(uvp_feed_fill(&zip->feed, now->tail_bytes, &got, err));
    uvp_feed_skip(&zip->feed, got);
    return UVP_OK;
}

static enum uvp_code read_step(struct uvp_zip_input *zip, struct uvp_slices *decoded,
                               bool *more, struct uvp_error *err)
{
    struct uvp_zip_member *const now = &zip->now;
    uint64_t body_end;
    uint64_t left;
    uint64_t made;
    uint64_t got = 0;
    enum uvp_code code;

    if (!now->reading) {
        UVP_TRY(begin_reading(zip, err));
    }
    UVP_TRY(uvp_zip_scan_on(zip, UVP_ZIP_STEP_BYTES, UVP_ZIP_STEP_OUT_BYTES, err));
    body_end = uvp_zip_sure_end(zip) - (now->known ? now->tail_bytes : 0);
    left = body_end - zip->feed.at;
    left = left < UVP_ZIP_STEP_BYTES ? left : UVP_ZIP_STEP_BYTES;
    UVP_TRY(uvp_feed_fill(&zip->feed, left, &got, err));
    if (got < left) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at + got,
                        "the zip archive ends inside a member");
    }
    made = zip->body.made;
    code = uvp_zip_body_step(&zip->body, left, decoded, err);
    if (code != UVP_OK && code != UVP_END) {
        return code;
    }
    if (code == UVP_OK && now->known && left == 0 && now->method == UVP_ZIP_DEFLATE &&
        zip->body.made == made) {
        return uvp_fail(err, UVP_BAD_DATA, now->at, "the deflate data of a member is cut off");
    }
    if (now->known && zip->body.made > now->size_bytes) {
        return uvp_fail(err, UVP_BAD_DATA, now->at, "a zip member is not of its stated size");
    }
    *more = !(now->known &&
              (code == UVP_END || (zip->feed.at == body_end && now->method == UVP_ZIP_STORED)));
    return *more ? UVP_OK : end_reading(zip, err);
}

/* A failure here is the member's own: the rest of its bytes is passed by the next `next`. */
static enum uvp_code read_on(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                             struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);

    *more = false;
    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    return zip->now.open ? read_step(zip, decoded, more, err) : UVP_OK;
}

/* ---- raw bytes ---- */

static enum uvp_code flush(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                           struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);

    if (zip->failure.code != UVP_OK) {
        UVP_TRY(uvp_feed_pass(&zip->feed, zip->feed.ahead_bytes, err));
    }
    return uvp_feed_flush(&zip->feed, raw, at, err);
}

static uint64_t flushable(const struct uvp_input *input)
{
    const struct uvp_zip_input *const zip = (const struct uvp_zip_input *)input;

    return zip->feed.passed.bytes + (zip->failure.code != UVP_OK ? zip->feed.ahead_bytes : 0);
}

static enum uvp_code trailer(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                             struct uvp_error *err)
{
    struct uvp_zip_input *const zip = zip_of(input);
    struct uvp_error found;
    uint64_t got = 0;
    enum uvp_code code;

    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    if (!zip->over) {
        return uvp_fail(err, UVP_USAGE, zip->feed.at, "the zip trailer before its end");
    }
    uvp_error_clear(&found);
    code = uvp_feed_fill(&zip->feed, UINT64_MAX, &got, &found);
    if (code != UVP_OK) {
        return settle(zip, code, &found, err);
    }
    UVP_TRY(uvp_feed_pass(&zip->feed, zip->feed.ahead_bytes, err));
    return uvp_feed_flush(&zip->feed, raw, at, err);
}

static void close_zip(struct uvp_input *input)
{
    struct uvp_zip_input *const zip = zip_of(input);

    uvp_zip_body_release(&zip->body);
    uvp_zip_scan_release(&zip->scan);
    uvp_zip_directory_release(&zip->directory);
    uvp_buf_release(&zip->head);
    uvp_buf_release(&zip->name);
    uvp_feed_release(&zip->feed);
    uvp_stream_close(zip->base.stream);
    uvp_mem_give(zip->base.options.mem, zip, sizeof *zip);
}

static const struct uvp_input_ops zip_ops = {
    .container = UVP_CONTAINER_ZIP,
    .next = next,
    .take = take,
    .announce = announce,
    .pass = pass,
    .read = read_on,
    .flush = flush,
    .flushable = flushable,
    .trailer = trailer,
    .close = close_zip,
};

enum uvp_code uvp_zip_input_open(struct uvp_stream *stream, struct uvp_span head,
                                 const struct uvp_input_options *options,
                                 struct uvp_input **input, struct uvp_error *err)
{
    struct uvp_zip_input *const zip = uvp_mem_take_zeroed(options->mem, sizeof *zip);

    (void)head;
    if (zip == NULL) {
        return uvp_fail_memory(err, sizeof *zip);
    }
    zip->base.ops = &zip_ops;
    zip->base.options = *options;
    zip->base.stream = stream;
    uvp_feed_init(&zip->feed, stream, options->mem);
    uvp_zip_directory_init(&zip->directory, options->mem);
    uvp_zip_scan_init(&zip->scan, &zip->feed, options->mem);
    uvp_zip_body_init(&zip->body, &zip->feed, options->pool, options->mem);
    uvp_buf_init(&zip->head, options->mem, 0);
    uvp_buf_init(&zip->name, options->mem, 0);
    *input = &zip->base;
    return UVP_OK;
}
