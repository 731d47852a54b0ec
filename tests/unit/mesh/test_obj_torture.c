/* OBJ that is cut, changed, generated, without memory, or told to stop. */
#include "tests/support/obj_levels.h"
#include "tests/unit/mesh/obj_bench.h"

static void check_levels(const char *text, size_t bytes)
{
    static const struct uvp_mesh_options rows[] = {
        {0},
        {.wants_uvs = true, .wants_groups = true},
        {.polygon_corners = 4, .corners = 40, .vertices = 12},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!obj_levels_agree(uvp_span_of(text, bytes), &rows[i])) {
            fail_msg("levels differ at options %zu: %.*s", i, (int)bytes, text);
        }
    }
}

static void check_levels_write(const struct bench *bench, const char *text, size_t bytes,
                               uint64_t seed)
{
    struct made_uvs made;

    make_uvs(&made, &bench->mesh, seed);
    assert_true(obj_levels_write_the_same(uvp_span_of(text, bytes), &made.uvs));
    release_uvs(&made);
}

/* Decodes whatever it is, and when that works, encodes and checks. */
static bool check_any(const char *text, size_t bytes, uint64_t seed)
{
    struct bench bench;
    char *const copy = copy_exactly(text, bytes);
    enum uvp_code code;

    check_levels(copy, bytes);
    bench_open(&bench);
    code = decode(&bench, copy, bytes);
    if (code == UVP_OK) {
        check_encoding(&bench, copy, bytes, seed, false);
        check_levels_write(&bench, copy, bytes, seed);
    } else {
        assert_true(code == UVP_BAD_DATA || code == UVP_UNSUPPORTED);
        assert_true(bench.err.text[0] != '\0');
    }
    assert_true(bench.mem.peak_bytes <=
                obj()->cost_bound(bytes) + bench.out.capacity + ((size_t)512 << 10));
    bench_close(&bench);
    free(copy);
    return code == UVP_OK;
}

static void samples_cut_at_any_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        const size_t step = bytes > 10000 ? 1009 : 1;
        for (size_t cut = 0; cut <= bytes; cut += step) {
            check_any(text, cut, cut);
        }
        free(text);
    }
}

static void samples_with_changed_bytes(void **state)
{
    static const char bytes_of_interest[] = "\n\r\\#/ \tfvtlo-+.0123456789e\0\xff";
    uint64_t random = 11;
    unsigned decoded = 0;

    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        for (int round = 0; round < (bytes > 10000 ? 2 : 300); round++) {
            char *const copy = copy_exactly(text, bytes);
            const uint32_t changes = 1 + next_random(&random) % 4;
            for (uint32_t k = 0; k < changes; k++) {
                copy[next_random(&random) % bytes] =
                    bytes_of_interest[next_random(&random) % (sizeof bytes_of_interest - 1)];
            }
            decoded += check_any(copy, bytes, random);
            free(copy);
        }
        free(text);
    }
    assert_true(decoded > 1000);
}

static void garbage(void **state)
{
    static const char letters[] = "\n\n\r\\#// \tffvvtl-+.0123e\0";
    uint64_t random = 13;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[200];
        const size_t bytes = next_random(&random) % sizeof text;
        for (size_t i = 0; i < bytes; i++) {
            text[i] = round % 8 == 0 ? (char)next_random(&random)
                                     : letters[next_random(&random) % (sizeof letters - 1)];
        }
        check_any(text, bytes, random);
    }
}

/* ---- generated files ---- */

struct maker {
    uint64_t random;
    char *text;
    size_t bytes;
    size_t room;
    const char *eol;
    bool with_uvs;
    bool with_joints;
    long vertices;
    long uvs;
};

static bool chance(struct maker *maker, uint32_t one_in)
{
    return next_random(&maker->random) % one_in == 0;
}

static void put(struct maker *maker, const char *text, size_t bytes)
{
    assert_true(maker->bytes + bytes <= maker->room);
    memcpy(maker->text + maker->bytes, text, bytes);
    maker->bytes += bytes;
}

