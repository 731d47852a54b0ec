/*
 * A file that is no archive is an archive of one member: all of its bytes. Folders are written
 * with the same render: a body and nothing around it.
 */
#include <archive_entry.h>
#include <string.h>

#include "formats/archive/container.h"
#include "formats/archive/feed.h"

#define LOOK_BYTES ((uint64_t)4 << 20) /* how far the end is looked for before telling */
#define STEP_BYTES ((uint64_t)UVP_BLOCK_BYTES)

/* ---- input ---- */

struct plain_input {
    struct uvp_input base;
    struct uvp_feed feed;
    bool told; /* of the one member */
    bool open; /* it may have bytes left */
    struct uvp_error failure;
};

static struct plain_input *plain_of(struct uvp_input *input)
{
    return (struct plain_input *)input;
}

static const char *name_of(const struct plain_input *plain)
{
    const char *const path = plain->base.options.path;

    return path == NULL || path[0] == '\0' || strcmp(path, "-") == 0 ? "stdin" : path;
}

/* Fills the feed; what the stream says stays said. */
static enum uvp_code fill(struct plain_input *plain, uint64_t bytes, uint64_t *got,
                          struct uvp_error *err)
{
    struct uvp_error found;
    enum uvp_code code;

    if (plain->failure.code == UVP_OK) {
        uvp_error_clear(&found);
        code = uvp_feed_fill(&plain->feed, bytes, got, &found);
        if (code == UVP_OK) {
            return UVP_OK;
        }
        if (code != UVP_NO_MEMORY && code != UVP_CANCELLED) {
            plain->failure = found;
        }
    } else {
        found = plain->failure;
        code = found.code;
    }
    if (err != NULL && err->code == UVP_OK) {
        *err = found;
    }
    return code;
}

/* Goes over about a block. */
static enum uvp_code pass_step(struct plain_input *plain, bool *more, struct uvp_error *err)
{
    uint64_t got = 0;

    *more = false;
    if (!plain->open) {
        return UVP_OK;
    }
    UVP_TRY(fill(plain, STEP_BYTES, &got, err));
    UVP_TRY(uvp_feed_pass(&plain->feed, got, err));
    plain->open = got == STEP_BYTES;
    *more = plain->open;
    return UVP_OK;
}

static enum uvp_code next(struct uvp_input *input, struct uvp_header *header,
                          struct uvp_error *err)
{
    struct plain_input *const plain = plain_of(input);
    const struct uvp_stream *const stream = input->stream;
    uint64_t got = 0;

    if (plain->told) {
        bool more = plain->open;

        while (more) {
            UVP_TRY(pass_step(plain, &more, err));
        }
        return UVP_END;
    }
    memset(header, 0, sizeof *header);
    header->path = name_of(plain);
    header->path_bytes = strlen(header->path);
    header->type = UVP_ENTRY_FILE;
    header->replaceable = true;
    header->size_known = stream->size_known;
    header->size_bytes = stream->size_bytes;
    if (!header->size_known) {
        UVP_TRY(fill(plain, LOOK_BYTES, &got, err));
        header->size_known = plain->feed.ended;
        header->size_bytes = plain->feed.ended ? plain->feed.ahead_bytes : 0;
    }
    header->stored_bytes = header->size_bytes;
    plain->told = true;
    plain->open = true;
    return UVP_OK;
}

static enum uvp_code show_head(struct uvp_input *input, void *to, size_t room, size_t *bytes,
                               bool *whole, struct uvp_error *err)
{
    struct plain_input *const plain = plain_of(input);
    uint64_t got = 0;

    UVP_TRY(fill(plain, (uint64_t)room + 1, &got, err));
    *whole = got <= room;
    *bytes = got < room ? (size_t)got : room;
    uvp_feed_copy(&plain->feed, 0, to, *bytes);
    return UVP_OK;
}

