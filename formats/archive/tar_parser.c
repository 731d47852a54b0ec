/*
 * libarchive reads through a callback that hands it our slices one after the other; each also
 * goes into a window until it is flushed or taken. libarchive's own count of consumed bytes
 * tells how far it is, so nothing depends on where its data pointers point.
 */
#include "formats/archive/tar_parser.h"

#include <archive.h>

#include "formats/archive/tar_header.h"

#define LET_GO_BYTES ((uint64_t)4 << 20) /* flushable bytes we do not sit on */
#define ZERO_SLICE_MIN ((uint32_t)4096)

enum uvp_code uvp_tar_parser_init(struct uvp_tar_parser *parser, bool is_tar,
                                  struct uvp_stream *stream, struct uvp_block_pool *pool,
                                  struct uvp_mem *mem, struct uvp_error *err)
{
    memset(parser, 0, sizeof *parser);
    parser->reader = archive_read_new();
    if (parser->reader == NULL) {
        return uvp_fail_memory(err, sizeof *parser);
    }
    parser->is_tar = is_tar;
    parser->stream = stream;
    parser->pool = pool;
    uvp_window_init(&parser->window, mem);
    return UVP_OK;
}

void uvp_tar_parser_release(struct uvp_tar_parser *parser)
{
    (void)archive_read_free(parser->reader);
    uvp_block_drop(parser->lent.block);
    uvp_block_drop(parser->zeros);
    uvp_window_release(&parser->window);
}

uint64_t uvp_tar_parser_at(const struct uvp_tar_parser *parser)
{
    const la_int64_t bytes = archive_filter_bytes(parser->reader, 0);
    const uint64_t at = bytes < 0 ? 0 : (uint64_t)bytes;

    return at < parser->window.end ? at : parser->window.end;
}

uint64_t uvp_tar_parser_flushable_end(const struct uvp_tar_parser *parser)
{
    if (parser->phase == UVP_TAR_PASS) {
        const uint64_t at = uvp_tar_parser_at(parser);

        return at > parser->passed ? at : parser->passed;
    }
    return parser->passed;
}

void uvp_tar_parser_let_go(struct uvp_tar_parser *parser)
{
    struct uvp_stream *const stream = parser->stream;

    if (stream->before_wait != NULL &&
        uvp_tar_parser_flushable_end(parser) - parser->window.begin >= LET_GO_BYTES) {
        stream->before_wait(stream->before_wait_ctx);
    }
}

/* ---- feeding libarchive ---- */

static enum uvp_code make_zeros(struct uvp_tar_parser *parser, struct uvp_error *err)
{
    if (parser->zeros == NULL) {
        UVP_TRY(uvp_block_take(parser->pool, UVP_BLOCK_BYTES, &parser->zeros, err));
        memset(parser->zeros->data, 0, UVP_BLOCK_BYTES);
    }
    return UVP_OK;
}

/* Any number of zeros behind an archive shall cost no memory: all such slices become one. */
static enum uvp_code share_zeros(struct uvp_tar_parser *parser, struct uvp_slice *slice,
                                 struct uvp_error *err)
{
    if (parser->phase != UVP_TAR_HEAD || slice->bytes < ZERO_SLICE_MIN ||
        slice->bytes > UVP_BLOCK_BYTES || !uvp_span_is_zero(uvp_slice_span(slice))) {
        return UVP_OK;
    }
    UVP_TRY(make_zeros(parser, err));
    uvp_block_hold(parser->zeros);
    uvp_block_drop(slice->block);
    slice->block = parser->zeros;
    slice->offset = 0;
    return UVP_OK;
}

/* One more slice into the window; it stays lent to libarchive until the next. */
static enum uvp_code read_slice(struct uvp_tar_parser *parser, struct uvp_error *err)
{
    struct uvp_slice slice;
    enum uvp_code code = uvp_stream_next(parser->stream, &slice, err);

    parser->stream_ended = code == UVP_END;
    if (code != UVP_OK) {
        return code;
    }
    code = share_zeros(parser, &slice, err);
    if (code == UVP_OK) {
        uvp_block_hold(slice.block); /* one reference for the window, one for `lent` */
        code = uvp_window_push(&parser->window, &slice, err);
        if (code == UVP_OK) {
            uvp_block_drop(parser->lent.block);
            parser->lent = slice;
            return UVP_OK;
        }
        uvp_block_drop(slice.block);
    }
    uvp_block_drop(slice.block);
    return code;
}

static la_ssize_t give_bytes(struct archive *reader, void *ctx, const void **bytes)
{
    struct uvp_tar_parser *const parser = ctx;
    enum uvp_code code;

    *bytes = NULL;
    uvp_tar_parser_let_go(parser);
    if (parser->stream_ended) {
        return 0;
    }
    code = read_slice(parser, &parser->failure);
    if (code == UVP_END) {
        return 0;
    }
    if (code != UVP_OK) {
        parser->failure.code = code;
        archive_set_error(reader, -1, "the input failed");
        return ARCHIVE_FATAL;
    }
    *bytes = parser->lent.block->data + parser->lent.offset;
    return (la_ssize_t)parser->lent.bytes;
}

