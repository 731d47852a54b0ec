/*
 * Tasks on hands: run once each, on a work of their own, with one failure that does not depend
 * on who was faster. And the engine with a crew: the same bits as alone, and no leak when it
 * fails.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/crew.h"
#include "tests/support/crew_threads.h"

#define MOST_TASKS 2000

/* ---- tasks made of nothing ---- */

struct sums {
    _Atomic uint32_t runs[MOST_TASKS];
    uint64_t sum[MOST_TASKS];
    _Atomic uint32_t broken;
    const struct uvp_error *callers; /* no task sees it */
    uint32_t fails_at;               /* this task and every seventh after it */
    bool stumbles;                   /* even tasks fail at something, and go on */
    uint32_t crew_hands;
};

/* Takes memory, uses it, counts work: what a step's task does. */
static enum uvp_code sum_task(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    struct sums *const sums = arg;
    const size_t count = 1 + i * 37U % 9000U;
    uint32_t *values;

    atomic_fetch_add(&sums->runs[i], 1);
    if (work->err == NULL || work->err == sums->callers ||
        (sums->crew_hands > 1 && (work->crew != NULL || work->keep != NULL))) {
        atomic_fetch_add(&sums->broken, 1);
    }
    UVP_TAKE(work, values, count);
    for (size_t k = 0; k < count; k++) {
        values[k] = i + (uint32_t)k;
    }
    UVP_TRY(uvp_work_count(work, (uint32_t)count));
    for (size_t k = 0; k < count; k++) {
        sums->sum[i] += values[k];
    }
    if (sums->stumbles && i % 2 == 0) {
        (void)uvp_fail(work->err, UVP_DEGENERATE, i, "stumble");
    }
    if (i >= sums->fails_at && (i - sums->fails_at) % 7 == 0) {
        return uvp_fail(work->err, UVP_IO, i, "task %u", i);
    }
    return UVP_OK;
}

struct scene {
    struct uvp_bench bench;
    struct uvp_test_crew crew;
    struct uvp_atlas_work work;
};

static void set_up(struct scene *scene, uint32_t hands)
{
    memset(scene, 0, sizeof *scene);
    uvp_bench_init(&scene->bench);
    uvp_test_crew_init(&scene->crew, hands, &scene->bench.mem);
    scene->work = (struct uvp_atlas_work){
        .crew = hands == 0 ? NULL : &scene->crew.crew,
        .keep = &scene->bench.keep,
        .scratch = &scene->bench.scratch,
        .stop = &scene->bench.stop,
        .err = &scene->bench.err,
    };
}

static void tear_down(struct scene *scene)
{
    uvp_test_crew_release(&scene->crew);
    uvp_bench_release(&scene->bench);
}

static struct sums *new_sums(const struct scene *scene)
{
    struct sums *const sums = calloc(1, sizeof *sums);

    assert_non_null(sums);
    sums->callers = &scene->bench.err;
    sums->fails_at = UVP_NONE;
    sums->crew_hands = uvp_crew_hands(&scene->work);
    return sums;
}

static void test_every_task_once(void **state)
{
    static const uint32_t hands[] = {0, 1, 2, 3, 16};
    static const uint32_t tasks[] = {0, 1, 2, 17, 500, MOST_TASKS};

    (void)state;
    for (size_t h = 0; h < 5; h++) {
        for (size_t t = 0; t < 6; t++) {
            struct scene scene;
            struct sums *sums;
            size_t used;

            set_up(&scene, hands[h]);
            sums = new_sums(&scene);
            sums->crew_hands = tasks[t] > 1 ? sums->crew_hands : 1;
            used = scene.bench.scratch.used_bytes;
            assert_int_equal(uvp_crew_run(&scene.work, tasks[t], sum_task, sums), UVP_OK);
            assert_int_equal(sums->broken, 0);
            for (uint32_t i = 0; i < MOST_TASKS; i++) {
                const uint64_t n = 1 + i * 37U % 9000U;

                assert_int_equal(sums->runs[i], i < tasks[t]);
                assert_true(sums->sum[i] == (i < tasks[t] ? n * i + n * (n - 1) / 2 : 0));
            }
            assert_int_equal(scene.bench.scratch.used_bytes, used);
            for (uint32_t i = 0; i < UVP_TEST_CREW_MOST; i++) {
                assert_int_equal(scene.crew.scratch[i].used_bytes, 0);
            }
            assert_int_equal(scene.bench.err.code, UVP_OK);
            assert_ptr_equal(scene.work.err, &scene.bench.err);
            free(sums);
            tear_down(&scene);
        }
    }
}

