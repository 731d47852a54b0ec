/*
 * Patching tar headers: POSIX.1-2017 pax, ustar, and GNU's and star's forms of it.
 *
 * A head is a row of headers, each a block and its data, the last of them the member's own:
 *
 *     [g data]... [L data] [K data] [x data] header
 *
 * Only what says the size is changed: the size field of the member's own header, and a `size`
 * record in its x header. Anything else in the row (sparse maps, ACL blocks, two x headers)
 * makes the head unusual: then it is made anew.
 */
#include "formats/archive/tar_header.h"

#include <stdio.h>
#include <string.h>

#define FIELD_SIZE_AT 124
#define FIELD_SIZE_WIDTH 12
#define FIELD_SUM_AT 148
#define FIELD_SUM_WIDTH 8
#define FIELD_TYPE_AT 156
#define OCTAL_MAX UINT64_C(077777777777)

/* Where the parts of a head lie. */
struct head_map {
    size_t pax_at; /* of the x header, when has_pax */
    size_t pax_bytes;
    bool has_pax;
    size_t own_at; /* of the member's own header */
};

bool uvp_tar_block_is_zero(const unsigned char *block)
{
    return block[0] == 0 && memcmp(block, block + 1, UVP_TAR_BLOCK - 1) == 0;
}

/* An octal field: spaces, digits, then space or NUL or the field's end. */
static bool read_octal(const unsigned char *field, size_t width, uint64_t *value)
{
    size_t i = 0;
    size_t digits = 0;

    *value = 0;
    while (i < width && field[i] == ' ') {
        i++;
    }
    for (; i < width && field[i] >= '0' && field[i] <= '7'; i++, digits++) {
        *value = *value * 8 + (uint64_t)(field[i] - '0');
    }
    return digits != 0 && (i == width || field[i] == ' ' || field[i] == '\0');
}

static void sum_block(const unsigned char *block, uint64_t *plain, int64_t *with_signs)
{
    *plain = 0;
    *with_signs = 0;
    for (size_t i = 0; i < UVP_TAR_BLOCK; i++) {
        const unsigned char byte =
            i >= FIELD_SUM_AT && i < FIELD_SUM_AT + FIELD_SUM_WIDTH ? ' ' : block[i];

        *plain += byte;
        *with_signs += byte < 128 ? byte : (int)byte - 256;
    }
}

bool uvp_tar_block_is_header(const unsigned char *block)
{
    uint64_t said;
    uint64_t plain;
    int64_t with_signs;

    if (!read_octal(block + FIELD_SUM_AT, FIELD_SUM_WIDTH, &said)) {
        return false;
    }
    sum_block(block, &plain, &with_signs);
    return said == plain || (int64_t)said == with_signs;
}

static void write_octal(unsigned char *field, size_t digits, uint64_t value)
{
    for (size_t i = digits; i > 0; i--) {
        field[i - 1] = (unsigned char)('0' + (value & 7));
        value >>= 3;
    }
}

static void write_sum(unsigned char *block)
{
    uint64_t plain;
    int64_t with_signs;

    sum_block(block, &plain, &with_signs);
    write_octal(block + FIELD_SUM_AT, 6, plain);
    block[FIELD_SUM_AT + 6] = '\0';
    block[FIELD_SUM_AT + 7] = ' ';
}

/* Octal as a rule; base 256 where the field had it or the value needs it. */
static void write_size(unsigned char *block, uint64_t size)
{
    unsigned char *const field = block + FIELD_SIZE_AT;

    if ((field[0] & 0x80) != 0 || size > OCTAL_MAX) {
        memset(field, 0, FIELD_SIZE_WIDTH);
        for (size_t i = FIELD_SIZE_WIDTH; i > FIELD_SIZE_WIDTH - 8; i--) {
            field[i - 1] = (unsigned char)size;
            size >>= 8;
        }
        field[0] = 0x80;
        return;
    }
    write_octal(field, FIELD_SIZE_WIDTH - 1, size);
    if (field[FIELD_SIZE_WIDTH - 1] != ' ') {
        field[FIELD_SIZE_WIDTH - 1] = '\0';
    }
}

static uint64_t pad_to_block(uint64_t bytes)
{
    return (UVP_TAR_BLOCK - bytes % UVP_TAR_BLOCK) % UVP_TAR_BLOCK;
}

/* The data of the header at `at`; false when it does not lie inside the head. */
static bool read_extent(struct uvp_span head, size_t at, size_t *data_bytes, size_t *next)
{
    uint64_t size;
    size_t room;

    if (head.bytes - at < UVP_TAR_BLOCK || !uvp_tar_block_is_header(head.data + at) ||
        !read_octal(head.data + at + FIELD_SIZE_AT, FIELD_SIZE_WIDTH, &size)) {
        return false;
    }
    room = head.bytes - at - UVP_TAR_BLOCK;
    if (size > room || pad_to_block(size) > room - size) {
        return false;
    }
    *data_bytes = (size_t)size;
    *next = at + UVP_TAR_BLOCK + (size_t)size + (size_t)pad_to_block(size);
    return true;
}

static bool is_own_header(struct uvp_span head, size_t at)
{
    const unsigned char *const block = head.data + at;

    return head.bytes - at == UVP_TAR_BLOCK && uvp_tar_block_is_header(block) &&
           (block[FIELD_TYPE_AT] == '0' || block[FIELD_TYPE_AT] == '\0' ||
            block[FIELD_TYPE_AT] == '7');
}

