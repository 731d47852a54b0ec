#include "tests/support/line/tar_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(struct tar_bytes *tar, const void *bytes, size_t count)
{
    if (tar->bytes + count > tar->capacity) {
        tar->capacity = (tar->bytes + count) * 2;
        tar->data = realloc(tar->data, tar->capacity);
        if (tar->data == NULL) {
            abort();
        }
    }
    memcpy(tar->data + tar->bytes, bytes, count);
    tar->bytes += count;
}

static void fill_header(unsigned char *header, const char *name, size_t bytes)
{
    unsigned sum = 0;

    memset(header, 0, 512);
    (void)snprintf((char *)header, 100, "%s", name);
    (void)snprintf((char *)header + 100, 8, "%07o", 0644U);
    (void)snprintf((char *)header + 108, 8, "%07o", 1000U);
    (void)snprintf((char *)header + 116, 8, "%07o", 1000U);
    (void)snprintf((char *)header + 124, 12, "%011zo", bytes);
    (void)snprintf((char *)header + 136, 12, "%011o", 1600000000U);
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    for (int i = 0; i < 512; i++) {
        sum += header[i];
    }
    (void)snprintf((char *)header + 148, 7, "%06o", sum);
}

void tar_bytes_add(struct tar_bytes *tar, const char *name, const void *body, size_t bytes)
{
    static const unsigned char zeros[512];
    unsigned char header[512];

    fill_header(header, name, bytes);
    append(tar, header, sizeof header);
    append(tar, body, bytes);
    append(tar, zeros, (512 - bytes % 512) % 512);
}

void tar_bytes_end(struct tar_bytes *tar)
{
    static const unsigned char zeros[1024];

    append(tar, zeros, sizeof zeros);
}

void tar_bytes_release(struct tar_bytes *tar)
{
    free(tar->data);
    memset(tar, 0, sizeof *tar);
}

const unsigned char *tar_bytes_find(const unsigned char *tar, size_t tar_size, const char *name,
                                    size_t *bytes)
{
    size_t at = 0;

    while (at + 512 <= tar_size && tar[at] != 0) {
        const size_t size = (size_t)strtoull((const char *)tar + at + 124, NULL, 8);

        if (strncmp((const char *)tar + at, name, 100) == 0) {
            *bytes = size;
            return tar + at + 512;
        }
        at += 512 + (size + 511) / 512 * 512;
    }
    return NULL;
}

char *grid_obj(int n, size_t *bytes)
{
    const size_t room =
        (size_t)(n + 1) * (size_t)(n + 1) * 40 + (size_t)n * (size_t)n * 60 + 64;
    char *const text = malloc(room);
    size_t used = 0;

    if (text == NULL) {
        abort();
    }
    for (int y = 0; y <= n; y++) {
        for (int x = 0; x <= n; x++) {
            used += (size_t)snprintf(text + used, room - used, "v %d %d %d.%d\n", x, y,
                                     (x * y) % 3, (x + y) % 10);
        }
    }
    for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
            const int a = y * (n + 1) + x + 1;
            used += (size_t)snprintf(text + used, room - used, "f %d %d %d\nf %d %d %d\n", a,
                                     a + 1, a + n + 2, a, a + n + 2, a + n + 1);
        }
    }
    *bytes = used;
    return text;
}
