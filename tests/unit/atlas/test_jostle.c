/*
 * Charts pushed about by hand-made drafts: what the exact check sees, and that the gap is kept
 * when charts are pushed apart or together.
 */
#include "tests/unit/atlas/atlas_check.h"

#include <math.h>

#include "stages/unwrapper/atlas/contact.h"
#include "stages/unwrapper/atlas/jostle.h"
#include "stages/unwrapper/atlas/plan.h"

#define CHARTS_MAX 16
#define SLOTS_MAX 128
#define GAP 0.002
#define STEPS_LEAST 3000000 /* fields are drawn whatever that takes */
#define LATTICE 1000.0      /* steps a page */

/* Charts of a page of side 1, as loops of points. */
struct page {
    struct uvp_bench bench;
    struct uvp_plan plan;
    struct uvp_atlas_work work;
    struct uvp_chart chart[CHARTS_MAX];
    struct uvp_point2 slot[SLOTS_MAX];
    uint32_t border[2 * SLOTS_MAX];
    struct uvp_outline outline[CHARTS_MAX];
    struct uvp_spot spot[CHARTS_MAX];
    struct uvp_spot packed[CHARTS_MAX];
    struct uvp_charts charts;
    struct uvp_outlines outlines;
    struct uvp_packing draft;
};

static void page_init(struct page *page)
{
    memset(page, 0, sizeof *page);
    uvp_bench_init(&page->bench);
    uvp_plan_make(NULL, &page->plan);
    page->work = (struct uvp_atlas_work){.plan = &page->plan,
                                         .scratch = &page->bench.scratch,
                                         .stop = &page->bench.stop,
                                         .err = &page->bench.err};
    page->charts.chart = page->chart;
    page->charts.slot = page->slot;
    page->outlines.outline = page->outline;
    page->outlines.border = page->border;
    page->draft = (struct uvp_packing){1, GAP, page->spot, 1, true};
}

/* A loop of the chart added last: a rectangle, to the left or, as a hole, to the right. */
static void add_loop(struct page *page, double x, double y, double w, double h, bool hole)
{
    struct uvp_outline *const outline = &page->outline[page->outlines.count - 1];
    const double at[4][2] = {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
    const uint32_t first = page->charts.slot_count;

    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t k = hole ? 3 - i : i;
        page->slot[first + i].x = (int32_t)(at[k][0] * LATTICE + 0.5);
        page->slot[first + i].y = (int32_t)(at[k][1] * LATTICE + 0.5);
        page->border[2 * (first + i)] = first + i;
        page->border[2 * (first + i) + 1] = first + (i + 1) % 4;
    }
    page->charts.slot_count += 4;
    outline->count += 4;
    outline->area += hole ? -w * h : w * h;
    outline->perimeter += 2 * (w + h);
}

/* A rectangle of a chart of its own, its lower left corner at (x, y) of the page. */
static void add_chart(struct page *page, double x, double y, double w, double h)
{
    const uint32_t c = page->outlines.count++;

    page->charts.count = page->outlines.count;
    page->chart[c].step = 1 / LATTICE;
    page->outline[c] = (struct uvp_outline){
        .first = page->charts.slot_count, .cosine = 1, .width = w, .height = h};
    page->spot[c] = (struct uvp_spot){1, 0, x, y, 0};
    add_loop(page, 0, 0, w, h, false);
}

static bool is_valid(struct page *page, double gap)
{
    struct uvp_contacts contacts;
    struct uvp_bodies bodies;
    bool valid;

    assert_int_equal(
        uvp_bodies_take(&page->work, &page->charts, &page->outlines, &page->draft, &bodies),
        UVP_OK);
    assert_int_equal(uvp_contacts_take(&page->work, &bodies, gap, &contacts), UVP_OK);
    uvp_contacts_place(&contacts);
    assert_int_equal(uvp_contacts_gather(&contacts, gap, 1), UVP_OK);
    assert_int_equal(uvp_contacts_check(&contacts, gap, &valid), UVP_OK);
    return valid;
}

static void test_check_measures_the_gap(void **state)
{
    struct page page;

    (void)state;
    page_init(&page);
    add_chart(&page, 0.1, 0.1, 0.3, 0.2);
    add_chart(&page, 0.41, 0.2, 0.3, 0.4);
    assert_true(is_valid(&page, 0.0099));
    assert_false(is_valid(&page, 0.0101));
    /* across a corner */
    page.spot[1].y = 0.31;
    assert_true(is_valid(&page, 0.0141));
    assert_false(is_valid(&page, 0.0142));
    uvp_bench_release(&page.bench);
}

