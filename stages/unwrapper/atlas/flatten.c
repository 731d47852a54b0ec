/*
 * A segment is a task. It keeps a stack of pieces: a piece that is laid out validly becomes a
 * chart, one that is not is divided, and its parts go back on the stack. What overlaps is cut
 * where the cut is shortest, and the parts keep their layout; what is stretched too much is
 * divided where it was joined, or halved, and the parts are laid out anew. A piece of one unit
 * always succeeds, and after DEPTH_MAX divisions a piece falls into its units, so every
 * triangle is flattened at most DEPTH_MAX + 2 times.
 *
 * A task writes at its own triangles and in the parts of the arrays that belong to them: slots
 * from 3 * the piece's first place on, parts from the segment's first unit on. They are closed
 * up afterwards, in the order of segments, so the number of hands leaves no trace.
 */
#include "stages/unwrapper/atlas/flatten.h"

#include <string.h>

#include "stages/unwrapper/atlas/charts.h"
#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/cut.h"
#include "stages/unwrapper/atlas/keep.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/solve.h"
#include "stages/unwrapper/atlas/sort.h"

#define DEPTH_MAX 20
#define SPARE 32 /* lattice steps that the border must be able to give way */

struct piece {
    uint32_t first;
    uint32_t count;
    uint32_t depth;
    double step; /* of the layout that waits in the slots; 0: none does */
};

/* A chart, or a piece that waits. They follow each other without gaps. */
struct part {
    uint32_t count; /* of triangles */
    uint32_t slots; /* of a chart; of a piece: its depth */
    double step;
};

struct segment {
    uint32_t first; /* of its triangles, in charts->triangle */
    uint32_t count;
    uint32_t room;   /* its first part */
    uint32_t units;  /* and as many parts, at most */
    uint32_t charts; /* its first parts; the last ones are pieces */
};

/* What all tasks share. */
struct flattening {
    const struct uvp_topology *topology;
    struct uvp_charts *charts;
    struct uvp_pieces pieces;
    struct segment *segment;
    struct part *part;
    struct uvp_sort_item *task; /* segments, the largest first */
    const struct uvp_lineage *lineage;
    bool keep; /* old layouts are tried first */
};

/* One task. */
struct flattener {
    struct uvp_atlas_work *work;
    struct flattening *all;
    struct segment *segment;
    uint32_t first;  /* triangle that is in no chart yet */
    uint32_t pieces; /* that wait */
};

struct uvp_flat uvp_flatten_flat(const struct uvp_patch *patch)
{
    return (struct uvp_flat){
        .triangle_count = patch->triangle_count,
        .vertex_count = patch->vertex_count,
        .border_count = patch->border_count,
        .corner = patch->corner,
        .border = patch->border,
        .at = patch->at,
    };
}

enum uvp_code uvp_flatten_judge(struct uvp_atlas_work *work, const struct uvp_patch *patch,
                                enum uvp_verdict *verdict)
{
    const struct uvp_flat flat = uvp_flatten_flat(patch);

    return uvp_verdict_find(work, &flat, verdict);
}

enum uvp_code uvp_flatten_check(struct uvp_atlas_work *work, const struct uvp_patch *patch,
                                bool *valid)
{
    enum uvp_verdict verdict;

    UVP_TRY(uvp_flatten_judge(work, patch, &verdict));
    *valid = verdict == UVP_VERDICT_VALID;
    return UVP_OK;
}

/*
 * The sum of the unit normals, to the outside, of the border edges at each vertex of the
 * border: an edge leaves every one of them.
 */
