/*
 * What becomes of meshes that have UVs already, that are broken, or that cannot be read: which
 * bytes go on, what is told, and how the run ends.
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
#include "tests/support/line/tar_bytes.h"
#include "tests/unit/archive/zip_maker.h"

static const char with_uvs[] = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 5 5\nvt 6 5\nvt 5 6\n"
                               "vn 0 0 1\nf 1/1/1 2/2/1 3/3/1\n# end\n";
static const char without[] = "# a triangle\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3";
static const char bad_index[] = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n";
static const char bad_number[] = "v 0 zero 0\nf 1 1 1\n";
static const char no_area[] = "v 0 0 0\nf 1 1 1\n";

static struct test_member mesh_of(const char *path, const char *text)
{
    const struct test_member member = {.path = path,
                                       .type = AE_IFREG,
                                       .data = (const unsigned char *)text,
                                       .bytes = strlen(text),
                                       .mode = 0644,
                                       .mtime = 1500000000};

    return member;
}

static const char *const dialects[] = {"ustar", "pax", "gnutar", "newc", "odc", "zip"};

#define DIALECTS (sizeof dialects / sizeof dialects[0])

/* What a member's text became; NULL when it is not there. */
static bool is_text(const struct line_run *run, const char *path, const char *text)
{
    struct seen seen;
    const struct seen_member *found;
    bool same;

    seen_read(run->output, run->output_bytes, &seen);
    assert_true(seen.whole);
    found = seen_find(&seen, path);
    same = found != NULL && found->bytes == strlen(text) &&
           memcmp(found->data, text, found->bytes) == 0;
    seen_release(&seen);
    return same;
}

static bool is_unwrapped(const struct line_run *run, const char *path, const char *text)
{
    struct seen seen;
    const struct seen_member *found;
    bool good;

    seen_read(run->output, run->output_bytes, &seen);
    assert_true(seen.whole);
    found = seen_find(&seen, path);
    good = found != NULL && obj_is_unwrapped(text, strlen(text), found->data, found->bytes);
    seen_release(&seen);
    return good;
}

static void assert_same(const struct line_run *run, const struct test_bytes *archive)
{
    assert_int_equal(run->output_bytes, archive->bytes);
    assert_memory_equal(run->output, archive->data, archive->bytes);
}

/* ---- UVs that are there ---- */

