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

/*
 * The mesh as the engine sees it. A unit is a polygon: it is never taken apart. Read it through
 * the functions below: the arrays are kept small, 47 bytes a triangle.
 */
struct uvp_topology {
    uint32_t triangle_count;
    uint32_t point_count;
    uint32_t unit_count;
    uint32_t live_triangles;
    uint32_t turned_triangles;
    double scale;       /* a power of two: live triangles span 1/2 ... 1 in the scaled mesh */
    float *point;       /* 3 a distinct position, as given; zero when not finite */
    uint32_t *vertex;   /* 3 a triangle: its points */
    uint32_t *opposite; /* 3 a triangle: the half-edge across, or UVP_NONE */
    float *face;    /* 4 a triangle: unit normal, area; 0 when that is below float's range */
    uint32_t *unit; /* of each triangle; NULL: every triangle is a unit */
    uint32_t *unit_first; /* unit_count + 1: first triangle of each; units are in order; or NULL
                           */
    uint8_t *dead;        /* triangles that get no UV area */
    uint8_t *turned;      /* triangles whose corners 1 and 2 are swapped here; NULL: none are */
};

static inline struct uvp_vec3 uvp_point_of(const struct uvp_topology *topology, uint32_t p)
{
    const float *const at = topology->point + 3 * (size_t)p;
    const double scale = topology->scale;

    return (struct uvp_vec3){(double)at[0] * scale, (double)at[1] * scale,
                             (double)at[2] * scale};
}

/* Of unit length, to float's precision; zero for dead triangles. */
static inline struct uvp_vec3 uvp_normal_of(const struct uvp_topology *topology, uint32_t t)
{
    const float *const face = topology->face + 4 * (size_t)t;

    return (struct uvp_vec3){(double)face[0], (double)face[1], (double)face[2]};
}

static inline bool uvp_is_dead(const struct uvp_topology *topology, uint32_t t)
{
    return topology->dead[t] != 0;
}

/* topology.c: from the points. */
double uvp_topology_area(const struct uvp_topology *topology, uint32_t t);

/* Zero for dead triangles. */
static inline double uvp_area_of(const struct uvp_topology *topology, uint32_t t)
{
    const double area = (double)topology->face[4 * (size_t)t + 3];

    return area > 0 || uvp_is_dead(topology, t) ? area : uvp_topology_area(topology, t);
}

static inline uint32_t uvp_unit_of(const struct uvp_topology *topology, uint32_t t)
{
    return topology->unit == NULL ? t : topology->unit[t];
}

/* First triangle of unit u; of unit_count: the number of triangles. */
static inline uint32_t uvp_unit_first(const struct uvp_topology *topology, uint32_t u)
{
    return topology->unit_first == NULL ? u : topology->unit_first[u];
}

/* The corner of the input that half-edge h starts at. */
static inline uint32_t uvp_corner_of(const struct uvp_atlas_work *work,
                                     const struct uvp_topology *topology, uint32_t h)
{
    const uint32_t k = h % 3;

    if (topology->turned == NULL || k == 0 || !topology->turned[h / 3]) {
        return work->input->triangles[h];
    }
    return work->input->triangles[k == 1 ? h + 1 : h - 1];
}

static inline uint32_t uvp_edge_next(uint32_t h)
{
    return h % 3 == 2 ? h - 2 : h + 1;
}

static inline uint32_t uvp_edge_prev(uint32_t h)
{
    return h % 3 == 0 ? h + 2 : h - 1;
}

static inline double uvp_edge_length(const struct uvp_topology *topology, uint32_t h)
{
    return uvp_vec3_length(
        uvp_vec3_sub(uvp_point_of(topology, topology->vertex[h]),
                     uvp_point_of(topology, topology->vertex[uvp_edge_next(h)])));
}

/* The charts: lists of triangles, laid flat on an integer lattice of their own. */
struct uvp_chart {
    uint32_t first_triangle; /* in uvp_charts.triangle */
    uint32_t triangle_count;
    uint32_t first_slot; /* in uvp_charts.slot */
    uint32_t slot_count;
    double step;   /* length in the mesh's units of one lattice step */
    uint32_t page; /* number of the page, once placed */
};

struct uvp_point2 {
    int32_t x;
    int32_t y;
};

struct uvp_charts {
    uint32_t count;
    uint32_t slot_count;
    uint32_t chart_room; /* see uvp_charts_reserve */
    uint32_t slot_room;  /* of `slot`, and of `page` */
    struct uvp_chart *chart;
    uint32_t *triangle;      /* live triangles, chart by chart */
    uint32_t *chart_of;      /* of each triangle; UVP_NONE: dead */
    uint32_t *corner;        /* 3 a triangle: slot of each corner */
    struct uvp_point2 *slot; /* a chart vertex on its chart's lattice */
    struct uvp_point2 *page; /* the same on the page's lattice, once placed */
    uint32_t page_count;
    int32_t page_lattice; /* steps along a page: UVP_LATTICE if there is only one */
};

/*
 * The half-edge across h when the chart goes on there, or UVP_NONE: a chart may be cut along
 * edges inside it, and has then a slot on each side.
 */
static inline uint32_t uvp_charts_across(const struct uvp_topology *topology,
                                         const struct uvp_charts *charts, uint32_t h)
{
    const uint32_t g = topology->opposite[h];

    return g != UVP_NONE && charts->corner[h] == charts->corner[uvp_edge_next(g)] &&
                   charts->corner[g] == charts->corner[uvp_edge_next(h)]
               ? g
               : UVP_NONE;
}

#endif
