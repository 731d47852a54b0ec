/* What is packed comes out to the bit; whatever else is unpacked stays within its arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/solution_pack.h"

#define SIDE 14 /* of a grid that is bent to a ball, so that it has several charts */
#define VERTICES ((SIDE + 1) * (SIDE + 1))
#define TRIANGLES (2 * SIDE * SIDE)

struct bench {
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_buf packed;
    struct uvp_stop stop;
    struct uvp_error err;
    float positions[3 * VERTICES];
    uint32_t corner_vertex[3 * TRIANGLES];
    uint32_t triangles[3 * TRIANGLES];
    struct uvp_atlas_input input;
    struct uvp_atlas_result atlas;
};

static void make_mesh(struct bench *bench)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < VERTICES; i++) {
        const double a = 3.1 * (i % (SIDE + 1)) / SIDE;
        const double b = 6.2 * (i / (SIDE + 1)) / SIDE;

        bench->positions[3 * i] = (float)(sin(a) * cos(b));
        bench->positions[3 * i + 1] = (float)(sin(a) * sin(b));
        bench->positions[3 * i + 2] = (float)cos(a);
    }
    for (uint32_t y = 0; y < SIDE; y++) {
        for (uint32_t x = 0; x < SIDE; x++) {
            const uint32_t a = y * (SIDE + 1) + x;
            const uint32_t cell[6] = {a, a + 1, a + SIDE + 2, a, a + SIDE + 2, a + SIDE + 1};
            memcpy(bench->corner_vertex + count, cell, sizeof cell);
            count += 6;
        }
    }
    for (uint32_t i = 0; i < 3 * TRIANGLES; i++) {
        bench->triangles[i] = i;
    }
    bench->input = (struct uvp_atlas_input){
        .positions = bench->positions,
        .vertex_count = VERTICES,
        .corner_vertex = bench->corner_vertex,
        .corner_count = 3 * TRIANGLES,
        .triangles = bench->triangles,
        .triangle_count = TRIANGLES,
    };
}

static struct bench *bench_open(const struct uvp_atlas_options *options)
{
    struct bench *const bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->keep, &bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_buf_init(&bench->packed, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    make_mesh(bench);
    assert_int_equal(uvp_atlas_make(&bench->input, options, &bench->keep, &bench->scratch, NULL,
                                    &bench->stop, NULL, NULL, &bench->atlas, &bench->err),
                     UVP_OK);
    return bench;
}

static void bench_close(struct bench *bench)
{
    uvp_arena_release(&bench->keep);
    uvp_arena_release(&bench->scratch);
    uvp_buf_release(&bench->packed);
    assert_int_equal(bench->mem.used_bytes, 0);
    free(bench);
}

static enum uvp_code pack(struct bench *bench)
{
    return uvp_solution_pack(&bench->input, &bench->atlas, &bench->scratch, &bench->packed,
                             &bench->err);
}

static enum uvp_code unpack(struct bench *bench, struct uvp_span bytes,
                            struct uvp_atlas_result *out)
{
    uvp_error_clear(&bench->err);
    return uvp_solution_unpack(&bench->input, bytes, &bench->keep, &bench->scratch, out,
                               &bench->err);
}

static void assert_equal(const struct bench *bench, const struct uvp_atlas_result *out)
{
    const struct uvp_atlas_result *const in = &bench->atlas;

    assert_int_equal(out->uv_count, in->uv_count);
    assert_int_equal(out->page_count, in->page_count);
    assert_memory_equal(out->uv, in->uv, 8 * (size_t)in->uv_count);
    assert_memory_equal(out->corner_uv, in->corner_uv, 4 * (size_t)3 * TRIANGLES);
    assert_true((out->triangle_turned == NULL) == (in->triangle_turned == NULL));
    assert_true(in->triangle_turned == NULL ||
                memcmp(out->triangle_turned, in->triangle_turned, TRIANGLES) == 0);
    assert_int_equal(out->stats.triangles, in->stats.triangles);
    assert_int_equal(out->stats.degenerate_triangles, in->stats.degenerate_triangles);
    assert_int_equal(out->stats.turned_triangles, in->stats.turned_triangles);
    assert_int_equal(out->stats.charts, in->stats.charts);
    assert_int_equal(out->stats.single_triangle_charts, in->stats.single_triangle_charts);
    assert_memory_equal(&out->stats.stretch_max, &in->stats.stretch_max, sizeof(double));
    assert_memory_equal(&out->stats.stretch_mean, &in->stats.stretch_mean, sizeof(double));
    assert_memory_equal(&out->stats.packing_efficiency, &in->stats.packing_efficiency,
                        sizeof(double));
    assert_memory_equal(&out->stats.seam_length, &in->stats.seam_length, sizeof(double));
    assert_int_equal(out->stats.density_reached, in->stats.density_reached);
}

static void round_trip(const struct uvp_atlas_options *options, bool turned)
{
    struct bench *const bench = bench_open(options);
    uint8_t flags[TRIANGLES];
    struct uvp_atlas_result out;

    for (uint32_t t = 0; t < TRIANGLES; t++) {
        flags[t] = t % 3 == 0;
    }
    bench->atlas.triangle_turned = turned ? flags : NULL;
    assert_int_equal(pack(bench), UVP_OK);
    assert_true(bench->packed.bytes <= uvp_solution_bound(&bench->input));
    assert_int_equal(unpack(bench, uvp_buf_span(&bench->packed), &out), UVP_OK);
    assert_equal(bench, &out);
    bench_close(bench);
}

static void comes_out_to_the_bit(void **state)
{
    static const struct uvp_atlas_options options[] = {
        {.preset = UVP_ATLAS_BALANCED},
        {.preset = UVP_ATLAS_FAST, .max_chart_triangles = 1},
        {.padding_texels = 8, .resolution_texels = 64},
        {.pages = 20, .texels_per_unit = 1000, .max_chart_triangles = 30},
    };

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        round_trip(&options[i], false);
        round_trip(&options[i], true);
    }
}

