/*
 * atlas_scene.h -- a mesh up to its topology, for tests of single steps
 *
 * Use:     begin, add to scene.mesh, ready, call steps with &scene.work, end.
 */
#ifndef UVP_TESTS_ATLAS_SCENE_H
#define UVP_TESTS_ATLAS_SCENE_H

#include "tests/unit/atlas/atlas_check.h"

#include "stages/unwrapper/atlas/charts.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/keep.h"
#include "stages/unwrapper/atlas/merge.h"
#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/topology.h"

struct uvp_scene {
    struct uvp_bench bench;
    struct uvp_test_mesh mesh;
    struct uvp_atlas_input input;
    struct uvp_plan plan;
    struct uvp_atlas_work work;
    struct uvp_topology topology;
    struct uvp_pieces pieces;
    struct uvp_segments segments;
    struct uvp_charts charts;
};

static inline void uvp_scene_begin(struct uvp_scene *scene)
{
    memset(scene, 0, sizeof *scene);
    uvp_bench_init(&scene->bench);
    uvp_test_mesh_init(&scene->mesh);
    uvp_plan_make(NULL, &scene->plan);
}

static inline void uvp_scene_ready(struct uvp_scene *scene)
{
    scene->input = uvp_mesh_input(&scene->mesh);
    scene->work = (struct uvp_atlas_work){.input = &scene->input,
                                          .plan = &scene->plan,
                                          .keep = &scene->bench.keep,
                                          .scratch = &scene->bench.scratch,
                                          .stop = &scene->bench.stop,
                                          .err = &scene->bench.err};
    assert_int_equal(uvp_topology_make(&scene->work, &scene->topology), UVP_OK);
}

static inline void uvp_scene_end(struct uvp_scene *scene)
{
    uvp_test_mesh_release(&scene->mesh);
    uvp_bench_release(&scene->bench);
}

static inline void *uvp_scene_take(struct uvp_scene *scene, size_t count, size_t bytes)
{
    void *const array = uvp_arena_take(&scene->bench.scratch, count, bytes);

    assert_non_null(array);
    return array;
}

/* The whole mesh as one patch. */
static inline void uvp_scene_patch(struct uvp_scene *scene, struct uvp_patch *patch)
{
    const uint32_t count = scene->mesh.triangle_count;
    uint32_t *const list = uvp_scene_take(scene, count, sizeof *list);

    scene->pieces.label = uvp_scene_take(scene, count, sizeof *scene->pieces.label);
    scene->pieces.local = uvp_scene_take(scene, count, sizeof *scene->pieces.local);
    for (uint32_t t = 0; t < count; t++) {
        list[t] = t;
        scene->pieces.label[t] = UVP_NONE;
    }
    assert_int_equal(
        uvp_patch_make(&scene->work, &scene->topology, &scene->pieces, 0, list, count, patch),
        UVP_OK);
}

/* Units in runs of `run` become segments, which must be connected, and the segments charts. */
static inline void uvp_scene_flatten(struct uvp_scene *scene, uint32_t run)
{
    const uint32_t units = scene->topology.unit_count;

    scene->segments.chart = uvp_scene_take(scene, units, sizeof *scene->segments.chart);
    for (uint32_t u = 0; u < units; u++) {
        scene->segments.chart[u] = u / run;
    }
    scene->segments.count = (units + run - 1) / run;
    assert_int_equal(
        uvp_flatten_make(&scene->work, &scene->topology, &scene->segments, &scene->charts),
        UVP_OK);
}

/* Every live triangle is in one chart, charts lie one behind the other, and all are valid. */
static inline void uvp_scene_check(struct uvp_scene *scene)
{
    const struct uvp_charts *const charts = &scene->charts;
    uint32_t triangles = 0;
    uint32_t slots = 0;

    for (uint32_t c = 0; c < charts->count; c++) {
        const struct uvp_chart *const chart = &charts->chart[c];
        struct uvp_patch patch;
        uint8_t *cut = uvp_scene_take(scene, scene->topology.triangle_count, 1);
        struct uvp_pieces pieces = {charts->chart_of, scene->pieces.local, cut};
        bool valid = false;
        assert_int_equal(chart->first_triangle, triangles);
        assert_int_equal(chart->first_slot, slots);
        pieces.local = uvp_scene_take(scene, scene->topology.triangle_count, 4);
        memset(cut, 0, scene->topology.triangle_count);
        for (uint32_t i = 0; i < 3 * chart->triangle_count; i++) {
            const uint32_t t = charts->triangle[triangles + i / 3];
            const uint32_t h = 3 * t + i % 3;
            assert_int_equal(charts->chart_of[t], c);
            assert_in_range(charts->corner[h], slots, slots + chart->slot_count - 1);
            if (uvp_charts_across(&scene->topology, charts, h) == UVP_NONE) {
                cut[t] = (uint8_t)(cut[t] | 1U << i % 3);
            }
        }
        assert_int_equal(uvp_patch_make(&scene->work, &scene->topology, &pieces, c,
                                        charts->triangle + triangles, chart->triangle_count,
                                        &patch),
                         UVP_OK);
        assert_int_equal(patch.vertex_count, chart->slot_count);
        uvp_charts_load(charts, chart->step, &patch);
        assert_int_equal(uvp_flatten_check(&scene->work, &patch, &valid), UVP_OK);
        assert_true(valid);
        triangles += chart->triangle_count;
        slots += chart->slot_count;
    }
    assert_int_equal(triangles, scene->topology.live_triangles);
    assert_int_equal(slots, charts->slot_count);
}

#endif
