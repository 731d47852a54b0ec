/*
 * The driver under all kinds of decoders, and the table of kinds.
 *
 * A decoder is a stream over a stream: it fills blocks with what comes out and hands out slices
 * of them like the one below. It ends only where the last frame is whole and every byte of the
 * input was read; a step that neither reads nor writes is an error, never another round.
 * What was decoded before a failure is given before it.
 */
#include "formats/archive/codec.h"

#include <string.h>

#include "formats/archive/codec_batch.h"
#include "formats/archive/codec_kind.h"

#define GRAIN ((size_t)512)

static const struct uvp_codec_kind *const kinds[UVP_CODEC_COUNT] = {
    [UVP_CODEC_ZSTD] = &uvp_codec_zstd, [UVP_CODEC_GZIP] = &uvp_codec_gzip,
    [UVP_CODEC_XZ] = &uvp_codec_xz,     [UVP_CODEC_BZIP2] = &uvp_codec_bzip2,
    [UVP_CODEC_LZ4] = &uvp_codec_lz4,
};

/* ---- names ---- */

struct codec_word {
    const char *word;
    enum uvp_codec codec;
};

static const struct codec_word names[] = {
    {"none", UVP_CODEC_NONE},   {"zstd", UVP_CODEC_ZSTD}, {"zst", UVP_CODEC_ZSTD},
    {"gzip", UVP_CODEC_GZIP},   {"gz", UVP_CODEC_GZIP},   {"xz", UVP_CODEC_XZ},
    {"bzip2", UVP_CODEC_BZIP2}, {"bz2", UVP_CODEC_BZIP2}, {"lz4", UVP_CODEC_LZ4},
};

static const struct codec_word suffixes[] = {
    {".zst", UVP_CODEC_ZSTD},   {".zstd", UVP_CODEC_ZSTD}, {".tzst", UVP_CODEC_ZSTD},
    {".gz", UVP_CODEC_GZIP},    {".tgz", UVP_CODEC_GZIP},  {".xz", UVP_CODEC_XZ},
    {".txz", UVP_CODEC_XZ},     {".bz2", UVP_CODEC_BZIP2}, {".tbz", UVP_CODEC_BZIP2},
    {".tbz2", UVP_CODEC_BZIP2}, {".lz4", UVP_CODEC_LZ4},   {".tlz4", UVP_CODEC_LZ4},
};

const char *uvp_codec_name(enum uvp_codec codec)
{
    if ((unsigned)codec >= UVP_CODEC_COUNT || kinds[codec] == NULL) {
        return "none";
    }
    return kinds[codec]->name;
}

bool uvp_codec_by_name(const char *name, enum uvp_codec *codec)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].word) == 0) {
            *codec = names[i].codec;
            return true;
        }
    }
    return false;
}

enum uvp_codec uvp_codec_by_path(const char *path)
{
    const size_t bytes = strlen(path);

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        const size_t suffix_bytes = strlen(suffixes[i].word);

        if (bytes > suffix_bytes &&
            strcmp(path + bytes - suffix_bytes, suffixes[i].word) == 0) {
            return suffixes[i].codec;
        }
    }
    return UVP_CODEC_NONE;
}

void uvp_codec_levels(enum uvp_codec codec, int *lowest, int *usual, int *highest)
{
    const struct uvp_codec_kind *const kind =
        (unsigned)codec < UVP_CODEC_COUNT ? kinds[codec] : NULL;

    *lowest = kind == NULL ? 0 : kind->lowest;
    *usual = kind == NULL ? 0 : kind->usual;
    *highest = kind == NULL ? 0 : kind->highest;
}

/* ---- sniffing ---- */

static bool begins(struct uvp_span head, const char *magic, size_t bytes)
{
    return head.bytes >= bytes && memcmp(head.data, magic, bytes) == 0;
}

