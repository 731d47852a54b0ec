/*
 * Labels are the charts' numbers, so a trial takes over the labels of the charts it would join,
 * and gives them back when it comes to nothing.
 */
#include "stages/unwrapper/atlas/trial.h"

#include <string.h>

#include "stages/unwrapper/atlas/flatten.h"

enum uvp_code uvp_trial_take(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                             struct uvp_trial *trial)
{
    const struct uvp_chart *const chart = open->charts->chart;
    struct uvp_trial_kept *const kept = &trial->kept;
    uint32_t slots = chart[trial->target].slot_count;

    *kept = (struct uvp_trial_kept){.triangle_count = chart[trial->target].triangle_count};
    for (uint32_t i = 0; i < trial->others; i++) {
        kept->triangle_count += chart[trial->other[i]].triangle_count;
        slots += chart[trial->other[i]].slot_count;
    }
    UVP_TAKE(work, kept->list, kept->triangle_count);
    UVP_TAKE(work, kept->corner, 3 * (size_t)kept->triangle_count);
    UVP_TAKE(work, kept->at, slots);
    return UVP_OK;
}

enum uvp_code uvp_trial_gather(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                               struct uvp_trial *trial, struct uvp_patch *patch)
{
    const struct uvp_chart *const chart = open->charts->chart;
    uint32_t count = chart[trial->target].triangle_count;

    uvp_charts_list(open, trial->target, trial->kept.list);
    for (uint32_t i = 0; i < trial->others; i++) {
        uvp_charts_list(open, trial->other[i], trial->kept.list + count);
        count += chart[trial->other[i]].triangle_count;
    }
    trial->kept.triangle_count = count;
    UVP_TRY(uvp_work_count(work, 2 * count));
    return uvp_patch_make(work, open->topology, &open->pieces, trial->target, trial->kept.list,
                          count, patch);
}

/* Two charts about to be one patch: slots of the second are counted on from the first's. */
#define SPARE 32 /* lattice steps that the border must be able to give way */

struct couple {
    const struct uvp_open_charts *open;
    struct uvp_patch *patch;
    uint32_t a;
    uint32_t b;
    uint32_t own; /* triangles of a */
    uint32_t slots;
    uint32_t *root;   /* of each slot: slots on the seam are joined */
    uint32_t *vertex; /* of each root */
};

static uint32_t root_of(uint32_t *root, uint32_t i)
{
    while (root[i] != i) {
        root[i] = root[root[i]];
        i = root[i];
    }
    return i;
}

static uint32_t slot_at(const struct couple *couple, uint32_t c, uint32_t h)
{
    const struct uvp_chart *const chart = couple->open->charts->chart;
    const uint32_t slot = couple->open->charts->corner[h] - chart[c].first_slot;

    return c == couple->a ? slot : slot + chart[couple->a].slot_count;
}

static void join_slots(struct couple *couple, uint32_t h_of_b, uint32_t g)
{
    const uint32_t ends[2][2] = {
        {slot_at(couple, couple->b, h_of_b), slot_at(couple, couple->a, uvp_edge_next(g))},
        {slot_at(couple, couple->b, uvp_edge_next(h_of_b)), slot_at(couple, couple->a, g)}};

    for (int k = 0; k < 2; k++) {
        const uint32_t p = root_of(couple->root, ends[k][0]);
        const uint32_t q = root_of(couple->root, ends[k][1]);
        couple->root[p > q ? p : q] = p > q ? q : p;
    }
}

/* Whether h, of chart c, is on the joint border; edges of b beside a join their slots. */
static bool is_border(struct couple *couple, uint32_t c, uint32_t h)
{
    const struct uvp_open_charts *const open = couple->open;
    const uint32_t g = open->topology->opposite[h];
    uint32_t other;

    if (g == UVP_NONE || (open->pieces.cut[h / 3] >> h % 3 & 1) != 0) {
        return true;
    }
    other = uvp_pieces_label(&open->pieces, g / 3);
    if (c == couple->b && other == couple->a) {
        join_slots(couple, h, g);
    }
    return other != couple->a && other != couple->b;
}

/* Corners as slots, and the border as slots, in room for two a corner. */
static void walk_triangles(struct couple *couple)
{
    struct uvp_patch *const patch = couple->patch;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t c = i < couple->own ? couple->a : couple->b;
        const uint32_t t = patch->triangle[i];
        uint32_t *const corner = patch->corner + 3 * (size_t)i;
        for (uint32_t k = 0; k < 3; k++) {
            corner[k] = slot_at(couple, c, 3 * t + k);
        }
        for (uint32_t k = 0; k < 3; k++) {
            if (is_border(couple, c, 3 * t + k)) {
                uint32_t *const edge = patch->border + 2 * (size_t)patch->border_count++;
                edge[0] = corner[k];
                edge[1] = corner[k == 2 ? 0 : k + 1];
            }
        }
    }
}

/* Slots become vertices, numbered as they appear. */
static void number_vertices(struct couple *couple)
{
    struct uvp_patch *const patch = couple->patch;
    const uint32_t *const point = couple->open->topology->vertex;

    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t root = root_of(couple->root, patch->corner[i]);
        if (couple->vertex[root] == UVP_NONE) {
            patch->point[patch->vertex_count] =
                point[3 * (size_t)patch->triangle[i / 3] + i % 3];
            couple->vertex[root] = patch->vertex_count++;
        }
        patch->corner[i] = couple->vertex[root];
    }
    for (uint32_t i = 0; i < 2 * patch->border_count; i++) {
        patch->border[i] = couple->vertex[root_of(couple->root, patch->border[i])];
    }
}

