/*
 * A big mesh among small ones, made with the help of idle workers: the same bytes whoever
 * helps; and whatever goes wrong meanwhile, no leak, no hang, no half file.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/crew_adapter.h"
#include "tests/support/line/line_run.h"
#include "tests/support/line/tar_bytes.h"
#include "tests/support/meshes.h"

#define SMALL 12
#define NAME_BYTES 32

static void shake(struct uvp_test_mesh *mesh, double most)
{
    uint32_t state = 9;

    for (size_t i = 0; i < 3 * (size_t)mesh->vertex_count; i++) {
        mesh->positions[i] +=
            (float)(most * ((double)(uvp_test_random(&state) % 2001) / 1000 - 1));
    }
}

static char *obj_of(const struct uvp_test_mesh *mesh, size_t *bytes)
{
    const size_t room = (size_t)mesh->vertex_count * 64 + (size_t)mesh->triangle_count * 40;
    char *const text = malloc(room + 1);
    size_t at = 0;

    assert_non_null(text);
    for (uint32_t v = 0; v < mesh->vertex_count; v++) {
        const float *const p = &mesh->positions[3 * (size_t)v];

        at += (size_t)snprintf(text + at, room - at, "v %.5f %.5f %.5f\n", (double)p[0],
                               (double)p[1], (double)p[2]);
    }
    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        const uint32_t *const corner = &mesh->triangles[3 * (size_t)t];

        at += (size_t)snprintf(
            text + at, room - at, "f %u %u %u\n", mesh->corner_vertex[corner[0]] + 1,
            mesh->corner_vertex[corner[1]] + 1, mesh->corner_vertex[corner[2]] + 1);
    }
    assert_true(at < room);
    *bytes = at;
    return text;
}

/* Many parts of many charts, some of which must be divided. */
static char *big_obj(size_t *bytes)
{
    struct uvp_test_mesh mesh;
    char *text;

    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_sphere(&mesh, 110, 60);
    uvp_test_mesh_torus(&mesh, 80, 60);
    shake(&mesh, 0.004);
    for (int i = 0; i < 30; i++) {
        uvp_test_mesh_cube(&mesh, 3.0 * i, 5, i % 4);
    }
    assert_true(mesh.triangle_count >= UVP_CREW_LEAST_TRIANGLES);
    text = obj_of(&mesh, bytes);
    uvp_test_mesh_release(&mesh);
    return text;
}

/* `small` meshes, with a big one at each place of `big` (a bit each). */
static struct tar_bytes make_archive(unsigned small, unsigned big)
{
    struct tar_bytes tar = {0};
    size_t big_bytes;
    size_t small_bytes;
    char *const large = big_obj(&big_bytes);
    char *const little = grid_obj(5, &small_bytes);
    char name[NAME_BYTES];

    for (unsigned i = 0; i <= small; i++) {
        if ((big >> i & 1) != 0) {
            (void)snprintf(name, sizeof name, "big-%02u.obj", i);
            tar_bytes_add(&tar, name, large, big_bytes);
        }
        if (i < small) {
            (void)snprintf(name, sizeof name, "small-%02u.obj", i);
            tar_bytes_add(&tar, name, little, small_bytes);
        }
    }
    tar_bytes_end(&tar);
    free(little);
    free(large);
    return tar;
}

