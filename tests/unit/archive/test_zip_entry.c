/*
 * Single zip members: loaded with every lie a header can tell, and rendered anew.
 */
#include "tests/unit/archive/zip_maker.h"

#include "formats/archive/zip_format.h"

struct one {
    struct ends ends;
    struct uvp_input *input;
    struct uvp_entry entry;
    struct uvp_buf store;
};

/* Takes the first member of the archive, read in slices of `slice` bytes. */
static void open_one(struct one *one, struct maker *maker, size_t slice, size_t ceiling)
{
    struct uvp_input_options options;
    struct uvp_header header;

    memset(one, 0, sizeof *one);
    assert_true(ends_open(&one->ends, 0));
    options = ends_options(&one->ends);
    assert_int_equal(ends_input(&one->ends, uvp_zip_input_open,
                                uvp_span_of(maker->out.data, maker->out.bytes), true, slice,
                                &options, &one->input, NULL),
                     UVP_OK);
    uvp_entry_init(&one->entry, &one->ends.mem);
    uvp_buf_init(&one->store, &one->ends.mem, ceiling);
    assert_int_equal(uvp_input_next(one->input, &header, NULL), UVP_OK);
    assert_int_equal(uvp_input_take(one->input, &one->entry, NULL), UVP_OK);
}

static void close_one(struct one *one)
{
    uvp_entry_release(&one->entry);
    uvp_buf_release(&one->store);
    uvp_input_close(one->input);
    ends_close(&one->ends);
}

static void test_load(void **state)
{
    static const size_t sizes[] = {0, 1, 100, 5000, 300000};

    (void)state;
    for (unsigned method = 0; method <= 8; method += 8) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct maker maker = {0};
            struct bytes text = {0};
            struct item item = {.name = "a", .method = method};
            struct uvp_span body = {NULL, 0};
            struct one one;

            fill_text(&text, sizes[i], 9);
            item.data = text.data;
            item.bytes = text.bytes;
            maker_add(&maker, &item);
            maker_end(&maker, NULL, false);
            for (size_t slice = 512; slice <= 1 << 20; slice <<= 11) {
                unsigned sum = 0;

                open_one(&one, &maker, slice, sizes[i] + 1);
                assert_int_equal(uvp_zip_load(&one.entry, &one.store, &body, NULL), UVP_OK);
                assert_int_equal(body.bytes, text.bytes);
                assert_int_equal(uvp_span_equal(body, uvp_span_of(text.data, text.bytes)), 1);
                for (unsigned k = 0; k < 64; k++) {
                    sum += body.data[body.bytes + k]; /* readable, whatever it is */
                }
                assert_true(sum <= 64 * 255);
                if (method == 0 && slice > 512 && sizes[i] != 0) {
                    assert_int_equal(one.store.capacity, 0); /* lent */
                }
                close_one(&one);
            }
            maker_free(&maker);
            bytes_free(&text);
        }
    }
}

static enum uvp_code load_item(const struct item *item, size_t ceiling, size_t *taken)
{
    struct maker maker = {0};
    struct uvp_span body = {NULL, 0};
    struct one one;
    enum uvp_code code;

    maker_add(&maker, item);
    maker_end(&maker, NULL, false);
    open_one(&one, &maker, 0, ceiling);
    code = uvp_zip_load(&one.entry, &one.store, &body, NULL);
    *taken = one.store.capacity;
    close_one(&one);
    maker_free(&maker);
    return code;
}

