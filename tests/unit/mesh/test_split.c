/* Copies of vertices: where they come from, in which order, and that nothing else changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "formats/mesh/split.h"

struct bench {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_stop stop;
    struct uvp_error err;
};

static void open_bench(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    uvp_mem_init(&bench->mem, 0);
    uvp_arena_init(&bench->arena, &bench->mem, 0);
    uvp_stop_init_child(&bench->stop, NULL, 0, NULL);
}

static void close_bench(struct bench *bench)
{
    uvp_arena_release(&bench->arena);
    assert_int_equal(bench->mem.used_bytes, 0);
}

static uint32_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33);
}

/* Two triangles that share an edge of vertices 1 and 2, and a vertex in no polygon. */
static void a_seam_copies_both_ends(void **state)
{
    static const float positions[15] = {0};
    static const uint32_t start[3] = {0, 3, 6};
    static const uint32_t vertex[6] = {0, 1, 2, 2, 1, 3};
    static const float uv[12] = {0};
    static const uint32_t corner_uv[6] = {0, 1, 2, 4, 3, 5};
    static const uint32_t wanted_vertex[6] = {0, 1, 2, 6, 5, 3};
    static const uint32_t wanted_uv[7] = {0, 1, 2, 5, UVP_MESH_NO_UV, 3, 4};
    const struct uvp_mesh mesh = {.positions = positions,
                                  .vertex_count = 5,
                                  .corner_start = start,
                                  .polygon_count = 2,
                                  .corner_vertex = vertex};
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 6, .corner_uv = corner_uv};
    struct uvp_split split;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    assert_int_equal(uvp_split_make(&mesh, &uvs, &bench.arena, &bench.stop, &split, &bench.err),
                     UVP_OK);
    assert_int_equal(split.vertex_count, 5);
    assert_int_equal(split.added_count, 2);
    assert_int_equal(split.added_vertex[0], 1);
    assert_int_equal(split.added_vertex[1], 2);
    assert_memory_equal(split.corner_vertex, wanted_vertex, sizeof wanted_vertex);
    assert_memory_equal(split.vertex_uv, wanted_uv, sizeof wanted_uv);
    close_bench(&bench);
}

static void a_corner_without_uv_is_our_fault(void **state)
{
    static const float positions[3] = {0};
    static const uint32_t start[2] = {0, 3};
    static const uint32_t vertex[3] = {0, 0, 0};
    static const float uv[2] = {0};
    static const uint32_t corner_uv[3] = {0, 0, 1};
    const struct uvp_mesh mesh = {.positions = positions,
                                  .vertex_count = 1,
                                  .corner_start = start,
                                  .polygon_count = 1,
                                  .corner_vertex = vertex};
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = 1, .corner_uv = corner_uv};
    struct uvp_split split;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    assert_int_equal(uvp_split_make(&mesh, &uvs, &bench.arena, &bench.stop, &split, &bench.err),
                     UVP_BUG);
    close_bench(&bench);
}

struct soup {
    uint32_t vertices;
    uint32_t corners;
    uint32_t uvs;
    uint32_t *start;
    uint32_t *vertex;
    uint32_t *corner_uv;
    float *numbers;
};

static void make_soup(struct soup *soup, uint32_t vertices, uint32_t polygons, uint32_t uvs,
                      uint64_t seed)
{
    soup->vertices = vertices;
    soup->corners = 3 * polygons;
    soup->uvs = uvs;
    soup->start = malloc(4 * ((size_t)polygons + 1));
    soup->vertex = malloc((size_t)4 * soup->corners);
    soup->corner_uv = malloc((size_t)4 * soup->corners);
    soup->numbers = calloc(3 * ((size_t)vertices + uvs), sizeof(float));
    assert_true(soup->start != NULL && soup->vertex != NULL && soup->corner_uv != NULL &&
                soup->numbers != NULL);
    for (uint32_t p = 0; p <= polygons; p++) {
        soup->start[p] = 3 * p;
    }
    for (uint32_t c = 0; c < soup->corners; c++) {
        soup->vertex[c] = next_random(&seed) % vertices;
        soup->corner_uv[c] = next_random(&seed) % uvs;
    }
}

