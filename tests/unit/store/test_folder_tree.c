/* Only what is called as a value is counted or removed. */
#include "tests/unit/store/store_kit.h"

#include "stages/store/folder_tree.h"
#include "stages/store/seal.h"

static void put(const char *dir, const char *below, const char *name)
{
    char path[3 * KIT_PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/uvpipe-1/%s", dir, below);
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof path, "%s/uvpipe-1/%s/%s", dir, below, name);
    kit_write(path, (const unsigned char *)"x", 1);
}

static bool has(const char *dir, const char *path)
{
    char whole[3 * KIT_PATH_BYTES];

    (void)snprintf(whole, sizeof whole, "%s/%s", dir, path);
    return access(whole, F_OK) == 0;
}

static void folders_above_are_made(void **state)
{
    char dir[KIT_PATH_BYTES];
    char deep[2 * KIT_PATH_BYTES];
    struct uvp_error err = {0};
    int fd = -1;

    (void)state;
    kit_folder(dir);
    (void)snprintf(deep, sizeof deep, "%s/a//b/c/", dir);
    assert_int_equal(uvp_tree_open(deep, true, &fd, &err), UVP_OK);
    (void)close(fd);
    assert_true(has(dir, "a/b/c/CACHEDIR.TAG"));
    (void)snprintf(deep, sizeof deep, "%s/a/b/c/CACHEDIR.TAG/d", dir);
    assert_int_equal(uvp_tree_open(deep, true, &fd, &err), UVP_IO);
    kit_remove(dir);
}

static void opens_or_makes(void **state)
{
    char dir[KIT_PATH_BYTES];
    struct uvp_error err = {0};
    int fd = -1;

    (void)state;
    kit_folder(dir);
    assert_int_equal(uvp_tree_open(dir, false, &fd, &err), UVP_UNSUPPORTED);
    uvp_error_clear(&err);
    assert_int_equal(uvp_tree_open(dir, true, &fd, &err), UVP_OK);
    (void)close(fd);
    assert_true(has(dir, "CACHEDIR.TAG"));
    assert_int_equal(uvp_tree_open(dir, false, &fd, &err), UVP_OK);
    (void)close(fd);
    kit_remove(dir);
    assert_int_equal(uvp_tree_open(dir, false, &fd, &err), UVP_IO);
}

static void leaves_what_is_not_ours(void **state)
{
    char name[UVP_TREE_NAME_BYTES];
    const struct uvp_store_key key = kit_key(1);
    struct uvp_tree_usage removed;
    char dir[KIT_PATH_BYTES];
    char long_name[UVP_TREE_NAME_BYTES + 1];
    char outer[4];
    char inner[8];
    struct uvp_mem mem;
    int fd = -1;

    (void)state;
    kit_folder(dir);
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_tree_open(dir, true, &fd, NULL), UVP_OK);
    (void)close(fd);
    uvp_tree_name(&key, name);
    (void)snprintf(outer, sizeof outer, "%.1s", name);
    (void)snprintf(inner, sizeof inner, "%.1s/%.2s", name, name + 1);
    (void)snprintf(long_name, sizeof long_name, "%s0", name);
    put(dir, outer, "diary");
    put(dir, inner, name);
    put(dir, inner, long_name);
    put(dir, inner, "ABCDEF");
    put(dir, inner, "tmp-young");
    assert_int_equal(uvp_cache_clear(dir, &mem, &removed, NULL), UVP_OK);
    assert_int_equal(removed.values, 1);
    put(dir, outer, "probe");
    assert_int_equal(mem.used_bytes, 0);
    (void)snprintf(inner, sizeof inner, "%.1s/%.2s", name, name + 1);
    {
        static const char *const kept[] = {"ABCDEF", "tmp-young"};
        char path[KIT_PATH_BYTES];

        for (int i = 0; i < 2; i++) {
            (void)snprintf(path, sizeof path, "uvpipe-1/%s/%s", inner, kept[i]);
            assert_true(has(dir, path));
        }
        (void)snprintf(path, sizeof path, "uvpipe-1/%s/%s", inner, name);
        assert_false(has(dir, path));
    }
    kit_remove(dir);
}

static void one_at_a_time_has_the_lock(void **state)
{
    char dir[KIT_PATH_BYTES];
    uint64_t bytes = 0;
    int root = -1;
    int first;

    (void)state;
    kit_folder(dir);
    assert_int_equal(uvp_tree_open(dir, true, &root, NULL), UVP_OK);
    first = uvp_tree_lock(root, false, &bytes);
    assert_true(first >= 0);
    assert_true(bytes == UVP_TREE_UNKNOWN);
    assert_int_equal(uvp_tree_lock(root, false, &bytes), -1);
    uvp_tree_unlock(first, 12345);
    first = uvp_tree_lock(root, true, &bytes);
    assert_int_equal(bytes, 12345);
    assert_int_equal(pwrite(first, "?", 1, 3), 1);
    (void)close(first);
    first = uvp_tree_lock(root, false, &bytes);
    assert_true(bytes == UVP_TREE_UNKNOWN);
    (void)close(first);
    (void)close(root);
    kit_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_or_makes),
        cmocka_unit_test(folders_above_are_made),
        cmocka_unit_test(leaves_what_is_not_ours),
        cmocka_unit_test(one_at_a_time_has_the_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