static void test_lies(void **state)
{
    struct item item = {.name = "a", .data = "hello hello hello hello", .bytes = 23};
    size_t taken;

    (void)state;
    item.method = 8;
    assert_int_equal(load_item(&item, 0, &taken), UVP_OK);
    assert_int_equal(load_item(&item, 22, &taken), UVP_LIMIT);
    item.wrong_crc = 1;
    assert_int_equal(load_item(&item, 0, &taken), UVP_BAD_DATA);
    item.wrong_crc = 0;
    item.claimed = 22;
    assert_int_equal(load_item(&item, 0, &taken), UVP_BAD_DATA);
    item.claimed = 24;
    assert_int_equal(load_item(&item, 0, &taken), UVP_BAD_DATA);
    item.claimed = 4000000000u; /* more than its bytes can hold */
    assert_int_equal(load_item(&item, 0, &taken), UVP_BAD_DATA);
    assert_int_equal(taken, 0);
    item.method = 0;
    item.claimed = 24;
    assert_int_equal(load_item(&item, 0, &taken), UVP_BAD_DATA);
    item.claimed = 0;
    item.method = 12;
    assert_int_equal(load_item(&item, 0, &taken), UVP_UNSUPPORTED);
    item.method = 0;
    item.flags = UVP_ZIP_FLAG_ENCRYPTED;
    assert_int_equal(load_item(&item, 0, &taken), UVP_UNSUPPORTED);
}

static void test_damaged_data(void **state)
{
    struct bytes text = {0};
    struct maker maker = {0};
    struct item item = {.name = "a", .method = 8};
    uint32_t seed = 3;

    (void)state;
    fill_text(&text, 2000, 21);
    item.data = text.data;
    item.bytes = text.bytes;
    maker_add(&maker, &item);
    maker_end(&maker, NULL, false);
    for (unsigned i = 0; i < 500; i++) {
        const size_t at = 31 + next_random(&seed) % 800;
        const unsigned char bit = (unsigned char)(1u << next_random(&seed) % 8);
        struct uvp_span body = {NULL, 0};
        struct one one;

        maker.out.data[at] ^= bit;
        open_one(&one, &maker, 0, 1 << 20);
        assert_int_equal(uvp_zip_load(&one.entry, &one.store, &body, NULL), UVP_BAD_DATA);
        close_one(&one);
        maker.out.data[at] ^= bit;
    }
    maker_free(&maker);
    bytes_free(&text);
}

/* A bomb is deflated data after all; the ceiling stops it before it takes memory. */
static void test_bomb(void **state)
{
    struct bytes zeros = {0};
    struct item item = {.name = "bomb", .method = 8};
    size_t taken;

    (void)state;
    zeros.data = calloc(1, (size_t)20 << 20);
    zeros.bytes = (size_t)20 << 20;
    item.data = zeros.data;
    item.bytes = zeros.bytes;
    assert_int_equal(load_item(&item, (size_t)1 << 20, &taken), UVP_LIMIT);
    assert_int_equal(taken, 0);
    assert_int_equal(load_item(&item, (size_t)32 << 20, &taken), UVP_OK);
    bytes_free(&zeros);
}

static void test_render(void **state)
{
    static const char body[] = "new new new new new new new new new new";
    static const char extra[] = "\xfe\xca\x03\x00"
                                "abc";
    struct item item = {.name = "name.obj",
                        .data = "old",
                        .bytes = 3,
                        .extra = extra,
                        .extra_bytes = sizeof extra - 1};

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        const struct uvp_render_options options = {.target = UVP_CONTAINER_ZIP,
                                                   .zip_level = (int)i * 2};
        struct maker maker = {0};
        struct uvp_rendered rendered;
        struct uvp_zip_local local;
        struct uvp_buf out;
        struct one one;

        item.method = (i & 1) != 0 ? 8 : 0;
        item.descriptor = (i & 2) != 0 ? SIGNED_32 : NO_DESCRIPTOR;
        item.zip64 = (i & 4) != 0;
        maker_add(&maker, &item);
        maker_end(&maker, NULL, false);
        open_one(&one, &maker, 0, 0);
        uvp_buf_init(&out, &one.ends.mem, 0);
        assert_int_equal(uvp_buf_append(&out, "before", 6, NULL), UVP_OK);
        assert_int_equal(uvp_zip_render(&one.entry, uvp_span_of(body, sizeof body - 1),
                                        &options, &out, &rendered, NULL),
                         UVP_OK);
        assert_memory_equal(out.data, "before", 6);
        assert_int_equal(uvp_zip_local_bytes(out.data + 6), rendered.head_bytes);
        assert_true(
            uvp_zip_local_parse(uvp_span_of(out.data + 6, rendered.head_bytes), &local));
        assert_int_equal(local.method, item.method);
        assert_int_equal(local.flags & UVP_ZIP_FLAG_DESCRIPTOR, 0);
        assert_int_equal(local.time, 0x6b2a);
        assert_int_equal(local.size_bytes, sizeof body - 1);
        assert_int_equal(local.stored_bytes, out.bytes - 6 - rendered.head_bytes);
        assert_int_equal(local.stored_bytes, rendered.stored_bytes);
        assert_int_equal(local.crc, rendered.crc);
        assert_false(local.zip64);
        assert_memory_equal(out.data + 6 + 30 + 8, extra, sizeof extra - 1);
        uvp_buf_release(&out);
        close_one(&one);
        maker_free(&maker);
    }
}

