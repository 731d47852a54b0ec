/*
 * Every format, every sample: decode, made UVs, encode in every way, decode again. Positions,
 * polygons and UVs are the same bit for bit; encoding once more gives the same bytes. What a
 * sample is, is what its name says.
 */
#include "tests/support/every_format.h"

struct way {
    const char *name;
    struct uvp_mesh_options options;
};

static const struct way ways[] = {
    {"default", {.existing = UVP_EXISTING_REPLACE}},
    {"second",
     {.existing = UVP_EXISTING_REPLACE,
      .ply_uv = UVP_PLY_WEDGE,
      .stl_to = UVP_COMPANION_PLY,
      .gltf_atlas = UVP_GLTF_BY_PRIMITIVE}},
    {"third",
     {.existing = UVP_EXISTING_REPLACE,
      .off = UVP_ROOMLESS_STOFF,
      .stl_to = UVP_COMPANION_GLB,
      .gltf_atlas = UVP_GLTF_BY_FILE,
      .texcoord = 1}},
    {"replaced",
     {.existing = UVP_EXISTING_REPLACE,
      .stl = UVP_ROOMLESS_REPLACE,
      .off = UVP_ROOMLESS_REPLACE,
      .wants_groups = true}},
    {"sixteen bits",
     {.existing = UVP_EXISTING_REPLACE, .stl_to = UVP_COMPANION_GLB, .uv_type = UVP_UV_U16}},
};

#define WAY_COUNT (sizeof ways / sizeof ways[0])

/* What is tried now, for the messages. */
struct trial {
    const struct every_sample *sample;
    const struct way *way;
    bool is_u16;
};

#define REQUIRE(trial, fact, ...)                                                              \
    do {                                                                                       \
        if (!(fact)) {                                                                         \
            fail_of(trial, __LINE__, __VA_ARGS__);                                             \
        }                                                                                      \
    } while (0)

static void fail_of(const struct trial *trial, int line, const char *format, ...)
    UVP_PRINTF(3, 4);

static void fail_of(const struct trial *trial, int line, const char *format, ...)
{
    char text[512];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fail_msg("line %d: %s/%s, %s: %s", line, trial->sample->format->name, trial->sample->name,
             trial->way == NULL ? "-" : trial->way->name, text);
}

/* ---- comparing ---- */

enum places {
    PLACES_BITS,  /* NaNs are all alike, for text has but one */
    PLACES_VALUE, /* and so are zeros, for a new file is spelled as the old one was */
    PLACES_ANY,
};

static bool same_place(const float *a, const float *b, enum places places)
{
    for (int i = 0; places != PLACES_ANY && i < 3; i++) {
        const bool same = places == PLACES_BITS ? memcmp(a + i, b + i, 4) == 0 : a[i] == b[i];
        if (!same && !(a[i] != a[i] && b[i] != b[i])) {
            return false;
        }
    }
    return true;
}

/* Small and far from the origin: text that is made anew of it is read from another middle. */
static enum places places_of_new_file(const struct trial *trial)
{
    return strstr(trial->sample->name, "far") != NULL ? PLACES_ANY : PLACES_VALUE;
}

static bool same_uv(const struct trial *trial, const float *got, const float *wanted)
{
    for (int i = 0; i < 2; i++) {
        const float away = (got[i] - wanted[i]) * 65535.0F;
        if (trial->is_u16 ? !(away < 0.5F && away > -0.5F)
                          : memcmp(got + i, wanted + i, 4) != 0) {
            return false;
        }
    }
    return true;
}

static void compare_corner(const struct trial *trial, const struct uvp_mesh *mesh, uint32_t c,
                           const struct uvp_mesh_uvs *uvs, const struct uvp_mesh *again,
                           uint32_t a, enum places places)
{
    const float *const wanted = uv_of(uvs, c);
    const float *const got = again->old_uv + (size_t)2 * again->corner_uv[a];

    REQUIRE(trial, same_place(position_of(mesh, c), position_of(again, a), places),
            "corner %u is somewhere else", c);
    REQUIRE(trial, again->corner_uv[a] != UVP_MESH_NO_UV, "corner %u has no UV", c);
    REQUIRE(trial, same_uv(trial, got, wanted), "corner %u has %a %a, not %a %a", c,
            (double)got[0], (double)got[1], (double)wanted[0], (double)wanted[1]);
}

