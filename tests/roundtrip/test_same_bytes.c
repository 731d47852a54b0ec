/*
 * One input, one output: whatever the number of threads, the memory, the window and the way the
 * bytes come in. And without order: the same members, all of them, in an archive that is whole.
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

#define MEMBERS 60
#define MESHES (MEMBERS / 3)
#define LONG_BYTES ((size_t)5 << 20)

struct kind {
    const char *name;
    const char *dialect;
    enum uvp_codec codec;
};

static const struct kind kinds[] = {
    {"tar", "pax", UVP_CODEC_NONE},
    {"tar.zst", "ustar", UVP_CODEC_ZSTD},
    {"zip", "zip", UVP_CODEC_NONE},
    {"cpio", "newc", UVP_CODEC_NONE},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* ---- an archive of many kinds of members ---- */

struct mixture {
    struct test_member members[MEMBERS];
    char paths[MEMBERS][64];
    unsigned char *bodies[MEMBERS];
    struct test_bytes archive;
};

static void fill(unsigned char *body, size_t bytes, uint64_t seed)
{
    for (size_t i = 0; i < bytes; i++) {
        body[i] = (unsigned char)("the quick\nbrown"[test_random(&seed) % 15]);
    }
}

static bool is_mesh(int i)
{
    return i % 3 == 1;
}

static void make_member(struct mixture *mixture, int i, size_t long_bytes)
{
    struct test_member *const member = &mixture->members[i];
    const char *suffix = ".obj";

    if (is_mesh(i)) {
        mixture->bodies[i] =
            (unsigned char *)grid_obj(i == 31 ? 9 : 1 + i % 12 / 4, &member->bytes);
    } else {
        member->bytes = i == 33 ? long_bytes : (size_t)(i * i * 37) % 40000;
        mixture->bodies[i] = malloc(member->bytes + 1);
        assert_non_null(mixture->bodies[i]);
        fill(mixture->bodies[i], member->bytes, (uint64_t)i);
        suffix = i % 2 == 0 ? ".bin" : ".txt";
    }
    (void)snprintf(mixture->paths[i], sizeof mixture->paths[i], "folder-%d/member-%02d%s",
                   i % 4, i, suffix);
    member->path = mixture->paths[i];
    member->type = AE_IFREG;
    member->data = mixture->bodies[i];
    member->mode = 0600 | (unsigned)(i % 8);
    member->mtime = 1500000000 + 2 * i;
}

static void make_mixture(struct mixture *mixture, const struct kind *kind, size_t long_bytes)
{
    struct test_bytes plain = {0};

    memset(mixture, 0, sizeof *mixture);
    for (int i = 0; i < MEMBERS; i++) {
        make_member(mixture, i, long_bytes);
    }
    test_archive_make(kind->dialect, mixture->members, MEMBERS, &plain);
    round_trip_compress(kind->codec, &plain, &mixture->archive);
    test_bytes_release(&plain);
}

static void free_mixture(struct mixture *mixture)
{
    for (int i = 0; i < MEMBERS; i++) {
        free(mixture->bodies[i]);
    }
    test_bytes_release(&mixture->archive);
}

static void assert_all_well(const struct kind *kind, const struct line_run *run)
{
    if (run->code != UVP_END) {
        fail_msg("%s: code %d, %s", kind->name, (int)run->code, run->error.text);
    }
    assert_int_equal(run->progress.members_read, MEMBERS);
    assert_int_equal(run->progress.members_by_status[UVP_MEMBER_UNWRAPPED], MESHES);
    assert_int_equal(run->progress.members_by_status[UVP_MEMBER_PASSED], MEMBERS - MESHES);
    assert_int_equal(run->progress.warnings, 0);
}

/* Every member once, with its contents; in order when asked for. */
static void assert_all_there(const struct kind *kind, const struct mixture *mixture,
                             const struct line_run *run, bool in_order)
{
    struct seen seen;

    seen_read(run->output, run->output_bytes, &seen);
    if (!seen.whole || seen.count != MEMBERS) {
        fail_msg("%s: %zu of %d members can be read", kind->name, seen.count, MEMBERS);
    }
    for (int i = 0; i < MEMBERS; i++) {
        const struct test_member *const member = &mixture->members[i];
        const struct seen_member *const found =
            in_order ? &seen.items[i] : seen_find(&seen, member->path);

        assert_non_null(found);
        assert_string_equal(found->path, member->path);
        if (found->mode != member->mode) {
            fail_msg("%s: %s has mode %o, not %o", kind->name, member->path, found->mode,
                     member->mode);
        }
        assert_int_equal(found->mtime, member->mtime);
        if (is_mesh(i)) {
            assert_true(
                obj_is_unwrapped(member->data, member->bytes, found->data, found->bytes));
            continue;
        }
        assert_int_equal(found->bytes, member->bytes);
        assert_memory_equal(found->data, member->data, member->bytes);
    }
    seen_release(&seen);
}

