#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/archive/stream.h"
#include "pipeline/base/clock.h"
#include "tests/support/archives.h"

/* ---- a system that is short, slow and failing ---- */

struct odd_io {
    const unsigned char *data;
    size_t bytes;
    size_t at;
    size_t most; /* a read gives at most this much */
    unsigned calls;
    int fail_errno; /* after the data, instead of the end */
    unsigned waits; /* polls that said "not yet" */
};

static ssize_t odd_read(void *ctx, int fd, void *to, size_t bytes)
{
    struct odd_io *const io = ctx;
    size_t part = io->bytes - io->at;

    (void)fd;
    io->calls++;
    if (io->calls % 3 == 1) {
        errno = EINTR;
        return -1;
    }
    if (io->calls % 5 == 2) {
        errno = EAGAIN;
        return -1;
    }
    if (part == 0 && io->fail_errno != 0) {
        errno = io->fail_errno;
        return -1;
    }
    part = part < bytes ? part : bytes;
    part = part < io->most ? part : io->most;
    memcpy(to, io->data + io->at, part);
    io->at += part;
    return (ssize_t)part;
}

static int odd_poll(void *ctx, struct pollfd *fds, unsigned count, int timeout_ms)
{
    struct odd_io *const io = ctx;

    (void)count;
    if (io->calls % 4 == 3 && timeout_ms == 0) {
        io->waits++;
        return 0;
    }
    if (io->calls % 7 == 5 && timeout_ms != 0) {
        io->calls++;
        errno = EINTR;
        return -1;
    }
    fds[0].revents = POLLIN;
    return 1;
}

struct case_state {
    struct uvp_mem mem;
    struct uvp_block_pool *pool;
    struct uvp_stop stop;
    struct uvp_stream *stream;
    struct uvp_error err;
    struct test_bytes got;
    unsigned waits;
};

static void begin_case(struct case_state *c)
{
    memset(c, 0, sizeof *c);
    uvp_mem_init(&c->mem, 0);
    assert_int_equal(uvp_block_pool_create(&c->mem, 4, &c->pool, NULL), UVP_OK);
    assert_int_equal(uvp_stop_init(&c->stop, true, NULL), UVP_OK);
}

static void end_case(struct case_state *c)
{
    uvp_stream_close(c->stream);
    uvp_block_pool_release(c->pool);
    uvp_stop_release(&c->stop);
    test_bytes_release(&c->got);
    assert_int_equal(atomic_load(&c->mem.used_bytes), 0);
}

static void open_fd(struct case_state *c, int fd, const struct uvp_io *io)
{
    const struct uvp_fd_stream_options options = {
        .io = io, .stop = &c->stop, .pool = c->pool, .mem = &c->mem, .owns_fd = io == NULL};

    assert_int_equal(uvp_fd_stream_open(fd, &options, &c->stream, NULL), UVP_OK);
}

/* Reads to the end; the first slice is long enough to tell a kind by, or all there is. */
static enum uvp_code read_all(struct case_state *c)
{
    enum uvp_code code;
    struct uvp_slice slice;
    bool is_short = false;

    while ((code = uvp_stream_next(c->stream, &slice, &c->err)) == UVP_OK) {
        const struct uvp_span span = uvp_slice_span(&slice);

        assert_false(is_short);
        assert_int_not_equal(span.bytes, 0);
        test_bytes_add(&c->got, span.data, span.bytes);
        is_short = c->got.bytes < 512;
        uvp_block_drop(slice.block);
    }
    return code;
}

static unsigned char noise[3000000];

static void fill_noise(void)
{
    uint64_t state = 3;

    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (unsigned char)test_random(&state);
    }
}