static void put_text(struct maker *maker, const char *text)
{
    put(maker, text, strlen(text));
}

static void put_gap(struct maker *maker)
{
    static const char *const gaps[] = {"  ", "\t", " \t ", "\v"};

    if (maker->with_joints && chance(maker, 15)) {
        put_text(maker, chance(maker, 2) ? " \\" : "\\");
        put_text(maker, maker->eol);
        return;
    }
    put_text(maker, chance(maker, 6) ? gaps[next_random(&maker->random) % 4] : " ");
}

static void put_end(struct maker *maker)
{
    if (chance(maker, 12)) {
        put(maker, " # f 1 2 \0 3 \\", chance(maker, 2) ? 14 : 11);
    } else if (chance(maker, 12)) {
        put_text(maker, "  ");
    }
    put_text(maker, maker->eol);
}

static void put_number(struct maker *maker, long number)
{
    char text[32];

    snprintf(text, sizeof text, "%0*ld", chance(maker, 20) ? 5 : 1, number);
    put_text(maker, text);
}

/* An index into what came so far, or the same counted from its end. */
static void put_index(struct maker *maker, long so_far, long total)
{
    const long at = 1 + (long)(next_random(&maker->random) % (uint32_t)total);

    put_number(maker, at <= so_far && chance(maker, 3) ? at - so_far - 1 : at);
}

static void put_vertex(struct maker *maker)
{
    char number[32];

    put_text(maker, "v");
    for (int i = 0; i < 3; i++) {
        put_gap(maker);
        snprintf(number, sizeof number, "%.*f", chance(maker, 2) ? 6 : 3,
                 (double)next_random(&maker->random) / 1e6 - 500.0);
        put_text(maker, number);
    }
    maker->vertices++;
    put_end(maker);
}

static void put_uv(struct maker *maker)
{
    char text[64];

    snprintf(text, sizeof text, "vt %.5f %.5f", (double)next_random(&maker->random) / 4e9,
             (double)next_random(&maker->random) / 4e9);
    put_text(maker, text);
    maker->uvs++;
    put_end(maker);
}

static void put_face(struct maker *maker, long vertices, long uvs)
{
    const uint32_t corners = next_random(&maker->random) % 9;
    const uint32_t kind = next_random(&maker->random) % 3;

    put_text(maker, chance(maker, 20) ? " fo" : "f");
    for (uint32_t i = 0; i < corners; i++) {
        put_gap(maker);
        put_index(maker, maker->vertices, vertices);
        if (maker->with_uvs && kind != 0) {
            put_text(maker, "/");
            put_index(maker, maker->uvs, uvs);
        }
        if (kind == 2) {
            put_text(maker, maker->with_uvs ? "/" : "//");
            put_number(maker, chance(maker, 2) ? -1 : 7);
        }
    }
    put_end(maker);
}

static void put_line(struct maker *maker, long vertices, long uvs)
{
    put_text(maker, "l");
    for (int i = 0; i < 3; i++) {
        put_gap(maker);
        put_index(maker, maker->vertices, vertices);
        if (uvs > 0 && chance(maker, 2)) {
            put_text(maker, "/");
            put_index(maker, maker->uvs, uvs);
        }
    }
    put_end(maker);
}

static void put_other(struct maker *maker)
{
    static const char *const others[] = {"# comment f 1 2 3 \\",
                                         "g f v vt",
                                         "usemtl a/b#c",
                                         "",
                                         "s off",
                                         "   \t",
                                         "vn 0 0 1",
                                         "o \xff",
                                         "fx 1 2",
                                         "vtx 0 0",
                                         "#"};

    put_text(maker, others[next_random(&maker->random) % (sizeof others / sizeof others[0])]);
    put_text(maker, maker->eol);
}