/* "BZh", the level, then the mark of a block or of the end: text may begin with the first. */
static bool is_bzip2(struct uvp_span head)
{
    const size_t bytes = head.bytes < 10 ? head.bytes : 10;

    if (bytes < 4 || !begins(head, "BZh", 3) || head.data[3] < '1' || head.data[3] > '9') {
        return false;
    }
    return memcmp(head.data + 4, "\x31\x41\x59\x26\x53\x59", bytes - 4) == 0 ||
           memcmp(head.data + 4, "\x17\x72\x45\x38\x50\x90", bytes - 4) == 0;
}

/* zstd and lz4 share the mark of skippable frames: what follows them decides, if it is there.
 */
static bool is_skippable(struct uvp_span head, struct uvp_span *rest)
{
    uint64_t size;

    if (head.bytes < 8 || (head.data[0] & 0xf0) != 0x50 ||
        memcmp(head.data + 1, "\x2a\x4d\x18", 3) != 0) {
        return false;
    }
    size = (uint64_t)head.data[4] | (uint64_t)head.data[5] << 8 | (uint64_t)head.data[6] << 16 |
           (uint64_t)head.data[7] << 24;
    size = size + 8 < head.bytes ? size + 8 : head.bytes;
    *rest = uvp_span_of(head.data + size, head.bytes - (size_t)size);
    return true;
}

enum uvp_codec uvp_codec_sniff(struct uvp_span head)
{
    struct uvp_span rest = head;
    bool skipped = false;

    while (is_skippable(rest, &rest)) {
        skipped = true;
    }
    if (begins(rest, "\x04\x22\x4d\x18", 4) || begins(rest, "\x02\x21\x4c\x18", 4)) {
        return UVP_CODEC_LZ4;
    }
    if (skipped || begins(head, "\x28\xb5\x2f\xfd", 4)) {
        return UVP_CODEC_ZSTD;
    }
    if (begins(head, "\x1f\x8b", 2)) {
        return UVP_CODEC_GZIP;
    }
    if (begins(head, "\xfd\x37\x7a\x58\x5a\x00", 6)) {
        return UVP_CODEC_XZ;
    }
    return is_bzip2(head) ? UVP_CODEC_BZIP2 : UVP_CODEC_NONE;
}

/* ---- memory for libraries ---- */

#define COUNT_ROOM ((size_t)64) /* keeps what follows aligned */

void *uvp_codec_alloc(struct uvp_mem *mem, size_t count, size_t each)
{
    size_t bytes;
    unsigned char *data;

    if (!uvp_size_multiply(count, each, &bytes) || !uvp_size_add(bytes, COUNT_ROOM, &bytes)) {
        return NULL;
    }
    data = uvp_mem_take(mem, bytes);
    if (data == NULL) {
        return NULL;
    }
    memcpy(data, &bytes, sizeof bytes);
    return data + COUNT_ROOM;
}

void uvp_codec_free(struct uvp_mem *mem, void *data)
{
    unsigned char *start;
    size_t bytes;

    if (data == NULL) {
        return;
    }
    start = (unsigned char *)data - COUNT_ROOM;
    memcpy(&bytes, start, sizeof bytes);
    uvp_mem_give(mem, start, bytes);
}

/* ---- the driver ---- */

struct decoder {
    struct uvp_stream base;
    struct uvp_stream *in;
    struct uvp_block_pool *pool;
    struct uvp_mem *mem;
    const struct uvp_codec_kind *kind;
    void *state;
    struct uvp_lookahead ahead;    /* of the input */
    struct uvp_codec_batch *batch; /* NULL: one frame after the other */
    uint64_t in_at;                /* compressed bytes decoded */
    uint64_t no_batch_at;          /* there a batch was tried in vain; + 1, 0: nowhere */
    bool between;
    bool ended;
    struct uvp_block *block; /* being filled */
    size_t filled;
    size_t given;
    bool begun; /* the first slice was given */
    struct uvp_error failure;
};

static void forward_wait(void *ctx)
{
    const struct decoder *const decoder = ctx;

    if (decoder->base.before_wait != NULL) {
        decoder->base.before_wait(decoder->base.before_wait_ctx);
    }
}

