/*
 * What merging looks at before it pays: rims stay the borders of charts that join, a couple is
 * the patch that its triangles make, and the queue gives out what is worth most.
 */
#include "tests/unit/atlas/atlas_scene.h"

#include <math.h>

#include "stages/unwrapper/atlas/couple.h"
#include "stages/unwrapper/atlas/queue.h"
#include "stages/unwrapper/atlas/trial.h"

struct opened {
    struct uvp_scene scene;
    struct uvp_open_charts open;
    struct uvp_rims rims;
};

/* A torus of 192 triangles in strips of eight. */
static void begin_opened(struct opened *opened)
{
    struct uvp_scene *const scene = &opened->scene;

    uvp_scene_begin(scene);
    uvp_test_mesh_torus(&scene->mesh, 12, 8);
    uvp_scene_ready(scene);
    uvp_scene_flatten(scene, 8);
    assert_int_equal(
        uvp_charts_open(&scene->work, &scene->topology, &scene->charts, &opened->open), UVP_OK);
    assert_int_equal(uvp_rims_make(&scene->work, &opened->open, &opened->rims), UVP_OK);
}

static bool are_neighbours(const struct opened *opened, uint32_t a, uint32_t b)
{
    const struct uvp_topology *const topology = &opened->scene.topology;

    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        const uint32_t g = topology->opposite[h];
        if (g != UVP_NONE && opened->scene.charts.chart_of[h / 3] == a &&
            opened->scene.charts.chart_of[g / 3] == b) {
            return true;
        }
    }
    return false;
}

/* Numbers of vertices may differ, but each of one patch is one of the other. */
static void check_same_patch(struct uvp_scene *scene, const struct uvp_patch *one,
                             const struct uvp_patch *other)
{
    uint32_t *const name = uvp_scene_take(scene, one->vertex_count, sizeof *name);
    uint8_t *const leaves = uvp_scene_take(scene, one->vertex_count, 1);

    assert_int_equal(one->triangle_count, other->triangle_count);
    assert_int_equal(one->vertex_count, other->vertex_count);
    assert_int_equal(one->border_count, other->border_count);
    memset(name, 0xff, one->vertex_count * sizeof *name);
    memset(leaves, 0, one->vertex_count);
    for (uint32_t i = 0; i < 3 * one->triangle_count; i++) {
        assert_int_equal(one->triangle[i / 3], other->triangle[i / 3]);
        if (name[one->corner[i]] == UVP_NONE) {
            name[one->corner[i]] = other->corner[i];
            assert_int_equal(one->point[one->corner[i]], other->point[other->corner[i]]);
        }
        assert_int_equal(name[one->corner[i]], other->corner[i]);
    }
    for (uint32_t e = 0; e < one->border_count; e++) {
        leaves[other->border[2 * e]]++;
    }
    for (uint32_t e = 0; e < one->border_count; e++) {
        assert_true(leaves[name[one->border[2 * e]]]-- > 0);
    }
}

static void check_couple(struct opened *opened, uint32_t a, uint32_t b)
{
    struct uvp_scene *const scene = &opened->scene;
    const struct uvp_bond bond = {.cosine = 1, .count = UVP_NONE};
    struct uvp_trial trial = {.target = a, .other = &b, .others = 1};
    struct uvp_couple couple;
    struct uvp_patch patch;
    uint32_t *list;

    assert_int_equal(uvp_couple_make(&scene->work, &opened->open, a, b, &bond, &couple),
                     UVP_OK);
    assert_int_equal(couple.patch.triangle_count, 0);
    list = uvp_scene_take(scene, scene->topology.triangle_count, sizeof *list);
    assert_int_equal(uvp_couple_fill(&scene->work, &couple, list), UVP_OK);
    assert_int_equal(uvp_trial_take(&scene->work, &opened->open, &trial), UVP_OK);
    assert_int_equal(uvp_trial_gather(&scene->work, &opened->open, &trial, &patch), UVP_OK);
    check_same_patch(scene, &couple.patch, &patch);
    uvp_trial_restore(&opened->open, b);
    for (uint32_t i = 0; i < couple.joints; i++) {
        assert_int_equal(couple.side[couple.joint[i].vertex], UVP_COUPLE_SEAM);
    }
    for (uint32_t v = 0; v < couple.patch.vertex_count; v++) {
        assert_in_range(couple.side[v], UVP_COUPLE_FIRST, UVP_COUPLE_SEAM);
    }
}

static void test_couples_are_patches(void **state)
{
    struct opened opened;
    uint32_t pairs = 0;

    (void)state;
    begin_opened(&opened);
    for (uint32_t a = 0; a < opened.scene.charts.count; a++) {
        for (uint32_t b = a + 1; b < opened.scene.charts.count; b++) {
            if (are_neighbours(&opened, a, b)) {
                check_couple(&opened, a, b);
                check_couple(&opened, b, a);
                pairs++;
            }
        }
    }
    assert_true(pairs >= opened.scene.charts.count);
    uvp_scene_end(&opened.scene);
}