static void test_same_bytes_whoever_helps(void **state)
{
    static const uint32_t workers[] = {1, 2, 3, 16};
    struct tar_bytes tar = make_archive(SMALL, 1U << 2 | 1U << 3 | 1U << SMALL);
    struct line_run twin;
    const void *input;

    (void)state;
    twin = line_run_of_tar(&tar, &input, 0);
    line_run(&twin);
    assert_int_equal(twin.code, UVP_END);
    assert_int_equal(twin.progress.members_by_status[UVP_MEMBER_UNWRAPPED], SMALL + 3);
    assert_int_equal(twin.stats.batches, 0);
    for (size_t w = 0; w < 4; w++) {
        struct line_run run = line_run_of_tar(&tar, &input, workers[w]);

        line_run(&run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.stats.batches != 0, workers[w] > 1);
        assert_int_equal(run.output_bytes, twin.output_bytes);
        assert_memory_equal(run.output, twin.output, twin.output_bytes);
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    line_run_release(&twin);
    tar_bytes_release(&tar);
}

/* Small meshes post nothing. */
static void test_small_meshes_are_left_alone(void **state)
{
    struct tar_bytes tar = make_archive(SMALL, 0);
    struct line_run run;
    const void *input;

    (void)state;
    run = line_run_of_tar(&tar, &input, 4);
    line_run(&run);
    assert_int_equal(run.code, UVP_END);
    assert_int_equal(run.stats.batches, 0);
    line_run_release(&run);
    tar_bytes_release(&tar);
}

static void test_without_memory(void **state)
{
    struct tar_bytes tar = make_archive(2, 1);
    const void *input;
    uint64_t n = 1;
    bool succeeded = false;

    (void)state;
    while (!succeeded) {
        struct line_run run = line_run_of_tar(&tar, &input, 3);

        run.fail_at_call = n;
        line_run(&run);
        assert_int_equal(run.leaked_bytes, 0);
        if (run.code == UVP_END) {
            assert_int_equal(run.progress.members_read, 3);
            assert_non_null(run.output);
            succeeded = run.calls < n;
        } else {
            assert_int_equal(run.code, UVP_NO_MEMORY);
            assert_null(run.output);
        }
        line_run_release(&run);
        n += 1 + n / 6;
        assert_true(n < 100000);
    }
    tar_bytes_release(&tar);
}

/* The limit of one member reaches those who help with it, and nobody else. */
static void test_the_limit_of_a_member(void **state)
{
    struct tar_bytes tar = make_archive(3, 1);
    const void *input;

    (void)state;
    for (uint64_t ms = 1; ms < 40; ms = 2 * ms + 1) {
        struct line_run run = line_run_of_tar(&tar, &input, 4);
        const struct line_record *big;

        run.settings.member_timeout_ns = ms * 1000000;
        run.settings.record_passed = true;
        line_run(&run);
        assert_int_equal(run.code, UVP_END);
        assert_int_equal(run.progress.members_read, 4);
        big = line_run_record(&run, "big-00.obj");
        assert_non_null(big);
        if (big->status == UVP_MEMBER_FAILED) {
            assert_int_equal(big->code, UVP_LIMIT);
        } else {
            assert_int_equal(big->status, UVP_MEMBER_UNWRAPPED);
        }
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    tar_bytes_release(&tar);
}

static void test_aborted_while_helping(void **state)
{
    struct tar_bytes tar = make_archive(2, 1U | 1U << 1 | 1U << 2);
    const void *input;

    (void)state;
    for (uint32_t ms = 1; ms < 150; ms += 1 + ms / 3) {
        struct line_run run = line_run_of_tar(&tar, &input, 2 + ms % 3);

        run.abort_after_ms = ms;
        line_run(&run);
        assert_true(run.code == UVP_CANCELLED || run.code == UVP_END);
        assert_int_equal(run.output != NULL, run.code == UVP_END);
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    tar_bytes_release(&tar);
}

static void test_drained_while_helping(void **state)
{
    struct tar_bytes tar = make_archive(4, 1U << 1 | 1U << 3);
    const void *input;

    (void)state;
    for (uint64_t n = 1; n <= 6; n++) {
        struct line_run run = line_run_of_tar(&tar, &input, 1 + (uint32_t)n % 4);

        run.drain_after_members = n;
        run.options.window_items = 2;
        line_run(&run);
        assert_true(run.code == UVP_END || run.code == UVP_CANCELLED);
        assert_int_equal(run.output != NULL, run.code == UVP_END);
        assert_int_equal(run.records, run.progress.members_read);
        assert_int_equal(run.leaked_bytes, 0);
        line_run_release(&run);
    }
    tar_bytes_release(&tar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes_whoever_helps),
        cmocka_unit_test(test_small_meshes_are_left_alone),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_the_limit_of_a_member),
        cmocka_unit_test(test_aborted_while_helping),
        cmocka_unit_test(test_drained_while_helping),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
