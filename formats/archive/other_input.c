/*
 * 7z, which has its directory at the end and packs many files into one stream: read through
 * libarchive, which needs to seek. A pipe is therefore put aside on disk first.
 *
 * Nothing of it can be passed on raw: the output is always another container.
 *
 * Formats: 7z (signature 37 7A BC AF 27 1C).
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/archive/container.h"
#include "formats/archive/spool.h"

#define READ_BYTES ((size_t)256 << 10)
#define RETRIES_MOST 64

static const unsigned char magic[6] = {'7', 'z', 0xbc, 0xaf, 0x27, 0x1c};

struct other_input {
    struct uvp_input base;
    struct archive *reader;
    struct archive_entry *current; /* the reader's */
    unsigned char *buffer;
    uint64_t at; /* where the reader stands in the file */
    struct uvp_error stream_failure;
    struct uvp_error failure; /* stays */
    struct uvp_buf path;
    enum uvp_entry_type type;
    bool open;
    uint64_t given; /* decoded bytes of the member */
};

static struct other_input *other_of(struct uvp_input *input)
{
    return (struct other_input *)input;
}

bool uvp_other_sniff(struct uvp_span head)
{
    return head.bytes >= sizeof magic && memcmp(head.data, magic, sizeof magic) == 0;
}

/* ---- what the reader calls ---- */

static la_ssize_t read_back(struct archive *reader, void *ctx, const void **buffer)
{
    struct other_input *const other = ctx;
    struct uvp_stream *const stream = other->base.stream;
    size_t got = 0;

    if (stream->ops->read_at(stream, other->at, other->buffer, READ_BYTES, &got,
                             &other->stream_failure) != UVP_OK) {
        archive_set_error(reader, -1, "%s", other->stream_failure.text);
        return ARCHIVE_FATAL;
    }
    other->at += got;
    *buffer = other->buffer;
    return (la_ssize_t)got;
}

static la_int64_t seek_to(struct archive *reader, void *ctx, la_int64_t offset, int whence)
{
    struct other_input *const other = ctx;
    const la_int64_t size = (la_int64_t)other->base.stream->size_bytes;
    const la_int64_t from = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? (la_int64_t)other->at
                                                 : size;

    (void)reader;
    if ((offset < 0 && from < -offset) || (offset > 0 && offset > INT64_MAX - from)) {
        return ARCHIVE_FATAL;
    }
    other->at = (uint64_t)(from + offset);
    return from + offset;
}

static la_int64_t skip_over(struct archive *reader, void *ctx, la_int64_t bytes)
{
    struct other_input *const other = ctx;

    (void)reader;
    if (bytes <= 0 || other->at >= other->base.stream->size_bytes ||
        (uint64_t)bytes > other->base.stream->size_bytes - other->at) {
        return 0;
    }
    other->at += (uint64_t)bytes;
    return bytes;
}

/* ---- failures ---- */

/* The library's words, made one printable line. */
static enum uvp_code fail_reader(const struct other_input *other, struct uvp_error *err)
{
    const char *const words = archive_error_string(other->reader);
    char text[100];
    size_t bytes = 0;

    if (other->stream_failure.code != UVP_OK) {
        if (err != NULL && err->code == UVP_OK) {
            *err = other->stream_failure;
        }
        return other->stream_failure.code;
    }
    for (; words != NULL && words[bytes] != '\0' && bytes < sizeof text - 1; bytes++) {
        const unsigned char c = (unsigned char)words[bytes];
        text[bytes] = c < 0x20 || c == 0x7f ? '?' : words[bytes];
    }
    text[bytes] = '\0';
    return uvp_fail(err, UVP_BAD_DATA, other->at, "7z: %s",
                    bytes == 0 ? "the archive is damaged" : text);
}

static enum uvp_code repeat(const struct uvp_error *failure, struct uvp_error *err)
{
    if (err != NULL && err->code == UVP_OK) {
        *err = *failure;
    }
    return failure->code;
}

static void warn(const struct other_input *other)
{
    struct uvp_error warning;

    if (other->base.options.warn != NULL) {
        uvp_error_clear(&warning);
        (void)fail_reader(other, &warning);
        other->base.options.warn(other->base.options.warn_ctx, &warning);
    }
}

/* ---- preparing ---- */

/* A pipe's contents become a file's. */
static enum uvp_code spool_all(struct other_input *other, struct uvp_error *err)
{
    const struct uvp_input_options *const options = &other->base.options;
    struct uvp_stream *copy = NULL;
    struct uvp_spool *spool = NULL;
    enum uvp_code code;

