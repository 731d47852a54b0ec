/*
 * The verdict of someone who was not there: it looks only at the input and the UVs handed out.
 *
 * All triangles are taken as turning left. Then the number of triangles over a point is the
 * winding number of their common border about it, and nothing overlaps when that is 0 or 1
 * everywhere (the degree argument; compare Lipman 2014). That needs no charts, and one sweep
 * over the border decides it for all of them at once, inside and against each other. Only when
 * it finds something are pairs of triangles looked at, to count them.
 */
#include "stages/unwrapper/atlas/border.h"
#include "stages/unwrapper/atlas/island.h"
#include "stages/unwrapper/atlas/overlap.h"
#include "stages/unwrapper/atlas/topology.h"

#define UVS_MAX ((UINT32_C(1) << 31) - 1)
#define TILES_ACROSS 10 /* of UDIM */

struct judge {
    struct uvp_atlas_work work;
    struct uvp_uv_mesh mesh;
    struct uvp_atlas_verdict verdict;
};

static bool has_area(const struct uvp_atlas_input *input, uint32_t t)
{
    uint32_t vertex[3];

    for (uint32_t k = 0; k < 3; k++) {
        vertex[k] = input->corner_vertex[input->triangles[3 * (size_t)t + k]];
    }
    return uvp_topology_has_area(input->positions, vertex);
}

static bool on_lattice(float value)
{
    const double at = (double)value * UVP_LATTICE;

    return fabs(at) < 9e15 && (double)(int64_t)at == at;
}

static bool is_finite_spot(struct uvp_spot spot)
{
    return isfinite(spot.x) && isfinite(spot.y);
}

/* The spots of a triangle; false: a corner has no UV. */
static bool read_spots(const struct uvp_uv_mesh *mesh, uint32_t t, struct uvp_spot spot[3])
{
    for (uint32_t k = 0; k < 3; k++) {
        if (!uvp_has_uv(mesh, 3 * t + k)) {
            return false;
        }
        spot[k] = uvp_uv_spot(mesh, uvp_uv_of(mesh, 3 * t + k));
    }
    return true;
}

static int8_t sign_of(const struct uvp_spot spot[3])
{
    return (int8_t)uvp_exact_turn(spot[0], spot[1], spot[2]);
}

/* ---- overlap, for both ---- */

static enum uvp_code count_overlaps(struct judge *judge)
{
    const uint32_t triangles = judge->mesh.input->triangle_count;
    struct uvp_atlas_verdict *const verdict = &judge->verdict;
    struct uvp_shape *shapes;
    uint32_t count = 0;

    UVP_TAKE(&judge->work, shapes, triangles);
    for (uint32_t t = 0; t < triangles; t++) {
        struct uvp_spot spot[3];
        if (judge->mesh.sign[t] != 0 && read_spots(&judge->mesh, t, spot)) {
            const bool turned = judge->mesh.sign[t] < 0;
            shapes[count++] =
                (struct uvp_shape){{spot[0], spot[turned ? 2 : 1], spot[turned ? 1 : 2]}};
        }
        UVP_TRY(uvp_work_count(&judge->work, 10));
    }
    UVP_TRY(uvp_overlap_count(&judge->work, shapes, count, &verdict->overlapping,
                              &verdict->overlapping_more));
    if (verdict->overlapping == 0) { /* out of looks: but there is one */
        verdict->overlapping = 1;
        verdict->overlapping_more = true;
    }
    return UVP_OK;
}

static enum uvp_code find_overlaps(struct judge *judge)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(judge->work.scratch);
    struct uvp_border border;
    bool twice = false;

    UVP_TRY(uvp_border_make(&judge->work, &judge->mesh, &border));
    UVP_TRY(uvp_sweep_find(&judge->work, &border, &twice));
    uvp_arena_rewind(judge->work.scratch, mark);
    return twice ? count_overlaps(judge) : UVP_OK;
}

/* ---- UVs of the engine ---- */

static bool in_page(struct uvp_spot spot)
{
    return spot.x >= 0 && spot.x <= 1 && spot.y >= 0 && spot.y <= 1;
}

