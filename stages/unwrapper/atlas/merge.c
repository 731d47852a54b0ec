/*
 * Two neighbours become one chart if their joint layout is good enough; that is known for
 * certain only after it was made. A round takes the best pairs that have no chart in common, a
 * fixed number whatever the hands, tries them as tasks, and applies the results in order.
 *
 * A pair is weighed by the length of seam it would save over the triangles it would lay out,
 * less the worse the seam's two sides fit: closing a gap costs strain about as wide as the seam
 * is long, so the misfit over the length tells what to expect.
 *
 * A seam may have several chains of edges (half a tube has two with the other half). When they
 * do not fit as a whole, the best one is joined and the chart stays cut along the others. A
 * seam that was refused so is proposed once more, much later, with the part of a chain that
 * fits best: that would spoil what might have been joined as a whole.
 */
#include "stages/unwrapper/atlas/merge.h"

#include <string.h>

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/pair.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/queue.h"
#include "stages/unwrapper/atlas/trade.h"

#define BATCH 8          /* pairs a round, ... */
#define BATCH_WIDE 16    /* ... and where the hands of a large mesh would wait */
#define WIDE_MESH 150000 /* triangles */
#define KNOWN_MAX 1024   /* seams whose weighing is remembered */
#define DEFERRED_MAX 64  /* pairs passed over in a round because a chart was taken */
#define MISFIT_MAX 0.05  /* beyond this one in fifty succeeds */
#define MISFIT_MOST 0.1  /* for who has time */
#define MISFIT_HALF 0.03 /* where a pair is worth half */
#define SMALL_MESH 5000  /* triangles, of a mesh that is allowed twice the work */
#define EXTRA_TIMES 1.5  /* that work counts, at most: `best` has enough already */
#define FILL_GUESS 0.65  /* of the page, to know a texel's size */
#define THIN_WORTH 4     /* of a seam of a chart about as wide as the gaps */
#define SINGLE_WORTH 30  /* of a seam of a single triangle */
#define FAILED_WORTH 0.3 /* of a pair that failed before, and has changed since */
#define PART_WORTH 0.2   /* of a seam of which only a part may be joined */

/* How far a chart is from an isometry. */
struct quality {
    double area;
    double excess; /* (energy - 1) * area */
    double seams;  /* length of the border shared with other charts */
    double box;    /* area of the smallest box */
};

struct weighing {
    uint32_t seam;
    struct uvp_bond bond;
};

struct merger {
    struct uvp_atlas_work *work;
    struct uvp_open_charts *open;
    struct uvp_seams seams;
    struct quality *quality; /* of each chart */
    double thin;             /* narrower charts lose too much to the gaps about them */
    double area;             /* of all */
    double excess;
    uint64_t work_left;     /* triangles */
    struct uvp_queue queue; /* of seams, by what they are worth */
    struct weighing *known; /* of seams, by their last bits */
    uint32_t known_room;    /* a power of two */
    uint8_t *weighed;       /* its key is exact, not a bound */
    uint8_t *failed;
    uint8_t *parted; /* the seam was refused as a whole; now a part of it will do */
    uint8_t *taken;  /* charts in this round */
    struct uvp_pair pair[BATCH_WIDE];
    uint32_t pairs;
    uint32_t batch; /* pairs a round */
    uint32_t
        order[BATCH_WIDE]; /* of the pairs, the largest first: so that hands end together */
};

/* ---- what a pair is worth ---- */

static uint32_t triangles_of(const struct merger *merger, const struct uvp_seam *seam)
{
    const struct uvp_chart *const chart = merger->open->charts->chart;

    return chart[seam->chart[0]].triangle_count + chart[seam->chart[1]].triangle_count;
}

/* A strip's width is twice its area over its border. */
static bool is_thin(const struct merger *merger, uint32_t c)
{
    return 2 * merger->quality[c].area < merger->thin * merger->quality[c].seams;
}

