/*
 * Crumbs are what cutting and halving leave over. In rounds each proposes to the neighbour with
 * which it shares most seam, then to the next; a chart that is proposed to moves nowhere in
 * that round. The target keeps its layout, crumbs are moved rigidly onto the seam, and corners
 * that the target has placed already stay there: no solve, and one verdict for all crumbs of a
 * target. Those that own a clashing edge drop out, and the others are tried again.
 */
#include <string.h>

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/merge.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/sort.h"

#define TRIANGLES_FEW 8   /* a crumb has no more ... */
#define TRIANGLES_MAX 64  /* ... or no more than this and a small area */
#define TEXELS_FEW 4.0    /* a small area */
#define NEIGHBOURS_MAX 16 /* of a crumb, the first met */
#define ROUNDS_MAX 8
#define TRIES_MAX 4    /* neighbours a crumb proposes to */
#define ATTEMPTS_MAX 4 /* with fewer and fewer of a target's crumbs */
#define CLASHES_MAX 256
#define TRIANGLE_ENERGY 1.2
#define WORK_MAX 2 /* triangles looked at, in times the mesh's */

struct group {
    struct uvp_trial trial;
    uint32_t *crumb; /* trial.other, to be thinned out */
    struct uvp_bond *bond;
    uint32_t asked; /* crumbs at first */
};

struct crumbs {
    struct uvp_atlas_work *work;
    struct uvp_open_charts *open;
    double area_few;
    uint8_t *tries; /* of each chart: neighbours that have refused */
    uint8_t *role;
    uint32_t *asked;                /* of each chart: triangles that would come to it */
    struct uvp_sort_item *proposal; /* key: target, value: crumb */
    uint32_t proposals;
    struct group *group;
    uint32_t groups;
    uint64_t work_left;
};

enum role { ROLE_FREE, ROLE_CRUMB, ROLE_TARGET };

/* ---- proposing ---- */

struct neighbour {
    uint32_t chart;
    double length;
};

/* The chart across h, or UVP_NONE when there is none or a seam has to stay. */
static uint32_t chart_across(const struct uvp_open_charts *open, uint32_t h)
{
    const uint32_t g = open->topology->opposite[h];

    return g == UVP_NONE || (open->pieces.cut[h / 3] >> h % 3 & 1) != 0
               ? UVP_NONE
               : uvp_pieces_label(&open->pieces, g / 3);
}

static uint32_t find_neighbours(const struct uvp_open_charts *open, uint32_t c,
                                struct neighbour *found)
{
    uint32_t count = 0;

    for (uint32_t t = open->charts->chart[c].first_triangle; t != UVP_NONE; t = open->next[t]) {
        for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
            const uint32_t other = chart_across(open, h);
            uint32_t i = 0;
            if (other == UVP_NONE || other == c) {
                continue;
            }
            while (i < count && found[i].chart != other) {
                i++;
            }
            if (i == NEIGHBOURS_MAX) {
                continue;
            }
            if (i == count) {
                found[count++] = (struct neighbour){other, 0};
            }
            found[i].length += uvp_edge_length(open->topology, h);
        }
    }
    return count;
}

static bool is_longer(struct neighbour a, struct neighbour b)
{
    return a.length > b.length || (a.length == b.length && a.chart < b.chart);
}

/* The neighbour with the longest seam but `tries`, or UVP_NONE. */
static uint32_t choose_neighbour(const struct uvp_open_charts *open, uint32_t c, uint32_t tries)
{
    struct neighbour found[NEIGHBOURS_MAX];
    const uint32_t count = find_neighbours(open, c, found);

    if (tries >= count) {
        return UVP_NONE;
    }
    for (uint32_t i = 0; i <= tries; i++) {
        for (uint32_t j = i + 1; j < count; j++) {
            if (is_longer(found[j], found[i])) {
                const struct neighbour swap = found[i];
                found[i] = found[j];
                found[j] = swap;
            }
        }
    }
    return found[tries].chart;
}

static bool is_crumb(const struct crumbs *crumbs, uint32_t c)
{
    const struct uvp_open_charts *const open = crumbs->open;
    const uint32_t count = open->charts->chart[c].triangle_count;
    double area = 0;

    if (count == 0 || count > TRIANGLES_MAX) {
        return false;
    }
    if (count <= TRIANGLES_FEW) {
        return true;
    }
    for (uint32_t t = open->charts->chart[c].first_triangle; t != UVP_NONE; t = open->next[t]) {
        area += uvp_area_of(open->topology, t);
    }
    return area < crumbs->area_few;
}

