/*
 * Sweeps over the units on borders, in order: a unit goes to the neighbouring region where its
 * normal fits better and less border is left, if at most one of its edges leads to its own
 * region, so that no region falls apart. Where no single unit gains, the fan of triangles about
 * a point of the border may: that takes bumps away step by step, at no change in length, in the
 * direction of the better fit.
 */
#include "stages/unwrapper/atlas/relax.h"

#include <string.h>

#include "stages/unwrapper/atlas/fan.h"
#include "stages/unwrapper/atlas/plan.h"

#define BLOCK 1024U
#define SWEEPS 20
#define EDGES_MAX 16    /* units with more edges stay */
#define FIT_WEIGHT 0.1F /* of the normal's fit against the share of the outline */
#define LEAST_GAIN 1e-4F

struct relaxer {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const struct uvp_surface *surface;
    struct uvp_relax_region *region;
    uint32_t *label;
    uint32_t *list; /* units to look at, then those for the next sweep */
    uint32_t *next;
    uint32_t next_count;
    uint8_t *listed; /* in `next` */
};

/* One unit with what lies around it. */
struct look {
    float normal[3];
    float outline;
    uint32_t triangles;
    float own; /* length of the edges to its own region */
    uint32_t own_edges;
    uint32_t count;
    uint32_t label[EDGES_MAX];
    float length[EDGES_MAX];
};

static void see_edge(const struct relaxer *relaxer, uint32_t h, uint32_t unit,
                     struct look *look)
{
    const uint32_t other = uvp_surface_unit(relaxer->surface, h);
    const float length = relaxer->surface->length[h];
    uint32_t label;

    if (other == UVP_NONE) {
        return;
    }
    look->outline += length;
    label = relaxer->label[other];
    if (label == relaxer->label[unit]) {
        look->own += length;
        look->own_edges++;
        return;
    }
    for (uint32_t i = 0; i < look->count; i++) {
        if (look->label[i] == label) {
            look->length[i] += length;
            return;
        }
    }
    if (!uvp_surface_is_hard(relaxer->surface, h)) {
        look->label[look->count] = label;
        look->length[look->count++] = length;
    }
}

static void see_unit(const struct relaxer *relaxer, uint32_t unit, struct look *look)
{
    const uint32_t first = uvp_unit_first(relaxer->topology, unit);
    const uint32_t end = uvp_unit_first(relaxer->topology, unit + 1);

    /* the lists are filled as far as `count` says */
    look->normal[0] = 0;
    look->normal[1] = 0;
    look->normal[2] = 0;
    look->outline = 0;
    look->triangles = 0;
    look->own = 0;
    look->own_edges = 0;
    look->count = 0;
    for (uint32_t t = first; t < end && 3 * (end - first) <= EDGES_MAX + 2; t++) {
        const float *const normal = relaxer->surface->normal + 3 * (size_t)t;
        if (uvp_is_dead(relaxer->topology, t)) {
            continue;
        }
        look->triangles++;
        for (uint32_t k = 0; k < 3; k++) {
            look->normal[k] += normal[k];
            see_edge(relaxer, 3 * t + k, unit, look);
        }
    }
}

static float score_of(const struct relaxer *relaxer, const struct look *look, float per_length,
                      float per_normal, uint32_t label, float length)
{
    return FIT_WEIGHT * per_normal * uvp_dot3(look->normal, relaxer->region[label].axis) +
           per_length * length;
}

/* The region that the unit should be in. */
static uint32_t choose(const struct relaxer *relaxer, const struct look *look, uint32_t label)
{
    const float square = uvp_dot3(look->normal, look->normal);
    const float per_normal = square > 0 ? 1 / sqrtf(square) : 0;
    const float per_length = look->outline > 0 ? 1 / look->outline : 0;
    float best = score_of(relaxer, look, per_length, per_normal, label, look->own) + LEAST_GAIN;
    uint32_t to = label;

    for (uint32_t i = 0; i < look->count; i++) {
        const float score =
            score_of(relaxer, look, per_length, per_normal, look->label[i], look->length[i]);
        const uint32_t after = relaxer->region[look->label[i]].triangles + look->triangles;
        if (score > best && after <= relaxer->work->plan->chart_triangles_max) {
            best = score;
            to = look->label[i];
        }
    }
    return to;
}

static void list_unit(struct relaxer *relaxer, uint32_t unit)
{
    if (!relaxer->listed[unit]) {
        relaxer->listed[unit] = 1;
        relaxer->next[relaxer->next_count++] = unit;
    }
}

static void list_around(struct relaxer *relaxer, uint32_t unit)
{
    const uint32_t end = 3 * uvp_unit_first(relaxer->topology, unit + 1);

    for (uint32_t h = 3 * uvp_unit_first(relaxer->topology, unit); h < end; h++) {
        const uint32_t other = uvp_surface_unit(relaxer->surface, h);
        if (other != UVP_NONE) {
            list_unit(relaxer, other);
        }
    }
}