/* Also when the tasks above it were faster, and when tasks before it have stumbled. */
static void test_the_least_failure_is_told(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 120; round++) {
        const uint32_t fails_at = round * 5 % 300;
        struct scene scene;
        struct sums *sums;

        set_up(&scene, round % 9);
        scene.crew.seed = round * 991;
        sums = new_sums(&scene);
        sums->fails_at = fails_at;
        sums->stumbles = fails_at % 2 == 1;
        assert_int_equal(uvp_crew_run(&scene.work, 400, sum_task, sums), UVP_IO);
        assert_int_equal(scene.bench.err.code, UVP_IO);
        assert_int_equal(scene.bench.err.at, fails_at);
        for (uint32_t i = 0; i <= fails_at; i++) {
            assert_int_equal(sums->runs[i], 1); /* all below it were run */
        }
        free(sums);
        tear_down(&scene);
    }
}

static void test_a_failure_before_is_kept(void **state)
{
    (void)state;
    for (uint32_t hands = 1; hands < 4; hands++) {
        struct scene scene;
        struct sums *sums;

        set_up(&scene, hands);
        sums = new_sums(&scene);
        sums->fails_at = 3;
        (void)uvp_fail(&scene.bench.err, UVP_LIMIT, 1, "before");
        assert_int_equal(uvp_crew_run(&scene.work, 10, sum_task, sums), UVP_IO);
        assert_string_equal(scene.bench.err.text, "before");
        scene.work.err = NULL;
        assert_int_equal(uvp_crew_run(&scene.work, 10, sum_task, sums), UVP_IO);
        free(sums);
        tear_down(&scene);
    }
}

static void test_memory_runs_out(void **state)
{
    bool succeeded = false;

    (void)state;
    for (uint64_t n = 1; !succeeded; n++) {
        struct scene scene;
        struct sums *sums;
        enum uvp_code code;

        set_up(&scene, 4);
        sums = new_sums(&scene);
        scene.bench.mem.fail_at_call = n;
        code = uvp_crew_run(&scene.work, 200, sum_task, sums);
        succeeded = code == UVP_OK;
        if (!succeeded) {
            assert_int_equal(code, UVP_NO_MEMORY);
            assert_int_equal(scene.bench.err.code, UVP_NO_MEMORY);
        }
        free(sums);
        tear_down(&scene);
        assert_true(n < 100);
    }
}

/* ---- loops ---- */