static void compare_polygons(const struct trial *trial, const struct uvp_mesh *mesh,
                             const struct uvp_mesh_uvs *uvs, const struct uvp_mesh *again,
                             enum places places)
{
    REQUIRE(trial, again->polygon_count == mesh->polygon_count, "%u polygons, not %u",
            again->polygon_count, mesh->polygon_count);
    REQUIRE(trial,
            memcmp(again->corner_start, mesh->corner_start,
                   4 * ((size_t)mesh->polygon_count + 1)) == 0,
            "polygons have other sizes");
    REQUIRE(trial, again->has_uvs && again->corner_uv != NULL, "UVs are not found again");
    for (uint32_t c = 0; c < corner_count(mesh); c++) {
        compare_corner(trial, mesh, c, uvs, again, c, places);
    }
}

/* The file itself: vertex i stays vertex i, copies follow. */
static void compare_vertices(const struct trial *trial, const struct uvp_mesh *mesh,
                             const struct uvp_mesh *again)
{
    REQUIRE(trial, again->vertex_count >= mesh->vertex_count, "vertices are gone");
    for (uint32_t v = 0; v < mesh->vertex_count; v++) {
        REQUIRE(trial,
                same_place(mesh->positions + (size_t)3 * v, again->positions + (size_t)3 * v,
                           PLACES_BITS),
                "vertex %u is not where it was", v);
    }
}

static bool is_finite(const struct uvp_mesh *mesh)
{
    for (size_t i = 0; i < (size_t)3 * mesh->vertex_count; i++) {
        if (!(mesh->positions[i] - mesh->positions[i] == 0)) {
            return false;
        }
    }
    return true;
}

/* The new file holds triangles where this one has polygons. */
static void compare_triangles(const struct trial *trial, struct every_bench *every,
                              const struct uvp_mesh *mesh, const struct uvp_mesh_uvs *uvs,
                              const struct uvp_mesh *again, enum places places)
{
    struct bench *const bench = &every->bench;
    struct uvp_mesh_triangles triangles;

    assert_int_equal(uvp_mesh_triangulate(mesh, &bench->arena, &bench->arena, &bench->stop,
                                          &triangles, &bench->err),
                     UVP_OK);
    REQUIRE(trial, corner_count(again) == 3 * triangles.count, "%u triangles, not %u",
            corner_count(again) / 3, triangles.count);
    for (uint32_t i = 0; i < 3 * triangles.count; i++) {
        compare_corner(trial, mesh, triangles.corners[i], uvs, again, i, places);
    }
}

/* ---- the product, read again ---- */

static struct uvp_mesh_uvs empty_uvs(void)
{
    const struct uvp_mesh_uvs uvs = {.uv = NULL};

    return uvs;
}

static size_t uv_bytes(const struct uvp_model *model)
{
    size_t bytes = 0;

    for (uint32_t m = 0; m < model->mesh_count; m++) {
        bytes += (size_t)8 * (corner_count(&model->meshes[m]) + model->meshes[m].vertex_count);
    }
    return bytes;
}

/*
 * The same UVs once more, and once more: nothing changes but what the first time replaced UVs
 * that were not the faces' (lines of OBJ). Where there are sets, the old one may stay behind as
 * data that nobody uses: then no more comes than the UVs.
 */