static void sum_normals(const struct uvp_patch *patch, struct uvp_vec2 *normal)
{
    for (uint32_t e = 0; e < patch->border_count; e++) {
        normal[patch->border[2 * (size_t)e]] = (struct uvp_vec2){0, 0};
    }
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

enum uvp_code uvp_flatten_clears(struct uvp_atlas_work *work, const struct uvp_patch *patch,
                                 bool *clears)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct uvp_flat flat = uvp_flatten_flat(patch);
    struct uvp_vec2 *normal;
    struct uvp_point2 *at;
    struct uvp_clash clash;
    uint32_t clashes = 0;

    UVP_TAKE(work, normal, patch->vertex_count);
    UVP_TAKE(work, at, patch->vertex_count);
    sum_normals(patch, normal);
    for (uint32_t e = 0; e < patch->border_count; e++) {
        const uint32_t v = patch->border[2 * (size_t)e];
        const struct uvp_vec2 way = normal[v];
        const double length = sqrt(way.x * way.x + way.y * way.y);
        const double part = length > 0 ? SPARE / length : 0;
        /* from 1 on: so that halves are rounded alike */
        at[v].x = patch->at[v].x + (int32_t)(part * way.x + SPARE + 1.5);
        at[v].y = patch->at[v].y + (int32_t)(part * way.y + SPARE + 1.5);
    }
    flat.at = at;
    UVP_TRY(uvp_verdict_clashes(work, &flat, &clash, 1, &clashes));
    *clears = clashes == 0;
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * patch->border_count);
}

/* ---- one piece ---- */

static uint32_t *list_of(const struct flattener *flattener, const struct piece *piece)
{
    return flattener->all->charts->triangle + piece->first;
}

static bool is_single(const struct flattener *flattener, const struct piece *piece)
{
    const struct uvp_topology *const topology = flattener->all->topology;
    const uint32_t *const list = list_of(flattener, piece);

    return uvp_unit_of(topology, list[0]) == uvp_unit_of(topology, list[piece->count - 1]);
}

static bool is_good(const struct uvp_plan *plan, const struct uvp_distortion *distortion)
{
    return distortion->energy <= plan->chart_energy &&
           distortion->stretched <= plan->stretch_part;
}

/* What to ask of the solver, which is lent the slots that the piece does not need yet. */
static struct uvp_solve_ask ask_of(const struct flattener *flattener, const struct piece *piece,
                                   enum uvp_solve_start start)
{
    struct uvp_point2 *const slot = flattener->all->charts->slot;

    return (struct uvp_solve_ask){.start = start,
                                  .energy_max = flattener->work->plan->chart_energy,
                                  .lent = slot + 3 * (size_t)piece->first,
                                  .lent_bytes = 3 * (size_t)piece->count * sizeof *slot};
}

/* Takes the layout that waits for the patch, and improves it if it must. */
static enum uvp_code take_layout(struct flattener *flattener, const struct piece *piece,
                                 struct uvp_patch *patch, struct uvp_distortion *distortion)
{
    struct uvp_atlas_work *const work = flattener->work;
    const struct uvp_solve_ask ask = ask_of(flattener, piece, UVP_SOLVE_LAYOUT);

    uvp_charts_load(flattener->all->charts, piece->step, patch);
    UVP_TRY(uvp_solve_measure(work, flattener->all->topology, patch, distortion));
    if (is_good(work->plan, distortion) || !isfinite(distortion->energy)) {
        return UVP_OK;
    }
    return uvp_solve_patch(work, flattener->all->topology, &ask, patch, distortion);
}

/* Whoever is in a hurry takes a projection that is good enough. */
static enum uvp_code project(struct flattener *flattener, struct uvp_patch *patch,
                             struct uvp_distortion *distortion)
{
    uvp_project_patch(flattener->all->topology, patch);
    return uvp_solve_measure(flattener->work, flattener->all->topology, patch, distortion);
}

static enum uvp_code lay_out(struct flattener *flattener, const struct piece *piece,
                             struct uvp_patch *patch, bool *good)
{
    struct uvp_atlas_work *const work = flattener->work;
    const struct uvp_solve_ask ask = ask_of(flattener, piece, UVP_SOLVE_FRESH);
    struct uvp_distortion distortion = {HUGE_VAL, 1};

    *good = false;
    if (piece->count > work->plan->chart_triangles_max) {
        return UVP_OK;
    }
    if (piece->step > 0) {
        UVP_TRY(take_layout(flattener, piece, patch, &distortion));
    } else if (work->plan->preset == UVP_ATLAS_FAST) {
        UVP_TRY(project(flattener, patch, &distortion));
    }
    if (!(piece->step > 0) && !is_good(work->plan, &distortion)) {
        UVP_TRY(uvp_solve_patch(work, flattener->all->topology, &ask, patch, &distortion));
    }
    *good = is_good(work->plan, &distortion);
    if (*good) {
        uvp_patch_snap(flattener->all->topology, patch);
    }
    return UVP_OK;
}