static enum uvp_code more_room(struct decoder *decoder, struct uvp_error *err)
{
    struct uvp_block *block = NULL;

    if (decoder->block != NULL && decoder->filled < decoder->block->capacity) {
        return UVP_OK;
    }
    UVP_TRY(uvp_block_take(decoder->pool, UVP_BLOCK_BYTES, &block, err));
    uvp_block_drop(decoder->block);
    decoder->block = block;
    decoder->filled = 0;
    decoder->given = 0;
    return UVP_OK;
}

/* The end, a cut, or a library that is stuck. */
static enum uvp_code settle_no_progress(struct decoder *decoder,
                                        const struct uvp_decode_step *step,
                                        struct uvp_error *err)
{
    if (step->in_bytes == 0 && !decoder->ahead.ended) {
        return UVP_OK;
    }
    if (step->in_bytes == 0 && decoder->between) {
        decoder->ended = true;
        return UVP_OK;
    }
    return uvp_fail(err, UVP_BAD_DATA, decoder->in_at,
                    step->in_bytes == 0 ? "the %s data is cut short" : "damaged %s data",
                    decoder->kind->name);
}

static enum uvp_code decode_step(struct decoder *decoder, struct uvp_error *err)
{
    struct uvp_decode_step step;
    const struct uvp_span in = uvp_lookahead_first(&decoder->ahead);
    const size_t in_bytes = in.bytes;
    const size_t out_bytes = decoder->block->capacity - decoder->filled;
    enum uvp_code code;

    memset(&step, 0, sizeof step);
    step.in_bytes = in_bytes;
    step.in = in.data;
    step.out = decoder->block->data + decoder->filled;
    step.out_bytes = out_bytes;
    step.in_ended = decoder->ahead.ended;
    step.between = decoder->between;
    code = decoder->kind->decode(decoder->state, &step, err);
    uvp_lookahead_skip(&decoder->ahead, in_bytes - step.in_bytes);
    decoder->in_at += in_bytes - step.in_bytes;
    decoder->filled += out_bytes - step.out_bytes;
    decoder->between = step.between;
    if (code == UVP_OK && step.in_bytes == in_bytes && step.out_bytes == out_bytes) {
        code = settle_no_progress(decoder, &step, err);
    }
    return code;
}

static bool would_wait(struct decoder *decoder)
{
    return (decoder->batch == NULL || !uvp_codec_batch_has(decoder->batch)) &&
           uvp_lookahead_would_wait(&decoder->ahead);
}

/* Bytes are there to be given and more would have to be waited for. */
static bool should_give_now(struct decoder *decoder)
{
    const size_t least = decoder->begun ? 1 : GRAIN;

    return decoder->filled - decoder->given >= least && would_wait(decoder);
}

static size_t giveable(struct decoder *decoder)
{
    const size_t rest = decoder->filled - decoder->given;
    const size_t whole = decoder->filled & ~(GRAIN - 1);

    if (decoder->ended || decoder->failure.code != UVP_OK) {
        return rest;
    }
    if (whole > decoder->given) {
        return whole - decoder->given;
    }
    return should_give_now(decoder) ? rest : 0;
}

/* Where a frame may begin: those at hand are decoded together, once for each place. */
static enum uvp_code try_batch(struct decoder *decoder, struct uvp_error *err)
{
    bool filled = false;

    if (decoder->batch == NULL || (!decoder->between && decoder->in_at != 0) ||
        decoder->no_batch_at == decoder->in_at + 1) {
        return UVP_OK;
    }
    UVP_TRY(uvp_codec_batch_fill(decoder->batch, &decoder->ahead, &filled, err));
    decoder->no_batch_at = filled ? 0 : decoder->in_at + 1;
    return UVP_OK;
}

