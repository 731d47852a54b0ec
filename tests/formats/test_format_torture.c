/*
 * Every format, every sample: cut at every byte, changed at every byte, garbage behind its
 * first bytes, memory that fails at call n, a stop at poll n. Whatever comes of it is a model
 * or a reason; a model can be encoded, and what is made of it decodes to the same corners.
 *
 * Large samples are stepped through; UVP_TEST_ALL=1 takes every step.
 */
#include "tests/support/every_format.h"

#define CUTS_EACH 8000
#define CHANGES_EACH 1000
#define MOST_VERTICES 200000 /* accessors of zeros may have many for few bytes */

static const struct uvp_mesh_options options = {
    .existing = UVP_EXISTING_REPLACE, .wants_uvs = true, .vertices = MOST_VERTICES};

static bool is_verdict(enum uvp_code code)
{
    return code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED ||
           code == UVP_LIMIT;
}

/* ---- any bytes at all ---- */

static bool same_floats(const float *a, const float *b, int count)
{
    for (int i = 0; i < count; i++) {
        if (memcmp(a + i, b + i, 4) != 0 && !(a[i] != a[i] && b[i] != b[i])) {
            return false;
        }
    }
    return true;
}

static void compare(const struct every_bench *every, const struct uvp_mesh *was,
                    const struct uvp_mesh_uvs *uvs, const struct uvp_mesh *is)
{
    bool same = corner_count(is) == corner_count(was) && is->corner_uv != NULL;

    for (uint32_t c = 0; same && c < corner_count(was); c++) {
        same = is->corner_uv[c] != UVP_MESH_NO_UV &&
               same_floats(position_of(is, c), position_of(was, c), 3) &&
               same_floats(is->old_uv + (size_t)2 * is->corner_uv[c], uv_of(uvs, c), 2);
    }
    if (!same) {
        fail_msg("%s/%s: corners are not what they were", every->sample->format->name,
                 every->sample->name);
    }
}

static void decode_product(const struct every_bench *every, const struct uvp_mesh_uvs *uvs)
{
    const struct uvp_product *const product = &every->bench.product;
    const struct uvp_format *const beside =
        product->rewritten
            ? every->sample->format
            : uvp_format_by_path(product->side_suffix, strlen(product->side_suffix));
    const struct uvp_span bytes =
        uvp_buf_span(product->rewritten ? product->body : product->side);
    struct every_bench again;

    every_open(&again, every->sample);
    again.made = uvp_buf_span(product->side);
    again.made_suffix = product->side_suffix;
    if (bench_decode(&again.bench, beside, bytes.data, bytes.bytes, &options) != UVP_OK) {
        fail_msg("%s/%s: what was made is refused: %s", every->sample->format->name,
                 every->sample->name, again.bench.err.text);
    }
    for (uint32_t m = 0; product->rewritten && m < every->bench.model.mesh_count; m++) {
        compare(every, &every->bench.model.meshes[m], &uvs[m], &again.bench.model.meshes[m]);
    }
    every_close(&again);
}

/* True when it was decoded. */
static bool try_bytes(const struct every_sample *sample, const void *data, size_t bytes)
{
    struct every_bench every;
    enum uvp_code code;
    bool decoded;

    every_open(&every, sample);
    code = bench_decode(&every.bench, sample->format, data, bytes, &options);
    decoded = code == UVP_OK;
    assert_true(is_verdict(code));
    if (decoded) {
        const struct uvp_mesh_uvs *const uvs = every_uvs(&every.bench, bytes, false);
        code = bench_encode(&every.bench, sample->format, uvs, &options);
        assert_true(code == UVP_OK || code == UVP_UNSUPPORTED);
        assert_true(code == UVP_OK || every.bench.err.text[0] != '\0');
        if (code == UVP_OK) {
            decode_product(&every, uvs);
        }
    }
    every_close(&every);
    return decoded;
}

/* What a format is told by may be asked of any bytes. */
static void probe_all(const unsigned char *data, size_t bytes)
{
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        const enum uvp_probe whole = (*at)->probe(uvp_span_of(data, bytes), true);
        const enum uvp_probe part = (*at)->probe(uvp_span_of(data, bytes), false);

        assert_in_range(whole, UVP_PROBE_NO, UVP_PROBE_YES);
        assert_in_range(part, UVP_PROBE_NO, UVP_PROBE_YES);
    }
}

static void cut_sample(const struct every_sample *sample)
{
    const size_t step = every_step(sample->bytes, CUTS_EACH);

    for (size_t cut = 0; cut < sample->bytes; cut += cut < CUTS_EACH / 2 ? 1 : step) {
        unsigned char *const head = every_copy(sample->data, cut);
        if (cut <= 512) {
            probe_all(head, cut);
        }
        (void)try_bytes(sample, head, cut);
        free(head);
    }
}

static void samples_cut_at_every_byte(void **state)
{
    (void)state;
    every_sample(cut_sample);
}

static void change_sample(const struct every_sample *sample)
{
    static const unsigned char values[] = {0x00, 0xff, '9', '-', ' ', 0x80};
    unsigned char *const data = every_copy(sample->data, sample->bytes);
    const size_t step = every_step(sample->bytes, CHANGES_EACH);

    /* large ones: their beginning, then here and there */
    for (size_t at = 0; at < sample->bytes; at += at < CHANGES_EACH / 2 ? 1 : step) {
        const unsigned char was = data[at];
        for (size_t i = at % 2; i < sizeof values; i += 2) {
            data[at] = values[i];
            (void)try_bytes(sample, data, sample->bytes);
        }
        data[at] = was ^ 1;
        (void)try_bytes(sample, data, sample->bytes);
        data[at] = was;
    }
    free(data);
}

