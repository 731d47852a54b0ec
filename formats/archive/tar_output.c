/*
 * Writing tar and cpio: bytes that are already in form go out as they are, members from other
 * containers get a head of their own.
 *
 * The end: a single input's own end goes out verbatim. With several inputs each one's end is
 * left out and one is written at finish; a cpio's must be of the members' dialect, so the
 * first input's own end mark is kept for it.
 */
#include <string.h>

#include "formats/archive/container.h"
#include "formats/archive/tar_header.h"

#define TAR_END_BYTES (2 * UVP_TAR_BLOCK)
#define MARK_MAX_BYTES ((size_t)128) /* the longest cpio header and "TRAILER!!!", padded */

struct tar_output {
    struct uvp_output base;
    struct uvp_buf head;
    uint64_t left; /* of the member begun */
    uint64_t size; /* of it in all */
    bool begun;
    bool ended;                    /* an end mark was written */
    enum uvp_cpio_dialect dialect; /* of the members, once known */
    unsigned char mark[MARK_MAX_BYTES];
    size_t mark_bytes;
};

static const unsigned char zeros[TAR_END_BYTES];

static bool is_tar(const struct tar_output *out)
{
    return out->base.options.container == UVP_CONTAINER_TAR;
}

/* Members of two kinds of cpio in one archive could not be read back. */
static enum uvp_code check_dialect(struct tar_output *out, enum uvp_cpio_dialect dialect,
                                   struct uvp_error *err)
{
    const bool first = out->dialect == UVP_CPIO_UNKNOWN;
    const bool newc = dialect == UVP_CPIO_NEWC || dialect == UVP_CPIO_CRC;
    const bool was_newc = out->dialect == UVP_CPIO_NEWC || out->dialect == UVP_CPIO_CRC;

    if (first || dialect == UVP_CPIO_UNKNOWN) {
        out->dialect = first ? dialect : out->dialect;
        return UVP_OK;
    }
    if (dialect != out->dialect && !(newc && was_newc)) {
        return uvp_fail(err, UVP_UNSUPPORTED, uvp_sink_at(out->base.sink),
                        "the inputs are different kinds of cpio archives");
    }
    return UVP_OK;
}

static enum uvp_code check_first_bytes(struct tar_output *out, const struct uvp_slices *raw,
                                       uint64_t at, struct uvp_error *err)
{
    unsigned char head[MARK_MAX_BYTES];
    const size_t bytes = raw->bytes < sizeof head ? (size_t)raw->bytes : sizeof head;

    if (is_tar(out) || at != 0 || bytes == 0) {
        return UVP_OK;
    }
    uvp_slices_copy(raw, 0, head, bytes);
    return check_dialect(out, uvp_cpio_dialect(uvp_span_of(head, bytes)), err);
}

static enum uvp_code write_raw(struct uvp_output *output, const struct uvp_slices *raw,
                               uint64_t at, struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    UVP_TRY(check_first_bytes(out, raw, at, err));
    return uvp_sink_slices(output->sink, raw, err);
}

static enum uvp_code write_original(struct uvp_output *output, const struct uvp_entry *entry,
                                    struct uvp_error *err)
{
    return write_raw(output, &entry->raw, entry->at, err);
}

static enum uvp_code write_member(struct uvp_output *output, const struct uvp_entry *entry,
                                  struct uvp_span bytes, const struct uvp_rendered *rendered,
                                  struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    (void)rendered;
    if (!is_tar(out) && (entry->at == 0 || out->dialect == UVP_CPIO_UNKNOWN ||
                         entry->container != UVP_CONTAINER_CPIO)) {
        UVP_TRY(check_dialect(out, uvp_cpio_dialect(bytes), err));
    }
    return uvp_sink_view(output->sink, bytes, err);
}

static enum uvp_code drop_member(struct uvp_output *output, const struct uvp_entry *entry,
                                 struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    return check_first_bytes(out, &entry->raw, entry->at, err);
}

static enum uvp_code begin_member(struct uvp_output *output, const struct uvp_entry *entry,
                                  struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    if (out->begun) {
        return uvp_fail(err, UVP_USAGE, entry->at, "the member before is not ended");
    }
    uvp_buf_reset(&out->head);
    UVP_TRY(uvp_tar_make(entry, output->options.container, entry->size_bytes, &out->head, err));
    if (!is_tar(out)) {
        UVP_TRY(check_dialect(out, UVP_CPIO_NEWC, err));
    }
    UVP_TRY(uvp_sink_copy(output->sink, uvp_buf_span(&out->head), err));
    out->begun = true;
    out->size = entry->size_bytes;
    out->left = entry->size_bytes;
    return UVP_OK;
}

