/* What every shape promises: closed, sound, finite, as many triangles as asked for, the same
 * again; and that the foul ones are as foul as they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/shapes/noise.h"
#include "stages/unwrapper/shapes/shapes.h"
#include "stages/unwrapper/shapes/wave.h"

struct edge {
    uint32_t low;
    uint32_t high;
    int ahead; /* faces that run from low to high */
    int back;
};

struct found {
    size_t edges;
    size_t open;   /* edges of one face */
    size_t crowd;  /* of more than two */
    size_t clash;  /* of two that disagree */
    size_t lost;   /* vertices no face uses */
    size_t repeat; /* faces with a corner twice */
    size_t copies; /* faces that are there already, seen from either side */
    size_t unreal; /* coordinates that are no numbers */
    uint64_t triangles;
    double volume;
};

static int compare_edges(const void *a, const void *b)
{
    const struct edge *const x = a;
    const struct edge *const y = b;

    if (x->low != y->low) {
        return x->low < y->low ? -1 : 1;
    }
    return x->high == y->high ? 0 : x->high < y->high ? -1 : 1;
}

static void judge_run(struct found *found, const struct edge *first, size_t count)
{
    int ahead = 0;
    int back = 0;

    for (size_t i = 0; i < count; i++) {
        ahead += first[i].ahead;
        back += first[i].back;
    }
    found->edges++;
    found->open += ahead + back == 1;
    found->crowd += ahead + back > 2;
    found->clash += ahead + back == 2 && ahead != back;
}

static void judge_edges(const struct uvp_draft *draft, struct found *found)
{
    struct edge *const edges = calloc(draft->corner_count + 1, sizeof *edges);
    size_t count = 0;

    assert_non_null(edges);
    for (size_t f = 0; f < draft->face_count; f++) {
        const uint32_t from = draft->face_start[f];
        const uint32_t until = draft->face_start[f + 1];

        for (uint32_t c = from; c < until; c++) {
            const uint32_t a = draft->corner[c];
            const uint32_t b = draft->corner[c + 1 < until ? c + 1 : from];

            if (a != b) {
                edges[count++] = (struct edge){a < b ? a : b, a < b ? b : a, a<b, a> b};
            }
        }
    }
    qsort(edges, count, sizeof *edges, compare_edges);
    for (size_t i = 0, j; i < count; i = j) {
        for (j = i + 1; j < count && compare_edges(&edges[i], &edges[j]) == 0; j++) {
        }
        judge_run(found, &edges[i], j - i);
    }
    free(edges);
}

struct corners {
    uint32_t of[3];
};

static int compare_corners(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct corners));
}

static void swap_larger(uint32_t *a, uint32_t *b)
{
    const uint32_t kept = *a;

    if (*a > *b) {
        *a = *b;
        *b = kept;
    }
}

static void judge_copies(const struct uvp_draft *draft, struct found *found)
{
    struct corners *const faces = calloc(draft->face_count + 1, sizeof *faces);
    size_t count = 0;

    assert_non_null(faces);
    for (size_t f = 0; f < draft->face_count; f++) {
        const uint32_t *const v = draft->corner + draft->face_start[f];

        if (draft->face_start[f + 1] - draft->face_start[f] == 3) {
            struct corners *const face = &faces[count++];

            *face = (struct corners){{v[0], v[1], v[2]}};
            swap_larger(&face->of[0], &face->of[1]);
            swap_larger(&face->of[1], &face->of[2]);
            swap_larger(&face->of[0], &face->of[1]);
            found->repeat += face->of[0] == face->of[1] || face->of[1] == face->of[2];
        }
    }
    qsort(faces, count, sizeof *faces, compare_corners);
    for (size_t i = 1; i < count; i++) {
        found->copies += compare_corners(&faces[i - 1], &faces[i]) == 0;
    }
    free(faces);
}

static void judge_vertices(const struct uvp_draft *draft, struct found *found)
{
    unsigned char *const used = calloc(draft->vertex_count + 1, 1);

    assert_non_null(used);
    for (size_t c = 0; c < draft->corner_count; c++) {
        assert_true(draft->corner[c] < draft->vertex_count);
        used[draft->corner[c]] = 1;
    }
    for (size_t v = 0; v < draft->vertex_count; v++) {
        found->lost += used[v] == 0;
        for (size_t k = 0; k < 3; k++) {
            found->unreal += isfinite(draft->position[3 * v + k]) == 0;
        }
    }
    free(used);
}

/* Six times the volume inside: positive when faces look outwards. */
static double volume_of(const struct uvp_draft *draft)
{
    double sum = 0;

    for (size_t f = 0; f < draft->face_count; f++) {
        const uint32_t first = draft->face_start[f];
        const double *const a = draft->position + 3 * (size_t)draft->corner[first];

        for (uint32_t c = first + 1; c + 1 < draft->face_start[f + 1]; c++) {
            const double *const b = draft->position + 3 * (size_t)draft->corner[c];
            const double *const d = draft->position + 3 * (size_t)draft->corner[c + 1];

            sum += a[0] * (b[1] * d[2] - b[2] * d[1]) + a[1] * (b[2] * d[0] - b[0] * d[2]) +
                   a[2] * (b[0] * d[1] - b[1] * d[0]);
        }
    }
    return sum;
}

