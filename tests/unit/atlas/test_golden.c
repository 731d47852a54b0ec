/*
 * The same bytes everywhere: layouts of meshes made here, against digests that are kept with
 * the sources. Whatever built the engine, gcc or clang, at any level, with sanitizers, on any
 * machine, and however many hands help it, must give these.
 *
 * When layouts are meant to change, all digests are renewed by
 *
 *     UVP_GOLDEN_PRINT=1 BUILD/tests/test_golden > tests/unit/atlas/golden_digests.h
 *
 * and UVP_ATLAS_GOLDEN by what this program then says.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "stages/unwrapper/atlas/trig.h"
#include "tests/support/crew_threads.h"
#include "tests/unit/atlas/golden_digests.h"

/* ---- meshes, by + - * / and square roots alone ---- */

/* Noise between whole places, from 0 to 1. */
static double noise_at(int64_t x, int64_t y, int64_t z)
{
    uint64_t key = (uint64_t)x * UINT64_C(0x9E3779B97F4A7C15) ^
                   (uint64_t)y * UINT64_C(0xC2B2AE3D27D4EB4F) ^
                   (uint64_t)z * UINT64_C(0x165667B19E3779F9);

    key ^= key >> 29;
    key *= UINT64_C(0xBF58476D1CE4E5B9);
    return (double)(key >> 40) / (double)(1U << 24);
}

static double mixed(double a, double b, double part)
{
    return a + (b - a) * (part * part * (3 - 2 * part));
}

static double noise(double x, double y, double z)
{
    const int64_t i = (int64_t)floor(x);
    const int64_t j = (int64_t)floor(y);
    const int64_t k = (int64_t)floor(z);
    const double u = x - floor(x);
    const double v = y - floor(y);
    double plane[2];

    for (int d = 0; d < 2; d++) {
        const double low = mixed(noise_at(i, j, k + d), noise_at(i + 1, j, k + d), u);
        const double high = mixed(noise_at(i, j + 1, k + d), noise_at(i + 1, j + 1, k + d), u);
        plane[d] = mixed(low, high, v);
    }
    return mixed(plane[0], plane[1], z - floor(z));
}

struct place {
    double at[3];
};

/* A grid of cells, each as two triangles or as one polygon, from first[0] on. */
static void add_grid(struct uvp_test_mesh *mesh, uint32_t nx, uint32_t ny, bool quads,
                     struct place (*place_of)(double x, double y, double size), double size)
{
    const uint32_t first = mesh->vertex_count;

    for (uint32_t y = 0; y <= ny; y++) {
        for (uint32_t x = 0; x <= nx; x++) {
            const struct place p = place_of(x, y, size);
            (void)uvp_test_mesh_vertex(mesh, p.at[0], p.at[1], p.at[2]);
        }
    }
    for (uint32_t y = 0; y < ny; y++) {
        for (uint32_t x = 0; x < nx; x++) {
            const uint32_t a = first + y * (nx + 1) + x;
            const uint32_t corner[4] = {a, a + 1, a + nx + 2, a + nx + 1};
            if (quads) {
                uvp_test_mesh_polygon(mesh, corner, 4);
            } else {
                uvp_test_mesh_triangle(mesh, corner[0], corner[1], corner[2]);
                uvp_test_mesh_triangle(mesh, corner[0], corner[2], corner[3]);
            }
        }
    }
}

static struct place hill_at(double x, double y, double size)
{
    return (struct place){
        {x, y, size * noise(x / 7, y / 7, 0) + size / 6 * noise(x / 2, y / 2, 9)}};
}

/* A sheet that is rolled up, and flat in itself. */
static struct place scroll_at(double x, double y, double size)
{
    const double radius = size + x / 12;
    const struct uvp_turn turn = uvp_turn_by(x / 9);

    return (struct place){{radius * turn.cosine, radius * turn.sine, y / 2}};
}

static struct place tube_at(double x, double y, double size)
{
    const struct uvp_turn around = uvp_turn_by(2 * UVP_PI * x / 32);
    const double radius = 1 + noise(x < 32 ? x / 3 : 0, y / 3, size) / 2;

