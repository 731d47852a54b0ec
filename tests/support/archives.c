#include "tests/support/archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const test_dialects[] = {"v7tar", "ustar", "paxr", "pax", "gnutar",
                                     "odc",   "newc",  "bin",  "crc"};
const size_t test_dialect_count = sizeof test_dialects / sizeof test_dialects[0];

static void *must(void *data)
{
    if (data == NULL) {
        abort();
    }
    return data;
}

void test_bytes_add(struct test_bytes *to, const void *data, size_t bytes)
{
    if (bytes > to->capacity - to->bytes) {
        to->capacity = (to->capacity + bytes) * 2;
        to->data = must(realloc(to->data, to->capacity));
    }
    if (bytes != 0) {
        memcpy(to->data + to->bytes, data, bytes);
    }
    to->bytes += bytes;
}

void test_bytes_release(struct test_bytes *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

bool test_dialect_is_tar(const char *dialect)
{
    return strstr(dialect, "tar") != NULL || strncmp(dialect, "pax", 3) == 0;
}

uint32_t test_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

uint32_t test_hash(const void *data, size_t bytes)
{
    const unsigned char *const at = data;
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ at[i]) * 16777619U;
    }
    return hash;
}

/* ---- by libarchive ---- */

static la_ssize_t catch_bytes(struct archive *writer, void *ctx, const void *data, size_t bytes)
{
    (void)writer;
    test_bytes_add(ctx, data, bytes);
    return (la_ssize_t)bytes;
}

static void write_member(struct archive *writer, const struct test_member *member)
{
    struct archive_entry *const entry = must(archive_entry_new());
    const bool body = member->type == AE_IFREG && member->target == NULL;

    archive_entry_set_pathname(entry, member->path);
    archive_entry_set_mode(entry, member->type | member->mode);
    archive_entry_set_mtime(entry, member->mtime, 0);
    archive_entry_set_uid(entry, 1000);
    archive_entry_set_gid(entry, 100);
    archive_entry_set_nlink(entry, 1);
    archive_entry_set_size(entry, body ? (la_int64_t)member->bytes : 0);
    if (member->type == AE_IFLNK) {
        archive_entry_set_symlink(entry, member->target);
    } else if (member->target != NULL) {
        archive_entry_set_hardlink(entry, member->target);
    }
    if (member->xattr != NULL) {
        archive_entry_xattr_add_entry(entry, "user.note", member->xattr, strlen(member->xattr));
    }
    if (archive_write_header(writer, entry) < ARCHIVE_WARN) {
        fprintf(stderr, "libarchive: %s\n", archive_error_string(writer));
        abort();
    }
    if (body && archive_write_data(writer, member->data, member->bytes) < 0) {
        abort();
    }
    archive_entry_free(entry);
}

/* newc becomes crc by its magic and the sums of the bodies. */
static void make_crc(struct test_bytes *out)
{
    size_t at = 0;

    while (at + 110 <= out->bytes && memcmp(out->data + at, "070701", 6) == 0) {
        unsigned char *const head = out->data + at;
        char field[9] = {0};
        unsigned long size;
        unsigned long name;
        size_t body;
        uint32_t sum = 0;

        memcpy(field, head + 54, 8);
        size = strtoul(field, NULL, 16);
        memcpy(field, head + 94, 8);
        name = strtoul(field, NULL, 16);
        body = (at + 110 + name + 3) & ~(size_t)3;
        for (size_t i = 0; i < size; i++) {
            sum += out->data[body + i];
        }
        (void)snprintf(field, sizeof field, "%08x", (unsigned)sum);
        memcpy(head + 102, field, 8);
        head[5] = '2';
        at = (body + size + 3) & ~(size_t)3;
    }
}

void test_archive_make(const char *dialect, const struct test_member *members, size_t count,
                       struct test_bytes *out)
{
    struct archive *const writer = must(archive_write_new());
    const bool crc = strcmp(dialect, "crc") == 0;

