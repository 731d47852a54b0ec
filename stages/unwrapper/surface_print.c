/*
 * Triangles are sorted by a hash of where they are, so that two files with the same triangles
 * in another order come to the same sequence, and UVs can be compared one after the other.
 * Triangles that are the same stay in the order they came.
 */
#define XXH_INLINE_ALL
#include "stages/unwrapper/surface_print.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "stages/unwrapper/key_sort.h"

#define TRIANGLES_PER_POLL UINT32_C(16384)

struct triangle_uv {
    float uv[6];
};

struct printer {
    uint32_t count; /* triangles of all meshes */
    uint64_t *as_they_come;
    struct uvp_key_item *items;
    struct uvp_key_item *spare;
    struct triangle_uv *uvs; /* as they come */
    struct uvp_stop *stop;
    struct uvp_fingerprint print;
};

struct corner {
    uint32_t bits[3];
};

static uint32_t bits_of(float value)
{
    const float one_zero = value + 0.0F;
    uint32_t bits;

    if (isnan(value)) {
        return UINT32_C(0x7fc00000);
    }
    memcpy(&bits, &one_zero, sizeof bits);
    return bits;
}

static struct corner corner_of(const struct uvp_atlas_input *input, uint32_t corner)
{
    const float *const at = input->positions + 3 * (size_t)input->corner_vertex[corner];

    return (struct corner){{bits_of(at[0]), bits_of(at[1]), bits_of(at[2])}};
}

static int compare_corners(const struct corner *a, const struct corner *b)
{
    for (int axis = 0; axis < 3; axis++) {
        if (a->bits[axis] != b->bits[axis]) {
            return a->bits[axis] < b->bits[axis] ? -1 : 1;
        }
    }
    return 0;
}

/* Which corner is the least; where two are, the one that makes the sequence least. */
static int least_of(const struct corner corner[3])
{
    int least = 0;

    for (int k = 1; k < 3; k++) {
        int order = 0;
        for (int i = 0; order == 0 && i < 3; i++) {
            order = compare_corners(&corner[(k + i) % 3], &corner[(least + i) % 3]);
        }
        least = order < 0 ? k : least;
    }
    return least;
}

/* False when some corner has none. */
static bool find_uvs(const struct uvp_atlas_input *input, const uint32_t *corner, int first,
                     struct triangle_uv *to)
{
    bool whole = true;

    for (int k = 0; k < 3; k++) {
        const uint32_t c = corner[(first + k) % 3];
        const uint32_t i =
            input->old_corner_uv == NULL ? UVP_MESH_NO_UV : input->old_corner_uv[c];
        const bool is_there = i < input->old_uv_count;

        to->uv[2 * k] = is_there ? input->old_uv[2 * (size_t)i] + 0.0F : NAN;
        to->uv[2 * k + 1] = is_there ? input->old_uv[2 * (size_t)i + 1] + 0.0F : NAN;
        whole = whole && is_there;
    }
    return whole;
}

static void take_triangle(struct printer *printer, const struct uvp_atlas_input *input,
                          uint32_t t, uint32_t i)
{
    const uint32_t *const corner = input->triangles + 3 * (size_t)t;
    struct corner at[3];
    struct corner turned[3];
    int first;

    for (int k = 0; k < 3; k++) {
        at[k] = corner_of(input, corner[k]);
    }
    first = least_of(at);
    for (int k = 0; k < 3; k++) {
        turned[k] = at[(first + k) % 3];
    }
    printer->as_they_come[i] = XXH3_64bits(at, sizeof at);
    printer->items[i] = (struct uvp_key_item){XXH3_64bits(turned, sizeof turned), i};
    if (find_uvs(input, corner, first, &printer->uvs[i])) {
        printer->print.has_uvs = true;
    } else {
        printer->print.unmapped++;
    }
}

