/*
 * The directory found from the end, whatever stands around it.
 */
#include "tests/unit/archive/zip_maker.h"

#include "formats/archive/zip_directory.h"

static enum uvp_code copy_bytes(void *ctx, uint64_t at, void *to, size_t bytes,
                                struct uvp_error *err)
{
    const struct bytes *const from = ctx;

    if (at > from->bytes || from->bytes - at < bytes) {
        return uvp_fail(err, UVP_BAD_DATA, at, "short");
    }
    if (bytes != 0) {
        memcpy(to, from->data + at, bytes);
    }
    return UVP_OK;
}

static enum uvp_code load(struct uvp_mem *mem, struct bytes *zip,
                          struct uvp_zip_directory *directory)
{
    const struct uvp_zip_source source = {.copy = copy_bytes, .ctx = zip};

    uvp_zip_directory_init(directory, mem);
    return uvp_zip_directory_load(directory, source, 0, zip->bytes, NULL);
}

/* Loads, tells the number of records, and releases. */
static enum uvp_code count_records(struct bytes *zip, size_t *count)
{
    struct uvp_zip_directory directory;
    struct uvp_mem mem;
    enum uvp_code code;

    uvp_mem_init(&mem, 0);
    code = load(&mem, zip, &directory);
    *count = directory.count;
    uvp_zip_directory_release(&directory);
    assert_int_equal(mem.used_bytes, 0);
    return code;
}

static void test_order(void **state)
{
    struct maker maker = {0};
    struct bytes parts[50] = {{0}};
    struct uvp_zip_directory directory;
    struct uvp_mem mem;
    uint32_t seed = 5;

    (void)state;
    /* the records are shuffled, the members are not */
    for (unsigned i = 0; i < 50; i++) {
        maker.directory.bytes = 0;
        maker_text(&maker, "name", "text", 0, NO_DESCRIPTOR);
        bytes_add(&parts[i], maker.directory.data, maker.directory.bytes);
    }
    maker.directory.bytes = 0;
    for (unsigned i = 50; i > 0; i--) {
        const unsigned k = next_random(&seed) % i;

        bytes_add(&maker.directory, parts[k].data, parts[k].bytes);
        bytes_free(&parts[k]);
        parts[k] = parts[i - 1];
        memset(&parts[i - 1], 0, sizeof parts[0]);
    }
    maker_end(&maker, NULL, false);
    uvp_mem_init(&mem, 0);
    assert_int_equal(load(&mem, &maker.out, &directory), UVP_OK);
    assert_int_equal(directory.count, 50);
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(directory.records[i].local_at, i * 38);
    }
    assert_int_equal(uvp_zip_directory_check(&directory, NULL), UVP_OK);
    directory.records[7].stored_bytes = 5;
    assert_int_equal(uvp_zip_directory_check(&directory, NULL), UVP_BAD_DATA);
    uvp_zip_directory_release(&directory);
    maker_free(&maker);
}

static void test_comments(void **state)
{
    struct maker maker = {0};
    size_t count;
    char *const comment = malloc(65536);

    (void)state;
    memset(comment, 'c', 65535);
    comment[65535] = '\0';
    memcpy(comment + 1000, "PK\5\6", 4); /* a false end in the comment */
    maker_text(&maker, "a", "text", 0, NO_DESCRIPTOR);
    maker_end(&maker, comment, true);
    assert_int_equal(count_records(&maker.out, &count), UVP_OK);
    assert_int_equal(count, 1);
    bytes_add(&maker.out, comment, 900);
    assert_int_equal(count_records(&maker.out, &count), UVP_OK);
    maker_free(&maker);
    free(comment);
}

static void test_counts(void **state)
{
    struct maker maker = {0};
    size_t count;

    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        maker_text(&maker, "a", "text", 0, NO_DESCRIPTOR);
        maker.count = 2; /* a lie */
        maker_end(&maker, NULL, wide);
        assert_int_equal(count_records(&maker.out, &count), UVP_BAD_DATA);
        maker_free(&maker);
    }
    maker_text(&maker, "a", "text", 0, NO_DESCRIPTOR);
    maker_end(&maker, NULL, false);
    maker.out.data[maker.out.bytes - 22 + 4] = 1; /* the second of two files */
    assert_int_equal(count_records(&maker.out, &count), UVP_UNSUPPORTED);
    maker_free(&maker);
}

/* A tail full of what looks like ends takes no memory and not much time. */
static void test_false_ends(void **state)
{
    struct bytes zip = {0};
    size_t count;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        bytes_32(&zip, UVP_ZIP_END);
    }
    assert_int_equal(count_records(&zip, &count), UVP_UNSUPPORTED);
    memset(zip.data, 0, zip.bytes);
    for (size_t i = 0; i + 22 <= zip.bytes; i += 22) {
        uvp_zip_put32(zip.data + i, UVP_ZIP_END);
        zip.data[i + 8] = 1; /* records that are not there */
        zip.data[i + 10] = 1;
        zip.data[i + 12] = 46;
    }
    assert_int_equal(count_records(&zip, &count), UVP_BAD_DATA);
    bytes_free(&zip);
}

static void test_truncation_and_memory(void **state)
{
    struct maker maker = {0};
    struct uvp_zip_directory directory;
    struct uvp_mem mem;
    uint64_t calls;
    size_t count;

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        maker_text(&maker, "some/name", "", 0, NO_DESCRIPTOR);
    }
    maker_end(&maker, "comment", true);
    uvp_mem_init(&mem, 0);
    assert_int_equal(load(&mem, &maker.out, &directory), UVP_OK);
    uvp_zip_directory_release(&directory);
    calls = mem.calls;
    for (uint64_t n = 1; n <= calls; n++) {
        uvp_mem_init(&mem, 0);
        mem.fail_at_call = n;
        assert_int_equal(load(&mem, &maker.out, &directory), UVP_NO_MEMORY);
        uvp_zip_directory_release(&directory);
        assert_int_equal(mem.used_bytes, 0);
    }
    for (size_t cut = 0; cut < maker.out.bytes; cut += 97) {
        struct bytes less = maker.out;

        less.bytes = cut;
        assert_int_equal(count_records(&less, &count), UVP_BAD_DATA);
    }
    maker_free(&maker);
}

static void test_extras(void **state)
{
    static const char fields[] = "\x01\x00\x02\x00"
                                 "ab"
                                 "\x02\x00\x01\x00"
                                 "c"
                                 "\x01\x00\x00\x00"
                                 "\x03\x00\xff\xff"
                                 "cut";
    const struct uvp_span all = uvp_span_of(fields, sizeof fields - 1);
    struct uvp_mem mem;
    struct uvp_buf out;

    (void)state;
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&out, &mem, 0);
    assert_int_equal(uvp_zip_extra_find(all, 2).bytes, 1);
    assert_null(uvp_zip_extra_find(all, 3).data);
    assert_int_equal(uvp_zip_extra_copy_without(all, 1, &out, NULL), UVP_OK);
    assert_int_equal(out.bytes, 5);
    assert_memory_equal(out.data,
                        "\x02\x00\x01\x00"
                        "c",
                        5);
    uvp_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_false_ends),
        cmocka_unit_test(test_truncation_and_memory),
        cmocka_unit_test(test_extras),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