/* Whether all three lie on the same page, its border included. */
static bool on_a_page(const struct uvp_spot spot[3], uint32_t pages)
{
    if (pages == 1) {
        return in_page(spot[0]) && in_page(spot[1]) && in_page(spot[2]);
    }
    const double x = floor(((double)spot[0].x + (double)spot[1].x + (double)spot[2].x) / 3);
    const double y = floor(((double)spot[0].y + (double)spot[1].y + (double)spot[2].y) / 3);
    const double left = fmin(x, pages < TILES_ACROSS ? pages - 1.0 : TILES_ACROSS - 1.0);
    const double low = fmin(y, floor((pages - 1.0) / TILES_ACROSS));

    if (!(left >= 0 && low >= 0 && low * TILES_ACROSS + left < pages)) {
        return false;
    }
    for (int k = 0; k < 3; k++) {
        if (!((double)spot[k].x >= left && (double)spot[k].x <= left + 1 &&
              (double)spot[k].y >= low && (double)spot[k].y <= low + 1)) {
            return false;
        }
    }
    return true;
}

static bool is_promised(const struct judge *judge, const struct uvp_atlas_result *result,
                        uint32_t t, struct uvp_spot spot[3])
{
    if (!read_spots(&judge->mesh, t, spot)) {
        return false;
    }
    for (int k = 0; k < 3; k++) {
        if (!on_lattice(spot[k].x) || !on_lattice(spot[k].y)) {
            return false;
        }
    }
    return on_a_page(spot, result->page_count > 0 ? result->page_count : 1);
}

static enum uvp_code read_result(struct judge *judge, const struct uvp_atlas_result *result)
{
    const uint32_t triangles = judge->mesh.input->triangle_count;

    for (uint32_t t = 0; t < triangles; t++) {
        const bool turned = result->triangle_turned != NULL && result->triangle_turned[t];
        struct uvp_spot spot[3];
        int8_t sign = 0;
        if (is_promised(judge, result, t, spot)) {
            sign = sign_of(spot);
            judge->verdict.flipped +=
                sign == 0 ? has_area(judge->mesh.input, t) : sign != (turned ? -1 : 1);
        } else {
            judge->verdict.outside++;
        }
        judge->mesh.sign[t] = sign;
        UVP_TRY(uvp_work_count(&judge->work, 10));
    }
    return UVP_OK;
}

static enum uvp_code take_judge(struct judge *judge)
{
    if (judge->mesh.uv_count > UVS_MAX) {
        return uvp_fail(judge->work.err, UVP_BAD_DATA, 0, "more than %u UVs", UVS_MAX);
    }
    UVP_TAKE(&judge->work, judge->mesh.sign, judge->mesh.input->triangle_count);
    return uvp_stop_poll(judge->work.stop, judge->work.err);
}

static struct judge judge_of(const struct uvp_atlas_input *input, struct uvp_atlas_uvs uvs,
                             struct uvp_arena *scratch, struct uvp_stop *stop,
                             struct uvp_error *err)
{
    return (struct judge){
        .work = {.input = input, .scratch = scratch, .stop = stop, .err = err},
        .mesh = {.input = input,
                 .uv = uvs.uv,
                 .corner_uv = uvs.corner_uv,
                 .uv_count = uvs.uv_count,
                 .index_count = uvs.uv_count},
    };
}

enum uvp_code uvp_atlas_verify(const struct uvp_atlas_input *input,
                               const struct uvp_atlas_result *result, struct uvp_arena *scratch,
                               struct uvp_stop *stop, struct uvp_atlas_verdict *verdict,
                               struct uvp_error *err)
{
    const struct uvp_atlas_uvs uvs = {result->uv, result->uv_count, result->corner_uv};
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct judge judge = judge_of(input, uvs, scratch, stop, err);

    UVP_TRY(take_judge(&judge));
    UVP_TRY(read_result(&judge, result));
    UVP_TRY(find_overlaps(&judge));
    uvp_arena_rewind(scratch, mark);
    *verdict = judge.verdict;
    return UVP_OK;
}

/* ---- UVs of any origin ---- */

/* The turn of a triangle's UVs, 0 when it is not to be looked at; counts what is wrong. */
static int8_t read_triangle(struct judge *judge, uint32_t t)
{
    struct uvp_atlas_verdict *const verdict = &judge->verdict;
    struct uvp_spot spot[3];
    int8_t sign;

    if (!read_spots(&judge->mesh, t, spot)) {
        verdict->unmapped++;
        return 0;
    }
    verdict->outside += !in_page(spot[0]) || !in_page(spot[1]) || !in_page(spot[2]);
    if (!is_finite_spot(spot[0]) || !is_finite_spot(spot[1]) || !is_finite_spot(spot[2])) {
        return 0;
    }
    sign = sign_of(spot);
    verdict->collapsed += sign == 0 && has_area(judge->mesh.input, t);
    return sign;
}