static struct found judge(const struct uvp_draft *draft)
{
    struct found found = {.triangles = uvp_draft_triangles(draft)};

    judge_vertices(draft, &found);
    judge_edges(draft, &found);
    judge_copies(draft, &found);
    found.volume = volume_of(draft);
    return found;
}

static struct found make_and_judge(const char *name, uint32_t triangles, uint64_t seed)
{
    const struct uvp_shape_kind *const shape = uvp_shape_find(name);
    struct uvp_mem mem;
    struct uvp_draft draft;
    struct found found;

    assert_non_null(shape);
    uvp_mem_init(&mem, 0);
    uvp_draft_init(&draft, &mem, NULL);
    uvp_shape_make(shape, &draft, triangles, seed);
    assert_int_equal(draft.error.code, UVP_OK);
    found = judge(&draft);
    uvp_draft_release(&draft);
    assert_int_equal(mem.used_bytes, 0);
    return found;
}

static const uint32_t sizes[] = {2, 12, 100, 1000, 20000};

static void check_promises(const struct uvp_shape_kind *shape, const struct found *found)
{
    const unsigned promises = shape->promises;

    if ((promises & UVP_SHAPE_CLOSED) != 0) {
        assert_int_equal(found->open, 0);
        assert_true(found->volume > 0);
    }
    if ((promises & UVP_SHAPE_MANIFOLD) != 0) {
        assert_int_equal(found->crowd, 0);
        assert_int_equal(found->clash, 0);
    }
    if ((promises & UVP_SHAPE_FINITE) != 0) {
        assert_int_equal(found->unreal, 0);
    }
    if ((promises & UVP_SHAPE_SOUND) != 0) {
        assert_int_equal(found->repeat, 0);
        assert_int_equal(found->copies, 0);
    }
}

static void test_promises(void **state)
{
    (void)state;
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            const struct found found = make_and_judge(shape->name, sizes[i], 1 + i);

            print_message("%s of %u: %u\n", shape->name, (unsigned)sizes[i],
                          (unsigned)found.triangles);
            check_promises(shape, &found);
        }
    }
}

/* At least 1.5 times off is allowed where shapes grow by steps, a tenth where they are large.
 */
static void test_counts(void **state)
{
    (void)state;
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        for (uint64_t seed = 0; seed < 12; seed++) {
            const struct found least = make_and_judge(shape->name, 1, seed);

            assert_in_range(least.triangles, 1, 2 * shape->least);
        }
        for (uint32_t wanted = 2 * shape->least; wanted < 400000; wanted *= 9) {
            const struct found found = make_and_judge(shape->name, wanted, 3);
            const double part = (double)found.triangles / wanted;
            const double most = wanted >= 50000 ? 1.12 : 2.1;

            print_message("%s of %u: %.3f\n", shape->name, (unsigned)wanted, part);
            assert_true(part < most && part > 1 / most);
        }
    }
}

/* V - E + F = 2 - 2 * handles, of one part. */
static void test_handles(void **state)
{
    static const struct {
        const char *name;
        int euler;
    } rows[] = {{"cube", 2},  {"cylinder", 2}, {"cone", 2},  {"icosphere", 2},
                {"torus", 0}, {"uvsphere", 2}, {"quads", 0}, {"gear", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct uvp_mem mem;
        struct uvp_draft draft;
        struct found found;

        uvp_mem_init(&mem, 0);
        uvp_draft_init(&draft, &mem, NULL);
        uvp_shape_make(uvp_shape_find(rows[i].name), &draft, 3000, 5);
        found = judge(&draft);
        assert_int_equal(found.lost, 0);
        assert_int_equal((int)draft.vertex_count - (int)found.edges + (int)draft.face_count,
                         rows[i].euler);
        uvp_draft_release(&draft);
    }
}

static void test_foul(void **state)
{
    (void)state;
    assert_true(make_and_judge("flipped", 1000, 1).clash > 50);
    assert_true(make_and_judge("doubled", 1000, 1).copies > 50);
    assert_true(make_and_judge("degenerate", 1000, 1).repeat > 50);
    assert_true(make_and_judge("fans", 1000, 1).crowd > 30);
    assert_true(make_and_judge("cracks", 1000, 1).open > 50);
    assert_true(make_and_judge("holes", 1000, 1).open > 50);
    assert_true(make_and_judge("unreal", 1000, 1).unreal > 50);
    assert_true(make_and_judge("loose", 1000, 1).lost > 50);
    assert_true(make_and_judge("soup", 1000, 1).open == 3000);
}

/* The smallest have theirs, too. */
static void test_foul_small(void **state)
{
    (void)state;
    assert_true(make_and_judge("flipped", 12, 1).clash > 0);
    assert_true(make_and_judge("doubled", 12, 1).copies > 0);
    assert_true(make_and_judge("degenerate", 12, 1).repeat > 0);
    assert_true(make_and_judge("fans", 12, 1).crowd > 0);
    assert_true(make_and_judge("cracks", 12, 1).open > 0);
    assert_true(make_and_judge("holes", 12, 1).open > 0);
    assert_true(make_and_judge("unreal", 12, 1).unreal > 0);
    assert_true(make_and_judge("loose", 12, 1).lost > 0);
}

/* The same bytes for the same seed, and others for another where there is chance in it. */
static void test_seeds(void **state)
{
    struct uvp_mem mem;

    (void)state;
    uvp_mem_init(&mem, 0);
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        struct uvp_draft a;
        struct uvp_draft b;

        uvp_draft_init(&a, &mem, NULL);
        uvp_draft_init(&b, &mem, NULL);
        uvp_shape_make(shape, &a, 2000, 9);
        uvp_shape_make(shape, &b, 2000, 9);
        uvp_shape_roughen(&a, 0.02, 4);
        uvp_shape_roughen(&b, 0.02, 4);
        assert_int_equal(a.vertex_count, b.vertex_count);
        assert_int_equal(a.corner_count, b.corner_count);
        assert_memory_equal(a.position, b.position, 3 * a.vertex_count * sizeof *a.position);
        assert_memory_equal(a.corner, b.corner, a.corner_count * sizeof *a.corner);
        uvp_draft_release(&a);
        uvp_draft_release(&b);
    }
}