static bool is_single(const struct merger *merger, uint32_t s)
{
    const struct uvp_chart *const chart = merger->open->charts->chart;
    const struct uvp_seam *const seam = &merger->seams.seam[s];

    return chart[seam->chart[0]].triangle_count == 1 ||
           chart[seam->chart[1]].triangle_count == 1;
}

static double worth_of(const struct merger *merger, uint32_t s, double length, double misfit)
{
    const double bad = misfit / (MISFIT_HALF * merger->work->plan->merge_slack);
    double worth = length / uvp_pair_burden(triangles_of(merger, &merger->seams.seam[s]));

    if (is_thin(merger, merger->seams.seam[s].chart[0]) ||
        is_thin(merger, merger->seams.seam[s].chart[1])) {
        worth *= THIN_WORTH;
    }
    worth *= is_single(merger, s) ? SINGLE_WORTH : 1;
    for (uint32_t i = 0; i < merger->failed[s]; i++) {
        worth *= FAILED_WORTH;
    }
    worth *= merger->parted[s] ? PART_WORTH : 1;
    return worth / (1 + bad * bad);
}

/* Into the heap by a bound of its worth: weighing waits until it is at the top. */
static void propose(struct merger *merger, uint32_t s)
{
    const uint32_t triangles = triangles_of(merger, &merger->seams.seam[s]);

    merger->weighed[s] = 0;
    uvp_queue_remove(&merger->queue, s);
    if (triangles <= merger->work->plan->chart_triangles_max) {
        uvp_queue_put(&merger->queue, s, worth_of(merger, s, merger->seams.seam[s].length, 0));
    }
}

/* Once more, for a part of it, unless that was it. */
static void propose_part(struct merger *merger, uint32_t s)
{
    if (!merger->parted[s]) {
        merger->parted[s] = 1;
        propose(merger, s);
    }
}

/* The most energy that the two charts may have together. */
static double energy_limit(const struct merger *merger, const struct uvp_seam *seam)
{
    const struct uvp_plan *const plan = merger->work->plan;
    const struct quality *const a = &merger->quality[seam->chart[0]];
    const struct quality *const b = &merger->quality[seam->chart[1]];
    const double own = a->excess + b->excess;
    const double room = (plan->mesh_energy - 1) * merger->area - merger->excess + own;

    return fmin(plan->merge_energy, 1 + fmax(room, own) / (a->area + b->area));
}

/* The best bond of seam s, remembered from when it was weighed if no other one took its place.
 */
static enum uvp_code find_bond(struct merger *merger, uint32_t s, struct uvp_bond *bond)
{
    struct weighing *const known = &merger->known[s & (merger->known_room - 1)];

    if (!merger->weighed[s] || known->seam != s) {
        UVP_TRY(uvp_seams_weigh(merger->work, merger->open, &merger->seams, s,
                                merger->parted[s] != 0, &known->bond));
        known->seam = s;
    }
    *bond = known->bond;
    return UVP_OK;
}

/* Weighs seam s; `*good` when it is worth a trial. */
static enum uvp_code weigh(struct merger *merger, uint32_t s, struct uvp_pair *pair, bool *good)
{
    const struct uvp_plan *const plan = merger->work->plan;
    const struct uvp_seam *const seam = &merger->seams.seam[s];

    pair->seam = s;
    pair->energy_max = energy_limit(merger, seam);
    UVP_TRY(find_bond(merger, s, &pair->bond));
    merger->weighed[s] = 1;
    merger->queue.key[s] = worth_of(merger, s, pair->bond.length, pair->bond.misfit);
    *good = pair->bond.misfit <=
                (plan->merge_patient ? MISFIT_MOST : MISFIT_MAX) * plan->merge_slack &&
            pair->energy_max > 1;
    return UVP_OK;
}

/* ---- picking ---- */

static bool is_taken(const struct merger *merger, uint32_t s)
{
    return merger->taken[merger->seams.seam[s].chart[0]] ||
           merger->taken[merger->seams.seam[s].chart[1]];
}