static enum uvp_code count_off_lattice(struct judge *judge)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(judge->work.scratch);
    const uint32_t half_edges = 3 * judge->mesh.input->triangle_count;
    uint8_t *seen =
        uvp_arena_take_zeroed(judge->work.scratch, judge->mesh.uv_count, sizeof *seen);

    if (seen == NULL) {
        return uvp_fail_memory(judge->work.err, judge->mesh.uv_count);
    }
    for (uint32_t h = 0; h < half_edges; h++) {
        const uint32_t uv = uvp_has_uv(&judge->mesh, h) ? uvp_uv_of(&judge->mesh, h) : UVP_NONE;
        if (uv != UVP_NONE && !seen[uv]) {
            const struct uvp_spot spot = uvp_uv_spot(&judge->mesh, uv);
            seen[uv] = 1;
            judge->verdict.off_lattice += !on_lattice(spot.x) || !on_lattice(spot.y);
        }
        UVP_TRY(uvp_work_count(&judge->work, 2));
    }
    uvp_arena_rewind(judge->work.scratch, mark);
    return UVP_OK;
}

/* A chart turns as most of its triangles do. */
static enum uvp_code judge_turns(struct judge *judge)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(judge->work.scratch);
    const uint32_t triangles = judge->mesh.input->triangle_count;
    struct uvp_islands islands;
    uint32_t *turns[2]; /* of each chart, by its root: left, right */

    UVP_TRY(uvp_island_find(&judge->work, &judge->mesh, &islands));
    for (int i = 0; i < 2; i++) {
        UVP_TAKE(&judge->work, turns[i], triangles);
        for (uint32_t t = 0; t < triangles; t++) {
            turns[i][t] = 0;
        }
        UVP_TRY(uvp_stop_poll(judge->work.stop, judge->work.err));
    }
    for (uint32_t t = 0; t < triangles; t++) {
        if (judge->mesh.sign[t] != 0) {
            turns[judge->mesh.sign[t] < 0][islands.root[t]]++;
        }
        UVP_TRY(uvp_work_count(&judge->work, 2));
    }
    for (uint32_t t = 0; t < triangles; t++) {
        const bool is_mirrored = turns[1][t] > turns[0][t];
        judge->verdict.flipped += turns[is_mirrored ? 0 : 1][t];
        judge->verdict.mirrored += is_mirrored ? turns[1][t] : 0;
        UVP_TRY(uvp_work_count(&judge->work, 2));
    }
    judge->verdict.charts = islands.count;
    uvp_arena_rewind(judge->work.scratch, mark);
    return UVP_OK;
}

/* Equal UVs become one: files often write one for every corner. */
static enum uvp_code weld_uvs(struct judge *judge)
{
    const struct uvp_weld_set set = {judge->mesh.uv, 2, judge->mesh.index_count};
    uint32_t *uv_of;
    float *uv;
    uint32_t next = 0;

    UVP_TAKE(&judge->work, uv_of, set.count);
    UVP_TRY(uvp_weld_set(&judge->work, &set, uv_of, &judge->mesh.uv_count));
    UVP_TAKE(&judge->work, uv, 2 * (size_t)judge->mesh.uv_count);
    for (uint32_t i = 0; i < set.count; i++) {
        if (uv_of[i] == next) { /* numbered as they appear */
            uv[2 * (size_t)next] = set.values[2 * (size_t)i];
            uv[2 * (size_t)next + 1] = set.values[2 * (size_t)i + 1];
            next++;
        }
        UVP_TRY(uvp_work_count(&judge->work, 2));
    }
    judge->mesh.uv = uv;
    judge->mesh.uv_of = uv_of;
    return UVP_OK;
}

static enum uvp_code check(struct judge *judge)
{
    UVP_TRY(take_judge(judge));
    UVP_TRY(uvp_topology_check_input(&judge->work));
    UVP_TRY(weld_uvs(judge));
    for (uint32_t t = 0; t < judge->mesh.input->triangle_count; t++) {
        judge->mesh.sign[t] = read_triangle(judge, t);
        UVP_TRY(uvp_work_count(&judge->work, 10));
    }
    UVP_TRY(count_off_lattice(judge));
    UVP_TRY(judge_turns(judge));
    return find_overlaps(judge);
}

enum uvp_code uvp_atlas_check(const struct uvp_atlas_input *input,
                              const struct uvp_atlas_uvs *uvs, struct uvp_arena *scratch,
                              struct uvp_stop *stop, struct uvp_atlas_verdict *verdict,
                              struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct judge judge = judge_of(input, *uvs, scratch, stop, err);

    UVP_TRY(check(&judge));
    uvp_arena_rewind(scratch, mark);
    *verdict = judge.verdict;
    return UVP_OK;
}
