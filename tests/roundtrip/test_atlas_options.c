/*
 * Whatever is asked of the atlas: the same bytes for any number of workers, every mesh mapped,
 * and a verdict on what came out that has nothing to say against it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/line/round_trip.h"

#define MESHES 5
#define TEXT_BYTES 65536

struct set {
    const char *name;
    struct uvp_atlas_options atlas;
    bool differs; /* from what the defaults give */
};

static const struct set sets[] = {
    {"usual", {0}, false},
    {"fast", {.preset = UVP_ATLAS_FAST}, true},
    {"best", {.preset = UVP_ATLAS_BEST}, false},
    {"stretch", {.max_stretch = 1.02F}, true},
    {"small charts", {.max_chart_triangles = 20}, true},
    {"seams", {.seam_degrees = 30, .seam_groups = true}, true},
    {"keep", {.keep_charts = true}, true},
    {"winding", {.fix_winding = true}, false},
    {"density", {.texels_per_unit = 20, .pages = UVP_ATLAS_PAGES_AUTO}, true},
    {"pages", {.pages = 3, .pack_effort = 2}, true},
    {"all",
     {.preset = UVP_ATLAS_FAST,
      .max_stretch = 1.5F,
      .max_chart_triangles = 50,
      .seam_groups = true,
      .seam_degrees = 50,
      .keep_charts = true,
      .fix_winding = true,
      .resolution_texels = 512,
      .padding_texels = 4},
     true},
};

#define SETS (sizeof sets / sizeof sets[0])

/* ---- meshes ---- */

/* A bent sheet of quads: half of it of another material, some turned, with UVs when asked for.
 */
static size_t make_sheet(char *text, int side, bool with_uvs)
{
    const int n = side + 1;
    size_t bytes = 0;

    for (int i = 0; i < n * n; i++) {
        bytes += (size_t)snprintf(text + bytes, TEXT_BYTES - bytes, "v %d %d %d.%d\n", i % n,
                                  i / n, (i * i + side) % 3, i % 10);
    }
    for (int i = 0; with_uvs && i < n * n; i++) {
        bytes += (size_t)snprintf(text + bytes, TEXT_BYTES - bytes, "vt 0.%02d %d.%02d\n",
                                  i % n * 3, i == n ? 7 : 0, i / n * 3);
    }
    for (int i = 0; i < side * side; i++) {
        const int a = i / side * n + i % side + 1;
        const int corner[4] = {a, a + 1, a + n + 1, a + n};
        bytes +=
            (size_t)snprintf(text + bytes, TEXT_BYTES - bytes, "%sf",
                             i % 20 == 0 ? (i % 40 == 0 ? "usemtl a\n" : "usemtl b\n") : "");
        for (int k = 0; k < 4; k++) {
            const int v = corner[i % 13 == 12 ? 3 - k : k];
            bytes += with_uvs
                         ? (size_t)snprintf(text + bytes, TEXT_BYTES - bytes, " %d/%d", v, v)
                         : (size_t)snprintf(text + bytes, TEXT_BYTES - bytes, " %d", v);
        }
        bytes += (size_t)snprintf(text + bytes, TEXT_BYTES - bytes, "\n");
    }
    assert_true(bytes < TEXT_BYTES);
    return bytes;
}

struct load {
    struct test_member members[MESHES];
    char texts[MESHES][TEXT_BYTES];
    struct test_bytes archive;
};

static void make_load(struct load *load)
{
    static const char *const names[MESHES] = {"a.obj", "b/c.obj", "b/d.obj", "e.obj", "f.obj"};

    memset(load, 0, sizeof *load);
    for (int i = 0; i < MESHES; i++) {
        load->members[i].path = names[i];
        load->members[i].type = AE_IFREG;
        load->members[i].data = (const unsigned char *)load->texts[i];
        load->members[i].bytes = make_sheet(load->texts[i], 3 + 4 * i, i % 2 == 1);
        load->members[i].mode = 0644;
    }
    test_archive_make("pax", load->members, MESHES, &load->archive);
}

/* ---- runs ---- */

static void run_set(const struct set *set, uint32_t workers, const struct test_bytes *in,
                    struct line_run *run)
{
    struct round_trip way = {.workers = workers, .readers = 1};

    way.settings.atlas = set->atlas;
    way.settings.mesh.existing = UVP_EXISTING_REPLACE;
    round_trip_run(&way, in, run);
    if (run->code != UVP_END) {
        fail_msg("%s: code %d, %s", set->name, (int)run->code, run->error.text);
    }
    assert_int_equal(run->progress.members_read, MESHES);
    if (run->progress.members_by_status[UVP_MEMBER_UNWRAPPED] != MESHES) {
        fail_msg("%s: %llu of %d unwrapped", set->name,
                 (unsigned long long)run->progress.members_by_status[UVP_MEMBER_UNWRAPPED],
                 MESHES);
    }
}

static bool same_output(const struct line_run *a, const struct line_run *b)
{
    return a->output_bytes == b->output_bytes &&
           memcmp(a->output, b->output, a->output_bytes) == 0;
}

