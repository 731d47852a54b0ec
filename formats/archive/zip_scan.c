/*
 * A descriptor has a signature or not, and sizes of 32 or 64 bits: four shapes. The one is
 * taken whose sums are right and behind which something begins that may follow a member.
 *
 * A stored body is searched for what looks like a descriptor with the body's own length in it,
 * or like the next header with such a descriptor in front of it; then its checksum decides. So
 * a zip inside a zip does not end its envelope: its own descriptors carry other lengths.
 */
#include "formats/archive/zip_scan.h"

#include <string.h>

#define SCRATCH_BYTES ((size_t)64 << 10)
#define LOOK_BYTES ((size_t)UVP_ZIP_DESCRIPTOR_MOST + 4)
#define LAG_BYTES 20u /* the longest descriptor without a signature */

void uvp_zip_scan_init(struct uvp_zip_scan *scan, struct uvp_feed *feed, struct uvp_mem *mem)
{
    memset(scan, 0, sizeof *scan);
    scan->feed = feed;
    scan->mem = mem;
    uvp_inflate_init(&scan->inflate, mem);
}

void uvp_zip_scan_release(struct uvp_zip_scan *scan)
{
    uvp_inflate_release(&scan->inflate);
    uvp_mem_give(scan->mem, scan->scratch, SCRATCH_BYTES);
    scan->scratch = NULL;
}

enum uvp_code uvp_zip_scan_begin(struct uvp_zip_scan *scan, enum uvp_zip_scan_way way,
                                 const struct uvp_zip_local *local, uint64_t start,
                                 struct uvp_error *err)
{
    scan->way = way;
    scan->start = start;
    scan->done = 0;
    scan->summed = 0;
    scan->crc = 0;
    scan->size_bytes = 0;
    scan->zip64 = local->zip64;
    scan->may_be_bare = false;
    scan->body_over = false;
    scan->found = false;
    scan->body_bytes = 0;
    scan->tail_bytes = 0;
    if (way == UVP_ZIP_SCAN_COUNT) {
        scan->crc = local->crc;
        scan->body_bytes = local->stored_bytes;
        scan->size_bytes = local->size_bytes;
    }
    if (way != UVP_ZIP_SCAN_INFLATE) {
        return UVP_OK;
    }
    if (scan->scratch == NULL) {
        scan->scratch = uvp_mem_take(scan->mem, SCRATCH_BYTES);
    }
    if (scan->scratch == NULL) {
        return uvp_fail_memory(err, SCRATCH_BYTES);
    }
    return uvp_inflate_start(&scan->inflate, err);
}

uint64_t uvp_zip_scan_sure(const struct uvp_zip_scan *scan)
{
    if (scan->found) {
        return scan->body_bytes;
    }
    if (scan->way != UVP_ZIP_SCAN_SEARCH) {
        return scan->done;
    }
    return scan->done > LAG_BYTES ? scan->done - LAG_BYTES : 0;
}

/* ---- descriptors ---- */

struct shape {
    bool is_signed;
    bool is_wide;
};

static uint32_t shape_bytes(struct shape shape)
{
    return (shape.is_signed ? 4u : 0u) + 4u + (shape.is_wide ? 16u : 8u);
}

enum fit {
    FIT_NONE,
    FIT_ALONE,   /* sums are right, but nothing sensible follows */
    FIT_DAMAGED, /* sizes are right and something follows, the checksum is not */
    FIT_WHOLE,
};

static enum fit judge_shape(struct uvp_span bytes, struct shape shape,
                            const struct uvp_zip_sums *sums)
{
    const uint32_t length = shape_bytes(shape);
    const unsigned char *p = bytes.data;
    bool sizes;
    bool follows;
    bool crc;

    if (bytes.bytes < length || (shape.is_signed && uvp_zip_u32(p) != UVP_ZIP_DESCRIPTOR)) {
        return FIT_NONE;
    }
    p += shape.is_signed ? 4 : 0;
    if (shape.is_wide) {
        sizes =
            uvp_zip_u64(p + 4) == sums->stored_bytes && uvp_zip_u64(p + 12) == sums->size_bytes;
    } else {
        sizes = uvp_zip_u32(p + 4) == (uint32_t)sums->stored_bytes &&
                uvp_zip_u32(p + 8) == (uint32_t)sums->size_bytes;
    }
    crc = sums->any_crc || uvp_zip_u32(p) == sums->crc;
    follows =
        bytes.bytes == length || (bytes.bytes >= length + 4 &&
                                  uvp_zip_is_next_signature(uvp_zip_u32(bytes.data + length)));
    if (!sizes || (!crc && !follows)) {
        return FIT_NONE;
    }
    return !crc ? FIT_DAMAGED : follows ? FIT_WHOLE : FIT_ALONE;
}