static enum uvp_code write_data(struct uvp_output *output, const struct uvp_slices *decoded,
                                struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    if (!out->begun || decoded->bytes > out->left) {
        return uvp_fail(err, UVP_BAD_DATA, uvp_sink_at(output->sink),
                        "a member is longer than it said");
    }
    UVP_TRY(uvp_sink_slices(output->sink, decoded, err));
    out->left -= decoded->bytes;
    return UVP_OK;
}

static enum uvp_code end_member(struct uvp_output *output, struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;
    const size_t align = is_tar(out) ? UVP_TAR_BLOCK : 4;

    if (!out->begun || out->left != 0) {
        return uvp_fail(err, UVP_BAD_DATA, uvp_sink_at(output->sink),
                        "a member is shorter than it said");
    }
    out->begun = false;
    return uvp_sink_view(
        output->sink, uvp_span_of(zeros, (align - (size_t)(out->size % align)) % align), err);
}

/* The end mark member at the start of a cpio's trailer. */
static void keep_mark(struct tar_output *out, const struct uvp_slices *raw)
{
    static const struct {
        enum uvp_cpio_dialect dialect;
        size_t bytes;
    } marks[] = {
        {UVP_CPIO_NEWC, 124},         {UVP_CPIO_CRC, 124},       {UVP_CPIO_ODC, 87},
        {UVP_CPIO_BINARY_LITTLE, 38}, {UVP_CPIO_BINARY_BIG, 38},
    };
    unsigned char head[MARK_MAX_BYTES];
    const size_t bytes = raw->bytes < sizeof head ? (size_t)raw->bytes : sizeof head;
    enum uvp_cpio_dialect dialect;

    uvp_slices_copy(raw, 0, head, bytes);
    dialect = uvp_cpio_dialect(uvp_span_of(head, bytes));
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (marks[i].dialect == dialect && marks[i].bytes <= bytes) {
            memcpy(out->mark, head, marks[i].bytes);
            out->mark_bytes = marks[i].bytes;
        }
    }
}

static enum uvp_code end_input(struct uvp_output *output, const struct uvp_slices *raw,
                               uint64_t at, struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    if (raw->bytes == 0) {
        return UVP_OK;
    }
    UVP_TRY(check_first_bytes(out, raw, at, err));
    if (output->options.single_input) {
        out->ended = true;
        return uvp_sink_slices(output->sink, raw, err);
    }
    if (!is_tar(out) && out->mark_bytes == 0) {
        keep_mark(out, raw);
    }
    return UVP_OK;
}

static enum uvp_code write_newc_mark(struct tar_output *out, struct uvp_error *err)
{
    static const struct uvp_cpio_fields fields = {.nlink = 1};

    uvp_buf_reset(&out->head);
    UVP_TRY(uvp_cpio_make(UVP_CPIO_NEWC, &fields, "TRAILER!!!", &out->head, err));
    return uvp_sink_copy(out->base.sink, uvp_buf_span(&out->head), err);
}

static enum uvp_code finish_archive(struct uvp_output *output, struct uvp_error *err)
{
    struct tar_output *const out = (struct tar_output *)output;

    if (out->begun) {
        return uvp_fail(err, UVP_USAGE, uvp_sink_at(output->sink), "a member is not ended");
    }
    if (out->ended) {
        return UVP_OK;
    }
    out->ended = true;
    if (is_tar(out)) {
        return uvp_sink_view(output->sink, uvp_span_of(zeros, TAR_END_BYTES), err);
    }
    if (out->mark_bytes != 0) {
        return uvp_sink_copy(output->sink, uvp_span_of(out->mark, out->mark_bytes), err);
    }
    return write_newc_mark(out, err);
}

static void destroy_output(struct uvp_output *output)
{
    struct tar_output *const out = (struct tar_output *)output;

    uvp_buf_release(&out->head);
    uvp_mem_give(output->options.mem, out, sizeof *out);
}

static const struct uvp_output_ops tar_output_ops = {
    .raw = write_raw,
    .original = write_original,
    .member = write_member,
    .drop = drop_member,
    .begin = begin_member,
    .data = write_data,
    .end = end_member,
    .trailer = end_input,
    .finish = finish_archive,
    .destroy = destroy_output,
};

enum uvp_code uvp_tar_output_create(const struct uvp_output_options *options,
                                    struct uvp_sink *sink, struct uvp_output **output,
                                    struct uvp_error *err)
{
    struct tar_output *const out = uvp_mem_take_zeroed(options->mem, sizeof *out);

    if (out == NULL) {
        return uvp_fail_memory(err, sizeof *out);
    }
    out->base.ops = &tar_output_ops;
    out->base.options = *options;
    out->base.sink = sink;
    uvp_buf_init(&out->head, options->mem, 0);
    *output = &out->base;
    return UVP_OK;
}
