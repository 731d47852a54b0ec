/* Borders become closed loops, each edge in one of them. */
#include "stages/unwrapper/picture/contour.h"
#include "tests/unit/picture/picture_bench.h"

/* A frame of eight triangles around a hole. */
static const float frame_places[] = {0, 0, 0, 3, 0, 0, 3, 3, 0, 0, 3, 0,
                                     1, 1, 0, 2, 1, 0, 2, 2, 0, 1, 2, 0};
static const float frame_uv[] = {0,    0,    0.9F, 0,    0.9F, 0.9F, 0,    0.9F,
                                 0.3F, 0.3F, 0.6F, 0.3F, 0.6F, 0.6F, 0.3F, 0.6F};
static const uint32_t frame_corners[] = {0, 1, 5, 0, 5, 4, 1, 2, 6, 1, 6, 5,
                                         2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7};

static struct uvp_picture_mesh frame_mesh(uint32_t numbers[24])
{
    struct uvp_picture_mesh mesh = {.positions = frame_places,
                                    .vertex_count = 8,
                                    .corner_vertex = frame_corners,
                                    .corner_count = 24,
                                    .triangles = numbers,
                                    .triangle_count = 8,
                                    .uv = frame_uv,
                                    .uv_count = 8,
                                    .corner_uv = frame_corners};

    for (uint32_t i = 0; i < 24; i++) {
        numbers[i] = i;
    }
    return mesh;
}

static uint32_t wedge_at(const struct uvp_parts *parts, uint32_t edge, bool at_end)
{
    return parts->wedge[!at_end ? edge : edge % 3 == 2 ? edge - 2 : edge + 1];
}

static void a_hole_is_a_loop_of_its_own(void **state)
{
    uint32_t numbers[24];
    const struct uvp_picture_mesh mesh = frame_mesh(numbers);
    struct uvp_contour contour;
    struct uvp_parts parts;
    struct bench bench;
    uint32_t loops = 0;
    uint32_t first = 0;
    bool used[24] = {false};

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_parts_find(&mesh, &bench.arena, &bench.stop, &parts, NULL), UVP_OK);
    assert_int_equal(uvp_contour_walk(&parts, &bench.arena, &bench.stop, &contour, &bench.err),
                     UVP_OK);
    assert_int_equal(contour.count, 8);
    for (uint32_t i = 0; i < contour.count; i++) {
        const bool ends = i + 1 == contour.count || contour.begins[i + 1];
        const uint32_t next = ends ? (contour.begins[i] ? i : first) : i + 1;

        first = contour.begins[i] ? i : first;
        loops += contour.begins[i] ? 1 : 0;
        assert_false(used[contour.edge[i]]);
        used[contour.edge[i]] = true;
        assert_int_equal(wedge_at(&parts, contour.edge[i], true),
                         wedge_at(&parts, contour.edge[ends ? first : next], false));
    }
    assert_int_equal(loops, 2);
    bench_close(&bench);
}

/* Two charts that touch in a point, and triangles that are turned: still every edge once. */
static void odd_borders_are_walked_once(void **state)
{
    static const float uv[] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0.9F, 0.2F};
    const struct uvp_picture_mesh mesh = square_with(uv);
    struct uvp_contour contour;
    struct uvp_parts parts;
    struct bench bench;
    uint32_t seen = 0;

    (void)state;
    bench_open(&bench);
    assert_int_equal(uvp_parts_find(&mesh, &bench.arena, &bench.stop, &parts, NULL), UVP_OK);
    assert_int_equal(uvp_contour_walk(&parts, &bench.arena, &bench.stop, &contour, NULL),
                     UVP_OK);
    for (uint32_t i = 0; i < contour.count; i++) {
        seen |= 1U << contour.edge[i];
    }
    assert_int_equal(contour.count, parts.border_count);
    assert_int_equal(seen, 63);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hole_is_a_loop_of_its_own),
        cmocka_unit_test(odd_borders_are_walked_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
