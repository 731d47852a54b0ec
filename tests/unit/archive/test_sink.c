#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "formats/archive/sink.h"
#include "pipeline/base/clock.h"
#include "tests/support/archives.h"

static unsigned char noise[4 << 20];

static void fill_noise(void)
{
    uint64_t state = 5;

    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (unsigned char)test_random(&state);
    }
}

/* ---- gathering ---- */

struct catcher {
    struct test_bytes got;
    unsigned writes;
    unsigned fail_at; /* the n-th write fails */
    int most_parts;
};

static enum uvp_code catch_parts(void *ctx, struct iovec *parts, int count,
                                 struct uvp_error *err)
{
    struct catcher *const catcher = ctx;

    catcher->writes++;
    catcher->most_parts = count > catcher->most_parts ? count : catcher->most_parts;
    if (catcher->fail_at != 0 && catcher->writes >= catcher->fail_at) {
        return uvp_fail_sys(err, UVP_IO, ENOSPC, catcher->got.bytes, "cannot write output");
    }
    for (int i = 0; i < count; i++) {
        test_bytes_add(&catcher->got, parts[i].iov_base, parts[i].iov_len);
        parts[i].iov_len = 0; /* as a writer may */
    }
    return UVP_OK;
}

static struct uvp_sink *make_sink(struct uvp_mem *mem, struct catcher *catcher)
{
    const struct uvp_sink_ops ops = {.write = catch_parts, .ctx = catcher};
    struct uvp_sink *sink = NULL;

    memset(catcher, 0, sizeof *catcher);
    uvp_mem_init(mem, 0);
    assert_int_equal(uvp_sink_create(&ops, mem, &sink, NULL), UVP_OK);
    return sink;
}

static void end_sink(struct uvp_mem *mem, struct uvp_sink *sink, struct catcher *catcher)
{
    uvp_sink_destroy(sink);
    test_bytes_release(&catcher->got);
    assert_int_equal(atomic_load(&mem->used_bytes), 0);
}

static void views_and_copies_come_out_in_order(void **state)
{
    struct uvp_mem mem;
    struct catcher catcher;
    struct uvp_sink *const sink = make_sink(&mem, &catcher);
    uint64_t seed = 1;
    size_t at = 0;

    (void)state;
    while (at < 3000000) {
        const uint32_t kind = test_random(&seed) % 3;
        size_t part = test_random(&seed) % (kind == 2 ? 200000 : 3000);
        unsigned char copy[3000];

        part = part < sizeof noise - at ? part : sizeof noise - at;
        if (kind == 0) {
            memcpy(copy, noise + at, part);
            assert_int_equal(uvp_sink_copy(sink, uvp_span_of(copy, part), NULL), UVP_OK);
            memset(copy, 0, sizeof copy); /* it need not stay */
        } else if (kind == 1) {
            assert_int_equal(uvp_sink_view(sink, uvp_span_of(noise + at, part), NULL), UVP_OK);
        } else {
            assert_int_equal(uvp_sink_copy(sink, uvp_span_of(noise + at, part), NULL), UVP_OK);
        }
        at += part;
        assert_int_equal(uvp_sink_at(sink), at);
        assert_int_equal(uvp_sink_pending(sink), at - catcher.got.bytes);
    }
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    assert_int_equal(uvp_sink_pending(sink), 0);
    assert_int_equal(catcher.got.bytes, at);
    assert_memory_equal(catcher.got.data, noise, at);
    end_sink(&mem, sink, &catcher);
}

static void neighbours_become_one_part(void **state)
{
    struct uvp_mem mem;
    struct catcher catcher;
    struct uvp_sink *const sink = make_sink(&mem, &catcher);

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        assert_int_equal(uvp_sink_view(sink, uvp_span_of(noise + i, 1), NULL), UVP_OK);
    }
    assert_int_equal(catcher.writes, 0);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    assert_int_equal(catcher.most_parts, 1);
    end_sink(&mem, sink, &catcher);
}

static void a_full_list_flushes_itself(void **state)
{
    struct uvp_mem mem;
    struct catcher catcher;
    struct uvp_sink *const sink = make_sink(&mem, &catcher);

    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        assert_int_equal(uvp_sink_view(sink, uvp_span_of(noise + 2 * i, 1), NULL), UVP_OK);
    }
    assert_int_equal(catcher.writes, 3);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    for (size_t i = 0; i < 2000; i++) {
        assert_int_equal(catcher.got.data[i], noise[2 * i]);
    }
    end_sink(&mem, sink, &catcher);
}