uint32_t uvp_zip_descriptor_bytes(struct uvp_span bytes, const struct uvp_zip_sums *sums,
                                  uint32_t *crc)
{
    enum fit best = FIT_NONE;
    struct shape chosen = {false, false};

    for (unsigned i = 0; i < 4; i++) {
        const struct shape shape = {i < 2, ((i & 1) != 0) != sums->zip64};
        const enum fit fit = judge_shape(bytes, shape, sums);

        if (fit > best) {
            best = fit;
            chosen = shape;
        }
    }
    if (best == FIT_NONE) {
        return 0;
    }
    *crc = uvp_zip_u32(bytes.data + (chosen.is_signed ? 4 : 0));
    return shape_bytes(chosen);
}

/* Copies what can be seen from body offset `at` on: 28 bytes, or less at the input's end. */
static enum uvp_code look(struct uvp_zip_scan *scan, uint64_t at,
                          unsigned char bytes[LOOK_BYTES], size_t *count, struct uvp_error *err)
{
    const uint64_t skip = scan->start + at - scan->feed->at;
    uint64_t got = 0;

    UVP_TRY(uvp_feed_fill(scan->feed, skip + LOOK_BYTES, &got, err));
    *count = got > skip ? (size_t)(got - skip) : 0;
    uvp_feed_copy(scan->feed, skip, bytes, *count);
    return UVP_OK;
}

/* The body is over at `done`: what is behind it? */
static enum uvp_code find_descriptor(struct uvp_zip_scan *scan, struct uvp_error *err)
{
    const struct uvp_zip_sums sums = {
        .crc = scan->crc,
        .stored_bytes = scan->done,
        .size_bytes = scan->size_bytes,
        .zip64 = scan->zip64,
        .any_crc = scan->way == UVP_ZIP_SCAN_COUNT && scan->crc == 0,
    };
    unsigned char bytes[LOOK_BYTES];
    size_t count = 0;
    uint32_t length;

    UVP_TRY(look(scan, scan->done, bytes, &count, err));
    length = uvp_zip_descriptor_bytes(uvp_span_of(bytes, count), &sums, &scan->crc);
    if (length == 0 && !(scan->way == UVP_ZIP_SCAN_COUNT || scan->size_bytes == 0)) {
        return uvp_fail(err, UVP_BAD_DATA, scan->start + scan->done,
                        "no data descriptor behind a zip member");
    }
    if (length == 0 && !(count >= 4 && uvp_zip_is_next_signature(uvp_zip_u32(bytes)))) {
        return uvp_fail(err, UVP_BAD_DATA, scan->start + scan->done,
                        "no data descriptor behind a zip member");
    }
    scan->body_bytes = scan->done;
    scan->tail_bytes = length;
    scan->found = true;
    return UVP_OK;
}

/* What lies at body offset `done`; reads on when nothing does. */
static enum uvp_code next_piece(struct uvp_zip_scan *scan, struct uvp_span *piece,
                                struct uvp_error *err)
{
    const uint64_t skip = scan->start + scan->done - scan->feed->at;
    uint64_t got = 0;

    UVP_TRY(uvp_feed_fill(scan->feed, skip + 1, &got, err));
    if (got <= skip) {
        return uvp_fail(err, UVP_BAD_DATA, scan->feed->at + scan->feed->ahead_bytes,
                        "the zip archive ends inside a member");
    }
    *piece = uvp_feed_piece(scan->feed, skip);
    return UVP_OK;
}

/* ---- deflate ---- */

static enum uvp_code step_inflate(struct uvp_zip_scan *scan, uint64_t most_in,
                                  uint64_t most_out, struct uvp_error *err)
{
    const uint64_t in_stop = scan->done + most_in;
    const uint64_t out_stop = scan->size_bytes + most_out;

    while (!scan->body_over && scan->done < in_stop && scan->size_bytes < out_stop) {
        struct uvp_span piece = {NULL, 0};
        size_t used = 0;
        size_t made = 0;
        enum uvp_code code;

        UVP_TRY(next_piece(scan, &piece, err));
        code = uvp_inflate_run(&scan->inflate, piece, &used, scan->scratch, SCRATCH_BYTES,
                               &made, NULL);
        scan->crc = uvp_zip_crc(scan->crc, uvp_span_of(scan->scratch, made));
        scan->size_bytes += made;
        scan->done += used;
        scan->body_over = code == UVP_END;
        if (code == UVP_NO_MEMORY) {
            return uvp_fail_memory(err, 0);
        }
        if (code == UVP_BAD_DATA || (code == UVP_OK && used == 0 && made == 0)) {
            return uvp_fail(err, UVP_BAD_DATA, scan->start + scan->done,
                            "damaged deflate data: the end of the zip member is not found");
        }
    }
    return scan->body_over ? find_descriptor(scan, err) : UVP_OK;
}

/* ---- stored ---- */

static uint32_t sum_to(const struct uvp_zip_scan *scan, uint32_t crc, uint64_t from,
                       uint64_t to)
{
    while (from < to) {
        struct uvp_span piece = uvp_feed_piece(scan->feed, scan->start + from - scan->feed->at);

        if (piece.bytes > to - from) {
            piece.bytes = (size_t)(to - from);
        }
        crc = uvp_zip_crc(crc, piece);
        from += piece.bytes;
    }
    return crc;
}