static void describe_file(struct archive_entry *metadata, const struct stat *status)
{
    archive_entry_set_perm(metadata, status->st_mode & 07777);
    archive_entry_set_uid(metadata, (la_int64_t)status->st_uid);
    archive_entry_set_gid(metadata, (la_int64_t)status->st_gid);
    archive_entry_set_mtime(metadata, status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
}

static enum uvp_code describe(struct plain_input *plain, struct uvp_entry *entry, uint64_t size,
                              struct uvp_error *err)
{
    const char *const name = name_of(plain);

    entry->container = UVP_CONTAINER_PLAIN;
    entry->type = UVP_ENTRY_FILE;
    entry->size_bytes = size;
    UVP_TRY(uvp_entry_set_path(entry, name, strlen(name), err));
    if (!plain->base.options.keep_metadata) {
        return UVP_OK;
    }
    entry->metadata = archive_entry_new();
    if (entry->metadata == NULL) {
        return uvp_fail_memory(err, 0);
    }
    archive_entry_copy_pathname(entry->metadata, name);
    archive_entry_set_filetype(entry->metadata, AE_IFREG);
    archive_entry_set_perm(entry->metadata, 0644);
    if (plain->base.options.status != NULL) {
        describe_file(entry->metadata, plain->base.options.status);
    }
    archive_entry_set_size(entry->metadata, (la_int64_t)size);
    return UVP_OK;
}

static enum uvp_code take(struct uvp_input *input, struct uvp_entry *entry,
                          struct uvp_error *err)
{
    struct plain_input *const plain = plain_of(input);
    uint64_t got = 0;
    enum uvp_code code;

    if (!plain->open || plain->feed.at != 0) {
        return uvp_fail(err, UVP_USAGE, plain->feed.at, "no member to take");
    }
    UVP_TRY(fill(plain, UINT64_MAX, &got, err));
    code = uvp_feed_share(&plain->feed, &entry->raw, got, err);
    if (code == UVP_OK) {
        code = describe(plain, entry, got, err);
    }
    if (code != UVP_OK) {
        uvp_entry_reset(entry);
        return code;
    }
    entry->body_bytes = got;
    uvp_feed_skip(&plain->feed, got);
    plain->open = false;
    return UVP_OK;
}

static enum uvp_code announce(struct uvp_input *input, struct uvp_entry *entry,
                              struct uvp_error *err)
{
    struct plain_input *const plain = plain_of(input);
    uint64_t size = input->stream->size_known ? input->stream->size_bytes : 0;

    if (plain->feed.ended && !input->stream->size_known) {
        size = plain->feed.at + plain->feed.ahead_bytes;
    }
    return describe(plain, entry, size, err);
}

static enum uvp_code pass(struct uvp_input *input, bool *more, struct uvp_error *err)
{
    return pass_step(plain_of(input), more, err);
}

static enum uvp_code read_on(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                             struct uvp_error *err)
{
    struct plain_input *const plain = plain_of(input);
    uint64_t got = 0;

    *more = false;
    if (!plain->open) {
        return UVP_OK;
    }
    UVP_TRY(fill(plain, STEP_BYTES, &got, err));
    UVP_TRY(uvp_feed_take(&plain->feed, decoded, got, err));
    plain->open = got == STEP_BYTES;
    *more = plain->open;
    return UVP_OK;
}

static enum uvp_code flush(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                           struct uvp_error *err)
{
    struct plain_input *const plain = plain_of(input);

    if (plain->failure.code != UVP_OK) {
        UVP_TRY(uvp_feed_pass(&plain->feed, plain->feed.ahead_bytes, err));
    }
    return uvp_feed_flush(&plain->feed, raw, at, err);
}

static uint64_t flushable(const struct uvp_input *input)
{
    const struct plain_input *const plain = (const struct plain_input *)input;

    return plain->feed.passed.bytes +
           (plain->failure.code != UVP_OK ? plain->feed.ahead_bytes : 0);
}

static enum uvp_code trailer(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                             struct uvp_error *err)
{
    return uvp_feed_flush(&plain_of(input)->feed, raw, at, err);
}

static void close_plain(struct uvp_input *input)
{
    uvp_feed_release(&plain_of(input)->feed);
    uvp_stream_close(input->stream);
    uvp_mem_give(input->options.mem, input, sizeof(struct plain_input));
}

static const struct uvp_input_ops input_ops = {
    .container = UVP_CONTAINER_PLAIN,
    .next = next,
    .head = show_head,
    .take = take,
    .announce = announce,
    .pass = pass,
    .read = read_on,
    .flush = flush,
    .flushable = flushable,
    .trailer = trailer,
    .close = close_plain,
};

enum uvp_code uvp_plain_input_open(struct uvp_stream *stream, struct uvp_span head,
                                   const struct uvp_input_options *options,
                                   struct uvp_input **input, struct uvp_error *err)
{
    struct plain_input *const plain = uvp_mem_take_zeroed(options->mem, sizeof *plain);

    (void)head;
    if (plain == NULL) {
        return uvp_fail_memory(err, sizeof *plain);
    }
    plain->base.ops = &input_ops;
    plain->base.options = *options;
    plain->base.stream = stream;
    uvp_feed_init(&plain->feed, stream, options->mem);
    *input = &plain->base;
    return UVP_OK;
}

/* ---- render ---- */

enum uvp_code uvp_plain_render(const struct uvp_entry *entry, struct uvp_span body,
                               const struct uvp_render_options *options, struct uvp_buf *out,
                               struct uvp_rendered *rendered, struct uvp_error *err)
{
    (void)entry;
    (void)options;
    UVP_TRY(uvp_buf_append(out, body.data, body.bytes, err));
    memset(rendered, 0, sizeof *rendered);
    rendered->stored_bytes = body.bytes;
    rendered->size_bytes = body.bytes;
    return UVP_OK;
}

/* ---- output ---- */

struct plain_output {
    struct uvp_output base;
    uint64_t raw_next; /* where raw bytes of the member go on */
    bool raw_begun;
    bool full;
};

/* A file holds one member. */
static enum uvp_code begin_only(struct plain_output *plain, enum uvp_entry_type type,
                                struct uvp_error *err)
{
    if (type != UVP_ENTRY_FILE) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "a plain file can only hold a regular file");
    }
    if (plain->full) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "a plain file cannot hold a second member");
    }
    plain->full = true;
    return UVP_OK;
}

