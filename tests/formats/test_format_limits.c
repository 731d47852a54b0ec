/*
 * Every format, every good sample: the user's limits hold to the one, and so does the ceiling
 * of what is made.
 */
#include "tests/support/every_format.h"

/* The largest numbers that a model needs. */
struct sizes {
    uint32_t polygon_corners;
    uint32_t corners;        /* of all meshes */
    uint32_t vertices;       /* likewise */
    uint32_t least_corners;  /* of the largest mesh: certainly needed */
    uint32_t least_vertices; /* that are in a polygon, of the largest mesh */
};

static uint32_t count_used(const struct uvp_mesh *mesh)
{
    unsigned char *const used = calloc(mesh->vertex_count + 1, 1);
    uint32_t count = 0;

    assert_non_null(used);
    for (uint32_t c = 0; c < corner_count(mesh); c++) {
        count += used[mesh->corner_vertex[c]] == 0;
        used[mesh->corner_vertex[c]] = 1;
    }
    free(used);
    return count;
}

static void keep_larger(uint32_t *most, uint32_t value)
{
    *most = value > *most ? value : *most;
}

static struct sizes measure(const struct uvp_model *model)
{
    struct sizes sizes = {0};

    for (uint32_t m = 0; m < model->mesh_count; m++) {
        const struct uvp_mesh *const mesh = &model->meshes[m];
        for (uint32_t p = 0; p < mesh->polygon_count; p++) {
            keep_larger(&sizes.polygon_corners,
                        mesh->corner_start[p + 1] - mesh->corner_start[p]);
        }
        keep_larger(&sizes.least_corners, corner_count(mesh));
        keep_larger(&sizes.least_vertices, count_used(mesh));
        sizes.corners += corner_count(mesh);
        sizes.vertices += mesh->vertex_count;
    }
    return sizes;
}

static void expect(const struct every_sample *sample, const struct uvp_mesh_options *options,
                   enum uvp_code wanted, const char *what)
{
    struct every_bench every;
    enum uvp_code code;

    every_open(&every, sample);
    code = bench_decode(&every.bench, sample->format, sample->data, sample->bytes, options);
    if (code != wanted) {
        fail_msg("%s/%s: %s of %u, %u, %u: %s, not %s", sample->format->name, sample->name,
                 what, options->polygon_corners, options->corners, options->vertices,
                 uvp_code_name(code), uvp_code_name(wanted));
    }
    every_close(&every);
}

static void limit_sample(const struct every_sample *sample)
{
    struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE};
    struct every_bench every;
    struct sizes sizes;

    if (sample->kind != EVERY_GOOD) {
        return;
    }
    every_open(&every, sample);
    assert_int_equal(
        bench_decode(&every.bench, sample->format, sample->data, sample->bytes, &options),
        UVP_OK);
    sizes = measure(&every.bench.model);
    every_close(&every);

    options.polygon_corners = sizes.polygon_corners;
    options.corners = sizes.corners;
    options.vertices = sizes.vertices;
    expect(sample, &options, UVP_OK, "limits that just do");
    options.polygon_corners = sizes.polygon_corners - 1;
    if (options.polygon_corners >= 3) { /* a format of triangles cannot have less */
        expect(sample, &options, UVP_LIMIT, "corners of a polygon");
    }
    options.polygon_corners = 0;
    options.corners = sizes.least_corners - 1;
    expect(sample, &options, UVP_LIMIT, "corners");
    options.corners = 0;
    options.vertices = sizes.least_vertices - 1;
    if (options.vertices > 0) {
        expect(sample, &options, UVP_LIMIT, "vertices");
    }
}

static void limits_hold_to_the_one(void **state)
{
    (void)state;
    every_sample(limit_sample);
}

/* ---- the ceiling of what is made ---- */

