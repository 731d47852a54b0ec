/*
 * archives.h -- archives made and read back in memory, for tests
 *
 * Why:     every dialect, by libarchive or by hand, without files in the repository.
 * Owner:   struct test_bytes and struct test_list are released by the caller.
 * Limits:  a test that runs out of memory ends.
 */
#ifndef UVP_TESTS_SUPPORT_ARCHIVES_H
#define UVP_TESTS_SUPPORT_ARCHIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test_bytes {
    unsigned char *data;
    size_t bytes;
    size_t capacity;
};

void test_bytes_add(struct test_bytes *to, const void *data, size_t bytes);
void test_bytes_release(struct test_bytes *bytes);

struct test_member {
    const char *path;
    unsigned type;      /* AE_IFREG, AE_IFDIR, AE_IFLNK */
    const char *target; /* of a link; with AE_IFREG: a hard link */
    const unsigned char *data;
    size_t bytes;
    unsigned mode;
    int64_t mtime;
    const char *xattr; /* value of user.note, or NULL */
};

/* Dialects: "v7tar" "ustar" "paxr" "pax" "gnutar" "odc" "newc" "bin" "crc". */
extern const char *const test_dialects[];
extern const size_t test_dialect_count;
bool test_dialect_is_tar(const char *dialect);

void test_archive_make(const char *dialect, const struct test_member *members, size_t count,
                       struct test_bytes *out);

/* By hand: one tar header block with checksum, then the data padded. Type 'x' and the like too.
 */
void test_tar_add(struct test_bytes *out, char type, const char *path, const void *data,
                  size_t bytes);
/* As above with a size in the header that is not the data's. */
void test_tar_add_header(struct test_bytes *out, char type, const char *path, uint64_t size);
void test_tar_end(struct test_bytes *out);

/* What libarchive makes of an archive. */
struct test_found {
    char *path;
    unsigned type;
    unsigned mode;
    int64_t mtime;
    uint64_t size;
    uint32_t hash; /* of the contents */
    int64_t uid;
};

struct test_list {
    struct test_found *items;
    size_t count;
    bool whole; /* read to its end without a failure */
};

void test_archive_list(const unsigned char *data, size_t bytes, struct test_list *list);
void test_list_release(struct test_list *list);
uint32_t test_hash(const void *data, size_t bytes);

/* A small generator: the same numbers on every machine. */
uint32_t test_random(uint64_t *state);

#endif