/* What the line makes of its own output. */
static void check_output(const struct set *set, const struct line_run *made)
{
    static const uint32_t worker_counts[] = {0, 2};

    for (size_t i = 0; i < 2; i++) {
        const struct test_bytes in = {.data = made->output, .bytes = made->output_bytes};
        struct round_trip way = {.workers = worker_counts[i], .readers = 1};
        struct line_run run;

        way.settings.task = UVP_TASK_CHECK;
        way.settings.allowed =
            UVP_FAULTS_USUAL_ALLOWED | (set->atlas.fix_winding ? UVP_FAULT_FLIPPED : 0U);
        way.settings.atlas.pages = set->atlas.pages;
        round_trip_run(&way, &in, &run);
        assert_int_equal(run.code, UVP_END);
        assert_null(run.output);
        assert_int_equal(run.records, MESHES);
        for (uint64_t k = 0; k < run.records; k++) {
            assert_int_equal(run.told[k].seq, k);
            if (run.told[k].status != UVP_MEMBER_VALID) {
                fail_msg("%s: %s is %s", set->name, run.told[k].path,
                         uvp_member_status_name(run.told[k].status));
            }
        }
        line_run_release(&run);
    }
}

static void every_set_gives_the_same_bytes(void **state)
{
    static const uint32_t worker_counts[] = {1, 2, 16};
    struct load *const load = malloc(sizeof *load);
    struct line_run usual;

    (void)state;
    assert_non_null(load);
    make_load(load);
    run_set(&sets[0], 0, &load->archive, &usual);
    for (size_t s = 0; s < SETS; s++) {
        struct line_run reference;
        run_set(&sets[s], 0, &load->archive, &reference);
        if (sets[s].differs && same_output(&reference, &usual)) {
            fail_msg("%s changes nothing", sets[s].name);
        }
        for (size_t i = 0; i < 3; i++) {
            struct line_run run;
            run_set(&sets[s], worker_counts[i], &load->archive, &run);
            if (!same_output(&run, &reference)) {
                fail_msg("%s: other bytes with %u workers", sets[s].name,
                         (unsigned)worker_counts[i]);
            }
            line_run_release(&run);
        }
        check_output(&sets[s], &reference);
        line_run_release(&reference);
    }
    line_run_release(&usual);
    test_bytes_release(&load->archive);
    free(load);
}

/* Meshes with UVs are skipped, worked on to keep their charts, or given new ones. */
static void charts_that_are_there(void **state)
{
    static const struct {
        enum uvp_existing existing;
        bool keep;
        uint64_t unwrapped;
    } rows[] = {
        {UVP_EXISTING_SKIP, false, 3},
        {UVP_EXISTING_SKIP, true, MESHES},
        {UVP_EXISTING_REPLACE, false, MESHES},
    };
    struct load *const load = malloc(sizeof *load);

    (void)state;
    assert_non_null(load);
    make_load(load);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct round_trip way = {.workers = 2, .readers = 1};
        struct line_run run;
        struct seen seen;

        way.settings.mesh.existing = rows[i].existing;
        way.settings.atlas.keep_charts = rows[i].keep;
        round_trip_run(&way, &load->archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED],
                         rows[i].unwrapped);
        seen_read(run.output, run.output_bytes, &seen);
        assert_int_equal(seen.count, MESHES);
        for (size_t k = 0; k < MESHES && rows[i].unwrapped == MESHES; k++) {
            assert_true(obj_is_unwrapped(load->members[k].data, load->members[k].bytes,
                                         seen.items[k].data, seen.items[k].bytes));
        }
        seen_release(&seen);
        line_run_release(&run);
    }
    test_bytes_release(&load->archive);
    free(load);
}

/* UVs as they come: what is wrong with them is found, in order, and nothing is written. */
static void a_check_only_tells(void **state)
{
    static const enum uvp_member_status wanted[MESHES] = {UVP_MEMBER_BARE, UVP_MEMBER_INVALID,
                                                          UVP_MEMBER_BARE, UVP_MEMBER_INVALID,
                                                          UVP_MEMBER_BARE};
    static const uint32_t worker_counts[] = {0, 1, 2, 16};
    struct load *const load = malloc(sizeof *load);

    (void)state;
    assert_non_null(load);
    make_load(load);
    for (size_t i = 0; i < 4; i++) {
        struct round_trip way = {.workers = worker_counts[i], .readers = 1};
        struct line_run run;

        way.settings.task = UVP_TASK_CHECK;
        way.settings.container_given = i % 2 == 1; /* foreign or not: nothing is carried over */
        way.settings.container = UVP_CONTAINER_ZIP;
        round_trip_run(&way, &load->archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_null(run.output);
        assert_int_equal(run.records, MESHES);
        for (size_t k = 0; k < MESHES; k++) {
            assert_int_equal(run.told[k].status, wanted[k]);
            assert_string_equal(run.told[k].path, load->members[k].path);
        }
        line_run_release(&run);
    }
    test_bytes_release(&load->archive);
    free(load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_gives_the_same_bytes),
        cmocka_unit_test(charts_that_are_there),
        cmocka_unit_test(a_check_only_tells),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
