/*
 * Two ways to the same members. With random access the central directory is read first and
 * says where they lie. On a pipe each local header is met in turn, and the directory at the
 * end has to agree with what was seen. Either way the bytes come through the feed once, in
 * order, so what is not taken goes out as it came.
 *
 * A member on a pipe whose end nobody can find (encrypted or oddly compressed, sizes behind
 * it) makes the rest of the stream go to a spool, which then has random access.
 *
 * Formats: PKWARE APPNOTE 6.3.10.
 */
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/archive/container.h"
#include "formats/archive/feed.h"
#include "formats/archive/spool.h"
#include "formats/archive/zip_body.h"
#include "formats/archive/zip_directory.h"
#include "formats/archive/zip_metadata.h"
#include "formats/archive/zip_scan.h"

#define LOOK_IN_BYTES ((uint64_t)4 << 20)   /* how far a member of unknown size is followed */
#define LOOK_OUT_BYTES ((uint64_t)64 << 20) /* before it is told of without its size */
#define STEP_BYTES ((uint64_t)UVP_BLOCK_BYTES)
#define STEP_OUT_BYTES ((uint64_t)16 << 20)
#define REST_MOST_BYTES ((uint64_t)64 << 10) /* what may follow an archive */
#define LINK_MOST_BYTES 4096u
#define DAMAGED_METHOD UINT16_C(0xffff)

/* The member `next` has told of last. */
struct member {
    bool open;  /* bytes of it may be left in the feed */
    bool known; /* body_bytes and tail_bytes are */
    bool reading;
    uint64_t at;
    uint32_t head_bytes;
    uint64_t body_bytes;
    uint32_t tail_bytes;
    uint64_t size_bytes;
    uint32_t crc;
    uint32_t mode; /* Unix; 0: not known */
    uint16_t method;
    uint16_t flags;
    uint16_t time;
    uint16_t date;
    enum uvp_entry_type type;
    const char *why_not;
};

struct zip_input {
    struct uvp_input base;
    struct uvp_feed feed;
    struct uvp_zip_directory directory;
    struct uvp_zip_scan scan;
    struct uvp_zip_body body;
    struct uvp_zip_tally seen;
    struct member now;
    struct uvp_buf head; /* its local header */
    struct uvp_buf name; /* its path and a NUL */
    size_t next_record;
    uint64_t base_at; /* offset in the input of the stream's first byte */
    bool prepared;
    bool listed; /* the directory leads */
    bool over;
    struct uvp_error failure;
};