static void release_soup(struct soup *soup)
{
    free(soup->start);
    free(soup->vertex);
    free(soup->corner_uv);
    free(soup->numbers);
}

static struct uvp_mesh mesh_of(const struct soup *soup)
{
    const struct uvp_mesh mesh = {.positions = soup->numbers,
                                  .vertex_count = soup->vertices,
                                  .corner_start = soup->start,
                                  .polygon_count = soup->corners / 3,
                                  .corner_vertex = soup->vertex};

    return mesh;
}

/* Every corner has its UV and its old vertex; no two vertices are the same pair of these. */
static void check_split(const struct soup *soup, const struct uvp_split *split)
{
    const size_t total = (size_t)soup->vertices + split->added_count;
    unsigned char *const used = calloc((size_t)soup->vertices * soup->uvs, 1);

    assert_non_null(used);
    for (uint32_t c = 0; c < soup->corners; c++) {
        const uint32_t v = split->corner_vertex[c];
        assert_true(v < total);
        assert_int_equal(split->vertex_uv[v], soup->corner_uv[c]);
        assert_int_equal(v < soup->vertices ? v : split->added_vertex[v - soup->vertices],
                         soup->vertex[c]);
    }
    for (size_t v = 0; v < total; v++) {
        const uint32_t from =
            v < soup->vertices ? (uint32_t)v : split->added_vertex[v - soup->vertices];
        unsigned char *place;

        if (split->vertex_uv[v] == UVP_MESH_NO_UV) {
            assert_true(v < soup->vertices);
            continue;
        }
        place = &used[(size_t)from * soup->uvs + split->vertex_uv[v]];
        assert_int_equal(*place, 0);
        *place = 1;
    }
    free(used);
}

static void any_soup_is_split_and_no_more_than_needed(void **state)
{
    static const uint32_t rows[][3] = {
        {1, 1, 1}, {1, 500, 40}, {40, 500, 1}, {30, 1000, 30}, {500, 300, 900}, {7, 2000, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct soup soup;
        struct uvp_mesh mesh;
        struct uvp_mesh_uvs uvs;
        struct uvp_split split;
        struct bench bench;

        make_soup(&soup, rows[i][0], rows[i][1], rows[i][2], i + 1);
        mesh = mesh_of(&soup);
        uvs = (struct uvp_mesh_uvs){
            .uv = soup.numbers, .uv_count = soup.uvs, .corner_uv = soup.corner_uv};
        open_bench(&bench);
        assert_int_equal(
            uvp_split_make(&mesh, &uvs, &bench.arena, &bench.stop, &split, &bench.err), UVP_OK);
        check_split(&soup, &split);
        close_bench(&bench);
        release_soup(&soup);
    }
}

static void every_failing_allocation_is_told(void **state)
{
    struct soup soup;
    struct uvp_mesh mesh;
    struct uvp_mesh_uvs uvs;
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    make_soup(&soup, 3000, 60000, 3000, 9);
    mesh = mesh_of(&soup);
    uvs = (struct uvp_mesh_uvs){
        .uv = soup.numbers, .uv_count = soup.uvs, .corner_uv = soup.corner_uv};
    for (uint32_t n = 1; code != UVP_OK; n++) {
        struct uvp_split split;
        struct bench bench;

        open_bench(&bench);
        bench.mem.fail_at_call = n;
        code = uvp_split_make(&mesh, &uvs, &bench.arena, &bench.stop, &split, &bench.err);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        assert_true(n < 100);
        close_bench(&bench);
    }
    release_soup(&soup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seam_copies_both_ends),
        cmocka_unit_test(a_corner_without_uv_is_our_fault),
        cmocka_unit_test(any_soup_is_split_and_no_more_than_needed),
        cmocka_unit_test(every_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
