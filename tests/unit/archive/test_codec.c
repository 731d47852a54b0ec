#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/archive/codec.h"
#include "tests/support/archives.h"

static unsigned char text[3 << 20]; /* compresses, though not to nothing */

static void fill_text(void)
{
    uint64_t state = 21;

    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i >= 64 && test_random(&state) % 8 != 0 ? text[i - 64]
                                                          : (unsigned char)test_random(&state);
    }
}

/* ---- a decode ---- */

struct decode {
    struct uvp_mem mem;
    struct test_bytes out;
    struct uvp_error err;
    enum uvp_code code;
    enum uvp_codec codec;
};

/* Hands that work one after the other, the last task first: no task may count on another. */
static void run_backwards(void *ctx, uint32_t count,
                          void (*task)(void *arg, uint32_t i, uint32_t hand), void *arg)
{
    uint64_t *const ran = ctx;

    for (uint32_t i = count; i-- > 0;) {
        task(arg, i, i % 3);
    }
    *ran += count;
}

static uint64_t frames_together;
static const struct uvp_codec_crew three_hands = {
    .ctx = &frames_together, .hands = 3, .most_bytes = (size_t)48 << 20, .run = run_backwards};
static const struct uvp_codec_crew *crew; /* every test runs without one and with one */

static void decode_slices(struct decode *d, struct uvp_span bytes, size_t slice_bytes,
                          uint64_t fail_at)
{
    struct uvp_block_pool *pool = NULL;
    struct uvp_stream *in = NULL;
    struct uvp_stream *out = NULL;
    struct uvp_slice slice;
    bool odd = false;

    memset(d, 0, sizeof *d);
    uvp_mem_init(&d->mem, 0);
    assert_int_equal(uvp_block_pool_create(&d->mem, 2, &pool, NULL), UVP_OK);
    d->mem.fail_at_call = fail_at;
    d->code = uvp_memory_stream_open(bytes, slice_bytes, pool, &d->mem, &in, &d->err);
    if (d->code == UVP_OK) {
        d->code = uvp_codec_open(in, pool, &d->mem, crew, &out, &d->codec, &d->err);
    }
    if (d->code != UVP_OK) {
        uvp_stream_close(in);
    }
    while (d->code == UVP_OK) {
        d->code = uvp_stream_next(out, &slice, &d->err);
        if (d->code == UVP_OK) {
            assert_false(odd);
            test_bytes_add(&d->out, uvp_slice_span(&slice).data, slice.bytes);
            odd = d->out.bytes % 512 != 0;
            uvp_block_drop(slice.block);
        }
    }
    uvp_stream_close(out);
    uvp_block_pool_release(pool);
    assert_int_equal(atomic_load(&d->mem.used_bytes), 0);
}

static void decode_bytes(struct decode *d, struct uvp_span bytes)
{
    decode_slices(d, bytes, 4096, 0);
}

static void add_frame(struct test_bytes *to, enum uvp_codec codec, int level,
                      struct uvp_span bytes)
{
    struct uvp_codec_state *state = NULL;
    struct uvp_mem mem;
    struct uvp_buf out;

    uvp_mem_init(&mem, 0);
    uvp_buf_init(&out, &mem, 0);
    assert_int_equal(uvp_codec_state_create(codec, level, &mem, &state, NULL), UVP_OK);
    assert_int_equal(uvp_codec_frame(state, bytes, &out, NULL), UVP_OK);
    test_bytes_add(to, out.data, out.bytes);
    uvp_codec_state_destroy(state);
    uvp_buf_release(&out);
    assert_int_equal(atomic_load(&mem.used_bytes), 0);
}

static int usual_level(enum uvp_codec codec)
{
    int lowest;
    int usual;
    int highest;

    uvp_codec_levels(codec, &lowest, &usual, &highest);
    return usual;
}

static void assert_text(const struct decode *d, size_t bytes)
{
    if (d->code != UVP_END) {
        print_error("%s: %s at %llu\n", uvp_codec_name(d->codec), d->err.text,
                    (unsigned long long)d->err.at);
    }
    assert_int_equal(d->code, UVP_END);
    assert_int_equal(d->out.bytes, bytes);
    assert_true(bytes == 0 || memcmp(d->out.data, text, bytes) == 0);
}

#define EACH_CODEC(codec)                                                                      \
    for (enum uvp_codec codec = UVP_CODEC_ZSTD; codec < UVP_CODEC_COUNT;                       \
         codec = (enum uvp_codec)(codec + 1))