static void propose(struct crumbs *crumbs, uint32_t c)
{
    const struct uvp_chart *const chart = crumbs->open->charts->chart;
    uint32_t target;

    if (crumbs->tries[c] >= TRIES_MAX || crumbs->role[c] == ROLE_TARGET ||
        !is_crumb(crumbs, c)) {
        return;
    }
    target = choose_neighbour(crumbs->open, c, crumbs->tries[c]);
    if (target == UVP_NONE) {
        crumbs->tries[c] = TRIES_MAX;
        return;
    }
    if (chart[target].triangle_count < chart[c].triangle_count ||
        (chart[target].triangle_count == chart[c].triangle_count && target > c)) {
        crumbs->tries[c]++; /* the other may come to this one */
        return;
    }
    if (crumbs->role[target] == ROLE_CRUMB ||
        chart[target].triangle_count + crumbs->asked[target] + chart[c].triangle_count >
            crumbs->work->plan->chart_triangles_max) {
        return;
    }
    crumbs->asked[target] += chart[c].triangle_count;
    crumbs->role[c] = ROLE_CRUMB;
    crumbs->role[target] = ROLE_TARGET;
    crumbs->proposal[crumbs->proposals++] = (struct uvp_sort_item){target, c};
}

static enum uvp_code make_groups(struct crumbs *crumbs)
{
    struct uvp_atlas_work *const work = crumbs->work;
    struct uvp_sort_item *spare;

    UVP_TAKE(work, spare, crumbs->proposals);
    UVP_TRY(uvp_sort_polled(work, crumbs->proposal, spare, crumbs->proposals));
    UVP_TAKE(work, crumbs->group, crumbs->proposals);
    crumbs->groups = 0;
    for (uint32_t first = 0, end = 0; first < crumbs->proposals; first = end) {
        struct group *const group = &crumbs->group[crumbs->groups++];
        while (end < crumbs->proposals &&
               crumbs->proposal[end].key == crumbs->proposal[first].key) {
            end++;
        }
        *group = (struct group){.asked = end - first};
        UVP_TAKE(work, group->crumb, group->asked);
        UVP_TAKE(work, group->bond, group->asked);
        for (uint32_t i = 0; i < group->asked; i++) {
            group->crumb[i] = crumbs->proposal[first + i].value;
        }
        group->trial = (struct uvp_trial){.target = (uint32_t)crumbs->proposal[first].key,
                                          .other = group->crumb,
                                          .others = group->asked};
        UVP_TRY(uvp_trial_take(work, crumbs->open, &group->trial));
    }
    return UVP_OK;
}

/* ---- attaching ---- */

/* Before labels change: how each crumb comes to lie at the target. */
static void fit_crumbs(const struct uvp_open_charts *open, struct group *group)
{
    uint32_t half[3 * TRIANGLES_MAX];

    for (uint32_t i = 0; i < group->trial.others; i++) {
        const uint32_t c = group->crumb[i];
        uint32_t count = 0;
        for (uint32_t t = open->charts->chart[c].first_triangle; t != UVP_NONE;
             t = open->next[t]) {
            for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
                if (chart_across(open, h) == group->trial.target) {
                    half[count++] = open->topology->opposite[h];
                }
            }
        }
        uvp_seams_fit(open, half, count, &group->bond[i]);
    }
}

/* Where the chart has the corner of half-edge h. */
static struct uvp_vec2 place_of(const struct uvp_charts *charts, uint32_t c, uint32_t h)
{
    const struct uvp_point2 p = charts->slot[charts->corner[h]];

    return (struct uvp_vec2){p.x * charts->chart[c].step, p.y * charts->chart[c].step};
}

/* owner[v]: number of the crumb that placed v, UVP_NONE: the target did. */
static void lay_out(const struct uvp_open_charts *open, const struct group *group,
                    const struct uvp_patch *patch, uint32_t *owner)
{
    const struct uvp_charts *const charts = open->charts;
    uint32_t end = 3 * patch->triangle_count;

    for (uint32_t x = group->trial.others; x-- > 0;) {
        const uint32_t c = group->crumb[x];
        const uint32_t first = end - 3 * charts->chart[c].triangle_count;
        for (uint32_t i = first; i < end; i++) {
            const uint32_t h = 3 * patch->triangle[i / 3] + i % 3;
            patch->uv[patch->corner[i]] =
                uvp_bond_move(&group->bond[x], place_of(charts, c, h));
            owner[patch->corner[i]] = x;
        }
        end = first;
    }
    for (uint32_t i = 0; i < end; i++) {
        const uint32_t h = 3 * patch->triangle[i / 3] + i % 3;
        patch->uv[patch->corner[i]] = place_of(charts, group->trial.target, h);
        owner[patch->corner[i]] = UVP_NONE;
    }
}