static struct zip_input *zip_of(struct uvp_input *input)
{
    return (struct zip_input *)input;
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

static void warn(struct zip_input *zip, uint64_t at, const char *text)
{
    struct uvp_error warning;

    if (zip->base.options.warn != NULL) {
        uvp_error_clear(&warning);
        (void)uvp_fail(&warning, UVP_BAD_DATA, at, "%s", text);
        zip->base.options.warn(zip->base.options.warn_ctx, &warning);
    }
}

/* A failure that stays: every later call tells it again, and flush gives what was read. */
static enum uvp_code settle(struct zip_input *zip, enum uvp_code code,
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

static enum uvp_code repeat(const struct zip_input *zip, struct uvp_error *err)
{
    if (err != NULL && err->code == UVP_OK) {
        *err = zip->failure;
    }
    return zip->failure.code;
}

/* ---- sources for the directory ---- */

static enum uvp_code copy_from_file(void *ctx, uint64_t at, void *to, size_t bytes,
                                    struct uvp_error *err)
{
    struct zip_input *const zip = ctx;
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

static enum uvp_code copy_from_feed(void *ctx, uint64_t at, void *to, size_t bytes,
                                    struct uvp_error *err)
{
    struct zip_input *const zip = ctx;
    const uint64_t skip = at - zip->feed.at;
    uint64_t got = 0;

    UVP_TRY(uvp_feed_fill(&zip->feed, skip + bytes, &got, err));
    if (got < skip + bytes) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at + got, "the zip directory is cut off");
    }
    uvp_feed_copy(&zip->feed, skip, to, bytes);
    return UVP_OK;
}

/* ---- going forward ---- */

/* Passes `bytes`; a stream that ends before is a failure once all it had was passed. */
static enum uvp_code pass_bytes(struct zip_input *zip, uint64_t bytes, struct uvp_error *err)
{
    while (bytes > 0) {
        const uint64_t some = bytes < STEP_BYTES ? bytes : STEP_BYTES;
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
static void adopt_scan(struct zip_input *zip)
{
    struct member *const now = &zip->now;

    if (!now->known && zip->scan.found) {
        now->known = true;
        now->body_bytes = zip->scan.body_bytes;
        now->tail_bytes = zip->scan.tail_bytes;
        now->size_bytes = zip->scan.size_bytes;
        now->crc = zip->scan.crc;
    }
}

static enum uvp_code scan_on(struct zip_input *zip, uint64_t in, uint64_t out,
                             struct uvp_error *err)
{
    if (!zip->now.known) {
        UVP_TRY(uvp_zip_scan_step(&zip->scan, in, out, err));
        adopt_scan(zip);
    }
    return UVP_OK;
}

/* The input's offset up to which bytes are the member's for certain. */
static uint64_t sure_end(const struct zip_input *zip)
{
    const struct member *const now = &zip->now;

    if (now->known) {
        return now->at + now->head_bytes + now->body_bytes + now->tail_bytes;
    }
    return now->at + now->head_bytes + uvp_zip_scan_sure(&zip->scan);
}

/* Goes over about a block of the member. */
static enum uvp_code pass_step(struct zip_input *zip, bool *more, struct uvp_error *err)
{
    uint64_t left;

    if (!zip->now.open) {
        *more = false;
        return UVP_OK;
    }
    UVP_TRY(scan_on(zip, STEP_BYTES, STEP_OUT_BYTES, err));
    left = sure_end(zip) - zip->feed.at;
    UVP_TRY(pass_bytes(zip, left < STEP_BYTES ? left : STEP_BYTES, err));
    zip->now.open = !zip->now.known || left > STEP_BYTES;
    *more = zip->now.open;
    return UVP_OK;
}

static enum uvp_code finish_member(struct zip_input *zip, struct uvp_error *err)
{
    bool more = zip->now.open;

    while (more) {
        UVP_TRY(pass_step(zip, &more, err));
    }
    return UVP_OK;
}

/* ---- what next tells ---- */

static enum uvp_code keep_name(struct zip_input *zip, uint32_t name_bytes,
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

static enum uvp_entry_type type_of(const struct zip_input *zip)
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

static const char *judge_sizes(const struct member *now)
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

static void tell(struct zip_input *zip, struct uvp_header *header)
{
    struct member *const now = &zip->now;
    const char *why_not = now->why_not;

    now->type = type_of(zip);
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
static enum uvp_code read_local(struct zip_input *zip, uint64_t room,
                                struct uvp_zip_local *local, bool *whole, struct uvp_error *err)
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

static void begin_member(struct zip_input *zip, const struct uvp_zip_local *local)
{
    struct member *const now = &zip->now;

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

/* ---- listed ---- */

/* What is behind the last member and in front of the directory, or behind it all. */
static enum uvp_code judge_rest(struct zip_input *zip, uint64_t after, uint64_t bytes,
                                uint32_t signature, struct uvp_error *err)
{
    if (bytes == 0) {
        return UVP_OK;
    }
    if (bytes > REST_MOST_BYTES || signature == UVP_ZIP_LOCAL) {
        return uvp_fail(err, UVP_BAD_DATA, after, "bytes behind the end of the zip archive");
    }
    warn(zip, after, "bytes behind the end of the zip archive");
    return UVP_OK;
}

static enum uvp_code end_listed(struct zip_input *zip, struct uvp_error *err)
{
    const uint64_t size = zip->base_at + zip->base.stream->size_bytes;

    UVP_TRY(pass_bytes(zip, zip->directory.end.directory_at - zip->feed.at, err));
    UVP_TRY(judge_rest(zip, zip->directory.end.after, size - zip->directory.end.after, 0, err));
    zip->over = true;
    return UVP_END;
}

/* A member whose local header is not one: its bytes up to the next are all that is known. */
static enum uvp_code tell_damaged(struct zip_input *zip, uint64_t boundary,
                                  struct uvp_header *header, struct uvp_error *err)
{
    static const struct uvp_zip_local none = {.method = DAMAGED_METHOD};

    uvp_buf_reset(&zip->head);
    UVP_TRY(keep_name(zip, 0, err));
    begin_member(zip, &none);
    zip->now.known = true;
    zip->now.body_bytes = boundary - zip->now.at;
    zip->now.size_bytes = zip->now.body_bytes;
    zip->now.why_not = "its local header is damaged";
    warn(zip, zip->now.at, "the local header of a zip member is damaged");
    tell(zip, header);
    return UVP_OK;
}

/* The descriptor behind a body, as far as there is one in front of `boundary`. */
static enum uvp_code find_tail(struct zip_input *zip, const struct uvp_zip_local *local,
                               uint64_t boundary, struct uvp_error *err)
{
    struct member *const now = &zip->now;
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

static void compare_local(struct zip_input *zip, const struct uvp_zip_record *record,
                          const struct uvp_zip_local *local)
{
    if (zip->name.bytes != record->name_bytes ||
        uvp_zip_crc(0, uvp_buf_span(&zip->name)) != record->name_crc ||
        local->method != record->method) {
        zip->now.why_not = "its local header and the zip directory contradict each other";
        warn(zip, zip->now.at, "a local header and the zip directory contradict each other");
    }
}

static enum uvp_code next_listed(struct zip_input *zip, struct uvp_header *header,
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
    UVP_TRY(pass_bytes(zip, record->local_at - zip->feed.at, err));
    zip->next_record++;
    boundary =
        zip->next_record < directory->count ? record[1].local_at : directory->end.directory_at;
    UVP_TRY(read_local(zip, boundary - record->local_at, &local, &whole, err));
    if (!whole || boundary - record->local_at - local.head_bytes < record->stored_bytes) {
        return tell_damaged(zip, boundary, header, err);
    }
    UVP_TRY(keep_name(zip, local.name_bytes, err));
    begin_member(zip, &local);
    zip->now.known = true;
    zip->now.body_bytes = record->stored_bytes;
    zip->now.size_bytes = record->size_bytes;
    zip->now.crc = record->crc;
    zip->now.method = record->method;
    zip->now.flags = record->flags | (local.flags & UVP_ZIP_FLAG_ENCRYPTED);
    zip->now.mode = uvp_zip_mode_of(record->made_by, record->external);
    UVP_TRY(find_tail(zip, &local, boundary, err));
    compare_local(zip, record, &local);
    tell(zip, header);
    return UVP_OK;
}

/* Another archive's directory may be in front of the end of one that was cut: a file that
 * begins with a member is not a program with an archive behind it. */
static bool is_trustworthy(struct zip_input *zip)
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

static enum uvp_code load_directory(struct zip_input *zip, struct uvp_error *err)
{
    const struct uvp_zip_source source = {.copy = copy_from_file, .ctx = zip};

    UVP_TRY(uvp_zip_directory_load(&zip->directory, source, zip->base_at,
                                   zip->base_at + zip->base.stream->size_bytes, err));
    return UVP_OK;
}

/* Without a directory that can be used the members are looked for as on a pipe. */
static enum uvp_code prepare(struct zip_input *zip, struct uvp_error *err)
{
    const struct uvp_stream *const stream = zip->base.stream;
    struct uvp_error why;
    enum uvp_code code;

    zip->prepared = true;
    if (stream->ops->read_at == NULL || !stream->size_known) {
        return UVP_OK;
    }
    uvp_error_clear(&why);
    code = load_directory(zip, &why);
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

/* ---- scanned ---- */

static enum uvp_code tally_record(void *ctx, const struct uvp_zip_record *record,
                                  struct uvp_span bytes, uint64_t at, struct uvp_error *err)
{
    (void)bytes;
    (void)at;
    (void)err;
    uvp_zip_tally_add(ctx, record->local_at);
    return UVP_OK;
}

static enum uvp_code compare_tally(const struct zip_input *zip,
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
static enum uvp_code end_scanned(struct zip_input *zip, struct uvp_error *err)
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
    UVP_TRY(uvp_feed_fill(&zip->feed, end.after - at + REST_MOST_BYTES + 1, &got, err));
    if (got >= end.after - at + 4) {
        uvp_feed_copy(&zip->feed, end.after - at, first, 4);
    }
    UVP_TRY(judge_rest(zip, end.after, got - (end.after - at), uvp_zip_u32(first), err));
    zip->over = true;
    return UVP_END;
}

/* Puts the rest of the stream aside and goes on with the copy. */
static enum uvp_code spool_rest(struct zip_input *zip, struct uvp_error *err)
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
static enum uvp_code switch_to_listed(struct zip_input *zip, struct uvp_error *err)
{
    struct uvp_zip_tally stated = {0, 0};
    const uint64_t at = zip->feed.at;

    UVP_TRY(spool_rest(zip, err));
    UVP_TRY(load_directory(zip, err));
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

static enum uvp_code start_scan(struct zip_input *zip, const struct uvp_zip_local *local,
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
    zip->scan.may_be_bare = type_of(zip) == UVP_ENTRY_FOLDER;
    return scan_on(zip, LOOK_IN_BYTES, LOOK_OUT_BYTES, err);
}

static enum uvp_code scan_member(struct zip_input *zip, struct uvp_header *header,
                                 struct uvp_error *err)
{
    struct uvp_zip_local local;
    bool whole = false;

    UVP_TRY(read_local(zip, UINT64_MAX, &local, &whole, err));
    if (!whole) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at,
                        "the local header of a zip member is cut or damaged");
    }
    if (is_open_ended(&local) && uvp_zip_why_not(local.method, local.flags) != NULL) {
        UVP_TRY(switch_to_listed(zip, err));
        return next_listed(zip, header, err);
    }
    uvp_zip_tally_add(&zip->seen, zip->feed.at);
    UVP_TRY(keep_name(zip, local.name_bytes, err));
    begin_member(zip, &local);
    UVP_TRY(start_scan(zip, &local, err));
    tell(zip, header);
    return UVP_OK;
}

static enum uvp_code next_scanned(struct zip_input *zip, struct uvp_header *header,
                                  struct uvp_error *err)
{
    unsigned char first[4] = {0};
    uint64_t got = 0;
    uint32_t signature;

    UVP_TRY(uvp_feed_fill(&zip->feed, 4, &got, err));
    uvp_feed_copy(&zip->feed, 0, first, (size_t)got);
    signature = uvp_zip_u32(first);
    if (zip->feed.at == 0 && (signature == UVP_ZIP_DESCRIPTOR || signature == UVP_ZIP_WHOLE)) {
        UVP_TRY(pass_bytes(zip, 4, err));
        return next_scanned(zip, header, err); /* once: the offset is not 0 any more */
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

/* ---- the operations ---- */

static enum uvp_code next_step(struct zip_input *zip, struct uvp_header *header,
                               struct uvp_error *err)
{
    if (!zip->prepared) {
        UVP_TRY(prepare(zip, err));
    }
    UVP_TRY(finish_member(zip, err));
    if (zip->over) {
        return UVP_END;
    }
    return zip->listed ? next_listed(zip, header, err) : next_scanned(zip, header, err);
}

static enum uvp_code next(struct uvp_input *input, struct uvp_header *header,
                          struct uvp_error *err)
{
    struct zip_input *const zip = zip_of(input);
    struct uvp_error found;

    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    uvp_error_clear(&found);
    return settle(zip, next_step(zip, header, &found), &found, err);
}

static enum uvp_code pass(struct uvp_input *input, bool *more, struct uvp_error *err)
{
    struct zip_input *const zip = zip_of(input);
    struct uvp_error found;

    *more = false;
    if (zip->failure.code != UVP_OK) {
        return repeat(zip, err);
    }
    uvp_error_clear(&found);
    return settle(zip, pass_step(zip, more, &found), &found, err);
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

static enum uvp_code add_metadata(struct zip_input *zip, struct uvp_entry *entry,
                                  const struct uvp_entry *whole, struct uvp_error *err)
{
    const struct member *const now = &zip->now;
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
            warn(zip, now->at, "where a symbolic link points cannot be read");
        }
    }
    code = uvp_zip_metadata_make(&about, &entry->metadata, err);
    uvp_buf_release(&store);
    return code;
}

static enum uvp_code describe(struct zip_input *zip, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    const struct member *const now = &zip->now;

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
static enum uvp_code bring_member(struct zip_input *zip, uint64_t *bytes, struct uvp_error *err)
{
    uint64_t got = 0;

    while (!zip->now.known) {
        UVP_TRY(scan_on(zip, STEP_BYTES, STEP_OUT_BYTES, err));
    }
    *bytes = sure_end(zip) - zip->feed.at;
    UVP_TRY(uvp_feed_fill(&zip->feed, *bytes, &got, err));
    if (got < *bytes) {
        return uvp_fail(err, UVP_BAD_DATA, zip->feed.at + got,
                        "the zip archive ends inside a member");
    }
    return UVP_OK;
}

static enum uvp_code share_member(struct zip_input *zip, uint64_t bytes,
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
    struct zip_input *const zip = zip_of(input);
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

static enum uvp_code announce_link(struct zip_input *zip, struct uvp_entry *entry,
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
    struct zip_input *const zip = zip_of(input);

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

static enum uvp_code begin_reading(struct zip_input *zip, struct uvp_error *err)
{
    const struct member *const now = &zip->now;
    uint64_t got = 0;

    if (now->method == DAMAGED_METHOD) {
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

static enum uvp_code end_reading(struct zip_input *zip, struct uvp_error *err)
{
    struct member *const now = &zip->now;
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

static enum uvp_code read_step(struct zip_input *zip, struct uvp_slices *decoded, bool *more,
                               struct uvp_error *err)
{
    struct member *const now = &zip->now;
    uint64_t body_end;
    uint64_t left;
    uint64_t made;
    uint64_t got = 0;
    enum uvp_code code;

    if (!now->reading) {
        UVP_TRY(begin_reading(zip, err));
    }
    UVP_TRY(scan_on(zip, STEP_BYTES, STEP_OUT_BYTES, err));
    body_end = sure_end(zip) - (now->known ? now->tail_bytes : 0);
    left = body_end - zip->feed.at;
    left = left < STEP_BYTES ? left : STEP_BYTES;
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
    struct zip_input *const zip = zip_of(input);

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
    struct zip_input *const zip = zip_of(input);

    if (zip->failure.code != UVP_OK) {
        UVP_TRY(uvp_feed_pass(&zip->feed, zip->feed.ahead_bytes, err));
    }
    return uvp_feed_flush(&zip->feed, raw, at, err);
}

static uint64_t flushable(const struct uvp_input *input)
{
    const struct zip_input *const zip = (const struct zip_input *)input;

    return zip->feed.passed.bytes + (zip->failure.code != UVP_OK ? zip->feed.ahead_bytes : 0);
}

static enum uvp_code trailer(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                             struct uvp_error *err)
{
    struct zip_input *const zip = zip_of(input);
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
    struct zip_input *const zip = zip_of(input);

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
    struct zip_input *const zip = uvp_mem_take_zeroed(options->mem, sizeof *zip);

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