static void check_again(const struct trial *trial, struct bench *bench,
                        const struct uvp_mesh_uvs *uvs, const struct uvp_mesh_options *options)
{
    unsigned char *before;
    size_t bytes;

    assert_int_equal(bench_encode(bench, trial->sample->format, uvs, options), UVP_OK);
    if (bench->product.side_suffix[0] != '\0') {
        return; /* its name is taken */
    }
    bytes = bench->body.bytes;
    before = every_copy(bench->body.data, bytes);
    REQUIRE(trial, bench_decode(bench, trial->sample->format, before, bytes, options) == UVP_OK,
            "what was made twice is refused: %s", bench->err.text);
    assert_int_equal(bench_encode(bench, trial->sample->format, uvs, options), UVP_OK);
    if (trial->sample->format->has_sets) {
        REQUIRE(trial, bench->body.bytes <= bytes + uv_bytes(&bench->model) + 1024,
                "it grew from %zu to %zu", bytes, bench->body.bytes);
    } else {
        REQUIRE(trial,
                bench->body.bytes == bytes && memcmp(bench->body.data, before, bytes) == 0,
                "with the same UVs again it is another file");
    }
    free(before);
}

static void check_body(const struct trial *trial, struct every_bench *every,
                       const struct uvp_mesh_uvs *uvs)
{
    const struct uvp_product *const product = &every->bench.product;
    struct uvp_mesh_options options = trial->way->options;
    struct every_bench again;
    struct bench *const bench = &again.bench;

    every_open(&again, trial->sample);
    options.wants_uvs = true;
    again.made = uvp_span_of(product->side->data, product->side->bytes);
    again.made_suffix = product->side_suffix;
    REQUIRE(trial,
            bench_decode(bench, trial->sample->format, product->body->data,
                         product->body->bytes, &options) == UVP_OK,
            "what was made is refused: %s", bench->err.text);
    REQUIRE(trial, bench->model.mesh_count == every->bench.model.mesh_count,
            "%u meshes, not %u", bench->model.mesh_count, every->bench.model.mesh_count);
    for (uint32_t m = 0; m < bench->model.mesh_count; m++) {
        compare_polygons(trial, &every->bench.model.meshes[m], &uvs[m], &bench->model.meshes[m],
                         PLACES_BITS);
        if (bench->model.mesh_count == 1 && options.gltf_atlas == UVP_GLTF_BY_PRIMITIVE) {
            compare_vertices(trial, &every->bench.model.meshes[m], &bench->model.meshes[m]);
        }
    }
    check_again(trial, bench, uvs, &options);
    every_close(&again);
}

/* A new file beside it, in a format of its own. */
static void check_side(const struct trial *trial, struct every_bench *every,
                       const struct uvp_mesh_uvs *uvs)
{
    const struct uvp_product *const product = &every->bench.product;
    const struct uvp_mesh *const mesh = every->bench.model.meshes;
    const struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE,
                                             .wants_uvs = true};
    const struct uvp_format *const format =
        uvp_format_by_path(product->side_suffix, strlen(product->side_suffix));
    struct every_bench again;
    const struct uvp_mesh *now;

    REQUIRE(trial, format != NULL, "nobody reads what ends in %s", product->side_suffix);
    every_open(&again, trial->sample);
    REQUIRE(trial,
            bench_decode(&again.bench, format, product->side->data, product->side->bytes,
                         &options) == UVP_OK,
            "the new file is refused: %s", again.bench.err.text);
    now = again.bench.model.meshes;
    if (now->polygon_count == mesh->polygon_count && corner_count(now) == corner_count(mesh)) {
        compare_polygons(trial, mesh, uvs, now, places_of_new_file(trial));
    } else if (is_finite(mesh)) {
        compare_triangles(trial, every, mesh, uvs, now, places_of_new_file(trial));
    }
    every_close(&again);
}

static void check_product(const struct trial *trial, struct every_bench *every,
                          const struct uvp_mesh_uvs *uvs)
{
    const struct uvp_product *const product = &every->bench.product;

    REQUIRE(trial, product->rewritten || product->side_suffix[0] != '\0', "nothing came of it");
    REQUIRE(trial, !(product->rewritten && product->dropped), "both rewritten and dropped");
    REQUIRE(trial, strlen(product->side_suffix) < UVP_PRODUCT_SUFFIX_BYTES, "suffix");
    if (product->rewritten) {
        check_body(trial, every, uvs);
    } else {
        REQUIRE(trial, product->body->bytes == 0, "bytes that nobody asked for");
        check_side(trial, every, uvs);
    }
}

/* ---- samples ---- */