/* The next pair to try, of charts not yet taken; `*found` is false when the heap is empty. */
static enum uvp_code pick(struct merger *merger, uint32_t *deferred, uint32_t *deferrals,
                          struct uvp_pair *pair, bool *found)
{
    *found = false;
    while (merger->queue.count > 0 && !*found && *deferrals < DEFERRED_MAX) {
        const uint32_t s = merger->queue.heap[0];
        bool good = true;
        uvp_queue_remove(&merger->queue, s);
        if (merger->seams.seam[s].first == UVP_NONE) {
            continue;
        }
        if (is_taken(merger, s)) {
            deferred[(*deferrals)++] = s;
            continue;
        }
        *found = merger->weighed[s] != 0;
        UVP_TRY(weigh(merger, s, pair, &good));
        *found = good && (*found || uvp_queue_leads(&merger->queue, s));
        if (!good) {
            propose_part(merger, s);
        } else if (!*found) {
            uvp_queue_put(&merger->queue, s, merger->queue.key[s]);
        }
    }
    return UVP_OK;
}

/* What a trial wants to know. */
static void describe(const struct merger *merger, const struct uvp_seam *seam,
                     struct uvp_pair *pair)
{
    const struct quality *const a = &merger->quality[seam->chart[0]];
    const struct quality *const b = &merger->quality[seam->chart[1]];

    pair->excess = (a->excess + b->excess) / (a->area + b->area);
    pair->boxes = a->box + b->box;
    pair->side = sqrt(merger->area);
    pair->trial =
        (struct uvp_trial){.target = seam->chart[0], .other = &seam->chart[1], .others = 1};
}

static enum uvp_code pick_pairs(struct merger *merger, uint32_t *deferred, uint32_t *deferrals)
{
    merger->pairs = 0;
    *deferrals = 0;
    while (merger->pairs < merger->batch) {
        struct uvp_pair *const pair = &merger->pair[merger->pairs];
        const struct uvp_seam *seam;
        bool found = false;
        UVP_TRY(pick(merger, deferred, deferrals, pair, &found));
        if (!found) {
            return UVP_OK;
        }
        seam = &merger->seams.seam[pair->seam];
        merger->taken[seam->chart[0]] = 1;
        merger->taken[seam->chart[1]] = 1;
        describe(merger, seam, pair);
        UVP_TRY(uvp_trial_take(merger->work, merger->open, &pair->trial));
        UVP_TRY(uvp_seams_cut(merger->work, merger->open, &merger->seams, pair->seam,
                              &pair->bond, true));
        merger->pairs++;
    }
    return UVP_OK;
}

/* ---- trying ---- */

static enum uvp_code try_pair(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    struct merger *const merger = arg;

    return uvp_pair_try(work, merger->open, &merger->pair[merger->order[i]]);
}

static uint32_t size_of(const struct merger *merger, uint32_t i)
{
    const struct uvp_trial *const trial = &merger->pair[i].trial;
    const struct uvp_chart *const chart = merger->open->charts->chart;

    return chart[trial->target].triangle_count + chart[trial->other[0]].triangle_count;
}

static void order_pairs(struct merger *merger)
{
    for (uint32_t i = 0; i < merger->pairs; i++) {
        uint32_t at = i;

        for (; at > 0 && size_of(merger, merger->order[at - 1]) < size_of(merger, i); at--) {
            merger->order[at] = merger->order[at - 1];
        }
        merger->order[at] = i;
    }
}

/* ---- applying ---- */

/* After a merge all seams of the chart are proposed anew. */
static void propose_all(struct merger *merger, uint32_t c)
{
    for (uint32_t s = uvp_seams_next(&merger->seams, c, UVP_NONE); s != UVP_NONE;
         s = uvp_seams_next(&merger->seams, c, s)) {
        merger->parted[s] = 0;
        propose(merger, s);
    }
}