static void slices_are_viewed(void **state)
{
    struct uvp_mem mem;
    struct catcher catcher;
    struct uvp_sink *const sink = make_sink(&mem, &catcher);
    struct uvp_block_pool *pool = NULL;
    struct uvp_block *block = NULL;
    struct uvp_slices slices;

    (void)state;
    assert_int_equal(uvp_block_pool_create(&mem, 0, &pool, NULL), UVP_OK);
    assert_int_equal(uvp_block_take(pool, 1000, &block, NULL), UVP_OK);
    memcpy(block->data, noise, 1000);
    uvp_slices_init(&slices, &mem);
    for (size_t i = 0; i < 900; i += 100) {
        assert_int_equal(uvp_slices_add(&slices, block, i, 90, NULL), UVP_OK);
    }
    assert_int_equal(uvp_sink_slices(sink, &slices, NULL), UVP_OK);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    assert_int_equal(catcher.got.bytes, 810);
    assert_memory_equal(catcher.got.data + 90, noise + 100, 90);
    uvp_slices_release(&slices);
    uvp_block_drop(block);
    uvp_block_pool_release(pool);
    end_sink(&mem, sink, &catcher);
}

static void a_failed_sink_stays_failed(void **state)
{
    struct uvp_mem mem;
    struct catcher catcher;
    struct uvp_sink *const sink = make_sink(&mem, &catcher);
    struct uvp_error err = {0};

    (void)state;
    catcher.fail_at = 2;
    assert_int_equal(uvp_sink_view(sink, uvp_span_of(noise, 10), NULL), UVP_OK);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_OK);
    assert_int_equal(uvp_sink_view(sink, uvp_span_of(noise, 10), NULL), UVP_OK);
    assert_int_equal(uvp_sink_flush(sink, &err), UVP_IO);
    assert_int_equal(err.sys, ENOSPC);
    assert_int_equal(err.at, 10);
    uvp_error_clear(&err);
    assert_int_equal(uvp_sink_view(sink, uvp_span_of(noise, 10), &err), UVP_IO);
    assert_int_equal(uvp_sink_copy(sink, uvp_span_of(noise, 10), NULL), UVP_IO);
    assert_int_equal(uvp_sink_flush(sink, NULL), UVP_IO);
    assert_int_equal(err.sys, ENOSPC);
    assert_int_equal(catcher.writes, 2);
    end_sink(&mem, sink, &catcher);
}

static void creating_may_fail(void **state)
{
    const struct uvp_sink_ops ops = {.write = catch_parts, .ctx = NULL};
    struct uvp_mem mem;
    struct uvp_sink *sink = NULL;
    struct uvp_fd_sink *fd_sink = NULL;

    (void)state;
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = 1;
    assert_int_equal(uvp_sink_create(&ops, &mem, &sink, NULL), UVP_NO_MEMORY);
    assert_int_equal(uvp_fd_sink_create(1, NULL, NULL, &mem, &fd_sink, NULL), UVP_NO_MEMORY);
    uvp_sink_destroy(NULL);
    uvp_fd_sink_destroy(NULL);
}

/* ---- descriptors ---- */

struct odd_io {
    struct test_bytes got;
    unsigned calls;
    size_t most;
    size_t full_at; /* ENOSPC from here on; 0: never */
    int zero_at;    /* the n-th call writes nothing and says so */
};

static ssize_t odd_writev(void *ctx, int fd, const struct iovec *parts, int count)
{
    struct odd_io *const io = ctx;
    size_t done = 0;

    (void)fd;
    io->calls++;
    if (io->calls % 4 == 1) {
        errno = EINTR;
        return -1;
    }
    if (io->calls % 7 == 3) {
        errno = EAGAIN;
        return -1;
    }
    if (io->full_at != 0 && io->got.bytes >= io->full_at) {
        errno = ENOSPC;
        return -1;
    }
    for (int i = 0; i < count && done < io->most; i++) {
        const size_t left = io->most - done;
        const size_t part = parts[i].iov_len < left ? parts[i].iov_len : left;

        test_bytes_add(&io->got, parts[i].iov_base, part);
        done += part;
    }
    return io->zero_at != 0 ? 0 : (ssize_t)done;
}