static void test_roughness(void **state)
{
    struct uvp_mem mem;
    struct uvp_draft draft;
    double most = 0;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_draft_init(&draft, &mem, NULL);
    uvp_shape_make(uvp_shape_find("plane"), &draft, 2000, 1);
    uvp_shape_roughen(&draft, 0.1, 1);
    for (size_t v = 0; v < draft.vertex_count; v++) {
        most = fmax(most, fabs(draft.position[3 * v + 2]));
    }
    assert_true(most > 0.03 && most <= 0.2);
    uvp_draft_release(&draft);
}

/* Every allocation fails once: nothing is read that is not there, nothing is kept. */
static void test_out_of_memory(void **state)
{
    (void)state;
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        enum uvp_code code = UVP_NO_MEMORY;

        for (uint64_t call = 1; code == UVP_NO_MEMORY; call++) {
            struct uvp_mem mem;
            struct uvp_draft draft;

            uvp_mem_init(&mem, 0);
            mem.fail_at_call = call;
            uvp_draft_init(&draft, &mem, NULL);
            uvp_shape_make(shape, &draft, 500, 2);
            uvp_shape_roughen(&draft, 0.01, 2);
            code = draft.error.code;
            uvp_draft_release(&draft);
            assert_int_equal(mem.used_bytes, 0);
        }
        assert_int_equal(code, UVP_OK);
    }
}

static void test_stopped(void **state)
{
    (void)state;
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        struct uvp_mem mem;
        struct uvp_draft draft;
        struct uvp_stop root;
        struct uvp_stop stop;

        uvp_mem_init(&mem, 0);
        assert_int_equal(uvp_stop_init(&root, false, NULL), UVP_OK);
        uvp_stop_init_child(&stop, &root, 0, "");
        stop.stop_at_poll = 2;
        uvp_draft_init(&draft, &mem, &stop);
        uvp_shape_make(shape, &draft, 100000, 2);
        assert_int_equal(draft.error.code, UVP_CANCELLED);
        uvp_draft_release(&draft);
        uvp_stop_release(&stop);
        uvp_stop_release(&root);
    }
}

/* Against the library's, which is right to about a unit in the last place. */
static void test_wave(void **state)
{
    (void)state;
    for (int i = -20000; i < 20000; i++) {
        const double x = i * 0.0123;

        assert_true(fabs(uvp_sine(x) - sin(x)) < 3e-16);
        assert_true(fabs(uvp_cosine(x) - cos(x)) < 3e-16);
    }
    for (int i = 1; i < 1000; i++) { /* near where they are zero, it is the part that counts */
        const double x = i * (UVP_WAVE_TURN / 4);
        const double want = i % 2 == 0 ? sin(x) : cos(x);
        const double have = i % 2 == 0 ? uvp_sine(x) : uvp_cosine(x);

        assert_true(fabs(have - want) <= 1e-15 * fabs(want));
    }
}

static void test_noise(void **state)
{
    double least = 0;
    double most = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        const double x = i * 0.37 - 3000;
        const double at = uvp_noise(1, x, -x, 0.5 * x);

        assert_true(fabs(uvp_noise(1, x + 1e-6, -x, 0.5 * x) - at) < 1e-4);
        least = fmin(least, at);
        most = fmax(most, at);
    }
    assert_true(least < -0.7 && least >= -1 && most > 0.7 && most <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_promises),   cmocka_unit_test(test_counts),
        cmocka_unit_test(test_handles),    cmocka_unit_test(test_foul),
        cmocka_unit_test(test_foul_small), cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_roughness),  cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_stopped),    cmocka_unit_test(test_wave),
        cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