    if (archive_write_set_format_by_name(writer, crc ? "newc" : dialect) != ARCHIVE_OK) {
        abort();
    }
    (void)archive_write_set_bytes_in_last_block(writer, 1);
    if (archive_write_open(writer, out, NULL, catch_bytes, NULL) != ARCHIVE_OK) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        write_member(writer, &members[i]);
    }
    (void)archive_write_close(writer);
    (void)archive_write_free(writer);
    if (crc) {
        make_crc(out);
    }
}

/* ---- by hand ---- */

static void put_octal(unsigned char *field, size_t digits, uint64_t value)
{
    for (size_t i = digits; i > 0; i--) {
        field[i - 1] = (unsigned char)('0' + (value & 7));
        value >>= 3;
    }
}

void test_tar_add_header(struct test_bytes *out, char type, const char *path, uint64_t size)
{
    unsigned char block[512];
    uint64_t sum = 0;

    memset(block, 0, sizeof block);
    memcpy(block, path, strlen(path) < 100 ? strlen(path) : 100);
    put_octal(block + 100, 7, 0644);
    put_octal(block + 108, 7, 1000);
    put_octal(block + 116, 7, 100);
    put_octal(block + 124, 11, size);
    put_octal(block + 136, 11, 1234567);
    memset(block + 148, ' ', 8);
    block[156] = (unsigned char)type;
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof block; i++) {
        sum += block[i];
    }
    put_octal(block + 148, 6, sum);
    block[154] = 0;
    test_bytes_add(out, block, sizeof block);
}

void test_tar_add(struct test_bytes *out, char type, const char *path, const void *data,
                  size_t bytes)
{
    static const unsigned char zeros[512];

    test_tar_add_header(out, type, path, bytes);
    test_bytes_add(out, data, bytes);
    test_bytes_add(out, zeros, (512 - bytes % 512) % 512);
}

void test_tar_end(struct test_bytes *out)
{
    static const unsigned char zeros[1024];

    test_bytes_add(out, zeros, sizeof zeros);
}

/* ---- reading back ---- */

static void read_contents(struct archive *reader, struct test_found *found, bool *whole)
{
    unsigned char piece[4096];
    uint32_t hash = 2166136261U;
    la_ssize_t got;

    found->size = 0;
    while ((got = archive_read_data(reader, piece, sizeof piece)) > 0) {
        for (la_ssize_t i = 0; i < got; i++) {
            hash = (hash ^ piece[i]) * 16777619U;
        }
        found->size += (uint64_t)got;
    }
    found->hash = hash;
    if (got < 0) {
        *whole = false;
    }
}

void test_archive_list(const unsigned char *data, size_t bytes, struct test_list *list)
{
    struct archive *const reader = must(archive_read_new());
    struct archive_entry *entry = NULL;
    int result;

    memset(list, 0, sizeof *list);
    list->whole = true;
    (void)archive_read_support_format_tar(reader);
    (void)archive_read_support_format_cpio(reader);
    result = archive_read_open_memory(reader, data, bytes);
    while (result >= ARCHIVE_WARN && list->whole) {
        struct test_found *found;

        result = archive_read_next_header(reader, &entry);
        if (result == ARCHIVE_EOF || result < ARCHIVE_WARN) {
            break;
        }
        list->items = must(realloc(list->items, (list->count + 1) * sizeof *list->items));
        found = &list->items[list->count++];
        found->path = must(
            strdup(archive_entry_pathname(entry) == NULL ? "" : archive_entry_pathname(entry)));
        found->type = archive_entry_filetype(entry);
        found->mode = archive_entry_perm(entry);
        found->mtime = archive_entry_mtime(entry);
        found->uid = archive_entry_uid(entry);
        read_contents(reader, found, &list->whole);
    }
    list->whole = list->whole && result == ARCHIVE_EOF;
    (void)archive_read_free(reader);
}

void test_list_release(struct test_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
    }
    free(list->items);
    memset(list, 0, sizeof *list);
}