static void test_check_sees_crossing_and_inside(void **state)
{
    struct page page;

    (void)state;
    page_init(&page);
    add_chart(&page, 0.1, 0.5, 0.8, 0.05);
    add_chart(&page, 0.5, 0.1, 0.05, 0.3);
    assert_true(is_valid(&page, GAP));
    /* a cross: no vertex of one is near the other */
    page.spot[1] = (struct uvp_spot){1, 0, 0.5, 0.38, 0};
    assert_false(is_valid(&page, GAP));
    uvp_bench_release(&page.bench);

    page_init(&page);
    add_chart(&page, 0.1, 0.1, 0.8, 0.8);
    add_chart(&page, 0.5, 0.5, 0.05, 0.05);
    assert_false(is_valid(&page, GAP));
    /* the same, smaller one first */
    page.spot[0] = (struct uvp_spot){1, 0, 0.95, 0.95, 0};
    assert_true(is_valid(&page, GAP));
    uvp_bench_release(&page.bench);

    page_init(&page);
    add_chart(&page, 0.1, 0.1, 0.8, 0.8);
    add_loop(&page, 0.3, 0.3, 0.2, 0.2, true);
    add_chart(&page, 0.45, 0.45, 0.05, 0.05);
    assert_true(is_valid(&page, GAP));
    page.spot[1].x = 0.7;
    assert_false(is_valid(&page, GAP));
    uvp_bench_release(&page.bench);
}

/* Nine squares three by three, each so much apart from the next. */
static void add_squares(struct page *page, double side, double apart)
{
    for (uint32_t i = 0; i < 9; i++) {
        add_chart(page, GAP / 2 + i % 3 * (side + apart), GAP / 2 + i / 3 * (side + apart),
                  side, side);
    }
}

/* Also: it takes no more steps than it may, but for what was begun. */
static struct uvp_packing jostle(struct page *page, uint64_t steps, double scale, bool *valid)
{
    struct uvp_packing packing = {scale, GAP, page->packed, 1, true};
    const uint64_t most = steps + steps / 2;

    assert_int_equal(uvp_jostle_make(&page->work, &page->charts, &page->outlines, &page->draft,
                                     &steps, &packing, valid),
                     UVP_OK);
    assert_true(steps > 0 && steps <= (most > STEPS_LEAST ? most : STEPS_LEAST));
    return packing;
}

static void test_pushes_together(void **state)
{
    struct page page;
    bool valid = false;

    (void)state;
    page_init(&page);
    add_squares(&page, 0.29, 0.05);
    const struct uvp_packing packing = jostle(&page, UINT64_C(100000000), 1, &valid);
    assert_true(valid);
    /* at best (1 - 3 gaps) / 3 */
    assert_true(packing.scale * 0.29 > 0.325 && packing.scale * 0.29 <= (1 - 3 * GAP) / 3);
    page.draft = packing;
    assert_true(is_valid(&page, GAP));
    uvp_bench_release(&page.bench);
}

static void test_pushes_apart(void **state)
{
    struct page page;
    bool valid = false;

    (void)state;
    page_init(&page);
    add_squares(&page, 0.33, -0.004);
    assert_false(is_valid(&page, GAP));
    const struct uvp_packing packing = jostle(&page, UINT64_C(100000000), 0, &valid);
    assert_true(valid);
    assert_true(packing.scale * 0.33 > 0.31);
    page.draft = packing;
    assert_true(is_valid(&page, GAP));
    uvp_bench_release(&page.bench);
}

/* Fewer and fewer steps: what is told to be valid is, whatever they were enough for. */
static void test_few_steps(void **state)
{
    uint32_t found = 0;

    (void)state;
    for (uint64_t steps = UINT64_C(8000000); steps > 1000; steps = steps * 3 / 4) {
        struct page page;
        bool valid = false;
        page_init(&page);
        add_squares(&page, 0.325, 0.0035);
        const struct uvp_packing packing = jostle(&page, steps, 0, &valid);
        assert_true(valid == (packing.scale > 0));
        if (valid) {
            page.draft = packing;
            assert_true(is_valid(&page, GAP));
            found++;
        }
        uvp_bench_release(&page.bench);
    }
    assert_true(found > 3);
}

static void test_keeps_what_is_better(void **state)
{
    struct page page;
    bool valid = false;

    (void)state;
    page_init(&page);
    add_squares(&page, 0.3, 0.03);
    page.packed[3].x = 0.25;
    struct uvp_packing packing = jostle(&page, UINT64_C(100000000), 1.2, &valid);
    assert_true(valid);
    assert_true(packing.scale >= 1.2 && packing.scale <= 1.2);
    assert_true(page.packed[3].x >= 0.25 && page.packed[3].x <= 0.25);
    /* without steps nothing is found where charts overlap */
    for (uint32_t c = 0; c < 9; c++) {
        page.spot[c] = (struct uvp_spot){1, 0, 0.3, 0.3, 0};
    }
    packing = jostle(&page, 10, 0, &valid);
    assert_false(valid);
    assert_true(packing.scale <= 0);
    uvp_bench_release(&page.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_measures_the_gap),
        cmocka_unit_test(test_check_sees_crossing_and_inside),
        cmocka_unit_test(test_pushes_together),
        cmocka_unit_test(test_pushes_apart),
        cmocka_unit_test(test_few_steps),
        cmocka_unit_test(test_keeps_what_is_better),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