/* Marks crumbs with a triangle that is turned or distorted. */
static enum uvp_code mark_distorted(struct uvp_atlas_work *work,
                                    const struct uvp_open_charts *open,
                                    const struct group *group, const struct uvp_patch *patch,
                                    uint8_t *drop, bool *any)
{
    uint32_t t = open->charts->chart[group->trial.target].triangle_count;

    for (uint32_t x = 0; x < group->trial.others; x++) {
        const uint32_t end = t + open->charts->chart[group->crumb[x]].triangle_count;
        for (; t < end; t++) {
            struct uvp_patch one = *patch;
            struct uvp_distortion distortion;
            one.triangle_count = 1;
            one.triangle = patch->triangle + t;
            one.corner = patch->corner + 3 * (size_t)t;
            UVP_TRY(uvp_solve_measure(work, open->topology, &one, &distortion));
            if (!(distortion.energy <= TRIANGLE_ENERGY)) {
                drop[x] = 1;
                *any = true;
            }
        }
    }
    return UVP_OK;
}

/* The crumb whose border edge leaves each vertex, else UVP_NONE. */
static void find_edge_owners(const struct uvp_open_charts *open, const struct group *group,
                             const struct uvp_patch *patch, uint32_t *owner)
{
    uint32_t t = open->charts->chart[group->trial.target].triangle_count;

    memset(owner, 0xff, patch->vertex_count * sizeof *owner);
    for (uint32_t x = 0; x < group->trial.others; x++) {
        const uint32_t end = t + open->charts->chart[group->crumb[x]].triangle_count;
        for (; t < end; t++) {
            for (uint32_t k = 0; k < 3; k++) {
                if (uvp_pieces_across(open->topology, &open->pieces,
                                      3 * patch->triangle[t] + k) == UVP_NONE) {
                    owner[patch->corner[3 * t + k]] = x;
                }
            }
        }
    }
}

/* Marks the crumbs that own a clashing edge; all of them when that does not tell. */
static enum uvp_code mark_clashing(struct uvp_atlas_work *work,
                                   const struct uvp_open_charts *open,
                                   const struct group *group, const struct uvp_patch *patch,
                                   uint32_t *owner, uint8_t *drop)
{
    const struct uvp_flat flat = uvp_flatten_flat(patch);
    struct uvp_clash clash[CLASHES_MAX];
    uint32_t clashes = 0;
    bool any = false;

    UVP_TRY(uvp_verdict_clashes(work, &flat, clash, CLASHES_MAX, &clashes));
    find_edge_owners(open, group, patch, owner);
    for (uint32_t i = 0; i < clashes; i++) {
        const uint32_t a = owner[patch->border[2 * clash[i].a]];
        const uint32_t b = owner[patch->border[2 * clash[i].b]];
        const uint32_t guilty = a != UVP_NONE && (b == UVP_NONE || a > b) ? a : b;
        if (guilty != UVP_NONE) {
            drop[guilty] = 1;
            any = true;
        }
    }
    if (!any || clashes == CLASHES_MAX) {
        memset(drop, 1, group->trial.others);
    }
    return UVP_OK;
}

/* One attempt: kept, or some crumbs are marked to drop out. */
static enum uvp_code attempt(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                             struct group *group, uint8_t *drop)
{
    struct uvp_distortion *const distortion = &group->trial.distortion;
    struct uvp_patch patch;
    enum uvp_verdict verdict;
    uint32_t *owner;
    bool any = false;
    bool clears = false;