    UVP_TRY(uvp_spool_create(options->spool_limit_bytes, options->mem, &spool, err));
    code = uvp_spool_add_stream(spool, other->base.stream, err);
    if (code == UVP_OK) {
        code = uvp_spool_reread(spool, options->pool, options->stop, &copy, err);
    }
    uvp_spool_destroy(spool);
    if (code != UVP_OK) {
        return code;
    }
    uvp_stream_close(other->base.stream);
    other->base.stream = copy;
    return UVP_OK;
}

static enum uvp_code prepare(struct other_input *other, struct uvp_error *err)
{
    const struct uvp_stream *const stream = other->base.stream;

    if (stream->ops->read_at == NULL || !stream->size_known) {
        UVP_TRY(spool_all(other, err));
    }
    other->buffer = uvp_mem_take(other->base.options.mem, READ_BYTES);
    if (other->buffer == NULL) {
        return uvp_fail_memory(err, READ_BYTES);
    }
    other->reader = archive_read_new();
    if (other->reader == NULL) {
        return uvp_fail_memory(err, 0);
    }
    (void)archive_read_support_format_7zip(other->reader);
    (void)archive_read_set_read_callback(other->reader, read_back);
    (void)archive_read_set_seek_callback(other->reader, seek_to);
    (void)archive_read_set_skip_callback(other->reader, skip_over);
    (void)archive_read_set_callback_data(other->reader, other);
    if (archive_read_open1(other->reader) != ARCHIVE_OK) {
        return fail_reader(other, err);
    }
    return UVP_OK;
}

/* ---- members ---- */

static enum uvp_entry_type type_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL) {
        return UVP_ENTRY_LINK;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case 0:
        return UVP_ENTRY_FILE;
    case AE_IFDIR:
        return UVP_ENTRY_FOLDER;
    case AE_IFLNK:
        return UVP_ENTRY_LINK;
    default:
        return UVP_ENTRY_OTHER;
    }
}

static enum uvp_code keep_path(struct other_input *other, struct uvp_error *err)
{
    const char *path = archive_entry_pathname(other->current);

    if (path == NULL) {
        path = archive_entry_pathname_utf8(other->current);
    }
    if (path == NULL) {
        path = "";
        warn(other);
    }
    uvp_buf_reset(&other->path);
    UVP_TRY(uvp_buf_append(&other->path, path, strlen(path) + 1, err));
    other->path.bytes--;
    return UVP_OK;
}

static bool is_size_known(struct archive_entry *entry)
{
    return archive_entry_size_is_set(entry) && archive_entry_size(entry) >= 0;
}

static enum uvp_code next_step(struct other_input *other, struct uvp_header *header,
                               struct uvp_error *err)
{
    int result = ARCHIVE_RETRY;

    if (other->reader == NULL) {
        UVP_TRY(prepare(other, err));
    }
    for (int i = 0; i < RETRIES_MOST && result == ARCHIVE_RETRY; i++) {
        result = archive_read_next_header(other->reader, &other->current);
    }
    if (result == ARCHIVE_EOF) {
        return UVP_END;
    }
    if (result == ARCHIVE_WARN) {
        warn(other);
    } else if (result != ARCHIVE_OK) {
        return fail_reader(other, err);
    }
    UVP_TRY(keep_path(other, err));
    other->open = true;
    other->given = 0;
    other->type = type_of(other->current);
    memset(header, 0, sizeof *header);
    header->path = (const char *)other->path.data;
    header->path_bytes = other->path.bytes;
    header->type = other->type;
    header->size_known = is_size_known(other->current);
    header->size_bytes = header->size_known ? (uint64_t)archive_entry_size(other->current) : 0;
    header->stored_bytes = header->size_bytes;
    header->replaceable = other->type == UVP_ENTRY_FILE;
    header->why_not = header->replaceable ? NULL : "it is not a regular file";
    return UVP_OK;
}

static enum uvp_code next(struct uvp_input *input, struct uvp_header *header,
                          struct uvp_error *err)
{
    struct other_input *const other = other_of(input);
    struct uvp_error found;
    enum uvp_code code;

    other->open = false;
    if (input->options.stop != NULL && uvp_stop_level(input->options.stop) >= UVP_STOP_DRAIN) {
        return uvp_fail(err, UVP_CANCELLED, 0, "reading was cancelled");
    }
    if (other->failure.code != UVP_OK) {
        return repeat(&other->failure, err);
    }
    uvp_error_clear(&found);
    code = next_step(other, header, &found);
    if (code == UVP_OK || code == UVP_END) {
        return code;
    }
    if (code != UVP_CANCELLED) {
        other->failure = found;
    }
    return repeat(&found, err);
}