static void short_and_broken_reads_add_up(void **state)
{
    static const size_t mosts[] = {1, 7, 511, 512, 513, 65536, 10000000};
    static const size_t sizes[] = {0, 1, 511, 512, 513, 5000, 20000};

    (void)state;
    for (size_t m = 0; m < sizeof mosts / sizeof mosts[0]; m++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            struct odd_io odd = {.data = noise, .bytes = sizes[s], .most = mosts[m]};
            const struct uvp_io io = {.ctx = &odd, .read = odd_read, .poll = odd_poll};
            struct case_state c;

            begin_case(&c);
            open_fd(&c, -1, &io);
            assert_int_equal(read_all(&c), UVP_END);
            assert_int_equal(c.got.bytes, sizes[s]);
            assert_true(sizes[s] == 0 || memcmp(c.got.data, noise, sizes[s]) == 0);
            end_case(&c);
        }
    }
}

static void a_failing_read_comes_after_its_bytes(void **state)
{
    struct odd_io odd = {.data = noise, .bytes = 1000, .most = 300, .fail_errno = EIO};
    const struct uvp_io io = {.ctx = &odd, .read = odd_read, .poll = odd_poll};
    struct case_state c;

    (void)state;
    begin_case(&c);
    open_fd(&c, -1, &io);
    assert_int_equal(read_all(&c), UVP_IO);
    assert_int_equal(c.got.bytes, 1000);
    assert_int_equal(c.err.sys, EIO);
    assert_int_equal(c.err.at, 1000);
    uvp_error_clear(&c.err);
    assert_int_equal(read_all(&c), UVP_IO); /* and again */
    end_case(&c);
}

static int make_file(size_t bytes)
{
    char path[] = "/tmp/uvp-stream-XXXXXX";
    const int fd = mkstemp(path);
    size_t done = 0;

    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    while (done < bytes) {
        const ssize_t count = write(fd, noise + done, bytes - done);
        assert_true(count > 0);
        done += (size_t)count;
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void files_have_a_size_and_random_access(void **state)
{
    static const size_t sizes[] = {1, 511, 512, 1 << 20, (1 << 20) - 1, (1 << 20) + 1, 3000000};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct case_state c;
        unsigned char part[100];
        size_t got = 0;
        const size_t at = sizes[s] / 2;

        begin_case(&c);
        open_fd(&c, make_file(sizes[s]), NULL);
        assert_true(c.stream->size_known);
        assert_int_equal(c.stream->size_bytes, sizes[s]);
        assert_int_equal(c.stream->ops->read_at(c.stream, at, part, sizeof part, &got, NULL),
                         UVP_OK);
        assert_int_equal(got, sizes[s] - at < 100 ? sizes[s] - at : 100);
        assert_memory_equal(part, noise + at, got);
        assert_int_equal(read_all(&c), UVP_END);
        assert_int_equal(c.got.bytes, sizes[s]);
        assert_memory_equal(c.got.data, noise, sizes[s]);
        if (sizes[s] < 100000) {
            assert_true(atomic_load(&c.mem.peak_bytes) < sizes[s] + 4096);
        }
        end_case(&c);
    }
}

static void a_file_begins_where_it_stands(void **state)
{
    const int fd = make_file(5000);
    struct case_state c;
    unsigned char byte;
    size_t got;

    (void)state;
    assert_int_equal(lseek(fd, 1000, SEEK_SET), 1000);
    begin_case(&c);
    open_fd(&c, fd, NULL);
    assert_int_equal(c.stream->size_bytes, 4000);
    assert_int_equal(c.stream->ops->read_at(c.stream, 1, &byte, 1, &got, NULL), UVP_OK);
    assert_int_equal(byte, noise[1001]);
    assert_int_equal(read_all(&c), UVP_END);
    assert_memory_equal(c.got.data, noise + 1000, 4000);
    end_case(&c);
}

static void peeked_bytes_are_given_again(void **state)
{
    struct case_state c;
    struct uvp_span head;

    (void)state;
    begin_case(&c);
    open_fd(&c, make_file(2000), NULL);
    assert_int_equal(uvp_stream_peek(c.stream, &head, NULL), UVP_OK);
    assert_int_equal(head.bytes, 2000);
    assert_int_equal(uvp_stream_peek(c.stream, &head, NULL), UVP_OK);
    assert_memory_equal(head.data, noise, 2000);
    assert_int_equal(read_all(&c), UVP_END);
    assert_int_equal(c.got.bytes, 2000);
    end_case(&c);
}

/* ---- pipes ---- */

struct slow_writer {
    int fd;
    const struct uvp_stop *stop;
};

static void *write_slowly(void *ctx)
{
    const struct slow_writer *const writer = ctx;
    size_t done = 0;
    size_t part = 100;

    while (done < sizeof noise) {
        const size_t left = sizeof noise - done;
        const ssize_t count = write(writer->fd, noise + done, part < left ? part : left);

        if (count < 0) {
            break;
        }
        done += (size_t)count;
        part = part * 2;
        if (part < 100000) {
            (void)usleep(1000);
        }
    }
    (void)close(writer->fd);
    return NULL;
}

static void count_wait(void *ctx)
{
    struct case_state *const c = ctx;

    c->waits++;
}

static void a_pipe_is_read_as_it_comes(void **state)
{
    struct case_state c;
    struct slow_writer writer;
    pthread_t thread;
    int ends[2];

    (void)state;
    begin_case(&c);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0); /* as somebody may leave it */
    open_fd(&c, ends[0], NULL);
    assert_null(c.stream->ops->read_at);
    assert_false(c.stream->ops->ready(c.stream));
    c.stream->before_wait = count_wait;
    c.stream->before_wait_ctx = &c;
    writer.fd = ends[1];
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &writer), 0);
    assert_int_equal(read_all(&c), UVP_END);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(c.got.bytes, sizeof noise);
    assert_memory_equal(c.got.data, noise, sizeof noise);
    assert_true(c.waits > 0);
    assert_true(atomic_load(&c.mem.peak_bytes) < 3 * UVP_BLOCK_BYTES);
    end_case(&c);
}