/* Out of the batch, if there is anything in it. */
static bool copy_from_batch(struct decoder *decoder)
{
    uint64_t stored = 0;
    size_t bytes;

    if (decoder->batch == NULL || !uvp_codec_batch_has(decoder->batch)) {
        return false;
    }
    bytes = uvp_codec_batch_read(decoder->batch, &decoder->ahead,
                                 decoder->block->data + decoder->filled,
                                 decoder->block->capacity - decoder->filled, &stored);
    decoder->filled += bytes;
    decoder->in_at += stored;
    decoder->between = true;
    return true;
}

static void decode_some(struct decoder *decoder)
{
    struct uvp_error *const err = &decoder->failure;
    enum uvp_code code = more_room(decoder, err);

    while (code == UVP_OK && !decoder->ended && decoder->filled < decoder->block->capacity &&
           !should_give_now(decoder)) {
        if (copy_from_batch(decoder)) {
            continue;
        }
        code = uvp_lookahead_more(&decoder->ahead, err);
        if (code == UVP_OK) {
            code = try_batch(decoder, err);
        }
        if (code != UVP_OK) {
            break;
        }
        if (decoder->batch != NULL && uvp_codec_batch_has(decoder->batch)) {
            continue;
        }
        code = decode_step(decoder, err);
        if (code == UVP_BAD_DATA || code == UVP_UNSUPPORTED || code == UVP_LIMIT) {
            err->at = decoder->in_at;
        }
    }
    err->code = code;
}

static enum uvp_code next_slice(struct uvp_stream *stream, struct uvp_slice *slice,
                                struct uvp_error *err)
{
    struct decoder *const decoder = (struct decoder *)stream;

    for (;;) {
        const size_t give = giveable(decoder);

        if (give != 0) {
            uvp_block_hold(decoder->block);
            slice->block = decoder->block;
            slice->offset = (uint32_t)decoder->given;
            slice->bytes = (uint32_t)give;
            decoder->given += give;
            decoder->begun = true;
            return UVP_OK;
        }
        if (decoder->failure.code != UVP_OK) {
            if (err != NULL && err->code == UVP_OK) {
                *err = decoder->failure;
            }
            return decoder->failure.code;
        }
        if (decoder->ended) {
            return UVP_END;
        }
        decode_some(decoder);
    }
}

static bool is_ready(struct uvp_stream *stream)
{
    struct decoder *const decoder = (struct decoder *)stream;

    return decoder->ended || decoder->failure.code != UVP_OK ||
           decoder->filled - decoder->given >= (decoder->begun ? 1 : GRAIN) ||
           !would_wait(decoder);
}

static void close_decoder(struct uvp_stream *stream)
{
    struct decoder *const decoder = (struct decoder *)stream;

    decoder->kind->decoder_destroy(decoder->state);
    uvp_codec_batch_destroy(decoder->batch);
    uvp_lookahead_release(&decoder->ahead);
    uvp_block_drop(decoder->block);
    uvp_stream_close(decoder->in);
    uvp_mem_give(decoder->mem, decoder, sizeof *decoder);
}

static const struct uvp_stream_ops decoder_ops = {
    .next = next_slice,
    .ready = is_ready,
    .close = close_decoder,
    .read_at = NULL,
};

static enum uvp_code open_decoder(struct uvp_stream *in, const struct uvp_codec_kind *kind,
                                  struct uvp_block_pool *pool, struct uvp_mem *mem,
                                  const struct uvp_codec_crew *crew, struct uvp_stream **out,
                                  struct uvp_error *err)
{
    struct decoder *const decoder = uvp_mem_take_zeroed(mem, sizeof *decoder);
    enum uvp_code code;

