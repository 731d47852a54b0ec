/*
 * tar and cpio: libarchive says where members lie, the bytes are ours.
 *
 * What libarchive does not check is checked here: the end-of-archive mark, and that damage is
 * told. Zero blocks before a member (archives one after the other) belong to no member.
 */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "formats/archive/container.h"
#include "formats/archive/tar_header.h"
#include "formats/archive/tar_parser.h"

#define PASS_BYTES UVP_BLOCK_BYTES
#define END_HOLD_BYTES ((uint64_t)16 << 20) /* behind an end mark, for the trailer */
#define IDLE_RETRIES_MAX 16

struct tar_input {
    struct uvp_input base;
    struct uvp_tar_parser parser;
    struct archive_entry *current; /* libarchive's; NULL between members */
    uint64_t member_at;            /* the current member's first byte */
    uint64_t body_at;
    enum uvp_entry_type type;
    bool sparse;
    bool skipped;       /* libarchive is behind the current member */
    bool mark_seen;     /* a zero block since the last member */
    bool over;          /* UVP_END was given */
    bool data_over;     /* all of the current body was gone over */
    uint64_t hole_left; /* zeros still to be given by read */
    uint64_t read_at;   /* bytes of the file given by read */
    const void *held;   /* a data block that comes after the hole */
    size_t held_bytes;
};

static void warn_of(struct tar_input *in, uint64_t at, uint64_t bytes, const char *what)
{
    struct uvp_error warning;

    if (in->base.options.warn == NULL) {
        return;
    }
    uvp_error_clear(&warning);
    (void)uvp_fail(&warning, UVP_BAD_DATA, at, "%s: %llu bytes are passed on as they are", what,
                   (unsigned long long)bytes);
    in->base.options.warn(in->base.options.warn_ctx, &warning);
}

/* ---- finding headers ---- */

static enum uvp_code skip_rest(struct tar_input *in, struct uvp_error *err)
{
    if (!in->skipped && archive_read_data_skip(in->parser.reader) < ARCHIVE_WARN) {
        return uvp_tar_parser_fail_here(&in->parser, err);
    }
    in->skipped = true; /* libarchive forbids to ask twice */
    return UVP_OK;
}

/* Goes to the end of the current member, whose bytes (left ones at least) are passed. */
static enum uvp_code finish_member(struct tar_input *in, struct uvp_error *err)
{
    if (in->current == NULL) {
        return UVP_OK;
    }
    in->parser.phase = UVP_TAR_PASS;
    UVP_TRY(skip_rest(in, err));
    in->parser.passed = uvp_tar_parser_flushable_end(&in->parser);
    in->parser.phase = UVP_TAR_HEAD;
    in->current = NULL;
    return UVP_OK;
}

/* One step over damage; `*damage_at` is where this region of it began. */
static enum uvp_code step_over_damage(struct tar_input *in, uint64_t before, int *idle,
                                      uint64_t *damage_bytes, struct uvp_error *err)
{
    const uint64_t now = uvp_tar_parser_at(&in->parser);

    *idle = now == before ? *idle + 1 : 0;
    if (*idle > IDLE_RETRIES_MAX) {
        return uvp_tar_parser_fail_here(&in->parser, err);
    }
    *damage_bytes += now - before;
    if (uvp_tar_parser_zeros(&in->parser, before, now) != 0) {
        in->mark_seen = true;
    }
    if (!in->mark_seen || now - in->parser.passed > END_HOLD_BYTES) {
        in->parser.passed = now;
    }
    return UVP_OK;
}

/* Calls libarchive until it has a member, the end, or a failure: its result in *result. */
static enum uvp_code find_header(struct tar_input *in, struct archive_entry **found,
                                 int *result, struct uvp_error *err)
{
    uint64_t damage_at = 0;
    uint64_t damage_bytes = 0;
    int idle = 0;
    enum uvp_code code = UVP_OK;

    for (;;) {
        const uint64_t before = uvp_tar_parser_at(&in->parser);

        in->member_at = before;
        *result = archive_read_next_header(in->parser.reader, found);
        if (*result != ARCHIVE_RETRY) {
            break;
        }
        damage_at = damage_bytes == 0 ? before : damage_at;
        code = step_over_damage(in, before, &idle, &damage_bytes, err);
        if (code != UVP_OK) {
            break;
        }
        uvp_tar_parser_let_go(&in->parser);
    }
    if (damage_bytes != 0) {
        warn_of(in, damage_at, damage_bytes,
                in->mark_seen ? "no archive behind the end mark" : "damaged header");
    }
    return code;
}

/* cpio: the reader looks for the next magic behind damage; that is then no part of the member.
 */