static void make_text(struct maker *maker, uint64_t seed, size_t statements)
{
    static const char *const eols[] = {"\n", "\n", "\r\n", "\r"};
    const long vertices = 3 + (long)(seed % 40);
    long uvs;

    memset(maker, 0, sizeof *maker);
    maker->random = seed;
    maker->room = 4096 + 400 * statements;
    maker->text = malloc(maker->room);
    assert_non_null(maker->text);
    maker->eol = eols[next_random(&maker->random) % 4];
    maker->with_uvs = chance(maker, 3);
    maker->with_joints = chance(maker, 3);
    uvs = maker->with_uvs || chance(maker, 3) ? 1 + (long)(seed % 7) : 0;
    if (chance(maker, 6)) {
        put_text(maker, "\xef\xbb\xbf");
    }
    for (size_t i = 0; i < statements; i++) {
        const uint32_t kind = next_random(&maker->random) % 10;
        if (kind < 3 && maker->vertices < vertices) {
            put_vertex(maker);
        } else if (kind == 3 && maker->uvs < uvs) {
            put_uv(maker);
        } else if (kind < 8) {
            put_face(maker, vertices, uvs == 0 ? 1 : uvs);
        } else if (kind == 8) {
            put_line(maker, vertices, uvs);
        } else {
            put_other(maker);
        }
    }
    while (maker->vertices < vertices) {
        put_vertex(maker);
    }
    while (maker->uvs < uvs) {
        put_uv(maker);
    }
    if (chance(maker, 4)) {
        maker->bytes -= strlen(maker->eol);
    }
}

static void generated_files_round_trip(void **state)
{
    unsigned decoded = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct maker maker;
        make_text(&maker, seed, 5 + seed % 60);
        decoded += check_any(maker.text, maker.bytes, seed);
        free(maker.text);
    }
    assert_true(decoded > 2900); /* but for files that happen to have no corner */
}

static void memory_fails_at_any_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOOD_COUNT; i++) {
        size_t bytes;
        char *const text = read_sample(good_rows[i].name, &bytes);
        enum uvp_code code = UVP_NO_MEMORY;
        for (uint64_t n = 1; code != UVP_OK; n++) {
            struct bench bench;
            struct made_uvs made;
            assert_true(n < 100);
            bench_open(&bench);
            bench.mem.fail_at_call = n;
            code = decode(&bench, text, bytes);
            if (code == UVP_OK) {
                make_uvs(&made, &bench.mesh, n);
                code = encode(&bench, text, bytes, &made.uvs);
                release_uvs(&made);
            }
            assert_true(code == UVP_OK || (code == UVP_NO_MEMORY && bench.err.code == code));
            bench_close(&bench);
        }
        free(text);
    }
}

/* Small arrays share a chunk of the arena; these are too large for that. */
static void memory_fails_in_large_files(void **state)
{
    static const char lines[] = "v 0 0 0\nf 1 2 3\n";
    const size_t bytes = 60000 * (sizeof lines - 1);
    char *const text = malloc(bytes);
    enum uvp_code code = UVP_NO_MEMORY;
    uint64_t failures = 0;

    (void)state;
    assert_non_null(text);
    for (size_t at = 0; at < bytes; at += sizeof lines - 1) {
        memcpy(text + at, lines, sizeof lines - 1);
    }
    for (uint64_t n = 1; code != UVP_OK; n++) {
        struct bench bench;
        bench_open(&bench);
        bench.mem.fail_at_call = n;
        code = decode(&bench, text, bytes);
        failures += code == UVP_NO_MEMORY;
        bench_close(&bench);
    }
    assert_true(failures >= 4);
    free(text);
}

static void stops_at_any_poll(void **state)
{
    struct maker maker;
    uint64_t n = 1;

    (void)state;
    make_text(&maker, 21, 30000);
    for (;; n++) {
        struct bench bench;
        struct made_uvs made;
        enum uvp_code code;
        bench_open(&bench);
        bench.stop.stop_at_poll = n;
        code = decode(&bench, maker.text, maker.bytes);
        if (code == UVP_OK) {
            make_uvs(&made, &bench.mesh, n);
            code = encode(&bench, maker.text, maker.bytes, &made.uvs);
            release_uvs(&made);
        }
        bench_close(&bench);
        if (code == UVP_OK) {
            break;
        }
        assert_int_equal(code, UVP_CANCELLED);
    }
    /* twice through decode, once through encode, a poll at least each 64 KiB */
    assert_true(n >= 3 * (maker.bytes >> 16));
    free(maker.text);
}

