#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/cpu.h"
#include "pipeline/pipeline.h"

/* A small hierarchy in a folder of its own. */
struct tree {
    char root[64];
    char membership[96];
    char mount[96];
};

static void set_up(struct tree *tree)
{
    (void)snprintf(tree->root, sizeof tree->root, "/tmp/uvp_cpu_XXXXXX");
    assert_non_null(mkdtemp(tree->root));
    (void)snprintf(tree->membership, sizeof tree->membership, "%s/membership", tree->root);
    (void)snprintf(tree->mount, sizeof tree->mount, "%s/mount", tree->root);
    assert_int_equal(mkdir(tree->mount, 0700), 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *const file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void put(const struct tree *tree, const char *name, const char *text)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", tree->mount, name);
    for (char *at = path + strlen(tree->mount) + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0700);
            *at = '/';
        }
    }
    write_file(path, text);
}

static uint32_t ask(const struct tree *tree, const char *membership)
{
    write_file(tree->membership, membership);
    return uvp_cpu_quota(tree->membership, tree->mount);
}

static void tear_down(const struct tree *tree)
{
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", tree->root);
    assert_int_equal(system(command), 0);
}

static void test_version_2(void **state)
{
    struct tree tree;

    (void)state;
    set_up(&tree);
    put(&tree, "a/b/cpu.max", "max 100000\n");
    put(&tree, "a/cpu.max", "250000 100000\n");
    assert_int_equal(ask(&tree, "0::/a/b\n"), 3); /* from above, rounded up */
    put(&tree, "a/b/cpu.max", "50000 100000\n");
    assert_int_equal(ask(&tree, "0::/a/b\n"), 1);
    assert_int_equal(ask(&tree, "0::/a\n"), 3);
    assert_int_equal(ask(&tree, "0::/\n"), 0);
    assert_int_equal(ask(&tree, "0::/a/not/there\n"), 3);
    put(&tree, "cpu.max", "200000 100000\n");
    assert_int_equal(ask(&tree, "0::/\n"), 2);
    assert_int_equal(ask(&tree, "0::/../..\n"), 2);
    assert_int_equal(ask(&tree, "0::/a"), 2); /* no newline at the end */
    tear_down(&tree);
}

static void test_version_1(void **state)
{
    struct tree tree;
    const char *const groups = "3:memory:/x\n2:cpu,cpuacct:/docker/y\n1:name=systemd:/\n";

    (void)state;
    set_up(&tree);
    put(&tree, "cpu,cpuacct/docker/y/cpu.cfs_period_us", "100000\n");
    put(&tree, "cpu,cpuacct/docker/y/cpu.cfs_quota_us", "-1\n");
    assert_int_equal(ask(&tree, groups), 0);
    put(&tree, "cpu,cpuacct/docker/y/cpu.cfs_quota_us", "400000\n");
    assert_int_equal(ask(&tree, groups), 4);
    put(&tree, "cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    put(&tree, "cpu,cpuacct/cpu.cfs_quota_us", "100000\n");
    assert_int_equal(ask(&tree, groups), 1);
    tear_down(&tree);
}

static void test_odd_files_are_no_limit(void **state)
{
    static const char *const odd[] = {
        "",
        "x",
        "100000",
        "100000 ",
        "100000 0\n",
        "0 100000\n",
        "-5 100000\n",
        "99999999999999999999999 100000\n",
        "max\n",
        "18446744073709551615 1\n",
    };
    static const char *const memberships[] = {
        "", "\n\n", ":", "::", "0:", "0::", "0::a\n", "abc", "0::/a\0b",
    };
    struct tree tree;

    (void)state;
    set_up(&tree);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        put(&tree, "a/cpu.max", odd[i]);
        assert_int_equal(ask(&tree, "0::/a\n"), 0);
    }
    for (size_t i = 0; i < sizeof memberships / sizeof *memberships; i++) {
        assert_int_equal(ask(&tree, memberships[i]), 0);
    }
    assert_int_equal(uvp_cpu_quota("/nowhere/at/all", tree.mount), 0);
    assert_int_equal(uvp_cpu_quota(tree.mount, tree.mount), 0); /* a folder */
    tear_down(&tree);
}

static void test_long_membership(void **state)
{
    struct tree tree;
    char *const text = calloc(1, 40000);

    (void)state;
    assert_non_null(text);
    set_up(&tree);
    put(&tree, "cpu.max", "100000 100000\n");
    memset(text, 'a', 39999);
    memcpy(text, "0::/", 4);
    assert_int_equal(ask(&tree, text), 0); /* does not fit: no limit, no harm */
    text[9000] = '\0';
    assert_int_equal(ask(&tree, text), 0); /* longer than a path may be */
    tear_down(&tree);
    free(text);
}

static void test_count_is_sane(void **state)
{
    (void)state;
    assert_true(uvp_cpu_count() >= 1);
    assert_true(uvp_cpu_count() <= 65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_2),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_odd_files_are_no_limit),
        cmocka_unit_test(test_long_membership),
        cmocka_unit_test(test_count_is_sane),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
