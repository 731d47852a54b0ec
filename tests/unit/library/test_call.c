/* What the library refuses, and what ends its calls. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "tests/unit/library/shared_mesh.h"

static const float square[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0};
static const uint32_t two[] = {0, 1, 2, 0, 2, 3};

static struct uvp_geometry plain(void)
{
    const struct uvp_geometry geometry = {.struct_bytes = sizeof geometry,
                                          .positions = square,
                                          .vertex_count = 4,
                                          .indices = two,
                                          .corner_count = 6};

    return geometry;
}

static void refuse(enum uvp_code expected, const struct uvp_geometry *geometry,
                   const struct uvp_unwrap_options *options, const struct uvp_limits *limits,
                   const char *word)
{
    struct uvp_unwrapped *made = NULL;
    struct uvp_error err = {.code = UVP_BUG, .text = "left over"};
    const enum uvp_code code = uvp_unwrap(geometry, options, limits, &made, &err);

    if (code != expected || err.code != expected || strstr(err.text, word) == NULL) {
        fail_msg("expected %s and '%s', got %s: %s", uvp_code_word(expected), word,
                 uvp_code_word(code), err.text);
    }
    assert_null(made);
    /* without an error to fill it is the same */
    assert_int_equal(uvp_unwrap(geometry, options, limits, &made, NULL), expected);
}

static void test_geometry_that_cannot_be(void **state)
{
    static const uint32_t beyond[] = {0, 1, 2, 0, 2, 4};
    static const uint32_t few[] = {3, 2};
    static const uint32_t many[] = {3, 4};
    static const uint32_t vast[] = {2000000000, 3};
    struct uvp_geometry geometry = plain();

    (void)state;
    geometry.positions = NULL;
    refuse(UVP_USAGE, &geometry, NULL, NULL, "geometry.positions is NULL");
    geometry = plain();
    geometry.struct_bytes = 0;
    refuse(UVP_USAGE, &geometry, NULL, NULL, "geometry.struct_bytes");
    geometry = plain();
    geometry.position_stride_bytes = 8;
    refuse(UVP_USAGE, &geometry, NULL, NULL, "stride of 8 bytes");
    geometry = plain();
    geometry.position_type = (enum uvp_position_type)2;
    refuse(UVP_USAGE, &geometry, NULL, NULL, "position_type");
    geometry = plain();
    geometry.index_type = (enum uvp_index_type)2;
    refuse(UVP_USAGE, &geometry, NULL, NULL, "index_type");
    geometry = plain();
    geometry.indices = beyond;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "corner 5: index 4 of 4");
    geometry = plain();
    geometry.corner_count = 5;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "5 corners are no triangles");
    geometry = plain();
    geometry.face_count = 3;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "no triangles");
    geometry = plain();
    geometry.face_count = 2;
    geometry.face_corners = few;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "5 of 6 corners");
    geometry.face_corners = many;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "at face 1");
    geometry.face_corners = vast;
    refuse(UVP_LIMIT, &geometry, NULL, NULL, "face 0 has 2000000000");
    geometry = plain();
    geometry.vertex_count = 3000000000U;
    refuse(UVP_LIMIT, &geometry, NULL, NULL, "vertex_count");
    geometry = plain();
    geometry.uvs = square;
    geometry.uv_count = 4;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "4 UVs for 6 corners");
    geometry.uv_indices = beyond;
    refuse(UVP_BAD_DATA, &geometry, NULL, NULL, "uv_indices: corner 5");
    geometry = plain();
    geometry.corner_count = 0;
    refuse(UVP_DEGENERATE, &geometry, NULL, NULL, "");
}

