/*
 * The exact predicates in all argument orders, and the verdict against brute force.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <stdlib.h>

#include "stages/unwrapper/atlas/verdict.h"

#define FULL ((int32_t)(1 << 24))

static struct uvp_point2 mirrored(struct uvp_point2 p, int way)
{
    struct uvp_point2 q = p;

    q.x = way & 1 ? FULL - q.x : q.x;
    q.y = way & 2 ? FULL - q.y : q.y;
    return way & 4 ? (struct uvp_point2){q.y, q.x} : q;
}

/* Every order of arguments, mirrored in every way, must say the same. */
static void expect_meet(const struct uvp_point2 p[4], bool meet)
{
    for (int way = 0; way < 8; way++) {
        const struct uvp_point2 a = mirrored(p[0], way);
        const struct uvp_point2 b = mirrored(p[1], way);
        const struct uvp_point2 c = mirrored(p[2], way);
        const struct uvp_point2 d = mirrored(p[3], way);
        assert_int_equal(uvp_segments_meet(a, b, c, d), meet);
        assert_int_equal(uvp_segments_meet(b, a, c, d), meet);
        assert_int_equal(uvp_segments_meet(a, b, d, c), meet);
        assert_int_equal(uvp_segments_meet(b, a, d, c), meet);
        assert_int_equal(uvp_segments_meet(c, d, a, b), meet);
        assert_int_equal(uvp_segments_meet(d, c, a, b), meet);
        assert_int_equal(uvp_segments_meet(c, d, b, a), meet);
        assert_int_equal(uvp_segments_meet(d, c, b, a), meet);
    }
}

static void test_segments_meet(void **state)
{
    static const struct {
        struct uvp_point2 p[4];
        bool meet;
    } cases[] = {
        {{{0, 0}, {4, 4}, {0, 4}, {4, 0}}, true},           /* crossing */
        {{{0, 0}, {4, 0}, {2, 0}, {2, 3}}, true},           /* end on edge */
        {{{0, 0}, {4, 0}, {2, 1}, {2, 3}}, false},          /* one unit beside */
        {{{0, 0}, {4, 4}, {4, 4}, {9, 5}}, true},           /* end on end */
        {{{0, 0}, {4, 4}, {2, 2}, {6, 6}}, true},           /* collinear, overlapping */
        {{{0, 0}, {8, 8}, {2, 2}, {6, 6}}, true},           /* one within the other */
        {{{0, 0}, {4, 4}, {4, 4}, {6, 6}}, true},           /* collinear, end touch */
        {{{0, 0}, {4, 4}, {5, 5}, {6, 6}}, false},          /* collinear, apart */
        {{{0, 0}, {4, 0}, {0, 1}, {4, 1}}, false},          /* parallel */
        {{{0, 0}, {FULL, FULL - 1}, {1, 0}, {1, 1}}, true}, /* crossed at one unit */
        {{{0, 0}, {FULL, 1}, {FULL / 2, 1}, {FULL, 2}}, false},
        {{{0, 0}, {FULL, 1}, {0, 1}, {FULL, 0}}, true},
        {{{3, 3}, {3, 3}, {0, 0}, {6, 6}}, true}, /* a point on an edge */
        {{{3, 4}, {3, 4}, {0, 0}, {6, 6}}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_meet(cases[i].p, cases[i].meet);
    }
}

static void test_segments_fold(void **state)
{
    static const struct {
        struct uvp_point2 p[3];
        bool fold;
    } cases[] = {
        {{{5, 5}, {9, 5}, {7, 5}}, true},  /* back on itself */
        {{{5, 5}, {9, 5}, {1, 5}}, false}, /* straight on */
        {{{5, 5}, {9, 5}, {5, 9}}, false}, /* right angle */
        {{{5, 5}, {9, 5}, {9, 6}}, false}, /* sharp */
        {{{5, 5}, {9, 5}, {5, 5}}, true},  /* no length */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int way = 0; way < 8; way++) {
            const struct uvp_point2 v = mirrored(cases[i].p[0], way);
            const struct uvp_point2 p = mirrored(cases[i].p[1], way);
            const struct uvp_point2 r = mirrored(cases[i].p[2], way);
            assert_int_equal(uvp_segments_fold(v, p, r), cases[i].fold);
            assert_int_equal(uvp_segments_fold(v, r, p), cases[i].fold);
        }
    }
}

