/*
 * Head, UVs, turned triangles, corners.
 *
 * UVs of one page are multiples of 2^-24 below 1, of which 24 bits are all; others are floats.
 *
 * Which UV a corner has is mostly told by its vertex: the one that the vertex had last, or the
 * one before that (at a seam they take turns), or the next new one. Two bits say which; a
 * fourth case is a number of 32 bits. So a corner takes little more than two bits, and the
 * mesh itself, which whoever unpacks has, is not repeated.
 */
#include "stages/unwrapper/solution_pack.h"

#include <math.h>
#include <string.h>

#define LATTICE 16777216.0 /* 2^24 */
#define HEAD_BYTES 65
#define FLAG_FLOATS 1U
#define FLAG_TURNED 2U
#define FLAG_DENSITY 4U
#define FLAGS_ALL 7U
#define NONE UINT32_MAX

enum corner_code { LAST = 0, BEFORE_LAST, NEXT, NUMBER };

/* ---- numbers ---- */

static unsigned char *put32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *to++ = (unsigned char)(value >> (8 * i));
    }
    return to;
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static unsigned char *put_double(unsigned char *to, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    to = put32(to, (uint32_t)bits);
    return put32(to, (uint32_t)(bits >> 32));
}

static double get_double(const unsigned char *at)
{
    const uint64_t bits = get32(at) | (uint64_t)get32(at + 4) << 32;
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- sizes ---- */

struct sizes {
    size_t uvs;
    size_t turned;
    size_t codes;
};

static struct sizes sizes_of(const struct uvp_atlas_input *input, uint32_t uv_count,
                             unsigned flags)
{
    const struct sizes sizes = {
        .uvs = (size_t)uv_count * ((flags & FLAG_FLOATS) != 0 ? 8 : 6),
        .turned = (flags & FLAG_TURNED) != 0 ? ((size_t)input->triangle_count + 7) / 8 : 0,
        .codes = ((size_t)input->corner_count + 3) / 4,
    };

    return sizes;
}

size_t uvp_solution_bound(const struct uvp_atlas_input *input)
{
    const struct sizes most = sizes_of(input, input->corner_count, FLAGS_ALL);

    return HEAD_BYTES + most.uvs + most.turned + most.codes + 4 * (size_t)input->corner_count;
}

/* ---- corners ---- */

/* What each vertex had, and what was new: the same walk for both ways. */
struct walk {
    const struct uvp_atlas_input *input;
    uint32_t *last; /* two for each vertex */
    uint32_t next;
};

static enum uvp_code begin_walk(struct walk *walk, const struct uvp_atlas_input *input,
                                struct uvp_arena *scratch, struct uvp_error *err)
{
    walk->input = input;
    walk->next = 0;
    walk->last = UVP_ARENA_ARRAY(scratch, uint32_t, 2 * (size_t)input->vertex_count);
    if (walk->last == NULL) {
        return uvp_fail_memory(err, (size_t)8 * input->vertex_count);
    }
    memset(walk->last, 0xff, (size_t)8 * input->vertex_count);
    return UVP_OK;
}

static uint32_t *last_of(const struct walk *walk, uint32_t corner)
{
    return walk->last + 2 * (size_t)walk->input->corner_vertex[corner];
}

static void step(struct walk *walk, uint32_t *last, uint32_t uv)
{
    if (last[0] != uv) {
        last[1] = last[0];
        last[0] = uv;
    }
    if (walk->next <= uv) {
        walk->next = uv + 1;
    }
}

static enum corner_code code_of(const struct walk *walk, const uint32_t *last, uint32_t uv)
{
    return uv == last[0]      ? LAST
           : uv == last[1]    ? BEFORE_LAST
           : uv == walk->next ? NEXT
                              : NUMBER;
}

static enum uvp_code pack_corners(struct walk *walk, const struct uvp_atlas_result *result,
                                  unsigned char *codes, struct uvp_buf *out,
                                  struct uvp_error *err)
{
    size_t numbers = 0;
    unsigned char *to;

    memset(codes, 0, ((size_t)walk->input->corner_count + 3) / 4);
    for (uint32_t c = 0; c < walk->input->corner_count; c++) {
        const uint32_t uv = result->corner_uv[c];
        uint32_t *const last = last_of(walk, c);
        const enum corner_code code = code_of(walk, last, uv);

        if (uv >= result->uv_count) {
            return uvp_fail(err, UVP_UNSUPPORTED, c, "corner %u has no UV", (unsigned)c);
        }
        codes[c / 4] = (unsigned char)(codes[c / 4] | (unsigned)code << (2 * (c % 4)));
        numbers += code == NUMBER ? 1 : 0;
        step(walk, last, uv);
    }
    UVP_TRY(uvp_buf_reserve_exact(out, 4 * numbers, err));
    to = out->data + out->bytes;
    for (uint32_t c = 0; c < walk->input->corner_count; c++) {
        if ((codes[c / 4] >> (2 * (c % 4)) & 3) == NUMBER) {
            to = put32(to, result->corner_uv[c]);
        }
    }
    out->bytes += 4 * numbers;
    return UVP_OK;
}

static uint32_t uv_of_code(const struct walk *walk, const uint32_t *last, unsigned code,
                           const unsigned char *number)
{
    switch ((enum corner_code)code) {
    case LAST:
        return last[0];
    case BEFORE_LAST:
        return last[1];
    case NEXT:
        return walk->next;
    default:
        return number == NULL ? NONE : get32(number);
    }
}

/* False: not the numbers of so many UVs, or not all of the bytes. */
static bool unpack_corners(struct walk *walk, const unsigned char *codes,
                           struct uvp_span numbers, uint32_t uv_count, uint32_t *corner_uv)
{
    for (uint32_t c = 0; c < walk->input->corner_count; c++) {
        const unsigned code = (unsigned)codes[c / 4] >> (2 * (c % 4)) & 3U;
        uint32_t *const last = last_of(walk, c);
        const uint32_t uv =
            uv_of_code(walk, last, code, numbers.bytes < 4 ? NULL : numbers.data);

        if (uv >= uv_count) {
            return false;
        }
        if (code == NUMBER) {
            numbers = uvp_span_of(numbers.data + 4, numbers.bytes - 4);
        }
        corner_uv[c] = uv;
        step(walk, last, uv);
    }
    return numbers.bytes == 0;
}

/* ---- UVs ---- */

static bool is_on_lattice(float value)
{
    const double at = (double)value * LATTICE;

    return !signbit(value) && at < LATTICE && at == (double)(uint32_t)at;
}

static bool are_on_lattice(const float *uv, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_on_lattice(uv[i])) {
            return false;
        }
    }
    return true;
}

