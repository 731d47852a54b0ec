/* PLY that is cut, changed, without memory, or told to stop. */
#include "tests/unit/mesh/ply_maker.h"

/* Never a crash; what decodes can be encoded, or says why not. */
static bool survive_any(const void *data, size_t bytes, uint64_t seed)
{
    struct bench bench;
    char *const copy = copy_exactly(data, bytes);
    enum uvp_code code;

    bench_open(&bench);
    bench.options.ply_uv = seed % 2 == 0 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
    bench.options.wants_uvs = seed % 3 == 0;
    bench.options.wants_groups = seed % 5 == 0;
    bench.out.ceiling_bytes = (size_t)1 << 22;
    code = decode(&bench, copy, bytes);
    if (code == UVP_OK) {
        struct made_uvs made;
        enum uvp_code written;
        assert_true(uvp_mesh_is_valid(&bench.mesh));
        assert_true(bench.mem.peak_bytes <=
                    uvp_format_ply.cost_bound(bytes) + ((size_t)512 << 10));
        make_uvs(&made, &bench.mesh, seed);
        written = encode(&bench, copy, bytes, &made.uvs);
        assert_true(written == UVP_OK || written == UVP_UNSUPPORTED || written == UVP_LIMIT);
        release_uvs(&made);
    } else {
        assert_true(code == UVP_BAD_DATA || code == UVP_UNSUPPORTED || code == UVP_LIMIT);
        assert_true(bench.err.text[0] != '\0');
    }
    bench_close(&bench);
    free(copy);
    return code == UVP_OK;
}

static void samples_cut_at_any_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const data = read_sample(good_rows[i].name, &bytes);
        for (size_t cut = 0; cut <= bytes; cut++) {
            survive_any(data, cut, cut);
        }
        free(data);
    }
}

static void samples_with_changed_bytes(void **state)
{
    static const char bytes_of_interest[] = "\n\r \t0123456789-.efxyzstuv\0\1\3\x7f\x80\xff";
    uint64_t random = 11;
    unsigned decoded = 0;

    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const data = read_sample(good_rows[i].name, &bytes);
        for (int round = 0; round < 300; round++) {
            char *const copy = copy_exactly(data, bytes);
            const uint32_t changes = 1 + next_random(&random) % 4;
            for (uint32_t k = 0; k < changes; k++) {
                copy[next_random(&random) % bytes] =
                    bytes_of_interest[next_random(&random) % (sizeof bytes_of_interest - 1)];
            }
            decoded += survive_any(copy, bytes, random);
            free(copy);
        }
        free(data);
    }
    assert_true(decoded > 1000);
}

static void memory_fails_at_any_call(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct maker maker;
        enum uvp_code code = UVP_NO_MEMORY;
        make_file(&maker, seed, 3000, 9000);
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct bench bench;
            struct made_uvs made;
            assert_true(n < 100);
            bench_open(&bench);
            bench.options.wants_uvs = true;
            bench.options.wants_groups = true;
            bench.options.ply_uv = seed < 6 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
            bench.mem.fail_at_call = n;
            code = decode(&bench, maker.data, maker.bytes);
            if (code == UVP_OK) {
                make_uvs(&made, &bench.mesh, n);
                code = encode(&bench, maker.data, maker.bytes, &made.uvs);
                release_uvs(&made);
            }
            assert_true(code == UVP_OK || (code == UVP_NO_MEMORY && bench.err.code == code));
            bench_close(&bench);
        }
        free(maker.data);
    }
}

static void stops_at_any_poll(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct maker maker;
        uint64_t n = 1;
        make_file(&maker, seed, 10000, 20000);
        for (;; n++) {
            struct bench bench;
            struct made_uvs made;
            enum uvp_code code;
            bench_open(&bench);
            bench.options.ply_uv = seed < 6 ? UVP_PLY_VERTEX : UVP_PLY_WEDGE;
            bench.stop.stop_at_poll = n;
            code = decode(&bench, maker.data, maker.bytes);
            if (code == UVP_OK) {
                make_uvs(&made, &bench.mesh, n);
                code = encode(&bench, maker.data, maker.bytes, &made.uvs);
                release_uvs(&made);
            }
            bench_close(&bench);
            if (code == UVP_OK) {
                break;
            }
            assert_int_equal(code, UVP_CANCELLED);
        }
        assert_true(n >= maker.bytes >> 16);
        free(maker.data);
    }
}

