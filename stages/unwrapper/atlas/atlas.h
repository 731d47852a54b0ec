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
 * What results depend on besides input and options. The number goes up when layouts change that
 * the golden digests do not show; the other is made of all of them (test_golden.c says what it
 * must be), so results kept by another engine are never taken for this one's.
 */
#define UVP_ATLAS_VERSION 1U
#define UVP_ATLAS_GOLDEN UINT64_C(0xc8e268b3e6a026cf)

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
    const uint32_t *triangle_group; /* material or the like of each triangle; NULL: all alike.
                                       All triangles of a polygon have the same */
    /* UVs that are there already, for options.keep_charts; NULL: none */
    const float *old_uv;           /* 2 * old_uv_count; may hold anything */
    const uint32_t *old_corner_uv; /* corner_count; UINT32_MAX: this corner has none */
    uint32_t old_uv_count;
};

enum uvp_atlas_preset {
    UVP_ATLAS_BALANCED = 0,
    UVP_ATLAS_FAST,
    UVP_ATLAS_BEST,
    UVP_ATLAS_PRESET_COUNT
};

/* "balanced", "fast", "best" */
const char *uvp_atlas_preset_name(enum uvp_atlas_preset preset);

#define UVP_ATLAS_PAGES_AUTO UINT32_MAX

/* Zero means the default of every field. */
struct uvp_atlas_options {
    enum uvp_atlas_preset preset;
    uint32_t resolution_texels; /* side of the square page; default 1024 */
    float padding_texels;  /* least gap between charts, half of it to the border; default 2 */
    float max_stretch;     /* most stretch, Sander's L-infinity, for 99 % of a chart's area; the
                              engine saves seams below it; default: the preset's */
    float texels_per_unit; /* fixed density; 0: whatever fills the pages */
    uint32_t pages;        /* most pages, or UVP_ATLAS_PAGES_AUTO; default 1 */
    uint32_t pack_effort;  /* work for packing, in times the preset's; default 1 */
    uint32_t max_chart_triangles; /* 0: no limit */
    float seam_degrees;           /* edges bent by this much or more are seams; 0: none are */
    bool seam_groups;             /* edges between two groups are seams */
    bool whole_charts;            /* no chart is cut to pack better */
    bool keep_charts;             /* the charts of the old UVs stay: repaired and packed only */
    bool fix_winding; /* polygons turned against their neighbours are unwrapped as if they
                         were not: their UVs come out mirrored */
};

/*
 * Hands that help with one mesh. `run` calls task(arg, i, hand) once for each i < count, lower
 * i first, on any threads, but never two at once for one hand; hand 0 is the calling thread.
 * It returns when all have returned. `scratch` is the arena of a hand above 0, asked for inside
 * a task that this hand runs.
 */
struct uvp_atlas_crew {
    void *ctx;
    uint32_t hands; /* at least 1 */
    void (*run)(void *ctx, uint32_t count, void (*task)(void *arg, uint32_t i, uint32_t hand),
                void *arg);
    struct uvp_arena *(*scratch)(void *ctx, uint32_t hand);
};

/* The engine's steps, for timings and for watching from outside. */
enum uvp_atlas_step {
    UVP_ATLAS_TOPOLOGY,
    UVP_ATLAS_SEGMENT,
    UVP_ATLAS_FLATTEN,
    UVP_ATLAS_MERGE,
    UVP_ATLAS_PACK,
    UVP_ATLAS_VERIFY,
    UVP_ATLAS_STEP_COUNT
};

const char *uvp_atlas_step_name(enum uvp_atlas_step step);

struct uvp_atlas_stats {
    uint32_t triangles;
    uint32_t degenerate_triangles; /* no area or not finite: mapped harmlessly */
    uint32_t turned_triangles;     /* by options.fix_winding */
    uint32_t charts;
    uint32_t single_triangle_charts;
    double stretch_max;        /* Sander's L-infinity stretch, normalised by total areas */
    double stretch_mean;       /* Sander's L2 stretch, area weighted, normalised likewise */
    double packing_efficiency; /* UV area / page area */
    bool density_reached;      /* texels_per_unit kept; false: not asked for, too few pages */
    double seam_length;        /* 3D length of cut edges / sqrt(3D area) */
    uint64_t step_ns[UVP_ATLAS_STEP_COUNT];
};

