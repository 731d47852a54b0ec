/*
 * atlas.h -- the engine: triangles in, a valid UV atlas out
 *
 * Why:     the whole public face of the engine; nothing outside this folder sees more.
 * Use:     fill a struct uvp_atlas_input that views the caller's arrays, call
 *          uvp_atlas_make, read the struct uvp_atlas_result.
 * Owner:   inputs stay the caller's. The result's arrays live in the `keep` arena.
 * Threads: confined; shares nothing. Same input and options give the same bits everywhere.
 * Promise: every corner of every face gets a finite UV inside [0,1]; in every triangle with
 * area the UV triangle is positively oriented; no two triangles overlap; charts keep their
 *          distance. Decided exactly, on the float32 values handed out (design: exact integer
 *          verdict on the 2^-24 lattice). It holds for any input that passes the checks.
 */
#ifndef UVP_ATLAS_H
#define UVP_ATLAS_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

/*
 * Polygons with their corners, and a triangulation of each. A corner is one vertex of one
 * polygon; triangles name corners, so that all triangles of a polygon share its UVs and stay
 * in one chart. For a triangle mesh corner 3*t+k is the k-th corner of triangle t.
 */
struct uvp_atlas_input {
    const float *positions; /* 3 * vertex_count; may hold NaN or infinity */
    uint32_t vertex_count;
    const uint32_t *corner_vertex; /* corner_count vertex indices, each < vertex_count */
    uint32_t corner_count;
    const uint32_t *triangles; /* 3 * triangle_count corner indices */
    uint32_t triangle_count;
    const uint32_t
        *triangle_polygon; /* polygon of each triangle, non-decreasing; NULL: each its own */
};

/* Zero means the default of every field. */
struct uvp_atlas_options {
    uint32_t resolution_texels; /* side of the square page; default 1024 */
    float padding_texels; /* least gap between charts, half of it to the border; default 2 */
};

/* The engine's steps, for timings and for watching from outside. */
enum uvp_atlas_step {
    UVP_ATLAS_TOPOLOGY,
    UVP_ATLAS_SEGMENT,
    UVP_ATLAS_FLATTEN,
    UVP_ATLAS_PACK,
    UVP_ATLAS_VERIFY,
    UVP_ATLAS_STEP_COUNT
};

const char *uvp_atlas_step_name(enum uvp_atlas_step step);

struct uvp_atlas_stats {
    uint32_t triangles;
    uint32_t degenerate_triangles; /* no area or not finite: mapped harmlessly */
    uint32_t charts;
    uint32_t single_triangle_charts;
    double stretch_max;        /* Sander's L-infinity stretch, normalised by total areas */
    double stretch_mean;       /* Sander's L2 stretch, area weighted, normalised likewise */
    double packing_efficiency; /* UV area / page area */
    double seam_length;        /* 3D length of cut edges / sqrt(3D area) */
    uint64_t step_ns[UVP_ATLAS_STEP_COUNT];
};

struct uvp_atlas_result {
    const float *uv; /* 2 * uv_count, in [0,1], multiples of 2^-24, v up */
    uint32_t uv_count;
    const uint32_t *corner_uv; /* corner_count indices into uv; corners of a vertex that lie on
                                  the same spot of the same chart share one */
    const uint32_t *triangle_chart; /* chart number of each triangle */
    struct uvp_atlas_stats stats;
};

/*
 * Makes the atlas. `scratch` is used freely and may be reset by the caller afterwards.
 * `stop` is polled inside every long loop, at most 20 ms apart. `step` (NULL allowed) is set
 * when a step begins.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA    an index is out of range, polygon numbers fall, a corner belongs to
 * two polygons, or a polygon's triangles are no triangulation of it (a disk, n - 2 triangles);
 * `err->at` is the corner or triangle UVP_DEGENERATE  no triangle has area: there is nothing to
 * lay out UVP_LIMIT, UVP_CANCELLED  from `stop` UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code
uvp_atlas_make(const struct uvp_atlas_input *input, const struct uvp_atlas_options *options,
               struct uvp_arena *keep, struct uvp_arena *scratch, struct uvp_stop *stop,
               void (*step)(void *ctx, enum uvp_atlas_step step), void *step_ctx,
               struct uvp_atlas_result *result, struct uvp_error *err);

/* Worst-case bytes of both arenas together for a mesh of this size. */
size_t uvp_atlas_memory_bound(uint32_t vertex_count, uint32_t corner_count,
                              uint32_t triangle_count);

/*
 * The exact verdict on finished UVs, by code that did not make them: flips, overlaps, range.
 * A triangle without area (see docs/atlas.md) may have none in UV; no triangle may be negative.
 * `overlapping` counts pairs, up to a bound; `outside` counts triangles with a UV that is not
 * finite, not in [0,1] or not a multiple of 2^-24.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_CANCELLED, or UVP_LIMIT: from `stop`, or because too many
 *          thin triangles lie across each other to look at all pairs
 */
struct uvp_atlas_verdict {
    uint64_t flipped;
    uint64_t overlapping;
    uint64_t outside;
};

UVP_MUST_USE enum uvp_code uvp_atlas_verify(const struct uvp_atlas_input *input,
                                            const struct uvp_atlas_result *result,
                                            struct uvp_arena *scratch, struct uvp_stop *stop,
                                            struct uvp_atlas_verdict *verdict,
                                            struct uvp_error *err);

#endif