/* One line of megabytes: comment, name, face, gaps. Work between polls stays bounded. */
static void long_lines_are_polled(void **state)
{
    static const char *const heads[] = {"#", "usemtl ", "f 1 2 3\nl 1", "f 1 2 3\nv 1 0 0 "};
    const size_t bytes = (size_t)4 << 20;

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        static const char tail[] = "\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n";
        struct bench bench;
        char *const text = malloc(bytes);
        assert_non_null(text);
        for (size_t k = 0; k < bytes; k += 2) {
            memcpy(text + k, " 1", 2);
        }
        memcpy(text, heads[i], strlen(heads[i]));
        memcpy(text + bytes - (sizeof tail - 1), tail, sizeof tail - 1);
        bench_open(&bench);
        assert_int_equal(decode(&bench, text, bytes), UVP_OK);
        assert_true(bench.stop.polls >= 2 * (bytes >> 16));
        bench_close(&bench);
        free(text);
    }
}

/* References of one digit that become six: the output's bound must know. */
static void references_that_grow(void **state)
{
    const uint32_t count = 300000;
    const size_t lines = 20000;
    char *const text = malloc(64 + 12 * lines);
    float *const uv = malloc(2 * sizeof(float) * count);
    const uint32_t corner_uv[3] = {0, 1, count - 1};
    const struct uvp_mesh_uvs uvs = {.uv = uv, .uv_count = count, .corner_uv = corner_uv};
    struct bench bench;
    size_t used;

    (void)state;
    assert_non_null(text);
    assert_non_null(uv);
    used = (size_t)snprintf(text, 64, "v 0 0 0\nf 1 1 1\nvt 0 0\n");
    for (size_t i = 0; i < lines; i++) {
        memcpy(text + used, "l 1/1 1/-1\n", 11);
        used += 11;
    }
    for (uint32_t i = 0; i < 2 * count; i++) {
        uv[i] = 12345677.0f / 16777216.0f; /* as long as a UV gets: no slack in the bound */
    }
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, used), UVP_OK);
    assert_int_equal(encode(&bench, text, used, &uvs), UVP_OK);
    assert_true(bench.out.bytes <= bench.out.capacity);
    assert_memory_equal(bench.out.data + bench.out.bytes - 18, "1/300001 1/300001\n", 18);
    bench_close(&bench);
    free(uv);
    free(text);
}

static void one_face_of_a_million_corners(void **state)
{
    const uint32_t corners = 1000000;
    const size_t bytes = 64 + 2 * (size_t)corners;
    char *const text = malloc(bytes);
    struct bench bench;
    size_t used;

    (void)state;
    assert_non_null(text);
    used = (size_t)snprintf(text, bytes, "v 0 0 0\nv 1 0 0\nv 0 1 0\nf");
    for (uint32_t i = 0; i < corners; i++) {
        text[used++] = ' ';
        text[used++] = (char)('1' + i % 3);
    }
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, used), UVP_OK);
    check_encoding(&bench, text, used, 3, true);
    bench_close(&bench);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_cut_at_any_byte),
        cmocka_unit_test(samples_with_changed_bytes),
        cmocka_unit_test(garbage),
        cmocka_unit_test(generated_files_round_trip),
        cmocka_unit_test(memory_fails_at_any_call),
        cmocka_unit_test(memory_fails_in_large_files),
        cmocka_unit_test(stops_at_any_poll),
        cmocka_unit_test(long_lines_are_polled),
        cmocka_unit_test(references_that_grow),
        cmocka_unit_test(one_face_of_a_million_corners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
