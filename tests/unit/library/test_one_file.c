/* uvp_file_unwrap: files in memory, of several formats. */
#include "tests/unit/library/shared_mesh.h"

static const char obj[] = "# kept\r\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n";
static const char mapped_obj[] = "v 0 0 0\nv 1 0 0\nv 1 1 0\nvt 0 0\nvt 1 0\nvt 1 1\n"
                                 "f 1/1 2/2 3/3\n";
static const char stl[] = "solid s\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n"
                          "vertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid s\n";
static const char ply[] = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\n"
                          "property float y\nproperty float z\nelement face 1\n"
                          "property list uchar int vertex_indices\nend_header\n"
                          "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n";

static struct uvp_unwrapped_file *well(const char *text, const char *name,
                                       const struct uvp_file_options *options)
{
    struct uvp_unwrapped_file *file = NULL;
    struct uvp_error err;
    const enum uvp_code code =
        uvp_file_unwrap(text, strlen(text), name, options, NULL, &file, &err);

    if (code != UVP_OK) {
        fail_msg("%s: %s: %s", name != NULL ? name : "(no name)", uvp_code_word(code),
                 err.text);
    }
    return file;
}

static bool holds(const struct uvp_unwrapped_file *file, const char *word)
{
    size_t bytes;
    const char *const data = uvp_unwrapped_file_data(file, &bytes);

    for (size_t i = 0; i + strlen(word) <= bytes; i++) {
        if (memcmp(data + i, word, strlen(word)) == 0) {
            return true;
        }
    }
    return false;
}

static void test_formats(void **state)
{
    struct uvp_file_options options = {.struct_bytes = sizeof options};
    struct uvp_unwrap_stats stats = {.struct_bytes = sizeof stats};
    struct uvp_unwrapped_file *file = well(obj, "a/chair.OBJ", NULL);

    (void)state;
    assert_string_equal(uvp_unwrapped_file_suffix(file), "");
    assert_true(holds(file, "# kept\r\nv 0 0 0\n") && holds(file, "vt "));
    uvp_unwrapped_file_stats(file, &stats);
    assert_int_equal(stats.triangles, 2);
    assert_int_equal(stats.charts, 1);
    assert_int_equal(stats.pages, 1);
    uvp_unwrapped_file_destroy(file);
    file = well(stl, "part.stl", NULL);
    assert_string_equal(uvp_unwrapped_file_suffix(file), ".obj");
    assert_true(holds(file, "vt "));
    uvp_unwrapped_file_destroy(file);
    file = well(ply, NULL, NULL); /* told by its bytes */
    assert_true(holds(file, "property float s"));
    uvp_unwrapped_file_destroy(file);
    options.ply_wedge = true;
    file = well(ply, "x.ply", &options);
    assert_true(holds(file, "texcoord"));
    uvp_unwrapped_file_destroy(file);
}

static void test_uvs_that_are_there(void **state)
{
    struct uvp_file_options options = {.struct_bytes = sizeof options};
    struct uvp_unwrap_options unwrap = {.struct_bytes = sizeof unwrap, .keep_charts = true};
    struct uvp_unwrapped_file *file = NULL;
    struct uvp_error err;

    (void)state;
    assert_int_equal(
        uvp_file_unwrap(mapped_obj, strlen(mapped_obj), "m.obj", NULL, NULL, &file, &err),
        UVP_UNSUPPORTED);
    assert_null(file);
    assert_string_equal(err.text, "already has UVs");
    options.existing = UVP_FILE_REPLACE;
    uvp_unwrapped_file_destroy(well(mapped_obj, "m.obj", &options));
    options.existing = UVP_FILE_SKIP;
    options.unwrap = &unwrap;
    uvp_unwrapped_file_destroy(well(mapped_obj, "m.obj", &options));
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        const char *name;
        enum uvp_code code;
    } rows[] = {
        {"hello\n", "readme.txt", UVP_UNSUPPORTED},
        {"", "empty.obj", UVP_UNSUPPORTED},
        {"", NULL, UVP_UNSUPPORTED},
        {"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "torn.obj", UVP_BAD_DATA},
        {"v 0 0 0\nv 0 0 0\nv 0 0 0\nf 1 2 3\n", "point.obj", UVP_DEGENERATE},
    };
    struct uvp_file_options options = {.struct_bytes = sizeof options,
                                       .existing = (enum uvp_file_existing)7};
    struct uvp_limits limits = {.struct_bytes = sizeof limits, .memory_bytes = 1000};
    struct uvp_unwrap_options unwrap = {.struct_bytes = sizeof unwrap, .pages = 5000};
    struct uvp_unwrapped_file *file = NULL;
    struct uvp_error err;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const enum uvp_code code = uvp_file_unwrap(rows[i].text, strlen(rows[i].text),
                                                   rows[i].name, NULL, NULL, &file, &err);
        if (code != rows[i].code) {
            fail_msg("row %zu: %s: %s", i, uvp_code_word(code), err.text);
        }
        assert_null(file);
    }
    assert_int_equal(uvp_file_unwrap(obj, sizeof obj - 1, "a.obj", &options, NULL, &file, &err),
                     UVP_USAGE);
    options.existing = UVP_FILE_SKIP;
    options.unwrap = &unwrap;
    assert_int_equal(uvp_file_unwrap(obj, sizeof obj - 1, "a.obj", &options, NULL, &file, &err),
                     UVP_USAGE);
    assert_int_equal(uvp_file_unwrap(NULL, 5, "a.obj", NULL, NULL, &file, &err), UVP_USAGE);
    assert_int_equal(uvp_file_unwrap(obj, sizeof obj - 1, "a.obj", NULL, &limits, &file, &err),
                     UVP_NO_MEMORY);
    assert_null(file);
    uvp_unwrapped_file_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_uvs_that_are_there),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