    return (struct place){{radius * around.cosine, radius * around.sine, y / 6}};
}

static void make_hills(struct uvp_test_mesh *mesh)
{
    add_grid(mesh, 56, 48, false, hill_at, 9);
}

static void make_small_hills(struct uvp_test_mesh *mesh)
{
    add_grid(mesh, 22, 20, false, hill_at, 6);
}

/* Polygons, sharp edges, loose parts, and sheets that are flat or can be. */
static void make_parts(struct uvp_test_mesh *mesh)
{
    for (int i = 0; i < 20; i++) {
        uvp_test_mesh_cube(mesh, 2 * (i % 4), 2 * (i / 4), i % 3);
    }
    add_grid(mesh, 60, 6, true, scroll_at, 2);
    uvp_test_mesh_plane(mesh, 9, 5, true);
}

/* Closed up by positions alone. */
static void make_tube(struct uvp_test_mesh *mesh)
{
    add_grid(mesh, 32, 50, false, tube_at, 3);
}

/* A ball out of six faces, with bumps. */
static void make_blob(struct uvp_test_mesh *mesh)
{
    const int n = 18;

    for (int face = 0; face < 6; face++) {
        const uint32_t first = mesh->vertex_count;
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                const double u = 2.0 * i / n - 1;
                const double v = 2.0 * j / n - 1;
                const double sign = face < 3 ? 1 : -1;
                const double p[3] = {sign, face < 3 ? u : v, face < 3 ? v : u};
                const double length = sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
                const double x = p[(3 - face % 3) % 3] / length;
                const double y = p[(4 - face % 3) % 3] / length;
                const double z = p[(5 - face % 3) % 3] / length;
                const double r = 1 + 0.8 * noise(2 * x + 5, 2 * y + 5, 2 * z + 5);
                (void)uvp_test_mesh_vertex(mesh, r * x, r * y, r * z);
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                const uint32_t a = first + (uint32_t)(i * (n + 1) + j);
                const uint32_t b = a + (uint32_t)n + 1;
                uvp_test_mesh_triangle(mesh, a, b, b + 1);
                uvp_test_mesh_triangle(mesh, a, b + 1, a + 1);
            }
        }
    }
}

static void make_soup(struct uvp_test_mesh *mesh)
{
    uvp_test_mesh_soup(mesh, 500, 120, 3);
}

/* ---- digests ---- */

static const struct golden {
    const char *name;
    void (*make)(struct uvp_test_mesh *mesh);
    struct uvp_atlas_options options;
    uint64_t digest;
} goldens[] = {
    {"HILLS", make_hills, {0}, UVP_GOLDEN_HILLS},
    {"HILLS_FAST", make_hills, {.preset = UVP_ATLAS_FAST}, UVP_GOLDEN_HILLS_FAST},
    {"HILLS_BEST", make_small_hills, {.preset = UVP_ATLAS_BEST}, UVP_GOLDEN_HILLS_BEST},
    {"PARTS", make_parts, {0}, UVP_GOLDEN_PARTS},
    {"PARTS_PAGES",
     make_parts,
     {.pages = UVP_ATLAS_PAGES_AUTO, .texels_per_unit = 200},
     UVP_GOLDEN_PARTS_PAGES},
    {"TUBE", make_tube, {.max_stretch = 1.3F}, UVP_GOLDEN_TUBE},
    {"BLOB", make_blob, {0}, UVP_GOLDEN_BLOB},
    {"BLOB_FAST", make_blob, {.preset = UVP_ATLAS_FAST}, UVP_GOLDEN_BLOB_FAST},
    {"SOUP", make_soup, {.fix_winding = true}, UVP_GOLDEN_SOUP},
};

/* FNV-1a over the number's bytes, the lowest first on any machine. */
static uint64_t digest_word(uint64_t digest, uint32_t word)
{
    for (int i = 0; i < 4; i++) {
        digest = (digest ^ (word >> (8 * i) & 255)) * UINT64_C(0x100000001b3);
    }
    return digest;
}

