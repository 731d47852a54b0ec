/*
 * Lineages alone: random joins against the same joins done on sets, what divides a list, units
 * that moved, too many leaves, and no memory.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <stdlib.h>

#include "stages/unwrapper/atlas/lineage.h"

#define LEAVES 40U
#define UNITS (4 * LEAVES) /* a leaf is every LEAVES-th unit */

struct family {
    struct uvp_bench bench;
    struct uvp_atlas_work work;
    struct uvp_topology topology; /* units without edges */
    struct uvp_lineage lineage;
    uint32_t label[UNITS];
    uint32_t opposite[3 * UNITS];
    uint8_t dead[UNITS];
    uint64_t random;
};

static uint32_t pick(struct family *family, uint32_t count)
{
    family->random = family->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(family->random >> 33) % count;
}

static void begin(struct family *family, uint64_t seed)
{
    memset(family, 0, sizeof *family);
    uvp_bench_init(&family->bench);
    family->random = seed;
    family->work = (struct uvp_atlas_work){.keep = &family->bench.keep,
                                           .scratch = &family->bench.scratch,
                                           .stop = &family->bench.stop,
                                           .err = &family->bench.err};
    family->topology = (struct uvp_topology){.triangle_count = UNITS,
                                             .unit_count = UNITS,
                                             .opposite = family->opposite,
                                             .dead = family->dead};
    for (uint32_t u = 0; u < UNITS; u++) {
        family->label[u] = u % LEAVES;
    }
    memset(family->opposite, 0xff, sizeof family->opposite);
}

static enum uvp_code start(struct family *family)
{
    UVP_TRY(uvp_lineage_take(&family->work, UNITS, &family->lineage));
    return uvp_lineage_start(&family->work, UNITS, family->label, LEAVES, &family->lineage);
}

static enum uvp_code sides_of(struct family *family, const uint32_t *list, uint32_t count,
                              uint32_t *side, bool *found)
{
    return uvp_lineage_sides(&family->work, &family->topology, &family->lineage, list, count,
                             side, found);
}

/* Joins all leaves into one; set[r][i]: whether leaf i was in the r-th region that ever was. */
static uint32_t join_all(struct family *family, bool set[][LEAVES])
{
    uint32_t own[LEAVES]; /* set of each region alive, by its leaf */
    uint32_t alive[LEAVES];
    uint32_t sets = LEAVES;

    for (uint32_t i = 0; i < LEAVES; i++) {
        memset(set[i], 0, sizeof set[i]);
        set[i][i] = true;
        own[i] = i;
        alive[i] = i;
    }
    for (uint32_t left = LEAVES; left > 1; left--) {
        const uint32_t a = pick(family, left);
        const uint32_t b = (a + 1 + pick(family, left - 1)) % left;
        for (uint32_t i = 0; i < LEAVES; i++) {
            set[sets][i] = set[own[alive[a]]][i] || set[own[alive[b]]][i];
        }
        uvp_lineage_join(&family->lineage, alive[a], alive[b]);
        own[alive[a]] = sets++;
        alive[b] = alive[left - 1];
    }
    for (uint32_t i = 0; i < LEAVES; i++) { /* the region left is called 0 */
        family->label[i] = i == alive[0] ? 0 : UVP_NONE;
    }
    return sets;
}

/* Whether the sides are a region against the rest, and how large the largest that may be is. */
static void check_sides(bool set[][LEAVES], uint32_t sets, const uint32_t *list, uint32_t count,
                        const uint32_t *side, bool found)
{
    uint32_t most = 0;
    uint32_t ones = 0;
    bool is_region = false;

    for (uint32_t i = 0; i < count; i++) {
        ones += side[i];
    }
    for (uint32_t s = 0; s < sets; s++) {
        uint32_t inside = 0;
        bool same = true;
        for (uint32_t i = 0; i < count; i++) {
            inside += set[s][list[i] % LEAVES];
            same = same && set[s][list[i] % LEAVES] == (side[i] == 1);
        }
        is_region = is_region || same;
        most = inside <= count - count / 8 && inside > most ? inside : most;
    }
    assert_int_equal(found, most >= count / 8 && most > 0);
    if (found) {
        assert_true(is_region);
        assert_int_equal(ones, most);
        assert_true(ones < count);
    }
}

static void test_random_joins(void **state)
{
    static bool set[2 * LEAVES][LEAVES];

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct family family;
        uint32_t side[UNITS];
        uint32_t list[UNITS];
        uint32_t count = 0;
        uint32_t sets;
        bool found;
        begin(&family, seed);
        assert_int_equal(start(&family), UVP_OK);
        sets = join_all(&family, set);
        assert_int_equal(
            uvp_lineage_renumber(&family.work, family.label, LEAVES, &family.lineage), UVP_OK);
        assert_int_equal(uvp_lineage_finish(&family.work, UNITS, 1, &family.lineage), UVP_OK);
        for (uint32_t u = 0; u < UNITS; u++) {
            if (seed % 2 == 0 || pick(&family, 3) == 0) {
                list[count++] = u;
            }
        }
        assert_true(count > LEAVES / 2);
        assert_int_equal(sides_of(&family, list, count, side, &found), UVP_OK);
        if (found || seed % 2 == 0) {
            check_sides(set, sets, list, count, side, found);
        }
        uvp_bench_release(&family.bench);
    }
}