/* Seam vertices lie half way, and the gap tells from where. */
static void test_seams_lie_half_way(void **state)
{
    struct opened opened;
    const struct uvp_bond bond = {.cosine = 1, .x = 5, .y = -3, .count = UVP_NONE};
    struct uvp_couple couple;
    uint32_t first;

    (void)state;
    begin_opened(&opened);
    assert_true(are_neighbours(&opened, 0, 1));
    assert_int_equal(uvp_couple_make(&opened.scene.work, &opened.open, 0, 1, &bond, &couple),
                     UVP_OK);
    assert_true(couple.joints > 1);
    first = opened.scene.charts.chart[0].first_slot;
    for (uint32_t i = 0; i < opened.scene.charts.chart[0].slot_count; i++) {
        const struct uvp_point2 p = opened.scene.charts.slot[first + i];
        const uint32_t v = couple.vertex[i];
        double x = p.x * opened.scene.charts.chart[0].step;
        for (uint32_t k = 0; k < couple.joints; k++) {
            x += couple.joint[k].vertex == v ? couple.joint[k].gap.x / 2 : 0;
        }
        assert_true(fabs(x - couple.patch.uv[v].x) < 1e-9);
    }
    uvp_scene_end(&opened.scene);
}

static void check_rims(struct opened *opened)
{
    const struct uvp_topology *const topology = &opened->scene.topology;
    uint8_t *const seen = uvp_scene_take(&opened->scene, 3 * topology->triangle_count, 1);

    memset(seen, 0, 3 * (size_t)topology->triangle_count);
    for (uint32_t c = 0; c < opened->scene.charts.count; c++) {
        for (uint32_t e = uvp_rims_next(&opened->open, c, UVP_NONE); e != UVP_NONE;
             e = uvp_rims_next(&opened->open, c, e)) {
            assert_int_equal(opened->scene.charts.chart_of[opened->rims.half[e] / 3], c);
            assert_int_equal(seen[opened->rims.half[e]]++, 0);
        }
    }
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        assert_int_equal(seen[h],
                         uvp_pieces_across(topology, &opened->open.pieces, h) == UVP_NONE);
    }
}

static void join(struct opened *opened, uint32_t a, uint32_t b)
{
    for (uint32_t t = 0; t < opened->scene.topology.triangle_count; t++) {
        uint32_t *const chart = &opened->scene.charts.chart_of[t];
        *chart = *chart == b ? a : *chart;
    }
    uvp_rims_join(&opened->rims, a, b);
    check_rims(opened);
}

/* Charts join until one is left: a torus has no border. */
static void test_rims_stay_borders(void **state)
{
    struct opened opened;
    uint32_t all = 0;

    (void)state;
    begin_opened(&opened);
    check_rims(&opened);
    for (uint32_t c = 1; c < opened.scene.charts.count; c++) {
        if (c % 3 == 0) { /* either may be the one that stays */
            join(&opened, c, all);
            all = c;
        } else {
            join(&opened, all, c);
        }
    }
    assert_int_equal(uvp_rims_next(&opened.open, all, UVP_NONE), UVP_NONE);
    uvp_scene_end(&opened.scene);
}

#define QUEUED 60

/* The one that a look at all of them finds. */
static uint32_t find_first(const struct uvp_queue *queue)
{
    uint32_t first = UVP_NONE;

    for (uint32_t i = 0; i < QUEUED; i++) {
        if (queue->place[i] != UVP_NONE &&
            (first == UVP_NONE || queue->key[i] > queue->key[first])) {
            first = i;
        }
    }
    return first;
}

static void test_queue_keeps_the_best_first(void **state)
{
    struct uvp_scene scene;
    struct uvp_queue queue;
    uint32_t random = 1;

    (void)state;
    uvp_scene_begin(&scene);
    uvp_test_mesh_cube(&scene.mesh, 0, 0, 0);
    uvp_scene_ready(&scene);
    assert_int_equal(uvp_queue_take(&scene.work, QUEUED, &queue), UVP_OK);
    for (uint32_t step = 0; step < 5000; step++) {
        const uint32_t i = (random >> 8) % QUEUED;
        if ((random >> 20) % 3 == 0) {
            uvp_queue_remove(&queue, i);
            assert_int_equal(queue.place[i], UVP_NONE);
        } else {
            uvp_queue_put(&queue, i, (random >> 24) % 16); /* many are alike */
        }
        if (queue.count > 0) {
            assert_int_equal(queue.heap[0], find_first(&queue));
            assert_true(uvp_queue_leads(&queue, queue.heap[0]));
        }
        random = random * 1664525 + 1013904223;
    }
    uvp_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_couples_are_patches),
        cmocka_unit_test(test_seams_lie_half_way),
        cmocka_unit_test(test_rims_stay_borders),
        cmocka_unit_test(test_queue_keeps_the_best_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