static uint64_t digest_of(const struct uvp_test_mesh *mesh,
                          const struct uvp_atlas_result *result)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);

    for (uint32_t i = 0; i < 2 * result->uv_count; i++) {
        uint32_t bits;
        memcpy(&bits, &result->uv[i], sizeof bits);
        digest = digest_word(digest, bits);
    }
    for (uint32_t i = 0; i < mesh->corner_count; i++) {
        digest = digest_word(digest, result->corner_uv[i]);
    }
    for (uint32_t i = 0; i < mesh->triangle_count; i++) {
        digest = digest_word(digest, result->triangle_chart[i]);
    }
    return digest;
}

/* With `hands` hands; 0: without a crew. */
static uint64_t run(const struct golden *golden, uint32_t hands)
{
    struct uvp_test_mesh mesh;
    struct uvp_atlas_input input;
    struct uvp_atlas_result result;
    struct uvp_test_crew crew;
    struct uvp_bench bench;
    uint64_t digest;

    uvp_bench_init(&bench);
    uvp_test_crew_init(&crew, hands, &bench.mem);
    uvp_test_mesh_init(&mesh);
    golden->make(&mesh);
    input = uvp_mesh_input(&mesh);
    assert_int_equal(uvp_atlas_make(&input, &golden->options, &bench.keep, &bench.scratch,
                                    hands > 0 ? &crew.crew : NULL, &bench.stop, NULL, NULL,
                                    &result, &bench.err),
                     UVP_OK);
    digest = digest_of(&mesh, &result);
    uvp_test_mesh_release(&mesh);
    uvp_test_crew_release(&crew);
    uvp_bench_release(&bench);
    return digest;
}

static void test_the_same_bytes_everywhere(void **state)
{
    static const uint32_t hands[] = {0, 1, 3};

    (void)state;
    for (size_t g = 0; g < sizeof goldens / sizeof *goldens; g++) {
        for (size_t h = 0; h < sizeof hands / sizeof *hands; h++) {
            const uint64_t digest = run(&goldens[g], hands[h]);
            if (digest != goldens[g].digest) {
                print_error("%s with %" PRIu32 " hands: 0x%016" PRIx64 "\n", goldens[g].name,
                            hands[h], digest);
            }
            assert_true(digest == goldens[g].digest);
        }
    }
}

static void print_digests(void)
{
    printf("/*\n * golden_digests.h -- what the layouts of test_golden.c must be\n *\n"
           " * Why:     made by that program, as is said there.\n */\n");
    printf("#ifndef UVP_TESTS_ATLAS_GOLDEN_DIGESTS_H\n");
    printf("#define UVP_TESTS_ATLAS_GOLDEN_DIGESTS_H\n\n");
    for (size_t g = 0; g < sizeof goldens / sizeof *goldens; g++) {
        printf("#define UVP_GOLDEN_%s UINT64_C(0x%016" PRIx64 ")\n", goldens[g].name,
               run(&goldens[g], 0));
    }
    printf("\n#endif\n");
}

/*
 * Results kept by other versions of the engine are told apart by a number made of all digests:
 * when they change, so must it.
 */
static void test_the_version_follows(void **state)
{
    uint64_t all = UINT64_C(0xcbf29ce484222325);

    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        all = (all ^ goldens[i].digest) * UINT64_C(0x9E3779B97F4A7C15);
        all ^= all >> 32;
    }
    if (all != UVP_ATLAS_GOLDEN) {
        print_message("in stages/unwrapper/atlas/atlas.h: UVP_ATLAS_GOLDEN must be "
                      "UINT64_C(0x%016" PRIx64 ")\n",
                      all);
    }
    assert_true(all == UVP_ATLAS_GOLDEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_bytes_everywhere),
        cmocka_unit_test(test_the_version_follows),
    };

    if (getenv("UVP_GOLDEN_PRINT") != NULL) {
        print_digests();
        return EXIT_SUCCESS;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