static enum uvp_code put_raw(struct uvp_output *output, const struct uvp_slices *raw,
                             uint64_t at, struct uvp_error *err)
{
    struct plain_output *const plain = (struct plain_output *)output;

    if (raw->bytes == 0) {
        return UVP_OK;
    }
    if (!plain->raw_begun || at != plain->raw_next) {
        UVP_TRY(begin_only(plain, UVP_ENTRY_FILE, err));
        plain->raw_begun = true;
    }
    plain->raw_next = at + raw->bytes;
    return uvp_sink_slices(output->sink, raw, err);
}

static enum uvp_code put_original(struct uvp_output *output, const struct uvp_entry *entry,
                                  struct uvp_error *err)
{
    if (entry->head_bytes != 0 || entry->tail_bytes != 0 ||
        entry->body_bytes != entry->size_bytes) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a member that is not stored plain");
    }
    UVP_TRY(begin_only((struct plain_output *)output, entry->type, err));
    return uvp_sink_slices(output->sink, &entry->raw, err);
}

static enum uvp_code put_member(struct uvp_output *output, const struct uvp_entry *entry,
                                struct uvp_span bytes, const struct uvp_rendered *rendered,
                                struct uvp_error *err)
{
    (void)rendered;
    UVP_TRY(begin_only((struct plain_output *)output, entry->type, err));
    return uvp_sink_view(output->sink, bytes, err);
}

static enum uvp_code drop(struct uvp_output *output, const struct uvp_entry *entry,
                          struct uvp_error *err)
{
    (void)output;
    (void)entry;
    (void)err;
    return UVP_OK;
}

static enum uvp_code begin(struct uvp_output *output, const struct uvp_entry *entry,
                           struct uvp_error *err)
{
    return begin_only((struct plain_output *)output, entry->type, err);
}

static enum uvp_code data(struct uvp_output *output, const struct uvp_slices *decoded,
                          struct uvp_error *err)
{
    return uvp_sink_slices(output->sink, decoded, err);
}

static enum uvp_code end(struct uvp_output *output, struct uvp_error *err)
{
    (void)output;
    (void)err;
    return UVP_OK;
}

static enum uvp_code put_trailer(struct uvp_output *output, const struct uvp_slices *raw,
                                 uint64_t at, struct uvp_error *err)
{
    return put_raw(output, raw, at, err);
}

static enum uvp_code finish(struct uvp_output *output, struct uvp_error *err)
{
    (void)output;
    (void)err;
    return UVP_OK;
}

static void destroy(struct uvp_output *output)
{
    uvp_mem_give(output->options.mem, output, sizeof(struct plain_output));
}

static const struct uvp_output_ops output_ops = {
    .raw = put_raw,
    .original = put_original,
    .member = put_member,
    .drop = drop,
    .begin = begin,
    .data = data,
    .end = end,
    .trailer = put_trailer,
    .finish = finish,
    .destroy = destroy,
};

enum uvp_code uvp_plain_output_create(const struct uvp_output_options *options,
                                      struct uvp_sink *sink, struct uvp_output **output,
                                      struct uvp_error *err)
{
    struct plain_output *const plain = uvp_mem_take_zeroed(options->mem, sizeof *plain);

    if (plain == NULL) {
        return uvp_fail_memory(err, sizeof *plain);
    }
    plain->base.ops = &output_ops;
    plain->base.options = *options;
    plain->base.sink = sink;
    *output = &plain->base;
    return UVP_OK;
}