static void take_next(struct case_state *c, size_t bytes)
{
    struct uvp_slice slice;

    assert_true(c->stream->ops->ready(c->stream));
    assert_int_equal(uvp_stream_next(c->stream, &slice, NULL), UVP_OK);
    assert_int_equal(slice.offset, c->got.bytes); /* all in one block */
    assert_int_equal(slice.bytes, bytes);
    test_bytes_add(&c->got, uvp_slice_span(&slice).data, slice.bytes);
    uvp_block_drop(slice.block);
}

static void what_is_there_is_given_without_waiting_for_more(void **state)
{
    struct case_state c;
    struct uvp_slice slice;
    int ends[2];

    (void)state;
    begin_case(&c);
    assert_int_equal(pipe(ends), 0);
    open_fd(&c, ends[0], NULL);
    assert_int_equal(write(ends[1], noise, 1100), 1100);
    take_next(&c, 1024);
    take_next(&c, 76); /* nothing comes after it */
    assert_false(c.stream->ops->ready(c.stream));
    assert_int_equal(write(ends[1], noise + 1100, 1000), 1000);
    take_next(&c, 2048 - 1100);
    assert_int_equal(write(ends[1], noise + 2100, 1), 1);
    take_next(&c, 53); /* what comes after it is waited for no longer */
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(uvp_stream_next(c.stream, &slice, NULL), UVP_END);
    assert_memory_equal(c.got.data, noise, 2101);
    end_case(&c);
}

static void the_first_slice_waits_for_a_block(void **state)
{
    struct case_state c;
    struct slow_writer writer;
    struct uvp_slice slice;
    pthread_t thread;
    int ends[2];

    (void)state;
    begin_case(&c);
    assert_int_equal(pipe(ends), 0);
    open_fd(&c, ends[0], NULL);
    writer.fd = ends[1];
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &writer), 0);
    assert_int_equal(uvp_stream_next(c.stream, &slice, NULL), UVP_OK);
    assert_true(slice.bytes >= 512);
    test_bytes_add(&c.got, uvp_slice_span(&slice).data, slice.bytes);
    uvp_block_drop(slice.block);
    assert_int_equal(read_all(&c), UVP_END);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(c.got.bytes, sizeof noise);
    assert_memory_equal(c.got.data, noise, sizeof noise);
    end_case(&c);
}