/* A file of many frames, as we write them, comes out the same with hands and without. */
static void many_frames_are_decoded_together(void **state)
{
    static const enum uvp_codec kinds[] = {UVP_CODEC_ZSTD, UVP_CODEC_GZIP};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct test_bytes file = {0};
        struct decode d;

        for (size_t at = 0; at < sizeof text; at += 100000) {
            const size_t left = sizeof text - at;

            add_frame(&file, kinds[k], 1,
                      uvp_span_of(text + at, left < 100000 ? left : 100000));
        }
        frames_together = 0;
        decode_slices(&d, uvp_span_of(file.data, file.bytes), 0, 0);
        assert_text(&d, sizeof text);
        assert_true(crew == NULL || frames_together > 20);
        test_bytes_release(&d.out);
        /* one flipped bit anywhere: the same bytes before it, the same error, the same place */
        for (size_t at = 10; at < file.bytes; at += file.bytes / 37) {
            const struct uvp_codec_crew *const hands = crew;
            struct decode alone;

            file.data[at] ^= 4;
            crew = NULL;
            decode_slices(&alone, uvp_span_of(file.data, file.bytes), 0, 0);
            crew = hands;
            decode_slices(&d, uvp_span_of(file.data, file.bytes), 0, 0);
            assert_int_equal(d.code, alone.code);
            assert_int_equal(d.err.at, alone.err.at);
            assert_int_equal(d.out.bytes, alone.out.bytes);
            assert_true(d.out.bytes == 0 ||
                        memcmp(d.out.data, alone.out.data, d.out.bytes) == 0);
            test_bytes_release(&alone.out);
            test_bytes_release(&d.out);
            file.data[at] ^= 4;
        }
        test_bytes_release(&file);
    }
}

static void frames_round_trip(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 100000, sizeof text};
    static const size_t slices[] = {512, 65536, 1 << 20};

    (void)state;
    EACH_CODEC(codec)
    {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            struct test_bytes file = {0};
            struct decode d;

            add_frame(&file, codec, sizes[s] > 200000 ? 1 : usual_level(codec),
                      uvp_span_of(text, sizes[s]));
            decode_slices(&d, uvp_span_of(file.data, file.bytes), slices[s % 3], 0);
            assert_int_equal(d.codec, codec);
            assert_text(&d, sizes[s]);
            test_bytes_release(&d.out);
            test_bytes_release(&file);
        }
    }
}

static void every_level_works_and_others_are_refused(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        struct uvp_codec_state *refused = NULL;
        struct uvp_mem mem;
        int lowest;
        int usual;
        int highest;

        uvp_mem_init(&mem, 0);
        uvp_codec_levels(codec, &lowest, &usual, &highest);
        assert_true(lowest <= usual && usual <= highest);
        for (int level = lowest; level <= highest; level++) {
            struct test_bytes file = {0};
            struct decode d;

            add_frame(&file, codec, level, uvp_span_of(text, 3000));
            decode_bytes(&d, uvp_span_of(file.data, file.bytes));
            assert_text(&d, 3000);
            test_bytes_release(&d.out);
            test_bytes_release(&file);
        }
        assert_int_equal(uvp_codec_state_create(codec, lowest - 1, &mem, &refused, NULL),
                         UVP_USAGE);
        assert_int_equal(uvp_codec_state_create(codec, highest + 1, &mem, &refused, NULL),
                         UVP_USAGE);
    }
}

static void frames_one_after_another_are_one_file(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        struct test_bytes file = {0};
        struct test_bytes again = {0};
        struct decode d;

        for (size_t i = 0; i < 7; i++) {
            add_frame(&file, codec, 1, uvp_span_of(text + i * 1000, 1000));
            add_frame(&file, codec, 1, uvp_span_of(NULL, 0));
            add_frame(&again, codec, 1, uvp_span_of(text + i * 1000, 1000));
            add_frame(&again, codec, 1, uvp_span_of(NULL, 0));
        }
        assert_int_equal(file.bytes, again.bytes);
        assert_memory_equal(file.data, again.data, file.bytes);
        decode_slices(&d, uvp_span_of(file.data, file.bytes), 512, 0);
        assert_text(&d, 7000);
        test_bytes_release(&d.out);
        test_bytes_release(&file);
        test_bytes_release(&again);
    }
}

static void what_is_not_compressed_is_given_back(void **state)
{
    static const char *const heads[] = {"",       "v 0 0 0\n", "BZh is how this text begins",
                                        "PK\3\4", "x",         "BZ"};

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct decode d;

        decode_bytes(&d, uvp_span_of_text(heads[i]));
        assert_int_equal(d.codec, UVP_CODEC_NONE);
        assert_int_equal(d.code, UVP_END);
        assert_int_equal(d.out.bytes, strlen(heads[i]));
        test_bytes_release(&d.out);
    }
}