static void pack_uvs(const struct uvp_atlas_result *result, bool floats, unsigned char *to)
{
    for (size_t i = 0; i < 2 * (size_t)result->uv_count; i++) {
        uint32_t bits;

        if (floats) {
            memcpy(&bits, &result->uv[i], sizeof bits);
            to = put32(to, bits);
            continue;
        }
        bits = (uint32_t)((double)result->uv[i] * LATTICE);
        *to++ = (unsigned char)bits;
        *to++ = (unsigned char)(bits >> 8);
        *to++ = (unsigned char)(bits >> 16);
    }
}

static void unpack_uvs(const unsigned char *at, bool floats, float *uv, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (floats) {
            const uint32_t bits = get32(at);
            memcpy(&uv[i], &bits, sizeof bits);
            at += 4;
        } else {
            const uint32_t bits =
                (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
            uv[i] = (float)((double)bits / LATTICE);
            at += 3;
        }
    }
}

/* ---- the head ---- */

static void pack_head(const struct uvp_atlas_result *result, unsigned flags, unsigned char *to)
{
    const struct uvp_atlas_stats *const stats = &result->stats;

    *to++ = (unsigned char)flags;
    to = put32(to, result->page_count);
    to = put32(to, result->uv_count);
    to = put32(to, stats->triangles);
    to = put32(to, stats->degenerate_triangles);
    to = put32(to, stats->turned_triangles);
    to = put32(to, stats->charts);
    to = put32(to, stats->single_triangle_charts);
    to = put32(to, 0); /* for what may come */
    to = put_double(to, stats->stretch_max);
    to = put_double(to, stats->stretch_mean);
    to = put_double(to, stats->packing_efficiency);
    (void)put_double(to, stats->seam_length);
}

static unsigned unpack_head(const unsigned char *at, struct uvp_atlas_result *result)
{
    struct uvp_atlas_stats *const stats = &result->stats;

    memset(result, 0, sizeof *result);
    result->page_count = get32(at + 1);
    result->uv_count = get32(at + 5);
    stats->triangles = get32(at + 9);
    stats->degenerate_triangles = get32(at + 13);
    stats->turned_triangles = get32(at + 17);
    stats->charts = get32(at + 21);
    stats->single_triangle_charts = get32(at + 25);
    stats->stretch_max = get_double(at + 33);
    stats->stretch_mean = get_double(at + 41);
    stats->packing_efficiency = get_double(at + 49);
    stats->seam_length = get_double(at + 57);
    stats->density_reached = (at[0] & FLAG_DENSITY) != 0;
    return at[0];
}

static bool is_head_sane(const struct uvp_atlas_input *input,
                         const struct uvp_atlas_result *result, unsigned flags)
{
    const struct uvp_atlas_stats *const stats = &result->stats;

    return (flags & ~FLAGS_ALL) == 0 && result->uv_count > 0 &&
           result->uv_count <= input->corner_count && result->page_count > 0 &&
           stats->triangles == input->triangle_count && stats->charts <= stats->triangles &&
           stats->degenerate_triangles <= stats->triangles &&
           stats->turned_triangles <= stats->triangles &&
           stats->single_triangle_charts <= stats->charts;
}

/* ---- all of it ---- */

static unsigned flags_of(const struct uvp_atlas_result *result)
{
    return (are_on_lattice(result->uv, 2 * (size_t)result->uv_count) ? 0 : FLAG_FLOATS) |
           (result->triangle_turned != NULL ? FLAG_TURNED : 0) |
           (result->stats.density_reached ? FLAG_DENSITY : 0);
}

