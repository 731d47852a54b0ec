/* What is found is used when it is an atlas of this very mesh, and only then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stages/store/vault.h"
#include "stages/unwrapper/mesh_key.h"
#include "stages/unwrapper/solution_pack.h"
#include "stages/unwrapper/solution_vault.h"

#define FOLDER_BYTES 300
#define LIMITS_NONE ((struct uvp_tree_limits){0, 0})

/* An open box: five sides of two triangles. */
static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0,
                                  0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1};
static const uint32_t corner_vertex[] = {0, 2, 1, 0, 3, 2, 0, 1, 5, 0, 5, 4, 1, 2, 6,
                                         1, 6, 5, 2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7};
static const uint32_t triangles[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                     10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
                                     20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
#define CORNERS 30

static const struct uvp_atlas_input input = {
    .positions = positions,
    .vertex_count = 8,
    .corner_vertex = corner_vertex,
    .corner_count = CORNERS,
    .triangles = triangles,
    .triangle_count = CORNERS / 3,
};

struct bench {
    char folder[FOLDER_BYTES];
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_buf packed;
    struct uvp_stop stop;
    struct uvp_settings settings;
    struct uvp_crew_adapter crew;
    struct uvp_vault *vault;
    struct uvp_error err;
};

static void no_step(void *ctx, enum uvp_atlas_step step)
{
    (void)ctx;
    (void)step;
}

static void no_store(void *ctx)
{
    (void)ctx;
}

static void open_vault(struct bench *bench)
{
    const struct uvp_vault_options options = {.cache_dir = bench->folder,
                                              .run.engine = "engine"};

    assert_int_equal(
        uvp_vault_create(&options, &bench->mem, &bench->stop, &bench->vault, &bench->err),
        UVP_OK);
}

static void bench_open(struct bench *bench)
{
    const char *const base = getenv("TMPDIR");

    memset(bench, 0, sizeof *bench);
    (void)snprintf(bench->folder, sizeof bench->folder, "%s/uvp_vault_XXXXXX",
                   base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(bench->folder));
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->keep, &bench->mem, 0);
    uvp_arena_init(&bench->scratch, &bench->mem, 0);
    uvp_buf_init(&bench->packed, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
    bench->crew.crew.hands = 1;
    open_vault(bench);
}

static void bench_close(struct bench *bench)
{
    char command[FOLDER_BYTES + 16];

    uvp_vault_destroy(bench->vault, true);
    uvp_arena_release(&bench->keep);
    uvp_arena_release(&bench->scratch);
    uvp_buf_release(&bench->packed);
    assert_int_equal(bench->mem.used_bytes, 0);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", bench->folder);
    assert_int_equal(system(command), 0);
}

static enum uvp_code solve(struct bench *bench, struct uvp_solution *solution)
{
    const struct uvp_atlases_tools tools = {
        .settings = &bench->settings,
        .crew = &bench->crew,
        .path = "box",
        .keep = &bench->keep,
        .scratch = &bench->scratch,
        .stop = &bench->stop,
        .begin_step = no_step,
        .vault = bench->vault,
        .packed = &bench->packed,
        .begin_store = no_store,
    };

    uvp_error_clear(&bench->err);
    return uvp_solution_from_vault(&input, &tools, solution, &bench->err);
}

/* Puts these bytes under the key of the box, with a seal that fits. */
static void poison(struct bench *bench, struct uvp_span bytes)
{
    const struct uvp_store_key key = uvp_mesh_key(&input, &bench->settings.atlas);
    const struct uvp_tree_limits limits = LIMITS_NONE;
    struct uvp_trouble trouble;
    struct uvp_store store;

    assert_int_equal(uvp_trouble_init(&trouble, NULL), UVP_OK);
    assert_int_equal(uvp_folder_store_create(bench->folder, &limits, &bench->mem, NULL,
                                             &trouble, &store, &bench->err),
                     UVP_OK);
    store.add(store.ctx, &key, bytes);
    store.destroy(store.ctx);
    uvp_trouble_release(&trouble);
}

static void poison_with(struct bench *bench, const struct uvp_atlas_result *atlas)
{
    struct uvp_buf bytes;

    uvp_buf_init(&bytes, &bench->mem, 0);
    assert_int_equal(uvp_solution_pack(&input, atlas, &bench->scratch, &bytes, &bench->err),
                     UVP_OK);
    poison(bench, uvp_buf_span(&bytes));
    uvp_buf_release(&bytes);
}

static void assert_same(const struct uvp_solution *a, const struct uvp_solution *b)
{
    assert_int_equal(a->atlas.uv_count, b->atlas.uv_count);
    assert_memory_equal(a->atlas.uv, b->atlas.uv, 8 * (size_t)a->atlas.uv_count);
    assert_memory_equal(a->atlas.corner_uv, b->atlas.corner_uv, sizeof corner_vertex);
    assert_int_equal(a->atlas.stats.charts, b->atlas.stats.charts);
    assert_int_equal(a->atlas.page_count, b->atlas.page_count);
}

static void is_made_once(void **state)
{
    struct uvp_solution first;
    struct uvp_solution second;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(solve(&bench, &first), UVP_OK);
    assert_int_equal(first.found, UVP_FOUND_NOT);
    assert_int_equal(solve(&bench, &second), UVP_OK);
    assert_int_equal(second.found, UVP_FOUND_CACHE);
    assert_same(&first, &second);
    bench.settings.atlas.resolution_texels = 64;
    assert_int_equal(solve(&bench, &second), UVP_OK);
    assert_int_equal(second.found, UVP_FOUND_NOT);
    bench_close(&bench);
}

/* Each of these has a checksum that fits: it is not used, and replaced by what is right. */
static void poison_is_not_believed(void **state)
{
    struct uvp_solution right;
    struct uvp_solution got;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(solve(&bench, &right), UVP_OK);
    for (int kind = 0; kind < 7; kind++) {
        struct uvp_atlas_result wrong = right.atlas;
        uint32_t corner_uv[CORNERS];
        float uv[2 * CORNERS];

        memcpy(uv, right.atlas.uv, 8 * (size_t)right.atlas.uv_count);
        memcpy(corner_uv, right.atlas.corner_uv, sizeof corner_uv);
        wrong.uv = uv;
        wrong.corner_uv = corner_uv;
        for (uint32_t i = 0; i < right.atlas.uv_count; i++) {
            switch (kind) {
            case 0: /* all on one spot */
                uv[2 * i] = 0.5F;
                uv[2 * i + 1] = 0.5F;
                break;
            case 1: /* turned over */
                uv[2 * i] = 1 - uv[2 * i];
                break;
            case 2: /* off the page */
                uv[2 * i] += 0.75F;
                break;
            case 3: /* off the lattice */
                uv[2 * i] *= 0.3333333F;
                break;
            default:
                break;
            }
        }
        if (kind == 4) { /* two sides on one another */
            memcpy(corner_uv + 6, corner_uv, 6 * sizeof *corner_uv);
        }
        wrong.page_count = kind == 5 ? 3 : wrong.page_count; /* one is allowed */
        if (kind == 6) {
            poison(&bench, uvp_span_of_text("an atlas of another world, with a seal that fits, "
                                            "and long enough to have a head of its own"));
        } else {
            poison_with(&bench, &wrong);
        }
        assert_int_equal(solve(&bench, &got), UVP_OK);
        assert_int_equal(got.found, UVP_FOUND_NOT);
        assert_same(&right, &got);
        assert_int_equal(solve(&bench, &got), UVP_OK);
        assert_int_equal(got.found, UVP_FOUND_CACHE);
        assert_same(&right, &got);
    }
    bench_close(&bench);
}

/* No more than that can be had by writing into a cache: another atlas that is valid, too. */
static void another_atlas_is_one(void **state)
{
    struct uvp_solution right;
    struct uvp_solution got;
    float uv[2 * CORNERS];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(solve(&bench, &right), UVP_OK);
    for (uint32_t i = 0; i < 2 * right.atlas.uv_count; i++) {
        uv[i] = right.atlas.uv[i] / 2;
    }
    {
        /* halves of odd places leave the lattice: those of even ones do not */
        struct uvp_atlas_result half = right.atlas;
        bool even = true;

        for (uint32_t i = 0; i < 2 * right.atlas.uv_count; i++) {
            const double at = (double)uv[i] * 16777216.0;
            even = even && at == (double)(uint32_t)at;
        }
        half.uv = uv;
        poison_with(&bench, &half);
        assert_int_equal(solve(&bench, &got), UVP_OK);
        assert_int_equal(got.found, even ? UVP_FOUND_CACHE : UVP_FOUND_NOT);
        assert_int_equal(got.verdict.overlapping + got.verdict.flipped + got.verdict.outside,
                         0);
    }
    bench_close(&bench);
}

static void a_stop_is_told(void **state)
{
    struct uvp_solution solution;
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(solve(&bench, &solution), UVP_OK);
    for (uint64_t n = 1; n < 4; n++) {
        uvp_stop_init_child(&bench.stop, NULL, 0, NULL);
        bench.stop.stop_at_poll = n;
        if (solve(&bench, &solution) != UVP_OK) {
            assert_int_equal(bench.err.code, UVP_CANCELLED);
        }
    }
    uvp_stop_init_child(&bench.stop, NULL, 0, NULL);
    assert_int_equal(solve(&bench, &solution), UVP_OK);
    assert_int_equal(solution.found, UVP_FOUND_CACHE);
    bench_close(&bench);
}

static void survives_without_memory(void **state)
{
    struct uvp_solution right;
    struct bench bench;
    bool through = false;

    (void)state;
    bench_open(&bench);
    assert_int_equal(solve(&bench, &right), UVP_OK);
    for (uint64_t n = 1; n < 60 && !through; n++) {
        struct uvp_solution got;

        uvp_arena_release(&bench.scratch);
        uvp_buf_release(&bench.packed);
        bench.mem.fail_at_call = bench.mem.calls + n;
        through = solve(&bench, &got) == UVP_OK && got.found == UVP_FOUND_CACHE &&
                  bench.mem.calls < bench.mem.fail_at_call;
        bench.mem.fail_at_call = 0;
        if (bench.err.code != UVP_OK) {
            assert_int_equal(bench.err.code, UVP_NO_MEMORY);
        }
        assert_int_equal(solve(&bench, &got), UVP_OK);
        assert_same(&right, &got);
    }
    assert_true(through);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_made_once),
        cmocka_unit_test(poison_is_not_believed),
        cmocka_unit_test(another_atlas_is_one),
        cmocka_unit_test(a_stop_is_told),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