static int odd_poll(void *ctx, struct pollfd *fds, unsigned count, int timeout_ms)
{
    struct odd_io *const io = ctx;

    (void)count;
    (void)timeout_ms;
    if (io->calls++ % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    fds[0].revents = POLLOUT;
    return 1;
}

static enum uvp_code write_noise(struct uvp_mem *mem, struct uvp_fd_sink *fd_sink, size_t bytes,
                                 struct uvp_error *err)
{
    const struct uvp_sink_ops ops = uvp_fd_sink_ops(fd_sink);
    struct uvp_sink *sink = NULL;
    enum uvp_code code = uvp_sink_create(&ops, mem, &sink, err);

    for (size_t at = 0; at < bytes && code == UVP_OK; at += 1000) {
        const size_t part = bytes - at < 1000 ? bytes - at : 1000;

        /* copies and views by turns, so that they do not all join */
        code = at % 2000 == 0 ? uvp_sink_view(sink, uvp_span_of(noise + at, part), err)
                              : uvp_sink_copy(sink, uvp_span_of(noise + at, part), err);
    }
    if (code == UVP_OK) {
        code = uvp_sink_flush(sink, err);
    }
    uvp_sink_destroy(sink);
    return code;
}

static void short_writes_add_up(void **state)
{
    static const size_t mosts[] = {1, 999, 1000, 1001, 70000};

    (void)state;
    for (size_t m = 0; m < sizeof mosts / sizeof mosts[0]; m++) {
        struct odd_io odd = {.most = mosts[m]};
        const struct uvp_io io = {.ctx = &odd, .writev = odd_writev, .poll = odd_poll};
        struct uvp_mem mem;
        struct uvp_fd_sink *fd_sink = NULL;
        const size_t bytes = m == 0 ? 5000 : 300000;

        uvp_mem_init(&mem, 0);
        assert_int_equal(uvp_fd_sink_create(-1, &io, NULL, &mem, &fd_sink, NULL), UVP_OK);
        assert_int_equal(write_noise(&mem, fd_sink, bytes, NULL), UVP_OK);
        assert_int_equal(odd.got.bytes, bytes);
        assert_memory_equal(odd.got.data, noise, bytes);
        uvp_fd_sink_destroy(fd_sink);
        test_bytes_release(&odd.got);
        assert_int_equal(atomic_load(&mem.used_bytes), 0);
    }
}

static void a_full_disk_says_where(void **state)
{
    struct odd_io odd = {.most = 700, .full_at = 7000};
    const struct uvp_io io = {.ctx = &odd, .writev = odd_writev, .poll = odd_poll};
    struct uvp_mem mem;
    struct uvp_fd_sink *fd_sink = NULL;
    struct uvp_error err = {0};

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_fd_sink_create(-1, &io, NULL, &mem, &fd_sink, NULL), UVP_OK);
    assert_int_equal(write_noise(&mem, fd_sink, 20000, &err), UVP_IO);
    assert_int_equal(err.sys, ENOSPC);
    assert_int_equal(err.at, 7000);
    uvp_fd_sink_destroy(fd_sink);
    test_bytes_release(&odd.got);
}

static void an_output_that_takes_nothing_is_no_endless_loop(void **state)
{
    struct odd_io odd = {.most = 700, .zero_at = 1};
    const struct uvp_io io = {.ctx = &odd, .writev = odd_writev, .poll = odd_poll};
    struct uvp_mem mem;
    struct uvp_fd_sink *fd_sink = NULL;

    (void)state;
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_fd_sink_create(-1, &io, NULL, &mem, &fd_sink, NULL), UVP_OK);
    assert_int_equal(write_noise(&mem, fd_sink, 2000, NULL), UVP_IO);
    uvp_fd_sink_destroy(fd_sink);
    test_bytes_release(&odd.got);
}

struct slow_reader {
    int fd;
    struct test_bytes got;
};

static void *read_slowly(void *ctx)
{
    struct slow_reader *const reader = ctx;
    unsigned char piece[30000];
    ssize_t got;
    unsigned rounds = 0;

    while ((got = read(reader->fd, piece, sizeof piece)) > 0) {
        test_bytes_add(&reader->got, piece, (size_t)got);
        if (rounds++ % 32 == 0) {
            (void)usleep(1000);
        }
    }
    (void)close(reader->fd);
    return NULL;
}

static void make_ends(int kind, int ends[2])
{
    if (kind == 0) {
        assert_int_equal(pipe(ends), 0);
    } else {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    }
}

static void pipes_and_sockets_get_everything(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct slow_reader reader = {.fd = -1};
        struct uvp_mem mem;
        struct uvp_stop stop;
        struct uvp_fd_sink *fd_sink = NULL;
        pthread_t thread;
        int ends[2];

        uvp_mem_init(&mem, 0);
        assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
        make_ends(kind, ends);
        reader.fd = ends[0];
        assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
        assert_int_equal(uvp_fd_sink_create(ends[1], NULL, &stop, &mem, &fd_sink, NULL),
                         UVP_OK);
        assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0); /* not ours to change */
        uvp_stop_raise(&stop, UVP_STOP_DRAIN);                     /* what is in goes out */
        assert_int_equal(write_noise(&mem, fd_sink, sizeof noise, NULL), UVP_OK);
        uvp_fd_sink_destroy(fd_sink);
        assert_int_equal(close(ends[1]), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(reader.got.bytes, sizeof noise);
        assert_memory_equal(reader.got.data, noise, sizeof noise);
        test_bytes_release(&reader.got);
        uvp_stop_release(&stop);
        assert_int_equal(atomic_load(&mem.used_bytes), 0);
    }
}

