/*
 * A stack of pieces. A piece that is laid out validly becomes a chart; one that is not is
 * split, and its parts go back on the stack. A piece of one unit always succeeds, and after
 * DEPTH_MAX splits a piece falls into its units, so every triangle is flattened at most
 * DEPTH_MAX + 2 times.
 */
#include "stages/unwrapper/atlas/flatten.h"

#include "stages/unwrapper/atlas/descent.h"
#include "stages/unwrapper/atlas/verdict.h"

#define DEPTH_MAX 20

/* Mean symmetric Dirichlet energy, 1 for an isometry, above which a chart is split. */
#define DISTORTION_MAX 1.05

struct piece {
    uint32_t first;
    uint32_t count;
    uint32_t depth;
};

struct flattener {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_charts *charts;
    struct uvp_pieces pieces;
    struct piece *stack;
    uint32_t depth;
    uint32_t *order; /* triangles, piece by piece */
};

enum uvp_code uvp_flatten_check(struct uvp_atlas_work *work, const struct uvp_patch *patch,
                                bool *valid)
{
    const struct uvp_flat flat = {
        .triangle_count = patch->triangle_count,
        .vertex_count = patch->vertex_count,
        .border_count = patch->border_count,
        .corner = patch->corner,
        .border = patch->border,
        .at = patch->at,
    };
    enum uvp_verdict verdict;

    UVP_TRY(uvp_verdict_find(work, &flat, &verdict));
    *valid = verdict == UVP_VERDICT_VALID;
    return UVP_OK;
}

/* Live triangles by chart, in order; pushes a piece for each chart. */
static enum uvp_code list_pieces(struct flattener *flattener,
                                 const struct uvp_segments *segments)
{
    const struct uvp_topology *const topology = flattener->topology;
    uint32_t *start;
    uint32_t sum = 0;

    UVP_TAKE(flattener->work, start, (size_t)segments->count + 1);
    for (uint32_t c = 0; c <= segments->count; c++) {
        start[c] = 0;
    }
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        if (!uvp_is_dead(topology, t)) {
            start[segments->chart[uvp_unit_of(topology, t)]]++;
        }
    }
    for (uint32_t c = 0; c < segments->count; c++) {
        const uint32_t count = start[c];
        /* the last chart lies on top: the order of charts is of no meaning */
        flattener->stack[c] = (struct piece){sum, count, 0};
        start[c] = sum;
        sum += count;
    }
    flattener->depth = segments->count;
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        flattener->pieces.label[t] = UVP_NONE;
        if (!uvp_is_dead(topology, t)) {
            const uint32_t c = segments->chart[uvp_unit_of(topology, t)];
            flattener->pieces.label[t] = flattener->stack[c].first;
            flattener->order[start[c]++] = t;
        }
        UVP_TRY(uvp_work_count(flattener->work, 8));
    }
    return uvp_stop_poll(flattener->work->stop, flattener->work->err);
}

static bool is_single(const struct flattener *flattener, const struct piece *piece)
{
    const uint32_t *const list = flattener->order + piece->first;

    return uvp_unit_of(flattener->topology, list[0]) ==
           uvp_unit_of(flattener->topology, list[piece->count - 1]);
}

static enum uvp_code lay_out(struct flattener *flattener, struct uvp_patch *patch, bool *valid)
{
    double distortion = HUGE_VAL;

    uvp_project_patch(flattener->topology, patch);
    UVP_TRY(uvp_descent_run(flattener->work, flattener->topology, patch, &distortion));
    *valid = false;
    if (!(distortion <= DISTORTION_MAX)) {
        return UVP_OK;
    }
    uvp_patch_snap(flattener->topology, patch);
    return uvp_flatten_check(flattener->work, patch, valid);
}

