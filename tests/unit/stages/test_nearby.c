/* Members that are kept for others: which, how many, and how names become paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "stages/reader/nearby.h"

static struct uvp_block_pool *make_pool(struct uvp_mem *mem)
{
    struct uvp_block_pool *pool = NULL;

    assert_int_equal(uvp_block_pool_create(mem, 2, &pool, NULL), UVP_OK);
    return pool;
}

static void fill(struct uvp_entry *entry, struct uvp_block_pool *pool, const char *path,
                 size_t bytes)
{
    struct uvp_block *block = NULL;

    assert_int_equal(uvp_block_take(pool, bytes, &block, NULL), UVP_OK);
    memset(block->data, (int)bytes & 0xff, bytes);
    assert_int_equal(uvp_slices_add(&entry->raw, block, 0, bytes, NULL), UVP_OK);
    uvp_block_drop(block);
    entry->body_bytes = bytes;
    entry->size_bytes = bytes;
    assert_int_equal(uvp_entry_set_path(entry, path, strlen(path), NULL), UVP_OK);
}

static void paths_stay_inside(void **state)
{
    static const struct {
        const char *member;
        const char *name;
        const char *path; /* NULL: refused */
    } rows[] = {
        {"scene.gltf", "scene.bin", "scene.bin"},
        {"a/b/scene.gltf", "scene.bin", "a/b/scene.bin"},
        {"a/b/scene.gltf", "./data/x.bin", "a/b/data/x.bin"},
        {"a/b/scene.gltf", "../x.bin", "a/x.bin"},
        {"a/b/scene.gltf", "../../x.bin", "x.bin"},
        {"a/b/scene.gltf", "../../../x.bin", NULL},
        {"scene.gltf", "../x.bin", NULL},
        {"scene.gltf", "/etc/passwd", NULL},
        {"scene.gltf", "", NULL},
        {"scene.gltf", ".", NULL},
        {"a/scene.gltf", "..", NULL},
        {"a/scene.gltf", "b/", NULL},
        {"a/scene.gltf", "b//c.bin", "a/b/c.bin"},
        {"/abs/scene.gltf", "x.bin", "/abs/x.bin"},
    };
    struct uvp_mem mem;
    struct uvp_buf path;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&path, &mem, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool ok = uvp_nearby_path(rows[i].member, strlen(rows[i].member),
                                        uvp_span_of_text(rows[i].name), &path);

        if (ok != (rows[i].path != NULL)) {
            fail_msg("%s in %s", rows[i].name, rows[i].member);
        }
        if (ok) {
            assert_int_equal(path.bytes, strlen(rows[i].path));
            assert_memory_equal(path.data, rows[i].path, path.bytes);
        }
        uvp_buf_reset(&path);
    }
    assert_false(uvp_nearby_path("a.gltf", 6, uvp_span_of("a\0b", 3), &path));
    uvp_buf_release(&path);
}

static void buffers_are_wanted_by_name(void **state)
{
    struct uvp_nearby nearby = {.most_bytes = 100};

    (void)state;
    assert_true(uvp_nearby_wants(&nearby, "a/x.bin", 7, 100));
    assert_true(uvp_nearby_wants(&nearby, "X.BIN", 5, 0));
    assert_false(uvp_nearby_wants(&nearby, "a/x.bin", 7, 101));
    assert_false(uvp_nearby_wants(&nearby, ".bin", 4, 1));
    assert_false(uvp_nearby_wants(&nearby, "a/x.png", 7, 1));
    assert_false(uvp_nearby_wants(&nearby, "", 0, 1));
}

static void the_oldest_go_first(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    static struct uvp_nearby nearby;
    char path[32];

    (void)state;
    uvp_mem_init(&mem, 0);
    pool = make_pool(&mem);
    uvp_nearby_init(&nearby, 1000, &mem);
    for (unsigned i = 0; i < 200; i++) {
        struct uvp_entry entry;

        uvp_entry_init(&entry, &mem);
        (void)snprintf(path, sizeof path, "%u.bin", i);
        fill(&entry, pool, path, i < 100 ? 10 : 300);
        assert_int_equal(uvp_nearby_keep(&nearby, &entry, NULL), UVP_OK);
        uvp_entry_release(&entry);
        assert_true(nearby.bytes <= 1000);
        assert_true(nearby.count <= UVP_NEARBY_MEMBERS);
    }
    assert_int_equal(nearby.count, 3);
    assert_null(uvp_nearby_find(&nearby, uvp_span_of_text("196.bin")));
    assert_non_null(uvp_nearby_find(&nearby, uvp_span_of_text("197.bin")));
    assert_non_null(uvp_nearby_find(&nearby, uvp_span_of_text("199.bin")));
    assert_null(uvp_nearby_find(&nearby, uvp_span_of_text("199.bi")));
    uvp_nearby_release(&nearby);
    uvp_block_pool_release(pool);
    assert_int_equal(mem.used_bytes, 0);
}

static void one_that_is_too_long_pushes_nobody_out(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    static struct uvp_nearby nearby;
    struct uvp_entry small;
    struct uvp_entry large;

    (void)state;
    uvp_mem_init(&mem, 0);
    pool = make_pool(&mem);
    uvp_nearby_init(&nearby, 100, &mem);
    uvp_entry_init(&small, &mem);
    uvp_entry_init(&large, &mem);
    fill(&small, pool, "s.bin", 60);
    fill(&large, pool, "l.bin", 101);
    assert_int_equal(uvp_nearby_keep(&nearby, &small, NULL), UVP_OK);
    assert_int_equal(uvp_nearby_keep(&nearby, &large, NULL), UVP_OK);
    assert_non_null(uvp_nearby_find(&nearby, uvp_span_of_text("s.bin")));
    assert_null(uvp_nearby_find(&nearby, uvp_span_of_text("l.bin")));
    uvp_entry_release(&small);
    uvp_entry_release(&large);
    uvp_nearby_release(&nearby);
    uvp_block_pool_release(pool);
    assert_int_equal(mem.used_bytes, 0);
}

static void memory_that_is_out_leaves_no_half(void **state)
{
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    static struct uvp_nearby nearby;
    struct uvp_entry entry;
    static const char long_path[] =
        "a/very/long/path/that/does/not/fit/into/the/entry/itself/and/so/needs/memory/of/its/"
        "own/which/is/refused/here/again/and/again.bin";

    (void)state;
    uvp_mem_init(&mem, 0);
    pool = make_pool(&mem);
    uvp_nearby_init(&nearby, 1000, &mem);
    uvp_entry_init(&entry, &mem);
    fill(&entry, pool, long_path, 10);
    mem.fail_at_call = mem.calls + 1;
    assert_int_equal(uvp_nearby_keep(&nearby, &entry, NULL), UVP_NO_MEMORY);
    assert_int_equal(nearby.count, 0);
    assert_int_equal(nearby.bytes, 0);
    uvp_entry_release(&entry);
    uvp_nearby_release(&nearby);
    uvp_block_pool_release(pool);
    assert_int_equal(mem.used_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_stay_inside),
        cmocka_unit_test(buffers_are_wanted_by_name),
        cmocka_unit_test(the_oldest_go_first),
        cmocka_unit_test(one_that_is_too_long_pushes_nobody_out),
        cmocka_unit_test(memory_that_is_out_leaves_no_half),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