/* What is gained, in length, when the fan goes over. */
static float fan_gain(const struct relaxer *relaxer, uint32_t from, const struct uvp_fan *fan)
{
    const float *const old = relaxer->region[from].axis;
    const float *const new = relaxer->region[fan->to].axis;
    float gain = fan->length - fan->after;

    for (uint32_t i = 0; i < fan->count; i++) {
        const float *const normal = relaxer->surface->normal + 3 * (size_t)fan->triangle[i];
        const float *const length = relaxer->surface->length + 3 * (size_t)fan->triangle[i];
        gain += FIT_WEIGHT * (length[0] + length[1] + length[2]) *
                (uvp_dot3(normal, new) - uvp_dot3(normal, old));
    }
    return gain;
}

static void move_fan(struct relaxer *relaxer, uint32_t from, const struct uvp_fan *fan)
{
    relaxer->region[from].triangles -= fan->count;
    relaxer->region[fan->to].triangles += fan->count;
    for (uint32_t i = 0; i < fan->count; i++) {
        const uint32_t unit = uvp_unit_of(relaxer->topology, fan->triangle[i]);
        relaxer->label[unit] = fan->to;
        list_unit(relaxer, unit);
        list_around(relaxer, unit);
    }
}

/* Moves the first fan at the triangle's border edges that gains. */
static void try_fans(struct relaxer *relaxer, uint32_t unit)
{
    const uint32_t from = relaxer->label[unit];
    const uint32_t first = 3 * uvp_unit_first(relaxer->topology, unit);

    for (uint32_t h = first; h < first + 3; h++) {
        const uint32_t other = uvp_surface_unit(relaxer->surface, h);
        struct uvp_fan fan;
        if (other == UVP_NONE || relaxer->label[other] == from ||
            !uvp_fan_find(relaxer->work, relaxer->topology, relaxer->surface, relaxer->label, h,
                          &fan)) {
            continue;
        }
        if (fan_gain(relaxer, from, &fan) > LEAST_GAIN * fan.length &&
            relaxer->region[fan.to].triangles + fan.count <=
                relaxer->work->plan->chart_triangles_max) {
            move_fan(relaxer, from, &fan);
            return;
        }
    }
}

static enum uvp_code sweep(struct relaxer *relaxer, uint32_t count)
{
    relaxer->next_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t unit = relaxer->list[i];
        struct look look;
        UVP_TRY(uvp_work_count(relaxer->work, 100));
        relaxer->listed[unit] = 0;
        see_unit(relaxer, unit, &look);
        if (look.count > 0 && look.own_edges <= 1) {
            const uint32_t to = choose(relaxer, &look, relaxer->label[unit]);
            if (to != relaxer->label[unit]) {
                relaxer->region[relaxer->label[unit]].triangles -= look.triangles;
                relaxer->region[to].triangles += look.triangles;
                relaxer->label[unit] = to;
                list_around(relaxer, unit);
                continue;
            }
        }
        if (look.count > 0 && look.triangles == 1) {
            try_fans(relaxer, unit);
        }
    }
    return UVP_OK;
}

static enum uvp_code list_borders(struct relaxer *relaxer)
{
    const struct uvp_topology *const topology = relaxer->topology;

    memset(relaxer->listed, 0, topology->unit_count);
    for (uint32_t u = 0; u < topology->unit_count; u++) {
        const uint32_t end = 3 * uvp_unit_first(topology, u + 1);
        const uint32_t own = relaxer->label[u];
        unsigned differs = 0;
        for (uint32_t h = 3 * uvp_unit_first(topology, u); h < end; h++) {
            const uint32_t other = uvp_surface_unit(relaxer->surface, h);
            differs |= other != UVP_NONE && relaxer->label[other] != own;
        }
        if (differs) {
            list_unit(relaxer, u);
        }
        if (u % BLOCK == 0) {
            UVP_TRY(uvp_work_count(relaxer->work, 15 * BLOCK));
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_relax_borders(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_surface *surface,
                                struct uvp_relax_region *region, uint32_t *label)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct relaxer relaxer = {.work = work,
                              .topology = topology,
                              .surface = surface,
                              .region = region,
                              .label = label};

    UVP_TAKE(work, relaxer.list, topology->unit_count);
    UVP_TAKE(work, relaxer.next, topology->unit_count);
    UVP_TAKE(work, relaxer.listed, topology->unit_count);
    UVP_TRY(list_borders(&relaxer));
    for (int s = 0; s < SWEEPS && relaxer.next_count > 0; s++) {
        uint32_t *const list = relaxer.next;
        relaxer.next = relaxer.list;
        relaxer.list = list;
        UVP_TRY(sweep(&relaxer, relaxer.next_count));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