/* A flat piece from triangles that share vertices by number. */
struct piece {
    struct uvp_point2 at[512];
    uint32_t corner[3 * 512];
    uint32_t border[2 * 3 * 512];
    uint32_t vertices;
    uint32_t triangles;
    uint32_t borders;
};

static bool has_edge(const struct piece *piece, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < 3 * piece->triangles; i++) {
        const uint32_t next = i % 3 == 2 ? i - 2 : i + 1;
        if (piece->corner[i] == from && piece->corner[next] == to) {
            return true;
        }
    }
    return false;
}

static enum uvp_verdict judge(struct piece *piece)
{
    struct uvp_flat flat;
    struct uvp_bench bench;
    struct uvp_atlas_work work;
    enum uvp_verdict verdict = UVP_VERDICT_WOUND;

    piece->borders = 0;
    for (uint32_t i = 0; i < 3 * piece->triangles; i++) {
        const uint32_t next = i % 3 == 2 ? i - 2 : i + 1;
        if (!has_edge(piece, piece->corner[next], piece->corner[i])) {
            piece->border[2 * piece->borders] = piece->corner[i];
            piece->border[2 * piece->borders + 1] = piece->corner[next];
            piece->borders++;
        }
    }
    uvp_bench_init(&bench);
    work = (struct uvp_atlas_work){
        .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
    flat = (struct uvp_flat){piece->triangles, piece->vertices, piece->borders,
                             piece->corner,    piece->border,   piece->at};
    assert_int_equal(uvp_verdict_find(&work, &flat, &verdict), UVP_OK);
    uvp_bench_release(&bench);
    return verdict;
}

static void add_triangle(struct piece *piece, uint32_t a, uint32_t b, uint32_t c)
{
    piece->corner[3 * piece->triangles] = a;
    piece->corner[3 * piece->triangles + 1] = b;
    piece->corner[3 * piece->triangles + 2] = c;
    piece->triangles++;
}

static void test_single_triangles(void **state)
{
    struct piece piece = {.at = {{0, 0}, {5, 0}, {0, 5}}, .vertices = 3};

    (void)state;
    add_triangle(&piece, 0, 1, 2);
    assert_int_equal(judge(&piece), UVP_VERDICT_VALID);
    piece.at[2] = (struct uvp_point2){10, 0};
    assert_int_equal(judge(&piece), UVP_VERDICT_TURNED);
    piece.at[2] = (struct uvp_point2){0, -1};
    assert_int_equal(judge(&piece), UVP_VERDICT_TURNED);
}

/* Eight outer and eight inner vertices on squares, quads between: a ring. */
static void make_ring(struct piece *piece, int32_t inner)
{
    static const int32_t way[8][2] = {{-1, -1}, {0, -1}, {1, -1}, {1, 0},
                                      {1, 1},   {0, 1},  {-1, 1}, {-1, 0}};

    *piece = (struct piece){.vertices = 16};
    for (uint32_t i = 0; i < 8; i++) {
        const uint32_t next = (i + 1) % 8;
        piece->at[i] = (struct uvp_point2){100 + 50 * way[i][0], 100 + 50 * way[i][1]};
        piece->at[8 + i] =
            (struct uvp_point2){100 + inner * way[i][0], 100 + inner * way[i][1]};
        add_triangle(piece, i, next, 8 + next);
        add_triangle(piece, i, 8 + next, 8 + i);
    }
}

static void test_ring_with_a_hole(void **state)
{
    struct piece piece;

    (void)state;
    make_ring(&piece, 10);
    assert_int_equal(judge(&piece), UVP_VERDICT_VALID);
    piece.at[8 + 1].y = 50; /* the hole touches the outer border */
    assert_int_not_equal(judge(&piece), UVP_VERDICT_VALID);
    piece.at[8 + 1].y = 51;
    assert_int_equal(judge(&piece), UVP_VERDICT_VALID);
}

/* A strip around and around: `turns8` eighths of a turn, growing by `grow` a step. */
static void make_spiral(struct piece *piece, uint32_t steps, int32_t grow)
{
    static const int32_t way[8][2] = {{10, 0},  {7, 7},   {0, 10},  {-7, 7},
                                      {-10, 0}, {-7, -7}, {0, -10}, {7, -7}};

    *piece = (struct piece){.vertices = 2 * steps};
    for (uint32_t i = 0; i < steps; i++) {
        const int32_t far = 20 + grow * (int32_t)i;
        for (uint32_t side = 0; side < 2; side++) {
            const int32_t r = far + 8 * (int32_t)side;
            piece->at[2 * i + side] =
                (struct uvp_point2){100000 + way[i % 8][0] * r, 100000 + way[i % 8][1] * r};
        }
        if (i > 0) {
            const uint32_t a = 2 * i - 2;
            add_triangle(piece, a, a + 1, a + 3);
            add_triangle(piece, a, a + 3, a + 2);
        }
    }
}

static void test_spirals(void **state)
{
    struct piece piece;

    (void)state;
    make_spiral(&piece, 7, 0);
    assert_int_equal(judge(&piece), UVP_VERDICT_VALID);
    make_spiral(&piece, 20, 0); /* folds onto itself exactly */
    assert_int_not_equal(judge(&piece), UVP_VERDICT_VALID);
    make_spiral(&piece, 40, 2); /* gets out of its own way */
    assert_int_equal(judge(&piece), UVP_VERDICT_VALID);
    make_spiral(&piece, 40, 1); /* touches itself: 8 steps grow by its width */
    assert_int_not_equal(judge(&piece), UVP_VERDICT_VALID);
}

/* Triangles about an interior vertex that go around twice: all positive, border simple? */
static void test_fan_wound_twice(void **state)
{
    static const int32_t way[6][2] = {{10, 0}, {5, 9}, {-5, 9}, {-10, 0}, {-5, -9}, {5, -9}};
    struct piece piece = {.vertices = 13};

    (void)state;
    piece.at[12] = (struct uvp_point2){1000, 1000};
    for (uint32_t i = 0; i < 12; i++) {
        const int32_t r = 10 + (int32_t)i;
        piece.at[i] = (struct uvp_point2){1000 + way[i % 6][0] * r, 1000 + way[i % 6][1] * r};
        add_triangle(&piece, i, (i + 1) % 12, 12);
    }
    assert_int_not_equal(judge(&piece), UVP_VERDICT_VALID);
}

static void test_parts_apart_or_nested(void **state)
{
    struct piece piece = {.vertices = 6};

    (void)state;
    piece.at[0] = (struct uvp_point2){0, 0};
    piece.at[1] = (struct uvp_point2){90, 0};
    piece.at[2] = (struct uvp_point2){0, 90};
    piece.at[3] = (struct uvp_point2){10, 10};
    piece.at[4] = (struct uvp_point2){20, 10};
    piece.at[5] = (struct uvp_point2){10, 20};
    add_triangle(&piece, 0, 1, 2);
    add_triangle(&piece, 3, 4, 5); /* inside: no borders cross, yet it overlaps */
    assert_int_equal(judge(&piece), UVP_VERDICT_WOUND);
}

static void test_comb(void **state)
{
    struct piece *const piece = calloc(1, sizeof *piece);

    (void)state;
    assert_non_null(piece);
    for (int32_t width = 1; width < 4; width++) {
        *piece = (struct piece){.vertices = 0};
        for (uint32_t i = 0; i < 100; i++) { /* teeth on a common strip */
            const int32_t x = (int32_t)i * 3;
            piece->at[3 * i] = (struct uvp_point2){x, 100};
            piece->at[3 * i + 1] = (struct uvp_point2){x, 0};
            piece->at[3 * i + 2] = (struct uvp_point2){x + width, 5000};
            if (i > 0) {
                add_triangle(piece, 3 * i - 2, 3 * i + 1, 3 * i);
                add_triangle(piece, 3 * i - 2, 3 * i, 3 * i - 3);
                add_triangle(piece, 3 * i - 3, 3 * i, 3 * i - 1);
            }
        }
        piece->vertices = 299;
        piece->triangles = 3 * 99;
        assert_int_equal(judge(piece), UVP_VERDICT_VALID);
    }
    piece->at[2 + 3 * 50].x += 3; /* one tooth crosses its neighbour */
    piece->at[2 + 3 * 51].x -= 3;
    assert_int_not_equal(judge(piece), UVP_VERDICT_VALID);
    free(piece);
}

/* ---- against brute force ---- */

static bool separated(const struct uvp_point2 *a, const struct uvp_point2 *b)
{
    for (int k = 0; k < 3; k++) {
        int outside = 0;
        for (int j = 0; j < 3; j++) {
            outside += uvp_orient(a[k], a[(k + 1) % 3], b[j]) <= 0;
        }
        if (outside == 3) {
            return true;
        }
    }
    return false;
}

static bool triangles_overlap(const struct piece *piece, uint32_t s, uint32_t t)
{
    struct uvp_point2 a[3];
    struct uvp_point2 b[3];

    for (uint32_t k = 0; k < 3; k++) {
        a[k] = piece->at[piece->corner[3 * s + k]];
        b[k] = piece->at[piece->corner[3 * t + k]];
    }
    return !separated(a, b) && !separated(b, a);
}

static bool any_overlap(const struct piece *piece)
{
    for (uint32_t s = 0; s < piece->triangles; s++) {
        for (uint32_t t = 0; t < s; t++) {
            if (triangles_overlap(piece, s, t)) {
                return true;
            }
        }
    }
    return false;
}

static bool borders_touch(const struct piece *piece)
{
    for (uint32_t e = 0; e < piece->borders; e++) {
        for (uint32_t f = 0; f < e; f++) {
            const uint32_t *const p = piece->border + 2 * (size_t)e;
            const uint32_t *const q = piece->border + 2 * (size_t)f;
            const bool joined = p[0] == q[0] || p[0] == q[1] || p[1] == q[0] || p[1] == q[1];
            if (!joined && uvp_segments_meet(piece->at[p[0]], piece->at[p[1]], piece->at[q[0]],
                                             piece->at[q[1]])) {
                return true;
            }
        }
    }
    return false;
}

/* A grid of quads, some left out, all vertices moved at random. */
static void make_random(struct piece *piece, uint32_t *random, int32_t range)
{
    const uint32_t nx = 2 + uvp_test_random(random) % 3;
    const uint32_t ny = 2 + uvp_test_random(random) % 2;
    const int32_t cell = range / 4;

    piece->vertices = (nx + 1) * (ny + 1);
    piece->triangles = 0;
    for (uint32_t v = 0; v < piece->vertices; v++) {
        const int32_t x = (int32_t)(v % (nx + 1)) * cell;
        const int32_t y = (int32_t)(v / (nx + 1)) * cell;
        piece->at[v].x = x + (int32_t)(uvp_test_random(random) % (uint32_t)(2 * cell));
        piece->at[v].y = y + (int32_t)(uvp_test_random(random) % (uint32_t)(2 * cell));
    }
    for (uint32_t q = 0; q < nx * ny; q++) {
        const uint32_t a = q / nx * (nx + 1) + q % nx;
        if (uvp_test_random(random) % 4 != 0) {
            add_triangle(piece, a, a + 1, a + nx + 2);
            add_triangle(piece, a, a + nx + 2, a + nx + 1);
        }
    }
}

static void test_against_brute_force(void **state)
{
    static struct piece piece;
    uint32_t random = 99;
    uint32_t valid = 0;
    uint32_t turned = 0;
    uint32_t other = 0;

    (void)state;
    for (int i = 0; i < 60000; i++) {
        enum uvp_verdict verdict;
        make_random(&piece, &random, i % 3 == 0 ? 8 : i % 3 == 1 ? 40 : FULL / 2);
        if (piece.triangles == 0) {
            continue;
        }
        verdict = judge(&piece);
        if (verdict == UVP_VERDICT_TURNED) {
            turned++;
        } else if (verdict == UVP_VERDICT_VALID) {
            assert_false(any_overlap(&piece));
            assert_false(borders_touch(&piece));
            valid++;
        } else if (verdict == UVP_VERDICT_CROSSED) {
            assert_true(any_overlap(&piece) || borders_touch(&piece));
            other++;
        }
    }
    assert_true(valid > 20);
    assert_true(other > 20);
    assert_true(turned > 1000);
}

/* Two squares over each other's corner: two pairs of edges cross, and both are told. */
static void test_clashes_are_listed(void **state)
{
    static const struct uvp_point2 at[8] = {{0, 0},   {100, 0},  {100, 100}, {0, 100},
                                            {50, 50}, {150, 50}, {150, 150}, {50, 150}};
    static const uint32_t corner[12] = {0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7};
    static const uint32_t border[16] = {0, 1, 1, 2, 2, 3, 3, 0, 4, 5, 5, 6, 6, 7, 7, 4};
    const struct uvp_flat flat = {4, 8, 8, corner, border, at};
    struct uvp_clash clash[4];
    struct uvp_bench bench;
    struct uvp_atlas_work work;
    uint32_t count = 0;
    bool seen[2] = {false, false};

    (void)state;
    uvp_bench_init(&bench);
    work = (struct uvp_atlas_work){
        .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
    assert_int_equal(uvp_verdict_clashes(&work, &flat, clash, 4, &count), UVP_OK);
    assert_int_equal(count, 2);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t low = clash[i].a < clash[i].b ? clash[i].a : clash[i].b;
        const uint32_t high = clash[i].a < clash[i].b ? clash[i].b : clash[i].a;
        seen[0] = seen[0] || (low == 1 && high == 4);
        seen[1] = seen[1] || (low == 2 && high == 7);
    }
    assert_true(seen[0] && seen[1]);
    assert_int_equal(uvp_verdict_clashes(&work, &flat, clash, 1, &count), UVP_OK);
    assert_int_equal(count, 1);
    uvp_bench_release(&bench);
}

#define EDGES 300

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

/* Short edges about the origin, most of them crowded into a corner of the whole. */
static void scatter_edges(uint32_t seed, int32_t crowd, struct uvp_point2 *at)
{
    for (uint32_t e = 0; e < EDGES; e++) {
        const int32_t width = e % 50 == 0 ? 1 << 23 : crowd;
        const struct uvp_point2 p = {
            (int32_t)(next_random(&seed) % (uint32_t)width) - width / 2,
            (int32_t)(next_random(&seed) % (uint32_t)width) - width / 2};
        at[2 * e] = p;
        at[2 * e + 1] = (struct uvp_point2){p.x + (int32_t)(next_random(&seed) % 99) - 49,
                                            p.y + (int32_t)(next_random(&seed) % 99) - 49};
    }
}

/* Loose edges, on both sides of zero, spread evenly and crowded: as many as pair by pair. */
static void test_clashes_against_all_pairs(void **state)
{
    static const int32_t crowds[4] = {400, 3000, 100000, 1 << 23};
    struct uvp_point2 at[2 * EDGES];
    uint32_t border[2 * EDGES];
    static struct uvp_clash clash[EDGES * EDGES];
    struct uvp_bench bench;
    struct uvp_atlas_work work;

    (void)state;
    uvp_bench_init(&bench);
    work = (struct uvp_atlas_work){
        .scratch = &bench.scratch, .stop = &bench.stop, .err = &bench.err};
    for (uint32_t i = 0; i < 2 * EDGES; i++) {
        border[i] = i;
    }
    for (uint32_t round = 0; round < 40; round++) {
        const struct uvp_flat flat = {0, 2 * EDGES, EDGES, NULL, border, at};
        uint32_t expected = 0;
        uint32_t count = 0;
        scatter_edges(round, crowds[round % 4], at);
        for (uint32_t e = 0; e < EDGES; e++) {
            for (uint32_t f = 0; f < e; f++) {
                expected +=
                    uvp_segments_meet(at[2 * e], at[2 * e + 1], at[2 * f], at[2 * f + 1]);
            }
        }
        assert_int_equal(uvp_verdict_clashes(&work, &flat, clash, EDGES * EDGES, &count),
                         UVP_OK);
        assert_int_equal(count, expected);
    }
    uvp_bench_release(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clashes_are_listed),
        cmocka_unit_test(test_clashes_against_all_pairs),
        cmocka_unit_test(test_segments_meet),
        cmocka_unit_test(test_segments_fold),
        cmocka_unit_test(test_single_triangles),
        cmocka_unit_test(test_ring_with_a_hole),
        cmocka_unit_test(test_spirals),
        cmocka_unit_test(test_fan_wound_twice),
        cmocka_unit_test(test_parts_apart_or_nested),
        cmocka_unit_test(test_comb),
        cmocka_unit_test(test_against_brute_force),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
