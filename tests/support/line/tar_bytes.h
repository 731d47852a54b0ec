/*
 * tar_bytes.h -- small ustar archives in memory, for tests of the whole line
 */
#ifndef UVP_TESTS_TAR_BYTES_H
#define UVP_TESTS_TAR_BYTES_H

#include <stddef.h>

struct tar_bytes {
    unsigned char *data; /* malloc'd */
    size_t bytes;
    size_t capacity;
};

void tar_bytes_add(struct tar_bytes *tar, const char *name, const void *body, size_t bytes);
void tar_bytes_end(struct tar_bytes *tar); /* the two zero blocks */
void tar_bytes_release(struct tar_bytes *tar);

/*
 * Finds a member in an archive of plain ustar members; NULL when it is not there.
 * `*bytes` is its size.
 */
const unsigned char *tar_bytes_find(const unsigned char *tar, size_t tar_size, const char *name,
                                    size_t *bytes);

/* A grid of n x n squares as OBJ text, bent a little; malloc'd. */
char *grid_obj(int n, size_t *bytes);

#endif