static void *abort_later(void *ctx)
{
    (void)usleep(20000);
    uvp_stop_raise(ctx, UVP_STOP_DRAIN);
    (void)usleep(20000);
    uvp_stop_raise(ctx, UVP_STOP_ABORT);
    return NULL;
}

static void a_reader_that_stopped_does_not_keep_us(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct uvp_mem mem;
        struct uvp_stop stop;
        struct uvp_fd_sink *fd_sink = NULL;
        struct uvp_error err = {0};
        pthread_t thread;
        int ends[2];
        const uint64_t start = uvp_clock_now_ns();

        uvp_mem_init(&mem, 0);
        assert_int_equal(uvp_stop_init(&stop, true, NULL), UVP_OK);
        make_ends(kind, ends);
        assert_int_equal(uvp_fd_sink_create(ends[1], NULL, &stop, &mem, &fd_sink, NULL),
                         UVP_OK);
        assert_int_equal(pthread_create(&thread, NULL, abort_later, &stop), 0);
        assert_int_equal(write_noise(&mem, fd_sink, sizeof noise, &err), UVP_CANCELLED);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(uvp_clock_now_ns() - start < 5 * UVP_NS_PER_S);
        uvp_fd_sink_destroy(fd_sink);
        assert_int_equal(close(ends[0]), 0);
        assert_int_equal(close(ends[1]), 0);
        uvp_stop_release(&stop);
    }
}

static void a_reader_that_is_gone_is_epipe(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct uvp_mem mem;
        struct uvp_fd_sink *fd_sink = NULL;
        struct uvp_error err = {0};
        int ends[2];

        uvp_mem_init(&mem, 0);
        make_ends(kind, ends);
        assert_int_equal(uvp_fd_sink_create(ends[1], NULL, NULL, &mem, &fd_sink, NULL), UVP_OK);
        assert_int_equal(close(ends[0]), 0);
        assert_int_equal(write_noise(&mem, fd_sink, 100, &err), UVP_IO);
        assert_int_equal(err.sys, EPIPE);
        uvp_fd_sink_destroy(fd_sink);
        assert_int_equal(close(ends[1]), 0);
    }
}

static void files_are_written_plainly(void **state)
{
    char path[] = "/tmp/uvp-sink-XXXXXX";
    const int fd = mkstemp(path);
    struct uvp_mem mem;
    struct uvp_fd_sink *fd_sink = NULL;
    unsigned char *const back = malloc(sizeof noise);

    (void)state;
    assert_true(fd >= 0);
    assert_non_null(back);
    assert_int_equal(unlink(path), 0);
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_fd_sink_create(fd, NULL, NULL, &mem, &fd_sink, NULL), UVP_OK);
    assert_int_equal(write_noise(&mem, fd_sink, sizeof noise, NULL), UVP_OK);
    assert_int_equal(pread(fd, back, sizeof noise, 0), sizeof noise);
    assert_memory_equal(back, noise, sizeof noise);
    uvp_fd_sink_destroy(fd_sink);
    free(back);
    assert_int_equal(close(fd), 0);
}

static void a_full_device_is_enospc(void **state)
{
    const int fd = open("/dev/full", O_WRONLY);
    struct uvp_mem mem;
    struct uvp_fd_sink *fd_sink = NULL;
    struct uvp_error err = {0};

    (void)state;
    if (fd < 0) {
        skip();
    }
    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_fd_sink_create(fd, NULL, NULL, &mem, &fd_sink, NULL), UVP_OK);
    assert_int_equal(write_noise(&mem, fd_sink, 100, &err), UVP_IO);
    assert_int_equal(err.sys, ENOSPC);
    uvp_fd_sink_destroy(fd_sink);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_and_copies_come_out_in_order),
        cmocka_unit_test(neighbours_become_one_part),
        cmocka_unit_test(a_full_list_flushes_itself),
        cmocka_unit_test(slices_are_viewed),
        cmocka_unit_test(a_failed_sink_stays_failed),
        cmocka_unit_test(creating_may_fail),
        cmocka_unit_test(short_writes_add_up),
        cmocka_unit_test(a_full_disk_says_where),
        cmocka_unit_test(an_output_that_takes_nothing_is_no_endless_loop),
        cmocka_unit_test(pipes_and_sockets_get_everything),
        cmocka_unit_test(a_reader_that_stopped_does_not_keep_us),
        cmocka_unit_test(a_reader_that_is_gone_is_epipe),
        cmocka_unit_test(files_are_written_plainly),
        cmocka_unit_test(a_full_device_is_enospc),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    fill_noise();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