static void accept(struct flattener *flattener, const struct piece *piece,
                   const struct uvp_patch *patch)
{
    struct segment *const segment = flattener->segment;

    flattener->all->part[segment->room + segment->charts++] =
        (struct part){piece->count, patch->vertex_count, patch->step};
    uvp_charts_store(flattener->all->charts, 3 * piece->first, patch);
    flattener->first += piece->count;
}

/* ---- dividing ---- */

/* Charts fill a segment's parts from the front, pieces from the back: the first one comes last.
 */
static void push_piece(struct flattener *flattener, uint32_t count, uint32_t depth, double step)
{
    const struct segment *const segment = flattener->segment;

    flattener->pieces++;
    flattener->all->part[segment->room + segment->units - flattener->pieces] =
        (struct part){count, depth, step};
}

static struct piece pop_piece(struct flattener *flattener)
{
    const struct segment *const segment = flattener->segment;
    const struct part part =
        flattener->all->part[segment->room + segment->units - flattener->pieces];

    flattener->pieces--;
    return (struct piece){flattener->first, part.count, part.slots, part.step};
}

static void push_parts(struct flattener *flattener, const struct piece *piece,
                       const uint32_t *part, uint32_t parts, double step)
{
    for (uint32_t i = parts; i-- > 0;) {
        push_piece(flattener, part[i], piece->depth + 1, step);
    }
}

/* Writes what the parts keep of the patch's layout where they will look for it. */
static enum uvp_code hand_down(struct flattener *flattener, const struct piece *piece,
                               const struct uvp_patch *patch, const uint32_t *old_place,
                               const uint32_t *part, uint32_t parts)
{
    struct flattening *const all = flattener->all;
    uint32_t first = piece->first;

    for (uint32_t i = 0; i < parts; i++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(flattener->work->scratch);
        struct uvp_patch sub;
        UVP_TRY(uvp_patch_make(flattener->work, all->topology, &all->pieces, first,
                               all->charts->triangle + first, part[i], &sub));
        for (uint32_t c = 0; c < 3 * part[i]; c++) {
            const uint32_t old = old_place[first - piece->first + c / 3];
            sub.at[sub.corner[c]] = patch->at[patch->corner[3 * old + c % 3]];
        }
        uvp_charts_store(all->charts, 3 * first, &sub);
        first += part[i];
        uvp_arena_rewind(flattener->work->scratch, mark);
    }
    return UVP_OK;
}

/* Cuts overlapping lobes apart; `*done` is false when nothing overlaps or no cut is found. */
static enum uvp_code cut_lobes(struct flattener *flattener, const struct piece *piece,
                               const struct uvp_patch *patch, bool *done)
{
    struct uvp_atlas_work *const work = flattener->work;
    struct flattening *const all = flattener->all;
    uint32_t *const list = list_of(flattener, piece);
    uint32_t *old_place;
    uint32_t *side;
    uint32_t *part;
    uint32_t parts;

    UVP_TAKE(work, side, piece->count);
    UVP_TRY(uvp_cut_lobes(work, all->topology, &all->pieces, patch, side, done));
    if (!*done) {
        return UVP_OK;
    }
    UVP_TAKE(work, part, piece->count);
    UVP_TAKE(work, old_place, piece->count);
    UVP_TRY(uvp_split_sides(work, all->topology, &all->pieces, piece->first, list, piece->count,
                            side, part, &parts));
    for (uint32_t i = 0; i < piece->count; i++) {
        old_place[i] = all->pieces.local[list[i]];
    }
    UVP_TRY(hand_down(flattener, piece, patch, old_place, part, parts));
    push_parts(flattener, piece, part, parts, patch->step);
    return UVP_OK;
}

/* Where it was joined, or else in halves; at last into its units. */
static enum uvp_code divide(struct flattener *flattener, const struct piece *piece)
{
    struct uvp_atlas_work *const work = flattener->work;
    struct flattening *const all = flattener->all;
    uint32_t *const list = list_of(flattener, piece);
    const bool shatter = piece->depth >= DEPTH_MAX;
    bool found = false;
    uint32_t *part;
    uint32_t parts;