static void test_render_limits(void **state)
{
    const struct uvp_render_options options = {.target = UVP_CONTAINER_ZIP};
    struct uvp_mem mem;
    struct uvp_entry entry;
    struct uvp_rendered rendered;
    struct uvp_buf out;
    char *const name = malloc(70000);

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_entry_init(&entry, &mem);
    uvp_buf_init(&out, &mem, 40);
    entry.container = UVP_CONTAINER_TAR;
    assert_int_equal(uvp_entry_set_path(&entry, "a", 1, NULL), UVP_OK);
    assert_int_equal(
        uvp_zip_render(&entry, uvp_span_of("x", 1), &options, &out, &rendered, NULL),
        UVP_LIMIT);
    assert_int_equal(out.bytes, 0);
    out.ceiling_bytes = 0;
    memset(name, 'n', 70000);
    assert_int_equal(uvp_entry_set_path(&entry, name, 70000, NULL), UVP_OK);
    assert_int_equal(
        uvp_zip_render(&entry, uvp_span_of("x", 1), &options, &out, &rendered, NULL),
        UVP_LIMIT);
    assert_int_equal(out.bytes, 0);
    /* a damaged member of a zip */
    entry.container = UVP_CONTAINER_ZIP;
    assert_int_equal(
        uvp_zip_render(&entry, uvp_span_of("x", 1), &options, &out, &rendered, NULL),
        UVP_BAD_DATA);
    uvp_buf_release(&out);
    uvp_entry_release(&entry);
    assert_int_equal(mem.used_bytes, 0);
    free(name);
}

/* Only what is UTF-8 and more than ASCII says that it is. */
static void test_names(void **state)
{
    static const struct {
        const char *name;
        bool utf8;
    } names[] = {{"plain", false},
                 {"\xc3\xa4", true},
                 {"\xe2\x82\xac", true},
                 {"\xf0\x9f\x98\x80", true},
                 {"\xc0\x80", false},
                 {"\xed\xa0\x80", false},
                 {"\xf4\x90\x80\x80", false},
                 {"\xe4", false},
                 {"\xc3", false}};
    const struct uvp_render_options options = {.target = UVP_CONTAINER_ZIP};
    struct uvp_mem mem;
    struct uvp_entry entry;
    struct uvp_rendered rendered;
    struct uvp_buf out;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_entry_init(&entry, &mem);
    uvp_buf_init(&out, &mem, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uvp_entry_reset(&entry);
        entry.container = UVP_CONTAINER_FOLDER;
        uvp_buf_reset(&out);
        assert_int_equal(uvp_entry_set_path(&entry, names[i].name, strlen(names[i].name), NULL),
                         UVP_OK);
        assert_int_equal(
            uvp_zip_render(&entry, uvp_span_of(NULL, 0), &options, &out, &rendered, NULL),
            UVP_OK);
        assert_int_equal((uvp_zip_u16(out.data + 6) & UVP_ZIP_FLAG_UTF8) != 0, names[i].utf8);
    }
    uvp_buf_release(&out);
    uvp_entry_release(&entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),         cmocka_unit_test(test_lies),
        cmocka_unit_test(test_damaged_data), cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_render),       cmocka_unit_test(test_render_limits),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
