/*
 * picture_bench.h -- memory, a stop and small meshes for the tests of pictures
 *
 * Use:     open before, close after: close checks that no memory is left.
 */
#ifndef UVP_TEST_PICTURE_BENCH_H
#define UVP_TEST_PICTURE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/picture/picture.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_stop stop;
    struct uvp_error err;
    struct uvp_buf out;
};

static inline void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    uvp_buf_init(&bench->out, &bench->mem, 0);
}

static inline void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->arena);
    uvp_buf_release(&bench->out);
    uvp_stop_release(&bench->stop);
    assert_int_equal(bench->mem.used_bytes, 0);
}

/* Two triangles on the unit square, UVs from 0.25 to 0.75: one chart. */
static inline struct uvp_picture_mesh square_mesh(void)
{
    static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0};
    static const float uv[] = {0.25F, 0.25F, 0.75F, 0.25F, 0.75F, 0.75F, 0.25F, 0.75F};
    static const uint32_t corners[] = {0, 1, 2, 0, 2, 3};
    static const uint32_t triangles[] = {0, 1, 2, 3, 4, 5};
    const struct uvp_picture_mesh mesh = {
        .positions = positions,
        .vertex_count = 4,
        .corner_vertex = corners,
        .corner_count = 6,
        .triangles = triangles,
        .triangle_count = 2,
        .uv = uv,
        .uv_count = 4,
        .corner_uv = corners,
    };

    return mesh;
}

/* The same, with UVs of our own for each of the six corners. */
static inline struct uvp_picture_mesh square_with(const float uv[12])
{
    static const uint32_t corner_uv[] = {0, 1, 2, 3, 4, 5};
    struct uvp_picture_mesh mesh = square_mesh();

    mesh.uv = uv;
    mesh.uv_count = 6;
    mesh.corner_uv = corner_uv;
    return mesh;
}

static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

#endif