    if (decoder == NULL) {
        return uvp_fail_memory(err, sizeof *decoder);
    }
    code = uvp_codec_batch_create(kind, crew, mem, &decoder->batch, err);
    if (code == UVP_OK) {
        code = kind->decoder_create(mem, &decoder->state, err);
    }
    if (code != UVP_OK) {
        uvp_codec_batch_destroy(decoder->batch);
        uvp_mem_give(mem, decoder, sizeof *decoder);
        return code;
    }
    decoder->base.ops = &decoder_ops;
    decoder->base.before_wait = in->before_wait;
    decoder->base.before_wait_ctx = in->before_wait_ctx;
    in->before_wait = forward_wait;
    in->before_wait_ctx = decoder;
    decoder->in = in;
    uvp_lookahead_init(&decoder->ahead, in);
    decoder->pool = pool;
    decoder->mem = mem;
    decoder->kind = kind;
    *out = &decoder->base;
    return UVP_OK;
}

enum uvp_code uvp_codec_open(struct uvp_stream *in, struct uvp_block_pool *pool,
                             struct uvp_mem *mem, const struct uvp_codec_crew *crew,
                             struct uvp_stream **out, enum uvp_codec *codec,
                             struct uvp_error *err)
{
    struct uvp_span head = {NULL, 0};
    enum uvp_code code = uvp_stream_peek(in, &head, err);
    enum uvp_codec found;

    if (code != UVP_OK && code != UVP_END) {
        return code;
    }
    found = code == UVP_END ? UVP_CODEC_NONE : uvp_codec_sniff(head);
    if (found == UVP_CODEC_NONE) {
        *out = in;
    } else {
        UVP_TRY(open_decoder(in, kinds[found], pool, mem, crew, out, err));
    }
    *codec = found;
    return UVP_OK;
}

enum uvp_code uvp_decode_padding(struct uvp_decode_step *step, unsigned char first_byte,
                                 bool *padding, bool *member, struct uvp_error *err)
{
    *member = false;
    if (!*padding && step->in_bytes != 0 && step->in[0] == first_byte) {
        *member = true;
        return UVP_OK;
    }
    while (step->in_bytes != 0 && step->in[0] == 0) {
        *padding = true;
        step->in++;
        step->in_bytes--;
    }
    if (step->in_bytes != 0) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "garbage after the compressed data");
    }
    return UVP_OK;
}

/* ---- frames ---- */

struct uvp_codec_state {
    struct uvp_mem *mem;
    const struct uvp_codec_kind *kind; /* NULL: none */
    void *encoder;
};

enum uvp_code uvp_codec_state_create(enum uvp_codec codec, int level, struct uvp_mem *mem,
                                     struct uvp_codec_state **state, struct uvp_error *err)
{
    const struct uvp_codec_kind *kind;
    struct uvp_codec_state *made;
    enum uvp_code code = UVP_OK;

    if ((unsigned)codec >= UVP_CODEC_COUNT) {
        return uvp_fail(err, UVP_USAGE, 0, "no such compression");
    }
    kind = kinds[codec];
    if (kind != NULL && (level < kind->lowest || level > kind->highest)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s levels go from %d to %d", kind->name,
                        kind->lowest, kind->highest);
    }
    made = uvp_mem_take_zeroed(mem, sizeof *made);
    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->kind = kind;
    if (kind != NULL) {
        code = kind->encoder_create(level, mem, &made->encoder, err);
    }
    if (code != UVP_OK) {
        uvp_mem_give(mem, made, sizeof *made);
        return code;
    }
    *state = made;
    return UVP_OK;
}

void uvp_codec_state_destroy(struct uvp_codec_state *state)
{
    if (state == NULL) {
        return;
    }
    if (state->kind != NULL) {
        state->kind->encoder_destroy(state->encoder);
    }
    uvp_mem_give(state->mem, state, sizeof *state);
}

enum uvp_code uvp_codec_frame(struct uvp_codec_state *state, struct uvp_span bytes,
                              struct uvp_buf *out, struct uvp_error *err)
{
    const size_t start = out->bytes;
    enum uvp_code code;

    if (state->kind == NULL) {
        return uvp_buf_append(out, bytes.data, bytes.bytes, err);
    }
    code = state->kind->frame(state->encoder, bytes, out, err);
    if (code != UVP_OK) {
        out->bytes = start;
    }
    return code;
}