static void samples_changed_at_every_byte(void **state)
{
    (void)state;
    every_sample(change_sample);
}

/* Its first bytes, so that it is taken for one, and then noise, words, or itself once more. */
static void garble_sample(const struct every_sample *sample)
{
    static const char *const words[] = {"0 ", "-1 ", "1e9 ", "\n",
                                        "{",  "\"",  "end",  "3 0 1 2\n"};
    uint64_t random = sample->bytes;

    for (size_t head = 1; sample->kind == EVERY_GOOD && head <= 256; head += head / 4 + 1) {
        const size_t bytes = head + 600;
        unsigned char *const mixed = malloc(bytes);
        assert_non_null(mixed);
        for (int kind = 0; kind < 3; kind++) {
            const size_t kept = head < sample->bytes ? head : sample->bytes;
            memcpy(mixed, sample->data, kept);
            for (size_t at = kept; at < bytes; at++) {
                const char *const word = words[next_random(&random) % 8];
                mixed[at] = kind == 0   ? (unsigned char)next_random(&random)
                            : kind == 1 ? (unsigned char)word[0]
                                        : sample->data[at % sample->bytes];
            }
            (void)try_bytes(sample, mixed, bytes);
        }
        free(mixed);
    }
}

static void garbage_behind_the_magic(void **state)
{
    (void)state;
    every_sample(garble_sample);
}

/* ---- no memory, no time ---- */

/* Decode and encode with what the bench allows; UVs are made in memory of their own. */
static enum uvp_code do_all(struct every_bench *every, const struct uvp_mesh_options *how)
{
    const struct uvp_format *const format = every->sample->format;
    struct bench *const bench = &every->bench;
    const struct uvp_mesh_uvs *uvs;
    struct bench others;
    enum uvp_code code;

    uvp_error_clear(&bench->err);
    memset(&bench->product, 0, sizeof bench->product);
    code = format->decode(&bench->source, how, &bench->arena, &bench->stop, &bench->model,
                          &bench->err);
    if (code != UVP_OK) {
        return code;
    }
    bench_open(&others);
    others.model = bench->model;
    uvs = every_uvs(&others, 9, false);
    bench->product.body = &bench->body;
    bench->product.side = &bench->side;
    code = format->encode(&bench->source, &bench->model, uvs, how, &bench->arena, &bench->stop,
                          &bench->product, &bench->err);
    bench_close(&others);
    return code;
}

static const struct uvp_mesh_options all_ways[] = {
    {.existing = UVP_EXISTING_REPLACE, .wants_uvs = true, .wants_groups = true},
    {.existing = UVP_EXISTING_REPLACE,
     .ply_uv = UVP_PLY_WEDGE,
     .stl_to = UVP_COMPANION_GLB,
     .off = UVP_ROOMLESS_STOFF,
     .gltf_atlas = UVP_GLTF_BY_FILE},
    {.existing = UVP_EXISTING_ADD, .stl_to = UVP_COMPANION_PLY},
};

/* The n-th allocation fails, for every n, until none does. */
static void starve(const struct every_sample *sample, const struct uvp_mesh_options *how)
{
    for (uint64_t n = 1;; n++) {
        struct every_bench every;
        enum uvp_code code;
        every_open(&every, sample);
        every.bench.source.bytes = uvp_span_of(sample->data, sample->bytes);
        every.bench.mem.fail_at_call = n;
        code = do_all(&every, how);
        if (code == UVP_NO_MEMORY) {
            assert_int_equal(every.bench.err.code, UVP_NO_MEMORY);
            assert_true(every.bench.err.text[0] != '\0');
        }
        every_close(&every);
        if (code != UVP_NO_MEMORY) {
            assert_true(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
            assert_true(code != UVP_OK || n > 1);
            return;
        }
        assert_true(n < 10000);
    }
}

static void starve_sample(const struct every_sample *sample)
{
    for (size_t i = 0; i < sizeof all_ways / sizeof all_ways[0]; i++) {
        starve(sample, &all_ways[i]);
    }
}

static void memory_fails_at_every_call(void **state)
{
    (void)state;
    every_sample(starve_sample);
}

/* The n-th poll says stop, for every n, until it is done before. */
static void interrupt(const struct every_sample *sample, const struct uvp_mesh_options *how)
{
    for (uint64_t n = 1;; n++) {
        struct every_bench every;
        enum uvp_code code;
        every_open(&every, sample);
        every.bench.source.bytes = uvp_span_of(sample->data, sample->bytes);
        every.bench.stop.stop_at_poll = n;
        code = do_all(&every, how);
        if (code == UVP_CANCELLED) {
            assert_int_equal(every.bench.err.code, UVP_CANCELLED);
        }
        every_close(&every);
        if (code != UVP_CANCELLED) {
            assert_true(code == UVP_OK || code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
            if (code == UVP_OK && n == 1) {
                fail_msg("%s/%s: never asked whether to go on", sample->format->name,
                         sample->name);
            }
            return;
        }
        assert_true(n < 100000);
    }
}

static void interrupt_sample(const struct every_sample *sample)
{
    for (size_t i = 0; i < sizeof all_ways / sizeof all_ways[0]; i++) {
        interrupt(sample, &all_ways[i]);
    }
}

static void stops_at_every_poll(void **state)
{
    (void)state;
    every_sample(interrupt_sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_cut_at_every_byte),
        cmocka_unit_test(samples_changed_at_every_byte),
        cmocka_unit_test(garbage_behind_the_magic),
        cmocka_unit_test(memory_fails_at_every_call),
        cmocka_unit_test(stops_at_every_poll),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
