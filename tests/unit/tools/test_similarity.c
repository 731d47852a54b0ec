/* Two layouts of the same triangles: which similarity leads from one to the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tools/uvpipe/similarity.h"

#define TRIANGLES 40

struct side {
    struct uvp_fingerprint print;
    uint64_t keys[TRIANGLES];
    float uvs[6 * TRIANGLES];
};

static struct uvp_print_view view_of(const struct side *side)
{
    return (struct uvp_print_view){&side->print, side->keys,
                                   side->print.has_uvs ? side->uvs : NULL};
}

static void fill(struct side *side)
{
    uint32_t state = 1;

    memset(side, 0, sizeof *side);
    side->print.triangles = TRIANGLES;
    side->print.has_uvs = true;
    for (uint32_t t = 0; t < TRIANGLES; t++) {
        side->keys[t] = 10 * (uint64_t)t;
        for (int i = 0; i < 6; i++) {
            state = state * 1664525U + 1013904223U;
            side->uvs[6 * t + (uint32_t)i] = (float)(state >> 8) / 16777216.0F;
        }
    }
}

/* b = scale * turn(a) + offset; mirrored first. */
static void move(struct side *side, double scale, double degrees, bool mirrored)
{
    const double c = scale * cos(degrees * 3.14159265358979 / 180);
    const double s = scale * sin(degrees * 3.14159265358979 / 180);

    for (size_t i = 0; i < 3 * TRIANGLES; i++) {
        float *const uv = side->uvs + 2 * i;
        const double u = (double)uv[0];
        const double v = mirrored ? -(double)uv[1] : (double)uv[1];
        uv[0] = (float)(c * u - s * v + 3);
        uv[1] = (float)(s * u + c * v - 2);
    }
}

static void find_moved(double scale, double degrees, bool mirrored)
{
    struct uvp_similarity found;
    struct side a;
    struct side b;
    struct uvp_print_view va;
    struct uvp_print_view vb;

    fill(&a);
    fill(&b);
    move(&b, scale, degrees, mirrored);
    va = view_of(&a);
    vb = view_of(&b);
    uvp_similarity_find(&va, &vb, &found);
    assert_int_equal(found.common, TRIANGLES);
    assert_int_equal(found.corners, 3 * TRIANGLES);
    assert_true(found.most < 1e-5);
    assert_true(found.direct_most > 1);
    assert_true(fabs(found.scale - scale) < 1e-5);
    assert_true(fabs(found.degrees - degrees) < 1e-3);
    assert_int_equal(found.mirrored, mirrored);
}

static void similarities_are_found(void **state)
{
    (void)state;
    find_moved(1, 0, false);
    find_moved(0.25, 30, false);
    find_moved(7, -120, false);
    find_moved(0.5, 45, true);
    find_moved(1, 179, true);
}

static void a_corner_out_of_place_is_measured(void **state)
{
    struct uvp_similarity found;
    struct side a;
    struct side b;
    struct uvp_print_view va;
    struct uvp_print_view vb;

    (void)state;
    fill(&a);
    fill(&b);
    b.uvs[100] += 0.5F;
    va = view_of(&a);
    vb = view_of(&b);
    uvp_similarity_find(&va, &vb, &found);
    assert_true(fabs(found.direct_most - 0.5) < 1e-6);
    assert_true(found.most > 0.4 && found.most <= 0.5);
    assert_true(found.mean > 0 && found.mean < found.most);
}

static void missing_and_extra_triangles_are_counted(void **state)
{
    struct uvp_similarity found;
    struct side a;
    struct side b;
    struct uvp_print_view va;
    struct uvp_print_view vb;

    (void)state;
    fill(&a);
    fill(&b);
    b.keys[3] = 31; /* another one in the place of 30 */
    b.keys[39] = 9999;
    b.uvs[0] = NAN; /* and a corner without a UV */
    va = view_of(&a);
    vb = view_of(&b);
    uvp_similarity_find(&va, &vb, &found);
    assert_int_equal(found.common, TRIANGLES - 2);
    assert_int_equal(found.missing, 2);
    assert_int_equal(found.extra, 2);
    assert_int_equal(found.lost, 1);
    assert_int_equal(found.gained, 0);
    assert_int_equal(found.corners, 3 * (TRIANGLES - 2) - 1);
    assert_true(found.most < 1e-6);
}

/* Triangles at one place stand in any order: each is held against the nearest. */
static void equal_triangles_are_matched(void **state)
{
    struct uvp_similarity found;
    struct side a;
    struct side b;
    struct uvp_print_view va;
    struct uvp_print_view vb;

    (void)state;
    fill(&a);
    fill(&b);
    for (int k = 0; k < 4; k++) {
        a.keys[8 + k] = 80;
        b.keys[8 + k] = 80;
        memcpy(b.uvs + 6 * (size_t)(8 + k), a.uvs + 6 * (size_t)(11 - k), 6 * sizeof(float));
    }
    va = view_of(&a);
    vb = view_of(&b);
    uvp_similarity_find(&va, &vb, &found);
    assert_int_equal(found.common, TRIANGLES);
    assert_true(found.most < 1e-6);
    for (uint32_t t = 0; t < TRIANGLES; t++) { /* none is alone: they are taken in order */
        a.keys[t] = 5;
        b.keys[t] = 5;
    }
    uvp_similarity_find(&va, &vb, &found);
    assert_int_equal(found.corners, 3 * TRIANGLES);
    assert_true(found.most > 0.01);
}

static void nothing_is_compared_with_nothing(void **state)
{
    struct uvp_similarity found;
    struct side a;
    struct side b;
    struct uvp_print_view va;
    struct uvp_print_view vb;

    (void)state;
    fill(&a);
    fill(&b);
    b.print.has_uvs = false;
    va = view_of(&a);
    vb = view_of(&b);
    uvp_similarity_find(&va, &vb, &found);
    assert_int_equal(found.common, TRIANGLES);
    assert_int_equal(found.corners, 0);
    b.print.triangles = 0;
    uvp_similarity_find(&va, &vb, &found);
    assert_int_equal(found.missing, TRIANGLES);
    uvp_similarity_find(&vb, &va, &found);
    assert_int_equal(found.extra, TRIANGLES);
    assert_true(found.scale == 1);
}

static void facts_of_another_size_are_none(void **state)
{
    struct uvp_print_view view;
    struct side side;

    (void)state;
    fill(&side);
    assert_true(uvp_print_view_of(uvp_span_of(&side, sizeof side), &view));
    assert_ptr_equal(view.keys, side.keys);
    assert_ptr_equal(view.uvs, side.uvs);
    for (size_t bytes = 0; bytes < sizeof side; bytes++) {
        assert_false(uvp_print_view_of(uvp_span_of(&side, bytes), &view));
    }
    side.print.has_uvs = false;
    assert_true(uvp_print_view_of(uvp_span_of(&side, offsetof(struct side, uvs)), &view));
    assert_null(view.uvs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(similarities_are_found),
        cmocka_unit_test(a_corner_out_of_place_is_measured),
        cmocka_unit_test(missing_and_extra_triangles_are_counted),
        cmocka_unit_test(equal_triangles_are_matched),
        cmocka_unit_test(nothing_is_compared_with_nothing),
        cmocka_unit_test(facts_of_another_size_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
