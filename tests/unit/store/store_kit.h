/*
 * store_kit.h -- keys, values and a folder for the tests of stores
 *
 * Why:     each of them wants many different ones, and a place that is gone afterwards.
 */
#ifndef UVP_TESTS_STORE_KIT_H
#define UVP_TESTS_STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stages/store/store.h"

#define KIT_PATH_BYTES 400
#define KIT_MOST ((size_t)1 << 20)

static inline struct uvp_store_key kit_key(uint32_t number)
{
    struct uvp_store_key key;
    struct uvp_blake2b digest;

    uvp_blake2b_init(&digest);
    uvp_blake2b_u32(&digest, number);
    uvp_blake2b_finish(&digest, key.bytes);
    return key;
}

/* A value of its own for each number. */
static inline void kit_fill(uint32_t number, unsigned char *data, size_t bytes)
{
    uint32_t state = number * 2654435761U + 12345U;

    for (size_t i = 0; i < bytes; i++) {
        state = state * 1664525U + 1013904223U;
        data[i] = (unsigned char)(state >> 24);
    }
}

static inline void kit_add(const struct uvp_store *store, uint32_t number, size_t bytes)
{
    unsigned char *const data = malloc(bytes);
    const struct uvp_store_key key = kit_key(number);

    assert_non_null(data);
    kit_fill(number, data, bytes);
    store->add(store->ctx, &key, uvp_span_of(data, bytes));
    free(data);
}

/* True when it is there; it must be what was added then. */
static inline bool kit_has(const struct uvp_store *store, uint32_t number, size_t bytes)
{
    unsigned char *const data = malloc(bytes);
    const struct uvp_store_key key = kit_key(number);
    struct uvp_buf value;
    struct uvp_mem mem;
    bool found;

    assert_non_null(data);
    uvp_mem_init(&mem, 0);
    uvp_buf_init(&value, &mem, 0);
    kit_fill(number, data, bytes);
    found = store->find(store->ctx, &key, KIT_MOST, &value);
    if (found) {
        assert_int_equal(value.bytes, bytes);
        assert_memory_equal(value.data, data, bytes);
    } else {
        assert_int_equal(value.bytes, 0);
    }
    uvp_buf_release(&value);
    assert_int_equal(mem.used_bytes, 0);
    free(data);
    return found;
}

static inline void kit_folder(char path[KIT_PATH_BYTES])
{
    const char *const base = getenv("TMPDIR");

    (void)snprintf(path, KIT_PATH_BYTES, "%s/uvp_store_XXXXXX", base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(path));
}

static inline void kit_remove(const char *path)
{
    char command[KIT_PATH_BYTES + 16];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

static inline size_t kit_read(const char *path, unsigned char *data, size_t room)
{
    const int fd = open(path, O_RDONLY);
    ssize_t got;

    assert_true(fd >= 0);
    got = read(fd, data, room);
    assert_true(got >= 0);
    (void)close(fd);
    return (size_t)got;
}

static inline void kit_write(const char *path, const unsigned char *data, size_t bytes)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, bytes), (ssize_t)bytes);
    (void)close(fd);
}

#endif