enum uvp_code uvp_trial_couple(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                               struct uvp_trial *trial, struct uvp_patch *patch)
{
    const struct uvp_chart *const chart = open->charts->chart;
    struct couple couple = {.open = open,
                            .patch = patch,
                            .a = trial->target,
                            .b = trial->other[0],
                            .own = chart[trial->target].triangle_count};

    couple.slots = chart[couple.a].slot_count + chart[couple.b].slot_count;
    uvp_charts_list(open, couple.a, trial->kept.list);
    uvp_charts_list(open, couple.b, trial->kept.list + couple.own);
    trial->kept.triangle_count = couple.own + chart[couple.b].triangle_count;
    *patch = (struct uvp_patch){.triangle = trial->kept.list,
                                .triangle_count = trial->kept.triangle_count};
    UVP_TAKE(work, patch->corner, 3 * (size_t)patch->triangle_count);
    UVP_TAKE(work, patch->point, couple.slots);
    UVP_TAKE(work, patch->uv, couple.slots);
    UVP_TAKE(work, patch->at, couple.slots);
    UVP_TAKE(work, couple.root, couple.slots);
    UVP_TAKE(work, couple.vertex, couple.slots);
    /* every border edge leaves a corner */
    UVP_TAKE(work, patch->border, 6 * (size_t)patch->triangle_count);
    for (uint32_t i = 0; i < couple.slots; i++) {
        couple.root[i] = i;
        couple.vertex[i] = UVP_NONE;
    }
    walk_triangles(&couple);
    number_vertices(&couple);
    return uvp_work_count(work, 12 * patch->triangle_count);
}

void uvp_trial_restore(struct uvp_open_charts *open, uint32_t c)
{
    const struct uvp_chart *const chart = &open->charts->chart[c];

    for (uint32_t t = chart->first_triangle; t != UVP_NONE; t = open->next[t]) {
        uvp_pieces_give(&open->pieces, t, c);
    }
}

/* The sum of the unit normals, to the outside, of the border edges at each vertex. */
static void sum_normals(const struct uvp_patch *patch, struct uvp_vec2 *normal)
{
    memset(normal, 0, patch->vertex_count * sizeof *normal);
    for (uint32_t e = 0; e < patch->border_count; e++) {
        const uint32_t *const end = patch->border + 2 * (size_t)e;
        const double x = (double)patch->at[end[1]].x - patch->at[end[0]].x;
        const double y = (double)patch->at[end[1]].y - patch->at[end[0]].y;
        const double length = sqrt(x * x + y * y);
        for (int k = 0; k < 2 && length > 0; k++) {
            normal[end[k]].x += y / length;
            normal[end[k]].y -= x / length;
        }
    }
}

enum uvp_code uvp_trial_clears(struct uvp_atlas_work *work, const struct uvp_patch *patch,
                               bool *clears)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct uvp_flat flat = uvp_flatten_flat(patch);
    struct uvp_vec2 *normal;
    struct uvp_point2 *at;
    struct uvp_clash clash;
    uint32_t clashes = 0;

    UVP_TRY(uvp_flatten_clears(work, patch, clears));
    if (!*clears) {
        return UVP_OK;
    }
    UVP_TAKE(work, normal, patch->vertex_count);
    UVP_TAKE(work, at, patch->vertex_count);
    sum_normals(patch, normal);
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        const double length = sqrt(normal[v].x * normal[v].x + normal[v].y * normal[v].y);
        const double part = length > 0 ? SPARE / length : 0;
        /* from 1 on: so that halves are rounded alike */
        at[v].x = patch->at[v].x + (int32_t)(part * normal[v].x + SPARE + 1.5);
        at[v].y = patch->at[v].y + (int32_t)(part * normal[v].y + SPARE + 1.5);
    }
    flat.at = at;
    UVP_TRY(uvp_verdict_clashes(work, &flat, &clash, 1, &clashes));
    *clears = clashes == 0;
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 6 * patch->vertex_count);
}

void uvp_trial_keep(struct uvp_trial *trial, const struct uvp_patch *patch)
{
    struct uvp_trial_kept *const kept = &trial->kept;

    memcpy(kept->corner, patch->corner,
           3 * (size_t)patch->triangle_count * sizeof *kept->corner);
    memcpy(kept->at, patch->at, patch->vertex_count * sizeof *kept->at);
    kept->vertex_count = patch->vertex_count;
    kept->step = patch->step;
    trial->done = true;
}

void uvp_trial_apply(struct uvp_open_charts *open, const struct uvp_trial *trial)
{
    const struct uvp_trial_kept *const kept = &trial->kept;
    const struct uvp_patch patch = {.triangle_count = kept->triangle_count,
                                    .vertex_count = kept->vertex_count,
                                    .triangle = kept->list,
                                    .corner = kept->corner,
                                    .at = kept->at,
                                    .step = kept->step};

    uvp_charts_join(open, trial->target, trial->other, trial->others, &patch);
}