/* One word, gap, or line of megabytes. Work between polls stays bounded. */
static void long_lines_are_polled(void **state)
{
    static const char head[] = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\n"
                               "property float y\nproperty list uchar int more\nelement face "
                               "1\nproperty list uchar int vertex_indices\nend_header\n";
    static const char *const rows[] = {"0 0 0 ", "", "0 0 2 1 "};
    static const char fills[] = {'a', ' ', '1'};
    static const char tail[] = "\n1 0 0\n0 1 0\n3 0 1 2\n";
    static const char cut[] = "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n";
    const size_t bytes = (size_t)4 << 20;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct bench bench;
        char *const text = malloc(bytes);
        const char *const end = i == 1 ? cut : tail;
        assert_non_null(text);
        memset(text, fills[i], bytes);
        memcpy(text, head, sizeof head - 1);
        memcpy(text + sizeof head - 1, rows[i], strlen(rows[i]));
        memcpy(text + bytes - strlen(end), end, strlen(end));
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_OK);
        assert_true(bench.stop.polls >= bytes >> 16);
        bench_close(&bench);
        free(text);
    }
}

static void headers_have_an_end(void **state)
{
    const size_t bytes = (size_t)3 << 20;
    char *const text = malloc(bytes);
    static const char head[] = "ply\nformat ascii 1.0\n";

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < 4; i++) {
        static const char *const lines[] = {"comment aaaa\n", "element e 1 \n", "a            ",
                                            "property int\n"};
        struct bench bench;
        memcpy(text, head, sizeof head - 1);
        for (size_t at = sizeof head - 1; at < bytes; at++) {
            text[at] = lines[i][(at - sizeof head + 1) % 13];
        }
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_BAD_DATA);
        assert_true(bench.mem.peak_bytes < (size_t)32 << 20);
        bench_close(&bench);
    }
    free(text);
}

/* As many elements and properties as a header can hold: no more than linear time. */
static void crowded_headers(void **state)
{
    static const char *const lines[] = {"element e 0\n", "property int a\n"};
    static const char tail[] =
        "element vertex 3\nproperty float x\nproperty float y\nelement face 1\nproperty list "
        "uchar int vertex_indices\nend_header\n0 0\n1 0\n0 1\n3 0 1 2\n";

    (void)state;
    for (int i = 0; i < 2; i++) {
        const size_t step = strlen(lines[i]);
        struct maker maker;
        struct bench bench;
        begin_file(&maker, 0, (size_t)1 << 20);
        maker.bytes = 0;
        put_text(&maker, "ply\nformat ascii 1.0\nelement first 0\n");
        while (maker.bytes + step + sizeof tail <= maker.room) {
            put(&maker, lines[i], step);
        }
        put_text(&maker, tail);
        bench_open(&bench);
        assert_int_equal(decode(&bench, maker.data, maker.bytes), UVP_OK);
        assert_true(bench.mem.peak_bytes <= uvp_format_ply.cost_bound(maker.bytes));
        bench_close(&bench);
        free(maker.data);
    }
}

/* Declared counts take no memory and no time. */
static void counts_alone_cost_nothing(void **state)
{
    static const char *const texts[] = {
        "ply\nformat binary_little_endian 1.0\nelement vertex 2147483647\nproperty uchar x\n"
        "property uchar y\nelement face 1\nproperty list uchar int vertex_indices\n"
        "end_header\n0000",
        "ply\nformat ascii 1.0\nelement face 2147483647\nproperty list uchar int "
        "vertex_indices\nelement vertex 1\nproperty uchar x\nproperty uchar y\nend_header\n0\n",
        "ply\nformat binary_big_endian 1.0\nelement face 4611686018427387904\nproperty list "
        "uint double vertex_indices\nelement vertex 1\nproperty uchar x\nproperty uchar "
        "y\nend_header\n0\n",
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_int_equal(decode(&bench, texts[i], strlen(texts[i])), UVP_BAD_DATA);
        assert_true(bench.mem.peak_bytes < (size_t)1 << 20);
        bench_close(&bench);
    }
}

static void output_has_a_ceiling(void **state)
{
    size_t bytes;
    char *const data = read_sample("good-little", &bytes);
    struct bench bench;
    struct made_uvs made;

    (void)state;
    bench_open(&bench);
    assert_int_equal(decode(&bench, data, bytes), UVP_OK);
    make_uvs(&made, &bench.mesh, 1);
    bench.out.ceiling_bytes = bytes;
    assert_int_equal(encode(&bench, data, bytes, &made.uvs), UVP_LIMIT);
    release_uvs(&made);
    bench_close(&bench);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_cut_at_any_byte),
        cmocka_unit_test(samples_with_changed_bytes),
        cmocka_unit_test(memory_fails_at_any_call),
        cmocka_unit_test(stops_at_any_poll),
        cmocka_unit_test(long_lines_are_polled),
        cmocka_unit_test(headers_have_an_end),
        cmocka_unit_test(crowded_headers),
        cmocka_unit_test(counts_alone_cost_nothing),
        cmocka_unit_test(output_has_a_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