/* Only what is too short to be known for compressed may end well. */
static void a_cut_is_never_a_whole_file(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        for (size_t bytes = 0; bytes <= 2000; bytes += 1000) {
            struct test_bytes file = {0};

            add_frame(&file, codec, 1, uvp_span_of(text, bytes));
            add_frame(&file, codec, 1, uvp_span_of(text + bytes, 100));
            for (size_t cut = 1; cut < file.bytes; cut++) {
                struct decode d;
                struct test_bytes first = {0};

                decode_bytes(&d, uvp_span_of(file.data, cut));
                add_frame(&first, codec, 1, uvp_span_of(text, bytes));
                if (d.code == UVP_END && d.codec != UVP_CODEC_NONE) {
                    assert_int_equal(cut, first.bytes); /* between the frames */
                    assert_text(&d, bytes);
                } else if (d.codec != UVP_CODEC_NONE) {
                    assert_int_equal(d.code, UVP_BAD_DATA);
                    assert_int_equal(d.err.at, cut);
                    assert_true(d.out.bytes <= bytes + 100);
                    assert_true(d.out.bytes == 0 || memcmp(d.out.data, text, d.out.bytes) == 0);
                } else {
                    assert_true(cut < 10);
                }
                test_bytes_release(&first);
                test_bytes_release(&d.out);
            }
            test_bytes_release(&file);
        }
    }
}

static void flipped_bits_never_pass_for_data(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        struct test_bytes file = {0};

        add_frame(&file, codec, 1, uvp_span_of(text, 1500));
        for (size_t bit = 0; bit < file.bytes * 8; bit++) {
            struct decode d;

            file.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
            decode_bytes(&d, uvp_span_of(file.data, file.bytes));
            if (d.code == UVP_END && d.codec != UVP_CODEC_NONE) {
                assert_text(&d, 1500);
            } else if (d.codec != UVP_CODEC_NONE) {
                assert_true(d.code == UVP_BAD_DATA || d.code == UVP_UNSUPPORTED ||
                            d.code == UVP_LIMIT);
                assert_true(d.err.at <= file.bytes);
            }
            test_bytes_release(&d.out);
            file.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        }
        test_bytes_release(&file);
    }
}

static void garbage_behind_is_an_error_and_zeros_may_be_padding(void **state)
{
    static const unsigned char zeros[5000];

    (void)state;
    EACH_CODEC(codec)
    {
        static const char *const tails[] = {"garbage", "\x1f",         "B",
                                            "BZ",      "\x1f\x8b\x08", "\x28"};

        for (size_t i = 0; i <= sizeof tails / sizeof tails[0]; i++) {
            struct test_bytes file = {0};
            struct decode d;
            const bool none = i == sizeof tails / sizeof tails[0];
            const bool pads =
                codec == UVP_CODEC_GZIP || codec == UVP_CODEC_BZIP2 || codec == UVP_CODEC_XZ;

            add_frame(&file, codec, 1, uvp_span_of(text, 3000));
            if (none) {
                test_bytes_add(&file, zeros, 4096);
            } else {
                test_bytes_add(&file, tails[i], strlen(tails[i]));
            }
            decode_slices(&d, uvp_span_of(file.data, file.bytes), 512, 0);
            if (none && pads) {
                assert_text(&d, 3000);
            } else {
                assert_int_equal(d.code, UVP_BAD_DATA);
                assert_int_equal(d.out.bytes, 3000); /* given before the failure */
            }
            test_bytes_release(&d.out);
            if (none && pads) {
                test_bytes_add(&file, "x", 1);
                decode_bytes(&d, uvp_span_of(file.data, file.bytes));
                assert_int_equal(d.code, UVP_BAD_DATA);
                test_bytes_release(&d.out);
            }
            test_bytes_release(&file);
        }
    }
}