static bool map_head(struct uvp_span head, struct head_map *map)
{
    size_t at = 0;
    size_t next;
    size_t bytes;

    memset(map, 0, sizeof *map);
    while (head.bytes - at > UVP_TAR_BLOCK) {
        const unsigned char type = head.data[at + FIELD_TYPE_AT];

        if (type == '\0' || strchr("xgLKV", type) == NULL ||
            !read_extent(head, at, &bytes, &next) || (type == 'x' && map->has_pax)) {
            return false;
        }
        if (type == 'x') {
            map->has_pax = true;
            map->pax_at = at;
            map->pax_bytes = bytes;
        }
        at = next;
    }
    map->own_at = at;
    return is_own_header(head, at);
}

/* One record "length key=value\n" at the start of `rest`; its whole length, or 0. */
static size_t read_record(struct uvp_span rest, struct uvp_span *key)
{
    size_t length = 0;
    size_t i = 0;
    const unsigned char *equals;

    while (i < rest.bytes && i < 8 && rest.data[i] >= '0' && rest.data[i] <= '9') {
        length = length * 10 + (size_t)(rest.data[i] - '0');
        i++;
    }
    if (i == 0 || i >= rest.bytes || rest.data[i] != ' ' || length > rest.bytes ||
        length < i + 4 || rest.data[length - 1] != '\n') {
        return 0;
    }
    i++;
    equals = memchr(rest.data + i, '=', length - i);
    if (equals == NULL) {
        return 0;
    }
    *key = uvp_span_of(rest.data + i, (size_t)(equals - (rest.data + i)));
    return length;
}

static bool starts_with(struct uvp_span text, const char *prefix)
{
    const size_t bytes = strlen(prefix);

    return text.bytes >= bytes && memcmp(text.data, prefix, bytes) == 0;
}

static bool is_sparse_key(struct uvp_span key)
{
    return starts_with(key, "GNU.sparse.") || starts_with(key, "SCHILY.realsize");
}

/* "length size=value\n", where length counts its own digits. */
static size_t format_size_record(char *text, size_t room, uint64_t size)
{
    size_t length = 0;

    /* two rounds at most change anything: the digits of a length below 100 */
    for (int round = 0; round < 4; round++) {
        length =
            (size_t)snprintf(text, room, "%zu size=%llu\n", length, (unsigned long long)size);
    }
    return length;
}

/* Appends the records with a new size; *done false when one of them cannot be kept. */
static enum uvp_code append_records(struct uvp_span records, uint64_t size, struct uvp_buf *out,
                                    bool *done, struct uvp_error *err)
{
    char text[64];

    *done = false;
    while (records.bytes != 0) {
        struct uvp_span key = {NULL, 0};
        const size_t length = read_record(records, &key);

        if (length == 0 || is_sparse_key(key)) {
            return UVP_OK;
        }
        if (uvp_span_equal(key, uvp_span_of_text("size"))) {
            UVP_TRY(
                uvp_buf_append(out, text, format_size_record(text, sizeof text, size), err));
        } else {
            UVP_TRY(uvp_buf_append(out, records.data, length, err));
        }
        records = uvp_span_of(records.data + length, records.bytes - length);
    }
    *done = true;
    return UVP_OK;
}

static enum uvp_code append_zeros(struct uvp_buf *out, uint64_t bytes, struct uvp_error *err)
{
    static const unsigned char zeros[512];

    return uvp_buf_append(out, zeros, (size_t)bytes, err);
}

static enum uvp_code append_pax(struct uvp_span head, const struct head_map *map, uint64_t size,
                                struct uvp_buf *out, bool *done, struct uvp_error *err)
{
    const size_t header_at = out->bytes;
    size_t bytes;

    UVP_TRY(uvp_buf_append(out, head.data + map->pax_at, UVP_TAR_BLOCK, err));
    UVP_TRY(append_records(uvp_span_of(head.data + map->pax_at + UVP_TAR_BLOCK, map->pax_bytes),
                           size, out, done, err));
    if (!*done) {
        return UVP_OK;
    }
    bytes = out->bytes - header_at - UVP_TAR_BLOCK;
    UVP_TRY(append_zeros(out, pad_to_block(bytes), err));
    if (bytes != map->pax_bytes) {
        write_size(out->data + header_at, bytes);
        write_sum(out->data + header_at);
    }
    return UVP_OK;
}

static enum uvp_code append_patched(struct uvp_span head, const struct head_map *map,
                                    uint64_t size, struct uvp_buf *out, bool *done,
                                    struct uvp_error *err)
{
    size_t from = 0;

    *done = true;
    if (map->has_pax) {
        UVP_TRY(uvp_buf_append(out, head.data, map->pax_at, err));
        UVP_TRY(append_pax(head, map, size, out, done, err));
        from =
            map->pax_at + UVP_TAR_BLOCK + map->pax_bytes + (size_t)pad_to_block(map->pax_bytes);
    }
    if (!*done) {
        return UVP_OK;
    }
    UVP_TRY(uvp_buf_append(out, head.data + from, head.bytes - from, err));
    write_size(out->data + out->bytes - UVP_TAR_BLOCK, size);
    write_sum(out->data + out->bytes - UVP_TAR_BLOCK);
    return UVP_OK;
}

enum uvp_code uvp_tar_patch(struct uvp_span head, uint64_t size_bytes, struct uvp_buf *out,
                            bool *done, struct uvp_error *err)
{
    const size_t start = out->bytes;
    struct head_map map;
    enum uvp_code code = UVP_OK;

    *done = map_head(head, &map);
    if (*done) {
        code = append_patched(head, &map, size_bytes, out, done, err);
    }
    if (code != UVP_OK || !*done) {
        out->bytes = start;
    }
    return code;
}