static void unite(struct merger *merger, const struct uvp_pair *pair)
{
    struct quality *const a = &merger->quality[pair->trial.target];
    const struct quality *const b = &merger->quality[pair->trial.other[0]];
    const uint32_t gone = pair->trial.other[0];
    const double own = a->excess + b->excess;

    a->area += b->area;
    a->seams += b->seams - 2 * pair->bond.length;
    a->box = pair->box.area;
    a->excess = (pair->trial.distortion.energy - 1) * a->area;
    merger->excess += a->excess - own;
    uvp_seams_join(&merger->seams, pair->trial.target, gone);
    propose_all(merger, pair->trial.target);
}

static enum uvp_code apply(struct merger *merger, struct uvp_pair *pair)
{
    struct uvp_trial *const trial = &pair->trial;
    const uint32_t gone[1] = {trial->other[0]};

    merger->work_left -= pair->cost < merger->work_left ? pair->cost : merger->work_left;
    /* earlier pairs of the round may have used up the room that there was */
    pair->energy_max = energy_limit(merger, &merger->seams.seam[pair->seam]);
    trial->done = trial->done && uvp_pair_is_good(merger->work, pair);
    merger->taken[trial->target] = 0;
    merger->taken[trial->other[0]] = 0;
    if (trial->done) {
        trial->other = gone; /* the seam itself is about to change */
        uvp_trial_apply(merger->open, trial);
        unite(merger, pair);
        return UVP_OK;
    }
    merger->failed[pair->seam]++;
    if (!pair->unfit) {
        propose_part(merger, pair->seam);
    }
    return uvp_seams_cut(merger->work, merger->open, &merger->seams, pair->seam, &pair->bond,
                         false);
}

static enum uvp_code merge_round(struct merger *merger, bool *more)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(merger->work->scratch);
    uint32_t deferred[DEFERRED_MAX];
    uint32_t deferrals = 0;

    UVP_TRY(pick_pairs(merger, deferred, &deferrals));
    order_pairs(merger);
    UVP_TRY(uvp_crew_run(merger->work, merger->pairs, try_pair, merger));
    for (uint32_t i = 0; i < merger->pairs; i++) {
        UVP_TRY(apply(merger, &merger->pair[i]));
    }
    for (uint32_t i = 0; i < deferrals; i++) {
        if (merger->seams.seam[deferred[i]].first != UVP_NONE &&
            merger->queue.place[deferred[i]] == UVP_NONE) {
            propose(merger, deferred[i]);
        }
    }
    *more = merger->pairs > 0 && merger->work_left > 0;
    uvp_arena_rewind(merger->work->scratch, mark);
    return UVP_OK;
}

/* ---- all ---- */

/* The chart as it is: a patch with a vertex for each of its slots. */
static enum uvp_code measure_chart(struct uvp_atlas_work *work, void *arg, uint32_t c)
{
    struct merger *const merger = arg;
    const struct uvp_charts *const charts = merger->open->charts;
    const struct uvp_chart *const chart = &charts->chart[c];
    struct uvp_patch patch = {.triangle_count = chart->triangle_count,
                              .vertex_count = chart->slot_count};
    struct quality *const quality = &merger->quality[c];
    struct uvp_distortion distortion;
    uint32_t *list;

    *quality = (struct quality){0, 0, 0, 0};
    if (chart->triangle_count == 0) {
        return UVP_OK;
    }
    UVP_TAKE(work, list, chart->triangle_count);
    UVP_TAKE(work, patch.corner, 3 * (size_t)chart->triangle_count);
    UVP_TAKE(work, patch.uv, chart->slot_count);
    uvp_charts_list(merger->open, c, list);
    patch.triangle = list;
    for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
        patch.corner[i] = charts->corner[3 * list[i / 3] + i % 3] - chart->first_slot;
    }
    for (uint32_t v = 0; v < chart->slot_count; v++) {
        const struct uvp_point2 p = charts->slot[chart->first_slot + v];
        patch.uv[v] = (struct uvp_vec2){p.x * chart->step, p.y * chart->step};
    }
    UVP_TRY(uvp_solve_measure(work, merger->open->topology, &patch, &distortion));
    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        quality->area += uvp_area_of(merger->open->topology, list[i]);
    }
    quality->excess = (fmin(distortion.energy, 1e6) - 1) * quality->area;
    quality->box = uvp_box_of(patch.uv, patch.vertex_count).area;
    return uvp_work_count(work, 8 * chart->triangle_count);
}

