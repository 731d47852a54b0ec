/*
 * atlas_check.h -- runs the engine on a test mesh and asserts what it promises
 *
 * Use:     setup, uvp_check_atlas as often as wanted, teardown.
 */
#ifndef UVP_TESTS_ATLAS_CHECK_H
#define UVP_TESTS_ATLAS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stages/unwrapper/atlas/atlas.h"
#include "tests/support/meshes.h"

struct uvp_bench {
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_error err;
};

static inline void uvp_bench_init(struct uvp_bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->keep, &bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    assert_int_equal(uvp_stop_init(&bench->stop, false, &bench->err), UVP_OK);
}

static inline void uvp_bench_release(struct uvp_bench *bench)
{
    uvp_arena_release(&bench->keep);
    uvp_arena_release(&bench->scratch);
    uvp_stop_release(&bench->stop);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static inline struct uvp_atlas_input uvp_mesh_input(const struct uvp_test_mesh *mesh)
{
    const struct uvp_atlas_input input = {
        .positions = mesh->positions,
        .vertex_count = mesh->vertex_count,
        .corner_vertex = mesh->corner_vertex,
        .corner_count = mesh->corner_count,
        .triangles = mesh->triangles,
        .triangle_count = mesh->triangle_count,
        .triangle_polygon = mesh->polygon,
    };

    return input;
}

static inline enum uvp_code uvp_bench_make(struct uvp_bench *bench,
                                           const struct uvp_test_mesh *mesh,
                                           const struct uvp_atlas_options *options,
                                           struct uvp_atlas_result *result)
{
    const struct uvp_atlas_input input = uvp_mesh_input(mesh);

    return uvp_atlas_make(&input, options, &bench->keep, &bench->scratch, NULL, &bench->stop,
                          NULL, NULL, result, &bench->err);
}

/* Everything the header promises about a result. */
static inline void uvp_check_result(struct uvp_bench *bench, const struct uvp_test_mesh *mesh,
                                    const struct uvp_atlas_result *result)
{
    const struct uvp_atlas_input input = uvp_mesh_input(mesh);
    struct uvp_atlas_verdict verdict;

    for (uint32_t c = 0; c < mesh->corner_count; c++) {
        assert_true(result->corner_uv[c] < result->uv_count);
    }
    for (size_t i = 0; i < 2 * (size_t)result->uv_count; i++) {
        assert_true(result->uv[i] >= 0.0F && result->uv[i] <= 1.0F);
    }
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        assert_true(result->triangle_chart[t] < result->stats.charts);
    }
    assert_int_equal(
        uvp_atlas_verify(&input, result, &bench->scratch, &bench->stop, &verdict, &bench->err),
        UVP_OK);
    assert_int_equal(verdict.flipped, 0);
    assert_int_equal(verdict.overlapping, 0);
    assert_int_equal(verdict.outside, 0);
    assert_true(bench->mem.peak_bytes <= uvp_atlas_memory_bound(mesh->vertex_count,
                                                                mesh->corner_count,
                                                                mesh->triangle_count));
}

/* Makes the atlas of a mesh, asserts all promises, and gives the figures. */
static inline struct uvp_atlas_stats uvp_check_atlas(const struct uvp_test_mesh *mesh,
                                                     const struct uvp_atlas_options *options)
{
    struct uvp_atlas_result result;
    struct uvp_bench bench;

    uvp_bench_init(&bench);
    if (uvp_bench_make(&bench, mesh, options, &result) != UVP_OK) {
        fail_msg("%s", bench.err.text);
    }
    uvp_check_result(&bench, mesh, &result);
    uvp_bench_release(&bench);
    return result.stats;
}

#endif