static void accept(struct flattener *flattener, const struct piece *piece,
                   const struct uvp_patch *patch)
{
    struct uvp_charts *const charts = flattener->charts;
    struct uvp_chart *const chart = &charts->chart[charts->count];

    *chart = (struct uvp_chart){piece->first, piece->count, charts->slot_count,
                                patch->vertex_count, patch->step};
    for (uint32_t i = 0; i < piece->count; i++) {
        const uint32_t t = patch->triangle[i];
        charts->chart_of[t] = charts->count;
        for (uint32_t k = 0; k < 3; k++) {
            charts->corner[3 * t + k] = charts->slot_count + patch->corner[3 * i + k];
        }
    }
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        charts->slot[charts->slot_count + v] = patch->at[v];
    }
    charts->slot_count += patch->vertex_count;
    charts->count++;
}

static enum uvp_code split(struct flattener *flattener, const struct piece *piece)
{
    uint32_t *part;
    uint32_t parts;
    uint32_t first = piece->first;

    UVP_TAKE(flattener->work, part, piece->count);
    UVP_TRY(uvp_split_piece(flattener->work, flattener->topology, &flattener->pieces,
                            piece->first, flattener->order + piece->first, piece->count,
                            piece->depth >= DEPTH_MAX, part, &parts));
    for (uint32_t i = 0; i < parts; i++) {
        flattener->stack[flattener->depth++] = (struct piece){first, part[i], piece->depth + 1};
        first += part[i];
    }
    return UVP_OK;
}

static enum uvp_code flatten_piece(struct flattener *flattener, const struct piece *piece)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(flattener->work->scratch);
    struct uvp_patch patch;
    bool valid = true;

    UVP_TRY(uvp_patch_make(flattener->work, flattener->topology, &flattener->pieces,
                           piece->first, flattener->order + piece->first, piece->count,
                           &patch));
    if (is_single(flattener, piece)) {
        UVP_TRY(
            uvp_single_lay(flattener->work, flattener->topology, &flattener->pieces, &patch));
    } else {
        UVP_TRY(lay_out(flattener, &patch, &valid));
    }
    if (valid) {
        accept(flattener, piece, &patch);
    } else {
        UVP_TRY(split(flattener, piece));
    }
    uvp_arena_rewind(flattener->work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code take_charts(struct uvp_atlas_work *work,
                                 const struct uvp_topology *topology, struct uvp_charts *charts)
{
    const size_t live = topology->live_triangles;

    charts->count = 0;
    charts->slot_count = 0;
    UVP_TAKE(work, charts->chart, topology->unit_count);
    UVP_TAKE(work, charts->triangle, live);
    UVP_TAKE(work, charts->chart_of, topology->triangle_count);
    UVP_TAKE(work, charts->corner, 3 * (size_t)topology->triangle_count);
    UVP_TAKE(work, charts->slot, 3 * live);
    UVP_TAKE(work, charts->page, 3 * live);
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        charts->chart_of[t] = UVP_NONE;
    }
    for (size_t h = 0; h < 3 * (size_t)topology->triangle_count; h++) {
        charts->corner[h] = UVP_NONE;
    }
    return UVP_OK;
}

enum uvp_code uvp_flatten_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               const struct uvp_segments *segments, struct uvp_charts *charts)
{
    struct flattener flattener = {.work = work, .topology = topology, .charts = charts};
    struct uvp_arena_mark mark;

    UVP_TRY(take_charts(work, topology, charts));
    mark = uvp_arena_mark(work->scratch);
    flattener.order = charts->triangle;
    UVP_TAKE(work, flattener.pieces.label, topology->triangle_count);
    UVP_TAKE(work, flattener.pieces.local, topology->triangle_count);
    UVP_TAKE(work, flattener.stack, topology->unit_count);
    UVP_TRY(list_pieces(&flattener, segments));
    while (flattener.depth > 0) {
        const struct piece piece = flattener.stack[--flattener.depth];
        UVP_TRY(flatten_piece(&flattener, &piece));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
