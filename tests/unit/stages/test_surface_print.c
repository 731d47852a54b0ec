/* The same surface has the same fingerprint, however its triangles are arranged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "stages/unwrapper/surface_print.h"

#define TRIANGLES 3

/* Three triangles over five vertices, each corner with a UV of its own. */
struct bench {
    struct uvp_mem mem;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_buf facts;
    struct uvp_error err;
    struct uvp_mesh mesh;
    struct uvp_mesh_view view;
    struct uvp_analysis figures;
    float positions[15];
    uint32_t corner_vertex[9];
    uint32_t triangles[9];
    float uv[18];
    uint32_t corner_uv[9];
};

static const float places[15] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, -0.5F, 0.5F, 2};
static const uint32_t vertices[9] = {0, 1, 2, 0, 2, 3, 3, 4, 0};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_buf_init(&bench->facts, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    memcpy(bench->positions, places, sizeof places);
    memcpy(bench->corner_vertex, vertices, sizeof vertices);
    for (uint32_t c = 0; c < 9; c++) {
        bench->triangles[c] = c;
        bench->corner_uv[c] = c;
        bench->uv[2 * c] = (float)c / 16;
        bench->uv[2 * c + 1] = (float)(c * c) / 100;
    }
    bench->mesh.polygon_count = TRIANGLES;
    bench->mesh.vertex_count = 5;
    bench->view.mesh = &bench->mesh;
    bench->view.input = (struct uvp_atlas_input){
        .positions = bench->positions,
        .vertex_count = 5,
        .corner_vertex = bench->corner_vertex,
        .corner_count = 9,
        .triangles = bench->triangles,
        .triangle_count = TRIANGLES,
        .old_uv = bench->uv,
        .old_corner_uv = bench->corner_uv,
        .old_uv_count = 9,
    };
}

static void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->scratch);
    uvp_buf_release(&bench->facts);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static const struct uvp_fingerprint *make(struct bench *bench)
{
    uvp_buf_reset(&bench->facts);
    assert_int_equal(uvp_surface_print_make(&bench->view, 1, &bench->figures, &bench->scratch,
                                            &bench->stop, &bench->facts, &bench->err),
                     UVP_OK);
    return (const void *)bench->facts.data;
}

static bool equal(const struct uvp_digest *a, const struct uvp_digest *b)
{
    return a->low == b->low && a->high == b->high;
}

static void the_order_of_triangles_is_apart(void **state)
{
    static const uint32_t other[9] = {7, 8, 6, 3, 4, 5, 1, 2, 0};
    struct uvp_fingerprint first;
    const struct uvp_fingerprint *second;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    first = *make(&bench);
    assert_int_equal(first.triangles, TRIANGLES);
    assert_true(first.has_uvs);
    assert_int_equal(first.unmapped, 0);
    memcpy(bench.triangles, other, sizeof other);
    second = make(&bench);
    assert_false(equal(&first.order, &second->order));
    assert_true(equal(&first.surface, &second->surface));
    assert_true(equal(&first.layout, &second->layout));
    bench_close(&bench);
}

static void turned_triangles_are_others(void **state)
{
    struct uvp_fingerprint first;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    first = *make(&bench);
    bench.triangles[0] = 1;
    bench.triangles[1] = 0;
    assert_false(equal(&first.surface, &make(&bench)->surface));
    bench_close(&bench);
}

/* A nudge of one coordinate or one UV shows; the sign of a zero and the kind of a NaN do not.
 */
static void every_bit_counts_but_some(void **state)
{
    struct uvp_fingerprint first;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    bench.positions[14] = NAN;
    first = *make(&bench);
    bench.positions[0] = -0.0F;
    bench.positions[14] = -NAN;
    assert_true(equal(&first.surface, &make(&bench)->surface));
    assert_true(equal(&first.order, &make(&bench)->order));
    bench.positions[12] = nextafterf(bench.positions[12], 1);
    assert_false(equal(&first.surface, &make(&bench)->surface));
    bench.positions[12] = places[12];
    bench.uv[17] = nextafterf(bench.uv[17], 1);
    assert_false(equal(&first.layout, &make(&bench)->layout));
    assert_true(equal(&first.surface, &make(&bench)->surface));
    bench_close(&bench);
}

static void corners_without_uvs_are_told(void **state)
{
    const struct uvp_fingerprint *print;
    struct bench bench;
    const float *uvs;
    int without = 0;

    (void)state;
    bench_open(&bench);
    bench.corner_uv[4] = UVP_MESH_NO_UV;
    print = make(&bench);
    assert_int_equal(print->unmapped, 1);
    assert_true(print->has_uvs);
    assert_int_equal(bench.facts.bytes,
                     sizeof *print + TRIANGLES * (sizeof(uint64_t) + 6 * sizeof(float)));
    uvs = (const void *)(bench.facts.data + sizeof *print + TRIANGLES * sizeof(uint64_t));
    for (int i = 0; i < 6 * TRIANGLES; i++) {
        without += isnan(uvs[i]) ? 1 : 0;
    }
    assert_int_equal(without, 2);
    bench.view.input.old_corner_uv = NULL;
    print = make(&bench);
    assert_int_equal(print->unmapped, TRIANGLES);
    assert_false(print->has_uvs);
    assert_int_equal(bench.facts.bytes, sizeof *print + TRIANGLES * sizeof(uint64_t));
    bench_close(&bench);
}

static void several_meshes_are_one_surface(void **state)
{
    struct uvp_mesh_view views[2];
    struct uvp_fingerprint whole;
    const struct uvp_fingerprint *parts;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    whole = *make(&bench);
    views[0] = bench.view;
    views[1] = bench.view;
    views[0].input.triangles = bench.triangles + 6;
    views[0].input.triangle_count = 1;
    views[1].input.triangle_count = 2;
    uvp_buf_reset(&bench.facts);
    assert_int_equal(uvp_surface_print_make(views, 2, &bench.figures, &bench.scratch,
                                            &bench.stop, &bench.facts, &bench.err),
                     UVP_OK);
    parts = (const void *)bench.facts.data;
    assert_int_equal(parts->meshes, 2);
    assert_true(equal(&whole.surface, &parts->surface));
    assert_true(equal(&whole.layout, &parts->layout));
    bench_close(&bench);
}

static void every_allocation_may_fail(void **state)
{
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (uint64_t call = 1; code != UVP_OK; call++) {
        struct bench bench;

        bench_open(&bench);
        bench.mem.fail_at_call = call;
        code = uvp_surface_print_make(&bench.view, 1, &bench.figures, &bench.scratch,
                                      &bench.stop, &bench.facts, &bench.err);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        bench_close(&bench);
        assert_true(call < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_triangles_is_apart),
        cmocka_unit_test(turned_triangles_are_others),
        cmocka_unit_test(every_bit_counts_but_some),
        cmocka_unit_test(corners_without_uvs_are_told),
        cmocka_unit_test(several_meshes_are_one_surface),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