enum uvp_code uvp_tar_parser_open(struct uvp_tar_parser *parser, struct uvp_error *err)
{
    int result = parser->is_tar ? archive_read_support_format_tar(parser->reader)
                                : archive_read_support_format_cpio(parser->reader);

    parser->opened = true;
    if (result == ARCHIVE_OK && parser->is_tar) {
        result = archive_read_set_format_option(parser->reader, "tar",
                                                "read_concatenated_archives", "1");
    }
    if (result == ARCHIVE_OK) {
        result = archive_read_open2(parser->reader, parser, NULL, give_bytes, NULL, NULL);
    }
    return result == ARCHIVE_OK ? UVP_OK : uvp_tar_parser_fail_here(parser, err);
}

enum uvp_code uvp_tar_parser_drain(struct uvp_tar_parser *parser, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    while (code == UVP_OK && !parser->stream_ended) {
        code = read_slice(parser, &parser->failure);
    }
    if (code != UVP_OK && code != UVP_END) {
        parser->failure.code = code;
        return uvp_tar_parser_fail(parser, code, parser->window.end, "the input failed", err);
    }
    return UVP_OK;
}

/* ---- failures ---- */

enum uvp_code uvp_tar_parser_check(const struct uvp_tar_parser *parser, struct uvp_error *err)
{
    if (err != NULL && err->code == UVP_OK) {
        *err = parser->failure;
    }
    return parser->failure.code;
}

enum uvp_code uvp_tar_parser_fail(struct uvp_tar_parser *parser, enum uvp_code code,
                                  uint64_t at, const char *text, struct uvp_error *err)
{
    (void)uvp_fail(&parser->failure, code, at, "%s", text);
    parser->passed = parser->window.end;
    parser->phase = UVP_TAR_HEAD;
    return uvp_tar_parser_check(parser, err);
}

enum uvp_code uvp_tar_parser_fail_here(struct uvp_tar_parser *parser, struct uvp_error *err)
{
    const uint64_t at = parser->stream_ended ? parser->window.end : uvp_tar_parser_at(parser);
    const char *text = archive_error_string(parser->reader);

    if (text == NULL || text[0] == '\0') {
        text = parser->stream_ended ? "the archive is cut short" : "damaged archive";
    }
    return uvp_tar_parser_fail(parser, UVP_BAD_DATA, at, text, err);
}

/* ---- bytes ---- */

/* Zero blocks from `at` on that lie in one piece; a block that lies in several is put together.
 */
static uint64_t zeros_in_piece(const struct uvp_tar_parser *parser, uint64_t at, uint64_t to)
{
    const struct uvp_span piece = uvp_window_piece(&parser->window, at);
    unsigned char block[UVP_TAR_BLOCK];
    size_t used = 0;

    if (piece.bytes < UVP_TAR_BLOCK) {
        uvp_window_copy(&parser->window, at, block, sizeof block);
        return uvp_tar_block_is_zero(block) ? UVP_TAR_BLOCK : 0;
    }
    while (piece.bytes - used >= UVP_TAR_BLOCK && to - at - used >= UVP_TAR_BLOCK &&
           uvp_tar_block_is_zero(piece.data + used)) {
        used += UVP_TAR_BLOCK;
    }
    return used;
}

uint64_t uvp_tar_parser_zeros(const struct uvp_tar_parser *parser, uint64_t from, uint64_t to)
{
    uint64_t at = from;

    while (to - at >= UVP_TAR_BLOCK) {
        const uint64_t used = zeros_in_piece(parser, at, to);

        if (used == 0) {
            break;
        }
        at += used;
    }
    return at - from;
}

enum uvp_code uvp_tar_parser_add_zeros(struct uvp_tar_parser *parser, struct uvp_slices *to,
                                       size_t bytes, struct uvp_error *err)
{
    UVP_TRY(make_zeros(parser, err));
    return uvp_slices_add(to, parser->zeros, 0, bytes, err);
}

static enum uvp_code add_copied(struct uvp_tar_parser *parser, struct uvp_slices *to,
                                const void *data, size_t bytes, struct uvp_error *err)
{
    struct uvp_block *block = NULL;
    enum uvp_code code;

    UVP_TRY(uvp_block_take(parser->pool, bytes, &block, err));
    memcpy(block->data, data, bytes);
    code = uvp_slices_add(to, block, 0, bytes, err);
    uvp_block_drop(block);
    return code;
}

/* Lent from our own slice as a rule; copied where libarchive joined two of them. */
enum uvp_code uvp_tar_parser_add_data(struct uvp_tar_parser *parser, struct uvp_slices *to,
                                      const void *data, size_t bytes, struct uvp_error *err)
{
    const struct uvp_slice *const lent = &parser->lent;
    const uintptr_t at = (uintptr_t)data;
    const uintptr_t from =
        lent->block == NULL ? 0 : (uintptr_t)lent->block->data + lent->offset;

    if (lent->block != NULL && at >= from && at - from <= lent->bytes &&
        bytes <= lent->bytes - (at - from)) {
        return uvp_slices_add(to, lent->block, lent->offset + (at - from), bytes, err);
    }
    return add_copied(parser, to, data, bytes, err);
}