static enum uvp_code square_range(struct uvp_atlas_work *work, void *arg, uint32_t first,
                                  uint32_t end)
{
    uint64_t *const squares = arg;

    for (uint32_t i = first; i < end; i++) {
        squares[i] += (uint64_t)i * i + 1;
        if (i == 70000) {
            return uvp_fail(work->err, UVP_DEGENERATE, i, "item %u", i);
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    return UVP_OK;
}

static void test_loops_by_ranges(void **state)
{
    static const uint32_t counts[] = {
        0,    1, UVP_CREW_RANGE - 1, UVP_CREW_RANGE, UVP_CREW_RANGE + 1, 4 * UVP_CREW_RANGE,
        70001};

    (void)state;
    for (uint32_t hands = 0; hands < 4; hands++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            const bool fails = counts[c] > 70000;
            uint64_t *const squares = calloc(counts[c] + 1, sizeof *squares);
            struct scene scene;

            assert_non_null(squares);
            set_up(&scene, hands);
            assert_int_equal(uvp_crew_ranges(&scene.work, counts[c], square_range, squares),
                             fails ? UVP_DEGENERATE : UVP_OK);
            for (uint32_t i = 0; i < counts[c]; i++) {
                assert_true(squares[i] == (uint64_t)i * i + 1);
            }
            assert_int_equal(squares[counts[c]], 0);
            assert_int_equal(scene.bench.err.at, fails ? 70000 : 0);
            tear_down(&scene);
            free(squares);
        }
    }
}

/* ---- stops ---- */

struct endless {
    struct uvp_stop *stop; /* raised by the third task that begins; NULL: by none */
    _Atomic uint32_t begun;
};

static enum uvp_code endless_task(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    struct endless *const endless = arg;

    (void)i;
    if (atomic_fetch_add(&endless->begun, 1) == 2 && endless->stop != NULL) {
        uvp_stop_raise(endless->stop, UVP_STOP_ABORT);
    }
    for (;;) {
        UVP_TRY(uvp_work_count(work, 1000));
    }
}

static void test_a_stop_reaches_every_hand(void **state)
{
    (void)state;
    for (uint32_t hands = 3; hands < 8; hands++) {
        struct scene scene;
        struct endless endless = {.stop = &scene.bench.stop};

        set_up(&scene, hands);
        assert_int_equal(uvp_crew_run(&scene.work, 100, endless_task, &endless), UVP_CANCELLED);
        assert_true(endless.begun >= 3 && endless.begun <= hands);
        tear_down(&scene);
    }
}

static void test_a_deadline_reaches_every_hand(void **state)
{
    (void)state;
    for (uint32_t hands = 1; hands < 5; hands++) {
        struct scene scene;
        struct endless endless = {0};

        set_up(&scene, hands);
        scene.bench.stop.deadline_ns = 1; /* long ago */
        scene.bench.stop.deadline_name = "member time limit";
        assert_int_equal(uvp_crew_run(&scene.work, 100, endless_task, &endless), UVP_LIMIT);
        assert_string_equal(scene.bench.err.text, "member time limit reached");
        tear_down(&scene);
    }
}

/* ---- tasks within tasks ---- */

static enum uvp_code inner_task(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    uint32_t *const value = arg;

    (void)work;
    *value += i; /* safe: inside a task they run one after the other */
    return UVP_OK;
}

static enum uvp_code outer_task(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    uint32_t *const values = arg;

    return uvp_crew_run(work, 10, inner_task, &values[i]);
}

static void test_inside_a_task_one_works_alone(void **state)
{
    uint32_t values[100] = {0};
    struct scene scene;

    (void)state;
    set_up(&scene, 4);
    assert_int_equal(uvp_crew_run(&scene.work, 100, outer_task, values), UVP_OK);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(values[i], 45);
    }
    assert_int_equal(scene.crew.batches, 1);
    tear_down(&scene);
}

/* ---- the engine ---- */

struct made {
    struct uvp_bench bench;
    struct uvp_atlas_result result;
    enum uvp_code code;
};

static void make_with(struct made *made, const struct uvp_test_mesh *mesh,
                      const struct uvp_atlas_options *options,
                      const struct uvp_atlas_crew *crew)
{
    const struct uvp_atlas_input input = uvp_mesh_input(mesh);

    made->code = uvp_atlas_make(&input, options, &made->bench.keep, &made->bench.scratch, crew,
                                &made->bench.stop, NULL, NULL, &made->result, &made->bench.err);
}

static void make(struct made *made, const struct uvp_test_mesh *mesh,
                 const struct uvp_atlas_crew *crew)
{
    const struct uvp_atlas_options options = {0};

    make_with(made, mesh, &options, crew);
}

static void assert_same(const struct uvp_test_mesh *mesh, const struct uvp_atlas_result *a,
                        const struct uvp_atlas_result *b)
{
    assert_int_equal(a->uv_count, b->uv_count);
    assert_memory_equal(a->uv, b->uv, a->uv_count * 2 * sizeof *a->uv);
    assert_memory_equal(a->corner_uv, b->corner_uv, mesh->corner_count * sizeof *a->corner_uv);
    assert_memory_equal(a->triangle_chart, b->triangle_chart,
                        mesh->triangle_count * sizeof *a->triangle_chart);
    assert_int_equal(a->stats.charts, b->stats.charts);
}

/* So that charts must be divided inside tasks. */
static void shake(struct uvp_test_mesh *mesh, double most)
{
    uint32_t state = 9;

    for (size_t i = 0; i < 3 * (size_t)mesh->vertex_count; i++) {
        mesh->positions[i] +=
            (float)(most * ((double)(uvp_test_random(&state) % 2001) / 1000 - 1));
    }
}

/* Polygons trade their vertices: all have the same number of corners. */
static void shuffle(struct uvp_test_mesh *mesh)
{
    const uint32_t corners = mesh->corner_count / mesh->polygon_count;
    uint32_t state = 7;

    for (uint32_t i = mesh->polygon_count; i-- > 1;) {
        const uint32_t other = uvp_test_random(&state) % (i + 1);
        for (uint32_t k = 0; k < corners; k++) {
            const uint32_t one = mesh->corner_vertex[corners * i + k];
            mesh->corner_vertex[corners * i + k] = mesh->corner_vertex[corners * other + k];
            mesh->corner_vertex[corners * other + k] = one;
        }
    }
}