static enum uvp_code take_all(struct printer *printer, const struct uvp_mesh_view *views,
                              uint32_t view_count, struct uvp_error *err)
{
    uint32_t i = 0;

    for (uint32_t m = 0; m < view_count; m++) {
        const struct uvp_atlas_input *const input = &views[m].input;

        printer->print.meshes++;
        printer->print.polygons += views[m].mesh->polygon_count;
        printer->print.vertices += views[m].mesh->vertex_count;
        for (uint32_t t = 0; t < input->triangle_count; t++, i++) {
            if (i % TRIANGLES_PER_POLL == 0) {
                UVP_TRY(uvp_stop_poll(printer->stop, err));
            }
            take_triangle(printer, input, t, i);
        }
    }
    return UVP_OK;
}

static struct uvp_digest digest_of(const void *data, size_t bytes)
{
    const XXH128_hash_t hash = XXH3_128bits(data, bytes);

    return (struct uvp_digest){hash.low64, hash.high64};
}

/* Keys and UVs in their order, into the places of the facts. */
static enum uvp_code lay_out(struct printer *printer, unsigned char *to, struct uvp_error *err)
{
    struct uvp_fingerprint *const print = &printer->print;
    const size_t key_bytes = sizeof(uint64_t) * printer->count;
    const size_t uv_bytes = print->has_uvs ? sizeof *printer->uvs * printer->count : 0;
    unsigned char *const keys = to + sizeof *print;
    unsigned char *const uvs = keys + key_bytes;
    struct uvp_key_item *sorted = NULL;

    print->order = digest_of(printer->as_they_come, key_bytes);
    UVP_TRY(uvp_key_sort(printer->items, printer->spare, printer->count, printer->stop, &sorted,
                         err));
    for (uint32_t i = 0; i < printer->count; i++) {
        memcpy(keys + sizeof(uint64_t) * i, &sorted[i].key, sizeof(uint64_t));
        if (print->has_uvs) {
            memcpy(uvs + sizeof *printer->uvs * i, &printer->uvs[sorted[i].value],
                   sizeof *printer->uvs);
        }
    }
    print->surface = digest_of(keys, key_bytes);
    print->layout = digest_of(uvs, uv_bytes);
    memcpy(to, print, sizeof *print);
    return UVP_OK;
}

static enum uvp_code print_all(struct printer *printer, const struct uvp_mesh_view *views,
                               uint32_t view_count, struct uvp_arena *scratch,
                               struct uvp_buf *facts, struct uvp_error *err)
{
    const uint32_t count = printer->count;
    size_t bytes = sizeof printer->print + sizeof(uint64_t) * count;

    printer->as_they_come = UVP_ARENA_ARRAY(scratch, uint64_t, count);
    printer->items = UVP_ARENA_ARRAY(scratch, struct uvp_key_item, count);
    printer->spare = UVP_ARENA_ARRAY(scratch, struct uvp_key_item, count);
    printer->uvs = UVP_ARENA_ARRAY(scratch, struct triangle_uv, count);
    if (printer->as_they_come == NULL || printer->items == NULL || printer->spare == NULL ||
        printer->uvs == NULL) {
        return uvp_fail_memory(err, (size_t)64 * count);
    }
    UVP_TRY(take_all(printer, views, view_count, err));
    bytes += printer->print.has_uvs ? sizeof *printer->uvs * count : 0;
    UVP_TRY(uvp_buf_reserve(facts, bytes, err));
    UVP_TRY(lay_out(printer, facts->data + facts->bytes, err));
    facts->bytes += bytes;
    return UVP_OK;
}

enum uvp_code uvp_surface_print_make(const struct uvp_mesh_view *views, uint32_t view_count,
                                     const struct uvp_analysis *figures,
                                     struct uvp_arena *scratch, struct uvp_stop *stop,
                                     struct uvp_buf *facts, struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct printer printer;
    uint64_t count = 0;
    enum uvp_code code;

    memset(&printer, 0, sizeof printer);
    printer.stop = stop;
    for (uint32_t m = 0; m < view_count; m++) {
        count += views[m].input.triangle_count;
    }
    if (count > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than 2^32 triangles");
    }
    printer.count = (uint32_t)count;
    printer.print.triangles = printer.count;
    printer.print.figures = *figures;
    code = print_all(&printer, views, view_count, scratch, facts, err);
    uvp_arena_rewind(scratch, mark);
    return code;
}
