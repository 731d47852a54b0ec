/*
 * atlas_internal.h -- what the engine's steps hand to each other
 *
 * Use:     atlas.c fills a struct uvp_atlas_work, and each step takes it first.
 * Owner:   all arrays live in the scratch arena, the result's in `keep`.
 */
#ifndef UVP_ATLAS_INTERNAL_H
#define UVP_ATLAS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"
#include "stages/unwrapper/atlas/atlas.h"
#include "stages/unwrapper/atlas/vector.h"

#define UVP_NONE UINT32_MAX

/* UVs are whole multiples of 1/UVP_LATTICE: exact in float32 up to and including 1. */
#define UVP_LATTICE (INT32_C(1) << 24)

struct uvp_atlas_work {
    const struct uvp_atlas_input *input;
    const struct uvp_plan *plan;
    const struct uvp_atlas_crew *crew; /* NULL: nobody helps */
    struct uvp_arena *keep;
    struct uvp_arena *scratch;
    struct uvp_stop *stop;
    struct uvp_error *err;
    uint32_t steps; /* work since the last poll, see uvp_work_count */
};

/* Counts `steps` of work, some nanoseconds each, and polls when enough came together. */
static inline enum uvp_code uvp_work_count(struct uvp_atlas_work *work, uint32_t steps)
{
    work->steps += steps < (1U << 16) ? steps : 1U << 16;
    if (work->steps < 1U << 16) {
        return UVP_OK;
    }
    work->steps = 0;
    return uvp_stop_poll(work->stop, work->err);
}

/* array = take(work, count) or failure; for functions that own nothing. */
#define UVP_TAKE(work, pointer, count)                                                         \
    do {                                                                                       \
        (pointer) = uvp_arena_take((work)->scratch, (count), sizeof *(pointer));               \
        if ((pointer) == NULL) {                                                               \
            return uvp_fail_memory((work)->err, (size_t)(count) * sizeof *(pointer));          \
        }                                                                                      \
    } while (0)

/* The mesh as the engine sees it. A unit is a polygon: it is never taken apart. */
struct uvp_topology {
    uint32_t triangle_count;
    uint32_t point_count;
    uint32_t unit_count;
    uint32_t live_triangles;
    struct uvp_vec3 *point;  /* distinct positions, scaled: live triangles span 1 */
    uint32_t *vertex;        /* 3 a triangle: its points */
    uint32_t *opposite;      /* 3 a triangle: the half-edge across, or UVP_NONE */
    struct uvp_vec3 *normal; /* unit length */
    double *area;
    uint32_t *unit;       /* of each triangle */
    uint32_t *unit_first; /* unit_count + 1: first triangle of each; units are in order */
    uint8_t *dead;        /* triangles that get no UV area */
};

static inline struct uvp_vec3 uvp_point_of(const struct uvp_topology *topology, uint32_t p)
{
    return topology->point[p];
}

static inline struct uvp_vec3 uvp_normal_of(const struct uvp_topology *topology, uint32_t t)
{
    return topology->normal[t];
}

static inline double uvp_area_of(const struct uvp_topology *topology, uint32_t t)
{
    return topology->area[t];
}

static inline bool uvp_is_dead(const struct uvp_topology *topology, uint32_t t)
{
    return topology->dead[t] != 0;
}

static inline uint32_t uvp_unit_of(const struct uvp_topology *topology, uint32_t t)
{
    return topology->unit[t];
}

/* First triangle of unit u; uvp_unit_first(unit_count) is the triangle count. */
static inline uint32_t uvp_unit_first(const struct uvp_topology *topology, uint32_t u)
{
    return topology->unit_first[u];
}

static inline uint32_t uvp_edge_next(uint32_t h)
{
    return h % 3 == 2 ? h - 2 : h + 1;
}

static inline uint32_t uvp_edge_prev(uint32_t h)
{
    return h % 3 == 0 ? h + 2 : h - 1;
}

/* The charts: lists of triangles, laid flat on an integer lattice of their own. */
struct uvp_chart {
    uint32_t first_triangle; /* in uvp_charts.triangle */
    uint32_t triangle_count;
    uint32_t first_slot; /* in uvp_charts.slot */
    uint32_t slot_count;
    double step; /* length in the mesh's units of one lattice step */
};

struct uvp_point2 {
    int32_t x;
    int32_t y;
};

struct uvp_charts {
    uint32_t count;
    uint32_t slot_count;
    struct uvp_chart *chart; /* room for one a unit */
    uint32_t *triangle;      /* live triangles, chart by chart */
    uint32_t *chart_of;      /* of each triangle; UVP_NONE: dead */
    uint32_t *corner;        /* 3 a triangle: slot of each corner */
    struct uvp_point2 *slot; /* a chart vertex on its chart's lattice; room: 3 a triangle */
    struct uvp_point2 *page; /* the same on the page's lattice, once placed */
};

#endif