static bool has_cpio_head(const struct tar_input *in)
{
    unsigned char head[128];
    const uint64_t bytes = in->body_at - in->member_at;
    const size_t part = bytes < sizeof head ? (size_t)bytes : sizeof head;

    uvp_window_copy(&in->parser.window, in->member_at, head, part);
    return uvp_cpio_dialect(uvp_span_of(head, part)) != UVP_CPIO_UNKNOWN;
}

static enum uvp_entry_type type_of(const struct tar_input *in, struct archive_entry *entry)
{
    /* a cpio link may be the one that has the body: it is a file to other containers */
    if (archive_entry_hardlink(entry) != NULL &&
        (in->parser.is_tar || archive_entry_size(entry) <= 0)) {
        return UVP_ENTRY_LINK;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return UVP_ENTRY_FILE;
    case AE_IFDIR:
        return UVP_ENTRY_FOLDER;
    case AE_IFLNK:
        return UVP_ENTRY_LINK;
    default:
        return UVP_ENTRY_OTHER;
    }
}

static const char *path_of(struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry);

    if (path == NULL) {
        path = archive_entry_pathname_utf8(entry);
    }
    return path == NULL ? "" : path;
}

static uint64_t size_of(const struct tar_input *in)
{
    const la_int64_t size = archive_entry_size(in->current);

    return in->type == UVP_ENTRY_FILE && size > 0 ? (uint64_t)size : 0;
}

static const char *why_not_replaceable(const struct tar_input *in)
{
    if (archive_entry_hardlink(in->current) != NULL) {
        return "a hard link";
    }
    if (in->type != UVP_ENTRY_FILE) {
        return "not a file";
    }
    if (in->sparse) {
        return "a sparse file";
    }
    if (size_of(in) == 0) {
        return "an empty file";
    }
    if (in->body_at - in->member_at > UVP_BLOCK_BYTES * 4) {
        return "its header is too large";
    }
    if (!in->parser.is_tar && !has_cpio_head(in)) {
        return "its header was found behind damage";
    }
    return NULL;
}

/* In newc the body comes with the last name of a file: elsewhere the first ones are empty. */
static void warn_of_late_body(struct tar_input *in)
{
    struct uvp_error warning;

    if (in->parser.is_tar || in->base.options.warn == NULL || !in->base.options.keep_metadata ||
        in->type != UVP_ENTRY_FILE || size_of(in) != 0 ||
        archive_entry_nlink(in->current) < 2) {
        return;
    }
    uvp_error_clear(&warning);
    (void)uvp_fail(&warning, UVP_UNSUPPORTED, in->member_at,
                   "a hard link whose contents come later becomes an empty file");
    in->base.options.warn(in->base.options.warn_ctx, &warning);
}

/* What is between the last member and this one is passed; then the member is looked at. */
static void begin_member(struct tar_input *in, struct archive_entry *entry,
                         struct uvp_header *header)
{
    in->current = entry;
    in->body_at = uvp_tar_parser_at(&in->parser);
    if (in->parser.is_tar) {
        in->member_at += uvp_tar_parser_zeros(&in->parser, in->member_at, in->body_at);
    }
    in->parser.passed = in->member_at;
    in->mark_seen = false;
    in->type = type_of(in, entry);
    in->sparse = archive_entry_sparse_count(entry) > 0;
    in->hole_left = 0;
    in->read_at = 0;
    in->held_bytes = 0;
    in->data_over = false;
    in->skipped = false;
    header->path = path_of(entry);
    header->path_bytes = strlen(header->path);
    header->type = in->type;
    header->size_known = true;
    header->size_bytes = size_of(in);
    header->stored_bytes = in->sparse ? 0 : header->size_bytes;
    header->at = in->member_at;
    header->why_not = why_not_replaceable(in);
    header->replaceable = header->why_not == NULL;
    warn_of_late_body(in);
}

/* ---- the end ---- */

static enum uvp_code end_tar(struct tar_input *in, struct uvp_error *err)
{
    const uint64_t marks =
        uvp_tar_parser_zeros(&in->parser, in->parser.passed, in->parser.window.end);

    if (marks == 0 && !in->mark_seen) {
        return uvp_tar_parser_fail(&in->parser, UVP_BAD_DATA, in->parser.window.end,
                                   "the archive ends without its end-of-archive mark", err);
    }
    in->over = true;
    return UVP_END;
}

/* A piece shorter than a block behind the end mark is no header cut short but somebody's
 * leftover: it is passed on. */