/* Sums what lies far enough back that no descriptor can begin in it any more. */
static void sum_behind(struct uvp_zip_scan *scan, uint64_t at)
{
    const uint64_t to = at > LAG_BYTES ? at - LAG_BYTES : 0;

    if (to > scan->summed) {
        scan->crc = sum_to(scan, scan->crc, scan->summed, to);
        scan->summed = to;
    }
}

/* Is the body over at `at`, where a descriptor of this shape begins? */
static bool is_end(struct uvp_zip_scan *scan, uint64_t at, const unsigned char *descriptor,
                   struct shape shape)
{
    const unsigned char *const p = descriptor + (shape.is_signed ? 4 : 0);
    const bool sizes = shape.is_wide
                           ? uvp_zip_u64(p + 4) == at && uvp_zip_u64(p + 12) == at
                           : uvp_zip_u32(p + 4) == (uint32_t)at && uvp_zip_u32(p + 8) == at;

    if (!sizes) {
        return false;
    }
    sum_behind(scan, at);
    if (sum_to(scan, scan->crc, scan->summed, at) != uvp_zip_u32(p)) {
        return false;
    }
    scan->crc = uvp_zip_u32(p);
    scan->body_bytes = at;
    scan->size_bytes = at;
    scan->tail_bytes = shape_bytes(shape);
    scan->found = true;
    return true;
}

/* A `P` at body offset `at`: does a descriptor begin here, or end here? */
static enum uvp_code try_mark(struct uvp_zip_scan *scan, uint64_t at, struct uvp_error *err)
{
    unsigned char bytes[LOOK_BYTES];
    size_t count = 0;
    uint32_t signature;

    UVP_TRY(look(scan, at, bytes, &count, err));
    signature = count >= 4 ? uvp_zip_u32(bytes) : 0;
    if (signature == UVP_ZIP_DESCRIPTOR) {
        const bool wide_first = scan->zip64;

        for (unsigned i = 0; i < 2; i++) {
            const struct shape shape = {true, (i == 0) == wide_first};
            if (count >= shape_bytes(shape) && is_end(scan, at, bytes, shape)) {
                return UVP_OK;
            }
        }
    } else if (uvp_zip_is_next_signature(signature)) {
        for (unsigned i = 0; i < 2; i++) {
            const struct shape shape = {false, i != 0};
            const uint32_t length = shape_bytes(shape);

            if (at >= length) {
                uvp_feed_copy(scan->feed, scan->start + at - length - scan->feed->at, bytes,
                              length);
                if (is_end(scan, at - length, bytes, shape)) {
                    return UVP_OK;
                }
            }
        }
        if (at == 0 && scan->may_be_bare) {
            scan->found = true; /* an empty member, and no descriptor after all */
        }
    }
    return UVP_OK;
}

static enum uvp_code step_search(struct uvp_zip_scan *scan, uint64_t most_in,
                                 struct uvp_error *err)
{
    const uint64_t in_stop = scan->done + most_in;

    while (!scan->found && scan->done < in_stop) {
        struct uvp_span piece = {NULL, 0};
        const unsigned char *mark;
        size_t before;

        UVP_TRY(next_piece(scan, &piece, err));
        mark = memchr(piece.data, 'P', piece.bytes);
        before = mark == NULL ? piece.bytes : (size_t)(mark - piece.data);
        scan->done += before;
        if (mark == NULL) {
            sum_behind(scan, scan->done);
            continue;
        }
        if (piece.bytes - before < 2 || mark[1] == 'K') {
            UVP_TRY(try_mark(scan, scan->done, err));
        }
        scan->done += scan->found ? 0 : 1;
    }
    if (!scan->found) {
        sum_behind(scan, scan->done);
    }
    return UVP_OK;
}

/* ---- counted ---- */

static enum uvp_code step_count(struct uvp_zip_scan *scan, uint64_t most_in,
                                struct uvp_error *err)
{
    const uint64_t in_stop = scan->done + most_in;

    while (scan->done < scan->body_bytes && scan->done < in_stop) {
        struct uvp_span piece = {NULL, 0};
        const uint64_t left = scan->body_bytes - scan->done;

        UVP_TRY(next_piece(scan, &piece, err));
        scan->done += piece.bytes < left ? piece.bytes : left;
    }
    return scan->done == scan->body_bytes ? find_descriptor(scan, err) : UVP_OK;
}

enum uvp_code uvp_zip_scan_step(struct uvp_zip_scan *scan, uint64_t most_in, uint64_t most_out,
                                struct uvp_error *err)
{
    if (scan->found) {
        return UVP_OK;
    }
    switch (scan->way) {
    case UVP_ZIP_SCAN_INFLATE:
        return step_inflate(scan, most_in, most_out, err);
    case UVP_ZIP_SCAN_SEARCH:
        return step_search(scan, most_in, err);
    default:
        return step_count(scan, most_in, err);
    }
}
