/* What is done with a member, and what the output becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/reader/choose.h"

static struct uvp_header header_of(const char *path)
{
    const struct uvp_header header = {
        .path = path,
        .path_bytes = strlen(path),
        .type = UVP_ENTRY_FILE,
        .size_known = true,
        .replaceable = true,
    };

    return header;
}

static const char *judge(const struct uvp_settings *settings, const char *path)
{
    const struct uvp_header header = header_of(path);

    return uvp_choose_member(settings, &header, UVP_LOOKED_NOT);
}

static void test_suffix_decides(void **state)
{
    const struct uvp_settings settings = {0};

    (void)state;
    assert_null(judge(&settings, "a/b.obj"));
    assert_null(judge(&settings, "a/B.OBJ"));
    assert_non_null(judge(&settings, "a/b.obj.txt"));
    assert_non_null(judge(&settings, "a/obj"));
    assert_non_null(judge(&settings, ""));
}

/* Its bytes can tell, if it can be read, and is not so long that reading it costs much. */
static void test_names_without_a_suffix_are_looked_into(void **state)
{
    const struct uvp_settings settings = {0};
    const struct uvp_settings dry = {.dry_run = true};
    struct uvp_header header = header_of("models/part");

    (void)state;
    header.size_bytes = 100;
    assert_null(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT));
    assert_string_equal(uvp_choose_member(&dry, &header, UVP_LOOKED_NOT),
                        "would be looked into");
    assert_non_null(uvp_choose_member(&settings, &header, UVP_LOOKED_OTHER));
    header.size_known = false;
    assert_non_null(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT));
    header.size_known = true;
    header.replaceable = false;
    assert_non_null(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT));
    header.replaceable = true;
    header.size_bytes = UINT64_C(1) << 30;
    assert_non_null(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT));
    header.size_bytes = 0;
    assert_non_null(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT));
}

static void test_globs(void **state)
{
    const char *include[] = {"chair*", "tables/*.obj"};
    const char *exclude[] = {"*broken*"};
    const struct uvp_settings settings = {
        .include = include, .include_count = 2, .exclude = exclude, .exclude_count = 1};

    (void)state;
    assert_null(judge(&settings, "models/chair-1.obj"));
    assert_null(judge(&settings, "tables/x.obj"));
    assert_string_equal(judge(&settings, "models/x.obj"), "not included");
    assert_string_equal(judge(&settings, "models/tables/x.obj"), "not included");
    assert_string_equal(judge(&settings, "models/chair-broken.obj"), "excluded");
}

static void test_contents_stand_in_for_a_suffix_only(void **state)
{
    const char *exclude[] = {"chair*"};
    const struct uvp_settings settings = {.exclude = exclude, .exclude_count = 1};
    const struct uvp_header table = header_of("table");
    const struct uvp_header chair = header_of("chair");

    (void)state;
    assert_null(uvp_choose_member(&settings, &table, UVP_LOOKED_MESH));
    assert_non_null(uvp_choose_member(&settings, &table, UVP_LOOKED_OTHER));
    assert_string_equal(uvp_choose_member(&settings, &chair, UVP_LOOKED_MESH), "excluded");
}

static void test_what_cannot_be_touched(void **state)
{
    const struct uvp_settings settings = {0};
    const struct uvp_settings dry = {.dry_run = true};
    struct uvp_header header = header_of("a.obj");

    (void)state;
    header.type = UVP_ENTRY_LINK;
    assert_string_equal(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT), "not a file");
    header = header_of("a.obj");
    header.replaceable = false;
    header.why_not = "encrypted";
    assert_string_equal(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT), "encrypted");
    header.why_not = NULL;
    assert_non_null(uvp_choose_member(&settings, &header, UVP_LOOKED_NOT));
    header = header_of("a.obj");
    assert_string_equal(uvp_choose_member(&dry, &header, UVP_LOOKED_NOT), "would be unwrapped");
}

static enum uvp_container outcome(uint32_t inputs, bool per_input, enum uvp_container first)
{
    const struct uvp_settings settings = {.input_count = inputs};
    struct uvp_choice choice;
    struct uvp_error err = {0};

    assert_int_equal(
        uvp_choose_output(&settings, per_input, first, UVP_CODEC_NONE, &choice, &err), UVP_OK);
    return choice.container;
}