static void make_some(struct uvp_test_mesh *mesh, int which)
{
    uvp_test_mesh_init(mesh);
    switch (which) {
    case 0:
        uvp_test_mesh_sphere(mesh, 60, 40);
        uvp_test_mesh_torus(mesh, 50, 30);
        uvp_test_mesh_cube(mesh, 4, 0, 0);
        break;
    case 3:
        uvp_test_mesh_sphere(mesh, 70, 40);
        uvp_test_mesh_torus(mesh, 60, 40);
        shake(mesh, 0.01);
        break;
    case 1:
        uvp_test_mesh_soup(mesh, 1500, 300, 5);
        break;
    default:
        for (int i = 0; i < 60; i++) {
            uvp_test_mesh_cube(mesh, 2.0 * i, i % 7, 0);
        }
        uvp_test_mesh_star(mesh, 400, 0.5);
        break;
    }
}

static void test_the_engine_gives_the_same_bits(void **state)
{
    static const uint32_t hands[] = {1, 2, 3, 16};

    (void)state;
    for (int which = 0; which < 4; which++) {
        struct uvp_test_mesh mesh;
        struct made alone;

        make_some(&mesh, which);
        uvp_bench_init(&alone.bench);
        make(&alone, &mesh, NULL);
        assert_int_equal(alone.code, UVP_OK);
        for (size_t h = 0; h < 4; h++) {
            struct made helped;
            struct uvp_test_crew crew;

            uvp_bench_init(&helped.bench);
            uvp_test_crew_init(&crew, hands[h], &helped.bench.mem);
            make(&helped, &mesh, &crew.crew);
            assert_int_equal(helped.code, UVP_OK);
            assert_same(&mesh, &alone.result, &helped.result);
            uvp_test_crew_release(&crew);
            uvp_bench_release(&helped.bench);
        }
        uvp_bench_release(&alone.bench);
        uvp_test_mesh_release(&mesh);
    }
}

static void test_every_option_gives_the_same_bits(void **state)
{
    static const struct uvp_atlas_options options[] = {
        {.preset = UVP_ATLAS_FAST},
        {.preset = UVP_ATLAS_BEST},
        {.max_chart_triangles = 100, .pack_effort = 2},
        {.seam_degrees = 30, .resolution_texels = 256},
        {.fix_winding = true, .max_stretch = 1.3F},
        {.pages = UVP_ATLAS_PAGES_AUTO, .texels_per_unit = 300, .resolution_texels = 256},
    };
    struct uvp_test_mesh mesh;

    (void)state;
    make_some(&mesh, 3);
    for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
        struct made alone;
        struct made helped;
        struct uvp_test_crew crew;

        uvp_bench_init(&alone.bench);
        uvp_bench_init(&helped.bench);
        uvp_test_crew_init(&crew, 3, &helped.bench.mem);
        make_with(&alone, &mesh, &options[o], NULL);
        make_with(&helped, &mesh, &options[o], &crew.crew);
        assert_int_equal(alone.code, UVP_OK);
        assert_int_equal(helped.code, UVP_OK);
        assert_same(&mesh, &alone.result, &helped.result);
        uvp_test_crew_release(&crew);
        uvp_bench_release(&helped.bench);
        uvp_bench_release(&alone.bench);
    }
    uvp_test_mesh_release(&mesh);
}

/* So large that facets grow in blocks; and with polygons in no order, so that they do not. */
static void test_large_meshes_give_the_same_bits(void **state)
{
    (void)state;
    for (int shuffled = 0; shuffled < 2; shuffled++) {
        struct uvp_test_mesh mesh;
        struct made alone;
        struct made helped;
        struct uvp_test_crew crew;

        uvp_test_mesh_init(&mesh);
        uvp_test_mesh_torus(&mesh, 280, 240);
        if (shuffled != 0) {
            shuffle(&mesh);
        }
        assert_true(mesh.polygon_count >= 65536);
        uvp_bench_init(&alone.bench);
        uvp_bench_init(&helped.bench);
        uvp_test_crew_init(&crew, 3, &helped.bench.mem);
        make(&alone, &mesh, NULL);
        make(&helped, &mesh, &crew.crew);
        assert_int_equal(alone.code, UVP_OK);
        assert_int_equal(helped.code, UVP_OK);
        assert_true(alone.result.stats.charts < 100);
        assert_same(&mesh, &alone.result, &helped.result);
        uvp_test_crew_release(&crew);
        uvp_bench_release(&helped.bench);
        uvp_bench_release(&alone.bench);
        uvp_test_mesh_release(&mesh);
    }
}