static bool is_leftover(const struct tar_input *in)
{
    return in->parser.is_tar && in->parser.stream_ended && in->parser.failure.code == UVP_OK &&
           in->parser.window.end - uvp_tar_parser_at(&in->parser) < UVP_TAR_BLOCK &&
           (in->mark_seen ||
            uvp_tar_parser_zeros(&in->parser, in->parser.passed, in->parser.window.end) != 0);
}

static void warn_of_leftover(struct tar_input *in)
{
    const uint64_t from = uvp_tar_parser_at(&in->parser);
    const size_t bytes = (size_t)(in->parser.window.end - from);
    unsigned char left[UVP_TAR_BLOCK];

    uvp_window_copy(&in->parser.window, from, left, bytes);
    if (bytes != 0 && !uvp_span_is_zero(uvp_span_of(left, bytes))) {
        warn_of(in, from, bytes, "no archive behind the end mark");
    }
}

static enum uvp_code next_member(struct uvp_input *input, struct uvp_header *header,
                                 struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;
    struct archive_entry *entry = NULL;
    int result = ARCHIVE_OK;

    UVP_TRY(uvp_tar_parser_check(&in->parser, err));
    if (in->over) {
        return UVP_END;
    }
    if (!in->parser.opened) {
        UVP_TRY(uvp_tar_parser_open(&in->parser, err));
    }
    UVP_TRY(finish_member(in, err));
    UVP_TRY(find_header(in, &entry, &result, err));
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
        begin_member(in, entry, header);
        return UVP_OK;
    }
    if (result == ARCHIVE_FATAL && is_leftover(in)) {
        warn_of_leftover(in);
        result = ARCHIVE_EOF;
    }
    if (result != ARCHIVE_EOF) {
        return uvp_tar_parser_fail_here(&in->parser, err);
    }
    if (in->parser.is_tar) {
        return end_tar(in, err);
    }
    in->over = true;
    return UVP_END;
}

/* ---- bodies ---- */

/* Some data of the current member; false at its end. */
static enum uvp_code read_data(struct tar_input *in, const void **data, size_t *bytes,
                               uint64_t *at, bool *more, struct uvp_error *err)
{
    la_int64_t offset = 0;
    const int result = archive_read_data_block(in->parser.reader, data, bytes, &offset);

    *at = offset < 0 ? 0 : (uint64_t)offset;
    *more = result != ARCHIVE_EOF;
    if (result == ARCHIVE_EOF) {
        *bytes = 0;
        return UVP_OK;
    }
    return result < ARCHIVE_WARN ? uvp_tar_parser_fail_here(&in->parser, err) : UVP_OK;
}

static enum uvp_code check_current(struct tar_input *in, struct uvp_error *err)
{
    UVP_TRY(uvp_tar_parser_check(&in->parser, err));
    if (in->current == NULL) {
        return uvp_fail(err, UVP_USAGE, in->parser.passed, "no member is current");
    }
    return UVP_OK;
}

static enum uvp_code pass_some(struct uvp_input *input, bool *more, struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;
    uint64_t start;

    UVP_TRY(check_current(in, err));
    in->parser.phase = UVP_TAR_PASS;
    start = uvp_tar_parser_at(&in->parser);
    *more = !in->data_over;
    while (*more && uvp_tar_parser_at(&in->parser) - start < PASS_BYTES) {
        const void *data;
        size_t bytes;
        uint64_t at;

        UVP_TRY(read_data(in, &data, &bytes, &at, more, err));
    }
    in->data_over = !*more;
    return UVP_OK;
}

static enum uvp_code describe(struct tar_input *in, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    const char *const path = path_of(in->current);

    UVP_TRY(uvp_entry_set_path(entry, path, strlen(path), err));
    entry->container = in->base.ops->container;
    entry->type = in->type;
    entry->at = in->member_at;
    entry->size_bytes = size_of(in);
    if (!in->base.options.keep_metadata) {
        return UVP_OK;
    }
    entry->metadata = archive_entry_clone(in->current);
    if (entry->metadata == NULL) {
        return uvp_fail_memory(err, sizeof *entry);
    }
    if (in->type == UVP_ENTRY_FILE) {
        archive_entry_set_hardlink(entry->metadata, NULL);
    }
    return UVP_OK;
}

static enum uvp_code announce_member(struct uvp_input *input, struct uvp_entry *entry,
                                     struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;

    UVP_TRY(check_current(in, err));
    return describe(in, entry, err);
}

/* Head, body and tail of the member that ends at `end`. */
static enum uvp_code measure(struct tar_input *in, uint64_t end, struct uvp_entry *entry,
                             struct uvp_error *err)
{
    const uint64_t head = in->body_at - in->member_at;
    const uint64_t rest = end - in->body_at;
    const bool plain = in->type == UVP_ENTRY_FILE && !in->sparse;