static void test_options_that_cannot_be(void **state)
{
    const struct uvp_geometry geometry = plain();
    struct uvp_unwrap_options options;

    (void)state;
#define REFUSED(field, value)                                                                  \
    do {                                                                                       \
        memset(&options, 0, sizeof options);                                                   \
        options.struct_bytes = sizeof options;                                                 \
        options.field = value;                                                                 \
        refuse(UVP_USAGE, &geometry, &options, NULL, "options." #field);                       \
    } while (0)
    REFUSED(preset, (enum uvp_preset)3);
    REFUSED(resolution_texels, 15);
    REFUSED(resolution_texels, 65537);
    REFUSED(padding_texels, 129.0F);
    REFUSED(padding_texels, NAN);
    REFUSED(max_stretch, 1.0F);
    REFUSED(max_stretch, 101.0F);
    REFUSED(max_stretch, NAN);
    REFUSED(texels_per_unit, -1.0F);
    REFUSED(texels_per_unit, INFINITY);
    REFUSED(pages, 1001);
    REFUSED(pages, UVP_PAGES_AUTO);
    REFUSED(pack_effort, 1001);
    REFUSED(seam_degrees, 181.0F);
    REFUSED(struct_bytes, 0);
#undef REFUSED
}

/* A program of yesterday and one of tomorrow. */
static void test_sizes_of_structs(void **state)
{
    const struct uvp_geometry geometry = plain();
    struct {
        struct uvp_unwrap_options options;
        uint64_t more[2];
    } newer = {.options.struct_bytes = sizeof newer};
    struct uvp_unwrap_options older = {
        .struct_bytes = offsetof(struct uvp_unwrap_options, max_stretch),
        .max_stretch = -7, /* beyond its end: not read */
    };
    struct {
        struct uvp_unwrap_stats stats;
        uint64_t more;
    } room = {.stats.struct_bytes = sizeof room, .more = 7};
    struct uvp_unwrap_stats small = {.struct_bytes = offsetof(struct uvp_unwrap_stats, charts),
                                     .charts = 77};
    struct uvp_unwrapped *made;

    (void)state;
    uvp_unwrapped_destroy(unwrap_well(&geometry, &newer.options));
    newer.more[1] = 1;
    refuse(UVP_USAGE, &geometry, &newer.options, NULL, "does not know");
    made = unwrap_well(&geometry, &older);
    uvp_unwrapped_stats(made, &room.stats);
    assert_int_equal(room.stats.triangles, 2);
    assert_int_equal(room.more, 0);
    uvp_unwrapped_stats(made, &small);
    assert_int_equal(small.triangles, 2);
    assert_int_equal(small.charts, 77);
    uvp_unwrapped_destroy(made);
}

/* Memory that runs out anywhere ends the call and nothing else. */
static void test_memory_runs_out(void **state)
{
    struct uvp_limits limits = {.struct_bytes = sizeof limits, .memory_bytes = 1};
    const struct uvp_geometry geometry = plain();
    struct uvp_unwrapped *made = NULL;
    enum uvp_code code = UVP_NO_MEMORY;
    unsigned refusals = 0;

    (void)state;
    while (made == NULL) {
        struct uvp_error err;
        code = uvp_unwrap(&geometry, NULL, &limits, &made, &err);
        assert_true(code == UVP_OK || code == UVP_NO_MEMORY);
        refusals += code != UVP_OK;
        limits.memory_bytes += 4096;
        assert_true(limits.memory_bytes < (size_t)64 << 20);
    }
    assert_true(refusals > 3);
    uvp_unwrapped_destroy(made);
}

static void *raise_soon(void *cancel)
{
    uvp_cancel_raise(cancel);
    return NULL;
}

static void test_stops(void **state)
{
    struct uvp_limits limits = {.struct_bytes = sizeof limits};
    struct uvp_cancel *cancel = NULL;
    struct uvp_geometry geometry = plain();
    struct uvp_test_mesh mesh;
    pthread_t thread;

    (void)state;
    assert_int_equal(uvp_cancel_create(&cancel, NULL), UVP_OK);
    limits.cancel = cancel;
    {
        struct uvp_unwrapped *made = NULL;
        assert_int_equal(uvp_unwrap(&geometry, NULL, &limits, &made, NULL), UVP_OK);
        uvp_unwrapped_destroy(made);
    }
    uvp_test_mesh_init(&mesh);
    uvp_test_mesh_soup(&mesh, 60000, 20000, 5);
    geometry = geometry_of(&mesh);
    /* its own thread raises it while the call is under way, or just before */
    assert_int_equal(pthread_create(&thread, NULL, raise_soon, cancel), 0);
    refuse(UVP_CANCELLED, &geometry, NULL, &limits, "cancel");
    assert_int_equal(pthread_join(thread, NULL), 0);
    uvp_cancel_destroy(cancel);
    uvp_cancel_destroy(NULL);
    limits.cancel = NULL;
    limits.timeout_ms = 1;
    refuse(UVP_LIMIT, &geometry, NULL, &limits, "time limit");
    limits.struct_bytes = 0;
    refuse(UVP_USAGE, &geometry, NULL, &limits, "limits.struct_bytes");
    uvp_test_mesh_release(&mesh);
}

static void test_codes_and_version(void **state)
{
    static const char *const words[] = {"ok",        "end",      "no-memory",   "limit",
                                        "io",        "bad-data", "unsupported", "degenerate",
                                        "cancelled", "usage",    "bug"};

    (void)state;
    assert_int_equal(sizeof words / sizeof words[0], UVP_CODE_COUNT);
    for (int i = 0; i < UVP_CODE_COUNT; i++) {
        assert_string_equal(uvp_code_word((enum uvp_code)i), words[i]);
        assert_true(strlen(uvp_code_text((enum uvp_code)i)) > 5);
    }
    assert_string_equal(uvp_code_word((enum uvp_code)99), "unknown");
    assert_string_equal(uvp_code_word((enum uvp_code) - 1), "unknown");
    assert_non_null(uvp_code_text((enum uvp_code)99));
    assert_int_equal(uvp_version_number(),
                     UVP_VERSION_MAJOR * 65536 + UVP_VERSION_MINOR * 256 + UVP_VERSION_PATCH);
    assert_string_equal(uvp_version_text(), UVP_EXPECTED_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geometry_that_cannot_be),
        cmocka_unit_test(test_options_that_cannot_be),
        cmocka_unit_test(test_sizes_of_structs),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_codes_and_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