static void round_of(const struct trial *trial)
{
    struct every_bench every;
    const struct every_sample *const sample = trial->sample;
    const struct uvp_mesh_uvs *uvs;
    enum uvp_code code;

    every_open(&every, sample);
    code = bench_decode(&every.bench, sample->format, sample->data, sample->bytes,
                        &trial->way->options);
    if (code == UVP_OK) {
        uvs = every_uvs(&every.bench, sample->bytes + 1, trial->is_u16);
        code = bench_encode(&every.bench, sample->format, uvs, &trial->way->options);
        if (code == UVP_OK) {
            check_product(trial, &every, uvs);
        }
    }
    /* a way may not be open to every file, but then it says why */
    REQUIRE(trial, code == UVP_OK || (code == UVP_UNSUPPORTED && trial->way != ways),
            "refused: %s", every.bench.err.text);
    REQUIRE(trial, code == UVP_OK || every.bench.err.text[0] != '\0', "no reason");
    assert_memory_equal(every.bench.source.bytes.data, sample->data, sample->bytes);
    every_close(&every);
}

static void go_round(const struct every_sample *sample)
{
    for (size_t w = 0; sample->kind == EVERY_GOOD && w < WAY_COUNT; w++) {
        const struct trial trial = {
            .sample = sample,
            .way = &ways[w],
            .is_u16 = ways[w].options.uv_type == UVP_UV_U16 && sample->format->has_u16,
        };

        round_of(&trial);
    }
}

static void samples_go_round(void **state)
{
    (void)state;
    every_sample(go_round);
}

/* As the program decides: by name and first bytes, then by the decoder. */
static void check_name(const struct every_sample *sample)
{
    const struct trial trial = {.sample = sample};
    const bool whole = sample->bytes <= UVP_FORMAT_HEAD_BYTES;
    const struct uvp_span head =
        uvp_span_of(sample->data, whole ? sample->bytes : UVP_FORMAT_HEAD_BYTES);
    const char *reason = NULL;
    const struct uvp_format *const found =
        uvp_format_find(sample->name, strlen(sample->name), head, whole, &reason);
    enum uvp_code code = UVP_UNSUPPORTED;
    struct every_bench every;

    every_open(&every, sample);
    if (found != NULL) {
        code = bench_decode(&every.bench, found, sample->data, sample->bytes, NULL);
    }
    REQUIRE(&trial, found != NULL || (reason != NULL && reason[0] != '\0'), "no reason");
    switch (sample->kind) {
    case EVERY_GOOD:
        REQUIRE(&trial, found == sample->format, "taken for another format");
        REQUIRE(&trial, code == UVP_OK, "refused: %s", every.bench.err.text);
        break;
    case EVERY_BAD:
        REQUIRE(&trial, found == NULL || code == UVP_BAD_DATA, "%s", uvp_code_name(code));
        break;
    case EVERY_UNSUPPORTED:
    case EVERY_BESIDE:
        REQUIRE(&trial, code == UVP_UNSUPPORTED, "%s", uvp_code_name(code));
        break;
    }
    every_close(&every);
}

static void names_tell_the_outcome(void **state)
{
    (void)state;
    every_sample(check_name);
}

/* ---- a mesh of several is left alone; sets are added ---- */

/* Marks the corners whose UV in the file is the one that was given. */
static void mark_found(const struct uvp_mesh *mesh, const struct uvp_mesh_uvs *uvs,
                       const struct uvp_mesh *now, unsigned char *found)
{
    for (uint32_t c = 0; now->has_uvs && c < corner_count(mesh); c++) {
        const uint32_t number = now->corner_uv[c];

        if (number != UVP_MESH_NO_UV &&
            memcmp(now->old_uv + (size_t)2 * number, uv_of(uvs, c), 8) == 0) {
            found[c] = 1;
        }
    }
}

#define MOST_SETS 8