static void existing_uvs(void **state)
{
    struct test_member members[] = {mesh_of("a.obj", with_uvs), mesh_of("b.obj", without),
                                    mesh_of("c.obj", with_uvs)};

    (void)state;
    for (size_t d = 0; d < DIALECTS; d++) {
        struct test_bytes archive = {0};

        test_archive_make(dialects[d], members, 3, &archive);
        for (uint32_t workers = 0; workers < 3; workers++) {
            struct round_trip way = {.workers = workers};
            struct line_run run;

            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(line_run_record(&run, "a.obj")->status, UVP_MEMBER_PASSED);
            assert_int_equal(line_run_record(&run, "b.obj")->status, UVP_MEMBER_UNWRAPPED);
            assert_true(is_text(&run, "a.obj", with_uvs));
            assert_true(is_unwrapped(&run, "b.obj", without));
            assert_true(is_text(&run, "c.obj", with_uvs));
            line_run_release(&run);

            way.settings.mesh.existing = UVP_EXISTING_REPLACE;
            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_UNWRAPPED], 3);
            assert_false(is_text(&run, "a.obj", with_uvs));
            assert_true(is_unwrapped(&run, "a.obj", with_uvs));
            assert_true(is_unwrapped(&run, "b.obj", without));
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

/* What was unwrapped once has UVs: the second run changes nothing at all. */
static void the_second_run_changes_nothing(void **state)
{
    struct test_member members[] = {mesh_of("b.obj", without), mesh_of("t.txt", "text"),
                                    mesh_of("c.obj", with_uvs)};

    (void)state;
    for (size_t d = 0; d < DIALECTS; d++) {
        const struct round_trip way = {.workers = 2};
        struct test_bytes archive = {0};
        struct test_bytes again = {0};
        struct line_run first;
        struct line_run second;

        test_archive_make(dialects[d], members, 3, &archive);
        round_trip_run(&way, &archive, &first);
        assert_int_equal(first.code, UVP_END);
        test_bytes_add(&again, first.output, first.output_bytes);
        round_trip_run(&way, &again, &second);
        assert_int_equal(second.progress.members_by_status[UVP_MEMBER_PASSED], 3);
        assert_same(&second, &again);
        line_run_release(&first);
        line_run_release(&second);
        test_bytes_release(&again);
        test_bytes_release(&archive);
    }
}

/* ---- broken meshes ---- */

static size_t broken_members(struct test_member members[8])
{
    size_t count = 0;

    members[count++] = mesh_of("a.txt", "first");
    members[count++] = mesh_of("bad-index.obj", bad_index);
    members[count++] = mesh_of("bad-number.obj", bad_number);
    members[count++] = mesh_of("between.txt", "between");
    members[count++] = mesh_of("last.obj", bad_index);
    return count;
}

static void broken_meshes_pass_bit_for_bit(void **state)
{
    struct test_member members[8];
    const size_t count = broken_members(members);

    (void)state;
    for (size_t d = 0; d < DIALECTS; d++) {
        struct test_bytes archive = {0};

        test_archive_make(dialects[d], members, count, &archive);
        for (uint32_t number = 0; number < 6; number++) {
            const struct round_trip way = {.workers = number % 3, .through_pipe = number >= 3};
            struct line_run run;

            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 3);
            assert_int_equal(run.progress.dropped, 0);
            assert_int_equal(line_run_record(&run, "last.obj")->code, UVP_BAD_DATA);
            assert_same(&run, &archive);
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

static void broken_meshes_are_dropped(void **state)
{
    struct test_member members[8];
    size_t count = broken_members(members);

    (void)state;
    members[count++] = mesh_of("good.obj", without);
    for (size_t d = 0; d < DIALECTS; d++) {
        struct test_bytes archive = {0};

        test_archive_make(dialects[d], members, count, &archive);
        for (uint32_t workers = 0; workers < 3; workers++) {
            struct round_trip way = {.workers = workers, .through_pipe = workers == 1};
            struct line_run run;
            struct seen seen;

            way.settings.on_error = UVP_ON_ERROR_DROP;
            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(run.progress.dropped, 3);
            assert_true(line_run_record(&run, "bad-index.obj")->dropped);
            seen_read(run.output, run.output_bytes, &seen);
            assert_true(seen.whole);
            assert_int_equal(seen.count, 3);
            assert_string_equal(seen.items[0].path, "a.txt");
            assert_string_equal(seen.items[1].path, "between.txt");
            assert_string_equal(seen.items[2].path, "good.obj");
            assert_true(is_unwrapped(&run, "good.obj", without));
            seen_release(&seen);
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

/* Every member left out, the first one included: still an archive. */
static void nothing_is_left(void **state)
{
    struct test_member members[] = {mesh_of("a.obj", bad_index), mesh_of("b.obj", bad_number)};

    (void)state;
    for (size_t d = 0; d < DIALECTS; d++) {
        struct round_trip way = {.workers = 1};
        struct test_bytes archive = {0};
        struct line_run run;
        struct seen seen;

        test_archive_make(dialects[d], members, 2, &archive);
        way.settings.on_error = UVP_ON_ERROR_DROP;
        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.dropped, 2);
        seen_read(run.output, run.output_bytes, &seen);
        assert_int_equal(seen.count, 0);
        assert_true(run.output_bytes >= 22);
        seen_release(&seen);
        line_run_release(&run);
        test_bytes_release(&archive);
    }
}

static void the_run_stops(void **state)
{
    struct test_member members[8];
    const size_t count = broken_members(members);

    (void)state;
    for (size_t d = 0; d < DIALECTS; d++) {
        struct test_bytes archive = {0};

        test_archive_make(dialects[d], members, count, &archive);
        for (uint32_t number = 0; number < 6; number++) {
            struct round_trip way = {.workers = number % 3};
            struct line_run run;

            way.settings.on_error = number < 3 ? UVP_ON_ERROR_STOP : UVP_ON_ERROR_PASS;
            way.settings.max_errors = number < 3 ? 0 : 2;
            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_LIMIT);
            assert_null(run.output);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED],
                             number < 3 ? 1 : 2);
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

/* A broken mesh goes into another kind of archive as it is. */
static void broken_meshes_are_converted(void **state)
{
    static const enum uvp_container targets[] = {UVP_CONTAINER_TAR, UVP_CONTAINER_CPIO,
                                                 UVP_CONTAINER_ZIP};
    struct test_member members[8];
    const size_t count = broken_members(members);

    (void)state;
    for (size_t d = 0; d < DIALECTS; d++) {
        struct test_bytes archive = {0};

        test_archive_make(dialects[d], members, count, &archive);
        for (size_t k = 0; k < 3; k++) {
            struct round_trip way = {.workers = (uint32_t)k};
            struct line_run run;

            way.settings.container_given = true;
            way.settings.container = targets[k];
            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_END);
            assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 3);
            assert_int_equal(run.progress.dropped, 0);
            assert_true(is_text(&run, "bad-index.obj", bad_index));
            assert_true(is_text(&run, "last.obj", bad_index));
            assert_true(is_text(&run, "between.txt", "between"));
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

static void meshes_without_area_are_told(void **state)
{
    struct test_member members[] = {mesh_of("a.obj", no_area), mesh_of("b.obj", without)};
    struct test_bytes archive = {0};
    struct round_trip way = {.workers = 1};
    struct line_run run;

    (void)state;
    test_archive_make("pax", members, 2, &archive);
    round_trip_run(&way, &archive, &run);
    assert_int_equal(run.code, UVP_END);
    assert_int_equal(run.progress.members_by_status[UVP_MEMBER_FAILED], 0);
    assert_true(is_text(&run, "a.obj", no_area) || is_unwrapped(&run, "a.obj", no_area));
    assert_true(is_unwrapped(&run, "b.obj", without));
    line_run_release(&run);
    test_bytes_release(&archive);
}

/* ---- members that cannot be read ---- */

static void make_wrong_sum(struct test_bytes *archive, bool late)
{
    struct maker maker = {0};
    const struct item wrong = {.name = "wrong.obj",
                               .data = without,
                               .bytes = sizeof without - 1,
                               .method = 8,
                               .descriptor = late ? SIGNED_32 : NO_DESCRIPTOR,
                               .wrong_crc = 1};

    maker_text(&maker, "a.txt", "first", 8, NO_DESCRIPTOR);
    maker_add(&maker, &wrong);
    maker_text(&maker, "b.txt", "last", 8, NO_DESCRIPTOR);
    maker_end(&maker, NULL, false);
    test_bytes_add(archive, maker.out.data, maker.out.bytes);
    maker_free(&maker);
}

static void a_wrong_sum_passes_as_compressed(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct test_bytes archive = {0};

        make_wrong_sum(&archive, late != 0);
        for (uint32_t number = 0; number < 6; number++) {
            const struct round_trip way = {.workers = number % 3, .through_pipe = number >= 3};
            const struct line_record *record;
            struct line_run run;

            if (late != 0 && way.through_pipe) {
                continue; /* there the end of the body is found by its sum */
            }
            round_trip_run(&way, &archive, &run);
            assert_int_equal(run.code, UVP_END);
            record = line_run_record(&run, "wrong.obj");
            assert_non_null(record);
            assert_int_equal(record->status, UVP_MEMBER_FAILED);
            assert_int_equal(record->code, UVP_BAD_DATA);
            assert_int_equal(run.progress.members_read, 3);
            assert_same(&run, &archive);
            line_run_release(&run);
        }
        test_bytes_release(&archive);
    }
}

/* A good neighbour is unwrapped all the same; what moves keeps its wrong sum. */
static void a_wrong_sum_beside_a_good_mesh(void **state)
{
    struct maker maker = {0};
    struct test_bytes archive = {0};
    const struct item wrong = {.name = "wrong.obj",
                               .data = without,
                               .bytes = sizeof without - 1,
                               .method = 8,
                               .wrong_crc = 1};
    unsigned char *stored;
    size_t at;

    (void)state;
    maker_text(&maker, "good.obj", without, 8, NO_DESCRIPTOR);
    at = maker.out.bytes;
    maker_add(&maker, &wrong);
    stored = malloc(maker.out.bytes - at);
    assert_non_null(stored);
    memcpy(stored, maker.out.data + at, maker.out.bytes - at);
    at = maker.out.bytes - at;
    maker_end(&maker, NULL, false);
    test_bytes_add(&archive, maker.out.data, maker.out.bytes);
    maker_free(&maker);
    for (uint32_t workers = 0; workers < 3; workers++) {
        const struct round_trip way = {.workers = workers};
        struct line_run run;

        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(line_run_record(&run, "good.obj")->status, UVP_MEMBER_UNWRAPPED);
        assert_int_equal(line_run_record(&run, "wrong.obj")->status, UVP_MEMBER_FAILED);
        assert_non_null(memmem(run.output, run.output_bytes, stored, at));
        line_run_release(&run);
    }
    free(stored);
    test_bytes_release(&archive);
}

/* Into another kind of archive it cannot go: left out, and told. */
static void a_wrong_sum_is_not_converted(void **state)
{
    struct test_bytes archive = {0};

    (void)state;
    make_wrong_sum(&archive, false);
    for (uint32_t workers = 0; workers < 3; workers++) {
        struct round_trip way = {.workers = workers};
        struct line_run run;
        struct seen seen;

        way.settings.container_given = true;
        way.settings.container = UVP_CONTAINER_TAR;
        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(line_run_record(&run, "wrong.obj")->status, UVP_MEMBER_FAILED);
        assert_true(line_run_record(&run, "wrong.obj")->dropped);
        seen_read(run.output, run.output_bytes, &seen);
        assert_true(seen.whole);
        assert_int_equal(seen.count, 2);
        assert_string_equal(seen.items[1].path, "b.txt");
        seen_release(&seen);
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

/* cpio's own sums. */
static void a_wrong_cpio_sum_passes(void **state)
{
    struct test_member members[] = {mesh_of("a.obj", without), mesh_of("b.obj", without)};
    struct test_bytes archive = {0};
    unsigned char *corner;

    (void)state;
    test_archive_make("crc", members, 2, &archive);
    corner = memmem(archive.data, archive.bytes, "f 1 2 3", 7);
    assert_non_null(corner);
    corner[2] = '2';
    for (uint32_t workers = 0; workers < 3; workers++) {
        const struct round_trip way = {.workers = workers};
        struct line_run run;

        round_trip_run(&way, &archive, &run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(line_run_record(&run, "a.obj")->status, UVP_MEMBER_FAILED);
        assert_int_equal(line_run_record(&run, "b.obj")->status, UVP_MEMBER_UNWRAPPED);
        assert_memory_equal(run.output, archive.data,
                            (size_t)(corner - archive.data) + 7); /* all of a.obj */
        line_run_release(&run);
    }
    test_bytes_release(&archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(existing_uvs),
        cmocka_unit_test(the_second_run_changes_nothing),
        cmocka_unit_test(broken_meshes_pass_bit_for_bit),
        cmocka_unit_test(broken_meshes_are_dropped),
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(the_run_stops),
        cmocka_unit_test(broken_meshes_are_converted),
        cmocka_unit_test(meshes_without_area_are_told),
        cmocka_unit_test(a_wrong_sum_passes_as_compressed),
        cmocka_unit_test(a_wrong_sum_beside_a_good_mesh),
        cmocka_unit_test(a_wrong_sum_is_not_converted),
        cmocka_unit_test(a_wrong_cpio_sum_passes),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