/* ---- the same bytes ---- */

static const uint32_t worker_counts[] = {0, 1, 2, 16};
static const size_t budgets[] = {0, 1, 65536};

static struct round_trip way_of(unsigned number)
{
    const struct round_trip way = {
        .workers = worker_counts[number % 4],
        .readers = 1 + number / 4 % 2,
        .through_pipe = number / 8 % 2 != 0,
        .window_items = number / 16 % 2,
        .budget_bytes = budgets[number / 32],
    };

    return way;
}

#define WAYS 96

/* Unless all are asked for; both take every value of each choice in turn. */
#if defined(__SANITIZE_THREAD__)
#    define SAMPLE_STEP 17
#else
#    define SAMPLE_STEP 7
#endif

static void compare_ways(const struct kind *kind, unsigned first, unsigned step)
{
    const struct round_trip plain_way = {.workers = 0};
    struct mixture mixture;
    struct line_run reference;

    make_mixture(&mixture, kind, 30000);
    round_trip_run(&plain_way, &mixture.archive, &reference);
    assert_all_well(kind, &reference);
    assert_all_there(kind, &mixture, &reference, true);
    for (unsigned number = first; number < WAYS; number += step) {
        const struct round_trip way = way_of(number);
        struct line_run run;

        round_trip_run(&way, &mixture.archive, &run);
        assert_all_well(kind, &run);
        if (run.output_bytes != reference.output_bytes ||
            memcmp(run.output, reference.output, run.output_bytes) != 0) {
            fail_msg("%s: other bytes with workers %u, readers %u, pipe %d, window %u, "
                     "budget %zu",
                     kind->name, way.workers, way.readers, way.through_pipe, way.window_items,
                     way.budget_bytes);
        }
        assert_int_equal(run.records, MEMBERS);
        for (unsigned i = 0; i < MEMBERS; i++) {
            assert_string_equal(run.told[i].path, mixture.members[i].path);
            assert_int_equal(run.told[i].seq, i);
        }
        line_run_release(&run);
    }
    line_run_release(&reference);
    free_mixture(&mixture);
}

static void all_ways_give_the_same_bytes(void **state)
{
    const bool all = getenv("UVP_TEST_ALL") != NULL;

    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        compare_ways(&kinds[i], all ? 0 : i, all ? 1 : SAMPLE_STEP);
    }
}

static void long_members_give_the_same_bytes(void **state)
{
    const struct round_trip plain_way = {.workers = 0};

    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct mixture mixture;
        struct line_run reference;

        make_mixture(&mixture, &kinds[i], LONG_BYTES);
        round_trip_run(&plain_way, &mixture.archive, &reference);
        assert_all_well(&kinds[i], &reference);
        assert_all_there(&kinds[i], &mixture, &reference, true);
        for (unsigned number = 0; number < 2; number++) {
            const struct round_trip way = way_of(number * 45 + 2);
            struct line_run run;

            round_trip_run(&way, &mixture.archive, &run);
            assert_all_well(&kinds[i], &run);
            assert_int_equal(run.output_bytes, reference.output_bytes);
            assert_memory_equal(run.output, reference.output, run.output_bytes);
            line_run_release(&run);
        }
        line_run_release(&reference);
        free_mixture(&mixture);
    }
}

/* ---- without order ---- */

static void without_order_all_members_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct mixture mixture;

        make_mixture(&mixture, &kinds[i], LONG_BYTES);
        for (unsigned number = 0; number < 4; number++) {
            struct round_trip way = way_of(number * 23 + 2);
            struct line_run run;

            way.unordered = true;
            way.window_items = number % 2 == 0 ? 0 : 64;
            round_trip_run(&way, &mixture.archive, &run);
            assert_all_well(&kinds[i], &run);
            assert_all_there(&kinds[i], &mixture, &run, false);
            line_run_release(&run);
        }
        free_mixture(&mixture);
    }
}

static void without_order_conversions_are_whole(void **state)
{
    static const enum uvp_container targets[] = {UVP_CONTAINER_TAR, UVP_CONTAINER_ZIP,
                                                 UVP_CONTAINER_CPIO};

    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct mixture mixture;

        make_mixture(&mixture, &kinds[i], LONG_BYTES);
        for (unsigned number = 0; number < 3; number++) {
            struct round_trip way = {.workers = 4, .unordered = true, .window_items = 64};
            struct line_run run;

            way.settings.container_given = true;
            way.settings.container = targets[number];
            round_trip_run(&way, &mixture.archive, &run);
            assert_all_well(&kinds[i], &run);
            assert_all_there(&kinds[i], &mixture, &run, false);
            line_run_release(&run);
        }
        free_mixture(&mixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_give_the_same_bytes),
        cmocka_unit_test(long_members_give_the_same_bytes),
        cmocka_unit_test(without_order_all_members_are_there),
        cmocka_unit_test(without_order_conversions_are_whole),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