/* The file that was made, with the UVs of one set. */
static void decode_set(struct every_bench *again, const struct every_bench *every, uint32_t set)
{
    const struct uvp_mesh_options options = {
        .existing = UVP_EXISTING_REPLACE, .wants_uvs = true, .texcoord = set};

    every_open(again, every->sample);
    again->made = uvp_buf_span(&every->bench.side);
    again->made_suffix = every->bench.product.side_suffix;
    assert_int_equal(bench_decode(&again->bench, every->sample->format, every->bench.body.data,
                                  every->bench.body.bytes, &options),
                     UVP_OK);
    assert_int_equal(again->bench.model.mesh_count, every->bench.model.mesh_count);
}

/* Each corner's new UV is found in one of the sets. */
static void add_set(const struct every_sample *sample)
{
    const struct uvp_mesh_options add = {.existing = UVP_EXISTING_ADD};
    const struct trial trial = {.sample = sample, .way = &ways[0]};
    const struct uvp_mesh_uvs *uvs;
    struct every_bench every;
    struct every_bench again;

    if (sample->kind != EVERY_GOOD || !sample->format->has_sets) {
        return;
    }
    every_open(&every, sample);
    assert_int_equal(
        bench_decode(&every.bench, sample->format, sample->data, sample->bytes, &add), UVP_OK);
    uvs = every_uvs(&every.bench, 5, false);
    assert_int_equal(bench_encode(&every.bench, sample->format, uvs, &add), UVP_OK);
    for (uint32_t m = 0; m < every.bench.model.mesh_count; m++) {
        const struct uvp_mesh *const mesh = &every.bench.model.meshes[m];
        unsigned char *const found = calloc(corner_count(mesh) + 1, 1);
        assert_non_null(found);
        for (uint32_t set = 0; set < MOST_SETS; set++) {
            decode_set(&again, &every, set);
            mark_found(mesh, &uvs[m], &again.bench.model.meshes[m], found);
            every_close(&again);
        }
        REQUIRE(&trial, memchr(found, 0, corner_count(mesh)) == NULL,
                "UVs that were added are not found");
        free(found);
    }
    every_close(&every);
}

static void sets_are_added(void **state)
{
    (void)state;
    every_sample(add_set);
}

/* Of several meshes every other one is left as it is. */
static void leave_some(const struct every_sample *sample)
{
    const struct trial trial = {.sample = sample, .way = &ways[0]};
    struct every_bench every;
    struct uvp_mesh_uvs *uvs;

    if (sample->kind != EVERY_GOOD) {
        return;
    }
    every_open(&every, sample);
    assert_int_equal(bench_decode(&every.bench, sample->format, sample->data, sample->bytes,
                                  &ways[0].options),
                     UVP_OK);
    uvs = every_uvs(&every.bench, 3, false);
    for (uint32_t m = 0; m + 1 < every.bench.model.mesh_count; m += 2) {
        uvs[m] = empty_uvs();
    }
    if (every.bench.model.mesh_count > 1) {
        struct uvp_mesh_options asked = ways[0].options;
        struct every_bench again;
        assert_int_equal(bench_encode(&every.bench, sample->format, uvs, &ways[0].options),
                         UVP_OK);
        every_open(&again, sample);
        asked.wants_uvs = true;
        assert_int_equal(bench_decode(&again.bench, sample->format, every.bench.body.data,
                                      every.bench.body.bytes, &asked),
                         UVP_OK);
        for (uint32_t m = 0; m < again.bench.model.mesh_count; m++) {
            const struct uvp_mesh *const was = &every.bench.model.meshes[m];
            const struct uvp_mesh *const now = &again.bench.model.meshes[m];
            if (uvs[m].uv != NULL) {
                compare_polygons(&trial, was, &uvs[m], now, PLACES_BITS);
            } else {
                REQUIRE(&trial, now->has_uvs == was->has_uvs, "mesh %u was to be left", m);
                REQUIRE(&trial, corner_count(now) == corner_count(was), "mesh %u", m);
            }
        }
        every_close(&again);
    }
    every_close(&every);
}

static void some_are_left(void **state)
{
    (void)state;
    every_sample(leave_some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_the_outcome),
        cmocka_unit_test(samples_go_round),
        cmocka_unit_test(sets_are_added),
        cmocka_unit_test(some_are_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