static enum uvp_code announce(struct uvp_input *input, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    struct other_input *const other = other_of(input);

    if (!other->open) {
        return uvp_fail(err, UVP_USAGE, 0, "no member to tell of");
    }
    entry->container = UVP_CONTAINER_SEVENZIP;
    entry->type = other->type;
    entry->size_bytes = is_size_known(other->current) && other->type == UVP_ENTRY_FILE
                            ? (uint64_t)archive_entry_size(other->current)
                            : 0;
    UVP_TRY(uvp_entry_set_path(entry, (const char *)other->path.data, other->path.bytes, err));
    entry->metadata = archive_entry_clone(other->current);
    return entry->metadata != NULL ? UVP_OK : uvp_fail_memory(err, 0);
}

/* Decodes about a block. The library checks sums only at the very end, so it is read there. */
static enum uvp_code read_step(struct other_input *other, struct uvp_slices *decoded,
                               bool *more, struct uvp_error *err)
{
    struct uvp_block *block = NULL;
    size_t filled = 0;
    la_ssize_t count = 1;
    enum uvp_code code;

    *more = false;
    UVP_TRY(uvp_block_take(other->base.options.pool, UVP_BLOCK_BYTES, &block, err));
    while (filled < block->capacity && count > 0) {
        count =
            archive_read_data(other->reader, block->data + filled, block->capacity - filled);
        filled += count > 0 ? (size_t)count : 0;
    }
    code = count < 0 ? fail_reader(other, err) : uvp_slices_add(decoded, block, 0, filled, err);
    uvp_block_drop(block);
    if (code != UVP_OK) {
        return code;
    }
    other->given += filled;
    *more = count > 0;
    if (!*more && is_size_known(other->current) &&
        other->given != (uint64_t)archive_entry_size(other->current)) {
        return uvp_fail(err, UVP_BAD_DATA, other->at, "7z: a member is not of its stated size");
    }
    return UVP_OK;
}

static enum uvp_code read_on(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                             struct uvp_error *err)
{
    struct other_input *const other = other_of(input);
    enum uvp_code code;

    *more = false;
    if (!other->open || other->type != UVP_ENTRY_FILE) {
        return UVP_OK;
    }
    code = read_step(other, decoded, more, err);
    other->open = code == UVP_OK && *more;
    return code;
}

static enum uvp_code take(struct uvp_input *input, struct uvp_entry *entry,
                          struct uvp_error *err)
{
    struct other_input *const other = other_of(input);
    bool more = other->open;
    enum uvp_code code = announce(input, entry, err);

    while (code == UVP_OK && more) {
        code = read_on(input, &entry->raw, &more, err);
    }
    if (code != UVP_OK) {
        uvp_entry_reset(entry);
        return code;
    }
    entry->body_bytes = entry->raw.bytes;
    entry->size_bytes = entry->raw.bytes;
    archive_entry_set_size(entry->metadata, (la_int64_t)entry->raw.bytes);
    other->open = false;
    return UVP_OK;
}

static void close_other(struct uvp_input *input)
{
    struct other_input *const other = other_of(input);

    (void)archive_read_free(other->reader);
    uvp_mem_give(input->options.mem, other->buffer, READ_BYTES);
    uvp_buf_release(&other->path);
    uvp_stream_close(input->stream);
    uvp_mem_give(input->options.mem, other, sizeof *other);
}

static const struct uvp_input_ops other_ops = {
    .container = UVP_CONTAINER_SEVENZIP,
    .next = next,
    .take = take,
    .announce = announce,
    .read = read_on,
    .close = close_other,
};

enum uvp_code uvp_other_input_open(struct uvp_stream *stream, struct uvp_span head,
                                   const struct uvp_input_options *options,
                                   struct uvp_input **input, struct uvp_error *err)
{
    struct other_input *const other = uvp_mem_take_zeroed(options->mem, sizeof *other);

    (void)head;
    if (other == NULL) {
        return uvp_fail_memory(err, sizeof *other);
    }
    other->base.ops = &other_ops;
    other->base.options = *options;
    other->base.stream = stream;
    uvp_buf_init(&other->path, options->mem, 0);
    *input = &other->base;
    return UVP_OK;
}