struct uvp_atlas_result {
    const float *uv; /* 2 * uv_count, in [0,1], multiples of 2^-24, v up; on page p moved by
                        (p % 10, p / 10), as UDIM tiles are, and coarser as float32 needs */
    uint32_t uv_count;
    const uint32_t *corner_uv; /* corner_count indices into uv; corners of a vertex that lie on
                                  the same spot of the same chart share one */
    const uint32_t *triangle_chart; /* chart number of each triangle */
    const uint8_t *triangle_turned; /* 1: unwrapped the other way around, so that its UVs are
                                       mirrored; NULL: none is */
    uint32_t page_count;
    struct uvp_atlas_stats stats;
};

/*
 * Makes the atlas. `scratch` is used freely and may be reset by the caller afterwards. `crew`
 * (NULL: the caller works alone) changes the time it takes, never the result.
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
               struct uvp_arena *keep, struct uvp_arena *scratch,
               const struct uvp_atlas_crew *crew, struct uvp_stop *stop,
               void (*step)(void *ctx, enum uvp_atlas_step step), void *step_ctx,
               struct uvp_atlas_result *result, struct uvp_error *err);

/* Worst-case bytes of both arenas together for a mesh of this size. */
size_t uvp_atlas_memory_bound(uint32_t vertex_count, uint32_t corner_count,
                              uint32_t triangle_count);

/* UVs of any origin: of the engine, of a file. */
struct uvp_atlas_uvs {
    const float *uv; /* 2 * uv_count; may hold anything */
    uint32_t uv_count;
    const uint32_t *corner_uv; /* corner_count indices into uv; one that is no index, such as
                                  UINT32_MAX: this corner has none */
};

struct uvp_atlas_verdict {
    uint64_t flipped;      /* triangles turned against the rest of their chart */
    uint64_t collapsed;    /* triangles with area, but none in UV */
    uint64_t mirrored;     /* triangles of charts that are turned as a whole */
    uint64_t outside;      /* triangles with a UV that is not finite or not in [0,1] */
    uint64_t off_lattice;  /* UVs in use that are no multiples of 2^-24 */
    uint64_t unmapped;     /* triangles with a corner that has no UV */
    uint64_t overlapping;  /* pairs of triangles that cover each other */
    bool overlapping_more; /* there are at least so many: not all were counted */
    uint32_t charts;       /* pieces of triangles that share edges in UV */
};

/*
 * The exact verdict on UVs of any origin, by code that makes none. Nothing is rounded: the
 * float32 values are judged as they are. A triangle without area (see docs/atlas.md) may have
 * none in UV. Unmapped triangles and those with UVs that are not finite are not looked at
 * further. The work is bounded by n log n: whether anything overlaps is always decided, how
 * many pairs do is counted as far as a fixed number of looks allows.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA    an index is out of range
 *          UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT from `stop`
 */
UVP_MUST_USE enum uvp_code uvp_atlas_check(const struct uvp_atlas_input *input,
                                           const struct uvp_atlas_uvs *uvs,
                                           struct uvp_arena *scratch, struct uvp_stop *stop,
                                           struct uvp_atlas_verdict *verdict,
                                           struct uvp_error *err);

/*
 * The same for a result of uvp_atlas_make, held against its promises: `flipped` counts
 * negative triangles and those with area that have none in UV (turned ones the other way
 * around), `outside` those with a UV that is missing, not finite, not on a page of the result
 * or not on the lattice. All fields but `overlapping_more` and `charts` must be zero;
 * `charts` is not counted.
 */
UVP_MUST_USE enum uvp_code uvp_atlas_verify(const struct uvp_atlas_input *input,
                                            const struct uvp_atlas_result *result,
                                            struct uvp_arena *scratch, struct uvp_stop *stop,
                                            struct uvp_atlas_verdict *verdict,
                                            struct uvp_error *err);

#endif
