#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "formats/archive/container.h"
#include "tests/support/archives.h"

struct case_state {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_entry entry;
    struct uvp_buf store;
    struct uvp_error err;
};

static void begin_case(struct case_state *c)
{
    memset(c, 0, sizeof *c);
    uvp_mem_init(&c->mem, 0);
    assert_int_equal(uvp_block_pool_create(&c->mem, 0, &c->pool, NULL), UVP_OK);
    uvp_entry_init(&c->entry, &c->mem);
    uvp_buf_init(&c->store, &c->mem, 0);
}

static void end_case(struct case_state *c)
{
    uvp_entry_release(&c->entry);
    uvp_buf_release(&c->store);
    uvp_block_pool_release(c->pool);
    assert_int_equal(atomic_load(&c->mem.used_bytes), 0);
}

static void add_block(struct case_state *c, const char *text)
{
    struct uvp_block *block = NULL;

    assert_int_equal(uvp_block_take(c->pool, strlen(text), &block, NULL), UVP_OK);
    memcpy(block->data, text, strlen(text));
    assert_int_equal(uvp_slices_add(&c->entry.raw, block, 0, strlen(text), NULL), UVP_OK);
    uvp_block_drop(block);
}

static void paths_may_be_of_any_length(void **state)
{
    static const size_t lengths[] = {0, 1, 110, 111, 112, 113, 5000, 20, 4000, 100000};
    char *const name = malloc(100000);
    struct case_state c;

    (void)state;
    assert_non_null(name);
    memset(name, 'n', 100000);
    begin_case(&c);
    assert_string_equal(c.entry.path, "");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_int_equal(uvp_entry_set_path(&c.entry, name, lengths[i], NULL), UVP_OK);
        assert_int_equal(c.entry.path_bytes, lengths[i]);
        assert_int_equal(strlen(c.entry.path), lengths[i]);
        uvp_entry_reset(&c.entry);
        assert_string_equal(c.entry.path, "");
    }
    c.mem.fail_at_call = 1;
    assert_int_equal(uvp_entry_set_path(&c.entry, name, 100000, NULL), UVP_OK); /* has room */
    assert_int_equal(uvp_entry_set_path(&c.entry, name, SIZE_MAX, NULL), UVP_LIMIT);
    uvp_entry_release(&c.entry);
    assert_int_equal(uvp_entry_set_path(&c.entry, name, 1000, NULL), UVP_NO_MEMORY);
    assert_string_equal(c.entry.path, "");
    end_case(&c);
    free(name);
}

static void a_body_in_one_piece_is_lent(void **state)
{
    struct case_state c;
    struct uvp_span body;

    (void)state;
    begin_case(&c);
    add_block(&c, "headbodytail");
    c.entry.container = UVP_CONTAINER_TAR;
    c.entry.head_bytes = 4;
    c.entry.body_bytes = 4;
    c.entry.size_bytes = 4;
    c.entry.tail_bytes = 4;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_OK);
    assert_ptr_equal(body.data, c.entry.raw.items[0].block->data + 4);
    assert_memory_equal(body.data, "body", 4);
    assert_null(c.store.data);
    end_case(&c);
}

static void a_body_in_pieces_is_copied_up_to_the_ceiling(void **state)
{
    struct case_state c;
    struct uvp_span body;

    (void)state;
    begin_case(&c);
    add_block(&c, "headbo");
    add_block(&c, "dytail");
    c.entry.head_bytes = 4;
    c.entry.body_bytes = 4;
    c.entry.size_bytes = 4;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_OK);
    assert_int_equal(body.bytes, 4);
    assert_memory_equal(body.data, "body", 4);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(body.data[4 + i], 0);
    }
    c.store.ceiling_bytes = 3;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_LIMIT);
    c.store.ceiling_bytes = 0;
    uvp_buf_release(&c.store);
    c.mem.fail_at_call = 1;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_NO_MEMORY);
    end_case(&c);
}

static void what_does_not_fit_is_refused(void **state)
{
    struct case_state c;
    struct uvp_span body;

    (void)state;
    begin_case(&c);
    add_block(&c, "headbody");
    c.entry.head_bytes = 4;
    c.entry.body_bytes = 5;
    c.entry.size_bytes = 5;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_BAD_DATA);
    c.entry.body_bytes = UINT64_MAX;
    c.entry.size_bytes = UINT64_MAX;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_BAD_DATA);
    c.entry.head_bytes = 9;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_BAD_DATA);
    c.entry.head_bytes = 4;
    c.entry.body_bytes = 4; /* a sparse file: more than is stored */
    c.entry.size_bytes = 1000;
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_UNSUPPORTED);
    end_case(&c);
}