    UVP_TAKE(work, part, piece->count);
    if (!shatter) {
        uint32_t *side;
        UVP_TAKE(work, side, piece->count);
        UVP_TRY(uvp_lineage_sides(work, all->topology, all->lineage, list, piece->count, side,
                                  &found));
        if (found) {
            UVP_TRY(uvp_split_sides(work, all->topology, &all->pieces, piece->first, list,
                                    piece->count, side, part, &parts));
        }
    }
    if (!found) {
        UVP_TRY(uvp_split_piece(work, all->topology, &all->pieces, piece->first, list,
                                piece->count, shatter, part, &parts));
    }
    push_parts(flattener, piece, part, parts, 0);
    return UVP_OK;
}

/* What to do with a layout of little distortion: take it, cut it, or `*done` is false. */
static enum uvp_code decide(struct flattener *flattener, const struct piece *piece,
                            struct uvp_patch *patch, bool *done)
{
    enum uvp_verdict verdict;

    *done = true;
    UVP_TRY(uvp_flatten_judge(flattener->work, patch, &verdict));
    if (verdict == UVP_VERDICT_VALID) {
        UVP_TRY(uvp_flatten_clears(flattener->work, patch, done));
        if (*done) {
            accept(flattener, piece, patch);
        }
        return UVP_OK;
    }
    *done = false;
    if (piece->depth < DEPTH_MAX &&
        (verdict == UVP_VERDICT_CROSSED || verdict == UVP_VERDICT_WOUND)) {
        UVP_TRY(cut_lobes(flattener, piece, patch, done));
    }
    return UVP_OK;
}

/* The layout that the input has: its distortion is the caller's wish. */
static enum uvp_code keep_piece(struct flattener *flattener, const struct piece *piece,
                                struct uvp_patch *patch, bool *done)
{
    const struct uvp_topology *const topology = flattener->all->topology;

    *done = false;
    if (!uvp_keep_layout(flattener->work, topology, patch)) {
        return UVP_OK;
    }
    uvp_patch_snap(topology, patch);
    return decide(flattener, piece, patch, done);
}

static enum uvp_code make_piece(struct flattener *flattener, const struct piece *piece,
                                struct uvp_patch *patch)
{
    struct flattening *const all = flattener->all;
    bool done = false;

    if (all->keep) {
        UVP_TRY(keep_piece(flattener, piece, patch, &done));
    }
    if (!done && is_single(flattener, piece)) {
        UVP_TRY(uvp_single_lay(flattener->work, all->topology, &all->pieces, patch));
        accept(flattener, piece, patch);
        return UVP_OK;
    }
    if (!done) {
        bool good = false;
        UVP_TRY(lay_out(flattener, piece, patch, &good));
        if (good) {
            UVP_TRY(decide(flattener, piece, patch, &done));
        }
    }
    return done ? UVP_OK : divide(flattener, piece);
}

static enum uvp_code flatten_piece(struct flattener *flattener, const struct piece *piece)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(flattener->work->scratch);
    struct flattening *const all = flattener->all;
    struct uvp_patch patch;

    UVP_TRY(uvp_patch_make(flattener->work, all->topology, &all->pieces, piece->first,
                           list_of(flattener, piece), piece->count, &patch));
    UVP_TRY(make_piece(flattener, piece, &patch));
    uvp_arena_rewind(flattener->work->scratch, mark);
    return UVP_OK;
}

/* ---- all segments ---- */

static enum uvp_code flatten_segment(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    struct flattening *const all = arg;
    struct segment *const segment = &all->segment[all->task[i].value];
    struct flattener flattener = {
        .work = work, .all = all, .segment = segment, .first = segment->first};

    if (segment->count == 0) {
        return UVP_OK;
    }
    push_piece(&flattener, segment->count, 0, 0);
    while (flattener.pieces > 0) {
        const struct piece piece = pop_piece(&flattener);
        UVP_TRY(flatten_piece(&flattener, &piece));
    }
    return UVP_OK;
}