    UVP_TRY(uvp_trial_gather(work, open, &group->trial, &patch));
    UVP_TAKE(work, owner, patch.vertex_count);
    lay_out(open, group, &patch, owner);
    UVP_TRY(mark_distorted(work, open, group, &patch, drop, &any));
    if (any) {
        return UVP_OK;
    }
    UVP_TRY(uvp_solve_measure(work, open->topology, &patch, distortion));
    if (!(distortion->energy <= fmax(work->plan->chart_energy, work->plan->merge_energy)) ||
        distortion->stretched > work->plan->stretch_part) {
        memset(drop, 1, group->trial.others);
        return UVP_OK;
    }
    uvp_patch_snap(open->topology, &patch);
    UVP_TRY(uvp_flatten_judge(work, &patch, &verdict));
    if (verdict == UVP_VERDICT_VALID) {
        UVP_TRY(uvp_flatten_clears(work, &patch, &clears));
    }
    if (clears) {
        uvp_trial_keep(&group->trial, &patch);
    } else if (verdict == UVP_VERDICT_CROSSED) {
        UVP_TRY(mark_clashing(work, open, group, &patch, owner, drop));
    } else {
        memset(drop, 1, group->trial.others);
    }
    return UVP_OK;
}

static void drop_marked(struct uvp_open_charts *open, struct group *group, const uint8_t *drop)
{
    uint32_t left = 0;

    for (uint32_t x = 0; x < group->trial.others; x++) {
        if (drop[x]) {
            uvp_trial_restore(open, group->crumb[x]);
        } else {
            group->crumb[left] = group->crumb[x];
            group->bond[left++] = group->bond[x];
        }
    }
    group->trial.others = left;
}

static enum uvp_code attach_group(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    struct crumbs *const crumbs = arg;
    struct group *const group = &crumbs->group[i];
    uint8_t *drop;

    UVP_TAKE(work, drop, group->asked);
    fit_crumbs(crumbs->open, group);
    for (int tries = 0; group->trial.others > 0 && !group->trial.done; tries++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
        memset(drop, tries == ATTEMPTS_MAX, group->asked);
        if (tries < ATTEMPTS_MAX) {
            UVP_TRY(attempt(work, crumbs->open, group, drop));
        }
        if (!group->trial.done) {
            drop_marked(crumbs->open, group, drop);
        }
        uvp_arena_rewind(work->scratch, mark);
    }
    return UVP_OK;
}

/* ---- rounds ---- */

static enum uvp_code attach_round(struct crumbs *crumbs, bool *more)
{
    struct uvp_atlas_work *const work = crumbs->work;
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const uint32_t charts = crumbs->open->charts->count;
    uint64_t cost = 0;

    UVP_TAKE(work, crumbs->proposal, charts);
    crumbs->proposals = 0;
    memset(crumbs->role, ROLE_FREE, charts);
    memset(crumbs->asked, 0, charts * sizeof *crumbs->asked);
    for (uint32_t c = 0; c < charts; c++) {
        propose(crumbs, c);
        UVP_TRY(uvp_work_count(work, 20));
    }
    UVP_TRY(make_groups(crumbs));
    UVP_TRY(uvp_crew_run(work, crumbs->groups, attach_group, crumbs));
    for (uint32_t i = 0; i < crumbs->proposals; i++) {
        crumbs->tries[crumbs->proposal[i].value]++;
    }
    for (uint32_t i = 0; i < crumbs->groups; i++) {
        struct uvp_trial *const trial = &crumbs->group[i].trial;
        cost += trial->kept.triangle_count;
        if (trial->done) {
            crumbs->tries[trial->target] = 0;
            uvp_trial_apply(crumbs->open, trial);
        }
    }
    *more = crumbs->proposals > 0 && cost < crumbs->work_left;
    crumbs->work_left -= cost < crumbs->work_left ? cost : crumbs->work_left;
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

enum uvp_code uvp_crumb_attach(struct uvp_atlas_work *work, struct uvp_open_charts *open)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const uint32_t live = open->topology->live_triangles;
    const double texel = 1 / ((double)work->plan->resolution * work->plan->resolution);
    struct crumbs crumbs = {.work = work, .open = open, .work_left = WORK_MAX * (uint64_t)live};
    double area = 0;
    bool more = true;

    for (uint32_t t = 0; t < open->topology->triangle_count; t++) {
        area += uvp_is_dead(open->topology, t) ? 0 : uvp_area_of(open->topology, t);
        UVP_TRY(uvp_work_count(work, 2));
    }
    crumbs.area_few = TEXELS_FEW * texel * area;
    UVP_TAKE(work, crumbs.tries, open->charts->count);
    UVP_TAKE(work, crumbs.role, open->charts->count);
    UVP_TAKE(work, crumbs.asked, open->charts->count);
    memset(crumbs.tries, 0, open->charts->count);
    for (uint32_t round = 0; round < ROUNDS_MAX && more; round++) {
        UVP_TRY(attach_round(&crumbs, &more));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