    if (head > UINT32_MAX ||
        (plain && (rest < entry->size_bytes || rest - entry->size_bytes >= UVP_TAR_BLOCK))) {
        return uvp_fail(err, UVP_BAD_DATA, in->member_at, "a member of inconsistent size");
    }
    entry->head_bytes = (uint32_t)head;
    entry->body_bytes = plain ? entry->size_bytes : rest;
    entry->tail_bytes = (uint32_t)(rest - entry->body_bytes);
    return UVP_OK;
}

static enum uvp_code take_range(struct tar_input *in, uint64_t end, struct uvp_entry *entry,
                                struct uvp_error *err)
{
    UVP_TRY(describe(in, entry, err));
    UVP_TRY(measure(in, end, entry, err));
    UVP_TRY(uvp_window_show(&in->parser.window, in->member_at, end, &entry->raw, err));
    uvp_window_forget(&in->parser.window, end);
    in->parser.passed = end;
    return UVP_OK;
}

static enum uvp_code take_member(struct uvp_input *input, struct uvp_entry *entry,
                                 struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;
    bool more = true;
    enum uvp_code code;

    UVP_TRY(check_current(in, err));
    if (in->parser.window.begin != in->member_at || in->parser.phase != UVP_TAR_HEAD) {
        return uvp_fail(err, UVP_USAGE, in->member_at,
                        "a member is taken before what is ahead of it was flushed");
    }
    in->parser.phase = UVP_TAR_TAKE;
    while (more) {
        const void *data;
        size_t bytes;
        uint64_t at;

        UVP_TRY(read_data(in, &data, &bytes, &at, &more, err));
    }
    in->data_over = true;
    UVP_TRY(skip_rest(in, err));
    code = take_range(in, uvp_tar_parser_at(&in->parser), entry, err);
    in->parser.phase = UVP_TAR_PASS;
    return code;
}

/* ---- decoded bodies ---- */

/* Fetches the next data block and notes the hole before it. */
static enum uvp_code fetch_data(struct tar_input *in, struct uvp_error *err)
{
    const uint64_t size = size_of(in);
    bool more = true;
    uint64_t at = 0;

    UVP_TRY(read_data(in, &in->held, &in->held_bytes, &at, &more, err));
    if (!more) {
        in->data_over = true;
        at = size;
    }
    if (at < in->read_at || at > size || in->held_bytes > size - at ||
        (at != in->read_at && in->held_bytes != 0 && !in->sparse)) {
        return uvp_tar_parser_fail(&in->parser, UVP_BAD_DATA, in->member_at,
                                   "a sparse map out of order", err);
    }
    if (!more && at != in->read_at && !in->sparse) {
        return uvp_tar_parser_fail(&in->parser, UVP_BAD_DATA, in->parser.window.end,
                                   "a body cut short", err);
    }
    in->hole_left = in->held_bytes == 0 && more ? 0 : at - in->read_at;
    return UVP_OK;
}

static enum uvp_code give_hole(struct tar_input *in, struct uvp_slices *decoded,
                               struct uvp_error *err)
{
    const size_t part =
        in->hole_left < UVP_BLOCK_BYTES ? (size_t)in->hole_left : UVP_BLOCK_BYTES;

    UVP_TRY(uvp_tar_parser_add_zeros(&in->parser, decoded, part, err));
    in->hole_left -= part;
    in->read_at += part;
    return UVP_OK;
}

static enum uvp_code read_some(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                               struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;

    UVP_TRY(check_current(in, err));
    in->parser.phase = UVP_TAR_PASS;
    if (in->type != UVP_ENTRY_FILE) {
        *more = false;
        return UVP_OK;
    }
    if (in->hole_left == 0 && in->held_bytes == 0 && !in->data_over) {
        UVP_TRY(fetch_data(in, err));
    }
    if (in->hole_left != 0) {
        UVP_TRY(give_hole(in, decoded, err));
    } else if (in->held_bytes != 0) {
        UVP_TRY(uvp_tar_parser_add_data(&in->parser, decoded, in->held, in->held_bytes, err));
        in->read_at += in->held_bytes;
        in->held_bytes = 0;
    }
    *more = !in->data_over || in->hole_left != 0;
    return UVP_OK;
}

/* ---- raw bytes ---- */

static enum uvp_code flush_raw(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                               struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;
    const uint64_t end = uvp_tar_parser_flushable_end(&in->parser);

    *at = in->parser.window.begin;
    UVP_TRY(uvp_window_show(&in->parser.window, in->parser.window.begin, end, raw, err));
    uvp_window_forget(&in->parser.window, end);
    return UVP_OK;
}