/* Live triangles by segment, in order. */
static enum uvp_code list_segments(struct uvp_atlas_work *work, struct flattening *all,
                                   const struct uvp_segments *segments)
{
    const struct uvp_topology *const topology = all->topology;
    uint32_t first = 0;
    uint32_t room = 0;

    memset(all->segment, 0, segments->count * sizeof *all->segment);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        const uint32_t c = segments->chart[u];
        for (uint32_t t = uvp_unit_first(topology, u); t < uvp_unit_first(topology, u + 1);
             t++) {
            if (!uvp_is_dead(topology, t)) {
                all->segment[c].count++;
            }
        }
        if (c != UVP_NONE) {
            all->segment[c].units++;
        }
        UVP_TRY(uvp_work_count(work, 8));
    }
    for (uint32_t c = 0; c < segments->count; c++) {
        struct segment *const segment = &all->segment[c];
        segment->first = first;
        segment->room = room;
        first += segment->count;
        room += segment->units;
    }
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        uvp_pieces_give(&all->pieces, t, UVP_NONE);
        if (!uvp_is_dead(topology, t)) {
            struct segment *const segment =
                &all->segment[segments->chart[uvp_unit_of(topology, t)]];
            uvp_pieces_give(&all->pieces, t, segment->first);
            all->charts->triangle[segment->first + segment->charts++] = t;
        }
        UVP_TRY(uvp_work_count(work, 8));
    }
    return uvp_stop_poll(work->stop, work->err);
}

static enum uvp_code list_tasks(struct uvp_atlas_work *work, struct flattening *all,
                                uint32_t count)
{
    struct uvp_sort_item *spare;

    UVP_TAKE(work, all->task, count);
    UVP_TAKE(work, spare, count);
    for (uint32_t c = 0; c < count; c++) {
        all->segment[c].charts = 0;
        all->task[c] = (struct uvp_sort_item){UINT32_MAX - all->segment[c].count, c};
    }
    return uvp_sort_polled(work, all->task, spare, count);
}

/* Moves slots down to where the ones before them end. */
static enum uvp_code close_up(struct uvp_atlas_work *work, struct flattening *all,
                              uint32_t segments)
{
    struct uvp_charts *const charts = all->charts;
    uint32_t count = 0;

    for (uint32_t s = 0; s < segments; s++) {
        count += all->segment[s].charts;
    }
    UVP_TAKE(work, charts->chart, count);
    charts->count = 0;
    charts->slot_count = 0;
    for (uint32_t s = 0; s < segments; s++) {
        uint32_t first = all->segment[s].first;
        for (uint32_t i = 0; i < all->segment[s].charts; i++) {
            const struct part *const part = &all->part[all->segment[s].room + i];
            charts->chart[charts->count] = (struct uvp_chart){.first_triangle = first,
                                                              .triangle_count = part->count,
                                                              .first_slot = 3 * first,
                                                              .slot_count = part->slots,
                                                              .step = part->step};
            uvp_charts_move(charts, charts->count, charts->slot_count);
            charts->slot_count += part->slots;
            charts->count++;
            first += part->count;
            UVP_TRY(uvp_work_count(work, 8 * part->count));
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_flatten_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               const struct uvp_segments *segments, struct uvp_charts *charts)
{
    struct flattening all = {
        .topology = topology, .charts = charts, .lineage = &segments->lineage};
    struct uvp_arena_mark mark;

    UVP_TRY(uvp_charts_take(work, topology, charts));
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, all.part, topology->unit_count);
    all.pieces.label = charts->chart_of;
    UVP_TRY(uvp_charts_hard(work, topology, &all.pieces.cut));
    all.keep = uvp_keep_is_wanted(work);
    if (all.keep) {
        UVP_TRY(uvp_keep_cut(work, topology, all.pieces.cut));
    }
    all.pieces.local = segments->chart; /* which is read before, and by units */
    if (topology->unit != NULL) {
        UVP_TAKE(work, all.pieces.local, topology->triangle_count);
    }
    UVP_TAKE(work, all.segment, segments->count);
    UVP_TRY(list_segments(work, &all, segments));
    UVP_TRY(list_tasks(work, &all, segments->count));
    UVP_TRY(uvp_crew_run(work, segments->count, flatten_segment, &all));
    UVP_TRY(close_up(work, &all, segments->count));
    UVP_TRY(uvp_charts_settle(work, topology, charts));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