static void *raise_later(void *ctx)
{
    (void)usleep(20000);
    uvp_stop_raise(ctx, UVP_STOP_DRAIN);
    return NULL;
}

static void a_silent_pipe_is_left_when_asked_to(void **state)
{
    (void)state;
    for (int child = 0; child < 2; child++) {
        struct case_state c;
        struct uvp_stop below;
        pthread_t thread;
        struct uvp_slice slice;
        int ends[2];
        const uint64_t start = uvp_clock_now_ns();

        begin_case(&c);
        uvp_stop_init_child(&below, &c.stop, 0, NULL);
        assert_int_equal(pipe(ends), 0);
        {
            const struct uvp_fd_stream_options options = {.stop = child != 0 ? &below : &c.stop,
                                                          .pool = c.pool,
                                                          .mem = &c.mem,
                                                          .owns_fd = true};
            assert_int_equal(uvp_fd_stream_open(ends[0], &options, &c.stream, NULL), UVP_OK);
        }
        assert_int_equal(pthread_create(&thread, NULL, raise_later, &c.stop), 0);
        assert_int_equal(uvp_stream_next(c.stream, &slice, &c.err), UVP_CANCELLED);
        assert_int_equal(c.err.code, UVP_CANCELLED);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(uvp_clock_now_ns() - start < 5 * UVP_NS_PER_S);
        assert_int_equal(close(ends[1]), 0);
        end_case(&c);
    }
}

static void allocations_may_fail(void **state)
{
    enum uvp_code code = UVP_NO_MEMORY;

    (void)state;
    for (uint64_t n = 2; code == UVP_NO_MEMORY; n++) {
        struct case_state c;
        const int fd = make_file(2500000);
        struct uvp_fd_stream_options options;

        begin_case(&c);
        memset(&options, 0, sizeof options);
        options.pool = c.pool;
        options.mem = &c.mem;
        c.mem.fail_at_call = n;
        code = uvp_fd_stream_open(fd, &options, &c.stream, NULL);
        if (code == UVP_OK) {
            code = read_all(&c);
        }
        assert_true(code == UVP_END || code == UVP_NO_MEMORY);
        (void)close(fd);
        end_case(&c);
    }
}

static void memory_is_a_stream_too(void **state)
{
    static const size_t slices[] = {0, 1, 512, 600, 4096, 1 << 20};

    (void)state;
    for (size_t s = 0; s < sizeof slices / sizeof slices[0]; s++) {
        struct case_state c;
        unsigned char part[10];
        size_t got = 0;

        begin_case(&c);
        assert_int_equal(uvp_memory_stream_open(uvp_span_of(noise, 70001), slices[s], c.pool,
                                                &c.mem, &c.stream, NULL),
                         UVP_OK);
        assert_true(c.stream->ops->ready(c.stream));
        assert_int_equal(c.stream->ops->read_at(c.stream, 69999, part, sizeof part, &got, NULL),
                         UVP_OK);
        assert_int_equal(got, 2);
        assert_memory_equal(part, noise + 69999, 2);
        assert_int_equal(c.stream->ops->read_at(c.stream, 80000, part, sizeof part, &got, NULL),
                         UVP_OK);
        assert_int_equal(got, 0);
        assert_int_equal(read_all(&c), UVP_END);
        assert_int_equal(c.got.bytes, 70001);
        assert_memory_equal(c.got.data, noise, 70001);
        end_case(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_and_broken_reads_add_up),
        cmocka_unit_test(a_failing_read_comes_after_its_bytes),
        cmocka_unit_test(files_have_a_size_and_random_access),
        cmocka_unit_test(a_file_begins_where_it_stands),
        cmocka_unit_test(peeked_bytes_are_given_again),
        cmocka_unit_test(a_pipe_is_read_as_it_comes),
        cmocka_unit_test(what_is_there_is_given_without_waiting_for_more),
        cmocka_unit_test(the_first_slice_waits_for_a_block),
        cmocka_unit_test(a_silent_pipe_is_left_when_asked_to),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(memory_is_a_stream_too),
    };

    fill_noise();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