static void skippable_frames_are_skipped(void **state)
{
    static const unsigned char skippable[] = {0x53, 0x2a, 0x4d, 0x18, 5,   0,  0,
                                              0,    'h',  'e',  'l',  'l', 'o'};
    static const enum uvp_codec both[] = {UVP_CODEC_ZSTD, UVP_CODEC_LZ4};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct test_bytes file = {0};
        struct decode d;

        test_bytes_add(&file, skippable, sizeof skippable);
        add_frame(&file, both[i], 1, uvp_span_of(text, 1000));
        test_bytes_add(&file, skippable, sizeof skippable);
        add_frame(&file, both[i], 1, uvp_span_of(text + 1000, 1000));
        test_bytes_add(&file, skippable, sizeof skippable);
        decode_bytes(&d, uvp_span_of(file.data, file.bytes));
        assert_int_equal(d.codec, both[i]);
        assert_text(&d, 2000);
        test_bytes_release(&d.out);
        decode_bytes(&d, uvp_span_of(file.data, file.bytes - 1)); /* cut inside the last */
        assert_int_equal(d.code, UVP_BAD_DATA);
        test_bytes_release(&d.out);
        test_bytes_release(&file);
    }
}

static void odd_files_are_refused(void **state)
{
    static const unsigned char legacy[] = {0x02, 0x21, 0x4c, 0x18, 4, 0, 0, 0, 0, 0, 0, 0};
    /* a zstd frame header that asks for a window of 2 GiB */
    static const unsigned char wide[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0};
    struct decode d;

    (void)state;
    decode_bytes(&d, uvp_span_of(legacy, sizeof legacy));
    assert_int_equal(d.code, UVP_UNSUPPORTED);
    test_bytes_release(&d.out);
    decode_bytes(&d, uvp_span_of(wide, sizeof wide));
    assert_int_equal(d.code, UVP_LIMIT);
    test_bytes_release(&d.out);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        struct test_bytes file = {0};
        enum uvp_code code = UVP_NO_MEMORY;

        add_frame(&file, codec, 1, uvp_span_of(text, 5000));
        add_frame(&file, codec, 1, uvp_span_of(text + 5000, 5000));
        for (uint64_t n = 2; code == UVP_NO_MEMORY; n++) {
            struct decode d;

            decode_slices(&d, uvp_span_of(file.data, file.bytes), 4096, n);
            code = d.code;
            assert_true(code == UVP_NO_MEMORY || code == UVP_END);
            test_bytes_release(&d.out);
        }
        test_bytes_release(&file);
    }
}

static void encoding_may_run_out_of_memory(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        enum uvp_code code = UVP_NO_MEMORY;

        for (uint64_t n = 1; code == UVP_NO_MEMORY; n++) {
            struct uvp_codec_state *encoder = NULL;
            struct uvp_mem mem;
            struct uvp_buf out;

            uvp_mem_init(&mem, 0);
            mem.fail_at_call = n;
            uvp_buf_init(&out, &mem, 0);
            code = uvp_codec_state_create(codec, 1, &mem, &encoder, NULL);
            if (code == UVP_OK) {
                code = uvp_codec_frame(encoder, uvp_span_of(text, 5000), &out, NULL);
            }
            assert_true(code == UVP_OK || (code == UVP_NO_MEMORY && out.bytes == 0));
            uvp_codec_state_destroy(encoder);
            uvp_buf_release(&out);
            assert_int_equal(atomic_load(&mem.used_bytes), 0);
        }
    }
}

static void a_ceiling_bounds_a_frame(void **state)
{
    (void)state;
    EACH_CODEC(codec)
    {
        struct uvp_codec_state *encoder = NULL;
        struct uvp_mem mem;
        struct uvp_buf out;

        uvp_mem_init(&mem, 0);
        uvp_buf_init(&out, &mem, 100);
        assert_int_equal(uvp_codec_state_create(codec, 1, &mem, &encoder, NULL), UVP_OK);
        assert_int_equal(uvp_codec_frame(encoder, uvp_span_of(text, 50000), &out, NULL),
                         UVP_LIMIT);
        uvp_codec_state_destroy(encoder);
        uvp_buf_release(&out);
    }
}

/* ---- other people's programs ---- */

struct peer {
    enum uvp_codec codec;
    const char *command;
};

static const struct peer peers[] = {
    {UVP_CODEC_ZSTD, "zstd -q -c"},
    {UVP_CODEC_ZSTD, "zstd -q -c --long=27 -6"},
    {UVP_CODEC_ZSTD, "zstd -q -c --no-check"},
    {UVP_CODEC_GZIP, "gzip -c"},
    {UVP_CODEC_XZ, "xz -c -1"},
    {UVP_CODEC_XZ, "xz -c -0 --check=sha256"},
    {UVP_CODEC_XZ, "xz -c -0 --block-size=100000"},
    {UVP_CODEC_BZIP2, "bzip2 -c"},
    {UVP_CODEC_LZ4, "lz4 -q -c"},
    {UVP_CODEC_LZ4, "lz4 -q -c -BD --content-size"},
};

