/*
 * shared_mesh.h -- what the tests of the library share: meshes as its caller would have them
 *
 * Use:     torus or cube; geometry_of; release.
 */
#ifndef UVP_TESTS_UNIT_LIBRARY_SHARED_MESH_H
#define UVP_TESTS_UNIT_LIBRARY_SHARED_MESH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stages/library/uvpipe.h"
#include "tests/support/meshes.h"

static inline struct uvp_geometry geometry_of(const struct uvp_test_mesh *mesh)
{
    const struct uvp_geometry geometry = {
        .struct_bytes = sizeof geometry,
        .positions = mesh->positions,
        .vertex_count = mesh->vertex_count,
        .indices = mesh->corner_vertex,
        .corner_count = mesh->corner_count,
    };

    return geometry;
}

static inline struct uvp_unwrapped *unwrap_well(const struct uvp_geometry *geometry,
                                                const struct uvp_unwrap_options *options)
{
    struct uvp_unwrapped *made = NULL;
    struct uvp_error err;
    const enum uvp_code code = uvp_unwrap(geometry, options, NULL, &made, &err);

    if (code != UVP_OK) {
        fail_msg("%s: %s", uvp_code_word(code), err.text);
    }
    return made;
}

static inline struct uvp_unwrap_stats stats_of(const struct uvp_unwrapped *made)
{
    struct uvp_unwrap_stats stats = {.struct_bytes = sizeof stats};

    uvp_unwrapped_stats(made, &stats);
    return stats;
}

/* The same mesh with the UVs that were made for it; they live as long as `made`. */
static inline struct uvp_geometry mapped(const struct uvp_geometry *geometry,
                                         const struct uvp_unwrapped *made)
{
    struct uvp_geometry with = *geometry;
    uint32_t corners;

    with.uvs = uvp_unwrapped_uvs(made, &with.uv_count);
    with.uv_indices = uvp_unwrapped_uv_indices(made, &corners);
    return with;
}

static inline struct uvp_judgement judge_well(const struct uvp_geometry *geometry,
                                              uint32_t pages)
{
    const struct uvp_judge_options options = {.struct_bytes = sizeof options, .pages = pages};
    struct uvp_judgement judgement = {.struct_bytes = sizeof judgement};
    struct uvp_error err;
    const enum uvp_code code = uvp_judge(geometry, &options, NULL, &judgement, &err);

    if (code != UVP_OK) {
        fail_msg("%s: %s", uvp_code_word(code), err.text);
    }
    return judgement;
}

/* Both atlases to the bit. */
static inline void assert_same_atlas(const struct uvp_unwrapped *a,
                                     const struct uvp_unwrapped *b)
{
    uint32_t count[2];
    const float *const uv = uvp_unwrapped_uvs(a, &count[0]);
    const float *const other = uvp_unwrapped_uvs(b, &count[1]);
    const uint32_t *corner;
    const uint32_t *other_corner;

    assert_int_equal(count[0], count[1]);
    assert_memory_equal(uv, other, 8 * (size_t)count[0]);
    corner = uvp_unwrapped_uv_indices(a, &count[0]);
    other_corner = uvp_unwrapped_uv_indices(b, &count[1]);
    assert_int_equal(count[0], count[1]);
    assert_memory_equal(corner, other_corner, 4 * (size_t)count[0]);
}

#endif