static const struct uvp_mesh_options ways[] = {
    {.existing = UVP_EXISTING_REPLACE},
    {.existing = UVP_EXISTING_REPLACE,
     .ply_uv = UVP_PLY_WEDGE,
     .stl_to = UVP_COMPANION_PLY,
     .off = UVP_ROOMLESS_STOFF},
    {.existing = UVP_EXISTING_REPLACE, .stl_to = UVP_COMPANION_GLB, .uv_type = UVP_UV_U16},
};

static enum uvp_code encode_below(struct every_bench *every,
                                  const struct uvp_mesh_options *options, size_t body,
                                  size_t side)
{
    const struct uvp_mesh_uvs *const uvs = every_uvs(&every->bench, 2, false);

    every->bench.body.ceiling_bytes = body;
    every->bench.side.ceiling_bytes = side;
    return bench_encode(&every->bench, every->sample->format, uvs, options);
}

static void try_ceilings(struct every_bench *every, const struct uvp_mesh_options *options)
{
    const size_t body = every->bench.body.bytes;
    const size_t side = every->bench.side.bytes;
    const size_t most = body > side ? body : side;

    /* it may be judged by a bound, before a byte is written; that must not be far off */
    if (encode_below(every, options, 4 * body + 4096, 4 * side + 4096) != UVP_OK) {
        fail_msg("%s/%s: %s", every->sample->format->name, every->sample->name,
                 every->bench.err.text);
    }
    for (size_t short_of = 1; short_of < most; short_of += short_of) {
        const bool is_body = most == body;
        const enum uvp_code code = encode_below(
            every, options, is_body ? most - short_of : body, is_body ? side : most - short_of);
        if (code != UVP_LIMIT) {
            fail_msg("%s/%s: %zu bytes too few: %s", every->sample->format->name,
                     every->sample->name, short_of, uvp_code_name(code));
        }
        assert_true(every->bench.body.bytes <= body && every->bench.side.bytes <= most);
    }
}

static void ceil_sample(const struct every_sample *sample)
{
    for (size_t w = 0; sample->kind == EVERY_GOOD && w < sizeof ways / sizeof ways[0]; w++) {
        struct every_bench every;
        every_open(&every, sample);
        if (bench_decode(&every.bench, sample->format, sample->data, sample->bytes, &ways[w]) ==
                UVP_OK &&
            encode_below(&every, &ways[w], 0, 0) == UVP_OK) {
            try_ceilings(&every, &ways[w]);
        }
        every_close(&every);
    }
}

static void nothing_grows_through_its_ceiling(void **state)
{
    (void)state;
    every_sample(ceil_sample);
}

/* ---- memory ---- */

/* What is asked for is told in advance, from the size alone. */
static void weigh_sample(const struct every_sample *sample)
{
    const struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE};
    struct every_bench every;
    enum uvp_code code;

    every_open(&every, sample);
    code = bench_decode(&every.bench, sample->format, sample->data, sample->bytes, &options);
    if (code == UVP_OK) {
        struct bench others;
        bench_open(&others);
        others.model = every.bench.model;
        (void)bench_encode(&every.bench, sample->format, every_uvs(&others, 4, false),
                           &options);
        bench_close(&others);
    }
    /* chunks of the arena and of the buffers are not smaller than this */
    if (every.bench.mem.peak_bytes >
        sample->format->cost_bound(sample->bytes) + ((size_t)256 << 10)) {
        fail_msg("%s/%s: %zu bytes, %zu were told", sample->format->name, sample->name,
                 (size_t)every.bench.mem.peak_bytes, sample->format->cost_bound(sample->bytes));
    }
    every_close(&every);
}

static void memory_is_told_in_advance(void **state)
{
    (void)state;
    every_sample(weigh_sample);
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        size_t before = 0;
        for (size_t bytes = 1; bytes < SIZE_MAX / 2; bytes *= 2) {
            const size_t cost = (*at)->cost_bound(bytes);
            assert_true(cost >= before);
            before = cost;
        }
        assert_true((*at)->cost_bound(SIZE_MAX) >= before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_hold_to_the_one),
        cmocka_unit_test(nothing_grows_through_its_ceiling),
        cmocka_unit_test(memory_is_told_in_advance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