static void an_empty_body_is_no_failure(void **state)
{
    struct case_state c;
    struct uvp_span body;

    (void)state;
    begin_case(&c);
    assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, NULL), UVP_OK);
    assert_int_equal(body.bytes, 0);
    end_case(&c);
}

static void crc_bodies_are_summed(void **state)
{
    static const char head[] = "070702"
                               "0000000100008124000003e800000064000000010000000500000004"
                               "00000000000000000000000000000000"
                               "0000000200000187";
    struct case_state c;
    struct uvp_span body;

    (void)state;
    assert_int_equal(strlen(head), 110);
    for (int good = 0; good < 2; good++) {
        begin_case(&c);
        add_block(&c, head);
        add_block(&c, "m\1");
        add_block(&c, good != 0 ? "aacc" : "aacd"); /* 2 * 97 + 2 * 99 = 0x188 */
        c.entry.container = UVP_CONTAINER_CPIO;
        c.entry.head_bytes = 112;
        c.entry.body_bytes = 4;
        c.entry.size_bytes = 4;
        c.entry.raw.items[0].block->data[109] = '8';
        assert_int_equal(uvp_entry_load(&c.entry, &c.store, &body, &c.err),
                         good != 0 ? UVP_OK : UVP_BAD_DATA);
        end_case(&c);
    }
}

static void unwritable_containers_are_refused(void **state)
{
    const struct uvp_render_options options = {.target = UVP_CONTAINER_SEVENZIP};
    const struct uvp_output_options wanted = {.container = UVP_CONTAINER_SEVENZIP};
    struct uvp_output *output = NULL;
    struct uvp_rendered rendered;
    struct case_state c;

    (void)state;
    begin_case(&c);
    assert_int_equal(
        uvp_entry_render(&c.entry, uvp_span_of("x", 1), &options, &c.store, &rendered, &c.err),
        UVP_UNSUPPORTED);
    assert_int_equal(uvp_output_create(&wanted, NULL, &output, NULL), UVP_UNSUPPORTED);
    uvp_output_destroy(NULL);
    uvp_input_close(NULL);
    end_case(&c);
}

static void containers_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < UVP_CONTAINER_COUNT; i++) {
        enum uvp_container container = UVP_CONTAINER_COUNT;

        assert_true(
            uvp_container_by_name(uvp_container_name((enum uvp_container)i), &container));
        assert_int_equal(container, i);
    }
    assert_string_equal(uvp_container_name(UVP_CONTAINER_COUNT), "unknown");
    assert_false(uvp_container_by_name("rar", &(enum uvp_container){0}));
}

/* ---- what an input is ---- */

static enum uvp_code open_bytes(struct case_state *c, struct uvp_span bytes,
                                struct uvp_input **input)
{
    struct uvp_input_options options = {.mem = &c->mem, .path = "input"};
    struct uvp_stream *stream = NULL;
    enum uvp_code code;

    options.pool = c->pool;
    assert_int_equal(uvp_memory_stream_open(bytes, 0, c->pool, &c->mem, &stream, NULL), UVP_OK);
    code = uvp_input_open(stream, &options, input, &c->err);
    if (code != UVP_OK) {
        uvp_stream_close(stream);
    }
    return code;
}

static void inputs_are_known_by_their_bytes(void **state)
{
    struct uvp_input *input = NULL;
    struct test_bytes tar = {0};
    struct case_state c;

    (void)state;
    begin_case(&c);
    assert_int_equal(open_bytes(&c, uvp_span_of(NULL, 0), &input), UVP_BAD_DATA);
    assert_string_equal(c.err.text, "empty input");
    test_tar_add(&tar, '0', "mesh", "x", 1);
    test_tar_end(&tar);
    assert_int_equal(open_bytes(&c, uvp_span_of(tar.data, tar.bytes), &input), UVP_OK);
    assert_int_equal(uvp_input_container(input), UVP_CONTAINER_TAR);
    uvp_input_close(input);
    assert_int_equal(open_bytes(&c, uvp_span_of_text("v 1 2 3\nf 1 1 1\n"), &input), UVP_OK);
    assert_int_equal(uvp_input_container(input), UVP_CONTAINER_PLAIN);
    uvp_input_close(input);
    test_bytes_release(&tar);
    end_case(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_may_be_of_any_length),
        cmocka_unit_test(a_body_in_one_piece_is_lent),
        cmocka_unit_test(a_body_in_pieces_is_copied_up_to_the_ceiling),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(an_empty_body_is_no_failure),
        cmocka_unit_test(crc_bodies_are_summed),
        cmocka_unit_test(unwritable_containers_are_refused),
        cmocka_unit_test(containers_have_names),
        cmocka_unit_test(inputs_are_known_by_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