static void takes_values_of_any_kind(void **state)
{
    const struct uvp_atlas_options options = {0};
    struct bench *const bench = bench_open(&options);
    static const float odd[] = {1.0F, -0.0F, 0.1F, 1e30F, (float)INFINITY, (float)NAN};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        float *const uv = malloc(8 * (size_t)bench->atlas.uv_count);
        struct uvp_atlas_result out;

        assert_non_null(uv);
        memcpy(uv, bench->atlas.uv, 8 * (size_t)bench->atlas.uv_count);
        uv[i] = odd[i];
        bench->atlas.uv = uv;
        bench->atlas.stats.stretch_max = HUGE_VAL;
        uvp_buf_reset(&bench->packed);
        assert_int_equal(pack(bench), UVP_OK);
        assert_int_equal(unpack(bench, uvp_buf_span(&bench->packed), &out), UVP_OK);
        assert_equal(bench, &out);
        bench->atlas.uv = out.uv; /* lives in the arena */
        free(uv);
    }
    bench_close(bench);
}

static void packs_no_corner_without_uv(void **state)
{
    const struct uvp_atlas_options options = {0};
    struct bench *const bench = bench_open(&options);
    uint32_t corner_uv[3 * TRIANGLES];

    (void)state;
    memcpy(corner_uv, bench->atlas.corner_uv, sizeof corner_uv);
    corner_uv[17] = UINT32_MAX;
    bench->atlas.corner_uv = corner_uv;
    assert_int_equal(pack(bench), UVP_UNSUPPORTED);
    assert_int_equal(bench->packed.bytes, 0);
    bench_close(bench);
}

static void assert_within(const struct bench *bench, const struct uvp_atlas_result *out)
{
    assert_true(out->uv_count <= bench->input.corner_count);
    for (uint32_t c = 0; c < bench->input.corner_count; c++) {
        assert_true(out->corner_uv[c] < out->uv_count);
    }
}

/* Copies of exactly the size, so that a byte read beyond them is seen by a sanitizer. */
static void try_bytes(struct bench *bench, const unsigned char *data, size_t bytes)
{
    unsigned char *const copy = malloc(bytes == 0 ? 1 : bytes);
    const struct uvp_arena_mark mark = uvp_arena_mark(&bench->keep);
    struct uvp_atlas_result out;

    assert_non_null(copy);
    memcpy(copy, data, bytes);
    if (unpack(bench, uvp_span_of(copy, bytes), &out) == UVP_OK) {
        assert_within(bench, &out);
    } else {
        assert_int_equal(bench->err.code, UVP_BAD_DATA);
    }
    uvp_arena_rewind(&bench->keep, mark);
    free(copy);
}

static void stays_within_its_arrays(void **state)
{
    const struct uvp_atlas_options options = {.max_chart_triangles = 5};
    struct bench *const bench = bench_open(&options);
    unsigned char *data;
    struct uvp_atlas_result out;
    size_t bytes;

    (void)state;
    assert_int_equal(pack(bench), UVP_OK);
    data = bench->packed.data;
    bytes = bench->packed.bytes;
    for (size_t cut = 0; cut < bytes; cut++) {
        try_bytes(bench, data, cut);
        assert_int_equal(bench->err.code, UVP_BAD_DATA);
    }
    for (size_t at = 0; at < bytes; at++) {
        static const unsigned char change[] = {0x01, 0x80, 0xff, 0x55};

        for (size_t i = 0; i < sizeof change; i++) {
            data[at] ^= change[i];
            try_bytes(bench, data, bytes);
            data[at] ^= change[i];
        }
    }
    assert_int_equal(unpack(bench, uvp_span_of(data, bytes), &out), UVP_OK);
    bench_close(bench);
}

static void survives_without_memory(void **state)
{
    const struct uvp_atlas_options options = {0};
    struct bench *const bench = bench_open(&options);
    struct uvp_atlas_result out;

    (void)state;
    assert_int_equal(pack(bench), UVP_OK);
    uvp_arena_release(&bench->scratch);
    for (uint64_t n = 1; n < 6; n++) {
        struct uvp_arena keep;
        struct uvp_buf again;

        uvp_arena_init(&keep, &bench->mem, 0);
        uvp_buf_init(&again, &bench->mem, 0);
        bench->mem.fail_at_call = bench->mem.calls + n;
        uvp_error_clear(&bench->err);
        if (uvp_solution_unpack(&bench->input, uvp_buf_span(&bench->packed), &keep,
                                &bench->scratch, &out, &bench->err) != UVP_OK) {
            assert_int_equal(bench->err.code, UVP_NO_MEMORY);
        }
        bench->mem.fail_at_call = 0;
        uvp_arena_release(&bench->scratch);
        bench->mem.fail_at_call = bench->mem.calls + n;
        uvp_error_clear(&bench->err);
        if (uvp_solution_pack(&bench->input, &bench->atlas, &bench->scratch, &again,
                              &bench->err) != UVP_OK) {
            assert_int_equal(bench->err.code, UVP_NO_MEMORY);
            assert_int_equal(again.bytes, 0);
        }
        bench->mem.fail_at_call = 0;
        uvp_arena_release(&bench->scratch);
        uvp_arena_release(&keep);
        uvp_buf_release(&again);
    }
    bench_close(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_out_to_the_bit),
        cmocka_unit_test(takes_values_of_any_kind),
        cmocka_unit_test(packs_no_corner_without_uv),
        cmocka_unit_test(stays_within_its_arrays),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