static void test_output_follows_first_input(void **state)
{
    (void)state;
    assert_int_equal(outcome(0, false, UVP_CONTAINER_ZIP), UVP_CONTAINER_ZIP);
    assert_int_equal(outcome(1, false, UVP_CONTAINER_PLAIN), UVP_CONTAINER_PLAIN);
    assert_int_equal(outcome(2, false, UVP_CONTAINER_PLAIN), UVP_CONTAINER_TAR);
    assert_int_equal(outcome(1, false, UVP_CONTAINER_FOLDER), UVP_CONTAINER_TAR);
    assert_int_equal(outcome(1, false, UVP_CONTAINER_SEVENZIP), UVP_CONTAINER_TAR);
    assert_int_equal(outcome(2, true, UVP_CONTAINER_PLAIN), UVP_CONTAINER_FOLDER);
    assert_int_equal(outcome(1, true, UVP_CONTAINER_FOLDER), UVP_CONTAINER_FOLDER);
    assert_int_equal(outcome(1, true, UVP_CONTAINER_CPIO), UVP_CONTAINER_CPIO);
}

static void test_output_codec_and_level(void **state)
{
    struct uvp_settings settings = {0};
    struct uvp_choice choice;
    struct uvp_error err = {0};

    (void)state;
    assert_int_equal(
        uvp_choose_output(&settings, false, UVP_CONTAINER_TAR, UVP_CODEC_ZSTD, &choice, &err),
        UVP_OK);
    assert_int_equal(choice.codec, UVP_CODEC_ZSTD);
    assert_int_equal(choice.level, 3);
    settings.codec_given = true;
    settings.codec = UVP_CODEC_GZIP;
    settings.level_given = true;
    settings.level = 9;
    assert_int_equal(
        uvp_choose_output(&settings, false, UVP_CONTAINER_TAR, UVP_CODEC_ZSTD, &choice, &err),
        UVP_OK);
    assert_int_equal(choice.codec, UVP_CODEC_GZIP);
    assert_int_equal(choice.level, 9);
}

static void refuse(enum uvp_container asked, uint32_t inputs, enum uvp_container first)
{
    const struct uvp_settings settings = {
        .input_count = inputs, .container_given = true, .container = asked};
    struct uvp_choice choice;
    struct uvp_error err = {0};

    assert_int_equal(uvp_choose_output(&settings, false, first, UVP_CODEC_NONE, &choice, &err),
                     UVP_USAGE);
    assert_string_not_equal(err.text, "");
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(UVP_CONTAINER_SEVENZIP, 1, UVP_CONTAINER_TAR);
    refuse(UVP_CONTAINER_FOLDER, 1, UVP_CONTAINER_TAR);
    refuse(UVP_CONTAINER_PLAIN, 1, UVP_CONTAINER_TAR);
    refuse(UVP_CONTAINER_PLAIN, 2, UVP_CONTAINER_PLAIN);
}

static void check_name(const char *path, bool last_part, enum uvp_codec codec,
                       const char *expected)
{
    struct uvp_mem mem;
    struct uvp_buf name;
    struct uvp_error err = {0};

    uvp_mem_init(&mem, 0);
    uvp_buf_init(&name, &mem, 0);
    assert_int_equal(uvp_choose_name(path, last_part, codec, &name, &err), UVP_OK);
    assert_string_equal((const char *)name.data, expected);
    assert_int_equal(name.bytes, strlen(expected) + 1);
    uvp_buf_release(&name);
}

static void test_names_stay_inside(void **state)
{
    (void)state;
    check_name("a/x.obj", false, UVP_CODEC_NONE, "a/x.obj");
    check_name("a/x.obj", true, UVP_CODEC_NONE, "x.obj");
    check_name("/a/x.obj", false, UVP_CODEC_NONE, "a/x.obj");
    check_name("./../../a/./x.obj", false, UVP_CODEC_NONE, "a/./x.obj");
    check_name("a/../../x.obj", false, UVP_CODEC_NONE, "x.obj");
    check_name("..x/y.obj", false, UVP_CODEC_NONE, "..x/y.obj");
    check_name("//x.obj", false, UVP_CODEC_NONE, "x.obj");
    check_name("-", false, UVP_CODEC_NONE, "-");
}

static void test_names_lose_their_compression(void **state)
{
    (void)state;
    check_name("a/x.obj.zst", false, UVP_CODEC_ZSTD, "a/x.obj");
    check_name("x.obj.gz", true, UVP_CODEC_GZIP, "x.obj");
    check_name("x.obj.gz", true, UVP_CODEC_ZSTD, "x.obj.gz"); /* it lies */
    check_name("x.obj.zst", true, UVP_CODEC_NONE, "x.obj.zst");
    check_name(".zst", true, UVP_CODEC_ZSTD, ".zst");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suffix_decides),
        cmocka_unit_test(test_names_without_a_suffix_are_looked_into),
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_contents_stand_in_for_a_suffix_only),
        cmocka_unit_test(test_what_cannot_be_touched),
        cmocka_unit_test(test_output_follows_first_input),
        cmocka_unit_test(test_output_codec_and_level),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_names_stay_inside),
        cmocka_unit_test(test_names_lose_their_compression),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