/* One leaf cannot be divided, and where there is no lineage nothing can. */
static void test_nothing_to_divide(void **state)
{
    struct family family;
    const uint32_t list[3] = {0, LEAVES, 2 * LEAVES};
    uint32_t side[3];
    bool found = true;

    (void)state;
    begin(&family, 1);
    assert_int_equal(start(&family), UVP_OK);
    assert_int_equal(uvp_lineage_finish(&family.work, UNITS, LEAVES, &family.lineage), UVP_OK);
    assert_int_equal(sides_of(&family, list, 3, side, &found), UVP_OK);
    assert_false(found);
    family.lineage = (struct uvp_lineage){.count = 0};
    found = true;
    assert_int_equal(sides_of(&family, list, 3, side, &found), UVP_OK);
    assert_false(found);
    uvp_bench_release(&family.bench);
}

/* Meshes whose facets stay tiny do without. */
static void test_too_many_leaves(void **state)
{
    struct family family;
    uint32_t *label;

    (void)state;
    begin(&family, 1);
    label = calloc(1000, sizeof *label);
    assert_non_null(label);
    assert_int_equal(uvp_lineage_take(&family.work, 1000, &family.lineage), UVP_OK);
    assert_int_equal(uvp_lineage_start(&family.work, 1000, label, 999, &family.lineage),
                     UVP_OK);
    assert_int_equal(family.lineage.count, 0);
    uvp_lineage_join(&family.lineage, 3, 4);
    assert_int_equal(uvp_lineage_renumber(&family.work, label, 999, &family.lineage), UVP_OK);
    assert_int_equal(
        uvp_lineage_adopt(&family.work, &family.topology, label, 999, &family.lineage), UVP_OK);
    assert_int_equal(uvp_lineage_finish(&family.work, 1000, 1, &family.lineage), UVP_OK);
    free(label);
    uvp_bench_release(&family.bench);
}

/* Units 0 and LEAVES move to region 1, beside unit 1 one after the other; unit 2 alone. */
static void test_moved_units(void **state)
{
    struct family family;
    const uint32_t path[2][2] = {{3 * 1, 3 * 0}, {3 * 0 + 1, 3 * LEAVES}};

    (void)state;
    begin(&family, 1);
    for (int i = 0; i < 2; i++) {
        family.opposite[path[i][0]] = path[i][1];
        family.opposite[path[i][1]] = path[i][0];
    }
    assert_int_equal(start(&family), UVP_OK);
    family.label[0] = 1;
    family.label[LEAVES] = 1;
    family.label[2] = 3;
    assert_int_equal(uvp_lineage_adopt(&family.work, &family.topology, family.label, LEAVES,
                                       &family.lineage),
                     UVP_OK);
    assert_int_equal(family.lineage.place[0], 1);
    assert_int_equal(family.lineage.place[LEAVES], 1);
    assert_int_equal(family.lineage.place[2], 3);
    assert_int_equal(family.lineage.place[2 * LEAVES], 0);
    uvp_bench_release(&family.bench);
}

static enum uvp_code run_whole(struct family *family)
{
    uint32_t list[UNITS];
    uint32_t side[UNITS];
    bool found;

    UVP_TRY(start(family));
    for (uint32_t i = 1; i < LEAVES; i++) {
        uvp_lineage_join(&family->lineage, 0, i);
        family->label[i] = UVP_NONE;
    }
    UVP_TRY(uvp_lineage_renumber(&family->work, family->label, LEAVES, &family->lineage));
    memset(family->label, 0, sizeof family->label);
    UVP_TRY(uvp_lineage_adopt(&family->work, &family->topology, family->label, 1,
                              &family->lineage));
    UVP_TRY(uvp_lineage_finish(&family->work, UNITS, 1, &family->lineage));
    for (uint32_t u = 0; u < UNITS; u++) {
        list[u] = u;
    }
    UVP_TRY(sides_of(family, list, UNITS, side, &found));
    assert_true(found);
    return UVP_OK;
}

static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct family family;
        enum uvp_code code;
        begin(&family, 1);
        family.bench.mem.fail_at_call = n;
        code = run_whole(&family);
        uvp_bench_release(&family.bench);
        if (code == UVP_OK) {
            assert_true(n > 1);
            return;
        }
        assert_int_equal(code, UVP_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_joins),    cmocka_unit_test(test_nothing_to_divide),
        cmocka_unit_test(test_too_many_leaves), cmocka_unit_test(test_moved_units),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