static uint64_t count_flushable(const struct uvp_input *input)
{
    const struct tar_input *const in = (const struct tar_input *)input;

    return uvp_tar_parser_flushable_end(&in->parser) - in->parser.window.begin;
}

static void warn_of_rest(struct tar_input *in)
{
    const uint64_t from = uvp_tar_parser_at(&in->parser);
    uint64_t at = from;

    while (at < in->parser.window.end) {
        const struct uvp_span piece = uvp_window_piece(&in->parser.window, at);

        if (!uvp_span_is_zero(piece)) {
            warn_of(in, from, in->parser.window.end - from,
                    "bytes behind the end of the archive");
            return;
        }
        at += piece.bytes;
    }
}

static enum uvp_code give_trailer(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                                  struct uvp_error *err)
{
    struct tar_input *const in = (struct tar_input *)input;

    UVP_TRY(uvp_tar_parser_check(&in->parser, err));
    if (!in->over) {
        return uvp_fail(err, UVP_USAGE, in->parser.passed, "the archive is not at its end");
    }
    UVP_TRY(uvp_tar_parser_drain(&in->parser, err));
    if (!in->parser.is_tar) {
        warn_of_rest(in);
    }
    in->parser.passed = in->parser.window.end;
    return flush_raw(input, raw, at, err);
}

/* ---- life ---- */

static void close_input(struct uvp_input *input)
{
    struct tar_input *const in = (struct tar_input *)input;

    uvp_tar_parser_release(&in->parser);
    uvp_stream_close(in->base.stream);
    uvp_mem_give(in->base.options.mem, in, sizeof *in);
}

#define TAR_INPUT_OPS(which)                                                                   \
    {                                                                                          \
        .container = (which), .next = next_member, .take = take_member,                        \
        .announce = announce_member, .pass = pass_some, .read = read_some, .flush = flush_raw, \
        .flushable = count_flushable, .trailer = give_trailer, .close = close_input,           \
    }

static const struct uvp_input_ops tar_ops = TAR_INPUT_OPS(UVP_CONTAINER_TAR);
static const struct uvp_input_ops cpio_ops = TAR_INPUT_OPS(UVP_CONTAINER_CPIO);

static bool looks_binary_cpio(struct uvp_span head)
{
    const enum uvp_cpio_dialect dialect = uvp_cpio_dialect(head);
    const bool big = dialect == UVP_CPIO_BINARY_BIG;
    unsigned name_bytes;

    if (dialect != UVP_CPIO_BINARY_LITTLE && !big) {
        return false;
    }
    name_bytes = (unsigned)head.data[big ? 20 : 21] << 8 | head.data[big ? 21 : 20];
    return name_bytes > 1 && name_bytes <= 4096;
}

bool uvp_tar_sniff(struct uvp_span head, enum uvp_container *container)
{
    const enum uvp_cpio_dialect dialect = uvp_cpio_dialect(head);

    if (dialect == UVP_CPIO_NEWC || dialect == UVP_CPIO_CRC || dialect == UVP_CPIO_ODC ||
        looks_binary_cpio(head)) {
        *container = UVP_CONTAINER_CPIO;
        return true;
    }
    *container = UVP_CONTAINER_TAR;
    if (head.bytes >= 262 && memcmp(head.data + 257, "ustar", 5) == 0) {
        return true; /* also when damaged: better an error than a tar taken for a plain file */
    }
    return head.bytes >= UVP_TAR_BLOCK &&
           (uvp_tar_block_is_zero(head.data) || uvp_tar_block_is_header(head.data));
}

enum uvp_code uvp_tar_input_open(struct uvp_stream *stream, struct uvp_span head,
                                 const struct uvp_input_options *options,
                                 struct uvp_input **input, struct uvp_error *err)
{
    struct tar_input *const in = uvp_mem_take_zeroed(options->mem, sizeof *in);
    enum uvp_container container = UVP_CONTAINER_TAR;
    enum uvp_code code;

    if (in == NULL) {
        return uvp_fail_memory(err, sizeof *in);
    }
    (void)uvp_tar_sniff(head, &container);
    code = uvp_tar_parser_init(&in->parser, container == UVP_CONTAINER_TAR, stream,
                               options->pool, options->mem, err);
    if (code != UVP_OK) {
        uvp_mem_give(options->mem, in, sizeof *in);
        return code;
    }
    in->base.ops = in->parser.is_tar ? &tar_ops : &cpio_ops;
    in->base.options = *options;
    in->base.stream = stream;
    *input = &in->base;
    return UVP_OK;
}