static enum uvp_code take_merger(struct merger *merger)
{
    struct uvp_atlas_work *const work = merger->work;
    const uint32_t charts = merger->open->charts->count;

    UVP_TRY(uvp_seams_make(work, merger->open, &merger->seams));
    UVP_TRY(uvp_queue_take(work, merger->seams.count, &merger->queue));
    UVP_TAKE(work, merger->quality, charts);
    UVP_TAKE(work, merger->taken, charts);
    merger->known_room = 1;
    while (merger->known_room < merger->seams.count && merger->known_room < KNOWN_MAX) {
        merger->known_room *= 2;
    }
    UVP_TAKE(work, merger->known, merger->known_room);
    memset(merger->known, 0xff, merger->known_room * sizeof *merger->known);
    UVP_TAKE(work, merger->weighed, merger->seams.count);
    UVP_TAKE(work, merger->failed, merger->seams.count);
    UVP_TAKE(work, merger->parted, merger->seams.count);
    memset(merger->taken, 0, charts);
    memset(merger->failed, 0, merger->seams.count);
    memset(merger->parted, 0, merger->seams.count);
    UVP_TRY(uvp_crew_run(work, charts, measure_chart, merger));
    for (uint32_t c = 0; c < charts; c++) {
        merger->area += merger->quality[c].area;
        merger->excess += merger->quality[c].excess;
    }
    for (uint32_t s = 0; s < merger->seams.count; s++) {
        const struct uvp_seam *const seam = &merger->seams.seam[s];
        merger->quality[seam->chart[0]].seams += seam->length;
        merger->quality[seam->chart[1]].seams += seam->length;
    }
    merger->thin =
        (2 * work->plan->gap + 2.0 / work->plan->resolution) * sqrt(merger->area / FILL_GUESS);
    for (uint32_t s = 0; s < merger->seams.count; s++) {
        propose(merger, s);
        UVP_TRY(uvp_work_count(work, 20));
    }
    return UVP_OK;
}

enum uvp_code uvp_merge_charts(struct uvp_atlas_work *work, struct uvp_open_charts *open)
{
    const uint32_t live = open->topology->live_triangles;
    /* small meshes are quick, and their seams are many; up to twice as large it fades */
    const double extra = fmax(0, fmin(live, 2.0 * SMALL_MESH - live));
    const double times = work->plan->merge_work;
    const double allowed = times * live + fmin(times, EXTRA_TIMES) * extra;
    struct merger merger = {.work = work,
                            .open = open,
                            .work_left = (uint64_t)allowed,
                            .batch = live < WIDE_MESH ? BATCH : BATCH_WIDE};
    struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    bool more = merger.work_left > 0;

    if (!more) {
        return UVP_OK;
    }
    UVP_TRY(take_merger(&merger));
    while (more) {
        UVP_TRY(merge_round(&merger, &more));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

enum uvp_code uvp_merge_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             struct uvp_charts *charts)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct uvp_open_charts open;
    struct uvp_rims rims;

    UVP_TRY(uvp_charts_open(work, topology, charts, &open));
    UVP_TRY(uvp_crumb_attach(work, &open));
    if (work->plan->merge_work > 0) {
        UVP_TRY(uvp_rims_make(work, &open, &rims));
        UVP_TRY(uvp_merge_charts(work, &open));
        UVP_TRY(uvp_trade_polygons(work, &open));
    }
    UVP_TRY(uvp_crumb_attach(work, &open));
    UVP_TRY(uvp_charts_close(work, &open));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
