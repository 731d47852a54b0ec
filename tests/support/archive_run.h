/*
 * archive_run.h -- one input walked from end to end, for tests
 *
 * Why:     the law of every input: what is flushed, taken and left for the trailer is the
 * whole. Use:     set take_each and the like in a zeroed struct run; test_run_bytes; look at
 * it; release `out`. Everything else was given back, which is asserted.
 */
#ifndef UVP_TESTS_SUPPORT_ARCHIVE_RUN_H
#define UVP_TESTS_SUPPORT_ARCHIVE_RUN_H

#include "formats/archive/container.h"
#include "tests/support/archives.h"

struct run {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_input *input;
    struct uvp_slices raw;
    struct uvp_entry entry;
    struct test_bytes out; /* flushed, taken and trailer in order */
    struct uvp_error err;
    enum uvp_code code; /* of the last next, take, pass, flush or trailer */
    unsigned members;
    unsigned taken;
    unsigned warnings;
    unsigned take_each; /* take every n-th member; 0: none */
    unsigned pass_each; /* pass the body of every n-th member */
    bool keep_metadata;
    uint64_t body_hash; /* of taken bodies */
    char last_path[256];
};

/* Hands what may be flushed to `out`. */
enum uvp_code test_run_collect(struct run *run);

/* Walks run->input, which is open, to its end or a failure. */
void test_run_walk(struct run *run);

/* Opens as tar or cpio whatever the bytes look like, walks, closes. */
void test_run_bytes(struct run *run, struct uvp_span bytes, size_t slice_bytes,
                    uint64_t fail_at);

void test_assert_prefix(const struct run *run, struct uvp_span bytes);
void test_assert_whole(const struct run *run, struct uvp_span bytes);

/* Some bytes without a pattern, and a random archive with bodies made of them. */
#define TEST_NOISE_BYTES ((size_t)3 << 20)
const unsigned char *test_noise(void);
void test_make_some(const char *dialect, uint64_t seed, unsigned count, size_t largest,
                    struct test_bytes *out);

#endif