static bool run_peer(const char *command, struct uvp_span in, struct test_bytes *out)
{
    char path[] = "/tmp/uvp-codec-XXXXXX";
    const int fd = mkstemp(path);
    char line[200];
    unsigned char piece[65536];
    FILE *pipe;
    size_t got;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, in.data, in.bytes), in.bytes);
    assert_int_equal(close(fd), 0);
    (void)snprintf(line, sizeof line, "%s < %s 2>/dev/null", command, path);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    while ((got = fread(piece, 1, sizeof piece, pipe)) > 0) {
        test_bytes_add(out, piece, got);
    }
    (void)unlink(path);
    return pclose(pipe) == 0;
}

static void peers_files_are_read(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        struct test_bytes file = {0};
        struct decode d;

        if (run_peer(peers[i].command, uvp_span_of(text, 2000000), &file)) {
            decode_slices(&d, uvp_span_of(file.data, file.bytes), 1 << 20, 0);
            assert_int_equal(d.codec, peers[i].codec);
            assert_text(&d, 2000000);
            test_bytes_release(&d.out);
            seen++;
        }
        test_bytes_release(&file);
    }
    if (seen == 0) {
        skip();
    }
}

static void peers_read_our_files(void **state)
{
    static const struct peer readers[] = {{UVP_CODEC_ZSTD, "zstd -q -d -c"},
                                          {UVP_CODEC_GZIP, "gzip -d -c"},
                                          {UVP_CODEC_XZ, "xz -d -c"},
                                          {UVP_CODEC_BZIP2, "bzip2 -d -c"},
                                          {UVP_CODEC_LZ4, "lz4 -q -d -c"}};

    (void)state;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        struct test_bytes file = {0};
        struct test_bytes back = {0};

        add_frame(&file, readers[i].codec, 1, uvp_span_of(text, 100000));
        add_frame(&file, readers[i].codec, 1, uvp_span_of(text + 100000, 100000));
        if (run_peer(readers[i].command, uvp_span_of(file.data, file.bytes), &back)) {
            assert_int_equal(back.bytes, 200000);
            assert_memory_equal(back.data, text, back.bytes);
        }
        test_bytes_release(&file);
        test_bytes_release(&back);
    }
}

static void names_and_suffixes(void **state)
{
    enum uvp_codec codec = UVP_CODEC_NONE;

    (void)state;
    EACH_CODEC(each)
    {
        assert_true(uvp_codec_by_name(uvp_codec_name(each), &codec));
        assert_int_equal(codec, each);
    }
    assert_true(uvp_codec_by_name("gz", &codec));
    assert_int_equal(codec, UVP_CODEC_GZIP);
    assert_false(uvp_codec_by_name("rar", &codec));
    assert_int_equal(uvp_codec_by_path("a.tar.zst"), UVP_CODEC_ZSTD);
    assert_int_equal(uvp_codec_by_path("a.tgz"), UVP_CODEC_GZIP);
    assert_int_equal(uvp_codec_by_path("dir.gz/a.tar"), UVP_CODEC_NONE);
    assert_int_equal(uvp_codec_by_path(".gz"), UVP_CODEC_NONE);
    assert_string_equal(uvp_codec_name(UVP_CODEC_NONE), "none");
    assert_string_equal(uvp_codec_name((enum uvp_codec)99), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_frames_are_decoded_together),
        cmocka_unit_test(frames_round_trip),
        cmocka_unit_test(every_level_works_and_others_are_refused),
        cmocka_unit_test(frames_one_after_another_are_one_file),
        cmocka_unit_test(what_is_not_compressed_is_given_back),
        cmocka_unit_test(a_cut_is_never_a_whole_file),
        cmocka_unit_test(flipped_bits_never_pass_for_data),
        cmocka_unit_test(garbage_behind_is_an_error_and_zeros_may_be_padding),
        cmocka_unit_test(skippable_frames_are_skipped),
        cmocka_unit_test(odd_files_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(encoding_may_run_out_of_memory),
        cmocka_unit_test(a_ceiling_bounds_a_frame),
        cmocka_unit_test(peers_files_are_read),
        cmocka_unit_test(peers_read_our_files),
        cmocka_unit_test(names_and_suffixes),
    };

    fill_text();
    int failed = cmocka_run_group_tests_name("one after the other", tests, NULL, NULL);

    crew = &three_hands;
    failed += cmocka_run_group_tests_name("beside each other", tests, NULL, NULL);
    return failed;
}
