/*
 * One file, one member.
 */
#include "tests/unit/archive/zip_maker.h"

#include <archive_entry.h>

struct plain {
    struct ends ends;
    struct uvp_input *input;
    struct uvp_header header;
};

static void open_plain(struct plain *plain, const struct bytes *file, bool seekable,
                       const char *path)
{
    struct uvp_input_options options;

    memset(plain, 0, sizeof *plain);
    assert_true(ends_open(&plain->ends, 0));
    options = ends_options(&plain->ends);
    options.path = path;
    options.keep_metadata = true;
    assert_int_equal(ends_input(&plain->ends, uvp_plain_input_open,
                                uvp_span_of(file->data, file->bytes), seekable, 65536, &options,
                                &plain->input, NULL),
                     UVP_OK);
    assert_int_equal(uvp_input_next(plain->input, &plain->header, NULL), UVP_OK);
}

static void close_plain(struct plain *plain)
{
    uvp_input_close(plain->input);
    ends_close(&plain->ends);
}

static void test_take(void **state)
{
    struct bytes text = {0};
    struct plain plain;
    struct uvp_entry entry;
    struct bytes got = {0};

    (void)state;
    fill_text(&text, 200000, 1);
    for (int seekable = 0; seekable < 2; seekable++) {
        open_plain(&plain, &text, seekable, "models/chair.obj");
        assert_string_equal(plain.header.path, "models/chair.obj");
        assert_true(plain.header.replaceable);
        assert_true(plain.header.size_known);
        assert_int_equal(plain.header.size_bytes, text.bytes);
        uvp_entry_init(&entry, &plain.ends.mem);
        assert_int_equal(uvp_input_take(plain.input, &entry, NULL), UVP_OK);
        assert_int_equal(entry.body_bytes, text.bytes);
        assert_int_equal(archive_entry_size(entry.metadata), text.bytes);
        got.bytes = 0;
        slices_to_bytes(&entry.raw, &got);
        assert_int_equal(got.bytes, text.bytes);
        assert_memory_equal(got.data, text.data, text.bytes);
        assert_int_equal(uvp_input_next(plain.input, &plain.header, NULL), UVP_END);
        assert_int_equal(uvp_input_flushable(plain.input), 0);
        uvp_entry_release(&entry);
        close_plain(&plain);
    }
    bytes_free(&got);
    bytes_free(&text);
}

static void test_pass_and_read(void **state)
{
    struct bytes text = {0};
    struct plain plain;

    (void)state;
    fill_text(&text, (size_t)6 << 20, 1);
    for (int i = 0; i < 4; i++) {
        struct bytes got = {0};
        struct uvp_slices raw;
        uint64_t at = 0;
        bool more = true;

        open_plain(&plain, &text, (i & 1) != 0, "-");
        assert_string_equal(plain.header.path, "stdin");
        assert_int_equal(plain.header.size_known, (i & 1) != 0);
        uvp_slices_init(&raw, &plain.ends.mem);
        while (more) {
            if ((i & 2) != 0) {
                assert_int_equal(uvp_input_read(plain.input, &raw, &more, NULL), UVP_OK);
            } else {
                assert_int_equal(uvp_input_pass(plain.input, &more, NULL), UVP_OK);
                assert_int_equal(uvp_input_flush(plain.input, &raw, &at, NULL), UVP_OK);
                assert_true(raw.bytes == 0 || at == got.bytes);
            }
            assert_true(raw.bytes <= UVP_BLOCK_BYTES);
            slices_to_bytes(&raw, &got);
            uvp_slices_reset(&raw);
        }
        assert_int_equal(uvp_input_next(plain.input, &plain.header, NULL), UVP_END);
        assert_int_equal(got.bytes, text.bytes);
        assert_memory_equal(got.data, text.data, text.bytes);
        uvp_slices_release(&raw);
        close_plain(&plain);
        bytes_free(&got);
    }
    bytes_free(&text);
}

static void test_output(void **state)
{
    struct ends ends;
    const struct uvp_sink_ops ops = {.write = ends_write, .ctx = &ends};
    struct uvp_output_options options = {.container = UVP_CONTAINER_PLAIN};
    const struct uvp_render_options render = {.target = UVP_CONTAINER_PLAIN};
    struct uvp_rendered rendered;
    struct uvp_output *output = NULL;
    struct uvp_sink *sink = NULL;
    struct uvp_entry entry;
    struct uvp_buf out;

    (void)state;
    assert_true(ends_open(&ends, 0));
    options.mem = &ends.mem;
    assert_int_equal(uvp_sink_create(&ops, &ends.mem, &sink, NULL), UVP_OK);
    assert_int_equal(uvp_plain_output_create(&options, sink, &output, NULL), UVP_OK);
    uvp_entry_init(&entry, &ends.mem);
    uvp_buf_init(&out, &ends.mem, 0);
    assert_int_equal(
        uvp_plain_render(&entry, uvp_span_of("abc", 3), &render, &out, &rendered, NULL),
        UVP_OK);
    entry.type = UVP_ENTRY_FOLDER;
    assert_int_equal(uvp_output_member(output, &entry, uvp_buf_span(&out), &rendered, NULL),
                     UVP_UNSUPPORTED);
    entry.type = UVP_ENTRY_FILE;
    assert_int_equal(uvp_output_member(output, &entry, uvp_buf_span(&out), &rendered, NULL),
                     UVP_OK);
    assert_int_equal(uvp_output_member(output, &entry, uvp_buf_span(&out), &rendered, NULL),
                     UVP_UNSUPPORTED);
    assert_int_equal(uvp_output_begin(output, &entry, NULL), UVP_UNSUPPORTED);
    assert_int_equal(uvp_output_finish(output, NULL), UVP_OK);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    assert_int_equal(ends.written.bytes, 3);
    uvp_output_destroy(output);
    uvp_sink_destroy(sink);
    uvp_entry_release(&entry);
    uvp_buf_release(&out);
    ends_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_pass_and_read),
        cmocka_unit_test(test_output),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