static enum uvp_code pack(const struct uvp_atlas_input *input,
                          const struct uvp_atlas_result *result, struct uvp_arena *scratch,
                          struct uvp_buf *out, struct uvp_error *err)
{
    const unsigned flags = flags_of(result);
    const struct sizes sizes = sizes_of(input, result->uv_count, flags);
    const size_t fixed = HEAD_BYTES + sizes.uvs + sizes.turned;
    unsigned char *const codes = UVP_ARENA_ARRAY(scratch, unsigned char, sizes.codes);
    unsigned char *turned;
    struct walk walk;
    size_t codes_at;

    if (codes == NULL) {
        return uvp_fail_memory(err, sizes.codes);
    }
    UVP_TRY(begin_walk(&walk, input, scratch, err));
    UVP_TRY(uvp_buf_reserve_exact(out, fixed + sizes.codes, err));
    pack_head(result, flags, out->data + out->bytes);
    pack_uvs(result, (flags & FLAG_FLOATS) != 0, out->data + out->bytes + HEAD_BYTES);
    turned = out->data + out->bytes + HEAD_BYTES + sizes.uvs;
    memset(turned, 0, sizes.turned);
    for (uint32_t t = 0; sizes.turned > 0 && t < input->triangle_count; t++) {
        turned[t / 8] =
            (unsigned char)(turned[t / 8] | (result->triangle_turned[t] & 1U) << (t % 8));
    }
    codes_at = out->bytes + fixed;
    out->bytes = codes_at + sizes.codes;
    UVP_TRY(pack_corners(&walk, result, codes, out, err));
    memcpy(out->data + codes_at, codes, sizes.codes);
    return UVP_OK;
}

enum uvp_code uvp_solution_pack(const struct uvp_atlas_input *input,
                                const struct uvp_atlas_result *result,
                                struct uvp_arena *scratch, struct uvp_buf *out,
                                struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    const size_t before = out->bytes;
    const enum uvp_code code = pack(input, result, scratch, out, err);

    uvp_arena_rewind(scratch, mark);
    if (code != UVP_OK) {
        out->bytes = before;
    }
    return code;
}

static enum uvp_code unpack_turned(const struct uvp_atlas_input *input,
                                   const unsigned char *bits, struct uvp_arena *keep,
                                   struct uvp_atlas_result *result, struct uvp_error *err)
{
    uint8_t *const turned = UVP_ARENA_ARRAY(keep, uint8_t, input->triangle_count);

    if (turned == NULL) {
        return uvp_fail_memory(err, input->triangle_count);
    }
    for (uint32_t t = 0; t < input->triangle_count; t++) {
        turned[t] = bits[t / 8] >> (t % 8) & 1;
    }
    result->triangle_turned = turned;
    return UVP_OK;
}

static enum uvp_code unpack(const struct uvp_atlas_input *input, struct uvp_span packed,
                            struct uvp_arena *keep, struct uvp_arena *scratch,
                            struct uvp_atlas_result *result, struct uvp_error *err)
{
    const unsigned flags = unpack_head(packed.data, result);
    const struct sizes sizes = sizes_of(input, result->uv_count, flags);
    const size_t fixed = HEAD_BYTES + sizes.uvs + sizes.turned + sizes.codes;
    const unsigned char *turned;
    struct walk walk;
    uint32_t *corner_uv;
    float *uv;

    if (!is_head_sane(input, result, flags) || packed.bytes < fixed) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "not a solution of this mesh");
    }
    turned = packed.data + HEAD_BYTES + sizes.uvs;
    uv = UVP_ARENA_ARRAY(keep, float, 2 * (size_t)result->uv_count);
    corner_uv = UVP_ARENA_ARRAY(keep, uint32_t, input->corner_count);
    if (uv == NULL || corner_uv == NULL) {
        return uvp_fail_memory(err, (size_t)4 * input->corner_count);
    }
    UVP_TRY(begin_walk(&walk, input, scratch, err));
    unpack_uvs(packed.data + HEAD_BYTES, (flags & FLAG_FLOATS) != 0, uv,
               2 * (size_t)result->uv_count);
    if (sizes.turned > 0) {
        UVP_TRY(unpack_turned(input, turned, keep, result, err));
    }
    if (!unpack_corners(&walk, turned + sizes.turned,
                        uvp_span_of(packed.data + fixed, packed.bytes - fixed),
                        result->uv_count, corner_uv)) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "not a solution of this mesh");
    }
    result->uv = uv;
    result->corner_uv = corner_uv;
    return UVP_OK;
}

enum uvp_code uvp_solution_unpack(const struct uvp_atlas_input *input, struct uvp_span packed,
                                  struct uvp_arena *keep, struct uvp_arena *scratch,
                                  struct uvp_atlas_result *result, struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    enum uvp_code code;

    if (packed.bytes < HEAD_BYTES) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "not a solution of this mesh");
    }
    code = unpack(input, packed, keep, scratch, result, err);
    uvp_arena_rewind(scratch, mark);
    return code;
}
