/*
 * analysis_bench.h -- meshes with a layout, measured
 *
 * Use:     begin; add vertices, UVs and triangles, or a generator; measure; end.
 */
#ifndef UVP_TESTS_ANALYSIS_BENCH_H
#define UVP_TESTS_ANALYSIS_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/analysis/analysis.h"
#include "tests/support/meshes.h"

#define UVP_NEAR 1e-9

struct uvp_measured {
    struct uvp_test_mesh mesh;
    float *uv;
    uint32_t uv_count;
    uint32_t *corner_uv;
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_analysis_options options;
    struct uvp_analysis is;
    struct uvp_island_table islands;
};

static inline void uvp_measured_begin(struct uvp_measured *m)
{
    memset(m, 0, sizeof *m);
    uvp_test_mesh_init(&m->mesh);
    uvp_mem_init(&m->mem, 0);
    uvp_arena_init(&m->keep, &m->mem, 0);
    uvp_arena_init(&m->scratch, &m->mem, 0);
    assert_int_equal(uvp_stop_init(&m->stop, false, &m->err), UVP_OK);
}

static inline void uvp_measured_end(struct uvp_measured *m)
{
    uvp_arena_release(&m->keep);
    uvp_arena_release(&m->scratch);
    uvp_stop_release(&m->stop);
    uvp_test_mesh_release(&m->mesh);
    free(m->uv);
    free(m->corner_uv);
    assert_int_equal(m->mem.used_bytes, 0);
}

/* A UV for every corner, made of its vertex and triangle. */
static inline void uvp_measured_map(struct uvp_measured *m,
                                    void (*map)(const float *at, uint32_t triangle, float *uv))
{
    m->uv_count = m->mesh.corner_count;
    m->uv = realloc(m->uv, 2 * (m->uv_count + 1) * sizeof *m->uv);
    m->corner_uv = realloc(m->corner_uv, (m->uv_count + 1) * sizeof *m->corner_uv);
    assert_true(m->uv != NULL && m->corner_uv != NULL);
    for (uint32_t t = 0; t < m->mesh.triangle_count; t++) {
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t corner = m->mesh.triangles[3 * t + k];
            map(m->mesh.positions + 3 * (size_t)m->mesh.corner_vertex[corner], t,
                m->uv + 2 * (size_t)corner);
            m->corner_uv[corner] = corner;
        }
    }
}

static inline enum uvp_code uvp_measured_try(struct uvp_measured *m)
{
    const struct uvp_atlas_input input = {
        .positions = m->mesh.positions,
        .vertex_count = m->mesh.vertex_count,
        .corner_vertex = m->mesh.corner_vertex,
        .corner_count = m->mesh.corner_count,
        .triangles = m->mesh.triangles,
        .triangle_count = m->mesh.triangle_count,
        .triangle_polygon = m->mesh.polygon,
    };
    const struct uvp_atlas_uvs uvs = {m->uv, m->uv_count, m->corner_uv};

    uvp_arena_reset(&m->keep, SIZE_MAX);
    uvp_arena_reset(&m->scratch, SIZE_MAX);
    uvp_error_clear(&m->err);
    return uvp_analysis_make(&input, &uvs, &m->options, &m->keep, &m->scratch, &m->stop, &m->is,
                             &m->islands, &m->err);
}

static inline void uvp_measure(struct uvp_measured *m)
{
    assert_int_equal(uvp_measured_try(m), UVP_OK);
    assert_int_equal(m->scratch.used_bytes, 0);
}

/* The figure of that name is `wanted`, or NaN as it is. */
static inline void uvp_expect(const struct uvp_measured *m, const char *name, double wanted,
                              double tolerance)
{
    const struct uvp_figure *const figure = uvp_figure_find(name, strlen(name));
    double got;

    assert_non_null(figure);
    got = uvp_figure_of(&m->is, figure);
    if (!(isnan(wanted) && isnan(got)) && !(fabs(got - wanted) <= tolerance)) {
        print_error("%s is %.12g, wanted %.12g\n", name, got, wanted);
        fail();
    }
}

/* As x and y are. */
static inline void uvp_map_flat(const float *at, uint32_t triangle, float *uv)
{
    (void)triangle;
    uv[0] = at[0];
    uv[1] = at[1];
}

#endif