static void keep_charts(struct made *made, const struct uvp_test_mesh *mesh,
                        const struct uvp_atlas_result *old, const struct uvp_atlas_crew *crew)
{
    const struct uvp_atlas_options options = {.keep_charts = true};
    struct uvp_atlas_input input = uvp_mesh_input(mesh);

    input.old_uv = old->uv;
    input.old_corner_uv = old->corner_uv;
    input.old_uv_count = old->uv_count;
    made->code = uvp_atlas_make(&input, &options, &made->bench.keep, &made->bench.scratch, crew,
                                &made->bench.stop, NULL, NULL, &made->result, &made->bench.err);
    assert_int_equal(made->code, UVP_OK);
}

static void test_kept_charts_give_the_same_bits(void **state)
{
    struct uvp_test_mesh mesh;
    struct made old;
    struct made alone;
    struct made helped;
    struct uvp_test_crew crew;

    (void)state;
    make_some(&mesh, 0);
    uvp_bench_init(&old.bench);
    uvp_bench_init(&alone.bench);
    uvp_bench_init(&helped.bench);
    uvp_test_crew_init(&crew, 4, &helped.bench.mem);
    make(&old, &mesh, NULL);
    assert_int_equal(old.code, UVP_OK);
    keep_charts(&alone, &mesh, &old.result, NULL);
    keep_charts(&helped, &mesh, &old.result, &crew.crew);
    assert_same(&mesh, &alone.result, &helped.result);
    uvp_test_crew_release(&crew);
    uvp_bench_release(&helped.bench);
    uvp_bench_release(&alone.bench);
    uvp_bench_release(&old.bench);
    uvp_test_mesh_release(&mesh);
}

/* Who asks when is chance: what comes of it is not. */
static void test_the_engine_without_memory(void **state)
{
    struct uvp_test_mesh mesh;
    bool succeeded = false;

    (void)state;
    make_some(&mesh, 1);
    for (uint64_t n = 1; !succeeded; n += 1 + n / 8) {
        struct made made;
        struct uvp_test_crew crew;

        uvp_bench_init(&made.bench);
        uvp_test_crew_init(&crew, 3, &made.bench.mem);
        made.bench.mem.fail_at_call = n;
        make(&made, &mesh, &crew.crew);
        succeeded = made.code == UVP_OK;
        if (!succeeded) {
            assert_int_equal(made.code, UVP_NO_MEMORY);
            assert_int_equal(made.bench.err.code, UVP_NO_MEMORY);
        }
        uvp_test_crew_release(&crew);
        uvp_bench_release(&made.bench);
        assert_true(n < 100000);
    }
    uvp_test_mesh_release(&mesh);
}

static void test_the_engine_stopped(void **state)
{
    struct uvp_test_mesh mesh;

    (void)state;
    make_some(&mesh, 0);
    for (uint64_t poll = 1; poll < 40; poll += 3) {
        struct made made;
        struct uvp_test_crew crew;

        uvp_bench_init(&made.bench);
        uvp_test_crew_init(&crew, 4, &made.bench.mem);
        made.bench.stop.stop_at_poll = poll;
        make(&made, &mesh, &crew.crew);
        assert_true(made.code == UVP_OK || made.code == UVP_CANCELLED);
        uvp_test_crew_release(&crew);
        uvp_bench_release(&made.bench);
    }
    uvp_test_mesh_release(&mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_task_once),
        cmocka_unit_test(test_the_least_failure_is_told),
        cmocka_unit_test(test_a_failure_before_is_kept),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_loops_by_ranges),
        cmocka_unit_test(test_a_stop_reaches_every_hand),
        cmocka_unit_test(test_a_deadline_reaches_every_hand),
        cmocka_unit_test(test_inside_a_task_one_works_alone),
        cmocka_unit_test(test_the_engine_gives_the_same_bits),
        cmocka_unit_test(test_every_option_gives_the_same_bits),
        cmocka_unit_test(test_large_meshes_give_the_same_bits),
        cmocka_unit_test(test_kept_charts_give_the_same_bits),
        cmocka_unit_test(test_the_engine_without_memory),
        cmocka_unit_test(test_the_engine_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
